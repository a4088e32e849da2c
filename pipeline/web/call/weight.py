"""What of the machine's findings takes points, and the reason in words where something does not.

Red on the page is what counts. A place that was heard too faintly, or that only a person may judge, is drawn
apart from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pipeline.domain import (
    Evidence,
    Finding,
    FindingVerdict,
    How,
    Outcome,
    PhraseHit,
    PhraseKind,
    ReviewState,
    Severity,
    Span,
)
from pipeline.messages import Message
from pipeline.rubric.answer import Bar

if TYPE_CHECKING:
    from pipeline.web.call.sheet import Entry

OPEN_OUTCOMES = (Outcome.FAILED, Outcome.UNDETERMINED)

_CodesByPlace: TypeAlias = Mapping[tuple[str | None, Span], str]
"""Phrase and place of a hit -> its code."""

MEANING = Message("weight.meaning")
PERSON = Message("weight.person")
FLAGS = Message("weight.flags")
OVERTURNED = Message("weight.overturned")
NOWHERE = Message("weight.nowhere")


@dataclass(frozen=True, slots=True)
class WeakHit:
    """A forbidden phrase that was found and takes no points."""

    hit: PhraseHit
    why: Message
    criterion: str | None = None
    """Which it is proof of or, ``beside`` its proof, would be; None where no finding is about such words."""
    beside: bool = False


def why_not(finding: Finding, verdict: FindingVerdict | None, bar: float | None) -> Message | None:
    """Why a finding takes no points; None where it does, or where nobody suspects anything.

    Args:
        bar: the confidence (0..1) from which on a phrase of its class accuses; None where it has no class.
    """
    if finding.severity is None or bar is None or finding.outcome not in OPEN_OUTCOMES:
        return None
    if verdict is not None and verdict.settled:
        return None if verdict.state is ReviewState.CONFIRMED else OVERTURNED
    if finding.outcome is Outcome.UNDETERMINED:
        return _doubt(finding.evidence, finding.severity, bar)
    return FLAGS if finding.only_flags else None


def _doubt(evidence: Iterable[Evidence], severity: Severity, bar: float) -> Message:
    """Of what the machine could not determine."""
    said = [(item.how, item.confidence) for item in evidence if item.how is not None]
    if said and all(how is How.MEANING for how, _ in said):
        return MEANING
    surest = max((sure for _, sure in said), default=1.0)
    return below(surest, severity, bar) if surest < bar else PERSON


def below(sure: float, severity: Severity, bar: float) -> Message:
    """Rounded down: 69.7 % is not the 70 % that it lacks."""
    percent, wanted = math.floor(100 * sure + 1e-9), round(100 * bar)
    return Message("weight.below", percent=percent, severity=severity.value, bar=wanted)


def weak_hits(
    hits: Iterable[PhraseHit], entries: Iterable[Entry], bars: Mapping[Severity, Bar]
) -> tuple[WeakHit, ...]:
    """The forbidden phrases among ``hits`` that none of the findings takes points for."""
    hits, entries = tuple(hits), tuple(e for e in entries if e.finding.outcome in OPEN_OUTCOMES)
    codes: dict[tuple[str | None, Span], str] = {(hit.phrase, hit.span): hit.code for hit in hits}
    return tuple(_weak(hits, entries, codes, bars))


def _weak(
    hits: tuple[PhraseHit, ...],
    entries: tuple[Entry, ...],
    codes: _CodesByPlace,
    bars: Mapping[Severity, Bar],
) -> Iterator[WeakHit]:
    for hit in hits:
        if hit.kind is not PhraseKind.FORBIDDEN:
            continue
        place = (hit.phrase, hit.span)
        proved = [e for e in entries if any((i.phrase, i.span) == place for i in e.finding.evidence)]
        reasons = [entry.why_not for entry in proved]
        if proved:
            if None not in reasons and reasons[0] is not None:
                why = _own(hit, proved[0], bars) or reasons[0]
                yield WeakHit(hit, why, proved[0].finding.criterion)
            continue
        kin = next((e for e in entries if hit.code in _codes(e.finding, codes)), None)
        if kin is not None and _added(hit, kin):
            continue
        # What people say of the finding is about its proof, and this place is none.
        faint = _faint(hit, kin, bars) if kin is not None else None
        other = MEANING if hit.how is How.MEANING else faint or NOWHERE
        yield WeakHit(hit, other, kin.finding.criterion if kin else None, beside=kin is not None)


def _own(hit: PhraseHit, entry: Entry, bars: Mapping[Severity, Bar]) -> Message | None:
    """That this place is too faint, where it is and nobody has decided yet."""
    if entry.verdict is not None and entry.verdict.settled:
        return None
    return _faint(hit, entry, bars)


def _added(hit: PhraseHit, entry: Entry) -> bool:
    """Whether people named this very place, and it counts."""
    held = entry.verdict
    counts = held is not None and held.settled and held.state is ReviewState.CONFIRMED
    return counts and any(place.span & hit.span for place in entry.additions)


def _faint(hit: PhraseHit, entry: Entry, bars: Mapping[Severity, Bar]) -> Message | None:
    """That this place is too faint for the class of a finding, where it is."""
    severity = entry.finding.severity
    if severity is None:
        return None
    bar = bars[severity].accuse
    return below(hit.confidence, severity, bar) if hit.confidence < bar else None


def _codes(finding: Finding, codes: _CodesByPlace) -> set[str]:
    """Of the phrases that prove a finding."""
    return {code for item in finding.evidence if (code := codes.get((item.phrase, item.span)))}
