"""Evidence says which phrase was found, what the recogniser wrote, how it was decided, and how sure it is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.domain import Evidence, How, PhraseHit, PhraseKind, Role, Span
from pipeline.messages import Lang, render
from pipeline.phrases import load_lexicons
from pipeline.rubric.matched import kind_of, matched
from pipeline.rubric.proof import listed
from tests.texts import zh

PLACE = Span(26.0, 27.5)
ABUSE = Evidence(PLACE, Role.AGENT, "必须", "闭嘴", How.CONFIRMED, 0.79, "闭嘴")
HIT = PhraseHit(
    "abuse", PhraseKind.FORBIDDEN, "闭嘴", Role.AGENT, PLACE, "必须", How.CONFIRMED, 0.79, 0, "闭嘴"
)


def told(item: Evidence, kind: PhraseKind | None, *, whole: float | None = None, lang: Lang = "zh") -> str:
    found = matched(item, kind, whole=whole)
    return "" if found is None else render(found, lang)


def test_a_phrase_that_was_misheard() -> None:
    kind = kind_of(ABUSE, [HIT])
    assert told(ABUSE, kind) == "命中忌语 闭嘴 · 识别写作“必须” · 声音确认 79 %"
    assert (
        told(ABUSE, kind, lang="en")
        == "forbidden phrase “闭嘴” · recognised as “必须” · confirmed by the sound 79 %"
    )


def test_a_reason_names_the_phrase_and_not_what_was_misheard() -> None:
    assert zh(listed([ABUSE])) == "“闭嘴”（0:26）"
    written = replace(ABUSE, how=How.EXACT, quote="你给我闭嘴", wording="")
    assert zh(listed([written])) == "“你给我闭嘴”（0:26）"


def test_what_the_recogniser_wrote_is_told_only_where_it_differs() -> None:
    as_listed = replace(ABUSE, quote="闭嘴！", how=How.EXACT, confidence=0.96, wording="")
    assert told(as_listed, PhraseKind.FORBIDDEN) == "命中忌语 闭嘴 · 逐字命中 96 %"


def test_another_listed_wording_is_told_as_it_was_said() -> None:
    wording = replace(ABUSE, quote="你给我闭嘴", how=How.EXACT, confidence=0.88, wording="")
    assert told(wording, PhraseKind.FORBIDDEN) == "命中忌语 闭嘴 · 原话“你给我闭嘴” · 逐字命中 88 %"


def test_a_phrase_that_was_not_said_itself_stands_for_its_kind() -> None:
    other = replace(ABUSE, quote="你住口", how=How.PATTERN, confidence=0.87, wording="")
    chinese, english = (told(other, PhraseKind.FORBIDDEN, lang=lang) for lang in ("zh", "en"))
    assert chinese == "命中忌语 闭嘴 一类 · 原话“你住口” · 规则命中 87 %"
    assert english == "forbidden phrase such as “闭嘴” · said as “你住口” · by a rule of the phrase 87 %"


def test_nobody_is_said_to_have_said_the_listed_phrase_where_the_sound_matched_another_wording() -> None:
    other = replace(ABUSE, quote="你祖狗", how=How.SOUND, wording="你住口")
    assert zh(listed([other])) == "“你住口”（0:26）"
    chinese, english = (told(other, PhraseKind.FORBIDDEN, lang=lang) for lang in ("zh", "en"))
    assert chinese == "命中忌语 闭嘴 一类 · 听作“你住口” · 识别写作“你祖狗” · 同音 79 %"
    assert english == (
        "forbidden phrase such as “闭嘴” · heard as “你住口” · recognised as “你祖狗” · sounds the same 79 %"
    )
    longer = replace(ABUSE, quote="你给我必须", wording="你给我闭嘴")
    assert told(longer, PhraseKind.FORBIDDEN) == (
        "命中忌语 闭嘴 · 听作“你给我闭嘴” · 识别写作“你给我必须” · 声音确认 79 %"
    )


def test_where_nothing_tells_which_wording_the_sound_matched_what_was_written_is_told() -> None:
    promise = "我可以承诺您最少有百分之五的回报"
    by_rule = Evidence(PLACE, Role.AGENT, "保证收益白分之六", promise, How.SOUND, 0.83)
    assert zh(listed([by_rule])) == "“保证收益白分之六”（0:26）"
    assert told(by_rule, PhraseKind.FORBIDDEN) == (
        f"命中忌语 {promise} 一类 · 识别写作“保证收益白分之六” · 同音 83 %"
    )


@pytest.mark.parametrize("kind", PhraseKind)
@pytest.mark.parametrize("how", How)
def test_every_kind_and_every_way_has_words_in_both_languages(kind: PhraseKind, how: How) -> None:
    item = replace(ABUSE, how=how)
    chinese, english = told(item, kind), told(item, kind, lang="en")
    assert not re.search("[a-z]", chinese)
    assert not re.search("[一-鿿]", english.replace("闭嘴", "").replace("必须", ""))


def test_what_was_looked_for_in_vain_and_where() -> None:
    item = Evidence(Span(0.0, 192.0), Role.AGENT, "", "您好")
    assert told(item, None, whole=192.2) == "全程没有听到“您好”"
    assert told(item, None, whole=300.0) == "0:00 至 3:12 没有听到“您好”"
    assert told(item, None, whole=300.0, lang="en") == "“您好” was not heard from 0:00 to 3:12"
    assert told(item, None, whole=192.0, lang="en") == "“您好” was not heard in the whole call"


def test_a_place_without_a_phrase_says_nothing_of_one() -> None:
    assert told(Evidence(PLACE, Role.AGENT, "这事您别管"), None) == ""


def test_the_kind_is_that_of_the_hit_in_the_same_place() -> None:
    praise = replace(HIT, kind=PhraseKind.PRAISE, span=Span(3.0, 4.0))
    assert kind_of(ABUSE, [praise, HIT]) is PhraseKind.FORBIDDEN
    assert kind_of(replace(ABUSE, span=Span(9.0, 9.5)), [praise]) is PhraseKind.PRAISE
    assert kind_of(ABUSE, []) is None
    assert kind_of(replace(ABUSE, how=None), [HIT]) is None


def test_no_phrase_of_the_lexicons_reads_as_a_template() -> None:
    lexicons = load_lexicons(Path(__file__).resolve().parents[3] / "lexicons" / "zh")
    told = [p.canonical for p in lexicons.phrases]
    assert [one for one in told if re.search(r"[(){}\[\]|?*+.\\^$]", one) or one in lexicons.codes] == []
