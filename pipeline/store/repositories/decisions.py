"""Verdicts, additions, role corrections, comments, undo: the events that people append."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Connection, select, update

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
from pipeline.errors import Missing
from pipeline.review import blind, deciding
from pipeline.review.call import CallUnderReview
from pipeline.review.claims import Actor
from pipeline.review.effective import Effective
from pipeline.review.events import NewDecision, reused, same_request, same_undo
from pipeline.review.folding import swapped, verdicts
from pipeline.store.projections import refresh_reviewed, reviewed, scored
from pipeline.store.repositories.accounts import actor_of, names_of
from pipeline.store.repositories.case_rows import call_key, case_of, missing
from pipeline.store.repositories.decision_rows import append, by_id, by_request, histories, history
from pipeline.store.repository import Repository
from pipeline.store.review_tables import cases, decisions
from pipeline.store.statements import pages
from pipeline.store.tables import calls
from pipeline.store.writing import save_correction

Rule = Callable[[CallUnderReview, Actor, NewDecision], NewDecision]
"""What a rule of :mod:`pipeline.review.deciding` is, with its own arguments given."""


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
    ) -> Case:
        """Say what a finding is. ``seen``: version of the case that the page showed.

        A second person who agrees settles a grave finding; one who disagrees makes it a dispute.

        Raises:
            Conflict: ``decided-meanwhile`` (somebody else said otherwise after ``seen``), ``request-reused``,
                ``judged-meanwhile`` (the machine no longer says so), ``claimed`` (somebody has the call open;
                so with every act on a call).
            Refused: ``not-a-finding``, ``too-long``, and what :mod:`pipeline.review.states` refuses:
                ``disputed``, ``unheard``, ``ended``, ``appeal-decided``, ``role``.
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
            Refused: ``undecided``: violations nobody has decided, unless ``incomplete`` says to leave them.
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
            return _undo(connection, event_id, by=by, request=request)

    def undo_roles(self, event_id: int, restored: Inspection, *, by: int | None, request: str) -> Case:
        """Undo of a role correction; :func:`pipeline.batch.roles.undo_roles` makes ``restored``."""
        with self._write() as connection:
            return _undo(connection, event_id, by=by, request=request, restored=restored)

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
            found = _event(connection, event_id)
            while found.undoes is not None:
                found = _event(connection, found.undoes)
            return found

    def event(self, event_id: int) -> Decision:
        """One event.

        Raises:
            Missing: there is none.
        """
        with self._read() as connection:
            return _event(connection, event_id)

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


def append_decision(
    connection: Connection,
    call_id: str,
    event: NewDecision,
    rule: Rule,
    *,
    corrected: Inspection | None = None,
) -> Case:
    """Append what a rule of :mod:`pipeline.review.deciding` lets through, unless its request was answered
    before; the case as it is then.

    Args:
        corrected: what becomes the current inspection of the call with it.
    """
    key = call_key(connection, call_id, lock=True, sound=event.sound)
    stored = by_request(connection, event.request)
    if stored is not None:
        if not same_request(event, stored, call_id):
            raise reused(event.request)
        return _answer(connection, key, call_id, stored.id)
    call = _opened(connection, key)
    deciding.check_event(call, event)
    made = rule(call, actor_of(connection, event.by), event)
    return _write(connection, key, call, made, corrected)


def _undo(
    connection: Connection, event_id: int, *, by: int | None, request: str, restored: Inspection | None = None
) -> Case:
    call_id = _event(connection, event_id).call_id
    key = call_key(connection, call_id, lock=True)
    stored = by_request(connection, request)
    if stored is not None:
        if not same_undo(stored, by, event_id):
            raise reused(request)
        return _answer(connection, key, call_id, stored.id)
    call, actor = _opened(connection, key), actor_of(connection, by)
    made = deciding.undo(call, actor, event_id, request=request, restored=restored)
    return _write(connection, key, call, made, restored)


def _write(
    connection: Connection, key: int, call: CallUnderReview, made: NewDecision, corrected: Inspection | None
) -> Case:
    number = append(connection, key, made, inspection=call.inspection)
    if corrected is not None:
        save_correction(connection, key, corrected)
    if made.kind is DecisionKind.FINISH:
        given_back = {"claimed": None, "claimed_until": None}
        connection.execute(update(cases).where(cases.c.call == key).values(given_back))
    refresh_reviewed(connection, key)
    return _answer(connection, key, call.call_id, number)


def _answer(connection: Connection, key: int, call_id: str, number: int) -> Case:
    found = case_of(connection, key, event=number)
    if found is None:
        raise missing(call_id)
    return found


def _opened(connection: Connection, key: int) -> CallUnderReview:
    call = reviewed(connection, key)
    if call is None:
        raise Missing("the call has no inspection", code="no-call")
    return call


def _event(connection: Connection, event_id: int) -> Decision:
    found = by_id(connection, event_id)
    if found is None:
        raise Missing(f"there is no decision {event_id}", code="no-decision")
    return found


def _names(connection: Connection, found: Iterable[FindingVerdict]) -> dict[int | None, str]:
    """Names to show of those who decided."""
    return names_of(connection, (key for one in found for key in (one.by, one.second)))


def _named(one: FindingVerdict, known: dict[int | None, str]) -> FindingVerdict:
    return replace(one, by_name=known.get(one.by), second_name=known.get(one.second))
