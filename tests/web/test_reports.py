"""Reports on pages and as files: who sees what, and that nobody waits for one."""

from __future__ import annotations

import io
import json
import re
import threading
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from httpx import Response

from pipeline.domain import UserRole
from pipeline.messages import Message
from pipeline.reports.readable.asked import ReportKind, ReportQuery
from pipeline.reports.readable.model import Report, Unit
from pipeline.store import Store
from pipeline.web.reporting.axes import ticks
from pipeline.web.reporting.shelf import ReportShelf
from tests.web.conftest import AGENT, OTHER_TEAM, TEAM, Browser, Client

ABOUT = {
    ReportKind.AGENT: f"agent={AGENT}",
    ReportKind.TEAM: f"team={TEAM}",
    ReportKind.QUEUE: "queue=售后",
    ReportKind.CRITERION: "criterion=shirk",
}


def path_of(kind: ReportKind) -> str:
    return f"/reports/{kind}?{ABOUT.get(kind, '')}&from=2026-11-01&to=2026-11-30"


def shown(browser: Browser, path: str) -> Response:
    """The page once its report is there; asking again is what the page does by itself."""
    for _ in range(200):
        answer = browser.get(path)
        if 'id="making"' not in answer.text:
            return answer
        threading.Event().wait(0.05)
    raise AssertionError("it is still being made")


@pytest.mark.parametrize("kind", ReportKind)
def test_every_kind_has_a_page_and_a_twin(supervisor: Browser, busy: Store, kind: ReportKind) -> None:
    page = shown(supervisor, path_of(kind))
    assert page.status_code == 200
    twin = supervisor.get(path_of(kind), headers={"Accept": "application/json"}).json()
    assert twin["report"]["kind"] == kind
    for section in twin["report"]["sections"]:
        assert section["title"] in page.text or "&" in section["title"]
        assert f'id="{section["id"]}"' in page.text


def test_figures_lead_to_their_calls(supervisor: Browser, busy: Store) -> None:
    twin = shown(supervisor, path_of(ReportKind.MONTH))
    links = set(re.findall(r'href="(/queue\?[^"]+)"', twin.text))
    assert len(links) > 5
    for link in links:
        assert supervisor.get(link.replace("&amp;", "&")).status_code == 200


def test_a_report_about_nothing_says_so(supervisor: Browser) -> None:
    assert supervisor.get("/reports/agent").status_code == 404
    assert supervisor.get("/reports/no-such").status_code in (404, 422)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("from=2026-13-01", "2026-13-01"),
        ("to=morgen", "morgen"),
        ("by=month", "month"),
        ("from=2026-11-30&to=2026-11-01", "2026-11-30"),
    ],
)
def test_what_an_address_says_wrongly_is_told(supervisor: Browser, asked: str, told: str) -> None:
    for path in ("/reports/month", "/api/v1/reports/month"):
        answer = supervisor.get(f"{path}?{asked}")
        assert answer.status_code == 400
        assert told in answer.text
    assert supervisor.get("/reports/month?from=&to=&by=").status_code == 200, "an empty field is none"


def test_the_form_leads_to_the_report(supervisor: Browser) -> None:
    answer = supervisor.get("/reports", params={"kind": "team", "about": TEAM, "from": "2026-11-01"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/reports/team?from=2026-11-01&team=")


def test_a_lead_sees_their_team_alone(client: Client, busy: Store) -> None:
    lead = client(UserRole.LEAD)
    own = lead.get("/api/v1/reports/month?from=2026-11-01&to=2026-11-30").json()
    calls = own["sections"][0]["headlines"][0]["value"]
    everybody = client(UserRole.SUPERVISOR).get("/api/v1/reports/month?from=2026-11-01&to=2026-11-30").json()
    assert calls < everybody["sections"][0]["headlines"][0]["value"]
    other = lead.get(f"/api/v1/reports/team?team={OTHER_TEAM}&from=2026-11-01&to=2026-11-30").json()
    assert other["sections"][0]["says"][0]["code"] == "report.none"


def test_who_reviewed_how_much_is_for_supervisors(client: Client) -> None:
    for role, status in ((UserRole.REVIEWER, 403), (UserRole.LEAD, 403), (UserRole.SUPERVISOR, 200)):
        browser = client(role)
        assert browser.get("/reports/quality").status_code == status
        assert browser.get("/api/v1/reports/quality").status_code == status
        listed = browser.get("/reports").text
        assert ("/reports/quality" in listed) is (status == 200)


def test_a_file_needs_nothing_else(supervisor: Browser, busy: Store) -> None:
    answer = supervisor.get("/api/v1/reports/month?from=2026-11-01&to=2026-11-30&format=html")
    assert answer.headers["content-disposition"] == 'attachment; filename="month-2026-11-01-2026-11-30.html"'
    text = answer.text
    assert not re.search(r"<(script|link|img|iframe)\b", text)
    assert not re.search(r"url\(|@import|src=", text)
    assert "@media print" in text and "break-before: page" in text
    assert "default-src 'none'" in text


def test_a_workbook_and_what_was_taken_is_written_down(supervisor: Browser, busy: Store) -> None:
    answer = supervisor.get("/api/v1/reports/month?from=2026-11-01&to=2026-11-30&format=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[0] == "质检月报"
    linked = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert any(isinstance(cell.value, int | float) for cell in linked), "a figure and its calls in one cell"
    (row, *_) = busy.audit.entries(action="export")
    assert (row.subject, row.details["format"]) == ("report-month", "xlsx")


def test_json_has_the_addresses_of_the_calls(supervisor: Browser, busy: Store) -> None:
    found: dict[str, Any] = json.loads(
        supervisor.get("/api/v1/reports/month?from=2026-11-01&to=2026-11-30").text
    )
    first = found["sections"][0]["headlines"][0]
    assert first["calls"].startswith("http") and "/queue?" in first["calls"]


def report() -> Report:
    day = date(2026, 11, 1)
    return Report(
        ReportQuery(ReportKind.DAY), Message("report.title.day"), None, day, day, (day, day), datetime.now()
    )


def test_nobody_waits_for_a_report() -> None:
    shelf, go = ReportShelf(patience=0.01), threading.Event()

    def slow() -> Report:
        go.wait(30)
        return report()

    assert shelf.get("a", slow) is None
    assert shelf.get("a", slow) is None, "it is not made twice"
    go.set()
    while (found := shelf.get("a", slow)) is None:
        pass
    assert shelf.get("a", slow) is found
    shelf.close()


def test_what_went_wrong_is_said_once_and_tried_again() -> None:
    shelf = ReportShelf(patience=30)

    def broken() -> Report:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        shelf.get("a", broken)
    assert shelf.get("a", report) is not None
    shelf.close()


@pytest.mark.parametrize(
    ("low", "high", "unit", "first", "last"),
    [
        (0.0, 0.42, Unit.SHARE, "0%", "40%"),
        (0.0, 0.101, Unit.SHARE, "0.0%", "10.0%"),
        (96.6, 99.1, Unit.SCORE, "97.0", "99.0"),
        (0.001, 0.002, Unit.SHARE, "0.10%", "0.20%"),
    ],
)
def test_an_axis_has_round_numbers(low: float, high: float, unit: Unit, first: str, last: str) -> None:
    labels = [label for _, label in ticks(low, high, unit)]
    assert (labels[0].rstrip("0%").rstrip("."), labels[-1].rstrip("0%").rstrip(".")) == (
        first.rstrip("0%").rstrip("."),
        last.rstrip("0%").rstrip("."),
    )
    assert len(set(labels)) == len(labels) >= 2


def test_labels_of_an_axis_have_the_room_there_is() -> None:
    assert max(len(label) for _, label in ticks(0.99, 1.0, Unit.SHARE)) <= len("100.0%")
    assert [label for _, label in ticks(0.0, 0.1, Unit.SHARE)] == ["0%", "2%", "4%", "6%", "8%", "10%"]


def test_reviewers_read_their_own_work_and_leads_everybodys(
    client: Client, store: Store, lead: Browser, agent: Browser
) -> None:
    one, other = (client(UserRole.REVIEWER, name=name) for name in ("甲质检", "乙质检"))
    for browser in (other, one):
        assert browser.user is not None
        assert browser.post("/calls/O02/claim").status_code < 400
        name = browser.user.name
        store.decisions.finish("O02", by=browser.user.id, request=f"f-{name}", incomplete=True)
        store.decisions.reopen("O02", by=browser.user.id, request=f"r-{name}")
        assert browser.post("/calls/O02/release").status_code < 400
    own = one.get("/api/v1/reports/reviewers").json()  # of this month: nobody can say when tests run
    assert "甲质检" in str(own) and "乙质检" not in str(own)
    page = shown(one, "/reports/reviewers").text
    assert "甲质检" in page and "乙质检" not in page
    everybody = lead.get("/api/v1/reports/reviewers").json()
    assert "甲质检" in str(everybody) and "乙质检" in str(everybody)
    assert agent.get("/reports/reviewers").status_code == 403
    assert "我的复核" in one.get("/").text and "我的复核" not in lead.get("/").text + agent.get("/").text
    assert client(UserRole.REVIEWER).get("/", headers={"Accept": "application/json"}).json()["work"] is None
