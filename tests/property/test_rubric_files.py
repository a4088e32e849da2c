"""Whatever stands in a rubric file: it loads, or there is one explained error; nothing else comes out."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import RubricError
from pipeline.rubric import check_rubric, load_rubric, score
from tests.builders import ROOT, call
from tests.examples import examples

LINES = (ROOT / "tests" / "unit" / "rubric" / "grammar.yaml").read_text(encoding="utf-8").splitlines()
JUNK = st.sampled_from(
    (
        *(
            "",
            "  - {}",
            "x: y",
            "points: -1",
            "check: {}",
            "when: {any: []}",
            "when: {not: {}}",
            "- 1",
            "}",
            "[",
        ),
        *(
            "id: 开场",
            "deduct: .nan",
            "deduct: .inf",
            "points: 1e400",
            "? a",
            "&a b",
            "*a",
            "<<: {}",
            "items: []",
        ),
        *(
            "when: {says: {pattern: '('}}",
            "valid_from: 2026-13-45",
            "title: null",
            "!!python/object:os.system x",
        ),
        *(
            "\x07",
            "title: '\\ud800'",
            'title: "\\ud800"',
            "points: 0x10",
            "pass_mark: 1:30",
            "title: 2026-01-01",
        ),
    )
)


@given(
    st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.one_of(st.none(), JUNK)), min_size=1, max_size=3)
)
@settings(max_examples=examples(60))
def test_a_damaged_file_is_refused_with_its_place(edits: list[tuple[int, str | None]]) -> None:
    lines = list(LINES)
    for number, text in sorted(edits, reverse=True, key=lambda e: e[0]):
        if number >= len(lines):  # an earlier edit took the last lines away
            continue
        indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
        lines[number : number + 1] = [] if text is None else [indent + text]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.yaml"
        path.write_text("\n".join(lines), encoding="utf-8")
        issues = check_rubric(path)
        try:
            rubric = load_rubric(path)
        except RubricError as error:
            assert str(path) in str(error)
            assert [issue.rule for issue in issues] == ["unusable"]
            return
        card = score(rubric, call("坐席: 您好，[name|小王]", "客户: 你好", "坐席: [bye|再见]"))
        assert card.score is None or 0 <= card.score <= 100
