"""The call screen: what it shows to whom, what its forms do, and who is told when two meet."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.domain import (
    Call,
    Evidence,
    Finding,
    How,
    Outcome,
    PhraseHit,
    PhraseKind,
    Role,
    Severity,
    Span,
    Status,
    Transcript,
    Utterance,
    Verdict,
    Word,
)
from pipeline.domain.people import UserRole
from pipeline.rubric import dialogue, parse_rubric, score
from pipeline.store import Store
from pipeline.store.rulebooks import Rulebook
from pipeline.web.call.lines import TranscriptEvent, TranscriptLine, conversation
from pipeline.web.call.sheet import sheet
from tests.nights import bad_call, finding, inspection
from tests.web.calls import HEARD, heard_call, put, record
from tests.web.conftest import Browser, Client

CALL = "/calls/O02"
SHEET = Path(__file__).parents[2] / "rubrics" / "service.yaml"


def verdict_of(store: Store, criterion: str, call_id: str = "O02") -> Verdict | None:
    found = store.decisions.verdicts(call_id).get(criterion)
    return found.verdict if found else None


def seen(browser: Browser) -> str:
    return re.findall(r'name="seen" value="(\d+)"', browser.get(CALL).text)[0]


class Shape(HTMLParser):
    """Ids, and text by element, of a page; complains about nesting that no browser would leave alone."""

    VOID = frozenset(["meta", "link", "input", "br", "img", "source", "hr"])

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.open: list[str] = []
        self.inline: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if facts.get("id"):
            self.ids.append(facts["id"] or "")
        self.inline += [name for name in facts if name == "style" or name.startswith("on")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag, (tag, self.open[-5:])


# Reading


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
        "00:17",
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
    plain = inspection("LEDGER", card=card, utterances=list(spoken.transcript.utterances))
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


def test_words_carry_their_times_and_proof_its_finding() -> None:
    said = "好的你明白吗，再见"
    words = tuple(Word(c, Span(5 + n, 6 + n), 0.9) for n, c in enumerate(said.replace("，", "")))
    spoken = Utterance(Role.AGENT, Span(5, 13), said, words)
    hit = PhraseHit(
        "rude", PhraseKind.FORBIDDEN, "你明白吗", Role.AGENT, Span(7, 11), "你明白吗", How.EXACT, 0.9, 0
    )
    proof = Evidence(hit.span, hit.role, hit.quote, hit.phrase, hit.how, hit.confidence)
    failed = [
        finding(name, name, Severity.D, Outcome.FAILED, evidence=(proof,)) for name in ("rude", "rude-again")
    ]
    call = replace(inspection("C1", utterances=[spoken], hits=[hit]), duration=13.0)
    (line,) = conversation(call, failed)
    assert isinstance(line, TranscriptLine)
    assert [("".join(w.text for w in run.words), run.kind, run.criteria) for run in line.runs] == [
        ("好的", "", ()),
        ("你明白吗，", "forbidden", ("rude", "rude-again")),
        ("再见", "", ()),
    ]
    assert [w.at for run in line.runs for w in run.words] == ["5", "6", "7", "8", "9", "10", "11", "12"]


def test_lines_without_times_of_words_share_out_the_line_and_lose_no_character() -> None:
    call = bad_call()
    lines = [item for item in conversation(call, ()) if isinstance(item, TranscriptLine)]
    assert ["".join(w.text for r in line.runs for w in r.words) for line in lines] == [
        u.text for u in call.transcript.utterances
    ]
    for line in lines:
        times = [float(w.at) for r in line.runs for w in r.words]
        assert times == sorted(times)
        assert line.span.start - 0.01 <= times[0] <= times[-1] <= line.span.end


def test_hesitation_is_set_apart_and_nothing_is_lost() -> None:
    said = "您好，嗯，呃请讲"
    spoken = Utterance(Role.AGENT, Span(0, 4), said)
    (line,) = conversation(replace(inspection("C1", utterances=[spoken]), duration=4.0), ())
    assert isinstance(line, TranscriptLine)
    words = [word for run in line.runs for word in run.words]
    assert "".join(word.text for word in words) == said
    assert [word.text for word in words if word.filler] == ["嗯", "呃"]


def test_what_happened_between_words_has_its_line() -> None:
    events = [item for item in conversation(bad_call(), ()) if isinstance(item, TranscriptEvent)]
    assert [(e.name, e.span) for e in events] == [
        ("silence", Span(7.9, 17.2)),
        ("interruption-customer", Span(21.4, 22.0)),
    ]


def test_hostile_words_stay_words(reviewer: Browser, store: Store) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{7*7}} \u202egnp"
    base = bad_call()
    assert base.scorecard
    bad = Finding(
        "evil", evil, evil, Severity.A, Outcome.FAILED, -1, (Evidence(Span(1, 2), None, evil),), evil
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
    assert "49 " not in html


def test_a_call_nobody_could_read_has_a_page(reviewer: Browser, store: Store) -> None:
    put(store, inspection("DARK", status=Status.UNREADABLE, reason="the file is empty (0 bytes)"))
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
            name,
            Severity.C,
            Outcome.FAILED,
            evidence=(Evidence(Span(0, 60), Role.AGENT, "", "应说的话"),),
        )
        for name in ("greeting-missing", "closing-missing", "empathy-missing")
    ]
    card = bad_call().scorecard
    assert card
    plain = inspection(
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


# Deciding


def test_a_plain_form_decides_and_comes_back_to_the_finding(reviewer: Browser, store: Store) -> None:
    answer = reviewer.post(
        f"{CALL}/verdicts",
        {"criterion": "shirk", "verdict": "overturned", "seen": seen(reviewer), "comment": "转接合理"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{CALL}#finding-shirk")
    assert verdict_of(store, "shirk") is Verdict.OVERTURNED
    html = reviewer.get(CALL).text
    assert "转接合理" in html
    assert 'data-standing="overturned"' in html


def test_htmx_gets_the_finding_and_what_else_changed(reviewer: Browser) -> None:
    answer = reviewer.htmx(
        f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "confirmed", "seen": seen(reviewer)}
    )
    assert answer.status_code == 200
    shape = Shape(answer.text)
    assert shape.open == []
    assert {"finding-shirk", "call-head", "account", "undo", "call-marks"} <= set(shape.ids)
    assert "finding-dead-air" not in shape.ids
    assert "<i data-t" not in answer.text


def test_pressed_twice_counts_once(reviewer: Browser, store: Store) -> None:
    fields = {"criterion": "shirk", "verdict": "confirmed", "seen": "9", "request": str(uuid.uuid4())}
    for _ in range(2):
        assert reviewer.htmx(f"{CALL}/verdicts", fields).status_code == 200
    assert len(store.decisions.history("O02")) == 1


def test_undo_takes_the_last_one_back(reviewer: Browser, store: Store) -> None:
    for criterion in ("shirk", "dead-air"):
        reviewer.htmx(f"{CALL}/verdicts", {"criterion": criterion, "verdict": "confirmed", "seen": "99"})
    event = re.findall(r'name="event" value="(\d+)"', reviewer.get(CALL).text)[0]
    assert reviewer.htmx(f"{CALL}/undo", {"event": event}).status_code == 200
    assert (verdict_of(store, "shirk"), verdict_of(store, "dead-air")) == (Verdict.CONFIRMED, None)
    assert "已撤销" in reviewer.get(CALL).text


def test_a_decision_of_another_call_is_not_undone_here(reviewer: Browser, store: Store) -> None:
    put(store, replace(bad_call(), recording=replace(bad_call().recording, call=_named("O99"))))
    reviewer.htmx("/calls/O99/verdicts", {"criterion": "shirk", "verdict": "confirmed", "seen": "9"})
    event = store.decisions.history("O99")[0].id
    assert reviewer.htmx(f"{CALL}/undo", {"event": str(event)}).status_code == 404
    assert verdict_of(store, "shirk", "O99") is Verdict.CONFIRMED


def _named(call_id: str) -> Call:
    return replace(bad_call().recording.call, call_id=call_id)


def test_comments_stand_beside_the_finding_and_the_call(reviewer: Browser, store: Store) -> None:
    reviewer.htmx(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "", "comment": "再听一遍"})
    reviewer.htmx(f"{CALL}/comments", {"comment": "整通不错"})
    assert [(e.kind, e.criterion, e.comment) for e in store.decisions.history("O02")] == [
        ("comment", "shirk", "再听一遍"),
        ("comment", None, "整通不错"),
    ]
    assert reviewer.htmx(f"{CALL}/comments", {"comment": "  "}).status_code == 400


def test_add_what_the_machine_missed(reviewer: Browser) -> None:
    fields = {
        "criterion": "greeting-missing",
        "start": "1.5",
        "end": "3",
        "role": "agent",
        "quote": "请问有什么可以帮您",
    }
    answer = reviewer.htmx(f"{CALL}/additions", fields)
    assert answer.status_code == 200
    assert "人工补充" in answer.text and "补充违规" in answer.text
    assert 'id="finding-greeting-missing"' in answer.text
    for wrong in ({"start": "5", "end": "2"}, {"start": "50", "end": "500"}, {"criterion": "no-such"}):
        refused = reviewer.htmx(f"{CALL}/additions", {**fields, **wrong})
        assert refused.status_code == 400
        assert 'role="alert"' in refused.text
    assert reviewer.htmx(f"{CALL}/additions", {**fields, "start": "nan"}).status_code == 422


def test_swapped_roles_change_the_whole_page_and_undo_changes_it_back(
    reviewer: Browser, store: Store
) -> None:
    def first_line() -> str:
        return re.findall(r'<li class="line line-([a-z]+)', reviewer.get(CALL).text)[0]

    assert first_line() == "agent"
    assert reviewer.post(f"{CALL}/roles").status_code == 303
    assert first_line() == "customer"
    event = re.findall(r'name="event" value="(\d+)"', reviewer.get(CALL).text)[0]
    answer = reviewer.htmx(f"{CALL}/undo", {"event": event})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, CALL)
    assert first_line() == "agent"
    assert [e.kind for e in store.decisions.history("O02")] == ["roles", "undo"]


# Two at once


def test_who_takes_a_call_has_it_and_the_second_is_told(client: Client, store: Store) -> None:
    first = client(UserRole.REVIEWER, display_name="王芳")
    second = client(UserRole.REVIEWER, display_name="赵敏")
    assert 'class="verdict"' in first.get(CALL).text
    assert 'id="claim-form"' in second.get(CALL).text, "looking takes nothing; a button does"
    assert first.post(f"{CALL}/keep").status_code == 204
    assert 'id="claim-form"' not in first.get(CALL).text
    page = second.get(CALL).text
    assert "王芳 正在复核这通电话" in page
    assert 'class="verdict"' not in page
    answer = second.htmx(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "confirmed", "seen": "9"})
    assert answer.status_code == 409
    assert "王芳 正在复核" in answer.text
    assert verdict_of(store, "shirk") is None
    assert second.htmx(f"{CALL}/claim").status_code == 409
    assert second.post(f"{CALL}/keep").status_code == 409
    first.post(f"{CALL}/release")
    assert second.post(f"{CALL}/claim").status_code == 303
    assert 'class="verdict"' in second.get(CALL).text
    assert "赵敏 正在复核" in first.get(CALL).text, "the other's look does not prolong anything"


def test_the_second_verdict_on_an_old_page_is_told_of_the_first(client: Client, store: Store) -> None:
    first, second = client(UserRole.REVIEWER, display_name="王芳"), client(UserRole.REVIEWER)
    old = seen(second)
    second.post(f"{CALL}/release")
    first.get(CALL)
    first.htmx(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "confirmed", "seen": seen(first)})
    first.post(f"{CALL}/release")
    answer = second.htmx(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "overturned", "seen": old})
    assert answer.status_code == 409
    assert "王芳 刚刚判为“属实”" in answer.text
    assert 'data-standing="confirmed"' in answer.text
    assert verdict_of(store, "shirk") is Verdict.CONFIRMED


def test_the_next_call_finishes_this_one_if_all_is_decided(reviewer: Browser, store: Store) -> None:
    put(store, replace(bad_call(), recording=replace(bad_call().recording, call=_named("O99"))))
    first = reviewer.post("/queue/next").headers["location"].split("?")[0]
    other = {"/calls/O02": "/calls/O99", "/calls/O99": "/calls/O02"}[first]
    reviewer.get(first)
    for criterion in ("shirk", "attitude-impatient", "dead-air", "rating-prompt-missing"):
        fields = {"criterion": criterion, "verdict": "confirmed", "seen": "99"}
        assert reviewer.htmx(f"{first}/verdicts", fields).status_code == 200
    answer = reviewer.post(f"{first}/next")
    assert (answer.status_code, answer.headers["location"]) == (303, other)
    case = store.cases.case(first.removeprefix("/calls/"))
    assert case is not None
    assert case.state == "done"
    assert case.claimed is None
    assert "已完成" in reviewer.get(first).text
    left = reviewer.post(f"{other}/next", {"queue": "team=x"})
    assert left.headers["location"].startswith("/queue?")
    assert "none=1" in left.headers["location"]


def test_a_call_can_be_finished_as_it_is(reviewer: Browser, store: Store) -> None:
    html = reviewer.get(CALL).text
    assert "还有 3 项没有判定" in re.findall(r'action="/calls/O02/finish" data-confirm="([^"]*)"', html)[0]
    assert reviewer.post(f"{CALL}/finish").status_code == 400, "not without saying so"
    assert reviewer.post(f"{CALL}/finish", {"incomplete": "true"}).status_code == 303
    case = store.cases.case("O02")
    assert case is not None
    assert (case.state, case.finished_by) == ("done", reviewer.user.id if reviewer.user else None)
    assert "/finish" not in reviewer.get(CALL).text


def test_next_leaves_what_is_not_decided_open(reviewer: Browser, store: Store) -> None:
    reviewer.get(CALL)
    reviewer.post(f"{CALL}/next")
    case = store.cases.case("O02")
    assert case is not None
    assert (case.state, case.claimed) == ("open", None)


# The order of work


def test_the_order_of_findings_does_not_depend_on_verdicts(reviewer: Browser, store: Store) -> None:
    card = bad_call().scorecard
    before = [e.finding.criterion for e in sheet(card, {}).entries]
    reviewer.post(f"{CALL}/verdicts", {"criterion": "shirk", "verdict": "overturned", "seen": "9"})
    after = sheet(card, store.decisions.verdicts("O02")).entries
    assert [e.finding.criterion for e in after] == before
    assert [e.number for e in after] == [1, 2, 3, 4]
