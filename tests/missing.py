"""What a skipped test lacks: counted in the summary, and a failure where nothing may be missing.

``NOTHING_MISSING=1`` (set by ``.ci/run``) is for machines that have every piece: a browser, PostgreSQL, the
models, each optional package. There only the skips of `PERMITTED` remain skips; any other fails its test.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable

import pytest

NOTHING_MISSING = os.environ.get("NOTHING_MISSING", "") not in ("", "0")

PERMITTED = {
    "whoever may read everything cannot be kept from reading": "root ignores the mode of a file",
    "root may read everything": "root ignores the mode of a file",
    "root may list everything": "root ignores the mode of a folder",
    "a recorded engine knows only what was recorded": "the case asks for a sound that no recording holds",
    "decisions have no column sound_in_doubt": "the table of that version cannot hold the case",
    "the extra `meaning` is not installed": "off by default, and in no lock of the project",
}
"""The beginning of a reason -> why no piece of the project is missing."""


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why a test or file was skipped, without where."""
    found = report.longrepr
    text = found[2] if isinstance(found, tuple) else str(found)
    return text.removeprefix("Skipped: ")


def permitted(reason: str) -> bool:
    return any(reason.startswith(known) for known in PERMITTED)


def refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure, where nothing may be missing."""
    if not NOTHING_MISSING or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    reason = reason_of(report)
    if not permitted(reason):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be missing: {reason}"


def summary(reports: Iterable[pytest.TestReport | pytest.CollectReport]) -> list[str]:
    """One line per reason, those of missing pieces first."""
    counted = Counter(reason_of(report) for report in reports)
    lines = [
        f"{count:5} {'permitted' if permitted(reason) else 'MISSING'}: {reason}"
        for reason, count in counted.items()
    ]
    return sorted(lines, key=lambda line: ("MISSING" not in line, line))
