"""The call screen: what it shows, and to whom."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.domain import (
    Evidence,
    Finding,
    Outcome,
    Role,
    Severity,
    Span,
    Status,
    Transcript,
    Utterance,
)
from pipeline.messages import verbatim
from pipeline.rubric import dialogue, parse_rubric, score
from pipeline.store import Store
from pipeline.store.repositories.rulebook_rows import Rulebook
from tests.inspections import finding
from tests.nights import HEARD, bad_call, heard_call, night_call, put, record
from tests.web.conftest import Browser, Client
from tests.web.markup import Shape

CALL = "/calls/O02"
SHEET = Path(__file__).parents[2] / "rubrics" / "service.yaml"


def seen(browser: Browser) -> str:
    return re.findall(r'name="seen" value="(\d+)"', browser.get(CALL).text)[0]


# What it shows


def test_what_to_select_before_a_violation_is_added_by_key(reviewer: Browser) -> None:
    """The key says what to select and opens nothing; the button opens the form, which asks for seconds."""
    html = reviewer.get(CALL).text
    assert 'data-said-select="先在左边“对话”里用鼠标选中违规的那几个字，再按 a。' in html
    button = re.findall(r'<button[^>]*id="add-open"[^>]*>', html)[0]
    assert "data-key" not in button and 'aria-keyshortcuts="a"' in button
    assert 'id="add-no-words" hidden' in html


@pytest.mark.parametrize("call_id", ["O01", "O02"])
def test_the_page_is_whole_without_scripts(reviewer: Browser, call_id: str) -> None:
    shape = Shape(reviewer.get(f"/calls/{call_id}").text)
    assert shape.open == []
    assert shape.inline == []
    assert len(shape.ids) == len(set(shape.ids))


def test_it_can_be_heard_and_decided_without_scripts(reviewer: Browser, store: Store, tmp_path: Path) -> None:
    put(store, heard_call(record(tmp_path / "heard.wav")))
    html = reviewer.get(f"/calls/{HEARD}").text
    assert re.search(r"<audio[^>]* controls[^>]*src=\"/calls/HEARD/audio\"", html)
    assert f'href="/calls/{HEARD}/audio#t=17.20"' in html
    forms = re.findall(r'<form class="verdict" method="post" action="([^"]+)"', html)
    assert forms == [f"/calls/{HEARD}/verdicts"] * 4


def test_the_gravest_comes_first_and_passed_ones_are_folded(reviewer: Browser) -> None:
    html = reviewer.get(CALL).text
    found = re.findall(r'<article class="finding finding-([a-z-]+) [^>]* id="finding-([a-z-]+)"', html)
    assert found == [
        ("failed", "shirk"),
        ("failed", "attitude-impatient"),
        ("failed", "dead-air"),
        ("undetermined", "rating-prompt-missing"),
    ]
    assert html.index("✓</span> 开头语") > html.index('class="fold"')


def test_evidence_says_when_who_what_and_how_sure(reviewer: Browser) -> None:
    html = reviewer.get(CALL).text
    impatient = html[html.index('id="finding-attitude-impatient"') : html.index('id="finding-dead-air"')]
    for words in (
        "0:17",
        "坐席",
        "命中忌语 我再跟您说一遍 · 逐字命中 95 %",
        "命中忌语 你明白吗 · 同音 71 %",
        '<kbd class="script-only" title="播放当前项的证据">p</kbd>',
    ):
        assert words in impatient
    assert "全程没有听到“请您对我的服务做出评价”" in html
    assert "当日上报" in html


def test_a_title_accuses_only_where_the_item_failed(reviewer: Browser, store: Store) -> None:
    html = reviewer.get(CALL).text
    assert "✓</span> 开头语" in html and "✓</span> 未报开头语" not in html
    doubtful = html[html.index('id="title-rating-prompt-missing"') :][:200]
    assert ">邀请客户评价</h4>" in doubtful
    failed = html[html.index('id="title-dead-air"') :][:200]
    assert ">长时间静音</h4>" in failed
    reviewer.post(
        f"{CALL}/verdicts",
        {
            "criterion": "dead-air",
            "verdict": "overturned",
            "seen": seen(reviewer),
            "request": str(uuid.uuid4()),
        },
    )
    cleared = reviewer.get(CALL).text
    assert ">静音时长</h4>" in cleared[cleared.index('id="title-dead-air"') :][:200]


def test_the_ledger_on_the_page_adds_up_to_the_score(reviewer: Browser, store: Store) -> None:
    """A call judged by the sheet that comes with the software: fatal, capped, and with a bonus."""
    rubric = parse_rubric(SHEET.read_text("utf-8"))
    spoken = dialogue(
        "坐席: [greeting|您好，很高兴为您服务，请问有什么可以帮您]",
        "客户: [praise|你们服务真不错]，我姓王",
        "坐席: [shirk|这不归我管]，[shirk|你去问别人]，[shirk|不归我们部门]，[attitude-dismissive|随便你]",
        "客户: 你怎么这样说话呢",
        "坐席: [abuse|闭嘴]",
    )
    card = score(rubric, spoken)
    plain = night_call("LEDGER", card=card, utterances=list(spoken.utterances))
    put(store, replace(plain, hits=spoken.hits))
    html = reviewer.get("/calls/LEDGER").text
    table = html[html.index('<table class="ledger') :]
    table = table[: table.index("</table>")]
    numbers = [float(n) for n in re.findall(r'<td class="end number">([-+]?[\d.]+)</td>', table)]
    assert card.score == 0
    *lines, total, low, high = numbers
    assert sum(lines) == total == low == card.score
    assert high == 100, "nothing is settled yet"
    assert "3 处 × 6 分，最多扣 12 分" in table
    assert "一票否决：整单记0分" in table


def test_all_in_english(reviewer: Browser) -> None:
    reviewer.http.cookies.set("lang", "en")
    html = reviewer.get(CALL).text
    for words in (
        "Findings",
        "forbidden phrase “我再跟您说一遍” · word for word 95 %",
        "was not heard in the whole call",
        "Confirm",
        "Where the time went",
        "Escalate today",
    ):
        assert words in html
    assert not re.search(r"\b(call|error|verdict)\.[a-z-]+\.[a-z-]+\b", html)


def test_hostile_words_stay_words(reviewer: Browser, store: Store) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{1234567*7}} \u202egnp"
    base = bad_call()
    assert base.scorecard
    bad = Finding(
        "evil",
        evil,
        evil,
        Severity.A,
        Outcome.FAILED,
        -1,
        (Evidence(Span(1, 2), None, evil),),
        verbatim(evil),
    )
    call = replace(base.recording.call, call_id="EVIL", agent_name=evil, team=evil, queue=evil)
    put(
        store,
        replace(
            base,
            recording=replace(base.recording, call=call),
            transcript=Transcript((Utterance(Role.CUSTOMER, Span(0, 9), evil),)),
            scorecard=replace(base.scorecard, findings=(bad,), alerts=(evil,)),
            hits=(),
        ),
    )
    html = reviewer.get("/calls/EVIL").text
    shape = Shape(html)
    assert shape.open == []
    assert shape.inline == []
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "\u202e" not in html
    assert "{{1234567*7}}" in html and "8641969" not in html


def test_a_call_nobody_could_read_has_a_page(reviewer: Browser, store: Store) -> None:
    put(store, night_call("DARK", status=Status.UNREADABLE, reason="the file is empty (0 bytes)"))
    html = reviewer.get("/calls/DARK").text
    assert "无法读取" in html
    assert "<audio" not in html


def test_what_was_searched_everywhere_is_heard_where_it_is_usually_said(
    reviewer: Browser, store: Store
) -> None:
    text = SHEET.read_text("utf-8")
    rubric = parse_rubric(text)
    store.rulebooks.keep([Rulebook(rubric.revision, "rubric", text)])
    said = [(Role.AGENT, 0), (Role.CUSTOMER, 10), (Role.AGENT, 20), (Role.CUSTOMER, 30), (Role.AGENT, 40)]
    missing = [
        finding(
            name,
            Outcome.FAILED,
            title=name,
            severity=Severity.C,
            evidence=(Evidence(Span(0, 60), Role.AGENT, "", "应说的话"),),
        )
        for name in ("greeting-missing", "closing-missing", "empathy-missing")
    ]
    card = bad_call().scorecard
    assert card
    plain = night_call(
        "USUAL",
        card=replace(card, findings=tuple(missing)),
        utterances=[Utterance(role, Span(at, at + 4), "一二三四五六七八") for role, at in said],
    )
    made = replace(plain.revisions, rubric=rubric.revision)
    call = replace(plain, revisions=made, duration=60.0)
    put(store, call)
    html = reviewer.get("/calls/USUAL").text
    places = re.findall(r'id="finding-([a-z-]+)"[^>]*data-start="([\d.]+)" data-end="([\d.]+)"', html)
    assert {name: (float(start), float(end)) for name, start, end in places} == {
        "greeting-missing": (0.0, 24.0),
        "closing-missing": (20.0, 60.0),
        "empathy-missing": (0.0, 60.0),
    }
    assert html.count("在这里找过") == 2
    answer = reviewer.htmx(
        "/calls/USUAL/verdicts", {"criterion": "closing-missing", "verdict": "confirmed", "seen": "9"}
    )
    assert 'data-play="20.00" data-end="60.00"' in answer.text


def test_marks_for_the_waveform_leave_out_searches_through_all_of_the_call(reviewer: Browser) -> None:
    html = reviewer.get(CALL).text
    marks = json.loads(re.findall(r"data-marks='([^']*)'", html)[0])
    assert {m["criterion"] for m in marks} == {"shirk", "attitude-impatient", "dead-air"}
    assert {(m["criterion"], m["lane"]) for m in marks} >= {("shirk", "agent"), ("dead-air", "both")}


# Who sees what


def test_agents_see_their_call_and_may_appeal_but_not_who_decided(
    client: Client, agent: Browser, reviewer: Browser, store: Store
) -> None:
    reviewer.post(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "confirmed", "seen": "9"})
    html = agent.get(CALL).text
    assert "推诿" in html
    assert 'href="/appeals/new?call=O02&amp;criterion=shirk"' in html
    assert 'class="verdict"' not in html
    assert reviewer.user is not None
    assert reviewer.user.display_name not in html
    assert "复核记录" not in html


def test_an_appeal_is_shown_where_it_was_filed(agent: Browser, reviewer: Browser, store: Store) -> None:
    fields = {"call_id": "O02", "criterion": "shirk", "reason": "按流程转接"}
    made = agent.post("/appeals", fields).headers["location"]
    for reader in (agent, reviewer):
        html = reader.get(CALL).text
        shirk = html[html.index('id="finding-shirk"') : html.index('id="finding-attitude-impatient"')]
        assert f'href="{made}"' in shirk
        assert "待班组长受理" in shirk
        assert html.count(f'href="{made}"') == 1
    assert "criterion=shirk" not in agent.get(CALL).text, "one appeal at a time"
    assert "criterion=dead-air" in agent.get(CALL).text
    store.appeals.send_back(int(made.rsplit("/", 1)[1]), by=None, request="r1", comment="说明时间")
    html = agent.get(CALL).text
    assert "已退回" in html
    assert "criterion=shirk" in html, "what came back can be filed again"


def test_an_overturned_finding_needs_no_appeal(agent: Browser, reviewer: Browser) -> None:
    reviewer.post(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "overturned", "seen": "9"})
    assert "criterion=shirk" not in agent.get(CALL).text


def test_leads_look_and_do_not_decide(lead: Browser) -> None:
    html = lead.get(CALL).text
    assert "我再跟您说一遍" in html
    assert 'class="verdict"' not in html
    assert "/appeals/new" not in html
