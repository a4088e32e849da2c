"""The statements of the steps of an appeal, inside their transactions."""

from __future__ import annotations

import sys
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, select, update

from pipeline.domain import DecisionKind, Origin, Verdict
from pipeline.domain.people import User
from pipeline.domain.review import AppealState
from pipeline.errors import Conflict, Refused
from pipeline.review.appeals import OPEN, Appeal, Opinion, Step
from pipeline.review.blind import hides
from pipeline.review.folding import accused
from pipeline.store.auditing import note
from pipeline.store.repositories import deciding
from pipeline.store.repositories.appeal_rows import DECIDED, appeal_of, has_lapsed
from pipeline.store.repositories.decision_rows import MAX_REQUEST, MAX_TEXT, Event, reused
from pipeline.store.review_tables import appeal_events, appeals
from pipeline.store.reviewed import reviewed
from pipeline.store.tables import inspections

MOOT = ("not-a-finding", "not-on-the-sheet", "no-sheet")
"""Refusals that say: the machine accuses of this no longer, so there is nothing to write beside it."""


def locked(connection: Connection, appeal: int) -> Appeal:
    """The appeal, locked, and sent up if the lead let the deadline pass."""
    row = connection.execute(select(appeals).where(appeals.c.id == appeal).with_for_update()).one_or_none()
    if row is not None and has_lapsed(row):
        append(connection, appeal, Step.EXPIRE, None, str(uuid4()), datetime.fromisoformat(row.due_at))
        values = {"state": AppealState.EXPIRED.value, "due_at": None, "version": row.version + 1}
        connection.execute(update(appeals).where(appeals.c.id == appeal).values(values))
    return appeal_of(connection, appeal)


def appealed(connection: Connection, key: int, criterion: str) -> tuple[int | None, list[datetime | None]]:
    """Whose finding it is, and from when the time to file runs.

    Raises:
        Refused: it costs no points, and cannot come to.
    """
    call = reviewed(connection, key)
    finding = next((f for f in call.findings if f.criterion == criterion), None) if call else None
    held = call.held(criterion, finding.outcome) if call and finding else None
    if call is None or finding is None or not accused(finding.outcome, held):
        raise Refused(
            "an appeal is about a finding that costs points, and this does not", code="appeal-nothing"
        )
    inspected = select(inspections.c.inspected_at).where(inspections.c.id == call.inspection)
    since = datetime.fromisoformat(connection.execute(inspected).scalar_one())
    known = held is not None and not hides(held)  # whose it is, is not told before both have spoken
    return (held.by if held and known else None), [since, held.at if held else None]


def refuse_again(earlier: Appeal) -> datetime | None:
    """From when the time runs anew after an earlier appeal about the same finding.

    Raises:
        Refused: it is still open, or the panel has decided.
    """
    if earlier.state in OPEN:
        raise Refused(
            f"appeal {earlier.id} about this finding is open", code="appeal-open", appeal=earlier.id
        )
    if earlier.state.value in DECIDED:
        raise Refused("the panel has decided about this finding", code="appeal-decided", appeal=earlier.id)
    returned = [event.at for event in earlier.events if event.kind is Step.RETURN]
    return returned[-1] if returned else None


def answered(connection: Connection, request: str, step: Step, by: User | None) -> int | None:
    """The appeal that this request was about, if it came before.

    Raises:
        Conflict: the request was used for something else.
    """
    row = connection.execute(select(appeal_events).where(appeal_events.c.request == request)).one_or_none()
    if row is None:
        return None
    if (row.kind, row.user) != (step.value, by.id if by else None):
        raise reused(request)
    return int(row.appeal)


def meanwhile(found: Appeal) -> Conflict:
    last = found.events[-1]
    who = last.by_name or ""
    return Conflict(
        f"{who or 'the program'} was first ({last.kind}); look at the appeal again",
        code="appeal-meanwhile", who=who, step=last.kind.value, at=last.at.isoformat(),
    )  # fmt: skip


def append(
    connection: Connection, appeal: int, step: Step, by: User | None, request: str, at: datetime, *,
    comment: str = "", opinion: Opinion | None = None,
) -> None:  # fmt: skip
    values = {
        "appeal": appeal, "kind": step.value, "opinion": None if opinion is None else opinion.value,
        "comment": comment.strip(), "user": by.id if by else None, "at": at.isoformat(), "request": request,
    }  # fmt: skip
    connection.execute(appeal_events.insert(), values)
    about = select(appeals.c.call, appeals.c.criterion).where(appeals.c.id == appeal)
    call, criterion = connection.execute(about).one()
    note(
        connection, f"appeal-{step.value}", by=by.id if by else None, subject=str(appeal), call=call,
        criterion=criterion,
    )  # fmt: skip


def write_verdict(
    connection: Connection,
    found: Appeal,
    opinion: Opinion | None,
    by: User | None,
    request: str,
    comment: str,
) -> None:
    verdict = Verdict.OVERTURNED if opinion is Opinion.UPHOLD else Verdict.CONFIRMED
    event = Event(
        DecisionKind.VERDICT, by.id if by else None, request, Origin.APPEAL,
        criterion=found.criterion, verdict=verdict, comment=comment.strip(),
    )  # fmt: skip
    try:
        # the panel has heard everything: there is nothing it could have overlooked
        deciding.once(
            connection, found.call.call_id, event, lambda c, k: deciding.decide(c, k, event, seen=sys.maxsize)
        )
    except Refused as refused:
        if refused.code not in MOOT:
            raise


def check_text(text: str, request: str) -> None:
    if len(text) > MAX_TEXT:
        raise Refused(f"the text is longer than {MAX_TEXT} characters; shorten it", code="too-long")
    if not 0 < len(request) <= MAX_REQUEST:
        raise Refused(f"a request name has 1 to {MAX_REQUEST} characters", code="bad-request-name")
