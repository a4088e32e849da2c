"""Edits of the rules as they stand in the database, read and changed in a transaction that is open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from pipeline.errors import Conflict, Missing, Refused
from pipeline.review.events import check_author
from pipeline.store import auditing
from pipeline.store.repositories.accounts import names_of
from pipeline.store.rule_tables import rule_edits
from pipeline.store.statements import insert_once, now
from pipeline.store.text import escape_json


class EditState(StrEnum):
    """How far an edit has come."""

    DRAFT = "draft"
    TRIED = "tried"
    """Checked and tried on stored calls, as it is now."""
    PUBLISHING = "publishing"
    """Its files are being written; publishing again finishes it, or it is given up and a draft again."""
    PUBLISHED = "published"
    ROLLED_BACK = "rolled-back"
    DROPPED = "dropped"


OPEN = (EditState.DRAFT, EditState.TRIED)
FilePairs = Mapping[str, tuple[str, str]]
"""File -> text before, text after."""


@dataclass(frozen=True, slots=True)
class RuleEdit:
    """One edit: what it says, what trying it found, what became of it."""

    id: int
    title: str
    state: EditState
    version: int
    content: Mapping[str, Any]
    basis: str | None
    report: Mapping[str, Any] | None
    files: FilePairs
    reason: str
    author: str | None
    at: str
    published_by: str | None
    published_at: str | None
    rolled_back_by: str | None
    rolled_back_at: str | None
    rollback_reason: str


def new_edit(
    connection: Connection,
    title: str,
    *,
    by: int | None,
    request: str,
    content: Mapping[str, Any] | None = None,
) -> RuleEdit:
    """A new draft; arguments and errors as ``RuleEdits.create``."""
    if not title.strip():
        raise Refused("an edit needs a title", code="edit-title")
    values = {
        "title": title.strip(), "state": EditState.DRAFT.value, "version": 1, "author": by, "at": now(),
        "content": as_json(content or {}), "request": request,
    }  # fmt: skip
    key = insert_once(connection, rule_edits, values)
    if key is not None:
        auditing.note(connection, "rule-edit", by=by, subject=str(key))
    else:
        author = select(rule_edits.c.author).where(rule_edits.c.request == request)
        check_author(request, connection.execute(author).scalar_one(), by)
    return one_edit(connection, rule_edits.c.request == request)


def open_edit(connection: Connection, edit_id: int) -> RuleEdit:
    """A draft, which nobody else changes before this transaction ends.

    Raises:
        Missing: there is none. Refused: ``edit-closed``: it is published or given up.
    """
    found = one_edit(connection, rule_edits.c.id == edit_id, lock=True)
    if found.state not in OPEN:
        raise Refused("it is no draft any more", code="edit-closed")
    return found


def change_edit(
    connection: Connection, found: RuleEdit, content: Mapping[str, Any], *, by: int | None
) -> RuleEdit:
    """Let an open edit say something else; what was tried before tells nothing of it."""
    values = {"content": as_json(content), "state": EditState.DRAFT.value, "report": None, "basis": None}
    set_edit(connection, found, values)
    auditing.note(connection, "rule-edit", by=by, subject=str(found.id))
    return one_edit(connection, rule_edits.c.id == found.id)


def as_json(value: object) -> str:
    return escape_json(json.dumps(value, ensure_ascii=False))


def set_edit(connection: Connection, found: RuleEdit, values: Mapping[str, object]) -> None:
    connection.execute(
        update(rule_edits).where(rule_edits.c.id == found.id).values(version=found.version + 1, **values)
    )


def open_and_seen(connection: Connection, edit_id: int, seen: int) -> RuleEdit:
    """The same, as its page showed it.

    Raises:
        Conflict: ``edit-changed``: somebody changed it since.
    """
    found = open_edit(connection, edit_id)
    check_seen(found, seen)
    return found


def check_seen(found: RuleEdit, seen: int) -> None:
    if found.version != seen:
        raise Conflict("somebody changed this edit meanwhile; look again", code="edit-changed")


def one_edit(connection: Connection, where: Any, *, lock: bool = False) -> RuleEdit:
    query = select(rule_edits).where(where)
    found = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise Missing("there is no such edit", code="no-edit")
    return edits_of(connection, [found])[0]


def edits_of(connection: Connection, rows: Iterable[Row[Any]]) -> tuple[RuleEdit, ...]:
    found = list(rows)
    people = (user for r in found for user in (r.author, r.published_by, r.rolled_back_by))
    names = names_of(connection, people)
    return tuple(
        RuleEdit(
            id=row.id,
            title=row.title,
            state=EditState(row.state),
            version=row.version,
            content=json.loads(row.content),
            basis=row.basis,
            report=json.loads(row.report) if row.report else None,
            files={name: (pair[0], pair[1]) for name, pair in json.loads(row.files or "{}").items()},
            reason=row.reason,
            author=names.get(row.author),
            at=row.at,
            published_by=names.get(row.published_by),
            published_at=row.published_at,
            rolled_back_by=names.get(row.rolled_back_by),
            rolled_back_at=row.rolled_back_at,
            rollback_reason=row.rollback_reason,
        )
        for row in found
    )
