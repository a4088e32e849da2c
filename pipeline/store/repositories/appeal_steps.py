"""Steps of appeals as rows, and those that nobody takes: the call is another agent's by now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection, select, update

from pipeline.domain.review import AppealState
from pipeline.review.appeals import OPEN, Opinion, Step
from pipeline.store.auditing import note
from pipeline.store.review_tables import appeal_events, appeals
from pipeline.store.statements import pages
from pipeline.store.tables import calls


def append_step(
    connection: Connection,
    appeal: int,
    step: Step,
    *,
    by: int | None,
    request: str,
    at: datetime,
    comment: str = "",
    opinion: Opinion | None = None,
) -> None:
    """Write one step, and its row of the log."""
    values = {
        "appeal": appeal,
        "kind": step.value,
        "opinion": None if opinion is None else opinion.value,
        "comment": comment.strip(),
        "user": by,
        "at": at.isoformat(),
        "request": request,
    }
    connection.execute(appeal_events.insert(), values)
    about = select(appeals.c.call, appeals.c.criterion).where(appeals.c.id == appeal)
    call, criterion = connection.execute(about).one()
    note(
        connection, f"appeal-{step.value}", by=by, subject=str(appeal), call=call, criterion=criterion
    )  # fmt: skip


def close_reassigned(connection: Connection, keys: Sequence[int]) -> None:
    """Close the open appeals about these calls that were filed for another agent than the calls have now.

    What somebody said about a call that turns out not to be theirs holds nobody up: whose it is may appeal.
    The caller holds the calls. An appeal from before the call had an agent stays: the call was completed.
    """
    for page in pages(sorted(keys)):
        moved = (
            select(appeals.c.id, appeals.c.version)
            .join(calls, calls.c.id == appeals.c.call)
            .where(
                appeals.c.call.in_(page),
                appeals.c.state.in_([state.value for state in OPEN]),
                appeals.c.agent_id.is_not(None),
                appeals.c.agent_id.is_distinct_from(calls.c.agent_id),
            )
            .order_by(appeals.c.id)
        )
        for appeal, version in connection.execute(moved.with_for_update(of=appeals)).all():
            append_step(
                connection, appeal, Step.REASSIGN, by=None, request=str(uuid4()), at=datetime.now(UTC)
            )
            closed = {"state": AppealState.WITHDRAWN.value, "due_at": None, "version": version + 1}
            connection.execute(update(appeals).where(appeals.c.id == appeal).values(closed))
