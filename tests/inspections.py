"""Inspections and findings, built by hand. `tests.strategies` draws any; `tests.nights` keeps a night."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from pipeline.domain import (
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
    Word,
)
from pipeline.messages import Message, verbatim

CHINA = timezone(timedelta(hours=8))


def finding(
    criterion: str,
    outcome: Outcome = Outcome.PASSED,
    *,
    title: str | None = None,
    section: str = "服务用语",
    severity: Severity | None = Severity.D,
    points: float | None = None,
    places: int = 1,
    evidence: tuple[Evidence, ...] | None = None,
    reason: Message | None = None,
    fatal: bool = False,
) -> Finding:
    """A finding; a failed one has as many pieces of evidence as it has places, unless they are given."""
    failed = outcome is Outcome.FAILED
    heard = tuple(
        Evidence(Span(n, n + 1.5), Role.AGENT, "随便你", "随便你", How.EXACT, 0.9) for n in range(places)
    )
    return Finding(
        criterion=criterion,
        title=title or f"{criterion} 标题",
        section=section,
        severity=severity,
        outcome=outcome,
        points=points if points is not None else -2.0 if failed else 0.0,
        evidence=evidence if evidence is not None else heard if failed else (),
        reason=reason or (verbatim("说了禁语") if failed else None),
        fatal=fatal,
    )


def inspection(
    call_id: str = "c1",
    *,
    sha256: str | None = None,
    rubric: str = "r1",
    findings: tuple[Finding, ...] | None = None,
    score: float | None = 90.0,
    flagged: bool = False,
    status: Status = Status.INSPECTED,
    reason: str | None = None,
    started_at: datetime | None = datetime(2026, 11, 2, 9, 30, tzinfo=CHINA),
    agent_id: str | None = "1001",
    agent_name: str | None = "王小明",
    team: str | None = "一组",
) -> Inspection:
    """An inspection with something of everything."""
    audio = sha256 or f"{sum(map(ord, call_id)) * 7919:064x}"
    call = Call(call_id, agent_id, agent_name, team, "售后", "inbound", "138****0000", started_at, "left")
    revisions = Revisions(audio, "engine-1", "base", "l1", rubric, "s1")
    recording = Recording(call, (Path(f"/dump/{call_id}.wav"),), audio)
    if status is Status.UNREADABLE:
        return Inspection(recording, status, verbatim(reason or "the file is empty"), revisions)
    chosen = findings if findings is not None else (finding("greeting"), finding("rude", Outcome.FAILED))
    words = tuple(Word(c, Span(n * 0.2, n * 0.2 + 0.2), 0.9) for n, c in enumerate("随便你"))
    return Inspection(
        recording=recording,
        status=status,
        reason=None if reason is None else verbatim(reason),
        revisions=revisions,
        duration=61.25,
        layout="stereo",
        transcript=Transcript((Utterance(Role.AGENT, Span(0.0, 0.6), "随便你", words, 0.8, 0.95),)),
        measures=Measures(
            (
                Measurement("silence_total", 0.1 + 0.2, "s", (Span(1, 2),)),
                Measurement("hold_total", None, "s"),
            )
        ),
        hits=(
            PhraseHit(
                "rude", PhraseKind.FORBIDDEN, "随便你", Role.AGENT, Span(0, 0.6), "随便你", How.EXACT, 0.9, 0
            ),
        ),
        scorecard=Scorecard(
            findings=chosen,
            score=score,
            passed=None if score is None else score >= 80,
            fatal=False,
            ledger=tuple(LedgerEntry(f.criterion, f.title, f.points, f.evidence) for f in chosen if f.points),
            sections=(Section("服务用语", 38.0, 40.0),),
            flagged=flagged,
            flag_reasons=(verbatim("grave"),) if flagged else (),
        ),
    )


def with_facts(one: Inspection, **facts: Any) -> Inspection:
    """The same inspection of a call about which the call list says something else."""
    call = replace(one.recording.call, **facts)
    return replace(one, recording=replace(one.recording, call=call))
