"""How people really say it: a few hundred wordings that no single lexicon entry spells out as its example."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.domain import Role
from pipeline.phrases.checking import sentence
from tests.unit.phrases.conversations import default_matcher

WORDINGS = [
    line.split("\t")
    for line in Path(__file__).with_name("wordings.tsv").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("code", sorted({code for code, _, _ in WORDINGS}))
def test_wordings_are_found(code: str) -> None:
    lines = [(role, text) for wanted, role, text in WORDINGS if wanted == code]
    missed = [
        text
        for role, text in lines
        if code not in {hit.code for hit in default_matcher().match([sentence(text, Role(role))])}
    ]
    assert missed == []


def test_there_are_enough_of_them() -> None:
    assert len(WORDINGS) >= 400


def test_short_grave_words_are_not_made_of_what_merely_sounds_alike() -> None:
    """没娘教 is no reading of 每年交, as the recogniser wrote it in a sales call."""
    said = sentence("才能每五年，美年交两万，交完五年", Role.AGENT)
    assert "abuse" not in {hit.code for hit in default_matcher().match([said])}
