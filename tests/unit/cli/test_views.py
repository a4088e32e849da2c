"""What a page shows, checked as text."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from pipeline.batch.faults import FAULT_REASON
from pipeline.batch.naming import other_sound
from pipeline.batch.summary import NotRead, RunSummary
from pipeline.cli.views.bars import bar_chart
from pipeline.cli.views.call import page
from pipeline.cli.views.calls import calls_table
from pipeline.cli.views.conversation import conversation, marked
from pipeline.cli.views.scorecard import ordered
from pipeline.cli.views.summary import run_summary
from pipeline.cli.views.times import clock, length
from pipeline.cli.words import Words
from pipeline.domain import (
    Addition,
    Case,
    CaseState,
    FindingVerdict,
    How,
    OpenCause,
    Outcome,
    Phase,
    PhraseHit,
    PhraseKind,
    Role,
    Severity,
    Span,
    Status,
    Transcript,
    Utterance,
    Verdict,
)
from pipeline.messages import Message, verbatim
from pipeline.phrases.highlights import highlights
from pipeline.store import CallRow, StoredProblem, open_store
from tests.contract.test_people_items import judged
from tests.nights import bad_call, fill, night

ZH = Words("zh")


def shown(*parts: RenderableType, width: int = 80, colour: bool = False) -> str:
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
    )
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def hit(quote: str, start: float, kind: PhraseKind = PhraseKind.FORBIDDEN, code: str = "x") -> PhraseHit:
    return PhraseHit(code, kind, quote, Role.AGENT, Span(start, start + 1), quote, How.EXACT, 0.9, 0)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00.0"), (59.96, "1:00.0"), (61.25, "1:01.2"), (3723.4, "1:02:03.4")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_length() -> None:
    assert (length(None), length(61.5), length(3600)) == ("-", "1:01", "1:00:00")


def test_marks_look_past_punctuation_and_take_the_place_nearest_in_time() -> None:
    said = Utterance(Role.AGENT, Span(0, 10), "你明白吗，我说，你，明白吗？")
    (mark,) = highlights(said, [hit("你明白吗", 8.0)])
    assert said.text[mark.start : mark.end] == "你，明白吗"
    (mark,) = highlights(said, [hit("你明白吗", 0.0)])
    assert mark.start == 0


def test_of_two_marks_on_one_place_the_graver_stays() -> None:
    said = Utterance(Role.AGENT, Span(0, 4), "请您稍等一下")
    hits = [hit("请您稍等", 0, PhraseKind.REQUIRED), hit("稍等一下", 1, PhraseKind.FORBIDDEN)]
    assert [m.kind for m in highlights(said, hits)] == [PhraseKind.FORBIDDEN]


def test_a_phrase_that_goes_on_in_the_next_utterance_is_marked_as_far_as_it_goes() -> None:
    said = Utterance(Role.AGENT, Span(0, 4), "好的，感谢您的")
    assert marked(said, [hit("感谢您的来电，再见", 2)]).plain == "好的，【感谢您的】"


def test_a_quote_that_is_not_in_the_text_marks_nothing() -> None:
    said = Utterance(Role.AGENT, Span(0, 4), "您好")
    assert marked(said, [hit("再见", 0), hit("", 0)]).plain == "您好"


def test_a_phrase_of_which_another_wording_was_said_stands_for_its_kind() -> None:
    call = bad_call()
    last = call.hits[-1]
    assert last.phrase == "这不归我管"
    other = replace(last, phrase="谁卖的找谁", how=How.SOUND, wording="这不归我管")
    listed = replace(last, phrase="归我管", how=How.SOUND, wording="这不归我管")
    assert "“谁卖的找谁”一类" in shown(*page(replace(call, hits=(other,)), ZH, {"shirk": "推诿"}))
    assert "“归我管”一类" not in shown(*page(replace(call, hits=(listed,)), ZH, {"shirk": "推诿"}))


@pytest.mark.parametrize("width", [80, 200])
def test_the_page_of_a_bad_call(width: int) -> None:
    text = shown(*page(bad_call(), ZH, {"shirk": "推诿"}), width=width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    for expected in (
        "O02  坐席 刘志远 8002",
        "得分 75  不合格",
        "待复核：严重违规：推诿；得分低于合格线",
        "0:17.2 坐席 【我再跟您说一遍】，系统显示已经放到驿站了，【你明白吗】？",
        "^ 忌语 推诿 (原词 96%)",
        "-- 静音 9.3 秒 --",
        "-- 客户打断坐席 --",
        "= 75",
        "不适用：保持前未征得同意",
        "54%",
        "未测",
    ):
        assert expected in text
    assert "0..1" not in text


def test_roles_and_marks_have_colours() -> None:
    text = shown(*page(bad_call(), ZH, {}), colour=True)
    assert "\x1b[1;31m【我再跟您说一遍】" in text
    assert "\x1b[1;35m【我要投诉】" in text
    assert "\x1b[32m【您好，请问有什么可以帮您】" in text
    assert "\x1b[1;34m坐席" in text


def test_the_ledger_adds_up() -> None:
    card = bad_call().scorecard
    assert card is not None
    assert sum(entry.points for entry in card.ledger) == card.score


def test_failed_findings_come_first_gravest_first_with_their_own_numbers() -> None:
    card = bad_call().scorecard
    assert card is not None
    assert [number for number, _ in ordered(card)] == [3, 2, 5, 4, 1]


def test_what_passed_without_a_place_is_only_named() -> None:
    text = shown(*page(night()[0], ZH, {}))
    assert "通过：未报开头语；不耐烦/质问客户；推诿" in text
    card = night()[0].scorecard
    assert card is not None
    assert [finding.criterion for _, finding in ordered(card)] == ["praised"]


def test_english_has_no_chinese_of_its_own() -> None:
    text = shown(*page(bad_call(), Words("en"), {}), width=200)
    for expected in ("customer interrupts agent", "forbidden shirk (exact 96%)", "flagged for review: "):
        assert expected in text
    assert "坐席 " not in text


def rows(path: Path) -> list[CallRow]:
    with open_store(fill(path / "s.db")) as store:
        return list(store.calls.all())


def test_the_list_shows_score_worst_and_reason(tmp_path: Path) -> None:
    text = shown(calls_table(rows(tmp_path), ZH, width=90), width=90)
    lines = text.splitlines()
    assert lines[2].split()[:8] == [
        "O02",
        "2026-11-20",
        "09:05",
        "刘志远",
        "1:01",
        "75-100",
        "B",
        "[当日上报]",
    ]
    assert "严重违规：推诿；得分低于合格线" in lines[3]
    assert lines[5].endswith("无法读取：not audio")


def test_a_wide_list_has_the_team(tmp_path: Path) -> None:
    assert "客服一组" in shown(calls_table(rows(tmp_path), ZH, width=200), width=200)


def test_a_reason_with_a_code_is_said_in_the_language_of_the_reader() -> None:
    damaged = Message("audio.damaged-container", container="wav", detail="no frames")
    assert ZH.reason("corrupt", damaged) == "wav 格式的文件已损坏，无法打开（no frames）"
    assert Words("en").reason("corrupt", damaged) == "the wav container cannot be opened: no frames"


def test_a_reason_of_an_older_version_is_explained_by_its_code() -> None:
    assert ZH.reason("corrupt", verbatim("no frames")) == "文件已损坏（no frames）"
    assert ZH.reason(None, verbatim("只有一方说话")) == "只有一方说话"
    assert Words("en").reason("vanished", None) == "the file is no longer there"


CUT = NotRead(
    "O02", (Path("/dump/cut.wav"),), Message("audio.cut-short", whole=43.6, seconds=18.7), "incomplete"
)


def summary(**changes: object) -> RunSummary:
    values: dict[str, object] = {
        "run_id": 1,
        "found": 20,
        "inspected": 17,
        "incomplete": (CUT,),
        "not_applicable": 1,
        "rejudged": 0,
        "up_to_date": 0,
        "unreadable": (NotRead("O09", bad_call().recording.paths, verbatim("not audio")),),
        "left": 0,
        "problems": (StoredProblem("missing-file", verbatim("no such recording"), None, "O21", 22),),
        "workers": 2,
        "audio_seconds": 1200.0,
        "wall_seconds": 100.0,
        "stopped": False,
        "flagged": 6,
        "alerts": 2,
        "fatal": 1,
        "scored": 18,
        "passed": 12,
        "may_pass": 15,
        "pending": 3,
        "mean_score": 83.25,
        "scores": (1, 0, 0, 0, 0, 0, 2, 3, 4, 8),
        "severities": {Severity.A: 1, Severity.D: 5},
    }
    return RunSummary(**(values | changes))  # type: ignore[arg-type]


def test_trouble_with_the_machine_stands_before_the_lists() -> None:
    trouble = Message("batch.machine", calls=8, detail="MemoryError: ")
    text = shown(
        *run_summary(summary(stopped=True, left=9, trouble=trouble), ZH, width=200, brief=True), width=200
    )
    assert "提前停止：连续 8 通录音使工作进程退出（MemoryError: ）" in text
    assert text.index("提前停止") < text.index("O09")


def test_our_own_failure_is_told_in_words() -> None:
    item = NotRead("O09", bad_call().recording.paths, FAULT_REASON, "fault")
    text = shown(*run_summary(summary(unreadable=(item,)), ZH, width=200, brief=True), width=200)
    assert "O09  程序处理时自身出错" in text
    problem = Message("batch.fault", detail="IndexError: index 2 (activity.py:98)")
    assert ZH.said(problem) == "程序处理这通录音时自身出错：IndexError: index 2 (activity.py:98)"
    assert Words("en").reason("fault", FAULT_REASON).startswith("the program itself failed on this call")


def test_the_summary_of_a_night() -> None:
    text = shown(*run_summary(summary(), ZH, width=80, brief=False))
    for expected in (
        "O09  not audio",
        "    /dump/O02.wav",
        "只能读出一部分的录音",
        "O02  录音不完整：全长 43.6 秒，只有 18.7 秒",
        "    /dump/cut.wav",
        "O21  no such recording",
        "待复核 6 通（共评分 18 通）",
        "平均 83.2 分，通话达标率 67% - 83%（3 通待定）",
        "12.0 倍实时",
        "90-100 8 ####",
        "callinspect list --flagged",
    ):
        assert " ".join(expected.split()) in " ".join(text.split())
    assert "已是最新" not in text, "a line of zero says nothing"


def test_what_was_judged_again_is_a_part_of_what_stands_above_it() -> None:
    text = shown(*counted(summary(inspected=3, not_applicable=4, rejudged=7, unreadable=())))
    rows = [line.split() for line in text.splitlines()]
    assert rows[1:5] == [
        ["本次质检", "3"],
        ["部分可读", "1"],
        ["不适用（无服务对话）", "4"],
        ["以上各项中重新评分（未重听）", "7"],
    ]


def counted(found: RunSummary) -> list[RenderableType]:
    return list(run_summary(found, ZH, width=80, brief=True))


def test_other_rules_than_before_are_told_with_the_remedy() -> None:
    notice = Message("batch.other-rules", count=3, rubric="rubrics/service.yaml", lexicons="lexicons/zh")
    told = summary(problems=(StoredProblem("other-rules", notice),))
    text = "".join(shown(*counted(told)).split())
    assert "3通原先按另一份评分表或词库评分，本次改按：评分表rubrics/service.yaml" in text
    assert "callinspect.toml" in text
    assert "--rubric" in text
    assert "话单与文件的问题" not in text


def test_a_part_of_a_recording_is_no_plain_pass() -> None:
    whole = night()[0]
    cut = replace(whole, status=Status.PARTIAL, reason=verbatim("18.7 of 43.6 s"), reason_code="incomplete")
    assert whole.scorecard is not None
    assert whole.scorecard.passed
    assert "仅就读出的部分合格" not in shown(*page(whole, ZH, {}), width=200)
    assert "  仅就读出的部分合格" in shown(*page(cut, ZH, {}), width=200)


@pytest.mark.parametrize(("lang", "heading"), [("zh", "下一步："), ("en", "next: ")])
@pytest.mark.parametrize("flagged", [6, 0])
def test_the_next_steps_have_a_heading_and_stand_in_columns(lang: str, heading: str, flagged: int) -> None:
    text = shown(*run_summary(summary(flagged=flagged), Words(lang), width=120, brief=False), width=120)
    lines = text[text.index(heading) :].rstrip().splitlines()
    assert len(lines) == (4 if flagged else 3)
    assert {cell_len(line[: line.index("callinspect")]) for line in lines} == {cell_len(heading)}
    told = [line for line in lines if "export" not in line]
    assert len({cell_len(line.rstrip()[: line.rstrip().rindex("  ") + 2]) for line in told}) == 1


def test_another_wording_than_the_lexicons_is_told_as_of_its_kind() -> None:
    said = Utterance(Role.CUSTOMER, Span(0, 4), "我要告你们")
    one = replace(hit("告你们", 0.4, PhraseKind.ESCALATION), phrase="咱们法庭见", utterance=0)
    call = replace(bad_call(), transcript=Transcript((said,)), hits=(one,))
    assert "“咱们法庭见”一类 (" in shown(conversation(call, ZH, {}))
    as_listed = replace(one, phrase="告你们")
    assert "一类" not in shown(conversation(replace(call, hits=(as_listed,)), ZH, {}))


def test_what_was_renamed_copied_and_other_sound_is_plain() -> None:
    copies = tuple(
        StoredProblem("copy", Message("batch.copy", other=f"/a/{n}"), None, f"K{n}") for n in range(25)
    )
    found = (
        *copies,
        other_sound("0001", "0001@aa", Path("/a")),
        StoredProblem("vanished", Message("batch.vanished"), None, "V"),
    )
    told = summary(problems=found, renamed=(("20/0002", "C-77"),))
    text = shown(*run_summary(told, ZH, width=200, brief=True), width=200)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert {"按话单改了编号 1", "同一编号、另一段录音 1", "同一段声音的副本（不另计） 25"} <= set(lines)
    assert "20/0002 -> C-77" in lines
    at = [
        text.index(part)
        for part in ("V  文件不见了", "callinspect merge 0001@aa 0001", "K0  与", "另有 7 个")
    ]
    narrow = shown(*run_summary(told, ZH, width=40, brief=True), width=40)
    assert "callinspect merge 0001@aa 0001" in narrow, "in one piece, to be copied"
    assert at == sorted(at), "many copies do not hide what needs an answer"


def test_a_stopped_run_says_how_to_go_on() -> None:
    text = shown(*run_summary(summary(stopped=True, left=7), ZH, width=80, brief=False))
    assert "重新运行同一命令即可继续" in text


def test_quiet_keeps_what_could_not_be_read() -> None:
    text = shown(*run_summary(summary(), ZH, width=80, brief=True))
    assert "O09" in text
    assert "callinspect list" not in text


def test_an_empty_folder_says_so() -> None:
    nothing = summary(found=0, inspected=0, unreadable=(), problems=(), scored=0, flagged=0, mean_score=None)
    assert "没有找到录音" in shown(*run_summary(nothing, ZH, width=80, brief=False))


def test_bars_keep_small_counts_visible() -> None:
    lines = shown(bar_chart(["a", "b", "c"], [1000, 1, 0], width=40)).splitlines()
    assert lines[1].count("#") == 1
    assert lines[2].count("#") == 0
    assert 20 < lines[0].count("#") <= 40


def test_what_people_said_stands_beside_the_machine() -> None:
    call = bad_call()
    assert call.scorecard is not None
    failed = next(f for f in call.scorecard.findings if f.outcome is Outcome.FAILED)
    passed = next(f for f in call.scorecard.findings if f.outcome is Outcome.PASSED)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    place = Addition(Span(5.0, 6.0), Role.AGENT, "喂喂喂")
    said = {
        failed.criterion: FindingVerdict(
            failed.criterion, failed.outcome, Verdict.OVERTURNED, 1, at, 1, by_name="李娜"
        ),
        passed.criterion: FindingVerdict(
            passed.criterion, passed.outcome, Verdict.CONFIRMED, 1, at, 2, added=True, additions=(place,)
        ),
    }
    case = Case(
        call_id="O02",
        state=CaseState.OPEN,
        priority=1.0,
        worst=None,
        confidence=None,
        pending=0,
        score=77.5,
        score_low=77.5,
        score_high=77.5,
        final=True,
        passed=False,
        open_findings=0,
        causes=(),
        assigned=None,
        claimed=None,
        claimed_until=None,
        finished_by=None,
        finished_at=None,
        version=2,
    )
    text = shown(*page(call, ZH, {}, case=case, said=said), width=200)
    for piece in ("复核后得分 77.5 不合格", "推翻 李娜", "补充违规", "“喂喂喂” 复核人补充"):
        assert " ".join(piece.split()) in " ".join(text.split())
    assert "复核后得分" not in shown(*page(call, ZH, {}))
    open_case = replace(
        case, score_high=100.0, final=False, passed=None, pending=1, open_findings=1,
        causes=(OpenCause.DISPUTED,),
    )  # fmt: skip
    disputed = {failed.criterion: replace(said[failed.criterion], phase=Phase.DISPUTED)}
    text = shown(*page(call, ZH, {}, case=open_case, said=disputed), width=200)
    assert "得分区间 77.5-100 待定 1 项 有分歧" in " ".join(text.split())
    assert "合格" not in text.split("得分区间")[0].replace("得分低于合格线", "")


def test_what_only_people_judge_passed_or_failed_and_was_never_overturned() -> None:
    call = judged()
    said = {
        name: FindingVerdict(
            name, Outcome.NOT_APPLICABLE, verdict, 1, datetime.now(UTC), 1, phase, by_name="王芳"
        )
        for name, verdict, phase in (
            ("wrong", Verdict.CONFIRMED, Phase.SETTLED),
            ("ticket", Verdict.OVERTURNED, Phase.SETTLED),
        )
    }
    text = shown(*page(call, ZH, {}, said=said), width=200)
    assert "不合格 王芳" in text and " 合格 王芳" in text and "推翻" not in text
    assert text.index("不合格 王芳") < text.index(" 合格 王芳")
