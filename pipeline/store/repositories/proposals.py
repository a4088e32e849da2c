"""What reviewers propose that the rules learn: sentences that must be hit, must not, or say it otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from pipeline.domain import Role, Span
from pipeline.domain.people import Scope
from pipeline.errors import Conflict, Missing, Refused
from pipeline.store import auditing
from pipeline.store.database import Repository
from pipeline.store.filter import within
from pipeline.store.repositories.accounts import names_of
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.repositories.rule_edit_rows import change_edit, new_edit, open_edit
from pipeline.store.rule_tables import proposals
from pipeline.store.statements import now, upsert
from pipeline.store.tables import calls, sound_of


class ProposalKind(StrEnum):
    """What a sentence is proposed as."""

    HIT = "hit"
    """A finding was confirmed: it must be hit."""
    QUIET = "quiet"
    """A finding was overturned: it must not be hit."""
    WORDING = "wording"
    """A person found what the machine missed: another way to say it."""


class ProposalState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    EDITED = "edited"
    """Accepted with other words."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """The finding was decided otherwise afterwards, and the opposite was proposed."""


OPPOSITES = {ProposalKind.HIT: ProposalKind.QUIET, ProposalKind.QUIET: ProposalKind.HIT}


@dataclass(frozen=True, slots=True)
class ProposedSentence:
    """What is proposed, from which place of a call."""

    kind: ProposalKind
    criterion: str
    code: str
    phrase: str
    role: Role
    span: Span
    text: str
    """With its digits masked."""


@dataclass(frozen=True, slots=True)
class Proposal:
    id: int
    call_id: str
    sentence: ProposedSentence
    proposed_by: str | None
    at: str
    state: ProposalState
    answered_by: str | None
    answered_at: str | None
    reason: str
    edit: int | None
    """The edit of the rules that it went into."""


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A draft that is made when a proposal is taken up."""

    title: str
    request: str


class Proposals(Repository):
    def propose(
        self,
        call_id: str,
        found: Iterable[ProposedSentence],
        *,
        by: int | None,
        request: str,
        sound: str | None = None,
    ) -> int:
        """Propose sentences of a call; how many are new. What was proposed before stays as it is, but an open
        proposal of the opposite is withdrawn: the finding was decided otherwise since.

        Raises:
            Missing: no such call. Conflict: ``other-recording``.
        """
        with self._write() as connection:
            key = call_key(connection, call_id, sound=sound)
            new = 0
            for number, one in enumerate(found):
                values = {
                    "call": key, "audio_sha256": sound_of(key), "kind": one.kind.value,
                    "criterion": one.criterion, "code": one.code, "phrase": one.phrase,
                    "role": one.role.value, "starts": one.span.start, "ends": one.span.end,
                    "text": one.text, "proposed_by": by, "at": now(), "state": ProposalState.OPEN.value,
                    "request": f"{request}-{number}"[-64:],
                }  # fmt: skip
                _withdraw_opposite(connection, key, one, by=by)
                again = update(proposals).where(*_same_place(key, one, one.kind))
                again = again.where(proposals.c.state == ProposalState.WITHDRAWN.value)
                made = upsert(connection, proposals).values(values).on_conflict_do_nothing()
                new += connection.execute(again.values(**_OPEN_AGAIN)).rowcount > 0 or (
                    connection.execute(made.returning(proposals.c.id)).scalar() is not None
                )
            if new:
                auditing.note(connection, "rule-propose", by=by, call=key)
            return new

    def all(self, scope: Scope, *, open_only: bool = True, limit: int = 200) -> tuple[Proposal, ...]:
        """Those on calls in scope, the newest first."""
        query = _query().where(within(scope)).order_by(proposals.c.id.desc()).limit(limit)
        if open_only:
            query = query.where(proposals.c.state == ProposalState.OPEN.value)
        with self._read() as connection:
            return _many(connection, connection.execute(query).all())

    def proposal(self, proposal_id: int, scope: Scope) -> Proposal:
        """
        Raises:
            Missing: there is none on a call in scope.
        """
        with self._read() as connection:
            query = _query().where(within(scope), proposals.c.id == proposal_id)
            found = _many(connection, connection.execute(query).all())
        if not found:
            raise Missing("there is no such proposal", code="no-proposal")
        return found[0]

    def waiting(self, scope: Scope) -> int:
        """How many are open."""
        open_ones = within(scope), proposals.c.state == ProposalState.OPEN.value
        with self._read() as connection:
            return int(
                connection.execute(_query().with_only_columns(func.count()).where(*open_ones)).scalar_one()
            )

    def refuse(self, proposal_id: int, *, by: int | None, reason: str) -> None:
        """
        Raises:
            Refused: ``proposal-reason``: none is given. Conflict: ``proposal-answered``.
        """
        if not reason.strip():
            raise Refused("a refusal needs a reason", code="proposal-reason")
        with self._write() as connection:
            key = _answer(connection, proposal_id, ProposalState.REFUSED, by=by, reason=reason)
            auditing.note(connection, "rule-proposal-refused", by=by, call=key)

    def accept(
        self,
        proposal_id: int,
        into: int | NewDraft,
        say: Callable[[Mapping[str, Any]], Mapping[str, Any]],
        *,
        by: int | None,
        reason: str = "",
        text: str | None = None,
    ) -> int:
        """Take one up into an edit of the rules, or do nothing at all; the number of the edit.

        Args:
            into: a draft, or a new one.
            say: what the edit said -> what it says with the sentence in it.
            text: what the sentence says now, where it was edited.

        Raises:
            Conflict: ``proposal-answered``. Refused: ``edit-closed``: it is no draft. Missing: there is none.
        """
        state = ProposalState.ACCEPTED if text is None else ProposalState.EDITED
        with self._write() as connection:
            key = _answer(connection, proposal_id, state, by=by, reason=reason, text=text)
            if isinstance(into, NewDraft):
                draft = new_edit(connection, into.title, by=by, request=into.request)
            else:
                draft = open_edit(connection, into)
            change_edit(connection, draft, say(draft.content), by=by)
            connection.execute(update(proposals).where(proposals.c.id == proposal_id).values(edit=draft.id))
            auditing.note(connection, "rule-proposal-accepted", by=by, call=key)
            return draft.id


def _answer(
    connection: Connection,
    proposal_id: int,
    state: ProposalState,
    *,
    by: int | None,
    reason: str,
    text: str | None = None,
) -> int:
    """Answer one that is open; the key of its call."""
    values: dict[str, object] = {
        "state": state.value, "answered_by": by, "answered_at": now(), "reason": reason.strip(),
    }  # fmt: skip
    if text is not None:
        values["text"] = text
    open_one = (proposals.c.id == proposal_id) & (proposals.c.state == ProposalState.OPEN.value)
    done = update(proposals).where(open_one).values(values).returning(proposals.c.call)
    key: int | None = connection.execute(done).scalar()
    if key is None:
        raise Conflict("somebody answered it already; look again", code="proposal-answered")
    return key


_OPEN_AGAIN = {"state": ProposalState.OPEN.value, "answered_by": None, "answered_at": None}


def _same_place(call: Any, one: ProposedSentence, kind: ProposalKind) -> tuple[Any, ...]:
    return (
        proposals.c.call == call,
        proposals.c.criterion == one.criterion,
        proposals.c.kind == kind.value,
        proposals.c.starts == one.span.start,
        proposals.c.role == one.role.value,
    )


def _withdraw_opposite(connection: Connection, call: Any, one: ProposedSentence, *, by: int | None) -> None:
    opposite = OPPOSITES.get(one.kind)
    if opposite is None:
        return
    open_ones = update(proposals).where(*_same_place(call, one, opposite))
    open_ones = open_ones.where(proposals.c.state == ProposalState.OPEN.value)
    values = {"state": ProposalState.WITHDRAWN.value, "answered_by": by, "answered_at": now()}
    connection.execute(open_ones.values(values))


def _query() -> Any:
    return select(proposals, calls.c.call_id).select_from(
        proposals.join(calls, calls.c.id == proposals.c.call)
    )


def _many(connection: Connection, rows: Iterable[Row[Any]]) -> tuple[Proposal, ...]:
    found = list(rows)
    names = names_of(connection, (user for row in found for user in (row.proposed_by, row.answered_by)))
    return tuple(
        Proposal(
            id=row.id,
            call_id=row.call_id,
            sentence=ProposedSentence(
                kind=ProposalKind(row.kind),
                criterion=row.criterion,
                code=row.code,
                phrase=row.phrase,
                role=Role(row.role),
                span=Span(row.starts, row.ends),
                text=row.text,
            ),
            proposed_by=names.get(row.proposed_by),
            at=row.at,
            state=ProposalState(row.state),
            answered_by=names.get(row.answered_by),
            answered_at=row.answered_at,
            reason=row.reason,
            edit=row.edit,
        )
        for row in found
    )
