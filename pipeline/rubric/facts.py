"""What judgement may look at: everything known about one call, and a few views derived from it once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from pipeline.domain import Call, How, Measures, PhraseHit, Role, Span, Transcript, Utterance, merge, subtract

T = TypeVar("T")

LONG_HOLD_S = 8.0
"""A shorter hold is an ordinary pause: nobody asks permission for it (the threshold of dead air)."""

BEEP_PAUSE_S = 6.0
"""Hold beeps and ringback repeat every 1 to 5 s: tones this close are one hold."""


@dataclass(frozen=True)
class Facts:
    """One call, heard and measured. The only input of scoring beside the rubric."""

    call: Call
    duration: float
    """Seconds of audio."""
    transcript: Transcript = field(default_factory=Transcript)
    measures: Measures = field(default_factory=Measures)
    hits: tuple[PhraseHit, ...] = ()
    speech: Mapping[Role, tuple[Span, ...]] = field(default_factory=dict)
    """Where each party talks."""
    hold: tuple[Span, ...] = ()
    """Hold music, tones, beeps, and announced waiting."""

    _memo: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, worked out once for this call: several items of a sheet ask the same."""
        if key not in self._memo:
            self._memo[key] = make()
        value: T = self._memo[key]
        return value

    @cached_property
    def talk(self) -> tuple[Span, ...]:
        """Where anyone talks, sorted and disjoint."""
        return merge(span for spans in self.speech.values() for span in spans)

    @cached_property
    def quiet(self) -> tuple[Span, ...]:
        """Where nobody talks between the first and the last word, music and tones included."""
        if not self.talk:
            return ()
        return subtract([Span(self.talk[0].start, self.talk[-1].end)], self.talk)

    @cached_property
    def held(self) -> tuple[Span, ...]:
        """The holds, with the pauses between beeps."""
        return merge(self.hold, gap=BEEP_PAUSE_S)

    @cached_property
    def turns(self) -> tuple[Utterance, ...]:
        """The utterances in time order."""
        return tuple(sorted(self.transcript.utterances, key=lambda u: (u.span.start, u.span.end)))

    def text(self, role: Role | None) -> str:
        """All that one role said, or anyone (None), a line for each utterance."""
        lines = (u.text for u in self.turns if role is None or u.role is role)
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

    def utterance_of(self, hit: PhraseHit) -> Utterance | None:
        """The utterance a hit was found in; None where the index does not fit the transcript."""
        utterances = self.transcript.utterances
        return utterances[hit.utterance] if 0 <= hit.utterance < len(utterances) else None

    def before(self, time: float, *, slack: float = 0.5) -> Utterance | None:
        """The last utterance that ends by ``time`` (recognised times are blurred by ``slack`` seconds)."""
        return next((u for u in reversed(self.turns) if u.span.end <= time + slack), None)

    def after(self, time: float, *, slack: float = 0.5) -> Utterance | None:
        """The first utterance that starts at or after ``time``, within ``slack`` seconds."""
        return next((u for u in self.turns if u.span.start >= time - slack), None)

    @cached_property
    def whole(self) -> Span:
        """The recording from end to end."""
        return Span(0.0, max(0.0, self.duration))
