"""What the batch needs from whoever inspects: a factory that each worker process calls once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from pipeline.domain import Inspection, Recording
from pipeline.settings import Settings


class Inspector(Protocol):
    """The loaded tools of one worker process."""

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        """One inspection per recording, in any order, each as soon as it is ready.

        Bad audio gives an inspection with status unreadable. An exception means a fault of the program: the
        calls it hit are tried again one by one.
        """

    def judge_again(self, inspection: Inspection) -> Inspection:
        """What was heard earlier, judged with today's lexicons, rubric and facts of the call.

        Gives what ``inspect`` would give for the same recording, without its audio.
        """


InspectorFactory = Callable[[Settings], Inspector]
"""A function at the top of a module: worker processes import it by name.

A CallinspectError it raises (a missing model, a bad rubric) ends the run with that message.
"""
