"""The case of a call that people have decided something about: their verdicts, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from pipeline.domain import (
    CaseState,
    Decision,
    DecisionKind,
    Finding,
    FindingVerdict,
    Outcome,
    Scorecard,
    Severity,
)
from pipeline.review.blind import keeps_added
from pipeline.review.effective import Effective, effective
from pipeline.review.folding import outcome_with, taken_back, verdicts
from pipeline.review.priority import Weighed, urgency
from pipeline.store import rows
from pipeline.store.days import counted
from pipeline.store.reading import parts_of
from pipeline.store.repositories.decision_rows import history
from pipeline.store.review_tables import cases
from pipeline.store.review_tables import verdicts as verdict_rows
from pipeline.store.rulebooks import rubric_of
from pipeline.store.statements import upsert
from pipeline.store.tables import calls, findings, inspections


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A call with what people said about it."""

    key: int
    """Of the call."""
    inspection: int
    audio_sha256: str
    flagged: bool
    """Flagged or with an alert."""
    alerts: bool
    day: str
    rubric: str
    card: Scorecard | None
    events: tuple[Decision, ...]
    duration: float | None
    version: int
    """Of the case; 0 where there is none yet."""
    verdicts: dict[str, FindingVerdict]
    """Criterion -> verdict, those that do not hold any more too."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.card.findings if self.card else ()

    @property
    def undecided(self) -> int:
        """Violations that nobody has decided about."""
        failed = (f for f in self.findings if f.outcome is Outcome.FAILED and f.severity is not None)
        return sum(self.held(f.criterion, f.outcome) is None for f in failed)

    @property
    def weighed(self) -> dict[str, Weighed]:
        """Criterion -> finding as the queue sees it."""
        return {
            f.criterion: Weighed(
                outcome=f.outcome,
                severity=f.severity,
                fatal=f.fatal,
                confidence=min((e.confidence for e in f.evidence), default=None),
                verdict=self.held(f.criterion, f.outcome),
            )
            for f in self.findings
        }

    @property
    def waiting(self) -> dict[str, Outcome]:
        """What nobody has spoken about, and what the machine says of it."""
        return {criterion: one.outcome for criterion, one in self.weighed.items() if one.waits}

    def held(self, criterion: str, outcome: Outcome | None) -> FindingVerdict | None:
        found = self.verdicts.get(criterion)
        return found if found is not None and found.holds(outcome) else None


def reviewed(connection: Connection, key: int) -> Reviewed | None:
    """The current inspection of a call with all events; None where it was never inspected."""
    i, c = inspections.c, calls.c
    query = (
        select(*i, counted().label("day"), cases.c.version)
        .select_from(inspections.join(calls, i.call == c.id).outerjoin(cases, cases.c.call == c.id))
        .where(i.call == key, i.current)
    )
    found: list[Row[Any]] = list(connection.execute(query))
    if not found:
        return None
    row = found[0]
    events = history(connection, key)
    alerts = (row.alerts or "[]") != "[]"
    return Reviewed(
        key=key,
        inspection=row.id,
        audio_sha256=row.audio_sha256,
        flagged=bool(row.flagged) or alerts,
        alerts=alerts,
        day=row.day,
        rubric=row.rubric,
        card=rows.read_scorecard(row, parts_of(connection, findings, [row.id])[row.id]),
        events=events,
        duration=row.duration,
        version=row.version or 0,
        verdicts=verdicts(events),
    )


def scored(connection: Connection, call: Reviewed) -> Effective | None:
    """The score with the verdicts in it; None where the sheet was never used."""
    if call.card is None:
        return None
    return effective(call.card, call.verdicts, rubric_of(connection, call.rubric))


def keep_reviewed(connection: Connection, key: int) -> None:
    """Write the verdicts and the case of a call from its events and its current inspection."""
    call = reviewed(connection, key)
    if call is None:
        return
    _keep_verdicts(connection, call)
    _keep_case(connection, call)


def _keep_verdicts(connection: Connection, call: Reviewed) -> None:
    connection.execute(delete(verdict_rows).where(verdict_rows.c.call == call.key))
    outcomes = {f.criterion: f.outcome for f in call.findings}
    if call.verdicts:
        many = [
            {
                "call": call.key,
                "criterion": one.criterion,
                "verdict": one.verdict,
                "outcome": one.outcome.value,
                "added": keeps_added(one),
                "decision": one.decision,
                "user": one.by,
                "second": one.second,
                **_standing(one, outcomes.get(one.criterion)),
                "at": one.at.isoformat(),
            }
            for one in call.verdicts.values()
        ]
        connection.execute(insert(verdict_rows), many)


def _standing(one: FindingVerdict, outcome: Outcome | None) -> dict[str, str | None]:
    """The state of a finding; none where the machine no longer says what the verdict is about."""
    if not one.holds(outcome):
        return {"state": None, "cause": None, "next": None}
    return {"state": one.state, "cause": one.cause, "next": one.next}


def _keep_case(connection: Connection, call: Reviewed) -> None:
    found = urgency(call.weighed.values(), alerts=call.alerts, day=call.day)
    score = scored(connection, call)
    finished_by, finished_at = _finished(call.events, call.waiting)
    state = CaseState.OPEN if call.flagged or found.open_findings else CaseState.NONE
    if finished_at is not None and not found.open_findings:
        state = CaseState.DONE
    values: dict[str, Any] = {
        "audio_sha256": call.audio_sha256,
        "inspection": call.inspection,
        "state": state.value,
        "priority": found.priority,
        "worst": _worst(call),
        "confidence": found.confidence,
        "pending": found.pending,
        "score": score.score if score else None,
        "score_low": score.low if score else None,
        "score_high": score.high if score else None,
        "final": score.final if score else True,
        "passed": score.passed if score else None,
        "passes_low": score.passes_low if score else None,
        "passes_high": score.passes_high if score else None,
        "open_findings": found.open_findings,
        "causes": " ".join(found.causes),
        "finished_by": finished_by,
        "finished_at": finished_at,
        "version": call.version + 1,
    }
    statement = upsert(connection, cases).values(call=call.key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["call"], set_=values))


def _worst(call: Reviewed) -> str | None:
    """Gravest class among what still stands."""
    standing: list[Severity] = [
        f.severity
        for f in call.findings
        if f.severity is not None
        and outcome_with(f.outcome, call.verdicts.get(f.criterion)) is Outcome.FAILED
    ]
    return min(standing, default=None)


def _finished(events: Sequence[Decision], waiting: Mapping[str, Outcome]) -> tuple[int | None, str | None]:
    """Who finished the call and when; nobody where something waits since that was not left then.

    The number alone does not tell: one finding may have gone and another come. A doubt that was left and has
    become a violation is new too.
    """
    gone = taken_back(events)
    kinds = (DecisionKind.FINISH, DecisionKind.REOPEN)
    turns = [e for e in events if e.kind in kinds and e.id not in gone and not e.sound_in_doubt]
    if not turns or turns[-1].kind is DecisionKind.REOPEN:
        return None, None
    kept = turns[-1].details.get("left")
    left = kept if isinstance(kept, dict) else {}
    if any(left.get(criterion) not in (outcome, Outcome.FAILED) for criterion, outcome in waiting.items()):
        return None, None
    return turns[-1].by, turns[-1].at.isoformat()
