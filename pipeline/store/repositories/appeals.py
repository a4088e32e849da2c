"""An agent disagrees: filed, accepted, heard, decided."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import select, update

from pipeline.domain.people import Scope, User, scope_of
from pipeline.domain.review import AppealState
from pipeline.errors import Missing, Refused
from pipeline.review.appeals import OPEN, Appeal, Opinion, Step, Terms, UpheldRates, check_step, waits_for
from pipeline.store.repositories.appeal_rows import (
    appeal_of,
    appeals_where,
    inside,
    standing_in,
    standings_where,
    upheld_rates,
)
from pipeline.store.repositories.appeal_writing import (
    answered,
    appealed,
    append,
    check_text,
    locked,
    meanwhile,
    refuse_again,
    write_verdict,
)
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.repositories.decision_rows import reused
from pipeline.store.repository import Repository
from pipeline.store.review_tables import appeals
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
        check_text(reason, request)
        if not reason.strip():
            raise Refused("say why the finding is wrong", code="appeal-reason")
        with self._write() as connection:
            # the lock on the call: two who file at once make one appeal
            key = call_key(connection, call_id, lock=True, sound=sound)
            if (known := answered(connection, request, Step.FILE, by)) is not None:
                return appeal_of(connection, known)
            call = connection.execute(select(calls).where(calls.c.id == key)).one()
            if by is not None and not scope_of(by).holds(agent_id=call.agent_id, team=call.team):
                raise Missing(f"there is no call {call_id!r}", code="no-call", call=call_id)
            earlier = appeals_where(connection, appeals.c.call == key, appeals.c.criterion == criterion)
            returned = [refuse_again(one) for one in earlier]
            reviewer, since = appealed(connection, key, criterion)
            since += returned
            now = datetime.now(UTC)
            if not late and now > (until := terms.file_by(*since)):
                raise Refused(
                    f"the time to appeal ended on {until.astimezone():%Y-%m-%d %H:%M}",
                    code="appeal-late", until=f"{until.astimezone():%Y-%m-%d %H:%M}",
                )  # fmt: skip
            values = {
                "call": key, "criterion": criterion, "agent_id": call.agent_id, "team": call.team,
                "filed_by": by.id if by else None, "reason": reason.strip(), "state": AppealState.FILED.value,
                "filed_at": now.isoformat(), "due_at": terms.lead_by(now).isoformat(), "reviewer": reviewer,
                "version": 1, "audio_sha256": call.audio_sha256,
            }  # fmt: skip
            made = connection.execute(appeals.insert().returning(appeals.c.id), values).scalar_one()
            append(connection, int(made), Step.FILE, by, request, now, comment=reason)
            return appeal_of(connection, int(made))

    def accept(
        self, appeal: int, *, by: User | None, request: str, seen: int | None = None, comment: str = "",
        terms: Terms = TERMS,
    ) -> Appeal:  # fmt: skip
        """Let it through to the panel."""
        due = terms.panel_by(datetime.now(UTC))
        return self._take(
            appeal, Step.ACCEPT, by, request, seen, comment, state=AppealState.ACCEPTED, due_at=due
        )

    def send_back(
        self, appeal: int, *, by: User | None, request: str, seen: int | None = None, comment: str
    ) -> Appeal:
        """Return it to the agent, with the reason."""
        if not comment.strip():
            raise Refused("say why the appeal goes back", code="appeal-reason")
        return self._take(appeal, Step.RETURN, by, request, seen, comment, state=AppealState.RETURNED)

    def withdraw(
        self, appeal: int, *, by: User | None, request: str, seen: int | None = None, comment: str = ""
    ) -> Appeal:
        """The agent takes it back."""
        return self._take(appeal, Step.WITHDRAW, by, request, seen, comment, state=AppealState.WITHDRAWN)

    def opine(
        self, appeal: int, opinion: Opinion, *, by: User | None, request: str, seen: int | None = None,
        comment: str,
    ) -> Appeal:  # fmt: skip
        """What a member of the panel says after listening."""
        if not comment.strip():
            raise Refused("say what you heard", code="appeal-reason")
        return self._take(appeal, Step.OPINION, by, request, seen, comment, opinion=opinion)

    def remark(
        self, appeal: int, comment: str, *, by: User | None, request: str, seen: int | None = None
    ) -> Appeal:
        """A remark that everybody who sees the appeal reads."""
        if not comment.strip():
            raise Refused("the comment is empty", code="empty")
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
        if not comment.strip():
            raise Refused("say why", code="appeal-reason")
        state = AppealState.UPHELD if opinion is Opinion.UPHOLD else AppealState.REJECTED
        return self._take(
            appeal, Step.DECIDE, by, request, seen, comment,
            opinion=opinion, state=state, without_panel=without_panel,
        )  # fmt: skip

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
        conditions = inside(scope)
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
        conditions = [*inside(scope_of(user)), standing_in(OPEN)]
        with self._read() as connection:
            return sum(waits_for(one, user) for one in standings_where(connection, *conditions))

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
        state: AppealState | None = None,
        due_at: datetime | None = None,
        opinion: Opinion | None = None,
        without_panel: bool = False,
    ) -> Appeal:
        check_text(comment, request)
        with self._write() as connection:
            found = locked(connection, appeal)
            if (known := answered(connection, request, step, by)) is not None:
                if known != appeal:
                    raise reused(request)
                return found
            if seen is not None and seen != found.version:
                raise meanwhile(found)
            check_step(step, found.standing, by, without_panel=without_panel)
            now = datetime.now(UTC)
            append(connection, appeal, step, by, request, now, comment=comment, opinion=opinion)
            values: dict[str, object] = {"version": found.version + 1}
            if state is not None:
                values |= {"state": state.value, "due_at": due_at.isoformat() if due_at else None}
            if step is Step.DECIDE:
                values["decided_at"] = now.isoformat()
            connection.execute(update(appeals).where(appeals.c.id == appeal).values(values))
            if step is Step.DECIDE:
                write_verdict(connection, found, opinion, by, request, comment)
            return appeal_of(connection, appeal)
