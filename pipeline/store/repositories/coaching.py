"""Notes to agents, and calls worth hearing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, select, update

from pipeline.domain import CallHeader
from pipeline.domain.people import Scope
from pipeline.errors import Missing, Refused
from pipeline.review.calibration import CalibrationState
from pipeline.review.events import check_author
from pipeline.review.notices import NoticeKind
from pipeline.store import auditing, rows
from pipeline.store.database import Repository
from pipeline.store.filter import within
from pipeline.store.notifying import accounts_of, tell
from pipeline.store.repositories.accounts import names_of
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.review_tables import (
    calibration_calls,
    calibration_scorers,
    calibrations,
    exemplars,
    notes,
)
from pipeline.store.statements import insert_once, now, upsert
from pipeline.store.tables import calls, inspections, sound_of


@dataclass(frozen=True, slots=True)
class Note:
    """Something said to an agent, with the place in the call it speaks of."""

    id: int
    agent_id: str
    call_id: str | None
    criterion: str | None
    starts: float | None
    """Seconds into the call."""
    text: str
    author: str | None
    at: str
    acknowledged_at: str | None


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A call worth hearing; everybody who is signed in may hear it once it is approved."""

    call: CallHeader
    duration: float | None
    score: float | None
    title: str
    note: str
    nominated_by: str | None
    at: str
    approved_by: str | None
    approved: bool


EVERYWHERE = Scope()


class Coaching(Repository):
    """One note speaks of one place in one call; the agent says that it was read."""

    def write(
        self,
        agent_id: str,
        text: str,
        *,
        by: int | None,
        request: str,
        call_id: str | None = None,
        criterion: str | None = None,
        starts: float | None = None,
    ) -> Note:
        """A note to an agent. The same request again gives the same note.

        Args:
            starts: seconds into the call.

        Raises:
            Refused: no text, or a call of another agent.
            Missing: no such call. Conflict: ``request-reused``, by somebody else.
        """
        if not text.strip():
            raise Refused("a note needs words", code="note-empty")
        with self._write() as connection:
            key = None
            if call_id is not None:
                key = call_key(connection, call_id)
                owner = connection.execute(select(calls.c.agent_id).where(calls.c.id == key)).scalar()
                if owner != agent_id:
                    raise Refused(f"call {call_id!r} is another agent's", code="note-agent", call=call_id)
            values = {
                "agent_id": agent_id, "call": key, "criterion": criterion or None, "starts": starts,
                "text": text.strip(), "author": by, "at": now(), "request": request,
                "audio_sha256": sound_of(key),
            }  # fmt: skip
            if (made := insert_once(connection, notes, values)) is not None:
                about = criterion or None
                to = accounts_of(connection, agent_id)
                tell(connection, NoticeKind.NOTE, to, key=made, by=by, call=key, number=made)
                auditing.note(connection, "note-write", by=by, subject=agent_id, call=key, criterion=about)
            else:
                author = select(notes.c.author).where(notes.c.request == request)
                check_author(request, connection.execute(author).scalar_one(), by)
            return _notes(connection, _note_query().where(notes.c.request == request))[0]

    def notes(self, agent_id: str, *, scope: Scope = EVERYWHERE, limit: int = 50) -> tuple[Note, ...]:
        """Notes to an agent, newest first: those on calls inside the scope, and those on no call.

        An agent may have had calls in several teams: each lead reads what was said about those of the own.
        """
        query = _note_query().where(notes.c.agent_id == agent_id, notes.c.call.is_(None) | within(scope))
        query = query.order_by(notes.c.id.desc()).limit(limit)
        with self._read() as connection:
            return _notes(connection, query)

    def acknowledge(self, note_id: int, *, agent_id: str | None) -> Note:
        """The agent read it; saying so again changes nothing.

        Raises:
            Missing: no such note to this agent.
        """
        with self._write() as connection:
            mine = (notes.c.id == note_id) & (notes.c.agent_id == agent_id)
            values = {"acknowledged_at": now()}
            unread = notes.c.acknowledged_at.is_(None)
            read = update(notes).where(mine, unread).values(values).returning(notes.c.call, notes.c.author)
            for row in connection.execute(read).all():
                auditing.note(connection, "note-read", subject=agent_id, call=row.call)
                # of the call alone: whether its author may still see it is asked when they look
                tell(
                    connection,
                    NoticeKind.NOTE_READ,
                    [row.author],
                    key=note_id,
                    by=None,
                    call=row.call,
                    number=note_id,
                )
            found = _notes(connection, _note_query().where(mine))
        if not found:
            raise Missing("there is no such note", code="no-note")
        return found[0]

    def knows(self, agent_id: str, *, scope: Scope) -> bool:
        """True where the agent has a call inside the scope."""
        query = select(calls.c.id).where(calls.c.agent_id == agent_id, within(scope)).limit(1)
        with self._read() as connection:
            return connection.execute(query).first() is not None

    def nominate(
        self, call_id: str, *, title: str, note: str = "", by: int | None, anonymous: bool = False
    ) -> Exemplar:
        """Propose a call as an example; somebody approves it before others hear it.

        A call that is proposed already stays as it was proposed first.

        Args:
            anonymous: nobody is told who proposes it; the log of acts knows.

        Raises:
            Refused: no title.
            Missing: no such call.
        """
        if not title.strip():
            raise Refused("an example needs a title", code="exemplar-title")
        with self._write() as connection:
            key = call_key(connection, call_id)
            values = {
                "call": key,
                "title": title.strip(),
                "note": note.strip(),
                "nominated_by": by,
                "at": now(),
                "anonymous": anonymous,
            }
            statement = upsert(connection, exemplars).values(values)
            nominated = statement.on_conflict_do_nothing(index_elements=["call"]).returning(exemplars.c.call)
            if connection.execute(nominated).scalar() is not None:
                auditing.note(connection, "exemplar-nominate", by=by, call=key)
            return _exemplars(connection, _exemplar_query().where(calls.c.id == key))[0]

    def approve(self, call_id: str, *, by: int) -> Exemplar:
        """From now on everybody who is signed in may hear this call.

        Raises:
            Missing: the call was not proposed.
        """
        with self._write() as connection:
            key = call_key(connection, call_id)
            unapproved = (exemplars.c.call == key) & exemplars.c.approved_by.is_(None)
            if connection.execute(update(exemplars).where(unapproved).values(approved_by=by)).rowcount:
                auditing.note(connection, "exemplar-approve", by=by, call=key)
                who = connection.execute(
                    select(exemplars.c.nominated_by).where(exemplars.c.call == key)
                ).scalar()
                tell(connection, NoticeKind.EXEMPLAR, [who], key=key, by=by, call=key)
            found = _exemplars(connection, _exemplar_query().where(calls.c.id == key))
        if not found:
            raise Missing("this call was not proposed", code="no-exemplar")
        return found[0]

    def withdraw(self, call_id: str) -> None:
        """Not an example any more; nothing happens where it was none."""
        with self._write() as connection:
            key = call_key(connection, call_id)
            if connection.execute(delete(exemplars).where(exemplars.c.call == key)).rowcount:
                auditing.note(connection, "exemplar-withdraw", call=key)

    def exemplars(self, *, scope: Scope = EVERYWHERE) -> tuple[Exemplar, ...]:
        """All approved examples, and the proposed ones inside the scope, newest first."""
        query = (
            _exemplar_query()
            .where(exemplars.c.approved_by.is_not(None) | within(scope))
            .where(within(Scope(sealed=scope.sealed)))
            .order_by(exemplars.c.at.desc())
        )
        with self._read() as connection:
            return _exemplars(connection, query)

    def shared(self, call_id: str, *, user: int) -> bool:
        """True where a person may hear a call whatever their scope: an approved example, or a call that an
        open calibration invites them to score."""
        invited = (
            select(calibration_calls.c.call)
            .join(calibrations, calibrations.c.id == calibration_calls.c.calibration)
            .join(calibration_scorers, calibration_scorers.c.calibration == calibrations.c.id)
            .where(
                calibration_calls.c.call == calls.c.id,
                calibration_scorers.c.user == user,
                calibrations.c.state == CalibrationState.OPEN.value,
            )
        )
        approved = select(exemplars.c.call).where(
            exemplars.c.call == calls.c.id, exemplars.c.approved_by.is_not(None)
        )
        query = select(calls.c.id).where(calls.c.call_id == call_id, exists(approved) | exists(invited))
        with self._read() as connection:
            return connection.execute(query).first() is not None


def _note_query() -> Select[Any]:
    return select(notes, calls.c.call_id).select_from(notes.outerjoin(calls, calls.c.id == notes.c.call))


def _notes(connection: Connection, query: Select[Any]) -> tuple[Note, ...]:
    found = connection.execute(query).all()
    names = names_of(connection, (row.author for row in found))
    return tuple(
        Note(
            id=row.id,
            agent_id=row.agent_id,
            call_id=row.call_id,
            criterion=row.criterion,
            starts=row.starts,
            text=row.text,
            author=names.get(row.author),
            at=row.at,
            acknowledged_at=row.acknowledged_at,
        )
        for row in found
    )


def _exemplar_query() -> Select[Any]:
    return select(calls, exemplars, inspections.c.duration, inspections.c.score).select_from(
        exemplars.join(calls, calls.c.id == exemplars.c.call).outerjoin(
            inspections, (inspections.c.call == calls.c.id) & inspections.c.current
        )
    )


def _exemplars(connection: Connection, query: Select[Any]) -> tuple[Exemplar, ...]:
    found = connection.execute(query).all()
    names = names_of(connection, (user for row in found for user in (row.nominated_by, row.approved_by)))
    return tuple(_exemplar(row, names) for row in found)


def _exemplar(row: Row[Any], names: dict[int | None, str]) -> Exemplar:
    return Exemplar(
        call=rows.read_call(row).header,
        duration=row.duration,
        score=row.score,
        title=row.title,
        note=row.note,
        nominated_by=None if row.anonymous else names.get(row.nominated_by),
        at=row.at,
        approved_by=names.get(row.approved_by),
        approved=row.approved_by is not None,
    )
