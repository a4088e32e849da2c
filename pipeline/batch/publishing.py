"""An edit of the rules becomes files of the centre's layer, and is taken back.

What is about to be written is in the store first; then each file is replaced whole, in an order in which
every state between is one that can be read. Killed anywhere, publishing (or rolling back) again finishes it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.batch.rule_edits import FILES, EditContent, basis_of, standing_texts, with_edit
from pipeline.errors import Conflict, Refused
from pipeline.files import replace_file
from pipeline.phrases.layer import WEIGHTS_FILE
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.repositories.rule_edits import EditState, FilePairs, RuleEdit

LOCK_SECONDS = 10.0
ORDER = (FILES[0], FILES[1], WEIGHTS_FILE, FILES[2])


def layer_of(settings: Settings) -> Path:
    """The folder of the centre's own rules.

    Raises:
        Refused: ``no-layer``: none is set.
    """
    if settings.layer is None:
        raise Refused("no folder for the centre's own rules is set; set `layer`", code="no-layer")
    return settings.layer


def present_basis(settings: Settings) -> str:
    """Digest of all rules as they stand."""
    return basis_of(layer_of(settings), settings.lexicons, settings.rubric)


def publish(
    store: Store, settings: Settings, edit_id: int, *, by: int | None, reason: str, seen: int
) -> RuleEdit:
    """Write what an edit says; from now on calls are judged by it. One that was interrupted is finished.

    Raises:
        Conflict: ``rules-changed``: the rules are others than those it was tried on; ``edit-changed``.
        Refused: ``no-layer``, ``edit-untried``, ``edit-reason``, ``edit-closed``.
        OSError: the folder cannot be written.
    """
    layer = layer_of(settings)
    with _alone(layer):
        found = store.rule_edits.edit(edit_id)
        if found.state is not EditState.PUBLISHING:
            if found.state is EditState.TRIED and found.basis != present_basis(settings):
                raise Conflict("the rules were changed since it was tried", code="rules-changed")
            weights = str((found.report or {}).get("weights", ""))
            files = pairs(layer, EditContent.model_validate(found.content), weights)
            found = store.rule_edits.begin_publishing(edit_id, files, reason=reason, seen=seen, by=by)
        _write(layer, found.files, to=1)
        return store.rule_edits.published(edit_id)


def roll_back(
    store: Store, settings: Settings, edit_id: int, *, by: int | None, reason: str, seen: int
) -> RuleEdit:
    """Let the files say again what they said before an edit.

    Raises:
        Conflict: ``built-upon``: they were changed since; roll that back first. ``edit-changed``.
        Refused: ``no-layer``, ``edit-not-published``, ``edit-reason``.
    """
    layer = layer_of(settings)
    with _alone(layer):
        found = store.rule_edits.edit(edit_id)
        if found.version != seen or found.state is not EditState.PUBLISHED or not reason.strip():
            return store.rule_edits.rolled_back(edit_id, reason=reason, seen=seen, by=by)  # says why not
        _write(layer, found.files, to=0)
        return store.rule_edits.rolled_back(edit_id, reason=reason, seen=seen, by=by)


def pairs(layer: Path, edit: EditContent, weights: str) -> FilePairs:
    """File -> what it says, what it will say; weights in base64."""
    before = standing_texts(layer) | {WEIGHTS_FILE: _encoded(layer / WEIGHTS_FILE)}
    after = with_edit(layer, edit) | {WEIGHTS_FILE: weights}
    return {name: (before[name], after[name]) for name in ORDER if before[name] != after[name]}


def write_edited(layer: Path, edit: EditContent) -> None:
    """Write an edit into a copy of the layer, to try it."""
    for name, text in with_edit(layer, edit).items():
        _put(layer, name, text)


def _write(layer: Path, files: FilePairs, *, to: int) -> None:
    """Bring the files to their first or second state.

    Raises:
        Conflict: one of them is in neither.
    """
    present: Mapping[str, str] = standing_texts(layer) | {WEIGHTS_FILE: _encoded(layer / WEIGHTS_FILE)}
    for name, pair in files.items():
        if present[name] not in pair:
            raise Conflict(f"{name} was changed since; roll that back first", code="built-upon", file=name)
    names = [name for name in ORDER if name in files]
    for name in names if to else reversed(names):
        _put(layer, name, files[name][to])


def _put(layer: Path, name: str, text: str) -> None:
    path = layer / name
    if text:
        replace_file(path, base64.b64decode(text) if name == WEIGHTS_FILE else text.encode())
    else:
        path.unlink(missing_ok=True)


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode() if path.exists() else ""


@contextmanager
def _alone(layer: Path) -> Iterator[None]:
    """One publication at a time, whoever publishes.

    Raises:
        Conflict: ``publishing``: somebody else is at it.
    """
    layer.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(layer / ".publishing.lock", timeout=LOCK_SECONDS):
            yield
    except Timeout as error:
        raise Conflict("somebody else is publishing; try again", code="publishing") from error
