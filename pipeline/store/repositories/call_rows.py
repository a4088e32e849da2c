"""Calls as rows of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from pipeline.domain import OpenCause, Satisfaction, Severity, Status
from pipeline.messages import Message
from pipeline.store import codec
from pipeline.store.days import counted
from pipeline.store.people_tables import users
from pipeline.store.projections import claim_of
from pipeline.store.reasons import reasons_of
from pipeline.store.review_tables import cases
from pipeline.store.tables import call_files, calls, inspections


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A call in a list."""

    call_id: str
    started_at: str | None
    """The clock where the call was taken, ISO 8601."""
    counted_at: str
    """The moment that the call counts under where nobody says when it began."""
    file: str
    """The end of the path of its recording: what people know a call by that has neither time nor agent."""
    agent_id: str | None
    agent_name: str | None
    team: str | None
    queue: str | None
    duration: float | None
    status: Status
    reason: Message | None
    reason_code: str | None
    machine_score: float | None
    score: float | None
    """With people's verdicts in it, provisional unless ``final``."""
    score_low: float | None
    score_high: float | None
    final: bool
    """False while anything that costs points is not reviewed or open."""
    passed: bool | None
    """None unless ``final``."""
    fatal: bool
    flagged: bool
    flag_reasons: tuple[Message, ...]
    """With people's verdicts in them; the machine's where nothing is settled."""
    alerts: tuple[str, ...]
    worst: Severity | None
    """Gravest class among what still stands."""
    confidence: float | None
    pending: int
    state: str
    open_findings: int
    """Of the pending ones, those about which somebody has spoken."""
    causes: tuple[OpenCause, ...]
    """Why they are open."""
    priority: float
    assigned: int | None
    assigned_name: str | None
    claimed: int | None
    """Who has it open; None where their time is over."""
    claimed_name: str | None
    finished_name: str | None
    version: int
    satisfaction: Satisfaction | None = None
    """How the customer rated it."""


_assigned, _claimed, _finished = (users.alias(name) for name in ("assigned", "claimed", "finished"))


def _rows(keys: Sequence[int]) -> Select[Any]:
    c, i, of = calls.c, inspections.c, cases.c
    at = call_files.c
    first = select(at.paths).where(at.call == c.id).order_by(at.id).limit(1).scalar_subquery()
    return (
        select(
            *(i.id, i.call, i.rubric, c.call_id, c.started_local, counted().label("counted_at")),
            *(c.agent_id, c.agent_name, c.team, c.queue, c.satisfaction, first.label("paths")),
            *(
                i.duration,
                i.status,
                i.reason,
                i.reason_code,
                i.score.label("machine_score"),
                i.fatal,
                i.flagged,
            ),
            *(i.flag_reasons, i.alerts, of.score, of.passed, of.worst, of.confidence, of.pending, of.state),
            *(of.score_low, of.score_high, of.final, of.open_findings, of.causes),
            *(of.priority, of.assigned, of.claimed, of.claimed_until, of.version),
            _assigned.c.display_name.label("assigned_name"),
            _claimed.c.display_name.label("claimed_name"),
            _finished.c.display_name.label("finished_name"),
        )
        .select_from(cases)
        .join(calls, c.id == of.call)
        .join(inspections, i.id == of.inspection)
        .outerjoin(_assigned, _assigned.c.id == of.assigned)
        .outerjoin(_claimed, _claimed.c.id == of.claimed)
        .outerjoin(_finished, _finished.c.id == of.finished_by)
        .where(of.call.in_(keys))
    )


def rows_of(connection: Connection, keys: Sequence[int]) -> list[QueueRow]:
    """The rows of these calls, in this order."""
    if not keys:
        return []
    rows = list(connection.execute(_rows(keys)))
    reasons = reasons_of(connection, rows)
    found = {row.call: _row(row, reasons[row.id]) for row in rows}
    return [found[key] for key in keys if key in found]


def _row(row: Row[Any], reasons: tuple[Message, ...]) -> QueueRow:
    claim = claim_of(row)
    held = claim is not None and claim.holds(datetime.now(UTC))
    return QueueRow(
        call_id=row.call_id,
        started_at=row.started_local,
        counted_at=row.counted_at,
        file=_tail(row.paths or "[]"),
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        team=row.team,
        queue=row.queue,
        duration=row.duration,
        status=Status(row.status),
        reason=codec.read_message(row.reason),
        reason_code=row.reason_code,
        machine_score=row.machine_score,
        score=row.score,
        score_low=row.score_low,
        score_high=row.score_high,
        final=row.final,
        passed=row.passed,
        fatal=bool(row.fatal),
        flagged=bool(row.flagged),
        flag_reasons=reasons,
        alerts=codec.read_strings(row.alerts or "[]"),
        worst=None if row.worst is None else Severity(row.worst),
        confidence=row.confidence,
        pending=row.pending,
        state=row.state,
        open_findings=row.open_findings,
        causes=tuple(OpenCause(cause) for cause in row.causes.split()),
        priority=row.priority,
        assigned=row.assigned,
        assigned_name=row.assigned_name,
        claimed=row.claimed if held else None,
        claimed_name=row.claimed_name if held else None,
        finished_name=row.finished_name,
        version=row.version,
        satisfaction=None if row.satisfaction is None else Satisfaction(row.satisfaction),
    )


def _tail(paths: str) -> str:
    """Folder and name of the first file: the same name stands in many folders."""
    first = next(iter(codec.read_strings(paths)), "")
    return "/".join(PurePath(first).parts[-2:])
