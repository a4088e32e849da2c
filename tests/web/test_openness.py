"""Whom agents see: every value of the setting, asked of every address that tells of somebody else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.domain import Inspection, Openness, UserRole
from pipeline.settings import Settings
from pipeline.store import Store, open_store
from pipeline.web.reporting.shelf import ReportShelf
from tests.nights import fill, good_call, night
from tests.web.access import ROUTES, SEEN
from tests.web.conftest import AGENT, OTHER_TEAM, TEAM, Browser, Client
from tests.web.test_access import ask

MATE = "8001"
"""Of TEAM, as AGENT; the others of the house are of OTHER_TEAM."""
HOUSE: Mapping[str, str] = {f"QX77{n}": f"外人{chr(0x4E00 + n)}" for n in range(30, 37)}
EACH = 25
"""Calls of each of them: as many as a positive list asks for."""
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The night, seven agents of another team with calls of their own, and good recordings of two of them."""
    path = tmp_path_factory.mktemp("house") / "house.db"
    fill(path, [*night(), *_others()])
    with open_store(f"sqlite:///{path}") as store:
        boss = store.accounts.add("boss", role=UserRole.SUPERVISOR)
        for agent in ("QX7730", "QX7731"):
            store.coaching.nominate(_name(agent, 0), title="好录音", by=boss.id)
            store.coaching.approve(_name(agent, 0), by=boss.id)
    return path


def _others() -> Iterator[Inspection]:
    for agent, name in HOUSE.items():
        for number in range(EACH):
            call = good_call(_name(agent, number), started=f"2026-11-{10 + number % 10}T08:00:00+08:00")
            facts = replace(call.recording.call, agent_id=agent, agent_name=name, team=OTHER_TEAM)
            yield replace(call, recording=replace(call.recording, call=facts))


@pytest.fixture
def house(app: FastAPI, store: Store) -> Store:
    app.state.reports = ReportShelf(patience=60)
    return store


def _name(agent: str, number: int) -> str:
    """An id that tells nothing of the agent."""
    return "X" + hashlib.sha256(f"{agent} {number}".encode()).hexdigest()[:10].upper()


def opened(app: FastAPI, settings: Settings, value: Openness) -> None:
    app.state.settings = settings.model_copy(update={"openness": value})


@pytest.mark.parametrize("value", Openness)
def test_what_agents_may_open(
    app: FastAPI, settings: Settings, house: Store, client: Client, value: Openness
) -> None:
    opened(app, settings, value)
    wrong = []
    for role in (UserRole.AGENT, *([UserRole.SUPERVISOR] if value is Openness.OWN else [])):
        browser = client(role, **({} if role is not UserRole.AGENT else {"team": TEAM, "agent_id": AGENT}))
        for path, values in SEEN.items():
            for address in (
                (path, f"/api/v1{path}") if path.startswith(("/agents/", "/reports/")) else (path,)
            ):
                status = browser.get(address.format(call=_name("QX7732", 0)), headers=JSON).status_code
                expected = role is UserRole.SUPERVISOR or value in values
                if (status == 200) is not expected:
                    wrong.append(f"{role} {address}: {status}")
    assert wrong == []


@pytest.mark.parametrize("value", [Openness.OWN, Openness.ANONYMISED])
def test_no_page_tells_who_others_are(
    app: FastAPI, settings: Settings, house: Store, agent: Browser, value: Openness
) -> None:
    """Everything an agent can get, page, twin and file: no name, number or team of anybody else."""
    opened(app, settings, value)
    open_paths = [path for path, values in SEEN.items() if value in values]
    example = f"/calls/{_name('QX7730', 0)}"
    texts = {path: agent.get(path).text for path in (*open_paths, example, f"/api/v1{example}")}
    texts |= {f"{path} json": agent.get(path, headers=JSON).text for path in (*open_paths, example)}
    texts["findings"] = agent.get(f"/api/v1{example}/findings").text
    for name in ROUTES:
        if name.startswith("GET ") and not any(part in name for part in ("{token}", "/rules", "/admin")):
            texts[name] = ask(agent, name, "O02").text
    for kind in ("html", "json"):
        texts[f"file {kind}"] = agent.get(f"/api/v1/reports/positive?format={kind}").text
    assert "好录音" in texts["GET /exemplars"]
    told = {*HOUSE, *HOUSE.values(), OTHER_TEAM, "陈思雨"}
    assert [(where, one) for where, text in texts.items() for one in told if one in text] == []


def test_letters_are_the_same_on_one_page_and_lead_nowhere(
    app: FastAPI, settings: Settings, house: Store, client: Client, agent: Browser
) -> None:
    opened(app, settings, Openness.ANONYMISED)
    period = "?from=2026-11-01&to=2026-11-30"
    page = agent.get(f"/agents{period}").text
    shown = re.findall(r"坐席 [A-Z]", page)
    assert shown == [f"坐席 {letter}" for letter in "ABCDEFGH"]
    assert re.findall(r'href="/agents/(\w+)"', page) == [AGENT]
    assert set(re.findall(r'href="/queue\?[^"]*agent=(\w+)', page)) == {AGENT}

    def twin(browser: Browser) -> list[tuple[str, int]]:
        rows = browser.get(f"/agents{period}", headers=JSON).json()["agents"]
        return [(row["agent"]["agent_id"], row["tally"]["calls"]) for row in rows]

    assert twin(agent) == twin(agent) and twin(agent)[0][0] == AGENT
    api = agent.get(f"/api/v1/agents{period}").json()
    assert [(row["agent"]["agent_id"], row["tally"]["calls"]) for row in api] == twin(agent)
    # the team-mate alone has two calls: among enough readers it has several letters
    readers = [client(UserRole.AGENT, team=TEAM, agent_id=AGENT) for _ in range(12)]
    of_mate = {next(name for name, calls in twin(one) if calls == 2 and name != AGENT) for one in readers}
    assert len(of_mate) > 1


def test_too_few_to_stay_unknown_are_left_out(
    app: FastAPI, settings: Settings, house: Store, agent: Browser
) -> None:
    opened(app, settings, Openness.ANONYMISED)
    page = agent.get("/agents?from=2026-11-20&to=2026-11-20")
    assert "坐席 A" not in page.text and "太少" in page.text and AGENT in page.text
    assert agent.get("/reports/positive?from=2026-11-20&to=2026-11-20").status_code == 400


def test_a_team_mate_is_figures_without_calls(
    app: FastAPI, settings: Settings, house: Store, agent: Browser
) -> None:
    opened(app, settings, Openness.TEAM)
    listed = agent.get("/agents").text
    assert "陈思雨" in listed and not any(name in listed for name in HOUSE.values())
    page = agent.get(f"/agents/{MATE}").text
    assert "陈思雨" in page and "/calls/" not in page and "/queue" not in page
    found = agent.get(f"/api/v1/agents/{MATE}").json()
    assert (found["best"], found["worst"]) == ([], []) and found["total"]["calls"] == 2
    report = agent.get("/reports/month", headers=JSON).json()["report"]
    links = re.findall(r'"/queue[^"]*"', str(report).replace("'", '"'))
    assert "陈思雨" in str(report) and all(f"agent={AGENT}" in link for link in links)


def test_agents_read_announcements_and_the_seed_once_it_is_drawn(
    store: Store, agent: Browser, supervisor: Browser
) -> None:
    form = {
        "title": "公告",
        "date_from": "2026-11-20",
        "date_to": "2026-11-20",
        "which": "all",
        "seed": "S33D",
    }
    path = supervisor.post("/samples", form).headers["location"]
    digest = hashlib.sha256(b"S33D").hexdigest()

    def read() -> list[str]:
        addresses = ("/samples", path)
        every = [agent.get(one).text for one in addresses]
        every += [agent.get(one, headers=JSON).text for one in (*addresses, "/api/v1/samples")]
        return every

    before = read()
    assert all("公告" in text and "S33D" not in text for text in before) and digest in before[1]
    assert "supervisor" not in "".join(before)  # who announced it
    assert supervisor.post(f"{path}/draw").status_code == 303
    store.samples.hear(1, "O02", misses=3, by=supervisor.user.id if supervisor.user else None)
    after = read()
    assert all("S33D" in text for text in (after[1], *after[2:]))
    found = agent.get(path, headers=JSON).json()
    assert [one["call"]["call_id"] for one in found["calls"]] == ["O02"]
    assert (found["calls"][0]["misses"], found["rates"], found["overall"]) == (None, [], None)
    assert agent.post(f"{path}/heard", {"call_id": "O02", "misses": "0"}).status_code == 403
