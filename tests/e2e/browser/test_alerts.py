"""The whole way of an alert in a browser: seen, taken by a key, reported, judged, closed, in the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pipeline.store import open_store
from tests.e2e.browser.rooms import Room, sign_in, visit
from tests.e2e.commands import free_port
from tests.nights import HEARD, bad_call, fill, heard_call, record


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Two calls in which the customer threatens to complain; one of them can be heard."""
    folder = tmp_path_factory.mktemp("hall")
    found = Room(folder, free_port())
    fill(found.database, [bad_call(), heard_call(record(folder / "heard.wav"))])
    found.add("rev1", "reviewer", display_name="王芳")
    found.add("rev2", "reviewer", display_name="刘洋")
    found.add("chief", "supervisor", display_name="陈静")
    found.start()
    yield found
    found.kill()


def test_the_whole_way(chrome: Browser, hall: Room) -> None:
    with open_store(hall.store) as store:
        number = store.alerts.of_call(HEARD)[0].id
    with visit(chrome, hall) as mine, visit(chrome, hall) as others, visit(chrome, hall) as chiefs:
        page = sign_in(mine, "rev1")
        expect(page.locator(".alert-board tbody tr")).to_have_count(2)
        page.goto(f"/calls/{HEARD}")
        place = page.locator("#alerts .evidence").first
        place.click()  # the seconds that prove it
        page.wait_for_function("document.querySelector('#sound').currentTime > 20")
        page.keyboard.press("t")
        expect(page.locator("#alerts")).to_contain_text("王芳")

        other = sign_in(others, "rev2")
        other.goto(f"/alerts/{number}")
        expect(other.locator('form[action$="/take"]')).to_have_count(0)
        expect(other.locator("main")).to_contain_text("等 王芳 上报")

        page.keyboard.press("r")
        page.wait_for_url(f"**/alerts/{number}")
        page.fill("#to", "值班经理")
        page.locator('form[action$="/report"] button').click()
        expect(page.locator(".head .chip").first).to_have_text("已上报")

        chief = sign_in(chiefs, "chief")
        chief.goto("/alerts?group=judge")
        chief.click(f'a[href="/alerts/{number}"] >> nth=0')
        chief.check('input[name="liability"][value="medium"]')
        chief.locator('form[action$="/liability"] button').click()
        expect(chief.locator("dl.facts")).to_contain_text("中责")

        # somebody did something meanwhile: who is second is told, and nothing is written over
        page.fill("#cause", "没有说明时间")
        page.locator('form[action$="/analysis"] button').click()
        expect(page.locator("#messages")).to_contain_text("陈静")
        page.reload()
        page.fill("#cause", "没有说明时间")
        page.locator('form[action$="/analysis"] button').click()
        expect(page.locator("main")).to_contain_text("没有说明时间")
        page.fill("#comment-close", "已回访")
        page.locator('form[action$="/close"] button').click()
        expect(page.locator(".head .chip").first).to_have_text("已办结")

        chief.goto("/alerts/report")
        expect(chief.locator(f"#case-{number}")).to_contain_text("中责")
        with chief.expect_download() as download:
            chief.click('a[href^="/alerts/report/file"]')
        file = Path(download.value.path())
        offline = chiefs.new_page()
        asked: list[str] = []
        offline.on("request", lambda request: asked.append(request.url))
        kept = hall.folder / "report.html"
        kept.write_bytes(file.read_bytes())
        offline.goto(kept.as_uri())
        expect(offline.locator("audio")).to_have_count(1)
        offline.wait_for_function("document.querySelector('audio').duration > 4")
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
