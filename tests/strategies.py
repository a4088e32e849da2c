"""Any value that the domain allows, drawn by Hypothesis; but for NaN, which is not equal to itself."""

from __future__ import annotations

from datetime import timedelta, timezone
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
from pipeline.messages import Message


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
    Evidence,
    spans,
    maybe(st.sampled_from(Role)),
    texts,
    maybe(texts),
    maybe(st.sampled_from(How)),
    shares,
    texts,
    maybe(st.floats(0.001, 100)),
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
    texts,
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
