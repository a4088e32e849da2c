"""``callinspect watch``: the same run again and again over a folder that never ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.batch.watching import STOPPED, WRONG_USAGE, Look, Watch
from pipeline.cli.session import Session, command
from pipeline.errors import CommandError, StoreError
from pipeline.store import look_at_store

_PASSED_ON = ("--store", "--config", "--lang")


@command
def watch(
    session: Session,
    dump: Annotated[Path, typer.Argument(help="argument.dump", metavar="DUMP")],
    options: Annotated[
        list[str] | None, typer.Argument(help="watch.options", metavar="[-- OPTIONS OF RUN]")
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="watch.every", metavar="SECONDS")] = 300,
) -> int:
    """Until SIGTERM or Ctrl-C, which end a run at work as any run: what is done stays. Exit
    status: 0, or 2 where the first run could not begin."""
    if not dump.is_dir():
        raise CommandError("no-dump", path=dump)
    over = threading.Event()
    child: list[subprocess.Popen[bytes]] = []

    def stop(_number: int, _frame: object) -> None:
        over.set()
        for one in child:
            with suppress(OSError):
                one.terminate()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)

    def run() -> int:
        if over.is_set():
            return STOPPED
        # A process of its own: what libraries leak goes with it, and a new version is taken up. A session of
        # its own, so that Ctrl-C reaches it once.
        child[:] = [subprocess.Popen(_command(session, dump, options or []), start_new_session=True)]  # noqa: S603
        if over.is_set():
            child[0].terminate()
        return child[0].wait()

    def asked() -> bool:
        try:
            with look_at_store(session.settings.store) as store:
                return bool(store.failures.to_retry())
        except StoreError:
            return False

    watching = Watch(dump, _lists(options or []), run=run, asked=asked)
    first, before = True, 0
    while not over.is_set():
        status = watching.look()
        if status == WRONG_USAGE and first:
            return WRONG_USAGE
        if status == Look.EMPTY and before != Look.EMPTY:
            _say(session, session.words("watch.empty", path=dump))
        if status >= 0:
            first = False
            _say(session, session.words("watch.ran", status=status, seconds=every))
        before = status
        over.wait(every)
    _say(session, session.words("watch.over"))
    return 0


def _command(session: Session, dump: Path, options: list[str]) -> list[str]:
    shared, given = session.shared, []
    for name, value in zip(_PASSED_ON, (shared.store, shared.config, shared.lang), strict=True):
        given += [name, str(value)] if value is not None else []
    given += ["-q"] if shared.quiet else []
    return [sys.executable, "-m", "pipeline.cli", *given, "run", str(dump), *options]


def _lists(options: list[str]) -> list[Path]:
    """The call list, where one is named: a list that comes later is a reason to run."""
    found = []
    for place, option in enumerate(options):
        name, equals, value = option.partition("=")
        if name == "--calls":
            found += [value] if equals else options[place + 1 : place + 2]
    return [Path(one) for one in found]


def _say(session: Session, text: str) -> None:
    session.say(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {text}")
