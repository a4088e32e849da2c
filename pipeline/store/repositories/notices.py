"""What each person is told, whether they have read it, and what goes out by mail."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Join, and_, func, or_, select, update

from pipeline.domain.people import Scope, scope_of
from pipeline.review.notices import Notice, NoticeKind
from pipeline.store.coaching_tables import goals, notices
from pipeline.store.database import Repository
from pipeline.store.filter import within
from pipeline.store.people_tables import users
from pipeline.store.repositories.accounts import ACCOUNT, user_of
from pipeline.store.repositories.goals import inside
from pipeline.store.review_tables import notes
from pipeline.store.statements import now
from pipeline.store.tables import calls

MAIL_TRIES = 5
MAIL_DAYS = 2
"""Older notices are not sent any more: a server that was away for a week is not to flood anybody."""
FIRST_WAIT = 60.0
"""Seconds until mail that did not go out is tried again; then four times as long each time."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice that is to be sent, and where to."""

    notice: int
    kind: NoticeKind
    mail: str
    lang: str | None


class Notices(Repository):
    """A notice is shown as long as its reader may see the call or the goal that it is about."""

    def unread(self, user: int, scope: Scope) -> int:
        query = (
            select(func.count())
            .select_from(_JOINED)
            .where(notices.c.user == user, notices.c.read_at.is_(None), _visible(scope))
        )
        with self._read() as connection:
            return int(connection.execute(query).scalar_one())

    def of(
        self, user: int, scope: Scope, *, unread: bool = False, ids: Sequence[int] = (), limit: int = 100
    ) -> tuple[Notice, ...]:
        """The newest first."""
        about = and_(notes.c.id == notices.c.number, notices.c.kind.in_(_OF_NOTES))
        whose = func.coalesce(goals.c.agent_id, notes.c.agent_id).label("agent_id")
        query = select(notices, calls.c.call_id, whose).select_from(_JOINED.outerjoin(notes, about))
        query = query.where(notices.c.user == user, _visible(scope))
        if unread:
            query = query.where(notices.c.read_at.is_(None))
        if ids:
            query = query.where(notices.c.id.in_(ids))
        with self._read() as connection:
            found = connection.execute(query.order_by(notices.c.id.desc()).limit(limit)).all()
        return tuple(
            Notice(
                row.id, NoticeKind(row.kind), row.at, row.read_at, row.call_id, row.goal, row.number,
                row.agent_id,
            )
            for row in found
        )  # fmt: skip

    def read(self, user: int, ids: Sequence[int] | None = None, *, upto: int | None = None) -> int:
        """They have seen these (None: all up to the one that stood first on the page); how many were new."""
        mine = [notices.c.user == user, notices.c.read_at.is_(None)]
        if ids is not None:
            mine.append(notices.c.id.in_(ids))
        if upto is not None:
            mine.append(notices.c.id <= upto)
        with self._write() as connection:
            return connection.execute(update(notices).where(*mine).values(read_at=now())).rowcount

    def take_letter(self, *, at: float | None = None) -> Letter | None:
        """The next notice that is to be sent, taken so that nobody else sends it now; None: there is none.
        Those that were never tried come first.

        Whoever dies before :meth:`sent` leaves it to be tried again after a while.
        """
        moment = time.time() if at is None else at
        n = notices.c
        oldest = (datetime.now(UTC) - timedelta(days=MAIL_DAYS)).isoformat()
        waiting = (
            n.mailed_at.is_(None),
            n.read_at.is_(None),
            n.mail_tries < MAIL_TRIES,
            n.mail_after <= moment,
            n.at >= oldest,
            users.c.mail.is_not(None),
            ~users.c.disabled,
        )
        query = select(*ACCOUNT, users.c.mail, n.id.label("notice"), n.kind, n.mail_tries)
        query = query.select_from(notices.join(users, users.c.id == n.user)).where(*waiting)
        with self._read() as connection:
            found = connection.execute(query.order_by(n.mail_tries, n.id).limit(50)).all()
        for row in found:
            user = user_of(row)
            with self._write() as connection:
                again = moment + FIRST_WAIT * 4**row.mail_tries
                taken = update(notices).where(
                    n.id == row.notice, n.mail_tries == row.mail_tries, n.mailed_at.is_(None)
                )
                tried = connection.execute(
                    taken.values(mail_tries=row.mail_tries + 1, mail_after=again)
                ).rowcount
                seen = select(n.id).select_from(_JOINED).where(n.id == row.notice, _visible(scope_of(user)))
                if tried and connection.execute(seen).first() is not None:
                    return Letter(row.notice, NoticeKind(row.kind), row.mail, user.lang)
        return None

    def sent(self, notice: int) -> None:
        with self._write() as connection:
            connection.execute(update(notices).where(notices.c.id == notice).values(mailed_at=now()))


_OF_NOTES = (NoticeKind.NOTE.value, NoticeKind.NOTE_READ.value)
_JOINED: Join = notices.outerjoin(calls, calls.c.id == notices.c.call).outerjoin(
    goals, goals.c.id == notices.c.goal
)


def _visible(scope: Scope) -> ColumnElement[Any]:
    n = notices.c
    return and_(or_(n.call.is_(None), within(scope)), or_(n.goal.is_(None), inside(scope)))
