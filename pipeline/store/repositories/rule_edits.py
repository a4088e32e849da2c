"""Edits of the rules on their way: draft, tried, published, rolled back; who, when and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from pipeline.errors import Conflict, Missing, Refused
from pipeline.store import auditing
from pipeline.store.database import Repository
from pipeline.store.repositories.accounts import names_of
from pipeline.store.rule_tables import rule_edits
from pipeline.store.statements import now, upsert
from pipeline.store.text import escape_json


class EditState(StrEnum):
    """How far an edit has come."""

    DRAFT = "draft"
    TRIED = "tried"
    """Checked and tried on stored calls, as it is now."""
    PUBLISHING = "publishing"
    """Its files are being written; publishing again finishes it."""
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


class RuleEdits(Repository):
    """``seen`` is the version that the page showed: an edit that somebody changed since is a Conflict
    ``edit-changed``, and nothing is written."""

    def create(
        self, title: str, *, by: int | None, request: str, content: Mapping[str, Any] | None = None
    ) -> RuleEdit:
        """A new draft; the same request again gives the same one.

        Raises:
            Refused: ``edit-title``: no title.
        """
        if not title.strip():
            raise Refused("an edit needs a title", code="edit-title")
        values = {
            "title": title.strip(), "state": EditState.DRAFT.value, "version": 1, "author": by, "at": now(),
            "content": _json(content or {}), "request": request,
        }  # fmt: skip
        with self._write() as connection:
            made = upsert(connection, rule_edits).values(values)
            new = made.on_conflict_do_nothing(index_elements=["request"]).returning(rule_edits.c.id)
            key = connection.execute(new).scalar()
            if key is not None:
                auditing.note(connection, "rule-edit", by=by, subject=str(key))
            return _one(connection, rule_edits.c.request == request)

    def edit(self, edit_id: int) -> RuleEdit:
        """
        Raises:
            Missing: there is none.
        """
        with self._read() as connection:
            return _one(connection, rule_edits.c.id == edit_id)

    def all(self, *, limit: int = 200) -> tuple[RuleEdit, ...]:
        """All but those given up, the latest first."""
        query = select(rule_edits).where(rule_edits.c.state != EditState.DROPPED.value)
        with self._read() as connection:
            return _many(connection, connection.execute(query.order_by(rule_edits.c.id.desc()).limit(limit)))

    def change(self, edit_id: int, content: Mapping[str, Any], *, seen: int, by: int | None) -> RuleEdit:
        """Let a draft say something else; what was tried before tells nothing of it.

        Raises:
            Refused: ``edit-closed``: it is published or given up.
        """
        with self._write() as connection:
            found = _open(connection, edit_id, seen)
            values = {
                "content": _json(content),
                "state": EditState.DRAFT.value,
                "report": None,
                "basis": None,
            }
            _set(connection, found, values)
            auditing.note(connection, "rule-edit", by=by, subject=str(edit_id))
            return _one(connection, rule_edits.c.id == edit_id)

    def keep_report(
        self, edit_id: int, report: Mapping[str, Any], *, basis: str, seen: int, by: int | None = None
    ) -> bool:
        """Keep what trying this version found; False where the edit changed meanwhile."""
        with self._write() as connection:
            found = _one(connection, rule_edits.c.id == edit_id, lock=True)
            if found.version != seen or found.state not in OPEN:
                return False
            good = not report.get("error") and not any(
                i["level"] == "error" for i in report.get("issues", ())
            )
            state = EditState.TRIED if good else EditState.DRAFT
            values = {"report": _json(report), "basis": basis, "state": state.value}
            connection.execute(update(rule_edits).where(rule_edits.c.id == edit_id).values(values))
            auditing.note(connection, "rule-try", by=by, subject=str(edit_id))
            return True

    def begin_publishing(
        self, edit_id: int, files: FilePairs, *, reason: str, seen: int, by: int | None
    ) -> RuleEdit:
        """Say what is about to be written, so that it can be finished whatever happens in between.

        Raises:
            Refused: ``edit-untried``, ``edit-reason``.
        """
        if not reason.strip():
            raise Refused("publishing needs a reason", code="edit-reason")
        with self._write() as connection:
            found = _open(connection, edit_id, seen)
            if found.state is not EditState.TRIED:
                raise Refused("it was not tried as it is now", code="edit-untried")
            values = {
                "files": _json(files), "reason": reason.strip(), "state": EditState.PUBLISHING.value,
                "published_by": by, "published_at": now(),
            }  # fmt: skip
            _set(connection, found, values)
            auditing.note(connection, "rule-publish", by=by, subject=str(edit_id))
            return _one(connection, rule_edits.c.id == edit_id)

    def published(self, edit_id: int) -> RuleEdit:
        """Its files are written."""
        with self._write() as connection:
            is_it = (rule_edits.c.id == edit_id) & (rule_edits.c.state == EditState.PUBLISHING.value)
            connection.execute(update(rule_edits).where(is_it).values(state=EditState.PUBLISHED.value))
            auditing.note(connection, "rule-published", subject=str(edit_id))
            return _one(connection, rule_edits.c.id == edit_id)

    def rolled_back(self, edit_id: int, *, reason: str, seen: int, by: int | None) -> RuleEdit:
        """Its files say again what they said before.

        Raises:
            Refused: ``edit-not-published``, ``edit-reason``.
        """
        if not reason.strip():
            raise Refused("rolling back needs a reason", code="edit-reason")
        with self._write() as connection:
            found = _one(connection, rule_edits.c.id == edit_id, lock=True)
            _same(found, seen)
            if found.state is not EditState.PUBLISHED:
                raise Refused("it is not published", code="edit-not-published")
            values = {
                "state": EditState.ROLLED_BACK.value, "rollback_reason": reason.strip(),
                "rolled_back_by": by, "rolled_back_at": now(),
            }  # fmt: skip
            _set(connection, found, values)
            auditing.note(connection, "rule-roll-back", by=by, subject=str(edit_id))
            return _one(connection, rule_edits.c.id == edit_id)

    def drop(self, edit_id: int, *, seen: int, by: int | None) -> None:
        """Give a draft up."""
        with self._write() as connection:
            _set(connection, _open(connection, edit_id, seen), {"state": EditState.DROPPED.value})
            auditing.note(connection, "rule-drop", by=by, subject=str(edit_id))


def _json(value: object) -> str:
    return escape_json(json.dumps(value, ensure_ascii=False))


def _set(connection: Connection, found: RuleEdit, values: Mapping[str, object]) -> None:
    connection.execute(
        update(rule_edits).where(rule_edits.c.id == found.id).values(version=found.version + 1, **values)
    )


def _open(connection: Connection, edit_id: int, seen: int) -> RuleEdit:
    found = _one(connection, rule_edits.c.id == edit_id, lock=True)
    if found.state not in OPEN:
        raise Refused("it is no draft any more", code="edit-closed")
    _same(found, seen)
    return found


def _same(found: RuleEdit, seen: int) -> None:
    if found.version != seen:
        raise Conflict("somebody changed this edit meanwhile; look again", code="edit-changed")


def _one(connection: Connection, where: Any, *, lock: bool = False) -> RuleEdit:
    query = select(rule_edits).where(where)
    found = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise Missing("there is no such edit", code="no-edit")
    return _many(connection, [found])[0]


def _many(connection: Connection, rows: Iterable[Row[Any]]) -> tuple[RuleEdit, ...]:
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
