"""An inspector whose calls have voices: each file's first line says whose, and what the words say of roles.

``1 51 6.0``: person 1 is party 0 and the true agent, person 51 the customer, the words are for party 0 by 6.
A second line ``die-once MARKER`` kills the worker the first time.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.domain import Inspection, PhraseHit, Recording, Revisions
from pipeline.inspection.judging import judge_again
from pipeline.inspection.rules import load_rules
from pipeline.rubric.rarity import NO_WORDS, Words
from pipeline.settings import Settings
from tests.voices import heard_call


def revisions(settings: Settings) -> Revisions:
    """What its inspections are made from."""
    rules = load_rules(settings).revisions
    return Revisions("", "voiced", "m1", rules.lexicons, rules.rubric, "s1")


class VoicedInspector:
    def __init__(self, settings: Settings) -> None:
        self._rules = load_rules(settings)
        self._revisions = revisions(settings)

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        for recording in recordings:
            first, *rest = recording.paths[0].read_text().splitlines()
            marker = next((line.split()[1] for line in rest if line.startswith("die-once")), None)
            if marker is not None and not Path(marker).exists():
                Path(marker).touch()
                os.kill(os.getpid(), signal.SIGKILL)
            agent, customer, words = first.split()
            yield heard_call(
                recording,
                self._revisions,
                self._rules,
                persons=(int(agent), int(customer)),
                words=float(words),
                seed=int(customer),
            )

    def judge_again(
        self,
        stored: Inspection,
        *,
        earlier: Sequence[PhraseHit],
        words: Words = NO_WORDS,
    ) -> Inspection:
        return judge_again(stored, self._rules, earlier=earlier, words=words)


def voiced(settings: Settings) -> VoicedInspector:
    return VoicedInspector(settings)
