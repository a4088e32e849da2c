"""A store of many invented calls, for measuring the review room: written in bulk, the same for the same seed.

Thirty days, ten teams, two hundred agents, fifteen criteria, one call in five flagged, and what people have
decided about the older ones. Transcripts are short and made of a few sentences; no person and no company
is meant.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, insert, select, update

from pipeline.messages import Message
from pipeline.store import Store, codec, projections
from pipeline.store.people_tables import users
from pipeline.store.review_tables import cases, decisions, verdicts
from pipeline.store.run_tables import problems
from pipeline.store.search import remember
from pipeline.store.tables import calls, findings, hearings, hits, inspections, measurements, utterances
from scripts.synthetic_calls import AGENTS, DAYS, FIRST_DAY, TEAMS, Invention, agent_of


def write(connection: Connection, rows: dict[Table, list[dict[str, Any]]]) -> None:
    for table in (calls, hearings, inspections, utterances, measurements, hits, findings):
        if rows[table]:
            connection.execute(insert(table), rows[table])


def pages(total: int, size: int = 2000) -> Iterator[range]:
    for start in range(0, total, size):
        yield range(start + 1, min(total, start + size) + 1)


def fill(store: Store, *, total: int, seed: int = 1) -> float:
    """Invent and write ``total`` calls; seconds it took."""
    began = time.monotonic()
    run_id = store.runs.start()
    invention = Invention(seed, total, run_id)
    for page in pages(total):
        for key in page:
            invention.add(key)
        with store._write() as connection:
            write(connection, invention.rows)
            remember(connection, invention.said)
        invention.rows.clear()
        invention.said.clear()
    with store._write() as connection:
        kinds = ("call-list", "missing-file")
        unread = codec.message(Message("call-list.empty-row"))
        connection.execute(
            insert(problems),
            [
                {
                    "run": run_id,
                    "kind": kinds[n % 2],
                    "line": n + 2,
                    "reason": unread,
                }
                for n in range(12)
            ],
        )
        projections.refresh_all(connection)
    people(store)
    with store._write() as connection:
        decide(connection, random.Random(seed))  # noqa: S311
        connection.exec_driver_sql("ANALYZE")
    store.runs.finish(run_id, summary={"found": total})
    return time.monotonic() - began


def decide(connection: Connection, chance: random.Random) -> None:
    """What people did with the older calls: six in ten are done, one verdict in five overturns."""
    reviewers = list(connection.execute(select(users.c.id).where(users.c.role == "reviewer")).scalars())
    f, of = findings.c, cases.c
    last = (FIRST_DAY + timedelta(days=DAYS - 2)).isoformat()
    query = (
        select(of.call, of.inspection, f.criterion, f.severity, f.points)
        .select_from(cases.join(calls, calls.c.id == of.call).outerjoin(findings, _failed(f, of)))
        .where(of.state == "open", calls.c.started_local < last)
        .order_by(of.call, f.number)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.call].append(row)
    events: list[dict[str, Any]] = []
    settled: list[dict[str, Any]] = []
    done: list[dict[str, Any]] = []
    for call, rows in found.items():
        if chance.random() > 0.6:
            continue
        by, at = chance.choice(reviewers), "2026-11-19T02:00:00+00:00"
        common = {"call": call, "inspection": rows[0].inspection, "user": by, "at": at, "origin": "review"}
        standing, score = [], 100.0
        for row in rows:
            if row.criterion is None:
                continue
            verdict = "overturned" if chance.random() < 0.2 else "confirmed"
            if verdict == "confirmed":
                standing.append(row.severity)
                score += row.points
            key, what = len(events) + 1, {"criterion": row.criterion, "verdict": verdict, "outcome": "failed"}
            events.append({**common, **what, "id": key, "kind": "verdict", "request": f"v{key}"})
            settled.append(
                {"call": call, **what, "added": False, "decision": key, "user": by, "state": verdict}
                | {"cause": None, "next": "nobody", "at": at}
            )
        key = len(events) + 1
        nothing = {"criterion": None, "verdict": None, "outcome": None}
        events.append({**common, **nothing, "id": key, "kind": "finish", "request": f"f{key}"})
        done.append(
            {"of": call, "by": by, "at": at, "worst": min(standing, default=None), "score": max(0.0, score)}
        )
    connection.execute(insert(decisions), events)
    connection.execute(insert(verdicts), settled)
    values: dict[str, Any] = {
        "worst": bindparam("worst"),
        "score": bindparam("score"),
        "score_low": bindparam("score"),
        "score_high": bindparam("score"),
        "finished_by": bindparam("by"),
    }
    values |= {"finished_at": bindparam("at"), "state": "done", "pending": 0, "final": True}
    connection.execute(update(cases).where(of.call == bindparam("of")).values(values), done)


def _failed(f: Any, of: Any) -> Any:
    return and_(f.inspection == of.inspection, f.outcome == "failed")


def people(store: Store) -> None:
    """An administrator, supervisors, sixty reviewers, a lead for each team, and the agents."""
    rows: list[tuple[str, str, str | None, str | None]] = [
        ("admin", "administrator", None, None),
        ("super1", "supervisor", None, None),
    ]
    rows += [(f"reviewer{n}", "reviewer", None, None) for n in range(60)]
    rows += [(f"lead{n}", "lead", agent_of(n * AGENTS // TEAMS)[2], None) for n in range(TEAMS)]
    rows += [(f"agent{n}", "agent", agent_of(n)[2], agent_of(n)[0]) for n in range(AGENTS)]
    values = [
        {"name": name, "display_name": name, "role": role, "team": team, "agent_id": agent}
        | {"disabled": False, "created_at": "2026-10-01T00:00:00+00:00"}
        for name, role, team, agent in rows
    ]
    with store._write() as connection:
        connection.execute(insert(users), values)
