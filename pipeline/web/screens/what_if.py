"""What an edit of the rules would flip: several files together, edited here or uploaded, kept as drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from pipeline.errors import Missing, Refused
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed, nothing_sealed
from pipeline.web.context import PageContext
from pipeline.web.render import fragment, page, url
from pipeline.web.rulebook.what_if import MOST_CHARACTERS, changes, files, place, standing, trials

router = APIRouter(prefix="/rules/what-if")

SHOWN = 50
"""Calls listed under a trial; all are counted."""
PERIODS = {"1": 1, "7": 7, "30": 30, "all": None}
DEFAULT_PERIOD = "30"
"""Days back from today that an edit is tried on."""

Author = Annotated[Visitor, Depends(allowed(Permission.WHAT_IF))]
Unsealed = Depends(nothing_sealed)
"""A trial tells what the machine says of every call."""


@dataclass(frozen=True, slots=True)
class WhatIfPage(PageContext):
    template: ClassVar[str] = "rules/what_if.html"
    files: tuple[str, ...]
    file: str
    """The one that is edited."""
    text: str
    edited: tuple[str, ...]
    """Names of the files that say something else as drafts."""
    periods: tuple[str, ...]
    period: str
    most: int
    """Characters of a file."""


@dataclass(frozen=True, slots=True)
class TrialState:
    """How far a trial is, and what came of it."""

    id: str
    files: tuple[str, ...]
    running: bool
    seconds: float | None
    error: str | None
    result: Mapping[str, Any] | None
    """What ``rescore --dry-run --json`` says."""


@dataclass(frozen=True, slots=True)
class TrialPage(PageContext):
    template: ClassVar[str] = "rules/trial.html"
    trial: TrialState
    shown: int
    """Calls that are listed; all are counted."""


class TrialFragment(TrialPage):
    """The same for htmx, which asks again until it is done."""

    __slots__ = ()
    template: ClassVar[str] = "rules/trial_state.html"


class Do(StrEnum):
    """What a button of the editor asks for; each keeps the text first."""

    RUN = "run"
    OPEN = "open"
    UPLOAD = "upload"
    DISCARD = "discard"


@router.get("")
def editor(
    request: Request,
    visitor: Author,
    settings: TheSettings,
    store: TheStore,
    file: str | None = None,
    period: str = DEFAULT_PERIOD,
) -> Response:
    drafts = store.rulebooks.drafts(visitor.user.id)
    edits = changes(settings, drafts)
    known = list(files(settings))
    names = [*known, *(name for name in edits if name not in known)]
    chosen = file if file in names else next(iter(edits), names[0])
    path = place(settings, chosen)
    context = WhatIfPage(
        files=tuple(names),
        file=chosen,
        text=edits[chosen] if chosen in edits else standing(path) if path else "",
        edited=tuple(edits),
        periods=tuple(PERIODS),
        period=period if period in PERIODS else DEFAULT_PERIOD,
        most=MOST_CHARACTERS,
    )
    return page(request, context, visitor=visitor)


@router.post("", dependencies=[Unsealed])
def start(
    visitor: Author,
    settings: TheSettings,
    store: TheStore,
    file: Annotated[str, Form()],
    text: Annotated[str, Form(max_length=MOST_CHARACTERS)],
    period: Annotated[str, Form()] = DEFAULT_PERIOD,
    do: Annotated[Do, Form()] = Do.RUN,
    other: Annotated[str, Form(max_length=200)] = "",
    rubric: Annotated[list[UploadFile], File()] = [],  # noqa: B006 (never changed)
    lexicons: Annotated[list[UploadFile], File()] = [],  # noqa: B006
) -> Response:
    """Keep the text, then try it, or go on editing."""
    by = visitor.user.id
    _keep(settings, store, by, file, text)
    match do:
        case Do.DISCARD:
            store.rulebooks.drop_draft(by, file)
        case Do.UPLOAD:
            uploaded = _uploaded(settings, store, by, rubric, lexicons)
            return _to(uploaded or file, period)
        case Do.OPEN:
            return _to(other or file, period)
        case Do.RUN:
            return _run(visitor, settings, store, period)
    return _to(file, period)


def _run(visitor: Visitor, settings: Settings, store: Store, period: str) -> Response:
    days = PERIODS.get(period)
    since = None if days is None else date.today() - timedelta(days=days)
    edits = changes(settings, store.rulebooks.drafts(visitor.user.id))
    store.audit.note("what-if", by=visitor.user.id, subject=", ".join(edits)[:200], period=period)
    made = trials().start(settings, user=visitor.user.id, edits=edits, since=since, lang=visitor.lang)
    return RedirectResponse(f"/rules/what-if/{made.id}", status_code=303)


def _keep(settings: Settings, store: Store, by: int, file: str, text: str) -> None:
    """Keep an edit as a draft; what the file says already is no edit.

    Raises:
        Missing: no file of the rules can have this name.
    """
    path = place(settings, file)
    if path is None:
        raise Missing(f"there is no file {file!r}", code="missing")
    text = text.replace("\r\n", "\n")
    if path.exists() and text == standing(path):
        store.rulebooks.drop_draft(by, file)
    else:
        store.rulebooks.save_draft(by, file, text)


def _uploaded(
    settings: Settings,
    store: Store,
    by: int,
    rubric: Iterable[UploadFile],
    lexicons: Iterable[UploadFile],
) -> str | None:
    """Take files as drafts: the rubric whatever its name is, lexicons by theirs. The name of the first."""
    taken = []
    for sheet in (one for one in rubric if one.filename):
        _keep(settings, store, by, settings.rubric.name, _text(sheet))
        taken.append(settings.rubric.name)
    for lexicon in (one for one in lexicons if one.filename):
        name = f"{settings.lexicons.name}/{PurePath(lexicon.filename or '').name}"
        if place(settings, name) is None:
            raise Refused("a lexicon is a .yaml file", code="what-if-name", name=lexicon.filename)
        _keep(settings, store, by, name, _text(lexicon))
        taken.append(name)
    return next(iter(taken), None)


def _text(file: UploadFile) -> str:
    """
    Raises:
        Refused: no text in UTF-8, or too much of it.
    """
    content = file.file.read(4 * MOST_CHARACTERS + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("not UTF-8", code="what-if-text", name=file.filename) from error
    if len(text) > MOST_CHARACTERS:
        raise Refused("too long", code="too-long")
    return text


def _to(file: str, period: str) -> Response:
    return RedirectResponse(url("/rules/what-if", file=file, period=period), status_code=303)


@router.get("/{trial_id}", dependencies=[Unsealed])
def trial(request: Request, trial_id: str, visitor: Author) -> Response:
    found = trials().get(trial_id, user=visitor.user.id)
    if found is None:
        raise Missing(f"there is no trial {trial_id!r}", code="missing")
    state = TrialState(found.id, found.files, found.running, found.seconds, found.error, found.result)
    if request.headers.get("hx-request") == "true":
        return fragment(request, TrialFragment(state, SHOWN), visitor=visitor)
    return page(request, TrialPage(state, SHOWN), visitor=visitor)
