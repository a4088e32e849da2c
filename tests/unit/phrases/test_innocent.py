"""Ordinary talk accuses nobody, and what is meant is still found beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.domain import How, PhraseHit, PhraseKind, Role, Severity, Span, Utterance
from pipeline.phrases.candidates import means_another
from pipeline.phrases.checking import sentence
from pipeline.phrases.confidence import confidence
from pipeline.phrases.confirm import SHORT_MOST, confirm
from pipeline.phrases.passages import passages
from pipeline.phrases.words import Segmenter
from pipeline.rubric.answer import BARS
from scripts.measure_innocent import accusations, dialogues_of
from tests.unit.phrases.conversations import agent, customer, default_matcher, near_misses_of, said

ACCUSING = (PhraseKind.FORBIDDEN, PhraseKind.ESCALATION)
INNOCENT = [
    line.split("\t")
    for line in Path(__file__).with_name("innocent.tsv").read_text(encoding="utf-8").splitlines()
]


def accused(*utterances: Utterance) -> list[PhraseHit]:
    return [h for h in default_matcher().match(utterances) if h.kind in ACCUSING]


def codes(*utterances: Utterance) -> set[str]:
    return {h.code for h in accused(*utterances)}


def test_ordinary_service_talk_accuses_nobody() -> None:
    found = [(h.code, text) for role, text in INNOCENT for h in accused(sentence(text, Role(role)))]
    assert found == []
    assert len(INNOCENT) >= 250


@pytest.mark.parametrize(
    ("innocent", "meant", "code"),
    [
        ("它的电话是零一零六六二二", "他登记的电话是一三九零零一一二二", "leak-other-customer"),
        ("他家的人均消费是六十块", "他家这个月电费欠了六百块", "leak-other-customer"),
        ("不客气呢，再见", "再不还钱我们可就不客气了", "threat"),
        ("这家的评分是四点五分，您看行吗", "评价的时候给我打五分，您看行吗", "rating-guide"),
        ("银行柜面打电话给您了吗", "明天就打电话给您单位", "threat"),
        ("修改姓名我们这边是没有办法的，我给您申请换一张", "改姓名我们这边是没有办法的", "shirk"),
        ("退是可以退的", "退是不可能退的", "attitude-dismissive"),
        ("停车场的入口您清楚吗", "这下您清楚了没有", "attitude-impatient"),
        ("那你知道开户行吗", "那我哪知道", "not-know"),
        ("师傅说嫌慢别用，这样说不妥，我向您道歉", "嫌慢您就别用", "attitude-dismissive"),
        ("您先等着，一会儿师傅去您家装", "你等着，今晚就有人上你家", "threat"),
    ],
)
def test_what_is_meant_is_found_and_its_innocent_neighbour_is_not(
    innocent: str, meant: str, code: str
) -> None:
    assert codes(agent(innocent)) == set()
    assert code in codes(agent(meant))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("您说的这个我也没办法", "shirk"),
        ("您刚才说的我都听见了，您爱买不买", "attitude-dismissive"),
        ("我不能跟你耗，你闭嘴", "abuse"),
        ("不会让你好过的，你等着，今晚就有人去你单位", "threat"),
    ],
)
def test_the_agents_own_words_are_not_disowned(text: str, code: str) -> None:
    assert code in codes(agent(text))


def test_help_in_the_next_sentence_undoes_a_refusal() -> None:
    refusal = agent("这个我们也没办法。")
    assert codes(refusal) == {"shirk"}
    assert codes(refusal, agent("我马上帮您联系仓库拦截。", start=2.5)) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我真的不想活了", "esc-self-harm"),
        ("再逼我，我就从这儿跳下去", "esc-self-harm"),
        ("我人就站在天台上", "esc-self-harm"),
        ("你们这是要把我逼上绝路", "esc-self-harm"),
        ("我上信访局反映去", "esc-complaint"),
        ("再不退，我就告到三幺五", "esc-12315"),
        ("回头我在小红书给你们家避个雷", "esc-media"),
    ],
)
def test_what_customers_threaten_is_told(text: str, code: str) -> None:
    assert code in codes(customer(text))


def test_the_rubric_alerts_of_self_harm_first() -> None:
    from pipeline.rubric.load import load_rubric

    rubric = load_rubric(Path("rubrics/service.yaml"))
    assert rubric.alerts.codes[0] == "esc-self-harm"


def test_who_is_spoken_of_is_not_taken_for_somebody_else() -> None:
    assert means_another("那你知道", "那里知道")
    assert means_another("它的号码是", "他的号码是")
    assert not means_another("你去找第三方", "你找第三方")


def test_a_frequent_word_explains_itself() -> None:
    segmenter = Segmenter(())
    (passage,) = passages([agent("这是很美的一个地方")])
    assert passage.text.endswith("一个的方") and passage.written.endswith("一个地方")
    start = passage.text.index("一个的方")
    assert segmenter.foreign_words(passage.written, start, start + 4, "一个德行") == [True]
    assert segmenter.foreign_words("没钱你叫什么钱", 0, 7, "没钱你借什么钱") == []


def test_the_title_of_a_film_is_no_abuse() -> None:
    assert codes(agent("《混蛋王八蛋》几点开场我帮您看")) == set()
    assert codes(agent("你这个王八蛋")) == {"abuse"}


def test_short_words_heard_poorly_fall_below_the_bar_of_class_a() -> None:
    bar = BARS[default_matcher().lexicons.codes["abuse"].severity].accuse  # type: ignore[index]
    noisy = said("废物", confidence=0.3)
    clear = said("废物", confidence=0.9)
    assert confidence(How.EXACT, distance=0, length=2, utterance=noisy) < bar
    assert confidence(How.EXACT, distance=0, length=2, utterance=clear) > bar
    long = said("你给我通讯录里的人打电话", confidence=0.3)
    assert confidence(How.EXACT, distance=0, length=11, utterance=long) > bar


def test_the_sound_of_two_syllables_alone_is_no_finding_of_any_class() -> None:
    heard = Utterance(Role.AGENT, Span(0, 1), "必须", confidence=0.4)
    near = [c for c in near_misses_of(default_matcher(), [heard]) if c.hit.code == "abuse"]
    assert near
    hits = confirm(near, lambda role, span, texts: [-3.0] + [-0.1] * (len(texts) - 1))
    assert [h.confidence for h in hits] == [SHORT_MOST[2]]
    assert SHORT_MOST[2] < min(bar.accuse for bar in BARS.values())


@pytest.mark.parametrize(
    ("role", "text", "code"),
    [
        (Role.AGENT, "好的先生，不知道女聚不知的，一年十月起要先做人脸认证", "not-know"),
        (Role.AGENT, "您刚才说您先生在银行上班，工资一万二，我帮您登记一下", "leak-other-customer"),
        (Role.AGENT, "无所谓贵贱，适合您家面积的才是好机器", "attitude-dismissive"),
        (Role.AGENT, "过往业绩不代表将来一定赚钱，请您留意", "promise-return"),
    ],
)
@pytest.mark.parametrize("heard", [0.3, 0.5])
def test_poor_hearing_is_no_proof_against_what_the_sentence_says(
    role: Role, text: str, code: str, heard: float
) -> None:
    """Heard well these are nothing. Heard badly they may be something else, which is at best even odds."""
    bar = BARS[Severity.D].accuse
    assert not any(h.code == code for h in default_matcher().match([Utterance(role, Span(0, 3), text)]))
    hits = default_matcher().match([Utterance(role, Span(0, 3), text, confidence=heard)])
    assert [h.confidence < bar for h in hits if h.code == code] == [True]


def test_poor_hearing_leaves_an_accusation_that_its_sentence_bears_out() -> None:
    """The same words, and as badly heard, in a sentence that says nothing against them."""
    (hit,) = default_matcher().match(
        [Utterance(Role.AGENT, Span(0, 3), "显示带收的我们这边处理不了", confidence=0.48)]
    )
    assert hit.code == "shirk" and hit.confidence > BARS[Severity.B].accuse


def test_an_escalation_that_was_heard_badly_is_still_told() -> None:
    """It costs nobody points, and whoever would have been called back is not."""
    heard = Utterance(Role.CUSTOMER, Span(0, 3), "那我要投诉你，还要打1235", confidence=0.56)
    assert max(h.confidence for h in default_matcher().match([heard]) if h.code == "esc-complaint") > 0.5


@pytest.mark.parametrize(
    ("role", "text", "code"),
    [
        (Role.CUSTOMER, "请问还有什么其他可以帮到您的", "esc-media"),
        (Role.CUSTOMER, "那你们能帮到您吗", "esc-media"),
        (Role.AGENT, "运单号后四位报一下", "abuse"),
        (Role.AGENT, "您的单号我看一下", "abuse"),
        (Role.AGENT, "为您废物", "abuse"),
    ],
)
def test_what_the_sound_bears_out_is_weighed_by_both_readings(role: Role, text: str, code: str) -> None:
    """However well the sound fits the phrase, the sentence that was recognised has its say."""
    heard = Utterance(role, Span(0, 2), text, confidence=0.5)
    near = [c for c in near_misses_of(default_matcher(), [heard]) if c.hit.code == code]
    hits = confirm(near, lambda role, span, texts: [-3.0] + [-0.1] * (len(texts) - 1))
    bar = BARS[default_matcher().lexicons.codes[code].severity or Severity.B].accuse
    assert all(h.confidence < bar for h in hits)


def test_a_garbled_greeting_is_a_greeting() -> None:
    for text in ("您好，很高兴为您服", "您好，客服中心为您福"):
        assert "greeting" in {h.code for h in default_matcher().match([agent(text)])}
    asked = agent("请问还有什么其他能够帮到您")
    assert {h.code for h in default_matcher().match([asked])} == {"closing"}


def test_talk_is_read_dialogue_by_dialogue(tmp_path: Path) -> None:
    rows = [
        {"dialogue": "1", "role": "agent", "text": "这个我们也没办法。"},
        {"dialogue": "1", "role": "agent", "text": "我马上帮您联系仓库拦截。"},
        {"dialogue": "2", "role": "agent", "text": "这个我们也没办法。"},
        {"role": "agent", "text": "您好。"},
        {"role": "customer", "text": "你好。"},
    ]
    path = tmp_path / "talk.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    dialogues = list(dialogues_of(path))
    assert [len(d) for d in dialogues] == [2, 1, 1, 1]
    found = list(accusations(default_matcher(), dialogues))
    assert [(a.hit.code, a.severity, a.text) for a in found] == [("shirk", "B", "这个我们也没办法。")]
