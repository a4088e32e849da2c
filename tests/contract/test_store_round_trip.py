"""Whatever the domain can hold, both databases give back unchanged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.domain import (
    Call,
    Correction,
    Inspection,
    Recording,
    Role,
    Span,
    Status,
    Transcript,
    Utterance,
    Word,
)
from pipeline.store import CallFilter, Store
from tests.examples import examples
from tests.inspections import inspection, with_facts
from tests.strategies import inspections

_NUMBERS = count(1)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=inspections())
def test_any_inspection_comes_back_equal(store: Store, one: Inspection) -> None:
    run = _only_run(store)
    # Examples share the store, where other sound never takes an id that is in use, nor does another file.
    call = replace(one.recording.call, call_id=f"{one.recording.call.call_id}{next(_NUMBERS)}.")
    one = replace(one, recording=replace(one.recording, call=call))
    store.inspections.save(one, run_id=run, replace=True)
    assert store.inspections.current(one.recording.call.call_id) == one


def _only_run(store: Store) -> int:
    # One run for all examples: the fixture is shared by them.
    found = store.runs.latest()
    return found[0].id if found else store.runs.start()


def test_offset_of_the_start_is_kept(store: Store, run_id: int) -> None:
    nepal = timezone(timedelta(hours=5, minutes=45))
    one = inspection(started_at=datetime(2026, 11, 2, 23, 59, 59, 999999, tzinfo=nepal))
    store.inspections.save(one, run_id=run_id)
    found = store.inspections.current("c1")
    assert found is not None
    assert found.recording.call.started_at is not None
    assert found.recording.call.started_at.utcoffset() == timedelta(hours=5, minutes=45)


@pytest.mark.parametrize(
    "name", ["a\udcffb.wav", "新\n录音.wav", "back\\slash\\u0000.wav", "x" * 250 + ".wav"]
)
def test_odd_file_names_survive(store: Store, run_id: int, name: str) -> None:
    one = inspection(name)
    one = replace(one, recording=replace(one.recording, paths=(Path("/dump") / name,)))
    store.inspections.save(one, run_id=run_id)
    assert store.inspections.current(name) == one
    assert [row.call.call_id for row in store.calls.all(CallFilter(call_id=name))] == [name]


def test_a_cell_longer_than_an_index_key(store: Store, run_id: int) -> None:
    """A damaged call list can put a whole page into one cell; PostgreSQL's B-tree keys end at 2,704 bytes."""
    import random

    noise = "".join(random.Random(1).choices("天地玄黄宇宙洪荒日月盈昃", k=20_000))
    one = with_facts(inspection(), agent_id=noise, team=noise)
    store.inspections.save(one, run_id=run_id)
    assert store.inspections.current("c1") == one


def test_a_long_call(store: Store, run_id: int) -> None:
    """Two hours of talk: 3,000 utterances with 30,000 words."""
    utterances = tuple(
        Utterance(
            role=one.role,
            span=Span(n * 2.4, n * 2.4 + 2.0),
            text="您好请问有什么可以帮您",
            words=tuple(
                Word(c, Span(n * 2.4 + k / 7, n * 2.4 + (k + 1) / 7), 1 / (k + 3))
                for k, c in enumerate("您好请问有什么可以")
            ),
        )
        for n in range(3000)
        for one in inspection().transcript.utterances
    )
    long = replace(inspection("long"), transcript=Transcript(utterances))
    store.inspections.save(long, run_id=run_id)
    assert store.inspections.current("long") == long


def test_two_files_keep_their_order(store: Store, run_id: int) -> None:
    one = inspection()
    both = replace(
        one,
        recording=Recording(one.recording.call, (Path("/d/z.wav"), Path("/d/a.wav")), one.recording.sha256),
    )
    store.inspections.save(both, run_id=run_id)
    assert store.inspections.current("c1") == both


def test_unreadable_has_no_scorecard(store: Store, run_id: int) -> None:
    one = inspection(status=Status.UNREADABLE, reason="the file is empty")
    store.inspections.save(one, run_id=run_id)
    assert store.inspections.current("c1") == one


def test_bare_call(store: Store, run_id: int) -> None:
    one = replace(inspection(), recording=replace(inspection().recording, call=Call("c1")))
    store.inspections.save(one, run_id=run_id)
    assert store.inspections.current("c1") == one


def test_a_misheard_name_comes_back_and_is_found_by_both_wordings(store: Store, run_id: int) -> None:
    said = Utterance(Role.AGENT, Span(0, 2), "打开非诸看看", corrections=(Correction(2, "飞猪", 0.9),))
    one = replace(inspection(), transcript=Transcript((said,)), hits=())
    store.inspections.save(one, run_id=run_id)
    assert store.inspections.current("c1") == one
    for words in ("飞猪", "非诸", "看看"):
        assert len(list(store.calls.all(CallFilter(text=words)))) == 1, words
