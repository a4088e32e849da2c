"""Who did what, from where. Rows are only ever added."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from pipeline.store.desk.people_accounts import ACCOUNT, user_of
from pipeline.store.desk.room import Room
from pipeline.store.desk.tables import audit, users
from pipeline.store.desk.views_people import AuditRow
from pipeline.store.text import escape_json
from pipeline.store.writing import now


def note(
    connection: Connection,
    action: str,
    *,
    by: int | None = None,
    subject: str | None = None,
    address: str | None = None,
    **details: Any,
) -> None:
    """Add a row in the transaction of what it tells about."""
    facts = escape_json(json.dumps(details, ensure_ascii=False, sort_keys=True, default=str))
    values = {"at": now(), "user": by, "action": action, "subject": subject, "address": address}
    connection.execute(audit.insert(), values | {"details": facts})


class AuditLog(Room):
    def note(
        self,
        action: str,
        *,
        by: int | None = None,
        subject: str | None = None,
        address: str | None = None,
        **details: Any,
    ) -> None:
        """Add a row. ``action`` is a stable name: sign-in, user-add, purge, export, ..."""
        with self._write() as connection:
            note(connection, action, by=by, subject=subject, address=address, **details)

    def audit(
        self,
        *,
        action: str | None = None,
        user: int | None = None,
        day_from: str | None = None,
        day_to: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[AuditRow, ...]:
        """The newest rows first: of this action and user, on these days (UTC, inclusive), before this row."""
        query = (
            select(
                *ACCOUNT,
                audit.c.id,
                audit.c.at,
                audit.c.action,
                audit.c.subject,
                audit.c.details,
                audit.c.address,
            )
            .select_from(audit.outerjoin(users, users.c.id == audit.c.user))
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        if action:
            query = query.where(audit.c.action == action)
        if user is not None:
            query = query.where(audit.c.user == user)
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
            number, at, action_name, subject, details, address = row[len(ACCOUNT) :]
            who = None if row[0] is None else user_of(row)
            found.append(AuditRow(number, at, who, action_name, subject, json.loads(details), address))
        return tuple(found)

    def actions(self) -> tuple[str, ...]:
        """The actions there are rows of."""
        with self._read() as connection:
            return tuple(
                connection.execute(select(audit.c.action).distinct().order_by(audit.c.action)).scalars()
            )
