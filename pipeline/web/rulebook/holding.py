"""Which rules hold now, since when and by whom: what the last publication or roll-back left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pipeline.batch.room_files import standing_texts
from pipeline.errors import Refused, UsageError
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.repositories.rule_edit_rows import EditState, RuleEdit
from pipeline.web.rulebook.book import read_book


@dataclass(frozen=True, slots=True)
class NamedEdit:
    id: int
    title: str


@dataclass(frozen=True, slots=True)
class HoldingRules:
    """The rules that the next run judges by."""

    sheet: str
    """Revision of the score sheet."""
    lexicons: str
    """Revision of the lexicons."""
    edits: tuple[NamedEdit, ...]
    """What was published in the room and stands, the latest first; empty where only files by hand hold."""
    act: Literal["published", "rolled-back"] | None
    """What was done last; None where nothing was published here yet."""
    last: NamedEdit | None
    """The edit that was about."""
    at: str | None
    by: str | None
    """Who did it; None from the shell too."""
    by_hand: bool
    """True where the files were changed by hand since, so that the rules are others than those left then."""
    unfinished: NamedEdit | None
    """The edit that is being published, some of whose files may hold already."""


def holding(settings: Settings, store: Store) -> HoldingRules | None:
    """None where the rules cannot be read, which the page says for itself."""
    try:
        book = read_book(settings)
    except UsageError:
        return None
    edits = store.rule_edits.all()
    last = max((e for e in edits if _moment(e) is not None), key=lambda e: _moment(e) or "", default=None)
    standing = tuple(NamedEdit(e.id, e.title) for e in _standing(edits))
    back = last is not None and last.state is EditState.ROLLED_BACK
    unfinished = store.rule_edits.unfinished()
    return HoldingRules(
        sheet=book.rubric.revision,
        lexicons=book.lexicons.revision,
        edits=standing,
        act=None if last is None else "rolled-back" if back else "published",
        last=None if last is None else NamedEdit(last.id, last.title),
        at=None if last is None else _moment(last),
        by=None if last is None else last.rolled_back_by if back else last.published_by,
        by_hand=last is not None and _changed_since(settings, last, unfinished, back=back),
        unfinished=None if unfinished is None else NamedEdit(unfinished.id, unfinished.title),
    )


def _moment(edit: RuleEdit) -> str | None:
    """When it last changed what holds."""
    if edit.state is EditState.ROLLED_BACK:
        return edit.rolled_back_at
    return edit.published_at if edit.state is EditState.PUBLISHED else None


def _standing(edits: Iterable[RuleEdit]) -> list[RuleEdit]:
    found = [edit for edit in edits if edit.state is EditState.PUBLISHED]
    return sorted(found, key=lambda edit: edit.published_at or "", reverse=True)


def _changed_since(settings: Settings, last: RuleEdit, unfinished: RuleEdit | None, *, back: bool) -> bool:
    """Whether the files of the room say something else than this act left in them, and no publication that
    is unfinished wrote it."""
    if settings.layer is None:
        return True
    try:
        present = standing_texts(settings.layer)
    except Refused:
        return True
    written = {} if unfinished is None else unfinished.files
    return any(
        present[name] != pair[0 if back else 1] and present[name] not in written.get(name, ())
        for name, pair in last.files.items()
        if name in present
    )
