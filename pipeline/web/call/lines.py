"""The conversation line by line: words with their times, marks on the proof, what happened in between."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from pipeline.domain import (
    Evidence,
    Finding,
    Inspection,
    Outcome,
    PhraseHit,
    PhraseKind,
    Role,
    Span,
    Utterance,
)
from pipeline.messages import Message
from pipeline.phrases.highlights import highlights, place_of
from pipeline.web.call.weight import WeakHit
from pipeline.web.sanitise import sanitise

NOTHING: Mapping[str, Message] = MappingProxyType({})

UNSURE_BELOW = 0.5
"""Confidence of the recogniser under which a line is shown as doubtful."""
CORRECTED = "corrected"
"""Kind of a mark: a name of the centre's vocabulary, of which the sound bore out that it was misheard."""
EVENTS = (
    ("silence", "silence_total", 3.0),
    ("hold", "hold_total", 3.0),
    ("interruption-agent", "interruptions_by_agent", 0.0),
    ("interruption-customer", "interruptions_by_customer", 0.0),
    ("overlap", "overlap_total", 1.0),
)
"""Name, the measure whose places they are, from how many seconds one is worth a line."""

_PARTS = re.compile(r"[A-Za-z0-9]+[^\w\s]*|\w[^\w\s]*|[^\w\s]+|\s+")


@dataclass(frozen=True, slots=True)
class TimedText:
    """Some characters and when they begin (seconds, two decimals)."""

    text: str
    at: str
    filler: bool = False
    """True where it is hesitation and nothing else."""


@dataclass(frozen=True, slots=True)
class MarkedText:
    """Words in a row that are marked in the same way."""

    words: tuple[TimedText, ...]
    kind: str = ""
    """Kind of a phrase, ``evidence`` for other proof, or empty."""
    criteria: tuple[str, ...] = ()
    """The findings it proves."""
    heard: str = ""
    """What the recogniser wrote for a name of the centre's vocabulary (``kind`` is ``corrected``)."""
    why: Message | None = None
    """Why what it suspects takes no points; None where it does, or where nothing is suspected."""


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    role: Role
    span: Span
    runs: tuple[MarkedText, ...]
    unsure: bool
    overlapped: bool
    weak: tuple[WeakHit, ...] = ()
    """Forbidden phrases in it that take no points."""
    other_agent: bool = False
    """Another agent than the call's speaks."""


@dataclass(frozen=True, slots=True)
class TranscriptEvent:
    """Something that happened between or during words."""

    name: str
    span: Span


def conversation(
    inspection: Inspection,
    findings: Iterable[Finding],
    weights: Mapping[str, Message] = NOTHING,
    weak: Iterable[WeakHit] = (),
) -> tuple[TranscriptLine | TranscriptEvent, ...]:
    """Lines and events in order of time; the places that ``findings`` rest on carry their criterion.

    Args:
        weights: criterion -> why it takes no points, without those that do.
        weak: forbidden phrases that take none.
    """
    hits: dict[int, list[PhraseHit]] = defaultdict(list)
    for hit in inspection.hits:
        hits[hit.utterance].append(hit)
    faint: dict[int, list[WeakHit]] = defaultdict(list)
    for one in weak:
        faint[one.hit.utterance].append(one)
    utterances = inspection.transcript.utterances
    proof = _proof(utterances, findings)
    found: list[tuple[float, int, TranscriptLine | TranscriptEvent]] = [
        (
            u.span.start,
            1,
            replace(
                _line(u, hits[number], proof[number], weights, faint[number]),
                other_agent=inspection.says_other_agent(u),
            ),
        )
        for number, u in enumerate(utterances)
    ]
    found += [(event.span.start, 0, event) for event in _events(inspection)]
    return tuple(item for _, _, item in sorted(found, key=lambda entry: entry[:2]))


def _events(inspection: Inspection) -> Iterator[TranscriptEvent]:
    places = {m.name: m.spans for m in inspection.measures}
    for name, measure, shortest in EVENTS:
        yield from (
            TranscriptEvent(name, span) for span in places.get(measure, ()) if span.duration >= shortest
        )


_Proof = tuple[int, int, str]
"""Characters ``[start, end)`` and the criterion."""


def _proof(utterances: Sequence[Utterance], findings: Iterable[Finding]) -> dict[int, list[_Proof]]:
    """Utterance number -> the characters that prove something there."""
    starts = [u.span.start for u in utterances]
    out: dict[int, list[_Proof]] = defaultdict(list)
    for finding in findings:
        if finding.outcome not in (Outcome.FAILED, Outcome.UNDETERMINED):
            continue
        for item in finding.evidence:
            if item.quote and item.how is not None:
                for number in _near(utterances, starts, item):
                    place = place_of(utterances[number], item.quote, item.span.start)
                    if place:
                        out[number].append((*place, finding.criterion))
                        break
    return out


def _near(utterances: Sequence[Utterance], starts: Sequence[float], item: Evidence) -> Iterator[int]:
    """Utterances of that party around that time, the one that holds its start first."""
    last = bisect_right(starts, item.span.start + 0.05)
    for number in (*range(last - 1, max(-1, last - 6), -1), *range(last, min(last + 2, len(utterances)))):
        utterance = utterances[number]
        if utterance.span.end + 1 > item.span.start and item.role in (utterance.role, None):
            yield number


def _line(
    utterance: Utterance,
    hits: Sequence[PhraseHit],
    proof: Sequence[_Proof],
    weights: Mapping[str, Message],
    weak: Sequence[WeakHit],
) -> TranscriptLine:
    said = sanitise(utterance.corrected)
    if len(said) != len(utterance.text):  # what is hidden moved the rest: words cannot be told apart any more
        runs: tuple[MarkedText, ...] = (MarkedText((TimedText(said, _time(utterance.span.start)),)),)
    else:
        reasons = _Reasons(weights, tuple(_places(utterance, weak)))
        runs = tuple(_runs(utterance, said, hits, proof, reasons))
    return TranscriptLine(
        role=utterance.role,
        span=utterance.span,
        runs=runs,
        unsure=utterance.confidence < UNSURE_BELOW,
        overlapped=utterance.overlapped,
        weak=tuple(weak),
    )


_Weak = tuple[int, int, Message]
"""Characters ``[start, end)`` and why they take no points."""


def _places(utterance: Utterance, weak: Iterable[WeakHit]) -> Iterator[_Weak]:
    for one in weak:
        place = place_of(utterance, one.hit.quote, one.hit.span.start)
        if place:
            yield (*place, one.why)


@dataclass(frozen=True, slots=True)
class _Reasons:
    """Why marks of a line take no points."""

    weights: Mapping[str, Message]
    weak: tuple[_Weak, ...]

    def of(self, start: int, end: int, kind: str, criteria: Sequence[str]) -> Message | None:
        """None where one of the criteria takes points for it, or where the mark suspects nobody."""
        if criteria:
            found = [self.weights.get(each) for each in criteria]
            return None if None in found else found[0]
        if kind != PhraseKind.FORBIDDEN.value:
            return None
        return next((why for s, e, why in self.weak if s < end and start < e), None)


def _runs(
    utterance: Utterance,
    said: str,
    hits: Sequence[PhraseHit],
    proof: Sequence[_Proof],
    reasons: _Reasons,
) -> Iterator[MarkedText]:
    kinds = [(m.start, m.end, m.kind.value) for m in highlights(utterance, hits)]
    kinds += [(c.start, c.end, CORRECTED) for c in utterance.corrections]
    now: tuple[str, tuple[str, ...], str, Message | None] = ("", (), "", None)
    words: list[TimedText] = []
    for start, end, seconds in _timed(utterance):
        criteria = tuple(dict.fromkeys(which for s, e, which in proof if s < end and start < e))
        kind = next((k for s, e, k in kinds if s < end and start < e), "evidence" if criteria else "")
        heard = _heard(utterance, start, end) if kind == CORRECTED else ""
        why = reasons.of(start, end, kind, criteria)
        if (kind, criteria, heard, why) != now and words:
            yield MarkedText(tuple(words), *now)
            words = []
        now = (kind, criteria, heard, why)
        words.extend(_words(utterance, said, start, end, _time(seconds)))
    if words:
        yield MarkedText(tuple(words), *now)


def _heard(utterance: Utterance, start: int, end: int) -> str:
    """What was written where the name stands that these characters are part of."""
    here = (c for c in utterance.corrections if c.start < end and start < c.end)
    return next((utterance.text[c.start : c.end] for c in here), "")


def _words(utterance: Utterance, said: str, start: int, end: int, at: str) -> Iterator[TimedText]:
    """Characters ``[start, end)``, hesitation apart from the rest."""
    for part in utterance.fillers:
        first, last = max(start, part.start), min(end, part.stop)
        if first < last:
            if start < first:
                yield TimedText(said[start:first], at)
            yield TimedText(said[first:last], at, filler=True)
            start = last
    if start < end:
        yield TimedText(said[start:end], at)


def _timed(utterance: Utterance) -> list[tuple[int, int, float]]:
    """Character ranges of the text, together all of it, and when each begins.

    What stands between words (punctuation) belongs to the one before. Where the recogniser gave no times for
    words, the line's time is shared out by characters.
    """
    text, at = utterance.text, 0
    begins: list[tuple[int, float]] = []
    for word in utterance.words:
        plain = word.text.strip()
        place = text.find(plain, at) if plain else -1
        if place >= 0:
            begins.append((place, word.span.start))
            at = place + len(plain)
    if not begins:
        each = utterance.span.duration / max(1, len(text))
        begins = [(m.start(), utterance.span.start + m.start() * each) for m in _PARTS.finditer(text)]
    if not begins:
        return [(0, len(text), utterance.span.start)] if text else []
    begins[0] = (0, begins[0][1])
    ends = [place for place, _ in begins[1:]] + [len(text)]
    return [(place, end, seconds) for (place, seconds), end in zip(begins, ends, strict=True)]


def _time(seconds: float) -> str:
    return f"{seconds:.2f}".rstrip("0").rstrip(".")
