"""One row for each act of a person, written in the transaction of the act.

A row says who, when, what and to what; where it is about a call, also which call and which sound it had.
It never repeats what was said: verdicts, opinions, scores and texts stand where they belong, and people who
may not know them yet may read this log.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from pipeline.domain.acting import acting
from pipeline.store.people_tables import audit
from pipeline.store.statements import now
from pipeline.store.tables import calls
from pipeline.store.text import escape_json


def note(
    connection: Connection,
    action: str,
    *,
    by: int | None = None,
    subject: str | None = None,
    call: int | None = None,
    address: str | None = None,
    **details: Any,
) -> None:
    """Add a row in the transaction of what it tells about.

    Args:
        by: who did it; None: who acts now (nobody: the shell, or the program itself).
        call: key of the call it is about; the row keeps its id and the digest of its sound.
    """
    who = acting()
    if who.shell is not None:
        details |= {"how": "shell", "os_user": who.shell}
    facts = {name: value for name, value in details.items() if value is not None}
    values = {
        "at": now(),
        "user": by if by is not None else who.user,
        "action": action,
        "subject": subject,
        "details": escape_json(json.dumps(facts, ensure_ascii=False, sort_keys=True, default=str)),
        "address": address or who.address,
        "call_id": None,
        "audio_sha256": None,
    }
    if call is not None:
        values |= _call(connection, call)
        values["subject"] = subject or values["call_id"]
    connection.execute(audit.insert(), values)


def _call(connection: Connection, key: int) -> dict[str, Any]:
    query = select(calls.c.call_id, calls.c.audio_sha256).where(calls.c.id == key)
    return dict(connection.execute(query).one()._mapping)
