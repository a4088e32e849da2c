"""The revision: other rules where the lexicons or the code that matches them are others, and never else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.phrases import load_lexicons
from pipeline.phrases.revision import (
    DATA,
    PACKAGE,
    code_revision,
    matching_modules,
    revision_of,
    rules_by_code,
)
from tests.unit.phrases.conversations import lexicon_file


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The rooms as a wheel lays them down somewhere else."""
    for name in matching_modules():
        path = Path(*name.split(".")).with_suffix(".py")
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copyfile(PACKAGE / path, tmp_path / path)
    for path in DATA:
        shutil.copyfile(PACKAGE / path, tmp_path / path)
    return tmp_path


@pytest.mark.parametrize("path", DATA, ids=str)
def test_other_weights_or_word_classes_are_another_revision(installed: Path, path: Path) -> None:
    with (installed / path).open("ab") as data:
        data.write(b"0")
    assert code_revision(installed) != code_revision()


def test_the_same_source_is_the_same_revision_wherever_it_lies(installed: Path) -> None:
    assert code_revision(installed) == code_revision()


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("from __future__", "# why\n\nfrom __future__", True),
        ("LONGEST_JOIN_S = 1.5", "LONGEST_JOIN_S = 1.6", False),
    ],
)
def test_code_counts_and_comments_do_not(installed: Path, old: str, new: str, same: bool) -> None:
    changed = 0
    for path in installed.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        path.write_text(source.replace(old, new, 1), encoding="utf-8")
        changed += old in source
    assert changed
    assert (code_revision(installed) == code_revision()) is same


def test_what_decides_counts_and_what_only_shows_does_not() -> None:
    modules = matching_modules()
    assert {"phrases.reading", "phrases.matcher", "phrases.pattern", "phrases.syllables"} <= modules
    assert not {"phrases.checking", "phrases.explaining", "phrases.semantic"} & modules


def test_each_part_of_a_context_counts(tmp_path: Path) -> None:
    lexicons = load_lexicons(lexicon_file(tmp_path))
    contexts = lexicons.contexts
    for changes in ({"then": ("帮你",)}, {"earlier": ("帮你",)}, {"reach": 3}):
        other = {**contexts, "quoted": replace(contexts["quoted"], **changes)}
        assert revision_of(lexicons.phrases, other.values(), lexicons.words) != lexicons.revision
        assert rules_by_code(replace(lexicons, contexts=other)) != rules_by_code(lexicons)
