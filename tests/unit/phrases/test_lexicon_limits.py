"""A folder of lexicons may hold much, and not everything."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.phrases import check_lexicons, lexicon_file, load_lexicons


def write(folder: Path, count: int, *, variants: int = 0, examples: int = 0, name: str = "a") -> None:
    """A file of ``count`` phrases that no other is like."""
    lines = ["codes:", f"  - code: {name}", "    kind: forbidden", "    role: agent", "    title: 甲"]
    lines += ["    severity: C", "    phrases:"]
    for number in range(count):
        word = f"{name}{number}".translate(
            str.maketrans("abcdefghij0123456789", "甲乙丙丁戊己庚辛壬癸零一二三四五六七八九")
        )
        others = ", ".join(f"{word}的{'是' * (n + 1)}" for n in range(variants))
        hits = ", ".join([word, *(f"{word}吗{'呢' * n}" for n in range(examples))])
        lines += [f"      - phrase: {word}", f"        variants: [{others}]", "        reason: 试"]
        lines += [f"        examples: {{hit: [{hits}], quiet: []}}"]
    (folder / f"{name}.yaml").write_text("\n".join(lines), encoding="utf-8")


def test_nine_thousand_phrases_are_refused_before_they_are_compiled(tmp_path: Path) -> None:
    for name in "abcdefghi":
        write(tmp_path, 1000, name=name)
    began = time.process_time()
    with pytest.raises(LexiconError, match=r"more than 6,000 phrases; take out what is not in use"):
        load_lexicons(tmp_path)
    (issue,) = check_lexicons(tmp_path)
    assert (issue.level, issue.path) == ("error", tmp_path)
    assert time.process_time() - began < 20


def test_many_variants_or_examples_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon_file, "MOST_WORDINGS", 30)
    monkeypatch.setattr(lexicon_file, "MOST_EXAMPLES", 30)
    write(tmp_path, 10, variants=2)
    assert len(load_lexicons(tmp_path).phrases) == 10
    write(tmp_path, 10, variants=3)
    with pytest.raises(LexiconError, match="more than 30 variants and patterns"):
        load_lexicons(tmp_path)
    write(tmp_path, 10, examples=3)
    with pytest.raises(LexiconError, match="more than 30 examples"):
        load_lexicons(tmp_path)


def test_files_are_counted_and_weighed_before_they_are_read(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.yaml").write_text(f"# {'x' * 1_000_000}\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="larger than 4 MiB altogether"):
        load_lexicons(tmp_path)
    for number in range(5, 201):
        (tmp_path / f"{number}.yaml").touch()
    with pytest.raises(LexiconError, match="more than 200 files"):
        load_lexicons(tmp_path)
