"""A store from before the gate: what it judged takes its points, and what people said counts at once."""

from __future__ import annotations

import warnings

from sqlalchemy import MetaData

from pipeline.domain import Outcome
from pipeline.rubric import load_rubric
from pipeline.settings import Settings
from pipeline.store import open_store
from tests.inspections import finding, inspection
from tests.migrations import tables_at

ITEM = "greeting-missing"
AT = "2026-11-20T20:00:00+00:00"


def test_findings_and_verdicts_of_an_older_store(url: str) -> None:
    with tables_at("0009", url) as connection:
        tables = MetaData()
        wanted = ("runs", "users", "calls", "inspections", "findings", "decisions", "verdicts")
        with warnings.catch_warnings():  # an index over an expression is not reflected, and not needed
            warnings.simplefilter("ignore")
            tables.reflect(connection, only=wanted)
        assert "only_flags" not in tables.tables["findings"].c

        def put(table: str, /, **values: object) -> None:
            connection.execute(tables.tables[table].insert().values(values))

        put("runs", id=9, kind="run", state="finished", host="h", pid=9, started_at=AT)
        put("users", id=9, name="ann", display_name="ann", role="reviewer", disabled=False, created_at=AT)
        put("calls", id=9, call_id="C1", audio_sha256="a" * 64, id_source="list")
        made = {"audio_sha256": "a" * 64, "engine": "e", "model": "m", "lexicons": "l", "rubric": "r"}
        card = {"score": 98.0, "passed": True, "fatal": False, "flagged": True, "ledger": "[]"}
        lists = {"flag_reasons": "[]", "alerts": "[]", "sections": "[]"}
        head = {"id": 9, "call": 9, "run": 9, "current": True, "inspected_at": AT, "status": "inspected"}
        put("inspections", **head, **made, settings="s", duration=60.0, **card, **lists)
        what = {"criterion": ITEM, "title": "未报开头语", "section": "规范", "severity": "D"}
        rest = {"reason": "", "fatal": False, "evidence": "[]", "occurrences": 1}
        put("findings", inspection=9, number=0, **what, outcome="failed", points=-2.0, **rest)
        said = {"criterion": ITEM, "verdict": "overturned", "outcome": "failed"}
        event = {"kind": "verdict", "user": 9, "at": AT, "origin": "review", "request": "r1"}
        put("decisions", id=9, call=9, inspection=9, **said, **event)
        standing = {"added": False, "decision": 9, "user": 9, "state": "overturned", "at": AT}
        put("verdicts", call=9, **said, **standing)
    with open_store(url) as store:
        (one,) = store.inspections.all()
        assert one.scorecard is not None
        assert [(f.outcome, f.only_flags) for f in one.scorecard.findings] == [(Outcome.FAILED, False)]
        trust = {t.criterion: t for t in store.trust.criteria(load_rubric(Settings().rubric))}
        assert trust[ITEM].figures.overturned == 1 and not trust[ITEM].only_flags
        assert store.trust.changes() == ()
        run_id = store.runs.start()
        new = (finding(ITEM, Outcome.FAILED),)
        assert store.inspections.save(inspection("C2", findings=new), run_id=run_id), "new calls are kept too"
