"""The conversation line by line, worked out from an inspection."""

from __future__ import annotations

from dataclasses import replace

from pipeline.domain import (
    Correction,
    Evidence,
    How,
    Outcome,
    PhraseHit,
    PhraseKind,
    Role,
    RoleEvidence,
    Span,
    Utterance,
    Word,
)
from pipeline.web.call.lines import TranscriptEvent, TranscriptLine, conversation
from tests.inspections import finding
from tests.nights import bad_call, night_call


def test_words_carry_their_times_and_proof_its_finding() -> None:
    said = "好的你明白吗，再见"
    words = tuple(Word(c, Span(5 + n, 6 + n), 0.9) for n, c in enumerate(said.replace("，", "")))
    spoken = Utterance(Role.AGENT, Span(5, 13), said, words)
    hit = PhraseHit(
        "rude", PhraseKind.FORBIDDEN, "你明白吗", Role.AGENT, Span(7, 11), "你明白吗", How.EXACT, 0.9, 0
    )
    proof = Evidence(hit.span, hit.role, hit.quote, hit.phrase, hit.how, hit.confidence)
    failed = [finding(name, Outcome.FAILED, title=name, evidence=(proof,)) for name in ("rude", "rude-again")]
    call = replace(night_call("C1", utterances=[spoken], hits=[hit]), duration=13.0)
    (line,) = conversation(call, failed)
    assert isinstance(line, TranscriptLine)
    assert [("".join(w.text for w in run.words), run.kind, run.criteria) for run in line.runs] == [
        ("好的", "", ()),
        ("你明白吗，", "forbidden", ("rude", "rude-again")),
        ("再见", "", ()),
    ]
    assert [w.at for run in line.runs for w in run.words] == ["5", "6", "7", "8", "9", "10", "11", "12"]


def test_another_agents_lines_are_told_apart() -> None:
    said = [
        Utterance(Role.ANNOUNCEMENT, Span(0, 2), "人工服务请拨零"),
        Utterance(Role.AGENT, Span(2, 4), "我帮您转接"),
        Utterance(Role.CUSTOMER, Span(4, 5), "好"),
        Utterance(Role.AGENT, Span(6, 8), "喂"),
        Utterance(Role.CUSTOMER, Span(8, 9), "你好"),
    ]
    evidence = RoleEvidence(second_agent=(Span(5.0, 60.0),))
    call = replace(night_call("C1", utterances=said), role_evidence=evidence)
    lines = [line for line in conversation(call, ()) if isinstance(line, TranscriptLine)]
    assert [line.other_agent for line in lines] == [False, False, False, True, False]
    assert lines[0].role is Role.ANNOUNCEMENT


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
    (line,) = conversation(replace(night_call("C1", utterances=[spoken]), duration=4.0), ())
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


def test_a_misheard_name_is_read_right_and_says_what_was_recognised() -> None:
    spoken = Utterance(
        Role.AGENT, Span(5, 13), "打开非诸，您好", corrections=(Correction(2, "飞猪", confidence=0.9),)
    )
    (line,) = conversation(night_call("C1", utterances=[spoken]), [])
    assert isinstance(line, TranscriptLine)
    assert [("".join(w.text for w in run.words), run.kind, run.heard) for run in line.runs] == [
        ("打开", "", ""),
        ("飞猪，", "corrected", "非诸"),
        ("您好", "", ""),
    ]
