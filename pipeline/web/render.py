"""From a template to an answer: ``page`` for whole screens, ``fragment`` for what htmx puts into one."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import pipeline
from pipeline.domain import Evidence, Finding, How, Inspection, Outcome, Text
from pipeline.messages import Lang, known, languages, render, say
from pipeline.rubric.matched import HOWS, kind_of, matched
from pipeline.rubric.wording import pick
from pipeline.web.access import Visitor
from pipeline.web.assets import asset
from pipeline.web.call.sheet import Sheet
from pipeline.web.cookies import preferred_lang, preferred_theme
from pipeline.web.names import address, in_field, segment
from pipeline.web.navigation import NAVIGATION, is_here, may_any
from pipeline.web.outgoing import spoken
from pipeline.web.titles import english_titles, neutral_titles
from pipeline.web.waiting import waiting

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a page is read, while it is made."""

    lang: Lang = "zh"
    titles: Mapping[str, str] = field(default_factory=dict)
    """English of what the rules name, by its Chinese."""
    neutral: Mapping[str, str] = field(default_factory=dict)
    """Criterion -> its title where it did not fail."""


READING: ContextVar[Reading] = ContextVar("reading", default=Reading())  # noqa: B039 - it is frozen


def page(
    request: Request,
    template: str,
    *,
    visitor: Visitor | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """A whole screen (a template that extends ``base.html``)."""
    context = {"waits": waiting(request, visitor) if visitor else {}, **context}
    return _answer(request, template, visitor, status, headers, context)


def fragment(
    request: Request,
    template: str,
    *,
    visitor: Visitor | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """A part of a screen. It is never kept by caches: the whole screen has the same address."""
    return _answer(request, template, visitor, status, {"Vary": "HX-Request", **(headers or {})}, context)


def _answer(
    request: Request,
    template: str,
    visitor: Visitor | None,
    status: int,
    headers: dict[str, str] | None,
    context: dict[str, Any],
) -> HTMLResponse:
    lang = visitor.lang if visitor else preferred_lang(request)
    theme = visitor.theme if visitor else preferred_theme(request)
    shared = {
        "request_path": request.url.path,
        "here": address(request),
        "nonce": getattr(request.state, "nonce", ""),
        "visitor": visitor,
        "lang": lang,
        "theme": theme,
        "t": partial(say, lang),
    }
    templates = environment(lang)
    settings = request.app.state.settings
    titles = {} if lang == "zh" else english_titles(settings)
    reading = READING.set(Reading(lang, titles, neutral_titles(settings)))
    try:
        shared["ui"] = templates.get_template("macros.html").make_module(shared)
        html = templates.get_template(template).render(shared | context)
    finally:
        READING.reset(reading)
    # What is no text, in a name that nobody made fit to be shown, does not keep the rest from being shown.
    body = html.encode("utf-8", "replace")
    return HTMLResponse(body, status_code=status, headers={"Cache-Control": "no-store", **(headers or {})})


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
    """``mm:ss``, or ``h:mm:ss`` from an hour on."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:02}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


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


def told(text: Text | None) -> str:
    """A title, reason, problem or note in the language of the page."""
    reading = READING.get()
    return spoken(None if text is None else render(text, reading.lang, reading.titles))


def titled(finding: Finding, outcome: Outcome | None = None) -> str:
    """What a finding is called: it accuses only where it failed, people's verdict (``outcome``) in it."""
    if (outcome or finding.outcome) is Outcome.FAILED or finding.severity is None:
        return told(finding.title)
    return neutral(finding.criterion, finding.group_title or finding.title)


def neutral(criterion: str, otherwise: str) -> str:
    """What a criterion is called where nothing is said about how it came out."""
    return told(READING.get().neutral.get(criterion, otherwise))


def proved(item: Evidence, inspection: Inspection) -> str:
    """How a place proves something, in the language of the page; empty where no phrase was looked for."""
    lang, kind = READING.get().lang, kind_of(item, inspection.hits)
    return spoken(matched(item, kind, whole=inspection.duration, lang=lang))


def named_marks(drawing: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
    """What is drawn, its marks called as their findings are on the page."""
    titles = {e.finding.criterion: titled(e.finding, e.outcome) for e in sheet.entries}
    marks = [{**mark, "title": titles.get(mark["criterion"], mark["title"])} for mark in drawing["marks"]]
    return {**drawing, "marks": marks}


def how_found(how: str) -> str:
    """How a phrase was found, in words."""
    return pick(READING.get().lang, *HOWS[How(how)])


def request_id() -> str:
    """For the hidden field ``request`` of a form."""
    return str(uuid.uuid4())


FILTERS: dict[str, Callable[..., Any]] = {
    "clock": clock,
    "day": day,
    "moment": moment,
    "score": score,
    "percent": percent,
    "spoken": spoken,
    "in_field": in_field,
    "told": told,
}
GLOBALS: dict[str, Any] = {
    "url": url,
    "call_url": call_url,
    "agent_url": agent_url,
    "spoken": spoken,
    "titled": titled,
    "neutral": neutral,
    "proved": proved,
    "how_found": how_found,
    "named_marks": named_marks,
    "asset": asset,
    "request_id": request_id,
    "known": known,
    "say": say,
    "languages": languages(),
    "language_names": [(lang, say(lang, "lang.name")) for lang in languages()],
    "version": pipeline.__version__,
    "navigation": NAVIGATION,
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
    found.filters.update(FILTERS)
    found.globals.update(GLOBALS, t=partial(say, lang), lang=lang)
    return found
