"""What judgement may look at: everything known about one call, and a few views derived from it once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from pipeline.conversation import Timeline
from pipeline.conversation.announcement import LONG_HOLD_S, Announcements
from pipeline.conversation.waiting import Hold, long_holds
from pipeline.conversation.waiting import dead_air as find_dead_air
from pipeline.domain import (
    NO_EVIDENCE,
    Call,
    How,
    Measurement,
    Measures,
    PhraseHit,
    Role,
    RoleEvidence,
    Span,
    Utterance,
)

T = TypeVar("T")

ASKED, THANKED = ("hold-ask",), ("hold-thanks",)
"""Phrase codes that make a silence a hold."""


@dataclass(frozen=True)
class Facts:
    """One call, heard and measured. The only input of scoring beside the rubric."""

    call: Call
    timeline: Timeline
    """Who talks when, silences and holds, and the utterances."""
    measures: Measures = field(default_factory=Measures)
    hits: tuple[PhraseHit, ...] = ()
    roles: RoleEvidence = NO_EVIDENCE
    """What it rests on who is the agent."""
    trace: Callable[[str, Utterance], bool] | None = None
    """Whether an utterance may hold the required phrase of a code although it was not found there; None where
    nothing can tell."""

    incomplete: bool = False
    """Only a part of the sound could be read: what is absent from it may stand in the rest."""

    _memo: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, worked out once for this call: several items of a sheet ask the same."""
        if key not in self._memo:
            self._memo[key] = make()
        value: T = self._memo[key]
        return value

    @property
    def duration(self) -> float:
        """Seconds of audio."""
        return self.timeline.duration

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        """The utterances in time order."""
        return self.timeline.said

    @cached_property
    def announcements(self) -> Announcements:
        """Where the agent asks the customer to wait and thanks for it, as the lexicons know it."""
        return Announcements(
            asked=tuple(h.span for h in self.found(ASKED, Role.AGENT)),
            thanked=tuple(h.span for h in self.found(THANKED, Role.AGENT)),
            asked_within=8.0,
            thanked_within=5.0,
            blur=0.5,
        )

    def holds(self, *, at_least: float = LONG_HOLD_S, lookups: bool = True) -> tuple[Hold, ...]:
        """The customer's waits of at least ``at_least`` seconds; see `long_holds`."""

        def find() -> tuple[Hold, ...]:
            return tuple(long_holds(self.timeline, self.announcements, at_least=at_least, lookups=lookups))

        return self.once(("holds", at_least, lookups), find)

    def dead_air(
        self, *, at_least: float, below: float | None = None, owed_by: Role | None = None
    ) -> tuple[Span, ...]:
        """Silences that are no holds; see `conversation.waiting`."""
        return find_dead_air(self.timeline, self.holds(), at_least=at_least, below=below, owed_by=owed_by)

    def measurement(self, name: str) -> Measurement | None:
        """A measure by its name in the rubric file; None where it was never taken."""
        return next((m for m in self.measures if m.name == name), None)

    def text(self, role: Role | None) -> str:
        """All that one role said, or anyone (None), a line for each utterance."""
        lines = (u.text for u in self.utterances if role is None or u.role is role)
        return self.once(("text", role), lambda: "\n".join(lines))

    @cached_property
    def by_code(self) -> Mapping[str, tuple[PhraseHit, ...]]:
        """Hits in time order, by phrase code. What was said in other words decides nothing: see ``meant``."""
        found: dict[str, list[PhraseHit]] = defaultdict(list)
        for hit in sorted(self.hits, key=lambda h: (h.span, h.phrase)):
            if hit.how is not How.MEANING:
                found[hit.code].append(hit)
        return {code: tuple(hits) for code, hits in found.items()}

    @cached_property
    def meant(self) -> tuple[PhraseHit, ...]:
        """What the agent said in words of his own, much like a forbidden phrase: for people to hear."""
        return tuple(h for h in self.hits if h.how is How.MEANING and h.role is Role.AGENT)

    def found(self, codes: tuple[str, ...], role: Role | None = None) -> tuple[PhraseHit, ...]:
        """Hits of any of ``codes`` in time order; by one role, or by anyone (None)."""
        lists = [self.by_code[code] for code in codes if code in self.by_code]
        hits = (
            lists[0] if len(lists) == 1 else sorted((h for hits in lists for h in hits), key=lambda h: h.span)
        )
        return tuple(h for h in hits if role is None or h.role is role)

    def traces(self, codes: Sequence[str], role: Role, place: Span) -> Utterance | None:
        """The first utterance of ``role`` in ``place`` that may hold one of the required phrases; or None."""
        if self.trace is None:
            return None
        for utterance in self.timeline.said_by[role]:
            near = utterance.span.overlap(place) > 0
            if near and any(self.trace(code, utterance) for code in codes):
                return utterance
        return None

    def utterance_of(self, hit: PhraseHit) -> Utterance | None:
        """The utterance a hit was found in; None where the index does not fit the transcript."""
        utterances = self.timeline.utterances
        return utterances[hit.utterance] if 0 <= hit.utterance < len(utterances) else None
