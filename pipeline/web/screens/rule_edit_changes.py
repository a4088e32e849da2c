"""What an edit of the rules changes: phrases and the score sheet, as its forms send it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from pipeline.batch.rule_edits import EditContent
from pipeline.domain import Severity
from pipeline.errors import Refused
from pipeline.rubric.layer import SheetLayer
from pipeline.store import Store
from pipeline.web.access import TheSettings, TheStore, Visitor
from pipeline.web.fields import Number
from pipeline.web.rulebook import drafting
from pipeline.web.rulebook.book import book_for_page
from pipeline.web.screens.rule_edits import NEW_CODE, Editor, Seen, Words, to_edit

router = APIRouter(prefix="/rules/edits")

Lines = Annotated[str, Form(max_length=25_000)]
"""More than a field takes: a browser cuts what is pasted without a word, and what it cuts (at 22,000, where
a new line is one character) must have too many lines or too long ones, which is told."""
Index = Annotated[int, Form(ge=0, le=10_000)]
Points = Annotated[float, Form(ge=0, le=100, allow_inf_nan=False)]


@router.post("/{edit_id}/phrases")
def add_phrase(
    edit_id: Number,
    visitor: Editor,
    settings: TheSettings,
    store: TheStore,
    seen: Seen,
    sentences: Lines,
    reason: Words,
    code: Words = NEW_CODE,
    quiet: Lines = "",
    title: Words = "",
    severity: Annotated[Severity, Form()] = Severity.D,
    criterion: Words = "",
    deduct: Points = 2,
) -> Response:
    """A phrase from sentences; for a new kind also its code, and the item that counts it."""
    book = book_for_page(settings)
    said, spared = drafting.lines(sentences), drafting.lines(quiet)

    def added(content: EditContent) -> EditContent:
        if code != NEW_CODE:
            if code not in book.lexicons.codes and code not in {c.code for c in content.codes}:
                raise Refused(f"there is no code {code!r}", code="edit-form", reason=code)
            return content.merged(drafting.phrase_of(book, code, said, spared, reason))
        name = drafting.own_code(book, edit_id, (c.code for c in content.codes))
        made = drafting.code_of(
            book, name, said, spared, reason,
            title=title, severity=severity, criterion=criterion, deduct=deduct,
        )  # fmt: skip
        return content.merged(made)

    return _changed(store, edit_id, visitor, seen, added)


@router.post("/{edit_id}/wordings")
def keep_wordings(
    edit_id: Number,
    visitor: Editor,
    store: TheStore,
    seen: Seen,
    part: Words,
    number: Index,
    kept: Annotated[list[str], Form()] = [],  # noqa: B006 (never changed)
) -> Response:
    """Only these of the suggested wordings."""
    return _changed(store, edit_id, visitor, seen, lambda c: drafting.with_wordings(c, part, number, kept))


@router.post("/{edit_id}/changes")
def change_phrase(
    edit_id: Number,
    visitor: Editor,
    settings: TheSettings,
    store: TheStore,
    seen: Seen,
    phrase: Annotated[str, Form(max_length=500)],
    reason: Words,
    off: Annotated[bool, Form()] = False,
    exceptions: Lines = "",
    hit: Lines = "",
    quiet: Lines = "",
) -> Response:
    """A phrase that exists: off, or with more exceptions and examples."""
    code, _, name = phrase.partition("/")
    made = drafting.change_of(
        book_for_page(settings),
        code,
        name,
        off=off,
        exceptions=drafting.lines(exceptions),
        hit=drafting.lines(hit),
        quiet=drafting.lines(quiet),
        reason=reason,
    )
    return _changed(store, edit_id, visitor, seen, lambda c: c.merged(made))


@router.post("/{edit_id}/sheet")
def change_sheet(
    edit_id: Number,
    visitor: Editor,
    settings: TheSettings,
    store: TheStore,
    seen: Seen,
    reason: Words = "",
    item: Words = "",
    criterion: Words = "",
    pass_mark: Annotated[str, Form(max_length=10)] = "",
    points: Annotated[str, Form(max_length=10)] = "",
    deduct: Annotated[str, Form(max_length=10)] = "",
    up_to: Annotated[str, Form(max_length=10)] = "",
    severity: Annotated[str, Form(max_length=1)] = "",
    direction: Annotated[str, Form(pattern="^(inbound|outbound|)$")] = "",
    queues: Words = "",
    off: Annotated[bool, Form()] = False,
) -> Response:
    """Points, class, and on which calls an item counts; the points of a criterion; the pass mark."""
    if pass_mark:
        made = EditContent(sheet=SheetLayer(pass_mark=_number(pass_mark)))
    else:
        given = {"deduct": deduct, "up_to": up_to} if item else {"points": points}
        values: dict[str, Any] = {name: _number(text) for name, text in given.items() if text}
        if item and severity:
            values["severity"] = severity
        made = drafting.sheet_of(
            book_for_page(settings),
            kind="item" if item else "criterion",
            name=item or criterion,
            values=values,
            off=off,
            direction=direction if item else "",
            queues=[q.strip() for q in queues.replace("，", ",").split(",") if q.strip()] if item else [],
            reason=reason,
        )
    return _changed(store, edit_id, visitor, seen, lambda c: c.merged(made))


@router.post("/{edit_id}/remove")
def remove(
    edit_id: Number, visitor: Editor, store: TheStore, seen: Seen, part: Words, number: Index = 0
) -> Response:
    return _changed(store, edit_id, visitor, seen, lambda c: drafting.without(c, part, number))


def _changed(
    store: Store, edit_id: int, visitor: Visitor, seen: int, how: Callable[[EditContent], EditContent]
) -> Response:
    content = how(EditContent.model_validate(store.rule_edits.edit(edit_id).content))
    store.rule_edits.change(edit_id, content.dumped(), seen=seen, by=visitor.user.id)
    return to_edit(edit_id)


def _number(text: str) -> float:
    """
    Raises:
        Refused: ``edit-form``: no number from 0 to 100.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise Refused(f"{text!r} is no number from 0 to 100", code="edit-form", reason=text)
    return int(value) if value == int(value) else value
