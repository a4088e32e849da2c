"""A report as a file: it opens without network, fits, prints, and becomes a PDF."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pipeline.domain import Scope
from pipeline.reports.readable.asked import ReportKind, ReportQuery
from pipeline.reports.readable.making import make
from pipeline.reports.readable.source import ReportSource
from pipeline.store import open_store
from pipeline.web.reporting.document import report_html
from pipeline.web.reporting.pdf import find_browser, printed
from scripts.synthetic_store import fill


@pytest.fixture(scope="module")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("file")
    with open_store(f"sqlite:///{folder / 'month.db'}") as store:
        fill(store, total=600)
        report = make(ReportSource(store, None), ReportQuery(ReportKind.TRAINING), Scope())
        (folder / "training.html").write_text(report_html(report, "zh"), encoding="utf-8")
        report = make(ReportSource(store, None), ReportQuery(ReportKind.MONTH), Scope())
        (folder / "month.html").write_text(report_html(report, "zh"), encoding="utf-8")
    return folder


@pytest.mark.parametrize("width", [390, 1280])
def test_it_opens_without_network_and_fits(chrome: Browser, page_of: Path, width: int) -> None:
    with chrome.new_context(offline=True, viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        asked: list[str] = []
        wrong: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: wrong.append(message.text))
        for name in ("month.html", "training.html"):
            page.goto((page_of / name).as_uri())
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert page.locator("svg.bars").count() == 1
        assert all(url.startswith("file:") for url in asked)
        assert wrong == []


def test_on_paper_it_is_light_and_each_thing_to_train_begins_a_page(chrome: Browser, page_of: Path) -> None:
    with chrome.new_context(color_scheme="dark") as context:
        page = context.new_page()
        page.goto((page_of / "training.html").as_uri())
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        breaks = page.evaluate(
            "[...document.querySelectorAll('.report-section')].map(one => getComputedStyle(one).breakBefore)"
        )
        assert breaks == ["auto", "page", "page", "page"]


def test_chromium_makes_a_pdf_of_it(chrome: Browser, page_of: Path) -> None:
    assert find_browser() is not None
    made = printed((page_of / "training.html").read_text(encoding="utf-8"))
    assert made.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", made)) >= 4
