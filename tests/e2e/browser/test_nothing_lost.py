"""Nothing that people decide is lost, and nothing is stored twice: whatever network, hands and server do."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from pipeline.domain import Verdict
from pipeline.store import open_store
from tests.e2e.browser.rooms import PATIENCE_MS, Room, sign_in, until, visit
from tests.e2e.commands import free_port
from tests.nights import HEARD, fill, heard_call, night, put, record

CRITERION = "shirk"
FINDING = f"#finding-{CRITERION}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    room = Room(tmp_path_factory.mktemp("lost"), free_port())
    fill(room.folder / "room.db", night())
    room.add("rev1", "reviewer", display_name="王芳")
    room.add("rev2", "reviewer", display_name="刘洋")
    room.start()
    yield room
    room.kill()


@pytest.fixture
def call(server: Room, request: pytest.FixtureRequest) -> str:
    """A call of its own for each test."""
    name = f"{HEARD}-{request.node.name}"
    sound = record(server.folder / f"{name}.wav")
    with open_store(server.store) as store:
        put(store, heard_call(sound, call_id=name))
    return name


def said(room: Room, call: str) -> list[str]:
    """What was decided on the finding, in order."""
    with open_store(room.store) as store:
        history = store.decisions.history(call)
    return [each.verdict.value for each in history if each.criterion == CRITERION and each.verdict]


def begin(page: Page, call: str) -> None:
    page.goto(f"/calls/{call}")
    expect(page.locator("#claim-form")).to_be_hidden()  # the page has taken the call, or somebody else has it
    page.locator(FINDING).focus()


def stay(page: Page, call: str) -> None:
    """As `begin`, until the page has asked for the call once more, as it does three seconds after it came.

    Else a busy machine asks just when somebody else is to have it; the next time is four minutes later.
    """
    asked: list[str] = []
    page.on("response", lambda answer: asked.append(answer.url))
    begin(page, call)
    end = time.monotonic() + PATIENCE_MS / 1000
    while sum(url.endswith("/keep") for url in asked) < 2:
        assert time.monotonic() < end, asked
        page.wait_for_timeout(100)


def stands(page: Page, standing: str) -> None:
    expect(page.locator(FINDING)).to_have_attribute("data-standing", standing)


def test_the_network_goes_away(chrome: Browser, server: Room, call: str) -> None:
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        context.set_offline(True)
        page.keyboard.press("c")
        expect(page.locator("#network")).to_be_visible()
        expect(page.locator(f"{FINDING} .finding-waiting")).to_be_visible()
        stands(page, "unreviewed")
        assert said(server, call) == []
        context.set_offline(False)
        stands(page, "confirmed")
        expect(page.locator("#network")).to_be_hidden()
        page.reload()
        stands(page, "confirmed")
    assert said(server, call) == ["confirmed"]


def test_a_page_that_is_left_at_once_holds_no_call(chrome: Browser, server: Room, call: str) -> None:
    """What it asked for and what gives it back wait for the same writer, and either may be served first."""
    with visit(chrome, server) as context, open_store(server.store) as store:
        page = sign_in(context, "rev1")
        for _ in range(6):
            with sqlite3.connect(server.folder / "room.db", isolation_level=None) as writer:
                writer.execute("BEGIN IMMEDIATE")
                with page.expect_request("**/keep"):
                    page.goto(f"/calls/{call}")
                page.goto("/queue")
                page.wait_for_timeout(300)
                writer.execute("ROLLBACK")
            page.wait_for_timeout(1_000)
            end = time.monotonic() + PATIENCE_MS / 1000
            while (case := store.cases.case(call)) is not None and case.claimed is not None:
                assert time.monotonic() < end, "nobody is there"
                page.wait_for_timeout(100)


def test_two_clicks_are_one(chrome: Browser, server: Room, call: str) -> None:
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        page.locator(f"{FINDING} button[value=overturned]").dblclick()
        stands(page, "overturned")
        until(page, "!document.querySelector('[aria-busy]')")
    assert said(server, call) == ["overturned"]


def test_a_key_that_is_held_down_decides_once(chrome: Browser, server: Room, call: str) -> None:
    """Each decision moves on to the next finding: a finger that rests on the key would confirm them all."""
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        for _ in range(4):
            page.keyboard.down("c")  # from the second on as a keyboard repeats it
        page.keyboard.up("c")
        stands(page, "confirmed")
        page.wait_for_load_state("networkidle")
        assert page.locator("#review .finding[data-standing=confirmed]").count() == 1


def test_a_key_in_the_moment_of_the_answer_counts(chrome: Browser, server: Room, call: str) -> None:
    """What the answer brought takes keys at once: a form that is not wired yet would leave the page."""
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        page.evaluate(
            """() => {
                window.stayed = true;
                const key = new KeyboardEvent("keydown", { key: "z", bubbles: true });
                const undo = document.querySelector("#undo");
                new MutationObserver((_, watch) => {
                    if (document.querySelector("#undo") === undo) return;
                    watch.disconnect();
                    document.dispatchEvent(key);
                }).observe(document.body, { childList: true, subtree: true });
            }"""
        )
        page.keyboard.press("c")
        end = time.monotonic() + PATIENCE_MS / 1000
        with open_store(server.store) as store:
            while [each.kind for each in store.decisions.history(call)].count("undo") == 0:
                assert time.monotonic() < end, "nothing was taken back"
                page.wait_for_timeout(50)
        stands(page, "unreviewed")
        expect(page.locator(".finding.current")).to_have_id(FINDING[1:])
        assert page.evaluate("window.stayed"), "the page was left"


def hold_back(page: Page) -> list[Route]:
    """The next verdict of this page is under way until somebody lets it go on."""
    held: list[Route] = []
    page.route("**/verdicts", lambda route: held.append(route), times=1)
    return held


def one_held(page: Page, held: list[Route]) -> Route:
    end = time.monotonic() + PATIENCE_MS / 1000
    while not held:
        assert time.monotonic() < end, "nothing was sent"
        page.wait_for_timeout(20)
    return held.pop()


def test_taking_back_waits_for_what_is_under_way(chrome: Browser, server: Room, call: str) -> None:
    """Else it would take back what came before."""
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        page.keyboard.press("c")
        stands(page, "confirmed")
        held = hold_back(page)
        page.locator(FINDING).focus()
        page.keyboard.press("o")
        under_way = one_held(page, held)
        page.keyboard.press("z")
        page.wait_for_timeout(300)
        assert said(server, call) == ["confirmed"]
        under_way.continue_()
        until(page, "!document.querySelector('[aria-busy]')")
        stands(page, "confirmed")
    assert said(server, call) == ["confirmed", "overturned"]
    with open_store(server.store) as store:
        assert [(e.kind, e.undone) for e in store.decisions.history(call)] == [
            ("verdict", False),
            ("verdict", True),
            ("undo", False),
        ]


def test_another_word_waits_for_the_first(chrome: Browser, server: Room, call: str) -> None:
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        held = hold_back(page)
        page.locator(f"{FINDING} button[value=confirmed]").click()
        under_way = one_held(page, held)
        page.locator(f"{FINDING} button[value=overturned]").click()
        under_way.continue_()
        stands(page, "overturned")
        until(page, "!document.querySelector('[aria-busy]')")
    assert said(server, call) == ["confirmed", "overturned"]


def test_what_has_not_arrived_is_not_taken_back(chrome: Browser, server: Room, call: str) -> None:
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        page.keyboard.press("c")
        stands(page, "confirmed")
        context.set_offline(True)
        page.locator(FINDING).focus()
        page.keyboard.press("o")
        expect(page.locator(f"{FINDING} .finding-waiting")).to_be_visible()
        page.keyboard.press("z")
        expect(page.locator("#messages")).to_contain_text("还有操作没有送达")
        page.locator("#next-form button").click()
        expect(page.locator("#messages [role=alert]")).to_be_visible()
        context.set_offline(False)
        stands(page, "overturned")
    assert said(server, call) == ["confirmed", "overturned"]


def test_a_double_click_that_the_page_carries_on_is_one(chrome: Browser, server: Room, call: str) -> None:
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        page.evaluate(
            """(first) => {
                const others = [...document.querySelectorAll(".finding button[value=confirmed]")];
                const here = { bubbles: true, cancelable: true, detail: 1, clientX: 9, clientY: 9 };
                const press = (button) => button.dispatchEvent(new MouseEvent("click", here));
                press(document.querySelector(`${first} button[value=confirmed]`));
                press(others.find((each) => !each.closest(first)));
            }""",
            FINDING,
        )
        stands(page, "confirmed")
        until(page, "!document.querySelector('[aria-busy]')")
    with open_store(server.store) as store:
        assert len(store.decisions.history(call)) == 1


def test_what_another_window_delivers_shows_here(chrome: Browser, server: Room, call: str) -> None:
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        page.route("**/verdicts", lambda route: route.abort())
        page.keyboard.press("c")
        expect(page.locator(f"{FINDING} .finding-waiting")).to_be_visible()
        other = context.new_page()
        other.goto("/")
        stands(page, "confirmed")
        expect(page.locator(f"{FINDING} .finding-waiting")).to_be_hidden()
    assert said(server, call) == ["confirmed"]


def test_a_remark_is_kept_until_it_is_sent_and_stands_on_the_finding(
    chrome: Browser, server: Room, call: str
) -> None:
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        page.keyboard.press("e")
        field = page.locator(f"{FINDING} .comment input")
        field.press_sequentially("口气不对")
        page.reload()
        expect(field).to_have_value("口气不对")
        field.press("Enter")
        expect(page.locator(f"{FINDING} .finding-remark")).to_contain_text("口气不对")
        expect(field).to_have_value("")
        page.reload()
        expect(field).to_have_value("")


def test_the_second_one_is_told(chrome: Browser, server: Room, call: str) -> None:
    with visit(chrome, server) as one, visit(chrome, server) as two:
        first, second = sign_in(one, "rev1"), sign_in(two, "rev2")
        stay(first, call)
        begin(second, call)
        expect(second.locator(".call-held")).to_contain_text("王芳")
        assert second.locator(f"{FINDING} button[value=confirmed]").count() == 0
        with open_store(server.store) as store:  # as when the time is up
            known = store.cases.case(call)
            assert known is not None and known.claimed is not None
            store.cases.release(call, known.claimed)
        begin(second, call)
        expect(second.locator(f"{FINDING} button[value=confirmed]")).to_be_visible()
        second.keyboard.press("c")
        stands(second, "confirmed")
        first.locator(FINDING).focus()
        first.keyboard.press("o")
        expect(first.locator(f"{FINDING} [role=alert]")).to_contain_text("刘洋")
        second.goto("/queue")  # gives the call back
        expect(second.locator("h1")).to_be_visible()
        assert said(server, call) == ["confirmed"]
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        expect(page.locator(f"{FINDING} .finding-verdict")).to_contain_text("刘洋")


def test_what_was_decided_meanwhile(chrome: Browser, server: Room, call: str) -> None:
    """Nobody else has the call open, but it is not as this page shows it."""
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        stay(page, call)
        with open_store(server.store) as store:
            mine, other = (store.accounts.named(name) for name in ("rev1", "rev2"))
            assert mine is not None
            assert other is not None
            store.cases.release(call, mine.id)  # while they were away
            case = store.cases.case(call)
            store.decisions.decide(
                call,
                CRITERION,
                Verdict.CONFIRMED,
                by=other.id,
                request=f"{call}-2",
                seen=case.version if case else 0,
            )
        page.keyboard.press("o")
        alert = page.locator(f"{FINDING} [role=alert]")
        expect(alert).to_contain_text("刘洋")
        stands(page, "confirmed")
        assert said(server, call) == ["confirmed"]
        page.locator(FINDING).focus()
        page.keyboard.press("o")  # now with open eyes: a grave finding that two see differently
        expect(alert).to_have_count(0)
    assert said(server, call) == ["confirmed", "overturned"]


def test_the_server_dies(chrome: Browser, server: Room, call: str) -> None:
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        server.kill()
        page.keyboard.press("u")
        expect(page.locator("#network")).to_be_visible()
        server.start()
        page.locator("#network .banner-resend").click()
        stands(page, "unheard")
        page.reload()
        stands(page, "unheard")
    assert said(server, call) == ["unsure"]


def test_the_window_is_closed_meanwhile(chrome: Browser, server: Room, call: str) -> None:
    with visit(chrome, server) as context:
        page = sign_in(context, "rev1")
        begin(page, call)
        server.kill()
        page.keyboard.press("c")
        expect(page.locator("#network")).to_be_visible()
        page.close()
        server.start()
        page = context.new_page()
        page.goto("/queue")
        expect(page.locator("#messages .message-success")).to_be_visible()
        begin(page, call)
        stands(page, "confirmed")
    assert said(server, call) == ["confirmed"]
