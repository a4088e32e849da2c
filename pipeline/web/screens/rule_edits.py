"""Editing the rules in the browser: a draft, checked, tried on stored calls, published, rolled back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.batch.publishing import layer_of, publish, roll_back
from pipeline.batch.rule_edits import EditContent, differences, standing_texts, with_edit
from pipeline.domain import Severity
from pipeline.errors import CallinspectError, Refused
from pipeline.phrases.layer import WEIGHTS_FILE
from pipeline.settings import Settings
from pipeline.store.repositories.rule_edits import OPEN, EditState, RuleEdit
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed, nothing_sealed
from pipeline.web.context import PageContext
from pipeline.web.render import fragment, page
from pipeline.web.rulebook.book import book_for_page
from pipeline.web.rulebook.trying import edit_trials
from pipeline.web.screens.what_if import PERIODS

router = APIRouter(prefix="/rules/edits")

Editor = Annotated[Visitor, Depends(allowed(Permission.EDIT_RULES))]
Unsealed = Depends(nothing_sealed)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Seen = Annotated[int, Form(ge=0, le=2**31 - 1)]
RequestId = Annotated[str, Form(alias="request", min_length=1, max_length=64)]
Words = Annotated[str, Form(max_length=400)]


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


@dataclass(frozen=True, slots=True)
class EditsPage(PageContext):
    template: ClassVar[str] = "rules/edits.html"
    edits: tuple[EditLine, ...]
    layered: bool
    """False where no folder for the centre's own rules is set."""
    proposed: int
    """Proposals of reviewers that are open."""


@dataclass(frozen=True, slots=True)
class PartChoice:
    """A part of the rules that can be chosen in a form."""

    id: str
    title: str
    points: float | None = None


@dataclass(frozen=True, slots=True)
class EditPage(PageContext):
    template: ClassVar[str] = "rules/edit.html"
    edit: RuleEdit
    content: EditContent
    editable: bool
    running: str | None
    """What is being done in the background: checking, trying."""
    diff: tuple[str, ...]
    codes: tuple[PartChoice, ...]
    phrases: tuple[tuple[str, tuple[str, ...]], ...]
    """Title of a code -> its phrases, each as ``code/phrase``."""
    items: tuple[PartChoice, ...]
    criteria: tuple[PartChoice, ...]
    pass_mark: float
    severities: tuple[Severity, ...]
    periods: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class EditProgress(PageContext):
    """What checking and trying found, for htmx, which asks again until it is done."""

    template: ClassVar[str] = "rules/edit_state.html"
    edit: RuleEdit
    running: str | None


@router.get("")
def index(request: Request, visitor: Editor, settings: TheSettings, store: TheStore) -> Response:
    found = tuple(
        EditLine(e.id, e.title, e.state, e.author, e.at, e.published_by, e.published_at, e.reason)
        for e in store.rule_edits.all()
    )
    context = EditsPage(found, settings.layer is not None, store.proposals.waiting(visitor.scope))
    return page(request, context, visitor=visitor)


@router.post("")
def create(
    visitor: Editor, settings: TheSettings, store: TheStore, title: Words, request_id: RequestId
) -> Response:
    layer_of(settings)
    return to_edit(store.rule_edits.create(title, by=visitor.user.id, request=request_id).id)


@router.get("/{edit_id}", dependencies=[Unsealed])
def show(
    request: Request, edit_id: Number, visitor: Editor, settings: TheSettings, store: TheStore
) -> Response:
    edit = store.rule_edits.edit(edit_id)
    running = edit_trials().step(edit)
    if request.headers.get("hx-request") == "true" and request.headers.get("hx-boosted") != "true":
        return fragment(request, EditProgress(_plain(edit), running), visitor=visitor)
    book = book_for_page(settings)
    content = EditContent.model_validate(edit.content)
    diff, problem = _diff(settings, edit, content)
    context = EditPage(
        edit=_plain(edit),
        content=content,
        editable=edit.state in OPEN,
        running=running,
        diff=diff,
        codes=tuple(PartChoice(c.code, c.title) for c in book.lexicons.codes.values()),
        phrases=tuple(
            (book.lexicons.codes[code].title, tuple(f"{code}/{p.canonical}" for p in some))
            for code, some in book.lexicons.by_code.items()
        ),
        items=tuple(PartChoice(i.id, i.title, i.deduct) for i in book.rubric.items),
        criteria=tuple(PartChoice(c.id, c.title, c.points) for c in book.rubric.criteria),
        pass_mark=book.rubric.pass_mark,
        severities=tuple(Severity),
        periods=tuple(PERIODS),
        problem=problem,
    )
    return page(request, context, visitor=visitor)


@router.post("/{edit_id}/try", dependencies=[Unsealed])
def try_edit(
    edit_id: Number,
    visitor: Editor,
    settings: TheSettings,
    store: TheStore,
    period: Annotated[str, Form(max_length=10)] = "30",
) -> Response:
    """Check it and try it on stored calls, in the background."""
    edit = store.rule_edits.edit(edit_id)
    if edit.state not in OPEN:
        raise Refused("it is no draft any more", code="edit-closed")
    days = PERIODS.get(period)
    since = None if days is None else date.today() - timedelta(days=days)
    edit_trials().start(settings, store, edit, by=visitor.user.id, since=since, lang=visitor.lang)
    return to_edit(edit_id, "#report")


@router.post("/{edit_id}/publish")
def publish_edit(
    edit_id: Number, visitor: Editor, settings: TheSettings, store: TheStore, seen: Seen, reason: Words = ""
) -> Response:
    publish(store, settings, edit_id, by=visitor.user.id, reason=reason, seen=seen)
    return to_edit(edit_id)


@router.post("/{edit_id}/roll-back")
def roll_back_edit(
    edit_id: Number, visitor: Editor, settings: TheSettings, store: TheStore, seen: Seen, reason: Words = ""
) -> Response:
    roll_back(store, settings, edit_id, by=visitor.user.id, reason=reason, seen=seen)
    return to_edit(edit_id)


@router.post("/{edit_id}/drop")
def drop(edit_id: Number, visitor: Editor, store: TheStore, seen: Seen) -> Response:
    store.rule_edits.drop(edit_id, seen=seen, by=visitor.user.id)
    return RedirectResponse("/rules/edits", status_code=303)


def to_edit(edit_id: int, anchor: str = "") -> Response:
    return RedirectResponse(f"/rules/edits/{edit_id}{anchor}", status_code=303)


def _plain(edit: RuleEdit) -> RuleEdit:
    """The edit as pages show it: without weights, which nobody can read."""
    report: Mapping[str, Any] | None = edit.report
    if report is not None:
        report = {key: value for key, value in report.items() if key != "weights"}
    files = {name: pair for name, pair in edit.files.items() if name != WEIGHTS_FILE}
    return replace(edit, report=report, files=files)


def _diff(settings: Settings, edit: RuleEdit, content: EditContent) -> tuple[tuple[str, ...], str]:
    """What changes in the room's files, line by line; or why that cannot be said."""
    if edit.files:
        files = {name: pair for name, pair in edit.files.items() if name != WEIGHTS_FILE}
        before, after = ({name: pair[side] for name, pair in files.items()} for side in (0, 1))
        return tuple(differences(before, after)), ""
    if settings.layer is None or content.empty:
        return (), ""
    try:
        return tuple(differences(standing_texts(settings.layer), with_edit(settings.layer, content))), ""
    except CallinspectError as error:
        return (), str(error)
