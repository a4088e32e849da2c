"""Finding calls by what was said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select

from pipeline.domain import Inspection, Role, Span, Transcript, Utterance
from pipeline.store import Store
from pipeline.store.search import index_stored, phrases, said
from pipeline.store.tables import calls, hearings, inspections, transcript_grams
from tests.inspections import inspection


def heard(call_id: str, *texts: str) -> Inspection:
    utterances = (Utterance(Role.AGENT, Span(n, n + 1.0), text) for n, text in enumerate(texts))
    return replace(inspection(call_id), transcript=Transcript(tuple(utterances)))


def find(store: Store, question: str) -> list[str]:
    with store._read() as connection:
        condition = said(question, inspections.c.hearing, connection)
        assert condition is not None
        joined = calls.join(inspections, inspections.c.call == calls.c.id)
        query = select(calls.c.call_id).select_from(joined).where(inspections.c.current, condition)
        return sorted(connection.execute(query).scalars())


CALLS = {
    "a": ("您好，请问有什么可以帮您？", "我要打12315投诉你们"),
    "b": ("请您稍等", "好的"),
    "c": ("ＶＩＰ客户 Wi-Fi 断了", "嗯"),
}


@pytest.fixture
def filled(store: Store, run_id: int) -> Store:
    for call_id, texts in CALLS.items():
        store.inspections.save(heard(call_id, *texts), run_id=run_id)
    return store


def test_phrases_are_found(filled: Store) -> None:
    for question, expected in (
        ("请问", ["a"]),
        ("投诉", ["a"]),
        ("您好请问有什么", ["a"]),  # punctuation does not count
        ("12315", ["a"]),
        ("231", ["a"]),  # a part of a number
        ("您", ["a", "b"]),
        ("嗯", ["c"]),  # the last character of an utterance, alone
        ("投诉 请问", ["a"]),  # both, anywhere
        ("投诉 稍等", []),
        ("vip客户", ["c"]),  # full width and case do not count
        ("wifi", ["c"]),
        ("稍等好的", []),  # no phrase reaches into the next utterance
        ("等好", []),
        ("请问有什么不可以", []),
        ('"您好" OR 1', []),  # signs of the index's own language are signs
        ("' | 投", ["a"]),
    ):
        assert find(filled, question) == expected, question


@pytest.mark.parametrize("question", ["", "   ", "？！", "\x00", "\ud800"])
def test_a_question_without_a_word_asks_for_nothing(question: str) -> None:
    assert phrases(question) == []


def test_the_index_goes_with_the_call(filled: Store) -> None:
    with filled._write() as connection:
        connection.execute(delete(inspections))
        connection.execute(delete(calls).where(calls.c.call_id == "a"))
        assert connection.execute(select(func.count()).select_from(hearings)).scalar_one() == 2
        left = list(connection.execute(select(transcript_grams.c.hearing)).scalars())
        assert len(left) == 2
        if connection.dialect.name == "sqlite":
            found = connection.exec_driver_sql(
                "SELECT count(*) FROM transcript_search WHERE transcript_search MATCH '投诉'"
            )
            assert found.scalar_one() == 0
            # The index agrees with its content: FTS5 raises where it does not.
            connection.exec_driver_sql(
                "INSERT INTO transcript_search (transcript_search, rank) VALUES ('integrity-check', 1)"
            )


def test_what_is_heard_again_replaces_what_was(filled: Store, run_id: int) -> None:
    filled.inspections.save(heard("a", "完全不同"), run_id=run_id, replace=True)
    assert find(filled, "投诉") == []
    assert find(filled, "完全") == ["a"]


def test_hours_of_talk(store: Store, run_id: int) -> None:
    """Longer than PostgreSQL counts positions."""
    store.inspections.save(heard("long", *["好的没有问题" * 10] * 400, "最后说了再见"), run_id=run_id)
    assert find(store, "最后说了再见") == ["long"]
    assert find(store, "再见最后") == []


def test_stored_calls_are_indexed_when_the_index_comes(filled: Store) -> None:
    with filled._write() as connection:
        connection.execute(delete(transcript_grams))
    assert find(filled, "投诉") == []
    with filled._write() as connection:
        index_stored(connection)
    assert find(filled, "投诉") == ["a"]
    assert find(filled, "稍等") == ["b"]
