"""The table at the terminal."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from pipeline.bench.ways import Way
from pipeline.cli.views.bench import comparison, notes
from pipeline.cli.words import Lang, Words
from tests.unit.bench.recorded import recorded


def shown(lang: Lang, width: int) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(comparison(recorded(), Words(lang)))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_every_figure_stands_under_its_way() -> None:
    rows = [re.split(r"\s{2,}", line.strip()) for line in shown("en", 120).splitlines()]
    lines = {title: figures for title, *figures in rows}
    assert lines["times real time"] == ["13.3", "20.0", "40.0", "60.0"]
    assert lines["with loading"] == ["12.5", "18.2", "31.6", "46.2"]
    assert lines["character error rate"] == ["0.277", "0.251", "0.180"]
    assert lines["phrases word for word"] == ["5/16", "7/16", "9/16"]
    assert lines["not the speech model"] == ["10.0%"]
    assert lines["warmed up"] == ["9.0%"]
    assert lines["peak MiB, one process"] == ["400", "400", "710", "400"]
    assert lines["over faster-whisper"] == ["1.00 / 1.00", "1.50 / 1.50", "3.00 / 3.46", "4.50 / 4.50"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_fits_a_terminal_of_80_columns_without_losing_a_figure(lang: Lang) -> None:
    text = shown(lang, 80)
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert "…" not in text
    assert all(figure in text for figure in ("40.0", "0.180", "9/16", "1490"))


def test_what_is_missing_is_said() -> None:
    said = list(notes(recorded(), Words("en")))
    assert said[0] == "not measured: openai-whisper; it takes pip install torch openai-whisper"
    assert said[1] == "N15: corrupt"
    assert "15 calls, 10.0 min (15 labelled), model base int8, medians of 3 rounds" in said[2]
    assert "A <fast> & small CPU, 2 cores" in said[2]
    assert Way.OPENAI not in [row.way for row in recorded().rows]
