"""From a template to an answer: ``page`` for whole screens, ``fragment`` for what htmx puts into one."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic_core import to_jsonable_python
from starlette.types import Receive, Scope, Send

import pipeline
from pipeline import domain
from pipeline.conversation.collation import by_name
from pipeline.domain import Evidence, Finding, How, Inspection, Outcome
from pipeline.messages import Lang, Message, Text, known, languages, read_message, render, say
from pipeline.reports.addresses import segment
from pipeline.rubric.matched import HOWS, kind_of, matched
from pipeline.store.filter import ANY_ALERT, QueueState
from pipeline.web.access import READING, Visitor
from pipeline.web.call.bands import Drawing
from pipeline.web.call.sheet import ReviewSheet
from pipeline.web.context import PageContext, names_of, twin_of, wants_json
from pipeline.web.cookies import preferred_lang, preferred_theme
from pipeline.web.names import address, in_field
from pipeline.web.sanitise import SanitisedJSON, sanitise
from pipeline.web.static_files import asset
from pipeline.web.titles import code_titles, english_titles, neutral_titles
from pipeline.web.topbar import entries, is_here, may_any, waiting

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class PageReader:
    """Who a page is for, while it is made."""

    lang: Lang = "zh"
    titles: Mapping[str, str] = field(default_factory=dict)
    """English of what the rules name, by its Chinese."""
    neutral: Mapping[str, str] = field(default_factory=dict)
    """Criterion -> its title where it did not fail."""


READER: ContextVar[PageReader] = ContextVar("reader", default=PageReader())  # noqa: B039 - it is frozen


def page(
    request: Request,
    context: PageContext,
    *,
    visitor: Visitor | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """A whole screen (a template that extends ``base.html``), or its twin."""
    vary = {"Vary": "Accept", **(headers or {})}
    if request.method in READING and wants_json(request):
        return _twin(context, status, vary)
    return _html(request, context, visitor, status, vary, waits=waiting(request, visitor) if visitor else {})


def fragment(
    request: Request,
    context: PageContext,
    *,
    visitor: Visitor | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """A part of a screen, or its twin. It is never kept by caches: the whole screen has the same address."""
    vary = {"Vary": "HX-Request, Accept", **(headers or {})}
    if request.method in READING and wants_json(request):
        return _twin(context, status, vary)
    return _html(request, context, visitor, status, vary)


def _twin(context: PageContext, status: int, headers: dict[str, str]) -> Response:
    return SanitisedJSON(
        twin_of(context), status_code=status, headers={"Cache-Control": "no-store", **headers}
    )


def _html(
    request: Request,
    context: PageContext,
    visitor: Visitor | None,
    status: int,
    headers: dict[str, str],
    *,
    waits: Mapping[str, int] = MappingProxyType({}),
) -> HTMLResponse:
    lang = visitor.lang if visitor else preferred_lang(request)
    theme = visitor.theme if visitor else preferred_theme(request)
    settings = request.app.state.settings
    shared = {
        "request_path": request.url.path,
        "here": address(request),
        "nonce": getattr(request.state, "nonce", ""),
        "visitor": visitor,
        "lang": lang,
        "theme": theme,
        "t": partial(say, lang),
        "titles": code_titles(settings),
        "waits": waits,
    }
    templates = environment(lang)
    titles = {} if lang == "zh" else english_titles(settings)
    reader = READER.set(PageReader(lang, titles, neutral_titles(settings)))
    try:
        shared["ui"] = templates.get_template("macros.html").make_module(shared)
        html = templates.get_template(context.template).render(shared | names_of(context))
    finally:
        READER.reset(reader)
    # What is no text, in a name that nobody made fit to be shown, does not keep the rest from being shown.
    body = html.encode("utf-8", "replace")
    return _Rendered(body, context, status_code=status, headers={"Cache-Control": "no-store", **headers})


class _Rendered(HTMLResponse):
    """A page that can say from what it was made, as Starlette's own templates do: its test client asks."""

    def __init__(self, body: bytes, context: PageContext, **options: Any) -> None:
        super().__init__(body, **options)
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "http.response.debug" in scope.get("extensions", {}):
            info = {"template": self._context.template, "context": names_of(self._context)}
            await send({"type": "http.response.debug", "info": info})
        await super().__call__(scope, receive, send)


SHARED = frozenset(
    {"request_path", "here", "nonce", "visitor", "lang", "theme", "t", "titles", "waits", "ui"}
)
"""What every template has beside its context."""


def url(path: str, /, **query: object) -> str:
    """An address: ``url("/queue", team=team, page=2)``. None and empty values are left out, lists repeat."""
    pairs = [(name.rstrip("_"), value) for name, value in query.items() if value not in (None, "", (), [])]
    text = urlencode(pairs, doseq=True, errors="surrogatepass")
    return quote(path, safe="/%~:@!$&'()*+,;=-._") + (f"?{text}" if text else "")


def call_url(call_id: str, /, tail: str = "", **query: object) -> str:
    """The address of a call's screen, whatever its id is made of."""
    return url(f"/calls/{segment(call_id)}{tail}", **query)


def agent_url(agent_id: str, /, **query: object) -> str:
    """The address of an agent's screen, likewise."""
    return url(f"/agents/{segment(agent_id)}", **query)


def clock(seconds: float | None) -> str:
    """A place or a length to the second; a dash where there is none."""
    return "–" if seconds is None or not math.isfinite(seconds) else domain.clock(seconds)


def day(value: date | datetime | str | None) -> str:
    """``2026-11-20``."""
    return "–" if not value else (value[:10] if isinstance(value, str) else value.strftime("%Y-%m-%d"))


def moment(value: datetime | str | None) -> str:
    """``2026-11-20 09:05``: a call on its call list's clock, a stored time (UTC) on the server's."""
    if not value:
        return "–"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    return (at.astimezone() if at.tzinfo else at).strftime("%Y-%m-%d %H:%M")


def score(value: float | None) -> str:
    """One decimal where it matters; a dash where there is no score (never a zero)."""
    return "–" if value is None else f"{value:.1f}".removesuffix(".0")


def percent(value: float | None, digits: int = 0) -> str:
    return "–" if value is None else f"{100 * value:.{digits}f}%"


def rendered(text: Text | Mapping[str, Any] | None) -> str:
    """A title, reason, problem or note in the language of the page; a mapping is a message read from JSON."""
    reader = READER.get()
    if isinstance(text, Mapping):
        text = read_message(dict(text))
    return sanitise(None if text is None else render(text, reader.lang, reader.titles))


def by_class(items: Iterable[Any]) -> list[Any]:
    """Criteria of a selector, the gravest class first and then by their title in the language of the page."""
    return sorted(items, key=lambda one: (one.severity or "Z", by_name(rendered(one.title))))


def titled(finding: Finding, outcome: Outcome | None = None) -> str:
    """What a finding is called: it accuses only where it failed, people's verdict (``outcome``) in it."""
    if (outcome or finding.outcome) is Outcome.FAILED or finding.severity is None:
        return rendered(finding.title)
    return neutral(finding.criterion, finding.group_title or finding.title)


def neutral(criterion: str, otherwise: str) -> str:
    """What a criterion is called where nothing is said about how it came out."""
    return rendered(READER.get().neutral.get(criterion, otherwise))


def proved(item: Evidence, inspection: Inspection) -> str:
    """How a place proves something, in the language of the page; empty where no phrase was looked for."""
    return rendered(matched(item, kind_of(item, inspection.hits), whole=inspection.duration))


def named_marks(drawing: Drawing, sheet: ReviewSheet) -> Drawing:
    """What is drawn, its marks called as their findings are on the page."""
    titles = {e.finding.criterion: titled(e.finding, e.outcome) for e in sheet.entries}
    marks = (
        replace(mark, title=titles.get(mark.criterion, mark.title), why=not_counted(mark.why))
        for mark in drawing.marks
    )
    return replace(drawing, marks=tuple(marks))


def not_counted(why: Text | None) -> str | None:
    """That something takes no points and why, in words; None where it does."""
    return None if why is None else rendered(Message("weight.not", why=why))


def how_found(how: str) -> str:
    """How a phrase was found, in words."""
    return rendered(HOWS[How(how)])


def request_id() -> str:
    """For the hidden field ``request`` of a form."""
    return str(uuid.uuid4())


FILTERS: dict[str, Callable[..., Any]] = {
    "by_class": by_class,
    "clock": clock,
    "day": day,
    "moment": moment,
    "score": score,
    "percent": percent,
    "sanitise": sanitise,
    "in_field": in_field,
    "rendered": rendered,
}
GLOBALS: dict[str, Any] = {
    "url": url,
    "call_url": call_url,
    "agent_url": agent_url,
    "sanitise": sanitise,
    "titled": titled,
    "neutral": neutral,
    "proved": proved,
    "not_counted": not_counted,
    "how_found": how_found,
    "named_marks": named_marks,
    "asset": asset,
    "request_id": request_id,
    "known": known,
    "say": say,
    "languages": languages(),
    "language_names": [(lang, say(lang, "lang.name")) for lang in languages()],
    "version": pipeline.__version__,
    "ANY_ALERT": ANY_ALERT,
    "QueueState": QueueState,
    "navigation": entries,
    "is_here": is_here,
    "may_any": may_any,
}


@cache
def environment(lang: Lang) -> Environment:
    """Everything is escaped, a misspelt name is an error. ``t`` is a global too, so that macros have it."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    found.policies["json.dumps_kwargs"] = {"sort_keys": True, "default": to_jsonable_python}
    found.filters.update(FILTERS)
    from pipeline.web.reporting.drawing import TOOLS  # here: it puts names into words by what stands above

    found.globals.update(GLOBALS, **TOOLS, t=partial(say, lang), lang=lang)
    return found
