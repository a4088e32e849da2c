"""An edit of the rules as people make it in the room, and the files that it becomes.

What is published stands in files of its own in the centre's layer, which the room alone writes: files that
people write by hand are never touched, and keep their comments. An edit is merged into those files: what it
says of a phrase, an item or a sentence takes the place of what they said of it.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from pipeline.errors import Refused
from pipeline.phrases.layer import LEXICONS, RUBRIC, SENTENCES, AddedPhrase, ChangedExamples, PhraseChange
from pipeline.phrases.lexicon_file import CodeEntry, read_yaml
from pipeline.phrases.own_sentences import OwnSentence, written
from pipeline.rubric.layer import SheetChange, SheetLayer
from pipeline.yaml_file import dump

LEXICON_FILE = f"{LEXICONS}/zz-room.yaml"
"""Read after files with names of letters, so that it can change what they add."""
SHEET_FILE = f"{RUBRIC}/zz-room.yaml"
SENTENCE_FILE = f"{SENTENCES}/zz-room.jsonl"
FILES = (LEXICON_FILE, SENTENCE_FILE, SHEET_FILE)
"""In the order in which they are written: the sheet may name codes that the lexicon brings."""
_HEADER = "# Written by the review room (rules > edits). Write your own in another file of this folder.\n"
T = TypeVar("T")


class EditContent(BaseModel):
    """What an edit says: any number of things, which are tried and published together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    codes: tuple[CodeEntry, ...] = ()
    phrases: tuple[AddedPhrase, ...] = ()
    changes: tuple[PhraseChange, ...] = ()
    sentences: tuple[OwnSentence, ...] = ()
    sheet: SheetLayer = SheetLayer()

    @property
    def empty(self) -> bool:
        return self == EditContent()

    def merged(self, later: EditContent) -> EditContent:
        """Both, where the later wins."""
        return EditContent(
            codes=_merged(self.codes, later.codes, lambda c: c.code),
            phrases=_merged(self.phrases, later.phrases, lambda p: (p.code, p.phrase)),
            changes=_merged(self.changes, later.changes, lambda c: (c.code, c.phrase), _both),
            sentences=_merged(self.sentences, later.sentences, lambda s: (s.text, s.role)),
            sheet=SheetLayer(
                pass_mark=self.sheet.pass_mark if later.sheet.pass_mark is None else later.sheet.pass_mark,
                changes=_merged(
                    self.sheet.changes, later.sheet.changes, lambda c: tuple(c.targets), _both_changes
                ),
                criteria=_merged(self.sheet.criteria, later.sheet.criteria, lambda c: c.criterion.get("id")),
                items=_merged(self.sheet.items, later.sheet.items, lambda i: i.item.get("id")),
            ),
        )

    def dumped(self) -> dict[str, Any]:
        """As JSON values, without what says nothing."""
        found: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return found


def _merged(
    first: Iterable[T],
    later: Iterable[T],
    key: Callable[[T], Hashable],
    both: Callable[[T, T], T] = lambda _, new: new,
) -> tuple[T, ...]:
    found = {key(one): one for one in first}
    for one in later:
        name = key(one)
        found[name] = both(found[name], one) if name in found else one
    return tuple(found.values())


def _both(old: PhraseChange, new: PhraseChange) -> PhraseChange:
    def joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one + other))

    hit = joined(old.examples.hit, new.examples.hit)
    quiet = joined(old.examples.quiet, new.examples.quiet)
    return PhraseChange(
        code=new.code,
        phrase=new.phrase,
        off=new.off,
        variants=joined(old.variants, new.variants),
        patterns=joined(old.patterns, new.patterns),
        exceptions=joined(old.exceptions, new.exceptions),
        examples=ChangedExamples(
            hit=tuple(text for text in hit if text not in new.examples.quiet),
            quiet=tuple(text for text in quiet if text not in new.examples.hit),
        ),
        reason=new.reason,
    )


def _both_changes(old: SheetChange, new: SheetChange) -> SheetChange:
    return SheetChange.model_validate(
        {**old.model_dump(exclude_defaults=True), **new.model_dump(exclude_defaults=True), "off": new.off}
    )


def standing_content(layer: Path) -> EditContent:
    """What the files of the room say now.

    Raises:
        LexiconError, RubricError: somebody edited one of them by hand, and it cannot be read.
    """
    lexicon, sheet = (layer / name for name in (LEXICON_FILE, SHEET_FILE))
    told: dict[str, Any] = {}
    if lexicon.exists():
        told |= dict(read_yaml(lexicon))
    if sheet.exists():
        told["sheet"] = dict(read_yaml(sheet))
    sentences = layer / SENTENCE_FILE
    if sentences.exists():
        lines = sentences.read_text(encoding="utf-8").splitlines()
        told["sentences"] = [json.loads(line) for line in lines if line.strip()]
    try:
        return EditContent.model_validate(told)
    except ValueError as error:
        raise Refused(
            f"a file of the room cannot be read: {error}", code="room-file", reason=str(error)
        ) from error


def texts(content: EditContent) -> dict[str, str]:
    """File -> text, of what the room's files say; empty text: no such file."""
    told = content.dumped()
    sheet = told.pop("sheet", {})
    told.pop("sentences", None)
    return {
        LEXICON_FILE: _HEADER + dump(told) if told else "",
        SENTENCE_FILE: written(content.sentences),
        SHEET_FILE: _HEADER + dump(sheet) if sheet else "",
    }


def with_edit(layer: Path, edit: EditContent) -> dict[str, str]:
    """File -> text once an edit is published."""
    return texts(standing_content(layer).merged(edit))


def standing_texts(layer: Path) -> dict[str, str]:
    """File -> text now; empty: no such file."""
    return {name: _text(layer / name) for name in FILES}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def basis_of(layer: Path, *others: Path) -> str:
    """Digest of every file of the rules: what an edit was tried on. Another one: somebody changed them."""
    digest = hashlib.sha256()
    found: list[Path] = []
    for path in (layer, *others):
        found += [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    for path in sorted(found):
        if path.suffix in (".yaml", ".jsonl", ".npz") and not path.name.startswith("."):
            digest.update(f"{path}\n".encode("utf-8", "surrogateescape") + path.read_bytes())
    return digest.hexdigest()


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Lines of a unified diff over all files."""
    out: list[str] = []
    for name in after:
        old, new = before.get(name, "").splitlines(), after[name].splitlines()
        out += list(difflib.unified_diff(old, new, name, name, lineterm="", n=2))
    return out
