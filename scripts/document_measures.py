#!/usr/bin/env python3
"""Write docs/measures.md from the docstrings of the measures; with --check, fail when the page is stale."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # runs from a checkout, installed or not

from pipeline.measures import Measure, catalogue  # noqa: E402
from scripts.pages import write_or_check  # noqa: E402

PAGE = ROOT / "docs" / "measures.md"

HEAD = """\
# Measures

Numbers taken from the sound and the conversation of each call. A measure that could not be taken is `null`,
never 0. Each measure keeps the stretches of audio it was taken from as evidence. Times are seconds.

Written by `scripts/document_measures.py` from the docstrings in `pipeline/measures/`: edit those instead.
"""


def page() -> str:
    """The whole page as Markdown."""
    return HEAD + "".join(map(_entry, _grouped().items()))


def _grouped() -> dict[tuple[str, str, str], list[str]]:
    """Names of the measures that share unit, definition and source (the same measure for both parties)."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for measure in catalogue().values():
        groups.setdefault(_documentation(measure), []).append(measure.name)
    return groups


def _documentation(measure: Measure) -> tuple[str, str, str]:
    return measure.unit, measure.definition, measure.source


def _entry(group: tuple[tuple[str, str, str], list[str]]) -> str:
    (unit, definition, source), names = group
    title = ", ".join(f"`{name}`" for name in names)
    return f"\n## {title}\n\n{definition}\n\n* Unit: {unit}\n* Source: {source}\n"


def main() -> int:
    return write_or_check(PAGE, page(), script="scripts/document_measures.py", about=str(__doc__))


if __name__ == "__main__":
    sys.exit(main())
