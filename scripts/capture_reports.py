#!/usr/bin/env python3
"""Pictures of reports for docs/reports.md: docs/screens/report-*.png.

The demo night is one night; charts need weeks. So the calls are the invented ones of the measurements
(`scripts/synthetic_store.py`): no person and no company is meant.

Usage: python -m scripts.capture_reports [--store FILE] [--out FOLDER]
"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser

from pipeline.domain import Scope
from pipeline.messages import Lang
from pipeline.reports.readable.asked import ReportKind, ReportQuery
from pipeline.reports.readable.making import make
from pipeline.reports.readable.source import ReportSource
from pipeline.rubric import load_rubric
from pipeline.settings import load_settings
from pipeline.store import Store, open_store
from pipeline.web.reporting.document import report_html
from pipeline.web.reporting.links import room_links
from scripts.synthetic_store import fill
from tests.e2e.browser.rooms import browser

ROOT = Path(__file__).resolve().parent.parent
CALLS = 60_000
AGENT = "8012"
Theme = Literal["light", "dark"]

WHOLE = ""
PICTURES: tuple[tuple[str, ReportKind, str, Lang, Theme, int], ...] = (
    ("report-month", ReportKind.MONTH, WHOLE, "zh", "light", 1280),
    ("report-month-en-dark", ReportKind.MONTH, WHOLE, "en", "dark", 1280),
    ("report-control", ReportKind.MONTH, "scores", "zh", "light", 1280),
    ("report-control-en-dark", ReportKind.MONTH, "violating", "en", "dark", 1280),
    ("report-cluster", ReportKind.TEAM, "cluster", "zh", "light", 1280),
    ("report-cluster-en-dark", ReportKind.MONTH, "cluster", "en", "dark", 1280),
    ("report-training", ReportKind.TRAINING, WHOLE, "zh", "light", 1280),
    ("report-positive", ReportKind.POSITIVE, "praised", "zh", "light", 1280),
    ("report-quality-en", ReportKind.QUALITY, WHOLE, "en", "light", 1280),
    ("report-agent-390", ReportKind.AGENT, WHOLE, "zh", "light", 390),
    ("report-agent-en-dark-390", ReportKind.AGENT, WHOLE, "en", "dark", 390),
)
"""Name, report, which section (none: the top of the page), language, theme, width."""
HEIGHT = {1280: 1000, 390: 1100}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--store", type=Path, help="a store that was filled before")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screens")
    asked = parser.parse_args()
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = stack.enter_context(open_store(f"sqlite:///{asked.store or work / 'month.db'}"))
        if asked.store is None:
            fill(store, total=CALLS)
        chrome = stack.enter_context(browser())
        for name, kind, section, lang, theme, width in PICTURES:
            page = work / f"{name}.html"
            page.write_text(drawn(store, kind, lang), encoding="utf-8")
            shoot(chrome, page, asked.out / f"{name}.png", section, theme, width)
    return 0


def drawn(store: Store, kind: ReportKind, lang: Lang) -> str:
    rubric = load_rubric(load_settings().rubric)
    about = {ReportKind.AGENT: {"agent": AGENT}, ReportKind.TEAM: {"team": "客服01组"}}.get(kind, {})
    report = make(ReportSource(store, rubric), ReportQuery(kind, **about), Scope())  # type: ignore[arg-type]
    return report_html(report, lang, links=room_links("https://qa.example.com"), titles=rubric.in_english)


def shoot(chrome: Browser, page: Path, to: Path, section: str, theme: Theme, width: int) -> None:
    context = chrome.new_context(
        viewport={"width": width, "height": HEIGHT[width]}, color_scheme=theme, offline=True
    )
    with context:
        shown = context.new_page()
        shown.goto(page.as_uri())
        if section:
            shown.locator(f"section:has(> #{section})").screenshot(path=to)
        else:
            shown.screenshot(path=to)


if __name__ == "__main__":
    raise SystemExit(main())
