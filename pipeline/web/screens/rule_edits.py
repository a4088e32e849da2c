"""Editing the rules in the browser: all edits, and one: what it says, what was found, what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.batch.publishing import layer_of
from pipeline.batch.room_files import ORDER, standing_texts, written_by_hand
from pipeline.batch.rule_edits import EditContent, differences, with_edit
from pipeline.domain import PhraseKind, Severity
from pipeline.errors import Refused, ReviewError, UsageError
from pipeline.phrases.layer import WEIGHTS_FILE
from pipeline.phrases.plain_wording import plain_wording
from pipeline.settings import Settings
from pipeline.store.repositories.rule_edit_rows import OPEN, EditState, RuleEdit
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed, nothing_sealed
from pipeline.web.context import PageContext
from pipeline.web.errors import in_words
from pipeline.web.fields import Number, RequestName
from pipeline.web.render import fragment, page
from pipeline.web.rendered_message import RulesFault, rules_fault
from pipeline.web.rulebook.book import Book, read_book
from pipeline.web.rulebook.holding import HoldingRules, holding
from pipeline.web.rulebook.trying import edit_trials
from pipeline.web.screens.what_if import DEFAULT_PERIOD, PERIODS

router = APIRouter(prefix="/rules/edits")

Editor = Annotated[Visitor, Depends(allowed(Permission.EDIT_RULES))]
Unsealed = Depends(nothing_sealed)
Seen = Annotated[int, Form(ge=0, le=2**31 - 1)]
Words = Annotated[str, Form(max_length=400)]
NEW_CODE = "+"
"""Chosen instead of a code: a new kind, which has a name of its own. No code is written so."""


@dataclass(frozen=True, slots=True)
class EditLine:
    """One edit in the list."""

    id: int
    title: str
    state: EditState
    author: str | None
    at: str
    published_by: str | None
    published_at: str | None
    reason: str
    rolled_back_by: str | None
    rolled_back_at: str | None
    rollback_reason: str


@dataclass(frozen=True, slots=True)
class EditsPage(PageContext):
    template: ClassVar[str] = "rules/edits.html"
    edits: tuple[EditLine, ...]
    layered: bool
    """False where no folder for the centre's own rules is set."""
    proposed: int
    """Proposals of reviewers that are open."""
    rules: HoldingRules | None
    """What holds now; None where the rules cannot be read."""
    problem: RulesFault | None
    """Why they cannot."""


@dataclass(frozen=True, slots=True)
class PartChoice:
    """A part of the rules that can be chosen in a form."""

    id: str
    title: str
    points: float | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class EditPage(PageContext):
    template: ClassVar[str] = "rules/edit.html"
    edit: RuleEdit
    content: EditContent
    as_said: Mapping[str, str]
    """What stands in it as a pattern -> as people say it."""
    editable: bool
    running: str | None
    """What is being done in the background: checking, trying."""
    diff: tuple[str, ...]
    undiffed: str
    """Why it cannot be said which lines of the files change; mostly empty."""
    codes: tuple[tuple[PhraseKind, tuple[PartChoice, ...]], ...]
    """Kind -> what a new phrase can be, those of this edit with the others."""
    new_code: str
    drafted: Mapping[str, str]
    """Title of each code that this edit brings."""
    phrases: tuple[tuple[str, tuple[str, ...]], ...]
    """Title of a code -> its phrases, each as ``code/phrase``."""
    items: tuple[PartChoice, ...]
    criteria: tuple[PartChoice, ...]
    pass_mark: float | None
    severities: tuple[Severity, ...]
    empty: bool
    """True where the edit says nothing yet: there is nothing to try."""
    periods: tuple[str, ...]
    period: str
    """Chosen at first."""
    problem: RulesFault | None
    """Why the rules cannot be read: nothing can be drafted then, and what was published can go back."""
    by_hand: tuple[str, ...]
    """Of an edit that is being published: the files that somebody wrote by hand since."""
    left: tuple[str, ...]
    """Files that were left as they are, just after publishing was given up."""
    rules: HoldingRules | None
    """What holds now, once this edit was published; None before."""


@dataclass(frozen=True, slots=True)
class EditProgress(PageContext):
    """What checking and trying found, for htmx, which asks again until it is done."""

    template: ClassVar[str] = "rules/edit_state.html"
    edit: RuleEdit
    running: str | None
    empty: bool
    """True where the edit says nothing yet: there is nothing to try."""
    periods: tuple[str, ...]
    period: str
    """Chosen at first."""


@router.get("")
def index(request: Request, visitor: Editor, settings: TheSettings, store: TheStore) -> Response:
    found = tuple(
        EditLine(
            e.id,
            e.title,
            e.state,
            e.author,
            e.at,
            e.published_by,
            e.published_at,
            e.reason,
            e.rolled_back_by,
            e.rolled_back_at,
            e.rollback_reason,
        )
        for e in store.rule_edits.all()
    )
    waiting = store.proposals.waiting(visitor.scope)
    _, problem = _book(visitor, settings)
    context = EditsPage(found, settings.layer is not None, waiting, holding(settings, store), problem)
    return page(request, context, visitor=visitor)


@router.post("")
def create(
    visitor: Editor, settings: TheSettings, store: TheStore, title: Words, request_id: RequestName
) -> Response:
    layer_of(settings)
    return to_edit(store.rule_edits.create(title, by=visitor.user.id, request=request_id).id)


@router.get("/{edit_id}", dependencies=[Unsealed])
def show(
    request: Request,
    edit_id: Number,
    visitor: Editor,
    settings: TheSettings,
    store: TheStore,
    left: Annotated[list[str], Query()] = [],  # noqa: B006 (never changed)
) -> Response:
    edit = store.rule_edits.edit(edit_id)
    running = edit_trials().step(edit)
    content = EditContent.model_validate(edit.content)
    if request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true":
        progress = EditProgress(_plain(edit), running, content.empty, tuple(PERIODS), DEFAULT_PERIOD)
        return fragment(request, progress, visitor=visitor)
    book, problem = _book(visitor, settings)
    diff, undiffed = _diff(visitor, settings, edit, content)
    context = EditPage(
        edit=_plain(edit),
        content=content,
        as_said={}
        if book is None
        else {
            template: plain_wording(template, book.lexicons.slots, visitor.lang)
            for template in content.templates
        },
        editable=edit.state in OPEN and book is not None,
        running=running,
        diff=diff,
        undiffed=undiffed,
        **_choices(book, content),
        new_code=NEW_CODE,
        drafted={code.code: code.title for code in content.codes},
        severities=tuple(Severity),
        empty=content.empty,
        periods=tuple(PERIODS),
        period=DEFAULT_PERIOD,
        problem=problem,
        by_hand=_by_hand(settings, edit),
        left=tuple(name for name in ORDER if name in left),
        rules=holding(settings, store) if edit.published_at else None,
    )
    return page(request, context, visitor=visitor)


def to_edit(edit_id: int, place: str = "") -> Response:
    """``place``: query or anchor."""
    return RedirectResponse(f"/rules/edits/{edit_id}{place}", status_code=303)


def _book(visitor: Visitor, settings: Settings) -> tuple[Book | None, RulesFault | None]:
    """The rules, or why they cannot be read: an edit must be seen then too, it may be what has to go."""
    try:
        return read_book(settings), None
    except UsageError as error:
        return None, rules_fault(error, visitor.lang, settings)


def _choices(book: Book | None, content: EditContent) -> dict[str, Any]:
    """What the forms offer."""
    if book is None:
        return {"codes": (), "phrases": (), "items": (), "criteria": (), "pass_mark": None}
    return {
        "codes": tuple((kind, some) for kind in PhraseKind if (some := tuple(_codes(book, content, kind)))),
        "phrases": tuple(
            (book.lexicons.codes[code].title, tuple(f"{code}/{p.canonical}" for p in some))
            for code, some in book.lexicons.by_code.items()
        ),
        "items": tuple(PartChoice(i.id, i.title, i.deduct, i.severity) for i in book.rubric.items),
        "criteria": tuple(PartChoice(c.id, c.title, c.points) for c in book.rubric.criteria),
        "pass_mark": book.rubric.pass_mark,
    }


def _codes(book: Book, content: EditContent, kind: PhraseKind) -> Iterator[PartChoice]:
    for drafted in content.codes:
        if drafted.kind is kind:
            yield PartChoice(drafted.code, drafted.title)
    for code in book.lexicons.codes.values():
        if code.kind is kind:
            yield PartChoice(code.code, code.title)


def _by_hand(settings: Settings, edit: RuleEdit) -> tuple[str, ...]:
    if edit.state is not EditState.PUBLISHING or settings.layer is None:
        return ()
    try:
        return written_by_hand(settings.layer, edit.files)
    except Refused:  # what cannot be read; finishing says so
        return ()


def _plain(edit: RuleEdit) -> RuleEdit:
    """The edit as pages show it: without weights, which nobody can read."""
    report: Mapping[str, Any] | None = edit.report
    if report is not None:
        report = {key: value for key, value in report.items() if key != "weights"}
    files = {name: pair for name, pair in edit.files.items() if name != WEIGHTS_FILE}
    return replace(edit, report=report, files=files)


def _diff(
    visitor: Visitor, settings: Settings, edit: RuleEdit, content: EditContent
) -> tuple[tuple[str, ...], str]:
    """What changes in the room's files, line by line; or why that cannot be said."""
    if edit.files:
        files = {name: pair for name, pair in edit.files.items() if name != WEIGHTS_FILE}
        before, after = ({name: pair[side] for name, pair in files.items()} for side in (0, 1))
        return tuple(differences(before, after)), ""
    if settings.layer is None or content.empty:
        return (), ""
    try:
        return tuple(differences(standing_texts(settings.layer), with_edit(settings.layer, content))), ""
    except ReviewError as error:
        return (), in_words(error, visitor.lang, settings)
