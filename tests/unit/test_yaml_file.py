"""YAML as people write it, with lines; what misleads or swells is refused."""

from datetime import date

import pytest

from pipeline.yaml_file import YamlError, line_of, read_text


def test_plain_values_are_read_by_yaml_1_2() -> None:
    text = "a: no\nb: 012\nc: 2026-01-02\nd: 1e3\ne: true\nf: ~\ng: 12:30\nh: '5'\ni: 1_000\nj: 0x10\n"
    assert read_text(text) == {
        "a": "no",
        "b": 12,
        "c": date(2026, 1, 2),
        "d": 1000.0,
        "e": True,
        "f": None,
        "g": "12:30",
        "h": "5",
        "i": "1_000",
        "j": 16,
    }


def test_values_know_their_lines() -> None:
    document = read_text("# remark\ncodes:\n  - code: a\n    phrases: [x, y]\n  -\n    code: b\n")
    assert line_of(document, ("codes",)) == 2
    assert line_of(document, ("codes", 1, "code")) == 6
    assert line_of(document, ("codes", 0, "phrases", 1)) == 4
    assert line_of(document, ("codes", 0, "missing")) == 3, "the nearest line known"
    assert line_of(document, ("codes", "long form", 1)) == 6, "a step that only a model knows"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "twice"),
        ("x: 1\na: &n 2\n", 2, "anchors"),
        ("a: !!python/name:os.system x\n", 1, "tags"),
        ("a: 1\n? [b]\n: c\n", 2, "key"),
        ("a: 1\nb: [1,\nc: 2\n", 3, "not valid YAML"),
        ("a: 1\nb: '\x07'\n", 2, "not valid YAML"),
        ("a: 2026-13-01\n", 1, "month"),
        ("a: " + "[" * 60 + "]" * 60, 1, "nested"),
        ("a: [" + "x, " * 100_001 + "]", 1, "too many"),
    ],
)
def test_refused_with_line_and_remedy(text: str, line: int, message: str) -> None:
    with pytest.raises(YamlError, match=message) as refused:
        read_text(text)
    assert refused.value.line == line


def test_a_number_of_a_million_digits_is_text() -> None:
    assert read_text("a: " + "9" * 1_000_000)["a"] == "9" * 1_000_000


def test_an_empty_file_holds_nothing() -> None:
    assert read_text("# nothing\n") is None
