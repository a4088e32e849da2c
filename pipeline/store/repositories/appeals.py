"""An agent disagrees: filed, accepted, heard, decided."""

from __future__ import annotations

import sys
from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from sqlalchemy import Connection, select, update

from pipeline.domain import DecisionKind, Origin
from pipeline.domain.people import Scope, User, scope_of
from pipeline.domain.review import AppealState
from pipeline.errors import Refused, no_call
from pipeline.review import appeal_rules as rules
from pipeline.review import deciding
from pipeline.review.appeals import OPEN, Appeal, Opinion, Step, Terms, UpheldRates
from pipeline.review.events import NewDecision, check_text, reused
from pipeline.review.notices import NoticeKind
from pipeline.store import identities
from pipeline.store.database import Repository
from pipeline.store.filter import within
from pipeline.store.notifying import accounts_of, tell
from pipeline.store.projections import reviewed
from pipeline.store.repositories.appeal_rows import (
    appeal_of,
    appeals_where,
    has_lapsed,
    standing_in,
    standings_where,
    upheld_rates,
)
from pipeline.store.repositories.appeal_steps import append_step, close_reassigned
from pipeline.store.repositories.appending import append_decision
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.review_tables import appeal_events, appeals
from pipeline.store.tables import calls

EVERYWHERE = Scope()
TERMS = Terms()


class Appeals(Repository):
    """Steps are events: nothing is undone, a wrong step is followed by another.

    Every step takes the person (``by``; None: the shell, which may do what a supervisor may), ``request``,
    the name of the press of a button (again: nothing changes, the same answer), and ``seen``, the version
    that the page showed (None: whatever it is). All raise Missing, Refused or Conflict with a ``code``.
    """

    def file(
        self,
        call_id: str,
        criterion: str,
        reason: str,
        *,
        by: User | None,
        request: str,
        terms: Terms = TERMS,
        late: bool = False,
        sound: str | None = None,
    ) -> Appeal:
        """An agent says that a finding is wrong.

        Args:
            late: file although the time to file is over (the shell).
            sound: SHA-256 of the recording that the person looked at.

        Raises:
            Missing: no such call, or not one of the agent's. Conflict: ``other-recording``.
            Refused: ``appeal-nothing`` (nobody says that this failed), ``appeal-open``, ``appeal-decided``,
                ``appeal-late``, ``appeal-reason``.
        """
        check_text(reason, request=request)
        rules.check_comment(Step.FILE, reason)
        with self._write() as connection:
            # the lock on the call: two who file at once make one appeal
            key = call_key(connection, call_id, lock=True, sound=sound)
            if (known := _answered(connection, request, Step.FILE, by)) is not None:
                return appeal_of(connection, known)
            close_reassigned(connection, [key])
            call = connection.execute(select(calls).where(calls.c.id == key)).one()
            if by is not None and not scope_of(by).holds(agent_id=call.agent_id, team=call.team):
                raise no_call(call_id)
            earlier = appeals_where(connection, appeals.c.call == key, appeals.c.criterion == criterion)
            returned = [rules.check_again(one) for one in earlier]
            reviewer, since = rules.appealable(reviewed(connection, key), criterion)
            now = datetime.now(UTC)
            if not late:
                rules.check_in_time(terms, (*since, *returned), now)
            values = {
                "call": key, "criterion": criterion, "agent_id": call.agent_id, "team": call.team,
                "filed_by": by.id if by else None, "reason": reason.strip(), "state": AppealState.FILED.value,
                "filed_at": now.isoformat(), "due_at": _text(rules.due_after(Step.FILE, terms, now)),
                "reviewer": reviewer, "version": 1, "audio_sha256": call.audio_sha256,
            }  # fmt: skip
            made = connection.execute(appeals.insert().returning(appeals.c.id), values).scalar_one()
            append_step(
                connection, int(made), Step.FILE, by=by.id if by else None, request=request, at=now,
                comment=reason,
            )  # fmt: skip
            return appeal_of(connection, int(made))

    def accept(
        self, appeal: int, *, by: User | None, request: str, seen: int | None = None, comment: str = "",
        terms: Terms = TERMS,
    ) -> Appeal:  # fmt: skip
        """Let it through to the panel."""
        return self._take(appeal, Step.ACCEPT, by, request, seen, comment, terms=terms)

    def send_back(
        self, appeal: int, *, by: User | None, request: str, seen: int | None = None, comment: str
    ) -> Appeal:
        """Return it to the agent, with the reason."""
        return self._take(appeal, Step.RETURN, by, request, seen, comment)

    def withdraw(
        self, appeal: int, *, by: User | None, request: str, seen: int | None = None, comment: str = ""
    ) -> Appeal:
        """The agent takes it back."""
        return self._take(appeal, Step.WITHDRAW, by, request, seen, comment)

    def opine(
        self, appeal: int, opinion: Opinion, *, by: User | None, request: str, seen: int | None = None,
        comment: str,
    ) -> Appeal:  # fmt: skip
        """What a member of the panel says after listening."""
        return self._take(appeal, Step.OPINION, by, request, seen, comment, opinion=opinion)

    def remark(
        self, appeal: int, comment: str, *, by: User | None, request: str, seen: int | None = None
    ) -> Appeal:
        """A remark that everybody who sees the appeal reads."""
        return self._take(appeal, Step.COMMENT, by, request, seen, comment)

    def decide(
        self, appeal: int, opinion: Opinion, *, by: User | None, request: str, seen: int | None = None,
        comment: str, without_panel: bool = False,
    ) -> Appeal:  # fmt: skip
        """The supervisor ends it. Upheld overturns the finding, rejected confirms it: a decision with origin
        ``appeal``, in the same transaction.

        Args:
            without_panel: decide although not all three parties were heard; the events say who was.
        """
        return self._take(
            appeal, Step.DECIDE, by, request, seen, comment, opinion=opinion, without_panel=without_panel
        )

    def appeal(self, appeal: int) -> Appeal:
        """
        Raises:
            Missing: there is none of this number.
        """
        with self._read() as connection:
            return appeal_of(connection, appeal)

    def all(
        self, *, scope: Scope = EVERYWHERE, states: Collection[AppealState] = (), limit: int = 500
    ) -> tuple[Appeal, ...]:
        """Appeals inside the scope, those due first on top; all states where none is named."""
        conditions = [within(scope)]
        if states:
            conditions.append(standing_in(states))
        with self._read() as connection:
            return appeals_where(connection, *conditions, limit=limit)

    def of_call(self, call_id: str) -> tuple[Appeal, ...]:
        """All appeals about a call."""
        with self._read() as connection:
            return appeals_where(connection, appeals.c.call == call_key(connection, call_id))

    def waiting_for(self, user: User) -> int:
        """How many open appeals wait for this person's step."""
        conditions = [within(scope_of(user)), standing_in(OPEN)]
        with self._read() as connection:
            return sum(rules.waits_for(one, user) for one in standings_where(connection, *conditions))

    def rates(self, *, scope: Scope = EVERYWHERE) -> UpheldRates:
        """How many decided appeals were right, by criterion and by reviewer."""
        with self._read() as connection:
            return upheld_rates(connection, scope)

    def _take(
        self,
        appeal: int,
        step: Step,
        by: User | None,
        request: str,
        seen: int | None,
        comment: str,
        *,
        terms: Terms = TERMS,
        opinion: Opinion | None = None,
        without_panel: bool = False,
    ) -> Appeal:
        check_text(comment, request=request)
        rules.check_comment(step, comment)
        with self._write() as connection:
            found = _locked(connection, appeal)
            if (known := _answered(connection, request, step, by)) is not None:
                if known != appeal:
                    raise reused(request)
                return found
            if seen is not None and seen != found.version:
                raise rules.changed_meanwhile(found)
            rules.check_step(step, found.standing, by, without_panel=without_panel)
            now = datetime.now(UTC)
            append_step(
                connection, appeal, step, by=by.id if by else None, request=request, at=now, comment=comment,
                opinion=opinion,
            )  # fmt: skip
            values: dict[str, object] = {"version": found.version + 1}
            if (state := rules.next_state(step, opinion)) is not None:
                values |= {"state": state.value, "due_at": _text(rules.due_after(step, terms, now))}
            if step is Step.DECIDE:
                values["decided_at"] = now.isoformat()
            connection.execute(update(appeals).where(appeals.c.id == appeal).values(values))
            if step is Step.DECIDE:
                _write_verdict(connection, found, opinion, by, request, comment)
                _tell(connection, appeal, by)
            return appeal_of(connection, appeal)


def _locked(connection: Connection, appeal: int) -> Appeal:
    """The appeal, locked, and sent up if the lead let the deadline pass, or closed if the call is another
    agent's by now. The call first: whoever saves it closes its appeals in the same order."""
    about = select(appeals.c.call).where(appeals.c.id == appeal).scalar_subquery()
    for key in identities.locked(connection, calls.c.id == about):
        close_reassigned(connection, [key])
    row = connection.execute(select(appeals).where(appeals.c.id == appeal).with_for_update()).one_or_none()
    if row is not None and has_lapsed(row):
        at = datetime.fromisoformat(row.due_at)
        append_step(connection, appeal, Step.EXPIRE, by=None, request=str(uuid4()), at=at)
        values = {"state": AppealState.EXPIRED.value, "due_at": None, "version": row.version + 1}
        connection.execute(update(appeals).where(appeals.c.id == appeal).values(values))
    return appeal_of(connection, appeal)


def _answered(connection: Connection, request: str, step: Step, by: User | None) -> int | None:
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


def _write_verdict(
    connection: Connection,
    found: Appeal,
    opinion: Opinion | None,
    by: User | None,
    request: str,
    comment: str,
) -> None:
    """The decision overturns or confirms the finding, in the same transaction."""
    event = NewDecision(
        DecisionKind.VERDICT,
        by.id if by else None,
        request,
        Origin.APPEAL,
        criterion=found.criterion,
        verdict=rules.verdict_of(opinion),
        comment=comment.strip(),
    )
    # the panel has heard everything: there is nothing it could have overlooked
    rule = partial(deciding.decide, seen=sys.maxsize)
    try:
        append_decision(connection, found.call.call_id, event, rule)
    except Refused as refused:
        if refused.code not in rules.MOOT:
            raise


def _tell(connection: Connection, appeal: int, by: User | None) -> None:
    """Whoever filed it, and whose call it is, learn that it is decided."""
    a = appeals.c
    row = connection.execute(select(a.call, a.agent_id, a.filed_by).where(a.id == appeal)).one()
    to = [row.filed_by, *accounts_of(connection, row.agent_id)]
    who = by.id if by else None
    tell(connection, NoticeKind.APPEAL, to, key=appeal, by=who, call=row.call, number=appeal)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
