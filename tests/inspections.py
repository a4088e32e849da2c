"""Whole inspections for tests of the store, the batch and the reports: by hand, or by Hypothesis."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

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
    severity: Severity | None = Severity.D,
    places: int = 1,
) -> Finding:
    """A finding with as many pieces of evidence as it has places."""
    failed = outcome is Outcome.FAILED
    evidence = tuple(
        Evidence(Span(n, n + 1.5), Role.AGENT, "随便你", "随便你", How.EXACT, 0.9) for n in range(places)
    )
    return Finding(
        criterion=criterion,
        title=f"{criterion} 标题",
        section="服务用语",
        severity=severity,
        outcome=outcome,
        points=-2.0 if failed else 0.0,
        evidence=evidence if failed else (),
        reason=verbatim("说了禁语") if failed else None,
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
    team: str | None = "一组",
) -> Inspection:
    """An inspection with something of everything."""
    audio = sha256 or f"{sum(map(ord, call_id)) * 7919:064x}"
    call = Call(call_id, agent_id, "王小明", team, "售后", "inbound", "138****0000", started_at, "left")
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


# By Hypothesis: any value the domain allows, but for NaN, which is not equal to itself.


def _spelled(text: str) -> bool:
    """A high surrogate before a low one is no text that Python's decoders make: it spells one character."""
    return not any("\ud800" <= a < "\udc00" <= b <= "\udfff" for a, b in pairwise(text))


texts = st.text(
    st.characters(exclude_categories=()) | st.sampled_from("\x00\\\udc80\ud800'\"%😀"), max_size=12
).filter(_spelled)
numbers = st.floats(allow_nan=False)
seconds = st.floats(0, 1e6)
shares = st.floats(0, 1)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


spans = st.tuples(numbers, numbers).map(lambda pair: Span(*sorted(pair)))
offsets = st.integers(-14 * 3600, 14 * 3600).map(lambda seconds: timezone(timedelta(seconds=seconds)))
times = st.datetimes(timezones=st.none() | offsets)
paths = (
    st.binary(min_size=1, max_size=20)
    .filter(lambda raw: b"\0" not in raw and b"/" not in raw)
    .map(lambda raw: Path("/dump") / raw.decode("utf-8", "surrogateescape"))
)
calls = st.builds(
    Call,
    texts,
    *[maybe(texts)] * 6,
    maybe(times),
    maybe(st.sampled_from(["left", "right", "mono"])),
)
names = st.text("abcdefghij", min_size=1, max_size=4).filter(lambda name: name != "code")
parameters = st.recursive(
    texts | st.integers(-(10**9), 10**9) | numbers,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(names, inner, max_size=3).map(lambda given: Message("inner.code", **given))
    ),
    max_leaves=6,
)
messages = st.dictionaries(names, parameters, max_size=3).map(lambda given: Message("some.code", **given))
evidences = st.builds(
    Evidence, spans, maybe(st.sampled_from(Role)), texts, maybe(texts), maybe(st.sampled_from(How)), shares
)
evidence_lists = st.lists(evidences, max_size=3).map(tuple)
findings = st.builds(
    Finding,
    texts,
    texts,
    texts,
    maybe(st.sampled_from(Severity)),
    st.sampled_from(Outcome),
    numbers,
    evidence_lists,
    maybe(messages),
    st.booleans(),
    texts,
    texts,
)
ledger_entries = st.builds(LedgerEntry, texts, texts | messages, numbers, evidence_lists, maybe(messages))
scorecards = st.builds(
    Scorecard,
    findings=st.lists(findings, max_size=4).map(tuple),
    score=maybe(numbers),
    passed=maybe(st.booleans()),
    fatal=st.booleans(),
    ledger=st.lists(
        st.builds(LedgerEntry, texts, texts | messages, numbers, evidence_lists, maybe(messages)), max_size=3
    ).map(tuple),
    sections=st.lists(st.builds(Section, texts, numbers, numbers), max_size=3).map(tuple),
    flagged=st.booleans(),
    flag_reasons=st.lists(messages, max_size=2).map(tuple),
    alerts=st.lists(texts, max_size=2).map(tuple),
    not_applicable=maybe(messages),
)
words = st.builds(Word, texts, spans, shares)
utterances = st.builds(
    Utterance,
    st.sampled_from(Role),
    spans,
    texts,
    st.lists(words, max_size=4).map(tuple),
    shares,
    shares,
    st.booleans(),
)
hits = st.builds(
    PhraseHit,
    texts,
    st.sampled_from(PhraseKind),
    texts,
    st.sampled_from(Role),
    spans,
    texts,
    st.sampled_from(How),
    shares,
    st.integers(0, 10_000),
)
measures = st.lists(
    st.builds(Measurement, texts, maybe(numbers), texts, st.lists(spans, max_size=3).map(tuple)), max_size=4
).map(lambda items: Measures(tuple(items)))


@st.composite
def inspections(draw: st.DrawFn) -> Inspection:
    """Any inspection."""
    audio = draw(st.binary(min_size=32, max_size=32)).hex()
    return Inspection(
        recording=Recording(draw(calls), tuple(draw(st.lists(paths, min_size=1, max_size=2))), audio),
        status=draw(st.sampled_from(Status)),
        reason=draw(maybe(messages)),
        revisions=Revisions(audio, *(draw(texts) for _ in range(5))),
        duration=draw(maybe(numbers)),
        layout=draw(maybe(texts)),
        transcript=Transcript(tuple(draw(st.lists(utterances, max_size=3)))),
        measures=draw(measures),
        hits=tuple(draw(st.lists(hits, max_size=3))),
        scorecard=draw(maybe(scorecards)),
        reason_code=draw(maybe(texts)),
    )
