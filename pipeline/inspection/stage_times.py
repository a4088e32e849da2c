"""How long this process spent in each stage of inspecting, for the report of a run.

A clock is read twice for each stage of a call: some microseconds of the seconds that a call takes.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum


class Stage(StrEnum):
    """The stages in their order."""

    DECODE = "decode"
    VOICES = "voice-activity"
    """Who speaks when, and what is hold music."""
    RECOGNITION = "recognition"
    PARTIES = "parties"
    """Who is the agent; more voices than two."""
    JUDGING = "judging"
    """Phrases, measures, the sheet."""
    SAVING = "saving"
    """By the run itself, one transaction for each call."""


_SPENT: defaultdict[Stage, float] = defaultdict(float)


@contextmanager
def timed(stage: Stage) -> Iterator[None]:
    """What happens inside counts for this stage, also where it fails."""
    began = time.perf_counter()
    try:
        yield
    finally:
        _SPENT[stage] += time.perf_counter() - began


def take() -> Mapping[str, float]:
    """Stage -> seconds since this was asked last."""
    found = {stage.value: seconds for stage, seconds in _SPENT.items()}
    _SPENT.clear()
    return found
