"""Cases, verdicts and alerts: what inspections and events add up to, written in the transaction that changes
them.

The rules are those of :mod:`pipeline.review`. Of calls nobody has decided anything about, which are nearly
all, the database counts the findings of many at once; the others are read whole, with all their events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    union,
)

from pipeline.domain import FindingVerdict, Outcome, Severity
from pipeline.domain.finding import REQUIRED
from pipeline.review.blind import keeps_added
from pipeline.review.call import CallUnderReview, CaseFigures, figures, undecided_figures
from pipeline.review.claims import Claim
from pipeline.review.effective import Effective, effective
from pipeline.review.folding import verdicts
from pipeline.review.priority import GRAVE, Workload
from pipeline.store import alert_finding, rows
from pipeline.store.days import counted
from pipeline.store.people_tables import users
from pipeline.store.reading import parts_of
from pipeline.store.repositories.decision_rows import history
from pipeline.store.repositories.rulebook_rows import rubric_of
from pipeline.store.review_tables import cases, decisions
from pipeline.store.review_tables import verdicts as verdict_rows
from pipeline.store.statements import pages, upsert_for
from pipeline.store.tables import asked_of_people, calls, findings, inspections


def refresh(connection: Connection, keys: Sequence[int]) -> None:
    """Bring the cases of these calls (by key) up to what their current inspections say."""
    for page in pages(sorted(keys)):
        these = {"keys": page}
        _write_cases(connection, list(_undecided(connection, these)))
        for key in connection.execute(_DECIDED, these).scalars().all():
            _refresh_reviewed(connection, key)
        alert_finding.refresh(connection, page)


def refresh_all(connection: Connection) -> None:
    """Make the cases of a store from before there were any, or from before they said as much."""
    every = select(inspections.c.call).where(inspections.c.current).order_by(inspections.c.call)
    refresh(connection, list(connection.execute(every).scalars()))


def refresh_reviewed(connection: Connection, key: int) -> None:
    """Write the verdicts, the case and the alerts of a call from its events and its current inspection."""
    _refresh_reviewed(connection, key)
    alert_finding.refresh(connection, [key])


def _refresh_reviewed(connection: Connection, key: int) -> None:
    call = reviewed(connection, key)
    if call is not None:
        _write_verdicts(connection, key, call)
        found = figures(call, scored(connection, call))
        _write_cases(connection, [_case_values(key, call.inspection, call.audio_sha256, found)])


def reviewed(connection: Connection, key: int) -> CallUnderReview | None:
    """The current inspection of a call with all events; None where it was never inspected."""
    i, c, of = inspections.c, calls.c, cases.c
    query = (
        select(
            *(*i, c.call_id, c.agent_id, counted().label("day"), of.version, of.finished_at),
            *(of.claimed, of.claimed_until, users.c.display_name.label("claimed_name")),
        )
        .select_from(
            inspections.join(calls, i.call == c.id)
            .outerjoin(cases, of.call == c.id)
            .outerjoin(users, users.c.id == of.claimed)
        )
        .where(i.call == key, i.current)
    )
    found: list[Row[Any]] = list(connection.execute(query))
    if not found:
        return None
    row = found[0]
    events = history(connection, key)
    alerts = (row.alerts or "[]") != "[]"
    return CallUnderReview(
        call_id=row.call_id,
        inspection=row.id,
        inspected_at=datetime.fromisoformat(row.inspected_at),
        audio_sha256=row.audio_sha256,
        flagged=bool(row.flagged) or alerts,
        alerts=alerts,
        day=row.day,
        rubric=row.rubric,
        card=rows.read_scorecard(row, parts_of(connection, findings, [row.id])[row.id]),
        events=events,
        duration=row.duration,
        version=row.version or 0,
        claim=claim_of(row),
        finished=row.finished_at is not None,
        agent_id=row.agent_id,
        verdicts=verdicts(events),
    )


def claim_of(row: Row[Any]) -> Claim | None:
    """From a row with ``claimed``, ``claimed_until`` and ``claimed_name``."""
    if row.claimed is None or row.claimed_until is None:
        return None
    return Claim(row.claimed, datetime.fromtimestamp(row.claimed_until, UTC), row.claimed_name or "")


def scored(connection: Connection, call: CallUnderReview) -> Effective | None:
    """The score with the verdicts in it; None where the sheet was never used."""
    if call.card is None:
        return None
    return effective(call.card, call.verdicts, rubric_of(connection, call.rubric))


_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_WITHHELD = and_(findings.c.inspection == inspections.c.id, findings.c.only_flags)
"""A finding that only flags: what it would cost takes sums by the rubric."""
_DECIDED = union(
    select(decisions.c.call).where(decisions.c.call.in_(_KEYS)),
    select(inspections.c.call)
    .select_from(inspections.join(findings, _WITHHELD))
    .where(inspections.c.call.in_(_KEYS), inspections.c.current),
).order_by("call")


def _undecided(connection: Connection, these: dict[str, Sequence[int]]) -> Iterator[dict[str, Any]]:
    """The cases of those of these calls that nobody has decided anything about and whose findings count."""
    for row in connection.execute(_counts(), these):
        work = Workload(
            undecided=row.undecided,
            doubts=row.doubts,
            worst=None if row.worst is None else Severity(row.worst),
            fatal=bool(row.fatals),
            confidence=row.confidence,
            alerts=(row.alerts or "[]") != "[]",
            day=row.day,
            unanswered=row.unanswered,
        )
        found = undecided_figures(work, flagged=bool(row.flagged), score=row.score, passed=row.passed)
        yield _case_values(row.call, row.inspection, row.audio_sha256, found)


@cache  # building it takes longer than running it
def _counts() -> Select[Any]:
    """One row for each of the calls ``keys`` that nobody has decided about; nothing in them only flags."""
    i, f, held = inspections.c, findings.c, findings.alias()
    failed = f.outcome == Outcome.FAILED.value
    undetermined = f.outcome == Outcome.UNDETERMINED.value
    must = asked_of_people(REQUIRED)
    doubt = and_(undetermined, f.severity.in_([grave.value for grave in GRAVE]))

    def count(which: Any) -> Any:
        return func.coalesce(func.sum(case((which, 1), else_=0)), 0)

    return (
        select(
            *(i.call, i.id.label("inspection"), i.score, i.passed, i.flagged, i.alerts),
            *(calls.c.audio_sha256, counted().label("day")),
            count(failed).label("undecided"),
            count(doubt).label("doubts"),
            count(must).label("unanswered"),
            count(and_(failed, f.fatal)).label("fatals"),
            func.min(case((failed, f.severity))).label("worst"),
            func.min(case((failed, f.confidence))).label("confidence"),
        )
        .select_from(
            inspections.join(calls, i.call == calls.c.id).outerjoin(
                findings, and_(f.inspection == i.id, or_(failed, undetermined, must))
            )
        )
        .where(
            *(i.current, i.call.in_(_KEYS)),
            ~exists(select(1).where(decisions.c.call == i.call)),
            ~exists(select(1).select_from(held).where(held.c.inspection == i.id, held.c.only_flags)),
        )
        .group_by(i.id, calls.c.id)
        .order_by(i.call)  # one order for every writer: no two wait for each other
    )


def _case_values(call: int, inspection: int, sound: str, found: CaseFigures) -> dict[str, Any]:
    values = asdict(found)
    return values | {
        "call": call,
        "inspection": inspection,
        "audio_sha256": sound,
        "causes": " ".join(found.causes),
        "finished_at": None if found.finished_at is None else found.finished_at.isoformat(),
        "version": 1,
    }


def _write_cases(connection: Connection, many: list[dict[str, Any]]) -> None:
    """Write cases; each write makes one version of its case."""
    if many:
        connection.execute(_upsert(connection.dialect.name, tuple(many[0])), many)


@cache
def _upsert(dialect: str, columns: tuple[str, ...]) -> Any:
    statement = upsert_for(dialect, cases)
    changed = {name: statement.excluded[name] for name in columns if name not in ("call", "version")}
    changed["version"] = cases.c.version + 1
    return statement.on_conflict_do_update(index_elements=["call"], set_=changed)


def _write_verdicts(connection: Connection, key: int, call: CallUnderReview) -> None:
    connection.execute(delete(verdict_rows).where(verdict_rows.c.call == key))
    outcomes = {f.criterion: f.outcome for f in call.findings}
    asked = {f.criterion for f in call.findings if f.asked}
    many = [
        {
            "call": key,
            "criterion": one.criterion,
            "verdict": one.verdict,
            "outcome": one.outcome.value,
            "added": keeps_added(one) and one.criterion not in asked,  # no machine missed it
            "applies": one.applies,
            "decision": one.decision,
            "user": one.by,
            "second": one.second,
            **_state(one, outcomes.get(one.criterion)),
            "at": one.at.isoformat(),
        }
        for one in call.verdicts.values()
    ]
    if many:
        connection.execute(insert(verdict_rows), many)


def _state(one: FindingVerdict, outcome: Outcome | None) -> dict[str, str | None]:
    """The state of a finding; none where the machine no longer says what the verdict is about."""
    if not one.holds(outcome):
        return {"state": None, "cause": None, "next": None}
    return {"state": one.state, "cause": one.cause, "next": one.next}
