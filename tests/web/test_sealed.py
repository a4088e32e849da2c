"""Who is to score a call blind finds nothing about it anywhere: every route is asked, page, JSON and file."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from pipeline.domain import Inspection, Verdict
from pipeline.domain.people import UserRole
from pipeline.messages import verbatim
from pipeline.store import Store
from pipeline.store.review_tables import cases
from pipeline.store.tables import calls, findings, inspections
from pipeline.web.access import ROLE_PERMISSIONS
from tests.nights import heard_call, put, record
from tests.web.access import PATH, ROUTES
from tests.web.conftest import TEAM, Browser, Client

CALL = "SEALED/1"
JSON = {"Accept": "application/json"}
SCORE, QUOTE, REASON, REMARK = 61.375, "密封的原话", "密封的理由", "密封的批注"
TRACES = ("61.375", "61.4", QUOTE, REASON, REMARK)
"""What stands in the store about the call besides its sound, who took it and when."""


@pytest.fixture
def sealed(store: Store, tmp_path: Path) -> str:
    """A call that leaves traces wherever calls can, and its address."""
    put(store, _marked(heard_call(record(tmp_path / "a.wav"), call_id=CALL)))
    other = store.accounts.add("other", display_name="旁人", role=UserRole.SUPERVISOR)
    case = store.cases.case(CALL)
    assert case is not None
    store.decisions.decide(
        CALL, "shirk", Verdict.CONFIRMED, by=other.id, request="d", seen=case.version, comment=REMARK
    )
    store.audit.note("decision", by=other.id, subject=CALL, comment=REMARK)
    store.coaching.write("8002", REMARK, by=other.id, request="n", call_id=CALL)
    store.coaching.nominate(CALL, title=REMARK, by=other.id)
    store.coaching.approve(CALL, by=other.id)
    agent = store.accounts.add("agent", role=UserRole.AGENT, team=TEAM, agent_id="8002")
    store.appeals.file(CALL, "attitude-impatient", REMARK, by=agent, request="a", late=True)
    return "/calls/SEALED%2F1"


def _marked(call: Inspection) -> Inspection:
    assert call.scorecard is not None
    findings = tuple(
        replace(
            finding,
            reason=verbatim(REASON),
            evidence=tuple(replace(proof, quote=QUOTE) for proof in finding.evidence),
        )
        for finding in call.scorecard.findings
    )
    hits = tuple(replace(hit, quote=QUOTE) for hit in call.hits)
    return replace(call, hits=hits, scorecard=replace(call.scorecard, findings=findings, score=SCORE))


def opened(client: Client, *scorers: Browser) -> str:
    """A calibration of the call; somebody else opened it."""
    ids = [str(one.user.id) for one in scorers if one.user]
    form = {"title": "盲评", "calls": CALL, "scorers": ids}
    return client(UserRole.ADMINISTRATOR).post("/calibrations", form).headers["location"]


def readable(browser: Browser) -> Iterator[tuple[str, str]]:
    """Every address that can be read, with what it says."""
    for name in sorted(ROUTES):
        method, path = name.split(" ", 1)
        if method != "GET" or "oidc" in path:
            continue
        values = {**PATH, **ROUTES[name].path, "call_id": "SEALED%2F1", "what": "calls"}
        for parameter, value in values.items():
            path = path.replace(f"{{{parameter}}}", value)
        yield from asked(browser, path)
    lists = (
        "state=all",
        "state=all&text=不归我管",
        "state=all&criterion=shirk",
        "score_from=60&state=all",
        "",
    )
    for query in (*lists, "state=second", "state=done", "alert=any&state=all"):
        for place in ("/queue", "/api/v1/queue", "/api/v1/calls"):
            yield from asked(browser, f"{place}?{query}")
    for what in ("violations", "calls", "findings", "hits", "transcripts"):
        yield from asked(browser, f"/api/v1/exports/{what}?format=jsonl")
    for place in (
        "/?day=2026-11-20",
        "/appeals?group=all",
        "/coaching?agent=8002",
        "/appeals/new?call=SEALED/1",
    ):
        yield from asked(browser, place)
    for code in ("shirk", "attitude-impatient", "esc-complaint"):
        yield from asked(browser, f"/rules/phrases/{code}")


def asked(browser: Browser, path: str) -> Iterator[tuple[str, str]]:
    """What it says, and what its twin says, where it is a page."""
    answer = browser.get(path)
    kind = answer.headers.get("content-type", "")
    if not kind.startswith(("audio/", "text/css")):
        yield path, answer.content.decode("utf-8", "replace")
    if kind.startswith("text/html"):
        yield f"{path} as JSON", browser.get(path, headers=JSON).text


def told(browser: Browser) -> dict[str, list[str]]:
    found = {path: [trace for trace in TRACES if trace in text] for path, text in readable(browser)}
    return {path: traces for path, traces in found.items() if traces}


SCORING = [role for role in UserRole if "calibrate" in {p.value for p in ROLE_PERMISSIONS[role]}]


@pytest.mark.parametrize("role", SCORING)
def test_no_route_tells_a_scorer_anything(client: Client, sealed: str, role: UserRole) -> None:
    scorer, looker = client(role, team=TEAM), client(role, team=TEAM)
    opened(client, scorer, client(UserRole.REVIEWER))
    assert told(scorer) == {}
    places = set(told(looker))
    known = {sealed, f"/api/v1{sealed}", "/api/v1/calls", "/exemplars", "/coaching?agent=8002"}
    twins = {f"{place} as JSON" for place in known if not place.startswith("/api/")}
    assert known | twins <= places, (
        "who is not a scorer reads all of this: the traces are where they are looked for"
    )


@pytest.mark.parametrize("role", SCORING)
def test_every_number_is_what_it_is_without_the_call(
    client: Client, sealed: str, store: Store, role: UserRole
) -> None:
    """Counts and means give nothing away either."""
    scorer = client(role, team=TEAM)
    opened(client, scorer, client(UserRole.REVIEWER))
    pages = ("/", "/agents", "/agents/8002", "/rules", "/rules/phrases", "/api/v1/overview", "/api/v1/agents")

    def seen() -> list[str]:
        scrub = r'name="(csrf|request)" value="[^"]*"|nonce" content="[^"]*"|<time[^>]*>'
        answers = [scorer.get(path, headers=headers).text for path in pages for headers in ({}, JSON)]
        return [re.sub(scrub, "", text) for text in answers]

    before = seen()
    store.query_cache.clear()
    with store._write() as connection:  # another judgement, and nothing else
        key = select(calls.c.id).where(calls.c.call_id == CALL).scalar_subquery()
        of = select(inspections.c.id).where(inspections.c.call == key)
        connection.execute(
            update(cases).where(cases.c.call == key).values(score=1.5, worst=None, state="done")
        )
        connection.execute(
            update(inspections).where(inspections.c.call == key).values(score=1.5, flagged=False, alerts="[]")
        )
        connection.execute(update(findings).where(findings.c.inspection.in_(of)).values(outcome="passed"))
    assert seen() == before


@pytest.mark.parametrize("format", ["csv", "xlsx", "jsonl", "parquet"])
def test_an_export_says_what_it_left_out(client: Client, sealed: str, store: Store, format: str) -> None:
    scorer, looker = client(UserRole.REVIEWER), client(UserRole.REVIEWER)
    opened(client, scorer, client(UserRole.REVIEWER))
    path = f"/api/v1/exports/calls?format={format}"
    mine, all_of_it = scorer.get(path), looker.get(path)
    assert (mine.status_code, mine.headers["x-callinspect-left-out"]) == (200, "1")
    assert "x-callinspect-left-out" not in all_of_it.headers
    assert store.audit.entries(action="export")[1].details["left_out"] == 1
    if format == "xlsx":
        from openpyxl import load_workbook

        ids = [
            [row[0].value for row in load_workbook(io.BytesIO(file.content)).active.iter_rows()]
            for file in (mine, all_of_it)
        ]
        assert CALL not in ids[0] and CALL in ids[1]
    elif format != "parquet":
        assert CALL not in mine.text and CALL in all_of_it.text


def test_nothing_is_written_about_it_either(client: Client, sealed: str, store: Store) -> None:
    scorer = client(UserRole.REVIEWER)
    opened(client, scorer, client(UserRole.REVIEWER))
    for name, row in ROUTES.items():
        method, path = name.split(" ", 1)
        if method == "POST" and row.scoped:
            address = path.replace("{call_id}", "SEALED%2F1")
            said = {"kind": "comment", "request": str(uuid.uuid4()), "comment": "x"}
            answer = (
                scorer.http.post(address, json=said, headers={"X-CSRF-Token": scorer.csrf})
                if address.startswith("/api/")
                else scorer.post(address, dict(row.form))
            )
            assert answer.status_code == 403, name
    assert scorer.post("/queue/claim", {"call_id": CALL}).status_code == 403
    given = {scorer.post("/queue/next").headers["location"] for _ in range(8)}
    assert not any("SEALED" in place for place in given)


def test_it_can_be_heard_and_scored_and_then_read(client: Client, sealed: str, store: Store) -> None:
    scorer, stranger = client(UserRole.REVIEWER), client(UserRole.REVIEWER, team="另一组")
    place = opened(client, scorer, stranger)
    for somebody in (scorer, stranger):
        assert somebody.get(f"{sealed}/audio", headers={"Range": "bytes=0-9"}).status_code == 206
        assert somebody.get(f"{sealed}/peaks").status_code == 200
        refused = somebody.get(sealed)
        assert refused.status_code == 403 and "校准" in refused.text
    assert somebody.get(f"/api/v1{sealed}").json()["error"]["code"] == "sealed"
    assert scorer.user is not None
    lines = store.calibrations.sheet(1, CALL, user=scorer.user.id)
    part = {"criterion-0": lines[0].criterion, "outcome-0": "passed"}
    assert scorer.post(f"{place}/calls/1", part).status_code == 303
    assert scorer.get(sealed).status_code == 403, "one item does not open it"
    all_of_it = {f"criterion-{n}": line.criterion for n, line in enumerate(lines)}
    all_of_it |= {f"outcome-{n}": "passed" for n in range(len(lines))}
    assert scorer.post(f"{place}/calls/1", all_of_it).status_code == 303
    assert QUOTE in scorer.get(sealed).text
    assert scorer.post(f"{place}/calls/1", {**part, "outcome-0": "failed"}).status_code == 400
    assert "disabled" in scorer.get(f"{place}/calls/1").text
    assert stranger.get(sealed).status_code == 403
    administrator = client(UserRole.ADMINISTRATOR)
    assert administrator.post(f"{place}/close").status_code == 303
    assert stranger.get(sealed).status_code == 200, "an approved example is for everybody again"


def test_a_closed_calibration_says_nothing_about_a_call_of_an_open_one(
    client: Client, sealed: str, store: Store
) -> None:
    scorer, colleague = client(UserRole.REVIEWER), client(UserRole.REVIEWER)
    first = opened(client, scorer, colleague)
    assert colleague.post(f"{first}/calls/1", {"criterion-0": "shirk", "outcome-0": "failed",
                                               "comment-0": REMARK}).status_code == 303  # fmt: skip
    assert client(UserRole.ADMINISTRATOR).post(f"{first}/close").status_code == 303
    opened(client, scorer, client(UserRole.REVIEWER))
    page = scorer.get(first)
    assert page.status_code == 200 and "SEALED" not in page.text and REMARK not in page.text


def test_what_if_waits(client: Client, sealed: str) -> None:
    scorer = client(UserRole.SUPERVISOR)
    opened(client, scorer, client(UserRole.REVIEWER))
    answer = scorer.post("/rules/what-if", {"file": "service.yaml", "text": "x"})
    assert answer.status_code == 403 and "盲评" in answer.text
