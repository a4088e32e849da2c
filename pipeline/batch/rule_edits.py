"""An edit of the rules as people make it in the room, and the files that it becomes.

What is published stands in files of its own in the centre's layer, which the room alone writes: files that
people write by hand are never touched, and keep their comments. An edit is merged into those files: what it
says of a phrase, an item or a sentence takes the place of what they said of it.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.errors import LexiconError, Refused, UsageError
from pipeline.messages import Message
from pipeline.phrases.layer import (
    LEXICONS,
    RUBRIC,
    SENTENCES,
    WEIGHTS_FILE,
    AddedPhrase,
    ChangedExamples,
    PhraseChange,
)
from pipeline.phrases.lexicon_file import LONGEST_TEXT, CodeEntry, PhraseEntry, read_yaml
from pipeline.phrases.own_sentences import OwnSentence, sentences_of, written
from pipeline.rubric.layer import SheetChange, SheetLayer
from pipeline.validation import explained
from pipeline.yaml_file import dump, line_of

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

    @property
    def templates(self) -> Iterator[str]:
        """Everything in it that is written as a pattern."""
        some: list[PhraseEntry | PhraseChange] = [*self.phrases, *self.changes]
        for one in (*some, *(phrase for code in self.codes for phrase in code.phrases)):
            yield from (one.phrase, *one.variants, *one.patterns, *one.exceptions)

    def merged(self, later: EditContent) -> EditContent:
        """Both, where the later wins.

        Raises:
            Refused: ``edit-form``: together they say more of a phrase than a file may.
        """
        try:
            return self._merged(later)
        except ValidationError as error:
            told = _problem(error)
            raise Refused(f"too much together: {told}", code="edit-form", reason=told) from error

    def _merged(self, later: EditContent) -> EditContent:
        return EditContent(
            codes=_merged(self.codes, later.codes, lambda c: c.code),
            phrases=_merged(self.phrases, later.phrases, lambda p: (p.code, p.phrase), _both_phrases),
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

    def contradicts(self, other: EditContent) -> str | None:
        """A sentence that one calls a hit of a code and the other does not; None: there is none."""
        for one in self.sentences:
            for two in other.sentences:
                if (one.text, one.role) == (two.text, two.role) and (
                    set(one.codes) & set(two.not_codes) or set(one.not_codes) & set(two.codes)
                ):
                    return one.text
        return None

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


def _joined(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one + other))


def _both(old: PhraseChange, new: PhraseChange) -> PhraseChange:
    hit = _joined(old.examples.hit, new.examples.hit)
    quiet = _joined(old.examples.quiet, new.examples.quiet)
    return PhraseChange(
        code=new.code,
        phrase=new.phrase,
        off=new.off,
        variants=_joined(old.variants, new.variants),
        patterns=_joined(old.patterns, new.patterns),
        exceptions=_joined(old.exceptions, new.exceptions),
        examples=ChangedExamples(
            hit=tuple(text for text in hit if text not in new.examples.quiet),
            quiet=tuple(text for text in quiet if text not in new.examples.hit),
        ),
        reason=new.reason,
    )


def _both_phrases(old: AddedPhrase, new: AddedPhrase) -> AddedPhrase:
    """A phrase that was added twice says all that was written of it: nothing is left out silently."""

    reason = "；".join(_joined((old.reason,), (new.reason,)))
    return AddedPhrase.model_validate(
        {
            **old.model_dump(exclude_defaults=True),
            **new.model_dump(exclude_defaults=True),
            "variants": _joined(old.variants, new.variants),
            "patterns": _joined(old.patterns, new.patterns),
            "exceptions": _joined(old.exceptions, new.exceptions),
            "examples": {
                "hit": _joined(old.examples.hit, new.examples.hit),
                "quiet": _joined(old.examples.quiet, new.examples.quiet),
            },
            "reason": reason if len(reason) <= LONGEST_TEXT else new.reason,
        }
    )


def _both_changes(old: SheetChange, new: SheetChange) -> SheetChange:
    return SheetChange.model_validate(
        {**old.model_dump(exclude_defaults=True), **new.model_dump(exclude_defaults=True), "off": new.off}
    )


def standing_content(layer: Path) -> EditContent:
    """What the files of the room say now.

    Raises:
        Refused: ``room-file``: somebody edited one of them by hand, and it cannot be read.
    """
    lexicon, sentences, sheet = (layer / name for name in FILES)
    try:
        found = _read(lexicon, lambda told: told)
        changed = _read(sheet, lambda told: {"sheet": told})
        learnt = tuple(sentences_of(sentences)) if sentences.exists() else ()
    except UsageError as error:
        raise Refused(
            f"a file of the room cannot be read: {error}", code="room-file", reason=error
        ) from error
    return found.model_copy(update={"sheet": changed.sheet, "sentences": learnt})


def _read(path: Path, part: Callable[[dict[str, Any]], dict[str, Any]]) -> EditContent:
    """
    Raises:
        LexiconError: it cannot be read, or says what an edit does not.
    """
    if not path.exists():
        return EditContent()
    told = read_yaml(path)
    try:
        return EditContent.model_validate(part(told))
    except ValidationError as error:
        line = line_of(told, error.errors()[0]["loc"])
        raise LexiconError(_problem(error).message, path=path, line=line) from error


def _problem(error: ValidationError) -> LexiconError:
    first = error.errors()[0]
    where = ".".join(map(str, first["loc"]))
    return LexiconError(Message("lexicon.entry", where=where, problem=explained(first)))


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


def basis_of(layer: Path, *others: Path) -> str:
    """Digests (32 hex digits each) of the rules that an edit was tried on: of the files that people write,
    and of those of the room. Another one: somebody changed them.

    Raises:
        OSError: a file cannot be read.
    """
    found: list[Path] = []
    for path in (layer, *others):
        found += [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    room = {layer / name for name in (*FILES, WEIGHTS_FILE)}
    by_hand, own = hashlib.sha256(), hashlib.sha256()
    for path in sorted(found):
        if path.suffix in (".yaml", ".jsonl", ".npz") and not path.name.startswith("."):
            digest = own if path in room else by_hand
            digest.update(f"{path}\n".encode("utf-8", "surrogateescape") + path.read_bytes())
    return by_hand.hexdigest()[:32] + own.hexdigest()[:32]


def same_by_hand(one: str, other: str) -> bool:
    """Whether two digests are of the same files that people write, whatever the room wrote."""
    return one[:32] == other[:32]


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Lines of a unified diff over all files."""
    out: list[str] = []
    for name in after:
        old, new = before.get(name, "").splitlines(), after[name].splitlines()
        out += list(difflib.unified_diff(old, new, name, name, lineterm="", n=2))
    return out
