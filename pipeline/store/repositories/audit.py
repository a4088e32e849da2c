"""Who did what, from where. Rows are only ever added."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, or_, select

from pipeline.domain.people import User
from pipeline.store.auditing import note
from pipeline.store.database import Repository
from pipeline.store.people_tables import audit, users
from pipeline.store.repositories.accounts import ACCOUNT, user_of
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.tables import calls, inspections

DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class AuditRow:
    id: int
    at: str
    user: User | None
    action: str
    subject: str | None
    details: dict[str, Any] = field(default_factory=dict)
    address: str | None = None
    call_id: str | None = None
    audio_sha256: str | None = None


class AuditLog(Repository):
    """The log of what people and programs did."""

    def note(
        self,
        action: str,
        *,
        by: int | None = None,
        subject: str | None = None,
        call_id: str | None = None,
        address: str | None = None,
        **details: Any,
    ) -> None:
        """Add a row about what writes nothing else. ``action``: a stable name, as listen or export."""
        with self._write() as connection:
            call = None if call_id is None else call_key(connection, call_id)
            note(connection, action, by=by, subject=subject, call=call, address=address, **details)

    def entries(
        self,
        *,
        action: str | None = None,
        user: int | None = None,
        shell: bool = False,
        call: str | None = None,
        day_from: str | None = None,
        day_to: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[AuditRow, ...]:
        """The newest rows first.

        Args:
            user: acts of this account. ``shell``: acts that no account is named for.
            call: a call id (acts about that call, also under an id it had before) or the digest of a
                recording.
            day_from: first day (UTC). ``day_to``: last day, included.
            before: number of a row; only older ones.
        """
        query = (
            select(
                *ACCOUNT,
                audit.c.id,
                audit.c.at,
                audit.c.action,
                audit.c.subject,
                audit.c.details,
                audit.c.address,
                audit.c.call_id,
                audit.c.audio_sha256,
            )
            .select_from(audit.outerjoin(users, users.c.id == audit.c.user))
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        if action:
            query = query.where(audit.c.action == action)
        if user is not None:
            query = query.where(audit.c.user == user)
        elif shell:
            query = query.where(audit.c.user.is_(None))
        if call:
            heard = select(inspections.c.audio_sha256).join(calls, inspections.c.call == calls.c.id)
            digests = heard.where(calls.c.call_id == call, inspections.c.current)
            sound, gone = audit.c.audio_sha256, audit.c.call_id.not_in(select(calls.c.call_id))
            renamed = and_(sound.in_(digests), gone)  # two calls may be the same silence
            about = [audit.c.call_id == call, renamed]
            if DIGEST.fullmatch(call):
                about.append(sound == call)
            query = query.where(or_(*about))
        if day_from:
            query = query.where(audit.c.at >= day_from)
        if day_to:
            query = query.where(audit.c.at < f"{day_to}T99")
        if before is not None:
            query = query.where(audit.c.id < before)
        with self._read() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            number, at, action_name, subject, details, *where = row[len(ACCOUNT) :]
            who = None if row[0] is None else user_of(row)
            found.append(AuditRow(number, at, who, action_name, subject, json.loads(details), *where))
        return tuple(found)

    def actions(self) -> tuple[str, ...]:
        """The actions there are rows of."""
        with self._read() as connection:
            return tuple(
                connection.execute(select(audit.c.action).distinct().order_by(audit.c.action)).scalars()
            )
