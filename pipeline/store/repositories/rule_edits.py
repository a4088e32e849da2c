"""Edits of the rules on their way: draft, tried, published, rolled back; who, when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from pipeline.errors import Refused
from pipeline.store import auditing
from pipeline.store.database import Repository
from pipeline.store.repositories.rule_edit_rows import (
    OPEN,
    EditState,
    FilePairs,
    RuleEdit,
    as_json,
    change_edit,
    check_seen,
    edits_of,
    new_edit,
    one_edit,
    open_and_seen,
    set_edit,
)
from pipeline.store.rule_tables import rule_edits
from pipeline.store.statements import now


class RuleEdits(Repository):
    """``seen`` is the version that the page showed: an edit that somebody changed since is a Conflict
    ``edit-changed``, and nothing is written."""

    def create(
        self, title: str, *, by: int | None, request: str, content: Mapping[str, Any] | None = None
    ) -> RuleEdit:
        """A new draft; the same request again gives the same one.

        Raises:
            Refused: ``edit-title``: no title. Conflict: ``request-reused``, by somebody else.
        """
        with self._write() as connection:
            return new_edit(connection, title, by=by, request=request, content=content)

    def edit(self, edit_id: int) -> RuleEdit:
        """
        Raises:
            Missing: there is none.
        """
        with self._read() as connection:
            return one_edit(connection, rule_edits.c.id == edit_id)

    def all(self, *, limit: int = 200) -> tuple[RuleEdit, ...]:
        """All but those given up, the latest first."""
        query = select(rule_edits).where(rule_edits.c.state != EditState.DROPPED.value)
        with self._read() as connection:
            return edits_of(
                connection, connection.execute(query.order_by(rule_edits.c.id.desc()).limit(limit))
            )

    def change(self, edit_id: int, content: Mapping[str, Any], *, seen: int, by: int | None) -> RuleEdit:
        """Let a draft say something else; what was tried before tells nothing of it.

        Raises:
            Refused: ``edit-closed``: it is published or given up.
        """
        with self._write() as connection:
            return change_edit(connection, open_and_seen(connection, edit_id, seen), content, by=by)

    def keep_report(
        self, edit_id: int, report: Mapping[str, Any], *, basis: str, seen: int, by: int | None = None
    ) -> bool:
        """Keep what trying this version found; False where the edit changed meanwhile."""
        with self._write() as connection:
            found = one_edit(connection, rule_edits.c.id == edit_id, lock=True)
            if found.version != seen or found.state not in OPEN:
                return False
            good = not report.get("error") and not any(
                i["level"] == "error" for i in report.get("issues", ())
            )
            state = EditState.TRIED if good else EditState.DRAFT
            values = {"report": as_json(report), "basis": basis, "state": state.value}
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
            found = open_and_seen(connection, edit_id, seen)
            if found.state is not EditState.TRIED:
                raise Refused("it was not tried as it is now", code="edit-untried")
            values = {
                "files": as_json(files), "reason": reason.strip(), "state": EditState.PUBLISHING.value,
                "published_by": by, "published_at": now(),
            }  # fmt: skip
            set_edit(connection, found, values)
            auditing.note(connection, "rule-publish", by=by, subject=str(edit_id))
            return one_edit(connection, rule_edits.c.id == edit_id)

    def published(self, edit_id: int) -> RuleEdit:
        """Its files are written."""
        with self._write() as connection:
            is_it = (rule_edits.c.id == edit_id) & (rule_edits.c.state == EditState.PUBLISHING.value)
            connection.execute(update(rule_edits).where(is_it).values(state=EditState.PUBLISHED.value))
            auditing.note(connection, "rule-published", subject=str(edit_id))
            return one_edit(connection, rule_edits.c.id == edit_id)

    def unfinished(self) -> RuleEdit | None:
        """The one whose files are being written, or were when something broke off."""
        query = select(rule_edits).where(rule_edits.c.state == EditState.PUBLISHING.value)
        with self._read() as connection:
            found = edits_of(connection, connection.execute(query.order_by(rule_edits.c.id).limit(1)))
        return found[0] if found else None

    def abandoned(
        self, edit_id: int, *, seen: int, by: int | None, left: Sequence[str] = (), tried: bool = False
    ) -> RuleEdit:
        """Its files say again what they said before publishing began.

        Args:
            left: files that stay as they are all the same.
            tried: nothing else was changed, so that what was tried still tells.

        Raises:
            Refused: ``edit-not-publishing``.
        """
        with self._write() as connection:
            found = one_edit(connection, rule_edits.c.id == edit_id, lock=True)
            check_seen(found, seen)
            if found.state is not EditState.PUBLISHING:
                raise Refused("it is not being published", code="edit-not-publishing")
            values: dict[str, object] = {
                "files": None, "reason": "", "published_by": None, "published_at": None,
                "state": EditState.TRIED.value,
            }  # fmt: skip
            if not tried:
                values |= {"state": EditState.DRAFT.value, "report": None, "basis": None}
            set_edit(connection, found, values)
            auditing.note(
                connection, "rule-abandon", by=by, subject=str(edit_id), left=", ".join(left) or None
            )
            return one_edit(connection, rule_edits.c.id == edit_id)

    def rolled_back(self, edit_id: int, *, reason: str, seen: int, by: int | None) -> RuleEdit:
        """Its files say again what they said before.

        Raises:
            Refused: ``edit-not-published``, ``edit-reason``.
        """
        if not reason.strip():
            raise Refused("rolling back needs a reason", code="edit-reason")
        with self._write() as connection:
            found = one_edit(connection, rule_edits.c.id == edit_id, lock=True)
            check_seen(found, seen)
            if found.state is not EditState.PUBLISHED:
                raise Refused("it is not published", code="edit-not-published")
            values = {
                "state": EditState.ROLLED_BACK.value, "rollback_reason": reason.strip(),
                "rolled_back_by": by, "rolled_back_at": now(),
            }  # fmt: skip
            set_edit(connection, found, values)
            auditing.note(connection, "rule-roll-back", by=by, subject=str(edit_id))
            return one_edit(connection, rule_edits.c.id == edit_id)

    def drop(self, edit_id: int, *, seen: int, by: int | None) -> None:
        """Give a draft up."""
        with self._write() as connection:
            set_edit(connection, open_and_seen(connection, edit_id, seen), {"state": EditState.DROPPED.value})
            auditing.note(connection, "rule-drop", by=by, subject=str(edit_id))
