"""What the trade says in greeting, closing, checking, holding: found when written right, never charged as
absent when written wrong, and charged when not said at all."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from pipeline.conversation import Timeline
from pipeline.domain import Call, Outcome, PhraseHit, Role, Severity, Span, Utterance
from pipeline.inspection.rules import Rules, load_rules
from pipeline.rubric import Facts
from pipeline.rubric.answer import BARS
from pipeline.rubric.checks import around_hold, required_phrase
from pipeline.settings import Settings

FILE = Path(__file__).with_name("required_wordings.tsv")
ROWS = [
    (code, how, text)
    for code, how, text in (line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines())
]
"""Code, whether its wording is clean, garbled or absent, and what is said."""
HEARD = {"clean": 0.9, "garbled": 0.6, "absent": 0.9}
"""How sure the recogniser was; never so unsure that the utterance would be passed over for that alone."""


@cache
def rules() -> Rules:
    return load_rules(Settings())


def dialogue(text: str, confidence: float) -> tuple[Utterance, ...]:
    """A call in which the agent says one sentence that matters."""
    lines = [(Role.CUSTOMER, "我家里的东西坏了", 0.9), (Role.AGENT, text, confidence)]
    lines.append((Role.CUSTOMER, "嗯，那行", 0.9))
    return tuple(
        Utterance(role, Span(5.0 * n + 1, 5.0 * n + 5), words, confidence=heard)
        for n, (role, words, heard) in enumerate(lines)
    )


@cache
def outcomes() -> dict[tuple[str, str, str], Outcome]:
    """What each row comes to."""
    calls = [dialogue(text, HEARD[how]) for _, how, text in ROWS]
    hits = rules().matcher.match_all(calls)
    return {row: _outcome(row[0], *call) for row, *call in zip(ROWS, calls, hits, strict=True)}


def _outcome(code: str, said: tuple[Utterance, ...], hits: tuple[PhraseHit, ...]) -> Outcome:
    speech = {role: tuple(u.span for u in said if u.role is role) for role in (Role.AGENT, Role.CUSTOMER)}
    timeline = Timeline.heard(duration=17.0, speech=speech, utterances=said)
    facts = Facts(Call("C1"), timeline, hits=hits, trace=rules().traces)
    options = required_phrase.OPTIONS.model_validate({"codes": [code], "say": "请这样说"})
    return required_phrase.check(facts, options, BARS[Severity.D]).outcome


@pytest.mark.parametrize(("code", "how", "text"), ROWS, ids=[f"{c}-{t}" for c, _, t in ROWS])
def test_what_was_said_is_never_charged_as_absent(code: str, how: str, text: str) -> None:
    told = outcomes()[code, how, text]
    if how == "clean":
        assert told is Outcome.PASSED
    elif how == "garbled":
        assert told is not Outcome.FAILED
    else:
        assert told is Outcome.FAILED


def test_there_are_wordings_of_every_kind() -> None:
    kinds = Counter(how for _, how, _ in ROWS)
    assert kinds["clean"] >= 60
    assert kinds["garbled"] >= 30
    assert kinds["absent"] >= 10


def test_absence_from_half_a_recording_is_no_fault() -> None:
    said = dialogue("喂，说", 0.9)
    speech = {role: tuple(u.span for u in said if u.role is role) for role in (Role.AGENT, Role.CUSTOMER)}
    timeline = Timeline.heard(duration=17.0, speech=speech, utterances=said)
    options = required_phrase.OPTIONS.model_validate({"codes": ["greeting"], "say": "您好"})
    for incomplete, outcome in ((False, Outcome.FAILED), (True, Outcome.UNDETERMINED)):
        facts = Facts(Call("C1"), timeline, incomplete=incomplete)
        assert required_phrase.check(facts, options, BARS[Severity.D]).outcome is outcome


HOLD = ("我把您的电话放一放，去跟库房对一下，您看成吗", "我看看")


@pytest.mark.parametrize(("text", "outcome"), [(HOLD[0], Outcome.UNDETERMINED), (HOLD[1], Outcome.FAILED)])
def test_a_hold_that_may_have_been_asked_for_in_other_words_is_not_charged(
    text: str, outcome: Outcome
) -> None:
    said = (Utterance(Role.AGENT, Span(1, 5), text, confidence=0.9),)
    said += (Utterance(Role.AGENT, Span(30, 33), "查到了", confidence=0.9),)
    timeline = Timeline.heard(
        duration=34.0, speech={Role.AGENT: tuple(u.span for u in said)}, utterances=said, tones=(Span(6, 29),)
    )
    facts = Facts(Call("C1"), timeline, hits=rules().matcher.match(said), trace=rules().traces)
    options = around_hold.OPTIONS.model_validate({"codes": ["hold-ask"], "side": "before", "say": "请您稍等"})
    assert around_hold.check(facts, options, BARS[Severity.D]).outcome is outcome
