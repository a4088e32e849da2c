"""A page is given one declared value, and its twin is that value as JSON: names, keys and templates agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import pytest
from jinja2 import Environment, nodes
from sqlalchemy import update

from pipeline.domain import UserRole
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.tables import calls
from pipeline.web.access import ROLE_PERMISSIONS, Permission
from pipeline.web.app import api_routes
from pipeline.web.context import PageContext, twin_of
from pipeline.web.render import SHARED, environment
from tests.web.access import ROUTES
from tests.web.conftest import AGENT, OTHER_TEAM, TEAM, Browser, Client
from tests.web.test_access import ask, is_page

SCORING = [role for role in UserRole if Permission.CALIBRATE in ROLE_PERMISSIONS[role]]
MERGING = [role for role in UserRole if Permission.MERGE in ROLE_PERMISSIONS[role]]

api_routes()  # imports every screen, and with it every context


def contexts(base: type[PageContext] = PageContext) -> Iterator[type[PageContext]]:
    for kind in base.__subclasses__():
        if hasattr(kind, "template"):
            yield kind
        yield from contexts(kind)


ALL = sorted({kind.__name__: kind for kind in contexts()}.values(), key=lambda kind: kind.__name__)


def trees(name: str, templates: Environment) -> Iterator[nodes.Template]:
    """A template and all that it extends, includes and imports."""
    seen, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        assert templates.loader is not None
        tree = templates.parse(templates.loader.get_source(templates, one)[0])
        yield tree
        for kind in (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport):
            for node in tree.find_all(kind):
                assert isinstance(node.template, nodes.Const), f"{one}: a template's name is written out"
                waiting.append(node.template.value)


def names(tree: nodes.Template) -> tuple[set[str], set[str]]:
    """The names that a template reads, and those it gives a value itself."""
    read, own = set(), {"loop", "caller", "super", "self", "varargs", "kwargs"}
    for node in tree.find_all(nodes.Name):
        (read if node.ctx == "load" else own).add(node.name)
    own |= {node.name for node in tree.find_all(nodes.Macro)}
    own |= {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        own |= {name if isinstance(name, str) else name[1] for name in node.names}
    return read, own


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_a_template_uses_what_is_declared_and_all_of_it(kind: type[PageContext]) -> None:
    templates = environment("zh")
    found = [names(tree) for tree in trees(kind.template, templates)]
    read, own = (set[str]().union(*parts) for parts in zip(*found, strict=True))
    declared = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    assert read - own - declared - SHARED - set(templates.globals) == set(), "declare them in the context"
    assert declared - read == set(), "no template of it uses them"
    assert not declared & SHARED, "these would hide what every page has"


def test_a_name_that_nobody_declared_is_found() -> None:
    tree = environment("zh").parse("{% for one in calls %}{{ one.id }} {{ two }}{% endfor %}")
    read, own = names(tree)
    assert read - own == {"calls", "two"}


@pytest.mark.parametrize("role", UserRole)
def test_the_keys_of_a_twin_are_the_names_of_its_page(client: Client, busy: Store, role: UserRole) -> None:
    browser = client(role)
    compared = 0
    for name in filter(is_page, ROUTES):
        page, twin = (ask(browser, name, "O02", twin=twin) for twin in (False, True))
        if page.status_code != 200:
            continue
        known: dict[str, Any] = page.context  # type: ignore[attr-defined]
        assert set(twin.json()) == set(known), name
        assert browser.csrf not in twin.text, name
        compared += 1
    assert compared >= 10


def test_a_twin_is_asked_for_by_address_too(supervisor: Browser) -> None:
    by_address, by_header = (
        supervisor.get("/queue?state=all&format=json"),
        supervisor.get("/queue?state=all", headers={"Accept": "application/json"}),
    )
    assert by_address.json() == by_header.json()
    assert [row["call_id"] for row in by_address.json()["calls"]["rows"]]
    assert by_header.headers["vary"] == "Accept" and by_header.headers["cache-control"] == "no-store"
    assert (
        supervisor.get("/queue", headers={"Accept": "text/html,application/json"})
        .headers["content-type"]
        .startswith("text/html")
    )


def test_a_twin_tells_no_paths_and_no_digests_of_sessions(
    client: Client, busy: Store, administrator: Browser
) -> None:
    for name in filter(is_page, ROUTES):
        text = ask(administrator, name, "O02", twin=True).text
        if name != "GET /invitation/{token}":  # who asks has its token already
            assert not re.search(r'"(csrf|session|pid|host|dump)":|"token":"[^"]', text), name
        assert "/dump/" not in text and "/tmp/" not in text, name


@pytest.mark.parametrize("role", UserRole)
def test_nothing_tells_the_number_of_the_customer(client: Client, busy: Store, role: UserRole) -> None:
    number = "13700009999"
    with busy._write() as connection:
        connection.execute(update(calls).values(customer_number=number))
    busy.coaching.nominate("O02", title="例", note="", by=None)
    busy.coaching.approve("O02", by=None)
    browser, answered = client(role), 0
    for name in ROUTES:
        if not name.startswith("GET ") or not (is_page(name) or "/api/v1/" in name):
            continue
        answer = ask(browser, name, "O02", twin=True)
        answered += answer.status_code == 200
        assert number not in answer.text and "customer_number" not in answer.text, name
    assert answered >= 20
    both = browser.get("/calls/O02/corrects?call=O01&format=json")
    assert number not in both.text and (both.status_code == 200) == (role in MERGING)


@pytest.mark.parametrize("role", SCORING)
def test_the_twin_of_a_calibration_says_no_more_than_the_blind_page(
    client: Client, busy: Store, role: UserRole
) -> None:
    """Whose call it is and who has scored it is told by no page, and by no twin, also outside a scope."""
    browser = client(role, team=OTHER_TEAM) if role is UserRole.LEAD else client(role)
    assert browser.user is not None
    busy.calibrations.open(
        "校二", call_ids=["O02"], scorers=[browser.user.id, 1], expert=None, by=1, request="c2"
    )
    told = {"call_id", "started_at", "duration", "place", "scored"}
    page, sheet = (browser.get(f"/calibrations/2{tail}?format=json") for tail in ("", "/calls/1"))
    listed = browser.get("/calibrations?format=json").json()["calibrations"]
    found = [page.json()["calibration"], sheet.json()["calibration"]]
    found += [*listed, *browser.get("/api/v1/calibrations").json()]
    for calibration in found:
        assert calibration["opened_by"] is None
        assert [set(call) for call in calibration["calls"]] == [told]
    assert set(sheet.json()["chosen"]) == told
    for answer in (page, sheet):
        assert not re.search(rf"(?<![\d.]){AGENT}(?!\d)", answer.text), (
            "no agent, where a time may have digits"
        )
        assert TEAM not in answer.text


@pytest.mark.parametrize("role", UserRole)
def test_where_files_lie_is_not_told(client: Client, settings: Settings, role: UserRole) -> None:
    """The twin of a sentence that is tried names no file of the rules; the API names the files of the sound
    to those who review."""
    browser = client(role)
    tried = browser.get("/rules/try?text=您好，很高兴为您服务&format=json")
    considered = tried.json()["explanation"]["considered"]
    assert considered and not {"place", "tolerance"} & set(considered[0])
    assert str(settings.lexicons.parent) + "/" not in tried.text
    call = browser.get("/api/v1/calls/O02").json()["call"]
    assert bool(call["paths"]) == (Permission.REVIEW in ROLE_PERMISSIONS[role])


def test_an_agent_reads_no_reviewer_in_a_twin(client: Client, store: Store) -> None:
    """What people decided is told; who they are is not, neither by the page's twin nor by the API."""
    secret = "郑重其事"
    reviewer, agent = client(UserRole.REVIEWER, display_name=secret), client(UserRole.AGENT)
    case = store.cases.case("O02")
    assert case is not None
    said = {"criterion": "shirk", "verdict": "confirmed", "seen": case.version}
    assert reviewer.htmx("/calls/O02/verdicts", said).status_code == 200
    reviewer.post("/calls/O02/claim")
    reviewer.post("/exemplars", {"call_id": "O02", "title": "好"})
    addresses = [
        "/exemplars",
        "/calls/O02",
        "/queue?state=all",
        "/agents/8002",
        "/api/v1/calls",
        "/api/v1/agents/8002",
    ]
    addresses += [f"/api/v1/calls/O02{tail}" for tail in ("", "/findings", "/decisions", "/verdicts")]
    for address in addresses:
        headers = {"Accept": "application/json"}
        answers = [browser.get(address, headers=headers) for browser in (reviewer, agent)]
        assert [answer.status_code for answer in answers] == [200, 200], address
        assert secret not in answers[1].text, address
        if address in ("/calls/O02", "/exemplars"):
            assert secret in answers[0].text, "it is looked for where it is"
        if address == "/exemplars":
            assert secret not in agent.get(address).text, "nor by the page"


def test_a_twin_lists_a_set_in_order() -> None:
    @dataclass(frozen=True)
    class SetPage:
        names: frozenset[str]

    names = frozenset(f"n{number:02}" for number in range(40))
    assert twin_of(SetPage(names)) == {"names": sorted(names)}
