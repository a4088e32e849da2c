"""SIGINT and SIGTERM ask a run to stop cleanly; asked a second time, the process dies the usual way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether somebody asked the run to stop."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def ask(self) -> None:
        self._asked.set()

    def __bool__(self) -> bool:
        return self._asked.is_set()


@contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """Inside, the first SIGINT or SIGTERM sets the request; without effect outside the main thread."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {int(number): signal.getsignal(number) for number in signals}

    def stop(number: int, _frame: FrameType | None) -> None:
        request.ask()
        signal.signal(number, before[number])

    for number in signals:
        signal.signal(number, stop)
    try:
        yield request
    finally:
        for signal_number, handler in before.items():
            signal.signal(signal_number, handler)
