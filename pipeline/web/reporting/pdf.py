"""A report on paper's size: Chromium prints the file, where there is one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from pipeline.errors import ExportError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
"""Names on the search path, tried in turn; after them the one that playwright installed."""
SECONDS = 120.0


def printed(html: str) -> bytes:
    """A file that needs nothing else, as PDF.

    Raises:
        ExportError: there is no Chromium, or it printed nothing.
    """
    browser = find_browser()
    if browser is None:
        raise ExportError("pdf-missing")
    with tempfile.TemporaryDirectory() as folder:
        page, out = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_text(html, encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-sandbox",  # it opens our own file, which names no other, and root has no sandbox
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={out}",
            page.as_uri(),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)  # noqa: S603
            return out.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise ExportError("pdf-failed", browser=browser) from error


def find_browser() -> str | None:
    """Where a Chromium is; None where there is none."""
    on_path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if on_path is not None:
        return on_path
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as known:
        path: str = known.chromium.executable_path
    return path if Path(path).exists() else None
