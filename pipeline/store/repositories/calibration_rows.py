"""Reading calibrations: the statements behind their repository."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from pipeline.domain import Outcome, Severity
from pipeline.errors import Missing
from pipeline.review.calibration import Calibration, CalibrationCall, CalibrationState, Scorer, SheetLine
from pipeline.store import rows
from pipeline.store.repositories.accounts import names_of
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.review_tables import (
    calibration_calls,
    calibration_scorers,
    calibration_scores,
    calibrations,
)
from pipeline.store.tables import calls, findings, inspections


def calibration_of(connection: Connection, calibration_id: int) -> Calibration:
    head = connection.execute(select(calibrations).where(calibrations.c.id == calibration_id)).one_or_none()
    if head is None:
        raise Missing(f"there is no calibration {calibration_id}", code="no-calibration")
    scored = (
        select(calibration_scores.c.call, calibration_scores.c.user)
        .where(calibration_scores.c.calibration == calibration_id)
        .distinct()
    )
    by_call: dict[int, set[int]] = defaultdict(set)
    for row in connection.execute(scored):
        by_call[row.call].add(row.user)
    query = (
        select(calls, calibration_calls.c.place, inspections.c.duration)
        .select_from(
            calibration_calls.join(calls, calls.c.id == calibration_calls.c.call).outerjoin(
                inspections, (inspections.c.call == calls.c.id) & inspections.c.current
            )
        )
        .where(calibration_calls.c.calibration == calibration_id)
        .order_by(calibration_calls.c.place)
    )
    heard = tuple(
        CalibrationCall(
            call_id=row.call_id,
            started_at=rows.read_call(row).started_at,
            duration=row.duration,
            place=row.place,
            scored=len(by_call[row.id]),
        )
        for row in connection.execute(query)
    )
    invited = select(calibration_scorers.c.user).where(calibration_scorers.c.calibration == calibration_id)
    names = names_of(connection, connection.execute(invited).scalars())
    scorers = tuple(
        Scorer(user, name, sum(user in users for users in by_call.values()))
        for user, name in sorted(names.items(), key=lambda item: item[1])
        if user is not None
    )
    return Calibration(
        id=head.id,
        title=head.title,
        state=CalibrationState(head.state),
        expert=head.expert,
        opened_by=head.opened_by,
        opened_at=head.opened_at,
        closed_at=head.closed_at,
        calls=heard,
        scorers=scorers,
    )


def its_call(connection: Connection, calibration_id: int, call_id: str) -> int:
    key = call_key(connection, call_id)
    mine = (calibration_calls.c.calibration == calibration_id) & (calibration_calls.c.call == key)
    if connection.execute(select(calibration_calls.c.place).where(mine)).scalar() is None:
        raise Missing("this calibration has no such call", code="no-call", call=call_id)
    return key


def sealed_calls(connection: Connection, user: int, calibration: int | None = None) -> frozenset[str]:
    """Ids of the calls on whose sheets a person has not scored everything yet, in open calibrations."""
    of, scores = calibration_calls.c, calibration_scores.c
    scored = exists().where(
        scores.calibration == of.calibration,
        scores.call == of.call,
        scores.user == user,
        scores.criterion == findings.c.criterion,
    )
    query = (
        select(calls.c.call_id)
        .distinct()
        .select_from(
            calibrations.join(calibration_scorers, calibration_scorers.c.calibration == calibrations.c.id)
            .join(calibration_calls, of.calibration == calibrations.c.id)
            .join(calls, calls.c.id == of.call)
            .join(inspections, (inspections.c.call == of.call) & inspections.c.current)
            .join(findings, findings.c.inspection == inspections.c.id)
        )
        .where(
            calibrations.c.state == CalibrationState.OPEN.value, calibration_scorers.c.user == user, ~scored
        )
    )
    if calibration is not None:
        query = query.where(calibrations.c.id == calibration)
    return frozenset(connection.execute(query).scalars())


def criteria_of(connection: Connection, call: int) -> list[Row[Any]]:
    query = (
        select(findings.c.criterion, findings.c.title, findings.c.section, findings.c.severity)
        .join(inspections, inspections.c.id == findings.c.inspection)
        .where(inspections.c.call == call, inspections.c.current)
        .order_by(findings.c.number)
    )
    return list(connection.execute(query))


def line_of(row: Row[Any], own: Mapping[str, Row[Any]]) -> SheetLine:
    mine = own.get(row.criterion)
    return SheetLine(
        criterion=row.criterion,
        title=row.title,
        section=row.section,
        severity=None if row.severity is None else Severity(row.severity),
        outcome=None if mine is None else Outcome(mine.outcome),
        comment="" if mine is None else mine.comment,
    )
