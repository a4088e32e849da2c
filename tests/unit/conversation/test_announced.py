"""An announcement of the line is nobody's speech: no talk, no silence, no phrase, no dialogue."""

from __future__ import annotations

from pipeline.conversation import Timeline
from pipeline.domain import Call, Role, Span, Utterance
from pipeline.inspection.rules import load_rules
from pipeline.measures import measure
from pipeline.rubric.facts import Facts
from pipeline.rubric.gate import why_not_applicable
from pipeline.settings import load_settings

RULES = load_rules(load_settings())
PLAYED = "欢迎致电，很高兴为您服务，人工服务请拨零，你有病吧"


def line(start: float, end: float, text: str = PLAYED) -> Utterance:
    return Utterance(Role.ANNOUNCEMENT, Span(start, end), text)


AGENT = Utterance(Role.AGENT, Span(8.0, 9.0), "喂，什么事")
CUSTOMER = Utterance(Role.CUSTOMER, Span(9.5, 12.0), "我的宽带断了")


def heard(*said: Utterance) -> Timeline:
    speech = {role: tuple(u.span for u in said if u.role is role) for role in (Role.AGENT, Role.CUSTOMER)}
    return Timeline.heard(duration=60.0, speech=speech, utterances=said)


def test_it_counts_for_nobody() -> None:
    with_line, without = heard(line(0, 7), AGENT, CUSTOMER), heard(AGENT, CUSTOMER)
    assert measure(with_line) == measure(without)
    assert with_line.said == without.said
    assert with_line.talk[0].start == 8.0


def test_it_is_no_silence_and_no_hold() -> None:
    later = Utterance(Role.AGENT, Span(30.0, 31.0), "喂")
    found = heard(AGENT, CUSTOMER, line(13, 29), later)
    assert found.silences == ()
    assert found.holds == ()
    assert len(heard(AGENT, CUSTOMER, later).silences) == 1


def test_no_phrase_is_found_in_it() -> None:
    hits = RULES.matcher.match((line(0, 7), AGENT, CUSTOMER))
    assert {hit.role for hit in hits} <= {Role.AGENT, Role.CUSTOMER}
    assert not any(hit.code == "greeting" for hit in hits)


def test_a_call_of_an_announcement_alone_is_not_judged() -> None:
    facts = Facts(Call("c"), heard(line(0, 7)))
    reason = why_not_applicable(RULES.rubric, facts)
    assert reason is not None
    assert reason.code == "gate.only-announcement"
