"""Lexicon files: what is refused, and whether the message leads to the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.phrases import load_lexicons
from tests.unit.phrases.conversations import LEXICON, lexicon_file


def refused(folder: Path, text: str) -> LexiconError:
    with pytest.raises(LexiconError) as caught:
        load_lexicons(lexicon_file(folder, text))
    return caught.value


def test_reads_a_good_file(tmp_path: Path) -> None:
    lexicons = load_lexicons(lexicon_file(tmp_path))
    (phrase,) = lexicons.phrases
    assert (phrase.canonical, phrase.place.line) == ("这不归我管", 12)
    assert lexicons.codes["shirk"].title == "推诿"


def test_revision_follows_meaning_not_comments(tmp_path: Path) -> None:
    first = load_lexicons(lexicon_file(tmp_path)).revision
    assert load_lexicons(lexicon_file(tmp_path, "# 注释\n" + LEXICON)).revision == first
    assert (
        load_lexicons(lexicon_file(tmp_path, LEXICON.replace("谁.{1,4}的", "谁.{1,5}的"))).revision != first
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("variants: ['不归(我|我们)管']", "variants: ['不归(我|我们管']", 13, "never closed"),
        ("variants: ['不归(我|我们)管']", "variants: ['不归.{1,3}管']", 13, "patterns"),
        ("variants: ['不归(我|我们)管']", "variants: [这不归我管]", 13, "duplicate phrase"),
        ("variants: ['不归(我|我们)管']", "variants: ['我啊?管']", 13, "filler"),
        ("patterns: ['谁.{1,4}的找谁']", "patterns: ['谁(?=的)']", 14, "RE2"),
        ("patterns: ['谁.{1,4}的找谁']", "patterns: ['{surnam}先生']", 14, "unknown slot"),
        ("severity: B", "severity: Z", 8, "severity"),
        ("role: agent", "rolle: agent", 9, "rolle"),
        ("negative_contexts: [negated, quoted]", "negative_contexts: [negatd]", 12, "unknown context"),
        ("negative_contexts:", "quiet_when:", 10, "`quiet_when` is called `negative_contexts` now"),
        ("reason: 推诿", "reason: ''", 16, "reason"),
        ("title: 推诿", "title: [推诿", 8, "YAML"),
    ],
)
def test_errors_name_file_line_and_remedy(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    assert old in LEXICON
    error = refused(tmp_path, LEXICON.replace(old, new, 1))
    assert error.path == tmp_path / "one.yaml"
    assert message in str(error)
    assert error.line == line, str(error)


def test_the_same_phrase_in_two_files(tmp_path: Path) -> None:
    lexicon_file(tmp_path, LEXICON, "a.yaml")
    other = LEXICON[LEXICON.index("codes:") :].replace(
        "negative_contexts: [negated, quoted]", "negative_contexts: []"
    )
    error = refused(tmp_path, other)
    assert "a.yaml:12" in str(error)
    assert error.path is not None
    assert error.path.name == "one.yaml"


def test_a_code_with_two_titles(tmp_path: Path) -> None:
    lexicon_file(tmp_path, LEXICON, "a.yaml")
    assert "code “shirk”" in str(
        refused(tmp_path, LEXICON[LEXICON.index("codes:") :].replace("推诿", "推托"))
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x [1]\nb: *x\n", "aliases"),
        ("a: &x 1\n", "aliases"),
        ("[" * 200 + "]" * 200, "nested"),
        ("- 1\n- 2\n", "mapping"),
        ("codes:\n\t- a\n", "YAML"),
        ("codes: [" + "1," * 200_000 + "]", "too many"),
        ("codes: []\n" + "#" * (1 << 20), "1 MiB"),
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    assert message in str(refused(tmp_path, text))


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_bytes("codes: 推诿".encode("gb18030"))
    with pytest.raises(LexiconError, match="UTF-8"):
        load_lexicons(tmp_path)


def test_no_folder_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="no such folder"):
        load_lexicons(tmp_path / "nowhere")
    with pytest.raises(LexiconError, match="holds no"):
        load_lexicons(tmp_path)
