"""From sentences to wordings, without anything of an expression in them."""

from __future__ import annotations

import pytest

from pipeline.phrases.pattern import compiled
from pipeline.phrases.suggesting import plain_groups, suggest, suggested_exception, words
from pipeline.phrases.template import filled, is_finite

GROUPS = {"bill": "电费|水费|燃气费", "wide": "[一二]+|甲"}


def test_fillers_and_particles_go_and_slots_come() -> None:
    found = suggest(["那您自己去问问物业吧，啊", "您三天之内不交电费就停"], plain_groups(GROUPS))
    assert found is not None
    assert found.phrase == "您自己去问问物业"
    assert "您(们)?自己去问问物业" in found.variants
    assert "您{time}之内不交{bill}就停" in found.patterns
    for template in (found.phrase, *found.variants):
        assert is_finite(template)
    for template in (*found.variants, *found.patterns):
        compiled(filled(template, GROUPS))


def test_only_plain_lists_stand_in_for_a_word() -> None:
    assert plain_groups(GROUPS) == {"bill": ("电费", "水费", "燃气费")}


@pytest.mark.parametrize("text", ["", "。。。", "嗯", "好的"])
def test_what_has_no_words_gives_nothing(text: str) -> None:
    assert suggest([text], {}) is None


def test_hostile_sentences_become_words() -> None:
    found = suggest(["(.*)|{same}\\pL[甲乙]+随便你们(?i)$ <b> !!python/x &a *b"], {})
    assert found is not None
    for template in (found.phrase, *found.variants, *found.patterns):
        assert not set(template.replace("(们)?", "").replace("{number}", "")) & set("(){}[]|?*+.^$\\<&!")


def test_an_exception_is_the_shortest_that_spares_no_hit() -> None:
    assert suggested_exception("套餐随便您选", "随便您", ["那随便您"]) == "随便您选"
    assert suggested_exception("那随便您", "随便您", ["那随便您吧"]) is None
    assert words("随便，您！") == "随便您"
