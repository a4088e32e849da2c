"""A report as one file that needs nothing else: no network, no scripts, its look inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from markupsafe import Markup

from pipeline.messages import Lang
from pipeline.reports.readable.links import NO_LINKS, ReportLinks
from pipeline.reports.readable.model import Report
from pipeline.web.render import READER, PageReader, environment

STYLES = Path(__file__).parent.parent / "static" / "css"


def report_html(
    report: Report, lang: Lang, *, links: ReportLinks = NO_LINKS, titles: Mapping[str, str] | None = None
) -> str:
    """
    Args:
        titles: English of what the rules name, by its Chinese.
    """
    return _rendered(
        "reports/file.html",
        lang,
        titles,
        {"report": report, "links": links, "linked": links is not NO_LINKS},
    )


def list_html(folders: Sequence[tuple[str, Sequence[tuple[str, str]]]], lang: Lang) -> str:
    """The index of dated folders of reports.

    Args:
        folders: name of each with the files in it, each with its title; newest first.
    """
    return _rendered("reports/list.html", lang, None, {"folders": folders})


def _rendered(
    template: str, lang: Lang, titles: Mapping[str, str] | None, facts: Mapping[str, object]
) -> str:
    reader = READER.set(PageReader(lang, {} if lang == "zh" else dict(titles or {})))
    try:
        return environment(lang).get_template(template).render({**facts, "styles": _styles()})
    finally:
        READER.reset(reader)


@cache
def _styles() -> Markup:
    """Our own files: nothing in them ends the element that they stand in."""
    texts = [(STYLES / name).read_text(encoding="utf-8") for name in ("app.css", "board.css", "report.css")]
    return Markup("\n".join(texts))  # noqa: S704
