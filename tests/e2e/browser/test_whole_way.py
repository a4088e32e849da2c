"""The whole way: a night, a reviewer, the proof, two verdicts, an appeal, a decision, an export."""

from __future__ import annotations

import json

from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser.rooms import PASSWORD, Room, sign_in, until, visit
from tests.e2e.commands import callinspect

SOUND = "document.querySelector('#sound')"
LISTEN = f"""(window.playsFrom = 0, window.plays = false,
{SOUND}.addEventListener("seeking", () => {{ window.playsFrom = {SOUND}.currentTime; }}, {{ once: true }}),
{SOUND}.addEventListener("playing", () => {{ window.plays = true; }}, {{ once: true }}), null)"""


def test_the_first_administrator_comes_by_a_link(chrome: Browser, room: Room) -> None:
    assert room.first_link, (room.folder / "server.log").read_text(encoding="utf-8")
    with visit(chrome, room) as context:
        page = context.new_page()
        page.goto(room.first_link)
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        page.click("main button.button-primary")
        page.goto("/admin")
        expect(page.locator("main")).to_contain_text("王芳")
        again = page.goto(room.first_link)
        assert again is not None and page.locator("#password").count() == 0, "the link works once"


def test_from_the_night_to_the_export(chrome: Browser, room: Room) -> None:
    with visit(chrome, room) as context:
        page = sign_in(context, "rev1")
        page.goto("/queue")
        page.fill("#text", "不归我管")
        page.keyboard.press("Enter")
        expect(page.locator("a.row-link")).to_have_count(1)
        page.click("a.row-link")
        page.wait_for_url("**/calls/N02**")
        plays_the_evidence(page, "shirk")
        decide(page, "shirk", "c", "confirmed")
        decide(page, "attitude-impatient", "o", "overturned")
        decide(page, "empathy-missing", "u", "unheard")
        page.keyboard.press("z")
        expect(page.locator("#finding-empathy-missing")).to_have_attribute("data-standing", "unreviewed")
        expect(page.locator(".finding.current")).to_have_id("finding-empathy-missing")
        expect(page.locator("#finding-empathy-missing")).to_be_focused()
        page.reload()
        expect(page.locator("#finding-shirk")).to_have_attribute("data-standing", "confirmed")

    with visit(chrome, room) as context:
        page = sign_in(context, "agent")
        page.goto("/calls/N02")
        page.locator("#finding-shirk a[href*='/appeals/new']").click()
        page.fill("#reason", "这件事确实由物业负责，我说明了原因。")
        page.click("main form button.button-primary")
        expect(page.locator("main")).to_contain_text("这件事确实由物业负责")
        appeal = page.url
        page.goto("/calls/N03")
        expect(page.locator("h1")).not_to_contain_text("N03")

    with visit(chrome, room) as context:
        page = sign_in(context, "lead")
        page.goto(appeal)
        page.click("form[action$='/accept'] button.button-primary")
        give_opinion(page, "uphold")
    with visit(chrome, room) as context:
        page = sign_in(context, "rev2")
        page.goto(appeal)
        give_opinion(page, "uphold")
    with visit(chrome, room) as context:
        page = sign_in(context, "chief")
        page.goto(appeal)
        give_opinion(page, "uphold")
        form = page.locator("form[action$='/decide']")
        form.locator("input[value='uphold']").check()
        form.locator("textarea").fill("坐席已说明原因，不算推诿。")
        form.locator("button.button-primary").click()
        expect(page.locator(".notice-success")).to_be_visible()

    out = room.folder / "findings.jsonl"
    done = callinspect(
        "--store", room.store, "export", "findings", "--format", "jsonl", "-o", out, cwd=room.folder
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    reviews = {row["criterion"]: row["review"] for row in rows if row["call_id"] == "N02"}
    assert reviews["shirk"] == "overturned", "the appeal was upheld"
    assert reviews["attitude-impatient"] == "overturned"
    assert reviews["empathy-missing"] == "unreviewed"


def test_space_pauses_what_the_pointer_began(chrome: Browser, room: Room) -> None:
    with visit(chrome, room) as context:
        page = sign_in(context, "rev1")
        page.goto("/calls/N02")
        page.evaluate("addEventListener('keydown', (event) => (window.taken = event.defaultPrevented))")
        proof = page.locator("#finding-shirk a.evidence").first
        label = page.locator(".wave-marks button[data-criterion='shirk']").first
        for control in (proof, label):
            control.click()
            until(page, f"!{SOUND}.paused")
            page.keyboard.press("Space")
            assert page.evaluate("window.taken"), "Space plays and pauses"
        page.evaluate(f"{SOUND}.pause()")
        page.keyboard.press("Tab")
        label.focus()
        page.keyboard.press("Space")
        assert not page.evaluate("window.taken"), "Space presses the button that the keys came to"
        until(page, f"!{SOUND}.paused")


def plays_the_evidence(page: Page, criterion: str) -> None:
    """The sound starts one second before the proof and moves: by key and by mouse."""
    finding = page.locator(f"#finding-{criterion}")
    start = float(finding.get_attribute("data-start") or "nan")
    finding.focus()
    expect(finding.locator(".places kbd")).to_be_visible()
    for play in (lambda: page.keyboard.press("p"), finding.locator("a.evidence").first.click):
        page.evaluate(f"{SOUND}.currentTime = 0")
        until(page, f"!{SOUND}.seeking")
        page.evaluate(LISTEN)
        play()
        until(page, "window.playsFrom > 0 && window.plays")
        first = page.evaluate("window.playsFrom")  # by now a busy machine may be seconds further on
        assert start - 1.1 <= first <= start + 2.5, f"plays from {first}, the proof is at {start}"
        until(page, f"{SOUND}.currentTime > {first}")
        page.keyboard.press("Space")
        until(page, f"{SOUND}.paused")


def decide(page: Page, criterion: str, key: str, standing: str) -> None:
    """One key on a finding that has the focus."""
    page.locator(f"#finding-{criterion}").focus()
    page.keyboard.press(key)
    expect(page.locator(f"#finding-{criterion}")).to_have_attribute("data-standing", standing)


def give_opinion(page: Page, opinion: str) -> None:
    form = page.locator("form[action$='/opinion']")
    form.locator(f"input[value='{opinion}']").check()
    form.locator("textarea").fill("已听录音。")
    form.locator("button.button-primary").click()
    expect(form).to_have_count(0)
