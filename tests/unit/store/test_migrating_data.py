"""A store of the first version, with calls in it, is read by today's code after its migration."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.domain import How, Outcome, Role, Scope, Severity, Span, Status
from pipeline.messages import title, verbatim
from pipeline.store import CallFilter, open_store
from pipeline.store.filter import QueueState
from tests.migrations import tables_at

HEARD_AT = "2026-11-20T20:00:00+00:00"
Row = dict[str, str | float | bool | None]
# C1 was judged twice by other rules, and each time its transcript was stored.
_TWICE: list[Row] = [
    {
        "id": number,
        "call": 1,
        "run": 1,
        "current": number == 5,
        "inspected_at": HEARD_AT,
        "status": "inspected",
        "paths": '["/dump/C1.wav"]',
        "audio_sha256": "a" * 64,
        "engine": "e",
        "model": "m",
        "lexicons": "l",
        "rubric": f"r{number}",
        "settings": "s",
        "duration": 61.5,
        "layout": "stereo",
        "score": 70.0 + number,
        "passed": False,
        "fatal": False,
        "flagged": True,
        "flag_reasons": '["得分低"]',
        "alerts": "[]",
        "sections": '[["服务",75.0,100.0]]',
        "ledger": '[["","满分",100.0,[],""]]',
    }
    for number in (3, 5)
]
ROWS: dict[str, list[Row]] = {
    "runs": [{"id": 1, "kind": "run", "state": "finished", "host": "h", "pid": 1, "started_at": HEARD_AT}],
    "calls": [
        {
            "id": 1,
            "call_id": "C1",
            "agent_id": "8001",
            "team": "一组",
            "started_at": "2026-11-20T09:00:00+08:00",
        },
        {"id": 2, "call_id": "C2"},
    ],
    "inspections": [
        # C2 could not be read.
        *_TWICE,
        {
            "id": 6,
            "call": 2,
            "run": 1,
            "current": True,
            "inspected_at": HEARD_AT,
            "status": "unreadable",
            "reason": "文件损坏",
            "paths": '["/dump/C2.wav"]',
            "audio_sha256": "b" * 64,
            "engine": "e",
            "model": "m",
            "lexicons": "l",
            "rubric": "r5",
            "settings": "s",
        },
    ],
    "utterances": [
        {
            "inspection": number,
            "number": 0,
            "role": "agent",
            "starts": 1.25,
            "ends": 3.0,
            "text": "这不归我管",
            "words": '[["这不归我管",1.25,3.0,0.9]]',
            "confidence": 0.8,
            "role_confidence": 0.95,
            "overlapped": False,
        }
        for number in (3, 5)
    ],
    "measurements": [
        {
            "inspection": n,
            "number": 0,
            "name": "hold_total",
            "value": 4.0 + n,
            "unit": "s",
            "spans": "[[5,9]]",
        }
        for n in (3, 5)
    ],
    "hits": [
        {
            "inspection": 5,
            "number": 0,
            "code": "shirk",
            "kind": "forbidden",
            "phrase": "这不归我管",
            "role": "agent",
            "starts": 1.25,
            "ends": 3.0,
            "quote": "这不归我管",
            "how": "exact",
            "confidence": 0.9,
            "utterance": 0,
        }
    ],
    "findings": [
        {
            "inspection": 5,
            "number": 0,
            "criterion": "shirk",
            "title": "推诿",
            "section": "服务",
            "severity": "B",
            "outcome": "failed",
            "points": -25.0,
            "reason": "说了推诿的话",
            "fatal": False,
            "evidence": '[[1.25,3.0,"agent","这不归我管","这不归我管","exact",0.9]]',
            "occurrences": 1,
        }
    ],
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database at the first version, filled as that version wrote it."""
    path = tmp_path / "old.db"
    with tables_at("0001", f"sqlite:///{path}"):
        pass
    with sqlite3.connect(path) as raw:
        for table, rows in ROWS.items():
            for row in rows:
                marks = ", ".join("?" * len(row))
                raw.execute(
                    f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})",
                    list(row.values()),
                )
    raw.close()
    return f"sqlite:///{path}"


def test_what_the_first_version_wrote_is_read_back(url: str) -> None:
    with open_store(url) as store:
        found = {i.recording.call.call_id: i for i in store.inspections.all(CallFilter())}
        assert found.keys() == {"C1", "C2"}
        one, two = found["C1"], found["C2"]
        assert (one.status, one.duration, one.revisions.rubric) == (Status.INSPECTED, 61.5, "r5")
        (said,) = one.transcript.utterances
        assert (said.role, said.span, said.text) == (Role.AGENT, Span(1.25, 3.0), "这不归我管")
        assert [word.text for word in said.words] == ["这不归我管"]
        assert one.measures.value("hold_total") == 9.0
        assert one.measures["hold_total"].spans == (Span(5.0, 9.0),)
        (hit,) = one.hits
        assert (hit.code, hit.how, hit.span) == ("shirk", How.EXACT, Span(1.25, 3.0))
        card = one.scorecard
        assert card is not None
        assert (card.score, card.passed, card.flag_reasons) == (75.0, False, (title("得分低"),))
        (finding,) = card.findings
        assert (finding.severity, finding.outcome, finding.group) == (Severity.B, Outcome.FAILED, "")
        assert finding.evidence[0].quote == "这不归我管"
        assert (two.status, two.reason, two.reason_code) == (Status.UNREADABLE, verbatim("文件损坏"), None)
        assert two.transcript.utterances == ()


def test_old_revisions_keep_what_they_heard(url: str, tmp_path: Path) -> None:
    open_store(url).close()
    with sqlite3.connect(tmp_path / "old.db") as raw:
        heard = raw.execute(
            "SELECT i.id, i.current, m.value, u.text FROM inspections i JOIN measurements m USING (hearing) "
            "JOIN utterances u USING (hearing) ORDER BY i.id"
        ).fetchall()
        assert heard == [(3, 0, 7.0, "这不归我管"), (5, 1, 9.0, "这不归我管")]
        assert raw.execute("SELECT hearing FROM inspections WHERE id = 6").fetchone() == (None,)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    raw.close()


def test_what_was_heard_by_the_first_version_can_be_judged_again(url: str) -> None:
    with open_store(url) as store:
        assert store.judgements.outdated(lexicons="l", rubric="r5") == []
        assert store.judgements.outdated(lexicons="l", rubric="r6") == [5]
        ((_, inspection),) = store.judgements.heard([5])
        assert inspection.transcript.utterances[0].text == "这不归我管"


def test_calls_of_old_stores_count_under_the_day_of_their_first_inspection(url: str) -> None:
    first = datetime.fromisoformat(HEARD_AT).astimezone()
    with open_store(url) as store:
        assert store.days.latest(Scope()) == (first.date(),)
        rows = store.queue.page(CallFilter(state=QueueState.ALL), Scope()).rows
        assert [row.counted_at[:16] for row in rows] == [f"{first:%Y-%m-%dT%H:%M}"] * 2
        assert store.purge(first.date(), dry_run=True).calls == 0
        assert store.purge(first.date() + timedelta(days=1), dry_run=True).calls == 2


def test_listening_that_was_noted_before_names_its_call(tmp_path: Path) -> None:
    path = tmp_path / "acts.db"
    with tables_at("0004", f"sqlite:///{path}") as connection:
        for action, subject in (("listen", "C1"), ("purge", "2026-01-01")):
            values = {"at": HEARD_AT, "action": action, "subject": subject}
            statement = (
                "INSERT INTO audit (at, action, subject, details) VALUES (:at, :action, :subject, '{}')"
            )
            connection.execute(text(statement), values)
    with open_store(f"sqlite:///{path}") as store:
        found = {row.action: (row.call_id, row.audio_sha256) for row in store.audit.entries()}
        assert found == {"listen": ("C1", None), "purge": (None, None)}
        assert [row.action for row in store.audit.entries(call="C1")] == ["listen"]
