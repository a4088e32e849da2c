"""What is written into the documentation: the table, the chart, the numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from pipeline.bench.chart import draw
from pipeline.bench.docs import BEGIN, END, TITLES, filled, table, write_docs
from pipeline.bench.report import Benchmark
from pipeline.bench.ways import Way
from pipeline.errors import UsageError
from tests.unit.bench.recorded import recorded

DOCS = Path(__file__).parents[3] / "docs"
SVG = "{http://www.w3.org/2000/svg}"


def row_of(text: str, way: Way) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {TITLES[way]}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_has_every_way_with_its_figures() -> None:
    text = table(recorded())
    ours = row_of(text, Way.OURS)
    assert ours[1:] == [
        "34.0", "19.0", "40.0", "31.6", "3.00×", "2.00×", "710", "1490",
        "0.180", "0.170", "9 of 16", "", "10.0%", "9.0%",
    ]  # fmt: skip
    assert row_of(text, Way.OPENAI)[1] == "not measured: pip install torch openai-whisper"
    assert row_of(text, Way.LIMIT)[9:] == ["", "", "", "", "", ""]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in lines}) == 1, "every line has as many cells"
    assert "A <fast> & small CPU, 2 cores, 16 GiB" in text


def test_only_the_generated_part_of_the_page_changes(tmp_path: Path) -> None:
    page = f"# Speed\n\nbefore\n\n{BEGIN}\nold\n{END}\n\nafter\n"
    (tmp_path / "speed.md").write_text(page, encoding="utf-8")
    write_docs(recorded(), tmp_path)
    new = (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert new.startswith(f"# Speed\n\nbefore\n\n{BEGIN}\n| ")
    assert new.endswith(f"{END}\n\nafter\n")
    assert "old" not in new
    assert filled(new, recorded()) == new
    assert Benchmark.model_validate_json((tmp_path / "speed.json").read_text(encoding="utf-8")) == recorded()


@pytest.mark.parametrize("page", [None, "no marks", f"{BEGIN} never ends"])
def test_a_page_without_a_place_is_left_alone(page: str | None, tmp_path: Path) -> None:
    if page is not None:
        (tmp_path / "speed.md").write_text(page)
    with pytest.raises(UsageError, match=r"speed\.md"):
        write_docs(recorded(), tmp_path)
    assert not (tmp_path / "speed.svg").exists()
    assert page is None or (tmp_path / "speed.md").read_text() == page


def test_the_chart_is_true_to_scale() -> None:
    root = ET.fromstring(draw(recorded(), TITLES))
    bars = [float(rect.attrib["width"]) for rect in root.iter(f"{SVG}rect")]
    speeds = [600 / 45, 600 / 30, 600 / 15, 600 / 10]
    assert [bar / bars[0] for bar in bars] == pytest.approx([speed / speeds[0] for speed in speeds], rel=0.01)
    points = [float(circle.attrib["cx"]) for circle in root.iter(f"{SVG}circle")]
    assert len(points) == 3, "the limit has no error rate"
    origin = 632
    assert [(x - origin) / (points[0] - origin) for x in points] == pytest.approx(
        [1, 251 / 277, 180 / 277], rel=0.01
    )
    width = float(root.attrib["viewBox"].split()[2])
    assert max(bars) + 268 < origin
    assert max(points) < width
    texts = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert "40.0×" in texts
    assert any("A <fast> & small CPU" in text for text in texts), "special characters survive"


def test_the_page_of_this_project_holds_what_its_numbers_say() -> None:
    """The table and the chart are generated, not typed."""
    bench = Benchmark.model_validate_json((DOCS / "speed.json").read_text(encoding="utf-8"))
    page = (DOCS / "speed.md").read_text(encoding="utf-8")
    assert filled(page, bench) == page
    assert draw(bench, TITLES) == (DOCS / "speed.svg").read_text(encoding="utf-8")
