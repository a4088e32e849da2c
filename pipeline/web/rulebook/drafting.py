"""What a supervisor types into a form -> what an edit of the rules says. Nobody types an expression."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import ValidationError

from pipeline.batch.rule_edits import EditContent
from pipeline.domain import PhraseKind, Role, Severity
from pipeline.errors import Refused
from pipeline.messages import Message, MessageError
from pipeline.phrases.layer import AddedPhrase, PhraseChange
from pipeline.phrases.lexicon_file import LONGEST_TEXT, CodeEntry, PhraseEntry, PhraseExamples
from pipeline.phrases.own_sentences import OwnSentence
from pipeline.phrases.suggesting import plain_groups, suggest, suggested_exception, words
from pipeline.rubric.layer import AddedItem, SheetChange, SheetLayer
from pipeline.rubric.sheet import Item
from pipeline.validation import explained
from pipeline.web.rulebook.book import Book

MOST_LINES = 50
"""Of a field."""
LINE_SHOWN = 20
"""Characters of a line that is too long, by which it is found."""


def lines(text: str) -> list[str]:
    """The lines of a field that say something, each once.

    Raises:
        Refused: ``edit-lines``, ``edit-line-long``: more than a file takes. Nothing is left out silently: a
            sentence that must not be hit would be hit. Long lines are not looked at further, which takes
            time that grows with their square.
    """
    found = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(found) > MOST_LINES:
        told = f"{len(found)} lines; at most {MOST_LINES}"
        raise Refused(told, code="edit-lines", most=MOST_LINES, lines=len(found))
    for line in found:
        if len(line) > LONGEST_TEXT:
            told = f"a line of {len(line)} characters; at most {LONGEST_TEXT}"
            raise Refused(
                told, code="edit-line-long", most=LONGEST_TEXT, length=len(line), line=line[:LINE_SHOWN]
            )
    return found


def phrase_of(
    book: Book, code: str, sentences: Sequence[str], quiet: Sequence[str], reason: str
) -> EditContent:
    """A new phrase from sentences, with the wordings that are suggested for it.

    Raises:
        Refused: ``edit-sentences``: none of them has enough words; ``edit-form``.
    """
    entry = _entry(book, sentences, quiet, reason)
    return EditContent(phrases=(_read(AddedPhrase, code=code, **dict(entry)),))


def code_of(
    book: Book,
    name: str,
    sentences: Sequence[str],
    quiet: Sequence[str],
    reason: str,
    *,
    title: str,
    severity: Severity,
    criterion: str,
    deduct: float,
) -> EditContent:
    """A new code of the agent's with its first phrase, and the item of the sheet that counts it.

    Raises:
        Refused: as ``phrase_of``.
    """
    if not title.strip():
        raise Refused("a new kind of phrase needs a title", code="edit-title")
    try:
        entry = CodeEntry(
            code=name,
            kind=PhraseKind.FORBIDDEN,
            title=title,
            severity=severity,
            role="agent",
            phrases=(_entry(book, sentences, quiet, reason),),
        )
    except ValidationError as error:
        raise _form(error) from error
    item = {
        "id": name, "title": title.strip(), "severity": severity.value, "deduct": deduct,
        "check": {"phrase": {"codes": [name]}},
    }  # fmt: skip
    added = AddedItem(criterion=criterion, item=item, reason=reason)
    return EditContent(codes=(entry,), sheet=SheetLayer(items=(added,)))


def own_code(book: Book, edit_id: int, taken: Iterable[str]) -> str:
    """A name for a new code that no lexicon, item or edit has, nor ever had: with the number of its edit, as
    drafts that were begun side by side, or rolled back, must not give one name to two kinds of phrase."""
    known = {*book.lexicons.codes, *(item.id for item in book.rubric.items), *taken}
    return next(name for number in range(1, 10_000) if (name := f"own-{edit_id}-{number}") not in known)


def change_of(
    book: Book,
    code: str,
    phrase: str,
    *,
    off: bool = False,
    exceptions: Sequence[str] = (),
    hit: Sequence[str] = (),
    quiet: Sequence[str] = (),
    reason: str,
) -> EditContent:
    """A change of a phrase; each example is learnt by the judgement of sentences too.

    Raises:
        Refused: ``edit-form``: it changes nothing, or has no reason.
    """
    known = book.lexicons.codes.get(code)
    role: Literal["agent", "customer"] = "customer" if known and known.role is Role.CUSTOMER else "agent"
    change = _read(
        PhraseChange,
        code=code,
        phrase=phrase,
        off=off,
        exceptions=tuple(filter(None, map(words, exceptions))),
        examples={"hit": tuple(hit), "quiet": tuple(quiet)},
        reason=reason,
    )
    learnt = [OwnSentence(text=text, role=role, codes=(code,)) for text in hit]
    learnt += [OwnSentence(text=text, role=role, not_codes=(code,)) for text in quiet]
    return EditContent(changes=(change,), sentences=tuple(learnt))


def sheet_of(
    book: Book,
    *,
    kind: str,
    name: str,
    values: dict[str, Any],
    off: bool,
    direction: str = "",
    queues: Sequence[str] = (),
    reason: str,
) -> EditContent:
    """A change of one part of the sheet: points, class, or on which calls it applies.

    Raises:
        Refused: ``edit-form``.
    """
    call: dict[str, Any] = {}
    if direction:
        call["direction"] = direction
    if queues:
        call["queue"] = list(queues)
    if call:
        old = next((item for item in book.rubric.items if kind == "item" and item.id == name), None)
        values = {**values, "when": _both(old, {"call": call})}
    change = _read(SheetChange, **{kind: name, "off": off, "reason": reason, **values})
    return EditContent(sheet=SheetLayer(changes=(change,)))


def without(content: EditContent, part: str, number: int) -> EditContent:
    """The same without one of its parts; with a code goes all that names it, its item of the sheet too.

    Raises:
        Refused: ``edit-form``: there is no such part.
    """
    sheet = content.sheet
    try:
        match part:
            case "pass-mark":
                return content.model_copy(update={"sheet": sheet.model_copy(update={"pass_mark": None})})
            case "sheet-changes" | "sheet-items":
                key = part.removeprefix("sheet-")
                kept = _cut(getattr(sheet, key), number)
                return content.model_copy(update={"sheet": sheet.model_copy(update={key: kept})})
            case "codes":
                code = content.codes[number].code
                return _without_code(content, code, _cut(content.codes, number))
            case _:
                return content.model_copy(update={part: _cut(getattr(content, part), number)})
    except (AttributeError, IndexError) as error:
        raise Refused("there is no such part", code="edit-form", reason=part) from error


def _without_code(content: EditContent, code: str, codes: tuple[CodeEntry, ...]) -> EditContent:
    sheet = content.sheet
    items = tuple(one for one in sheet.items if one.item.get("id") != code)
    changes = tuple(one for one in sheet.changes if ("item", code) not in one.targets)
    return content.model_copy(
        update={
            "codes": codes,
            "phrases": tuple(one for one in content.phrases if one.code != code),
            "changes": tuple(one for one in content.changes if one.code != code),
            "sentences": tuple(one for one in content.sentences if code not in (*one.codes, *one.not_codes)),
            "sheet": sheet.model_copy(update={"items": items, "changes": changes}),
        }
    )


def with_wordings(content: EditContent, part: str, number: int, kept: Sequence[str]) -> EditContent:
    """The same with only these of a new phrase's wordings.

    Raises:
        Refused: ``edit-form``.
    """

    def narrowed(entry: PhraseEntry) -> PhraseEntry:
        return entry.model_copy(
            update={
                "variants": tuple(v for v in entry.variants if v in kept),
                "patterns": tuple(p for p in entry.patterns if p in kept),
                "exceptions": tuple(e for e in entry.exceptions if e in kept),
            }
        )

    try:
        if part == "codes":
            code = content.codes[number]
            narrow = code.model_copy(update={"phrases": tuple(map(narrowed, code.phrases))})
            codes = (*content.codes[:number], narrow, *content.codes[number + 1 :])
            return content.model_copy(update={"codes": codes})
        phrase = narrowed(content.phrases[number])
        phrases = (*content.phrases[:number], phrase, *content.phrases[number + 1 :])
        return content.model_copy(update={"phrases": phrases})
    except IndexError as error:
        raise Refused("there is no such phrase", code="edit-form", reason=part) from error


def _entry(book: Book, sentences: Sequence[str], quiet: Sequence[str], reason: str) -> PhraseEntry:
    found = suggest(sentences, plain_groups(book.lexicons.slots))
    if found is None:
        raise Refused("no sentence has enough words", code="edit-sentences")
    exceptions = [
        piece
        for text in quiet
        for wording in (found.phrase, *found.variants)
        if (core := words(wording)) in words(text)
        and (piece := suggested_exception(text, core, sentences)) is not None
    ]
    try:
        return PhraseEntry(
            phrase=found.phrase,
            variants=found.variants,
            patterns=found.patterns,
            exceptions=tuple(dict.fromkeys(exceptions)),
            reason=reason,
            examples=PhraseExamples(hit=tuple(sentences), quiet=tuple(quiet)),
        )
    except ValidationError as error:
        raise _form(error) from error


def _read(kind: Any, **values: Any) -> Any:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise _form(error) from error


def _form(error: ValidationError) -> Refused:
    first = error.errors()[0]
    name = ".".join(map(str, first["loc"]))
    problem = explained(first)
    told = Message("rubric.entry", where=name, problem=problem) if name else problem
    return Refused(f"{name}: {first['msg']}", code="edit-form", reason=MessageError(told))


def _both(item: Item | None, condition: dict[str, Any]) -> dict[str, Any]:
    if item is None or item.when is None:
        return condition
    return {"all": {"of": [item.when.model_dump(mode="json", by_alias=True, exclude_none=True), condition]}}


def _cut(some: Sequence[Any], number: int) -> tuple[Any, ...]:
    if not 0 <= number < len(some):
        raise IndexError(number)
    return (*some[:number], *some[number + 1 :])
