"""A small night of inspected calls, built by hand and kept in a real store; one of them can be heard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from pipeline.domain import (
    SAMPLE_RATE_HZ,
    Call,
    Evidence,
    Finding,
    How,
    Inspection,
    LedgerEntry,
    Measurement,
    Measures,
    Outcome,
    PhraseHit,
    PhraseKind,
    Recording,
    Revisions,
    Role,
    Scorecard,
    Section,
    Severity,
    Span,
    Status,
    Transcript,
    Utterance,
)
from pipeline.ingest import identify
from pipeline.messages import Message, title, verbatim
from pipeline.store import Store, open_store
from tests.inspections import finding, inspection
from tests.sounds import noise, silence
from tests.stores import empty_store

AGENT, CUSTOMER = Role.AGENT, Role.CUSTOMER


def night_call(
    call_id: str = "C1",
    *,
    agent: tuple[str, str, str] | None = ("8001", "陈思雨", "客服一组"),
    card: Scorecard | None = None,
    status: Status = Status.INSPECTED,
    reason: str | Message | None = None,
    utterances: Iterable[Utterance] = (),
    hits: Iterable[PhraseHit] = (),
    measures: Measures | None = None,
    paths: tuple[Path, ...] | None = None,
    started: str = "2026-11-20T08:32:11+08:00",
) -> Inspection:
    """One call of the night: nothing is said, found or scored in it but what is given."""
    sha256 = hashlib.sha256(call_id.encode()).hexdigest()
    agent_id, name, team = agent or (None, None, None)
    call = Call(
        call_id,
        agent_id=agent_id,
        agent_name=name,
        team=team,
        queue="快递查询",
        direction="inbound",
        started_at=datetime.fromisoformat(started),
    )
    unreadable = status is Status.UNREADABLE
    return replace(
        inspection(call_id, status=status),
        recording=Recording(call, paths or (Path(f"/dump/{call_id}.wav"),), sha256),
        revisions=Revisions(sha256, "engine-1", "base@123456789abc", "lex1", "rub1", "set1"),
        reason=verbatim(reason) if isinstance(reason, str) else reason,
        duration=None if unreadable else 61.5,
        layout=None if unreadable else "stereo",
        transcript=Transcript(tuple(utterances)),
        measures=measures or Measures(),
        hits=tuple(hits),
        scorecard=card,
    )


def _attitude(
    criterion: str, called: str, severity: Severity | None, outcome: Outcome = Outcome.PASSED, **given: Any
) -> Finding:
    """A finding of the one section that the night is about, with nothing in it but what is given."""
    given = {"points": 0.0, "evidence": (), "reason": None, **given}
    return finding(criterion, outcome, title=called, section="服务态度", severity=severity, **given)


def bad_call() -> Inspection:
    """An impatient agent, a customer who threatens to complain, a long silence and an interruption."""
    utterances = (
        Utterance(AGENT, Span(1.0, 3.5), "您好，请问有什么可以帮您？"),
        Utterance(CUSTOMER, Span(4.0, 7.9), "我的快递显示签收了，可是我根本没收到啊！"),
        Utterance(AGENT, Span(17.2, 22.0), "我再跟您说一遍，系统显示已经放到驿站了，你明白吗？"),
        Utterance(CUSTOMER, Span(21.4, 25.0), "你这是什么态度！我要投诉你。"),
        Utterance(AGENT, Span(25.5, 27.0), "这不归我管。"),
    )
    hits = (
        PhraseHit(
            "greeting",
            PhraseKind.REQUIRED,
            "请问有什么可以帮您",
            AGENT,
            Span(1.6, 3.5),
            "您好，请问有什么可以帮您",
            How.EXACT,
            0.97,
            0,
        ),
        PhraseHit(
            "attitude-impatient",
            PhraseKind.FORBIDDEN,
            "我再跟您说一遍",
            AGENT,
            Span(17.2, 18.6),
            "我再跟您说一遍",
            How.EXACT,
            0.95,
            2,
        ),
        PhraseHit(
            "attitude-impatient",
            PhraseKind.FORBIDDEN,
            "你明白吗",
            AGENT,
            Span(21.1, 22.0),
            "你明白吗",
            How.SOUND,
            0.71,
            2,
        ),
        PhraseHit(
            "esc-complaint",
            PhraseKind.ESCALATION,
            "我要投诉",
            CUSTOMER,
            Span(23.4, 24.6),
            "我要投诉",
            How.EXACT,
            0.99,
            3,
        ),
        PhraseHit(
            "shirk",
            PhraseKind.FORBIDDEN,
            "这不归我管",
            AGENT,
            Span(25.5, 27.0),
            "这不归我管",
            How.EXACT,
            0.96,
            4,
        ),
    )
    said = tuple(Evidence(h.span, h.role, h.quote, h.phrase, h.how, h.confidence) for h in hits)
    silent, searched = (
        Evidence(Span(7.9, 17.2)),
        Evidence(Span(0.0, 61.5), AGENT, phrase="请您对我的服务做出评价"),
    )
    findings = (
        _attitude("greeting-missing", "未报开头语", Severity.D, Outcome.PASSED, evidence=said[:1]),
        _attitude(
            "attitude-impatient",
            "不耐烦/质问客户",
            Severity.D,
            Outcome.FAILED,
            points=-8,
            evidence=said[1:3],
            reason=verbatim("坐席说了2处不耐烦的话"),
        ),
        _attitude(
            "shirk",
            "推诿",
            Severity.B,
            Outcome.FAILED,
            points=-12,
            evidence=said[4:],
            reason=verbatim("坐席推诿"),
        ),
        _attitude(
            "rating-prompt-missing",
            "未邀请客户评价",
            Severity.C,
            Outcome.UNDETERMINED,
            evidence=(searched,),
            reason=Message("doubt.faint"),
        ),
        _attitude(
            "dead-air",
            "长时间静音",
            Severity.D,
            Outcome.FAILED,
            points=-5,
            evidence=(silent,),
            reason=verbatim("静音9.3秒"),
        ),
        _attitude(
            "hold-no-notice",
            "保持前未征得同意",
            Severity.D,
            Outcome.NOT_APPLICABLE,
            reason=verbatim("没有保持"),
        ),
    )
    left_out = Message("ledger.not-counted", items=title("通话保持"))
    each = Message("ledger.each", count=2, points=4)
    card = Scorecard(
        findings=findings,
        score=75.0,
        passed=False,
        fatal=False,
        ledger=(
            LedgerEntry("", Message("ledger.full"), 100.0, (), left_out),
            LedgerEntry("attitude-impatient", "不耐烦/质问客户", -8.0, said[1:3], each),
            LedgerEntry("shirk", "推诿", -12.0, said[4:]),
            LedgerEntry("dead-air", "长时间静音", -5.0, (silent,)),
        ),
        sections=(Section("服务态度", 15.0, 40.0),),
        flagged=True,
        flag_reasons=(
            Message("flag.named", reason=title("严重违规"), items=title("推诿")),
            title("得分低于合格线"),
        ),
        alerts=("esc-complaint",),
    )
    measures = Measures(
        (
            Measurement("speech_agent", 8.8, "s", (Span(1.0, 3.5), Span(17.2, 22.0), Span(25.5, 27.0))),
            Measurement("talk_share_agent", 0.54, "0..1"),
            Measurement("speaking_rate_agent", 312.4, "characters/min"),
            Measurement("silence_total", 9.3, "s", (Span(7.9, 17.2),)),
            Measurement("silence_count", 1.0, "count", (Span(7.9, 17.2),)),
            Measurement("overlap_total", 0.6, "s", (Span(21.4, 22.0),)),
            Measurement("interruptions_by_customer", 1.0, "count", (Span(21.4, 22.0),)),
            Measurement("pitch_range_agent_semitones", None, "semitones"),
        )
    )
    return night_call(
        "O02",
        agent=("8002", "刘志远", "客服一组"),
        card=card,
        utterances=utterances,
        hits=hits,
        measures=measures,
        started="2026-11-20T09:05:47+08:00",
    )


def good_call(call_id: str = "O01", *, started: str = "2026-11-20T08:32:11+08:00") -> Inspection:
    """Nothing to complain about, and a bonus."""
    utterances = (
        Utterance(AGENT, Span(0.9, 4.0), "您好，很高兴为您服务。"),
        Utterance(CUSTOMER, Span(4.6, 8.0), "你服务态度真好，谢谢！"),
    )
    praise = PhraseHit(
        "praise",
        PhraseKind.PRAISE,
        "你服务态度真好",
        CUSTOMER,
        Span(4.6, 6.6),
        "你服务态度真好",
        How.EXACT,
        0.98,
        1,
    )
    proof = (Evidence(praise.span, CUSTOMER, praise.quote, praise.phrase, praise.how, praise.confidence),)
    card = Scorecard(
        findings=(
            _attitude("greeting-missing", "未报开头语", Severity.D, Outcome.PASSED),
            _attitude("attitude-impatient", "不耐烦/质问客户", Severity.D, Outcome.PASSED),
            _attitude("shirk", "推诿", Severity.B, Outcome.PASSED),
            _attitude("praised", "客户表扬", None, Outcome.PASSED, evidence=proof),
        ),
        score=100.0,
        passed=True,
        fatal=False,
        ledger=(LedgerEntry("", Message("ledger.full"), 100.0, ()),),
    )
    return night_call(call_id, card=card, utterances=utterances, hits=(praise,), started=started)


def night() -> tuple[Inspection, ...]:
    """A good call, a bad one, a voicemail, and a file nobody can read."""
    voicemail = night_call(
        "O03",
        agent=None,
        status=Status.NOT_APPLICABLE,
        reason="只有一方说话",
        card=Scorecard((), None, None, False, (), not_applicable=verbatim("只有一方说话")),
        started="2026-11-21T10:00:00+08:00",
    )
    broken = night_call(
        "O04", status=Status.UNREADABLE, reason="not audio", started="2026-11-21T11:00:00+08:00"
    )
    return good_call(), bad_call(), voicemail, broken


def many(count: int) -> Iterable[Inspection]:
    """``count`` good calls with numbers for names."""
    plain = good_call()
    for index in range(count):
        call_id = f"N{index:06}"
        sha256 = hashlib.sha256(call_id.encode()).hexdigest()
        recording = replace(
            plain.recording, call=replace(plain.recording.call, call_id=call_id), sha256=sha256
        )
        yield replace(plain, recording=recording, revisions=replace(plain.revisions, audio_sha256=sha256))


def fill(path: Path, inspections: Iterable[Inspection] | None = None) -> str:
    """A store in ``path`` with these inspections (default: the night); its URL."""
    url = empty_store(path)
    with open_store(url) as store:
        run_id = store.runs.start()
        for each in night() if inspections is None else inspections:
            store.inspections.save(each, run_id=run_id)
        store.runs.finish(run_id)
    return url


HEARD = "HEARD"
"""Of TEAM and AGENT, as O02, but its recording is there."""


def record(path: Path, *, agent_on: str = "left", seconds: float = 28.0) -> Path:
    """Noise where the parties of `bad_call` speak, in mu-law at 8 kHz."""
    lanes = {"agent": silence(seconds), "customer": silence(seconds)}
    for utterance in bad_call().transcript.utterances:
        first = round(utterance.span.start * SAMPLE_RATE_HZ)
        sound = noise(utterance.span.duration, db=-20)
        lanes[utterance.role.value][first : first + len(sound)] = sound
    order = ("agent", "customer") if agent_on == "left" else ("customer", "agent")
    soundfile.write(path, np.stack([lanes[name] for name in order], axis=1)[::2], 8_000, subtype="ULAW")
    return path


def put(store: Store, inspection: Inspection) -> None:
    run = store.runs.start()
    store.inspections.save(inspection, run_id=run)
    store.runs.finish(run)


def heard_call(path: Path, *, call_id: str = HEARD) -> Inspection:
    """`bad_call` with this recording."""
    base, digest = bad_call(), identify([path])
    call = replace(base.recording.call, call_id=call_id)
    revisions = replace(base.revisions, audio_sha256=digest)
    return replace(base, recording=Recording(call, (path,), digest), revisions=revisions, duration=28.0)
