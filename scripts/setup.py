"""Set callinspect up in `.venv`: packages, callinspect itself, speech models. Standard library only.

    scripts/setup.sh run|test|voices

Every step leaves a stamp in `.venv` of what it was made from; a step whose stamp fits does nothing, so that
a second `make run` starts at once and needs no network. What the installers say goes to `build/setup.log`.
A failure ends in one line: what, why, and what to do about it.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from setup_words import language, word

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "setup.json"
LOG = ROOT / "build" / "setup.log"
BASE = getattr(sys, "_base_executable", None) or sys.executable
"""The interpreter that a venv is made with, also when this runs inside `.venv`."""

ROOM_MIB = {"run": 1700, "test": 2300, "voices": 2000}
"""Free disk wanted before anything is installed: packages, models, and what pip unpacks meanwhile."""

NETWORK = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|Read timed out|Max retries exceeded|Connection refused"
    r"|Name or service not known|Temporary failure in name resolution|Network is unreachable|No route to host"
    r"|ProxyError|RemoteDisconnected|Connection reset|Connection aborted|Failed to establish"
)


class SetupError(Exception):
    """One line: what failed and what to do."""


def main() -> int:
    goals = sys.argv[1:]
    if len(goals) != 1 or goals[0] not in ROOM_MIB:
        print("usage: scripts/setup.sh run|test|voices", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    try:
        LOG.parent.mkdir(exist_ok=True)
        with only_one():
            set_up(goals[0])
    except SetupError as error:
        tell(str(error))
    except KeyboardInterrupt:
        tell(word("setup.stopped"))
    except OSError as error:
        tell(plain(error))
    else:
        return 0
    return 2


@contextlib.contextmanager
def only_one():
    """Two terminals, one `.venv`: the second waits for the first and then finds everything done."""
    with (LOG.parent / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell(word("setup.waiting"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def set_up(goal):
    stamps = Stamps()
    steps = [
        ("venv", word("setup.step-venv"), [sys.version, str(ROOT)], make_venv),
        ("build", word("setup.step-build"), [lock("build")], lambda: install("build")),
        (goal, word("setup.step-packages", goal=goal), packages(goal), lambda: install(goal)),
        ("callinspect", "callinspect", [digest("pyproject.toml")], install_callinspect),
        ("interface", word("setup.step-interface"), interface(), fetch_interface),
    ]
    models = [name for name in ("base", "campplus") if f"\n[{name}]\n" in text("models/manifest.toml")]
    for name in models:
        made_from = [digest("models/manifest.toml"), str(sorted(ROOT.glob(f"models/{name}/*")))]
        title = word("setup.step-model", name=name)
        steps.append((f"model {name}", title, made_from, lambda name=name: fetch(name)))

    if goal == "test":
        title = word("setup.step-browser")
        steps.append(("browser", title, [lock("test"), browser() or "none"], find_browser))

    first = True
    for step, title, made_from, do in steps:
        if stamps.fits(step, made_from) or (step == "run" and stamps.fits("test", packages("test"))):
            continue
        if first and not stamps:
            check_room(goal)
        first = False
        started = time.monotonic()
        tell(f"{title} ...", end="\r" if sys.stderr.isatty() else "\n")
        if do() is False:  # it said why, and can be done without
            continue
        if step == "interface":
            made_from = interface()
        if step == "browser":
            made_from = [made_from[0], browser() or "none"]
        if step.startswith("model "):  # its files are part of what it was made from, and are here only now
            made_from = [made_from[0], str(sorted(ROOT.glob(f"models/{step[6:]}/*")))]
        stamps.keep(step, made_from)
        tell(word("setup.done", title=title, seconds=f"{time.monotonic() - started:.0f}"))


class Stamps:
    """What each step was last made from; lives in `.venv`, and goes with it."""

    def __init__(self):
        try:
            self._kept = json.loads(STAMPS.read_text(encoding="utf-8")) if PYTHON.exists() else {}
        except (OSError, ValueError):
            self._kept = {}

    def __bool__(self):
        return bool(self._kept)

    def fits(self, step, made_from):
        return self._kept.get(step) == summary(made_from)

    def keep(self, step, made_from):
        if step == "venv":  # a new one is empty
            self._kept = {}
        self._kept[step] = summary(made_from)
        fresh = STAMPS.with_suffix(".new")
        fresh.write_text(json.dumps(self._kept, indent=1), encoding="utf-8")
        fresh.replace(STAMPS)


def make_venv():
    probe = [BASE, "-c", "import ensurepip, venv"]
    if subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode:  # noqa: S603
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise SetupError(word("setup.no-venv", version=version))
    run([BASE, "-m", "venv", "--clear", str(VENV)], word("setup.venv-not-made"))


def install(goal):
    # build tools come from the lock too (no isolation): nothing unpinned is fetched behind pip's back
    pip(
        "--no-build-isolation",
        "--require-hashes",
        "-r",
        f"requirements/{goal}.lock",
        what=f"requirements/{goal}.lock",
    )


def install_callinspect():
    pip("--no-build-isolation", "--no-deps", "-e", ".", what="callinspect")


def pip(*arguments, what):
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar=off",
    ]
    run([*command, *arguments], word("setup.not-installed", what=what))


def fetch(name):
    command = [str(VENV / "bin" / "callinspect"), "--lang", language(), "models", "fetch", name]
    run(command, word("setup.step-model", name=name))


def interface():
    """What the interface's libraries are made from: what is pinned, and what is here of it."""
    here = sorted((path.name, path.stat().st_size) for path in ROOT.glob("pipeline/web/static/vendor/*"))
    return [digest("pipeline/web/assets.toml"), str(here)]


def fetch_interface():
    """npm fetches them; a Python package brings it where there is none. Nights need nothing of it."""
    try:
        if not shutil.which("npm"):
            install("node")
        run([str(PYTHON), "-m", "pipeline.web.vendor"], word("setup.no-interface"))
    except SetupError as error:
        tell(word("setup.without-interface", why=error))
        return False
    return True


def browser():
    """A Chromium that is here already: the system's, or the one Playwright keeps."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if shutil.which(name):
            return shutil.which(name)
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return next((str(path) for path in sorted(kept.glob("chromium-*/chrome-linux*/chrome"))), None)


def find_browser():
    """Get a Chromium where one can be had. The tests that need one are skipped, and say so, where not."""
    if browser():
        return
    ways = [[str(PYTHON), "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = ["apt-get", "-y", "--no-install-recommends"]
        ways.insert(0, [*quiet, "install", "chromium"])
        ways.insert(1, ["sh", "-c", f"apt-get update && {' '.join(quiet)} install chromium"])
    for way in ways:
        with contextlib.suppress(SetupError):
            run(way, word("setup.no-browser"))
        if browser():
            return
    tell(word("setup.no-browser"))


def run(command, failure):
    """Run an installer with its output in the log; its last words become our one line if it fails."""
    scratch = LOG.parent / "tmp"  # where pip unpacks: on our own disk, not in a /tmp that may be small
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    environment = {
        "PYTHONUTF8": "1",
        "TMPDIR": str(scratch),
        "DEBIAN_FRONTEND": "noninteractive",
        **os.environ,
    }
    environment.pop("PYTHONPATH", None)
    environment.pop("PYTHONHOME", None)
    said = []
    child = subprocess.Popen(  # noqa: S603 (fixed words)
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    try:
        with LOG.open("a", encoding="utf-8") as log:
            write(log, f"\n{time.strftime('%F %T')} $ {' '.join(command)}\n")
            for line in child.stdout:
                said.append(line.rstrip())
                write(log, line)
                tick(line)
    finally:
        if child.poll() is None and sys.exc_info()[0] is not None:
            child.terminate()
        status = child.wait()
        shutil.rmtree(scratch, ignore_errors=True)
    if status:
        raise SetupError(word("setup.failed", what=failure, why=reason(said), log=LOG.relative_to(ROOT)))


def reason(said):
    """Why an installer failed, and the remedy, from what it said."""
    everything = "\n".join(said)
    errors = [line.split("ERROR:", 1)[1].strip() for line in said if "ERROR:" in line]
    last = (errors or [line for line in said if line.strip()] or [word("setup.silent")])[-1]
    ours = word("error.line", message="")
    if last.startswith(ours):  # callinspect's own line: it has reason and remedy
        return last.removeprefix(ours)
    if os.strerror(errno.ENOSPC) in everything:
        return word("setup.disk-full", room=wanted_room())
    if "DO NOT MATCH THE HASHES" in everything:
        return word("setup.hash")
    if "CERTIFICATE_VERIFY_FAILED" in everything or "SSLCertVerificationError" in everything:
        return word("setup.certificate")
    if NETWORK.search(everything):
        return word("setup.network")
    if "No matching distribution" in last:
        return word("setup.no-distribution", what=last)
    if os.strerror(errno.EACCES) in everything:
        return word("setup.not-writable", what=last)
    return last


def write(log, line):
    with contextlib.suppress(OSError):  # a full disk is reported by the installer's own failure
        log.write(line)
        log.flush()


def tick(line):
    """On a terminal, show in one line what the installer is at."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        say("\x1b[2K" + f"  {line.strip()}"[:width], end="\r")


def tell(what, end="\n"):
    say(word("setup.line", what=what), end=end)


def say(line, end="\n"):
    if sys.stderr.isatty():
        line = "\x1b[2K" + line
    with contextlib.suppress(OSError):
        print(line, end=end, file=sys.stderr, flush=True)


def check_room(goal):
    free = shutil.disk_usage(ROOT).free >> 20
    if free < ROOM_MIB[goal]:
        raise SetupError(word("setup.disk-little", free=free, folder=ROOT, wanted=ROOM_MIB[goal]))


def wanted_room():
    free = shutil.disk_usage(ROOT).free >> 20
    return word("setup.room", free=free, folder=ROOT)


def plain(error):
    if error.errno == errno.ENOSPC:
        return word("setup.disk-full", room=wanted_room())
    where = f" {error.filename}" if error.filename else ""
    return word("setup.not-writable", what=f"{error.strerror or error}{where}")


def lock(goal):
    return digest(f"requirements/{goal}.lock")


def packages(goal):
    """What the packages of a goal are made from; those of `test` hold all of `run`."""
    return [lock("build"), lock(goal)]


def digest(path):
    return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()


def text(path):
    return "\n" + (ROOT / path).read_text(encoding="utf-8")


def summary(made_from):
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
