"""One house, one language: the code, the glossary and the list of words that are not used agree."""

from __future__ import annotations

import re

import pytest

from tests.language import all_names, findings, glossary, words


def test_no_class_has_the_name_of_another_and_no_name_is_a_word_that_is_not_used() -> None:
    new = [f"{what}: {', '.join(places)}" for what, places in findings().items()]
    assert not new, "\n".join(["give these another name:", *new])


@pytest.mark.parametrize("row", glossary(), ids=lambda row: row["English"])
def test_a_term_of_the_glossary_is_spelled_so_in_the_code(row: dict[str, str]) -> None:
    names = re.findall(r"`([^`]+)`", row["In code"])
    assert names, "a term without its name in the code"
    unknown = [name for name in names if name.split(".")[-1] not in all_names()]
    assert not unknown, f"the code has no such name: {unknown}"


@pytest.mark.parametrize("row", [row for row in glossary() if row["Not"]], ids=lambda row: row["English"])
def test_a_term_has_no_other_name_in_the_code(row: dict[str, str]) -> None:
    for other in row["Not"].split(", "):
        spelled = {name for name in all_names() if f" {other.lower()} " in f" {words(name)} "}
        assert not spelled, f"say {row['English']}, not {other}: {sorted(spelled)}"


def test_every_term_has_its_meaning_in_both_languages() -> None:
    for row in glossary():
        assert re.search(r"[\u4e00-\u9fff]", row["中文"]) and row["Meaning"], row
    terms = [row["English"] for row in glossary()]
    assert len(set(terms)) == len(terms)
