"""What takes no points is drawn apart from what does, and says why: in the conversation, among the findings,
on the lanes and in the legend.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

import pytest

from pipeline.domain import (
    Evidence,
    Finding,
    How,
    Inspection,
    Outcome,
    PhraseHit,
    PhraseKind,
    Role,
    Scorecard,
    Severity,
    Span,
    Utterance,
    Verdict,
)
from pipeline.messages import Message, render
from pipeline.rubric.answer import BARS
from pipeline.store import Store
from pipeline.web.call.sheet import sheet
from pipeline.web.call.weight import FLAGS, MEANING, NOWHERE, PERSON, below, weak_hits, why_not
from tests.inspections import finding
from tests.nights import night_call, put
from tests.people import user
from tests.web.conftest import Browser

BAR = BARS[Severity.A].accuse
SAID = "你脑子有病吧真不要脸"


def hit(phrase: str, at: float, sure: float, *, how: How = How.EXACT, code: str = "abuse") -> PhraseHit:
    span = Span(at, at + 0.5)
    return PhraseHit(code, PhraseKind.FORBIDDEN, phrase, Role.AGENT, span, phrase, how, sure, 0)


def proof(one: PhraseHit) -> Evidence:
    return Evidence(one.span, one.role, one.quote, one.phrase, one.how, one.confidence)


def grave(
    outcome: Outcome, *hits: PhraseHit, criterion: str = "abuse", only_flags: bool = False
) -> Inspection:
    """A call with one finding of class A that rests on these hits."""
    one = finding(criterion, outcome, severity=Severity.A, title="辱骂客户", evidence=tuple(map(proof, hits)))
    spoken = Utterance(Role.AGENT, Span(1, 6), SAID)
    return judged(spoken, hits, replace(one, only_flags=only_flags))


def judged(spoken: Utterance, hits: Iterable[PhraseHit], *findings: Finding) -> Inspection:
    card = Scorecard(findings, score=80.0, passed=True, fatal=False, ledger=(), flagged=True)
    return night_call("WEAK", card=card, utterances=[spoken], hits=hits)


SURE, FAINT = hit("不要脸", 4.0, 0.86), hit("有病", 2.0, 0.697)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (grave(Outcome.FAILED, SURE), None),
        (grave(Outcome.PASSED), None),
        (grave(Outcome.UNDETERMINED, FAINT), below(0.697, Severity.A, BAR)),
        (grave(Outcome.UNDETERMINED, SURE), PERSON),
        (grave(Outcome.UNDETERMINED, replace(FAINT, how=How.MEANING)), MEANING),
        (grave(Outcome.FAILED, SURE, only_flags=True), FLAGS),
    ],
)
def test_why_a_finding_takes_no_points(call: Inspection, reason: Message | None) -> None:
    assert call.scorecard is not None
    assert why_not(call.scorecard.findings[0], None, BAR) == reason


def test_a_share_is_rounded_down_to_what_it_is() -> None:
    """Nobody reads that 70 % are not the 70 % that are needed."""
    assert render(below(0.6999, Severity.A, BAR), "zh") == "把握 69 %，不到 A 类要求的 70 %，由人判断"
    assert render(below(0.69, Severity.A, BAR), "en") == "69 % sure, class A needs 70 %; a person decides"


def weak(call: Inspection, *hits: PhraseHit) -> list[tuple[str, Message, str | None, bool]]:
    found = sheet(call.scorecard, {})
    return [(w.hit.phrase, w.why, w.criterion, w.beside) for w in weak_hits(hits, found.entries, BARS)]


def test_a_faint_place_beside_a_sure_one_counts_for_nothing() -> None:
    found = weak(grave(Outcome.FAILED, SURE), SURE, FAINT)
    assert found == [("有病", below(0.697, Severity.A, BAR), "abuse", True)]


def test_places_that_no_finding_is_about() -> None:
    other = hit("随便你", 5.0, 0.9, code="dismissive")
    meant = hit("没救", 5.0, 0.9, how=How.MEANING)
    assert weak(grave(Outcome.FAILED, SURE), other) == [("随便你", NOWHERE, None, False)]
    assert weak(grave(Outcome.FAILED, SURE), SURE, meant) == [("没救", MEANING, "abuse", True)]


def shown(browser: Browser) -> str:
    return browser.get("/calls/WEAK").text


def marks(html: str) -> list[dict[str, object]]:
    found = re.search(r"id=\"call-marks\" hidden data-marks='([^']*)'", html)
    assert found is not None
    return list(json.loads(found[1].replace("&#39;", "'")))


def test_the_page_says_it_everywhere(reviewer: Browser, store: Store) -> None:
    call = grave(Outcome.FAILED, SURE)
    put(store, replace(call, hits=(SURE, FAINT)))
    html, why = shown(reviewer), "把握 69 %，不到 A 类要求的 70 %，由人判断"
    red = re.findall(r'<mark class="([^"]*)"[^>]*title="([^"]*)"', html)
    assert ("hit hit-forbidden hit-weak", f"忌语 · 不计分：{why}") in red
    assert [kind for kind, _ in red].count("hit hit-forbidden") == 1, "what counts stays red"
    assert f"“有病”不计分：{why}" in html, "in words under the line"
    article = html[html.index('id="finding-abuse"') :]
    assert f'<span class="chip chip-weak">不计分</span> {why}' in article
    assert {(m["at"][0], m["why"]) for m in marks(html)} == {(4.0, None), (2.0, f"不计分：{why}")}  # type: ignore[index]
    legend = html[html.index('<ul class="legend') :].split("</ul>")[0]
    assert "计分的违规" in legend and "不计分：把握不足或只供人判断" in legend


def test_what_only_a_person_may_judge_is_no_violation_in_colour(reviewer: Browser, store: Store) -> None:
    put(store, grave(Outcome.UNDETERMINED, FAINT))
    html = shown(reviewer)
    assert "finding-weak" in html and 'data-weak="不计分：把握 69 %' in html
    assert 'class="hit hit-forbidden hit-weak"' in html and 'class="hit hit-forbidden"' not in html
    said = {"criterion": "abuse", "verdict": "confirmed", "seen": 999}
    first = reviewer.htmx("/calls/WEAK/verdicts", said).text
    assert "data-weak" in first, "a class A finding needs a second who agrees"


def test_a_criterion_that_only_flags_is_not_red(reviewer: Browser, store: Store) -> None:
    put(store, grave(Outcome.FAILED, SURE, only_flags=True))
    html = shown(reviewer)
    article = html[html.index('id="finding-abuse"') :].split("</article>")[0]
    assert 'chip chip-weak" title="机器结论">未通过' in article and "chip-danger" not in article
    assert 'class="hit hit-forbidden"' not in html
    assert {m["why"] for m in marks(html)} == {"不计分：这一项只提示，人判为属实才扣分"}


@pytest.mark.parametrize("said", [Verdict.CONFIRMED, Verdict.OVERTURNED])
def test_what_people_say_of_the_proof_makes_a_faint_place_beside_it_no_surer(
    reviewer: Browser, store: Store, said: Verdict
) -> None:
    put(store, replace(grave(Outcome.FAILED, SURE), hits=(SURE, FAINT)))
    why = "把握 69 %，不到 A 类要求的 70 %，由人判断"
    for number, name in enumerate(("ann", "bob")):  # class A: two who agree
        decide = store.decisions.decide
        decide("WEAK", "abuse", said, by=user(store, name), request=str(number), seen=999)
    html = shown(reviewer)
    assert f"“有病”不计分：{why}" in html
    assert "按这通的评分表不构成违规" not in html, "the sheet does punish such words"


def test_a_faint_place_that_people_added_counts(reviewer: Browser, store: Store) -> None:
    mild, faint = hit("随便你", 2.0, 0.9), hit("爱听不听", 4.0, 0.3)
    one = finding("abuse", Outcome.FAILED, severity=Severity.D, title="冷漠", evidence=(proof(mild),))
    put(store, judged(Utterance(Role.AGENT, Span(1, 6), "那就随便你爱听不听"), [mild, faint], one))
    assert "“爱听不听”不计分" in shown(reviewer)
    ann = user(store, "ann")
    store.decisions.add("WEAK", "abuse", Span(3.9, 4.6), Role.AGENT, "爱听不听", by=ann, request="1")
    assert "“爱听不听”不计分" not in shown(reviewer)


def test_what_people_overturned_is_not_red_either(reviewer: Browser, store: Store) -> None:
    mild = hit("随便你", 2.0, 0.9)
    one = finding("abuse", Outcome.FAILED, severity=Severity.D, title="冷漠", evidence=(proof(mild),))
    spoken = Utterance(Role.AGENT, Span(1, 6), "那就随便你")
    put(store, judged(spoken, [mild], one))
    assert 'class="hit hit-forbidden"' in shown(reviewer)
    answer = reviewer.htmx(
        "/calls/WEAK/verdicts", {"criterion": "abuse", "verdict": "overturned", "seen": 99}
    )
    assert 'data-weak="不计分：人判为误判"' in answer.text, "the script takes the red away at once"
    html = shown(reviewer)
    assert 'class="hit hit-forbidden"' not in html and "人判为误判" in html
