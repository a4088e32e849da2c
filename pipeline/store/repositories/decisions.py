"""Verdicts, additions, role corrections, comments, undo: the events that people append."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, select

from pipeline.domain import (
    Case,
    Decision,
    DecisionKind,
    FindingVerdict,
    Inspection,
    Origin,
    Outcome,
    Role,
    Span,
    Verdict,
)
from pipeline.review import blind, deciding
from pipeline.review.call import CallUnderReview
from pipeline.review.claims import Actor
from pipeline.review.effective import Effective
from pipeline.review.events import NewDecision
from pipeline.review.folding import answers, swapped, verdicts
from pipeline.store.database import Repository
from pipeline.store.projections import reviewed, scored
from pipeline.store.repositories.accounts import names_of
from pipeline.store.repositories.appending import Rule, append_decision, undo_decision
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.repositories.decision_rows import event_of, histories, history
from pipeline.store.repositories.rulebook_rows import rubric_of
from pipeline.store.review_tables import decisions
from pipeline.store.statements import pages
from pipeline.store.tables import calls


class Decisions(Repository):
    """What people say about findings, as events.

    Every writing method takes the key of the user (``by``; None: the command line) and ``request``, a name
    the browser made for this press of a button: the same request again changes nothing and answers the same;
    with other content it is a Conflict. All raise Missing for an unknown call, and Refused and Conflict with
    a stable ``code``. ``sound``: SHA-256 of the recording that the person looked at; where the id is
    another's by now, nothing is written (Conflict ``other-recording``).
    """

    def decide(
        self,
        call_id: str,
        criterion: str,
        verdict: Verdict,
        *,
        by: int | None,
        request: str,
        seen: int,
        comment: str = "",
        origin: Origin | str = Origin.REVIEW,
        sound: str | None = None,
        applies: bool = True,
    ) -> Case:
        """Say what a finding is. ``seen``: version of the case that the page showed. ``applies``: False says
        of an item which people answer that it does not apply to this call (with ``overturned``).

        A second person who agrees settles a grave finding; one who disagrees makes it a dispute.

        Raises:
            Conflict: ``decided-meanwhile`` (somebody else said otherwise after ``seen``), ``request-reused``,
                ``judged-meanwhile`` (the machine no longer says so), ``claimed`` (somebody has the call open;
                so with every act on a call).
            Refused: ``not-a-finding``, ``too-long``, and what :mod:`pipeline.review.states` refuses:
                ``disputed``, ``unheard``, ``ended``, ``appeal-decided``, ``role``; ``place-needed``: an item
                which people answer fails at a place (:meth:`add`).
        """
        event = NewDecision(
            DecisionKind.VERDICT,
            by,
            request,
            Origin(origin),
            criterion=criterion,
            verdict=Verdict(verdict),
            comment=comment,
            sound=sound,
            details={} if applies else {"applies": False},
        )
        return self._append(call_id, event, partial(deciding.decide, seen=seen))

    def add(
        self,
        call_id: str,
        criterion: str,
        span: Span,
        role: Role | None,
        quote: str,
        *,
        by: int | None,
        request: str,
        comment: str = "",
        origin: Origin | str = Origin.REVIEW,
        sound: str | None = None,
    ) -> Case:
        """Say that a criterion is violated here, though the machine did not find this place.

        Raises:
            Refused: ``not-on-the-sheet``, ``no-sheet``, ``outside`` (of the recording), ``disputed``,
                ``too-long``.
        """
        event = NewDecision(
            DecisionKind.ADDITION,
            by,
            request,
            Origin(origin),
            criterion=criterion,
            verdict=Verdict.CONFIRMED,
            span=span,
            role=role,
            quote=quote,
            comment=comment,
            sound=sound,
        )
        return self._append(call_id, event, deciding.add)

    def comment(
        self, call_id: str, comment: str, *, by: int | None, request: str, criterion: str | None = None,
        sound: str | None = None,
    ) -> Case:  # fmt: skip
        """Write a remark on the call or on one finding."""
        event = NewDecision(
            DecisionKind.COMMENT, by, request, criterion=criterion, comment=comment, sound=sound
        )
        return self._append(call_id, event, deciding.comment)

    def answer(
        self, call_id: str, question: str, said: str, *, by: int | None, request: str, comment: str = "",
        sound: str | None = None,
    ) -> Case:  # fmt: skip
        """Answer a question above the sheet; the latest answer stands, and moves no point.

        Raises:
            Refused: ``no-question``, ``no-answer`` (not on the sheet that judged the call), ``role``.
        """
        event = NewDecision(
            DecisionKind.ANSWER,
            by,
            request,
            criterion=question,
            comment=comment,
            sound=sound,
            details={"answer": said},
        )

        with self._write() as connection:

            def rule(call: CallUnderReview, actor: Actor, event: NewDecision) -> NewDecision:
                sheet = rubric_of(connection, call.rubric)
                known = next((q.answers for q in (sheet.questions if sheet else ()) if q.id == question), ())
                return deciding.answer(call, actor, event, known=[one.id for one in known])

            return append_decision(connection, call_id, event, rule)

    def answers(self, call_id: str) -> dict[str, Decision]:
        """Question -> the answer of people that stands."""
        with self._read() as connection:
            return answers(history(connection, call_key(connection, call_id)))

    def correct_roles(
        self, call_id: str, corrected: Inspection, *, by: int | None, request: str, comment: str = "",
        sound: str | None = None, regardless: bool = False,
    ) -> Case:  # fmt: skip
        """Store that agent and customer are the other way round, with the call judged anew.

        :func:`pipeline.batch.roles.correct_roles` makes ``corrected``; call that one.
        ``regardless``: also while somebody has the call open (what the call list says).
        """
        event = NewDecision(
            DecisionKind.ROLES, by, request, comment=comment, sound=sound, regardless=regardless
        )
        rule = partial(deciding.correct_roles, corrected=corrected)
        return self._append(call_id, event, rule, corrected=corrected)

    def corrected_calls(self) -> list[str]:
        """Calls whose roles people have swapped, by their events."""
        swaps = select(decisions.c.call).where(decisions.c.kind == DecisionKind.ROLES.value)
        query = select(calls.c.id, calls.c.call_id).where(calls.c.id.in_(swaps)).order_by(calls.c.id)
        with self._read() as connection:
            found = connection.execute(query).all()
            return [row.call_id for row in found if swapped(history(connection, row.id))]

    def finish(
        self,
        call_id: str,
        *,
        by: int | None,
        request: str,
        incomplete: bool = False,
        sound: str | None = None,
    ) -> Case:
        """Say that the call is reviewed; its claim ends. Second persons may still be waited for.

        Raises:
            Refused: ``unanswered``: items that must be answered are not; ``undecided``: violations nobody has
                decided, unless ``incomplete`` says to leave them.
        """
        event = NewDecision(DecisionKind.FINISH, by, request, sound=sound)
        return self._append(call_id, event, partial(deciding.finish, incomplete=incomplete))

    def reopen(
        self, call_id: str, *, by: int | None, request: str, comment: str = "", sound: str | None = None
    ) -> Case:
        """Put a finished call back into the queue.

        Raises:
            Refused: ``not-finished``.
        """
        event = NewDecision(DecisionKind.REOPEN, by, request, comment=comment, sound=sound)
        return self._append(call_id, event, deciding.reopen)

    def undo(self, event_id: int, *, by: int | None, request: str) -> Case:
        """Take an event back: what stood before it stands again. Undoing an undo brings the event back.

        Role corrections are undone by :func:`pipeline.batch.roles.undo_roles`.

        Raises:
            Refused: ``not-yours`` (a supervisor may undo anybody's), ``undone-already``, ``roles``.
        """
        with self._write() as connection:
            return undo_decision(connection, event_id, by=by, request=request)

    def undo_roles(self, event_id: int, restored: Inspection, *, by: int | None, request: str) -> Case:
        """Undo of a role correction; :func:`pipeline.batch.roles.undo_roles` makes ``restored``."""
        with self._write() as connection:
            return undo_decision(connection, event_id, by=by, request=request, restored=restored)

    def history(self, call_id: str, *, eyes: int | None = None) -> tuple[Decision, ...]:
        """The events of a call in the order they came; those taken back are marked ``undone``.

        ``eyes``: who looks. Left out is what they may not know before a second listening is done.
        """
        with self._read() as connection:
            key = call_key(connection, call_id)
            events = history(connection, key)
            return blind.seen_history(events, verdicts(events), eyes)

    def root(self, event_id: int) -> Decision:
        """What an event is about in the end: of an undo of an undo, the event that was undone first.

        Raises:
            Missing: there is no such event.
        """
        with self._read() as connection:
            found = event_of(connection, event_id)
            while found.undoes is not None:
                found = event_of(connection, found.undoes)
            return found

    def event(self, event_id: int) -> Decision:
        """One event.

        Raises:
            Missing: there is none.
        """
        with self._read() as connection:
            return event_of(connection, event_id)

    def verdicts(
        self, call_id: str, *, eyes: int | None = None, held: bool = True
    ) -> dict[str, FindingVerdict]:
        """Criterion -> verdict, as far as ``eyes`` may know it before a second listening is done.

        ``held=False``: also those about what the machine says no longer.
        """
        with self._read() as connection:
            call = reviewed(connection, call_key(connection, call_id))
            if call is None:
                return {}
            outcomes: dict[str, Outcome] = {f.criterion: f.outcome for f in call.findings}
            names = _names(connection, call.verdicts.values())
            return {
                name: blind.seen(_named(one, names), eyes)
                for name, one in call.verdicts.items()
                if not held or one.holds(outcomes.get(name))
            }

    def verdicts_of(
        self, call_ids: Sequence[str], *, eyes: int | None = None
    ) -> dict[str, dict[str, FindingVerdict]]:
        """Call id -> criterion -> verdict, of those calls that have any, as far as ``eyes`` may know.

        Whether one still holds, says ``verdict.holds(finding.outcome)``.
        """
        out: dict[str, dict[str, FindingVerdict]] = {}
        for page in pages(call_ids):
            with self._read() as connection:
                for call_id, events in histories(connection, page).items():
                    found = verdicts(events)
                    names = _names(connection, found.values())
                    out[call_id] = {name: blind.seen(_named(one, names), eyes) for name, one in found.items()}
        return out

    def effective(self, call_id: str) -> Effective | None:
        """The score with the verdicts in it, its ledger and sections; None where the sheet was never used."""
        with self._read() as connection:
            call = reviewed(connection, call_key(connection, call_id))
            return None if call is None else scored(connection, call)

    def _append(
        self, call_id: str, event: NewDecision, rule: Rule, *, corrected: Inspection | None = None
    ) -> Case:
        with self._write() as connection:
            return append_decision(connection, call_id, event, rule, corrected=corrected)


def _names(connection: Connection, found: Iterable[FindingVerdict]) -> dict[int | None, str]:
    """Names to show of those who decided."""
    return names_of(connection, (key for one in found for key in (one.by, one.second)))


def _named(one: FindingVerdict, known: dict[int | None, str]) -> FindingVerdict:
    return replace(one, by_name=known.get(one.by), second_name=known.get(one.second))
