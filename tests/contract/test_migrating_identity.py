"""A store in which calls have had several sounds: each gets its own, and what people said goes with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from pipeline.domain import CaseState, IdSource, Verdict
from pipeline.store import Store, open_store
from pipeline.store.review_tables import appeals, decisions, notes, sample_calls
from pipeline.store.tables import calls, inspections
from tests.contract.servers import empty_schema
from tests.migrations import tables_at

OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64
Values = dict[str, Any]


def day(number: int, hour: int = 20) -> str:
    return f"2026-11-{number:02}T{hour:02}:00:00+00:00"


def inspection(key: int, call: int, sha256: str, number: int, *, current: bool, **more: Any) -> Values:
    return {
        "id": key, "call": call, "run": 1, "current": current, "inspected_at": day(number),
        "status": "inspected", "paths": f'["/dump/0001.{call}.wav"]', "audio_sha256": sha256,
        "engine": "e", "model": "m", "lexicons": "l", "rubric": "r", "settings": "s", "duration": 61.5,
        "layout": "stereo", "score": 70.0, "passed": False, "fatal": False, "flagged": True,
        "flag_reasons": "[]", "alerts": "[]", "sections": "[]", "ledger": "[]", **more,
    }  # fmt: skip


def failed(key: int) -> Values:
    return {
        "inspection": key, "number": 0, "criterion": "shirk", "title": "推诿", "section": "服务",
        "severity": "B", "outcome": "failed", "points": -25.0, "reason": "", "fatal": False,
        "evidence": "[]", "occurrences": 1, "group_id": "", "group_title": "",
    }  # fmt: skip


def decision(key: int, call: int, number: int, kind: str, inspection: int | None, **more: Any) -> Values:
    return {
        "id": key, "call": call, "inspection": inspection, "kind": kind, "at": day(number, 21),
        "origin": "review", "request": f"r{key}", "comment": "", "details": "{}", "user": 1, **more,
    }  # fmt: skip


VERDICT = {"criterion": "shirk", "verdict": "confirmed", "outcome": "failed"}
KEPT = '["/dump/kept.wav"]'
ROWS: dict[str, list[Values]] = {
    "runs": [
        {"id": 1, "kind": "run", "state": "finished", "host": "h", "pid": 1, "started_at": day(20)},
    ],
    "users": [
        {
            "id": 1,
            "name": "wang",
            "display_name": "王芳",
            "role": "reviewer",
            "disabled": False,
            "created_at": day(1),
        },
    ],
    "calls": [
        {"id": 1, "call_id": "0001", "agent_id": "8002", "team": "一组"},
        {"id": 2, "call_id": "only"},
        {"id": 3, "call_id": "lost"},
        {"id": 4, "call_id": "kept"},
        {"id": 5, "call_id": "broken"},
    ],
    "hearings": [{"id": 1, "call": 1, "digest": "d" * 64}, {"id": 2, "call": 1, "digest": "e" * 64}],
    "utterances": [
        {
            "hearing": key,
            "number": 0,
            "role": "agent",
            "starts": 1.0,
            "ends": 3.0,
            "text": said,
            "words": "[]",
            "confidence": 0.8,
            "role_confidence": 0.9,
            "overlapped": False,
        }
        for key, said in ((1, "这不归我管"), (2, "您好"))
    ],
    "inspections": [
        inspection(1, 1, OLD, 20, current=False, hearing=1),
        inspection(2, 1, NEW, 22, current=True, hearing=2),
        # The same was heard in a third recording: one hearing for two sounds.
        inspection(3, 1, OTHER, 21, current=False, hearing=1),
        inspection(4, 2, "2" * 64, 20, current=True),
        inspection(5, 3, "3" * 64, 22, current=True),
        inspection(6, 4, "4" * 64, 22, current=True, paths=KEPT),
        inspection(7, 5, "6" * 64, 20, current=False, status="unreadable", duration=None, ledger=None),
        inspection(8, 5, "5" * 64, 22, current=True),
    ],
    "findings": [failed(key) for key in (1, 2, 3, 4, 5, 6, 8)],
    "decisions": [
        decision(1, 1, 20, "verdict", 1, **VERDICT),
        decision(2, 1, 20, "comment", 1, comment="听得很清楚"),
        decision(3, 1, 22, "undo", 2, undoes=2),  # taken back when other sound had come
        decision(4, 1, 22, "comment", 2, comment="这是另一通"),
        decision(5, 2, 20, "verdict", 4, **VERDICT),
        decision(6, 3, 21, "verdict", None, **VERDICT),
        decision(7, 4, 21, "verdict", None, **VERDICT),
        decision(8, 1, 23, "comment", None, comment="哪一段？"),
    ],
    "verdicts": [
        {
            "call": call,
            "decision": key,
            "added": False,
            "disputed": False,
            "settled": True,
            "at": day(20, 21),
            "user": 1,
            **VERDICT,
        }
        for call, key in ((1, 1), (2, 5), (3, 6), (4, 7))
    ],
    "cases": [
        {
            "call": call,
            "inspection": key,
            "state": "open",
            "priority": 1.0,
            "pending": 0,
            "second": False,
            "version": 3,
        }
        for call, key in ((1, 2), (2, 4), (3, 5), (4, 6), (5, 8))
    ],
    "appeals": [
        {
            "id": 1,
            "call": 1,
            "criterion": "shirk",
            "reason": "不是我",
            "state": "rejected",
            "filed_at": day(20, 22),
            "version": 1,
            "agent_id": "8001",
        },
    ],
    "notes": [{"id": 1, "agent_id": "8002", "call": 1, "text": "听", "at": day(22, 22), "request": "n1"}],
    "samples": [
        {
            "id": 1,
            "title": "周",
            "seed": "s",
            "rule": "{}",
            "announced_at": day(1),
            "drawn_at": day(20, 23),
            "request": "s1",
        },
    ],
    "sample_calls": [{"sample": 1, "call": 1, "stratum": "", "place": 1}],
    "file_digests": [
        {
            "key": hashlib.sha256(KEPT.encode()).hexdigest(),
            "paths": KEPT,
            "sha256": "4" * 64,
            "stamp": json.dumps([[100, 1_795_000_000_000_000_000]]),
        },  # written on 2026-11-18
    ],
}


def fill(connection: Connection) -> None:
    for table, many in ROWS.items():
        for row in many:
            names = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
        if connection.dialect.name == "postgresql" and "id" in many[0]:
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            )


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store that the version before wrote, opened by this one."""
    if not url.startswith("sqlite"):
        empty_schema(url)  # `url` leaves that to whatever is called `store`
    with tables_at("0004", url) as connection:
        fill(connection)
    with open_store(url) as opened:
        yield opened


def test_every_sound_has_a_call_and_the_newest_keeps_the_id(store: Store) -> None:
    with store._read() as connection:
        found = {row.call_id: row.audio_sha256 for row in connection.execute(select(calls))}
        of = dict(
            connection.execute(
                select(inspections.c.id, calls.c.call_id).join(calls, calls.c.id == inspections.c.call)
            ).all()
        )
        current = set(connection.execute(select(inspections.c.id).where(inspections.c.current)).scalars())
    assert found == {
        "0001": NEW,
        f"0001@{OLD[:8]}": OLD,
        f"0001@{OTHER[:8]}": OTHER,
        "only": "2" * 64,
        "lost": "3" * 64,
        "kept": "4" * 64,
        "broken": "5" * 64,
    }
    assert of == {
        1: f"0001@{OLD[:8]}", 2: "0001", 3: f"0001@{OTHER[:8]}", 4: "only", 5: "lost", 6: "kept", 8: "broken",
    }  # fmt: skip
    assert current == {1, 2, 3, 4, 5, 6, 8}


def test_each_keeps_what_was_heard_in_it(store: Store) -> None:
    said = {
        i.recording.call.call_id: [u.text for u in i.transcript.utterances] for i in store.inspections.all()
    }
    assert (said["0001"], said[f"0001@{OLD[:8]}"], said[f"0001@{OTHER[:8]}"]) == (
        ["您好"],
        ["这不归我管"],
        ["这不归我管"],
    )


def test_what_people_said_goes_with_the_sound_they_said_it_of(store: Store) -> None:
    with store._read() as connection:
        sounds = {row.id: row.audio_sha256 for row in connection.execute(select(decisions))}
        doubt = {row.id for row in connection.execute(select(decisions)) if row.sound_in_doubt}
        (appeal,) = connection.execute(select(appeals))
        (note,) = connection.execute(select(notes))
        (drawn,) = connection.execute(select(sample_calls))
        ids = {row.id: row.call_id for row in connection.execute(select(calls))}
    assert sounds == {1: OLD, 2: OLD, 3: OLD, 4: NEW, 5: "2" * 64, 6: "3" * 64, 7: "4" * 64, 8: NEW}
    assert doubt == {6, 8}, "6 was made before the sound came, 8 on one of three"
    old = f"0001@{OLD[:8]}"
    assert (ids[appeal.call], appeal.audio_sha256) == (old, OLD)
    assert (ids[note.call], note.audio_sha256) == ("0001", NEW)
    assert (ids[drawn.call], drawn.audio_sha256) == (old, OLD)
    assert [(e.id, e.sound_in_doubt) for e in store.decisions.history("lost")] == [(6, True)]


def test_verdicts_and_cases_are_of_the_call_s_own_sound(store: Store) -> None:
    assert store.decisions.verdicts("0001") == {}
    (verdict,) = store.decisions.verdicts(f"0001@{OLD[:8]}").values()
    assert (verdict.verdict, verdict.decision) == (Verdict.CONFIRMED, 1)
    case, beside = store.cases.case("0001"), store.cases.case(f"0001@{OTHER[:8]}")
    assert case is not None
    assert beside is not None
    assert (case.state, case.pending, beside.state, beside.pending) == (CaseState.OPEN, 1, CaseState.OPEN, 1)


def test_the_next_run_knows_every_sound(store: Store) -> None:
    found = {one.call_id: one for one in store.identities.known(sha256s=[OLD, NEW, OTHER])}
    assert found.keys() == {"0001", f"0001@{OLD[:8]}", f"0001@{OTHER[:8]}"}
    assert found["0001"].source is IdSource.LIST  # its team can only be the list's word
    assert found[f"0001@{OLD[:8]}"].call.agent_id is None  # the facts that are kept are the newer sound's
    assert [len(one.files) for one in found.values()] == [1, 0, 0]  # one file, and it holds the newest
