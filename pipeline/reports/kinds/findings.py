"""One record per criterion and call, with the seconds of audio that prove it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from pipeline.domain import Evidence, Finding, FindingVerdict, Inspection, Outcome, ReviewState, clock
from pipeline.reports.fields import Field, ListOf, Record, Struct, boolean, number, rounded, sentence, text
from pipeline.review.effective import evidence as places
from pipeline.review.folding import outcome_with
from pipeline.rubric.matched import kind_of, matched
from pipeline.store import CallFilter, Store

_PAGE = 200
"""Calls whose verdicts are read at once."""

ADDED = "added by reviewer"
"""How a place was found that a person added."""

EVIDENCE = Struct(
    (
        text("role"),
        number("start"),
        number("end"),
        text("quote", 40),
        text("phrase", 20),
        text("how"),
        number("confidence"),
        text("kind"),
        text("matched", 40),
    )
)
"""``kind`` of the phrase, where one of the lexicons was found; ``matched`` says all of it in a sentence."""

FIELDS: tuple[Field, ...] = (
    text("call_id", 24),
    text("agent_id"),
    text("criterion", 24),
    text("title", 24),
    text("severity", 9),
    text("outcome", 14),
    number("points", 8),
    Field("evidence", ListOf(EVIDENCE), 60),
    text("review"),
    text("open_cause"),
    text("reason", 40),
    text("verdict"),
    text("reviewer"),
    text("comment", 30),
    text("proof", 60),
    boolean("only_flags"),
)
"""``proof`` is the evidence for people, one sentence for each place; ``only_flags``: it takes no
points until a person confirms it (docs/trust.md)."""


def evidence(item: Evidence, inspection: Inspection | None = None) -> Record:
    """``inspection``: the one that the place belongs to; without it, the kind of phrase is not known."""
    kind = kind_of(item, inspection.hits if inspection else ())
    whole = inspection.duration if inspection else None
    return {
        "role": item.role.value if item.role else None,
        "start": rounded(item.span.start),
        "end": rounded(item.span.end),
        "quote": item.quote,
        "phrase": item.phrase,
        "how": item.how.value if item.how else None,
        "confidence": rounded(item.confidence, 4),
        "kind": kind.value if kind else None,
        "matched": sentence(matched(item, kind, whole=whole)),
    }


def proof(places: Sequence[Record]) -> str | None:
    """``0:26 命中忌语 闭嘴 · 识别写作“必须” · 声音确认 79 %；0:40 …``."""
    told = (f"{clock(one['start'])} {one['matched'] or one['quote']}".strip() for one in places)
    return "；".join(told) or None


def record(inspection: Inspection, finding: Finding, said: FindingVerdict | None = None) -> Record:
    """What the machine found, and what people said about just that.

    Of what only people judge: whether it passed or did not apply."""
    held = said if said is not None and not said.added and said.holds(finding.outcome) else None
    cited = [evidence(item, inspection) for item in finding.evidence]
    return {
        **_whose(inspection, finding),
        "outcome": (outcome_with(finding.outcome, held) if finding.asked else finding.outcome).value,
        "points": rounded(finding.points, 2),
        "evidence": cited,
        **review(held),
        "reason": sentence(finding.reason) or "",
        **_said(held),
        "proof": proof(cited),
        "only_flags": finding.only_flags,
    }


def added(inspection: Inspection, finding: Finding, said: FindingVerdict) -> Record:
    """A violation that people found, or more places of one: a record of its own beside the machine's."""
    cited = [
        {**evidence(place, inspection), "how": ADDED, "confidence": None} for place in places(said.additions)
    ]
    return {
        **_whose(inspection, finding),
        "outcome": Outcome.FAILED.value,
        "points": None,
        "evidence": cited,
        **review(said),
        "reason": said.additions[-1].comment,
        **_said(said),
        "proof": proof(cited),
        "only_flags": False,
    }


def review(said: FindingVerdict | None) -> Record:
    """``unreviewed``, ``confirmed``, ``overturned`` or ``open``, and why it is open."""
    state = said.state if said is not None else ReviewState.UNREVIEWED
    cause = said.cause if said is not None else None
    return {"review": state.value, "open_cause": cause.value if cause else None}


def _whose(inspection: Inspection, finding: Finding) -> Record:
    call = inspection.recording.call
    return {
        "call_id": call.call_id,
        "agent_id": call.agent_id,
        "criterion": finding.criterion,
        "title": finding.title,
        "severity": finding.severity.value if finding.severity else None,
    }


def _said(said: FindingVerdict | None) -> Record:
    """``verdict`` is the word that stands, in doubt or not; null where it may not be known yet."""
    if said is None:
        return {"verdict": None, "reviewer": None, "comment": None}
    return {
        "verdict": said.verdict.value if said.verdict else None,
        "reviewer": said.by_name,
        "comment": said.comment or None,
    }


def of_call(inspection: Inspection, said: Mapping[str, FindingVerdict]) -> Iterator[Record]:
    """All records of one call: each finding, followed by what people added to it."""
    for finding in inspection.scorecard.findings if inspection.scorecard else ():
        verdict = said.get(finding.criterion)
        yield record(inspection, finding, verdict)
        if verdict is not None and verdict.additions and verdict.holds(finding.outcome):
            yield added(inspection, finding, verdict)


def records(store: Store, wanted: CallFilter) -> Iterator[Record]:
    found = store.inspections.all(wanted, transcripts=False)
    while page := list(islice(found, _PAGE)):
        said = store.decisions.verdicts_of([one.recording.call.call_id for one in page])
        for inspection in page:
            yield from of_call(inspection, said.get(inspection.recording.call.call_id, {}))
