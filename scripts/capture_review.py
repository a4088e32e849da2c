#!/usr/bin/env python3
"""Pictures of the review room over the demo night: docs/screens/*.png.

The night is inspected with the real command, people say something about it, and a browser looks at each
screen. Times of decisions are those of the day on which the pictures are taken.

Usage: python -m scripts.capture_review [--keep FOLDER] [--width 820] [--all]
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from pipeline.store import open_store
from scripts.furnish import Furnished, furnish
from tests.e2e.browser.rooms import HASH, Room, browser, sign_in, visit
from tests.e2e.commands import callinspect, free_port

ROOT = Path(__file__).resolve().parent.parent
NIGHT = ROOT / "scripts" / "demo_night" / "night"
CALL = "N05"
ON = date(2026, 11, 19)
MOST_BYTES = 250_000

SAYS = {
    "name": ["系统管理员", "陈静", "赵敏", "周航", "王芳", "刘洋", "段志刚", "郭子豪", "严重违规"],
    "title": ["11月第三周抽样", "11月校准：态度类", "10月校准：合规类", "耐心解释的好例子"],
    "note": ["客户着急时先安抚，再问订单号。", "语速合适，结束前主动确认了问题是否解决。"],
    "reason": ["这句话是在复述客户的原话，不是我的态度。", "坐席在复述客户原话，扣分撤销。",
               "当时我已经说明了处理时限，请再听一遍。"],
    "comment": ["语气平和，不构成质问。", "背景噪声大，听不清后半句。", "整通耐心，只有开头着急。",
                "客户先打断。", "同意进入评议。", "听了三遍，是在复述。", "像是复述，语气正常。"],
    "quote": ["您等一下"],
    "to": ["值班经理"],
    "cause": ["两次来电都没有告诉客户多久能处理完。"],
    "handling": ["先致歉，说明处理时限，到期主动回访。"],
    "prevention": ["工单必须写明预计完成时间，班组长每天抽查。"],
    "end": ["已回访，客户接受处理结果。"],
}  # fmt: skip

Theme = Literal["light", "dark"]
Lang = Literal["zh", "en"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--keep", type=Path, help="folder that keeps the inspected night for the next time")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screens")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--all", action="store_true", help="every screen in both themes and languages")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        room = the_room(work, asked.keep)
        found = people_say(room)
        chrome = stack.enter_context(browser())
        room.start()
        stack.callback(room.kill)
        kinds: list[tuple[Lang, Theme]] = [("zh", "light"), ("zh", "dark"), ("en", "light"), ("en", "dark")]
        for lang, theme in kinds:
            for name, (who, path, act) in screens(found).items():
                if asked.all or (lang, theme) in SHOWN.get(name, SHOWN[""]):
                    shoot(chrome, room, name, who, path, act, lang, theme, asked.width, asked.out)
    return 0


ONCE: tuple[tuple[Lang, Theme], ...] = (("zh", "light"),)
OFTEN: tuple[tuple[Lang, Theme], ...] = (("zh", "light"), ("zh", "dark"), ("en", "light"))
SHOWN = {"": ONCE, "overview": OFTEN, "queue": OFTEN, "call": OFTEN, "agent": OFTEN}
"""Which pictures of a screen are kept."""

Act = Callable[[Page], None]


def screens(found: Furnished) -> dict[str, tuple[str, str, Act | None]]:
    """Name of the picture -> who looks, where, and what they do there first."""
    return {
        "overview": ("chief", "/", None),
        "queue": ("rev1", "/queue", None),
        "call": ("rev1", f"/calls/{found.call}", play),
        "call-keys": ("rev1", f"/calls/{found.call}", lambda page: page.keyboard.press("?")),
        "alerts": ("chief", "/alerts", None),
        "alert": ("chief", "/alerts/4", None),
        "agents": ("chief", "/agents", None),
        "agent": ("chief", f"/agents/{found.agent}", None),
        "appeals": ("chief", "/appeals", None),
        "appeal": ("rev1", f"/appeals/{found.appeal}", None),
        "samples": ("chief", "/samples", None),
        "sample": ("rev1", f"/samples/{found.sample}", None),
        "calibrations": ("chief", "/calibrations", None),
        "calibration-sheet": ("rev1", f"/calibrations/{found.calibration}/calls/1", None),
        "calibration": ("chief", f"/calibrations/{found.closed}", None),
        "coaching": ("agent", "/coaching", None),
        "exemplars": ("rev1", "/exemplars", None),
        "rules": ("chief", "/rules", None),
        "phrases": ("chief", "/rules/phrases/attitude-impatient", None),
        "try": ("chief", "/rules/try?text=我再跟您说一遍，这不归我管", None),
        "users": ("admin", "/admin/users", None),
        "audit": ("admin", "/admin/audit", None),
        "retention": ("admin", "/admin/retention", None),
        "sign-in": ("", "/sign-in", None),
    }


def play(page: Page) -> None:
    """Stand where the proof of the first finding is."""
    page.locator(".wave-marks button").first.wait_for()
    page.evaluate("document.querySelector('#sound').muted = true")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("p")
    page.wait_for_timeout(1500)
    page.keyboard.press("Space")
    page.wait_for_timeout(300)


def shoot(
    chrome: Browser, room: Room, name: str, who: str, path: str, act: Act | None, lang: Lang, theme: Theme,
    width: int, out: Path,
) -> None:  # fmt: skip
    with visit(chrome, room, lang=lang, width=width, theme=theme) as context:
        page = sign_in(context, who) if who else context.new_page()
        page.goto(path, wait_until="networkidle")
        if act is not None:
            act(page)
        suffix = ("" if lang == "zh" else f"-{lang}") + ("" if theme == "light" else f"-{theme}")
        target = out / f"{name}{suffix}{f'-{width}' if width != 1280 else ''}.png"
        page.screenshot(path=target, animations="disabled", caret="hide", full_page=width != 1280)
        if target.stat().st_size > MOST_BYTES:
            print(f"{target}: {target.stat().st_size} bytes")


def the_room(work: Path, keep: Path | None) -> Room:
    """The night, inspected now or earlier, in a store of its own."""
    if keep is not None and (keep / "room.db").is_file():
        (work / "room.db").write_bytes((keep / "room.db").read_bytes())
        return Room(work, free_port())
    room = Room(work, free_port())
    done = callinspect("--store", room.store, "run", NIGHT, "--calls", NIGHT / "calls.csv", cwd=work)
    if done.returncode != 1:  # one recording is broken on purpose
        raise SystemExit(done.stdout + done.stderr)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / "room.db").write_bytes((work / "room.db").read_bytes())
    return room


def people_say(room: Room) -> Furnished:
    texts = {kind: cycle(words) for kind, words in SAYS.items()}
    with open_store(room.store) as store:
        return furnish(store, say=lambda kind: next(texts[kind]), password=HASH, on=ON, call=CALL)


if __name__ == "__main__":
    raise SystemExit(main())
