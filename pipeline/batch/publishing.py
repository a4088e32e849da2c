"""An edit of the rules becomes files of the centre's layer, and is taken back.

What is about to be written is in the store first; then each file is replaced whole, in an order in which
every state between is one that can be read. Killed anywhere, publishing (or rolling back) again finishes it,
or it is given up and the files say again what they said. Nothing is written after which the rules could not
be read, and nothing over what somebody wrote by hand since.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.batch.room_files import (
    ORDER,
    check_untouched,
    fault_with,
    put,
    standing_files,
    unusable,
    write_files,
    written_by_hand,
)
from pipeline.batch.rule_edits import EditContent, basis_of, same_by_hand, with_edit
from pipeline.errors import CallinspectError, Conflict, Refused
from pipeline.phrases.layer import WEIGHTS_FILE
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.repositories.rule_edit_rows import EditState, FilePairs, RuleEdit

LOCK_SECONDS = 10.0


def layer_of(settings: Settings) -> Path:
    """The folder of the centre's own rules.

    Raises:
        Refused: ``no-layer``: none is set.
    """
    if settings.layer is None:
        raise Refused("no folder for the centre's own rules is set; set `layer`", code="no-layer")
    return settings.layer


def present_basis(settings: Settings) -> str:
    """Digest of all rules as they stand.

    Raises:
        Refused: ``no-layer``; ``layer-files``: one of them cannot be read.
    """
    layer = layer_of(settings)
    try:
        packs = [path for pack in settings.packs for path in (*pack.lexicons, pack.sheet)]
        return basis_of(layer, settings.lexicons, settings.rubric, *packs)
    except OSError as error:
        raise unusable(Path(error.filename or layer), error) from error


def publish(
    store: Store, settings: Settings, edit_id: int, *, by: int | None, reason: str, seen: int
) -> RuleEdit:
    """Write what an edit says; from now on calls are judged by it. One that was interrupted is finished.

    Raises:
        Conflict: ``rules-changed``: the rules are others than those it was tried on; ``edit-changed``;
            ``edit-unfinished``: another one is. ``edit-by-hand``, ``edit-others-changed``: it was
            interrupted, and cannot be finished any more (see ``abandon``).
        Refused: ``no-layer``, ``edit-untried``, ``edit-reason``, ``edit-closed``; ``rules-would-break``:
            they could not be read afterwards; ``layer-files``: the folder cannot be written. The files are
            as they were then.
    """
    layer = layer_of(settings)
    with _alone(layer):
        found = store.rule_edits.edit(edit_id)
        if found.state is EditState.PUBLISHING:
            return _finish(store, settings, found, seen)
        _check_finished(store)
        if found.state is EditState.TRIED and found.basis != present_basis(settings):
            raise Conflict("the rules were changed since it was tried", code="rules-changed")
        weights = str((found.report or {}).get("weights", ""))
        files = pairs(layer, EditContent.model_validate(found.content), weights)
        if found.state is EditState.TRIED:
            _check_readable(settings, files, to=1)
        found = store.rule_edits.begin_publishing(edit_id, files, reason=reason, seen=seen, by=by)
        try:
            write_files(layer, found.files, to=1)
        except CallinspectError:
            write_files(layer, found.files, to=0)  # where that fails too, it stays unfinished
            store.rule_edits.abandoned(edit_id, seen=found.version, by=by, tried=True)
            raise
        return store.rule_edits.published(edit_id)


def _finish(store: Store, settings: Settings, found: RuleEdit, seen: int) -> RuleEdit:
    """What is left to write of one that was interrupted, where all else is as it was then."""
    if found.version != seen:
        raise Conflict("somebody changed this edit meanwhile; look again", code="edit-changed")
    layer = layer_of(settings)
    for name in written_by_hand(layer, found.files):
        raise Conflict(f"{name} was changed by hand since it began", code="edit-by-hand", file=name)
    present = standing_files(layer)
    if any(present[name] != pair[1] for name, pair in found.files.items()):
        if not same_by_hand(found.basis or "", present_basis(settings)):
            raise Conflict("other rules were changed since it was tried", code="edit-others-changed")
        _check_readable(settings, found.files, to=1)
        write_files(layer, found.files, to=1)
    return store.rule_edits.published(found.id)


def abandon(store: Store, settings: Settings, edit_id: int, *, by: int | None, seen: int) -> tuple[str, ...]:
    """Give up publishing what was interrupted: it is a draft again, and the files say again what they said.

    This is possible whatever was done meanwhile. What somebody wrote by hand stays; and where the rules can
    be read now and could not be without what was written (somebody names it by hand), that stays too.

    Returns:
        The files that were left as they are, although the edit was to change them.

    Raises:
        Conflict: ``edit-changed``. Refused: ``no-layer``, ``edit-not-publishing``, ``layer-files``.
    """
    layer = layer_of(settings)
    with _alone(layer):
        found = store.rule_edits.edit(edit_id)
        left: list[str] = []
        if found.state is EditState.PUBLISHING and found.version == seen:
            left += written_by_hand(layer, found.files)
            files = {name: pair for name, pair in found.files.items() if name not in left}
            present = standing_files(layer)
            written = [name for name, pair in files.items() if present[name] != pair[0]]
            before = {name: files[name][0] for name in written}
            if written and fault_with(settings, layer, before) and not fault_with(settings, layer, {}):
                left += written
            else:
                write_files(layer, files, to=0)
        store.rule_edits.abandoned(edit_id, seen=seen, by=by, left=left)
        return tuple(left)


def roll_back(
    store: Store, settings: Settings, edit_id: int, *, by: int | None, reason: str, seen: int
) -> RuleEdit:
    """Let the files say again what they said before an edit.

    Raises:
        Conflict: ``built-upon``: they were changed since; roll that back first. ``edit-changed``;
            ``edit-unfinished``: another one is being published.
        Refused: ``no-layer``, ``edit-not-published``, ``edit-reason``; ``rules-would-break``: they could not
            be read afterwards; ``layer-files``: the folder cannot be written.
    """
    layer = layer_of(settings)
    with _alone(layer):
        found = store.rule_edits.edit(edit_id)
        if found.version != seen or found.state is not EditState.PUBLISHED or not reason.strip():
            return store.rule_edits.rolled_back(edit_id, reason=reason, seen=seen, by=by)  # says why not
        _check_finished(store)
        check_untouched(layer, found.files)
        _check_readable(settings, found.files, to=0)
        try:
            write_files(layer, found.files, to=0)
        except Refused:
            write_files(layer, found.files, to=1)
            raise
        return store.rule_edits.rolled_back(edit_id, reason=reason, seen=seen, by=by)


def pairs(layer: Path, edit: EditContent, weights: str) -> FilePairs:
    """File -> what it says, what it will say; weights in base64."""
    before = standing_files(layer)
    after = with_edit(layer, edit) | {WEIGHTS_FILE: weights}
    return {name: (before[name], after[name]) for name in ORDER if before[name] != after[name]}


def write_edited(layer: Path, edit: EditContent) -> None:
    """Write an edit into a copy of the layer, to try it."""
    for name, text in with_edit(layer, edit).items():
        put(layer, name, text)


def _check_finished(store: Store) -> None:
    """One at a time: what is written over half of another one could not be told from it."""
    other = store.rule_edits.unfinished()
    if other is not None:
        told = f"edit {other.id} is being published; finish it or give it up first"
        raise Conflict(told, code="edit-unfinished", title=other.title, number=other.id)


def _check_readable(settings: Settings, files: FilePairs, *, to: int) -> None:
    """
    Raises:
        Refused: ``rules-would-break``: something is to be written, and the rules could not be read then.
    """
    present = standing_files(layer_of(settings))
    if all(present[name] == pair[to] for name, pair in files.items()):
        return
    fault = fault_with(settings, layer_of(settings), {name: pair[to] for name, pair in files.items()})
    if fault is not None:
        told = f"the rules could not be read afterwards, so nothing was written: {fault}"
        raise Refused(told, code="rules-would-break", reason=fault)


@contextmanager
def _alone(layer: Path) -> Iterator[None]:
    """One publication at a time, whoever publishes.

    Raises:
        Conflict: ``publishing``: somebody else is at it.
        Refused: ``layer-files``: there can be no folder.
    """
    lock = FileLock(layer / ".publishing.lock", timeout=LOCK_SECONDS)
    try:
        layer.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise Conflict("somebody else is publishing; try again", code="publishing") from error
    except OSError as error:
        raise unusable(layer, error) from error
    try:
        yield
    finally:
        lock.release()
