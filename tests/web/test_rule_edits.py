"""Rules are edited in the browser: sentences become a draft, which is tried, published and rolled back."""

from __future__ import annotations

import html
import re
import time
from pathlib import Path

import pytest
import yaml
from fastapi import FastAPI

from pipeline.batch.publishing import pairs, present_basis
from pipeline.batch.rescoring import rescore
from pipeline.batch.rule_edits import LEXICON_FILE, SENTENCE_FILE, SHEET_FILE, EditContent
from pipeline.domain import Finding, Outcome, Role, Span, Verdict
from pipeline.domain.people import Scope, UserRole, scope_of
from pipeline.files import replace_file
from pipeline.inspection.rules import load_rules
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.repositories.proposals import ProposalKind, ProposalState, ProposedSentence
from pipeline.store.repositories.rule_edit_rows import EditState
from tests.web.conftest import Browser, Client

HAND = "# 手写的，不许动\nphrases: []\n"


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """With a folder of the centre's own, in which somebody has written by hand."""
    layer = tmp_path / "layer"
    (layer / "lexicons").mkdir(parents=True)
    (layer / "lexicons" / "house.yaml").write_text(HAND, encoding="utf-8")
    return settings.model_copy(update={"layer": layer})


def layer_of(settings: Settings) -> Path:
    assert settings.layer is not None
    return settings.layer


def draft(browser: Browser, title: str = "驿站") -> str:
    made = browser.post("/rules/edits", {"title": title})
    assert made.status_code == 303, made.text
    return str(made.headers["location"])


def tried(browser: Browser, place: str, store: Store) -> EditState:
    """The state after checking and trying."""
    assert browser.post(f"{place}/try", {"period": "all"}).status_code == 303
    while "<progress" in browser.get(place).text:  # pytest's own limit ends what never does
        time.sleep(0.5)
    found = store.rule_edits.edit(int(place.rsplit("/", 1)[1]))
    assert found.report is not None
    return found.state


def version(store: Store, place: str) -> str:
    return str(store.rule_edits.edit(int(place.rsplit("/", 1)[1])).version)


def test_sentences_become_a_rule_and_go_again(supervisor: Browser, settings: Settings, store: Store) -> None:
    layer, before = layer_of(settings), load_rules(settings).revisions
    place = draft(supervisor)
    criterion = load_rules(settings).rubric.criteria[0].id
    said = {
        "seen": version(store, place), "sentences": "这边确实是比较慢的\n系统就是这样子的", "quiet": "",
        "reason": "应当替客户核实", "code": "+", "title": "推给系统", "severity": "D",
        "criterion": criterion, "deduct": "1",
    }  # fmt: skip
    added = supervisor.post(f"{place}/phrases", said)
    assert added.status_code == 303, added.text
    page = supervisor.get(place).text
    assert "推给系统" in page and "系统就是这样子" in page
    assert (
        supervisor.post(f"{place}/publish", {"seen": version(store, place), "reason": "x"}).status_code == 400
    )
    assert tried(supervisor, place, store) is EditState.TRIED, store.rule_edits.edit(1).report
    assert not (layer / LEXICON_FILE).exists(), "trying writes nothing"
    published = supervisor.post(f"{place}/publish", {"seen": version(store, place), "reason": "客户总投诉"})
    assert published.status_code == 303, published.text
    assert load_rules(settings).revisions != before
    assert (layer / "lexicons" / "house.yaml").read_text(encoding="utf-8") == HAND
    text = (layer / LEXICON_FILE).read_text(encoding="utf-8")
    assert yaml.safe_load(text)["codes"][0]["title"] == "推给系统"
    assert (
        yaml.safe_load((layer / SHEET_FILE).read_text(encoding="utf-8"))["items"][0]["criterion"] == criterion
    )
    assert rescore(settings=settings, dry_run=True).outdated > 0
    page = supervisor.get(place).text
    assert "已发布" in page and "客户总投诉" in page
    back = supervisor.post(f"{place}/roll-back", {"seen": version(store, place), "reason": "写宽了"})
    assert back.status_code == 303, back.text
    assert load_rules(settings).revisions == before
    assert not (layer / LEXICON_FILE).exists() and not (layer / SHEET_FILE).exists()
    assert "写宽了" in supervisor.get(place).text


def test_what_is_wrong_with_a_form_is_told_in_the_readers_language(supervisor: Browser, store: Store) -> None:
    place = draft(supervisor)
    empty = {"seen": version(store, place), "item": "shirk", "deduct": "", "up_to": "", "reason": "轻"}
    told = supervisor.post(f"{place}/sheet", empty)
    assert told.status_code == 400
    assert "填的内容不能用：什么也没改" in told.text and "Value error" not in told.text
    assert 'data-action="back"' not in told.text, "nobody knows from where it came"
    there = {"referer": f"http://127.0.0.1{place}"}
    told = supervisor.post(f"{place}/sheet", empty, headers=there)
    assert f'href="{place}" data-action="back"' in told.text


def test_the_page_says_which_rules_hold_since_when_and_by_whom(
    client: Client, supervisor: Browser, settings: Settings, store: Store
) -> None:
    assert "这里还没有发布过改动" in supervisor.get("/rules/edits").text
    before = load_rules(settings).rubric.revision
    for title, points in (("第一次", "3"), ("第二次", "4")):
        place = draft(supervisor, title)
        change = {"seen": "1", "item": "shirk", "deduct": points, "up_to": "12", "reason": "轻"}
        assert supervisor.post(f"{place}/sheet", change).status_code == 303
        as_tried(store, settings, place)
        said = {"seen": version(store, place), "reason": "r"}
        assert supervisor.post(f"{place}/publish", said).status_code == 303
    page = supervisor.get(place).text
    assert f"由 {name_of(supervisor)} 发布：" in page
    assert load_rules(settings).rubric.revision in page and before not in page

    other = client(UserRole.SUPERVISOR, display_name="值班主管")
    assert (
        other.post(f"{place}/roll-back", {"seen": version(store, place), "reason": "重了"}).status_code == 303
    )
    for path in (place, "/rules/edits"):
        holding = section(supervisor.get(path).text)
        assert "由 值班主管 退回了：" in holding and ">第二次</a>" in holding
        assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d 起生效", holding)
        assert "生效的改动：" in holding and holding.count(">第一次</a>") == 1
        assert load_rules(settings).rubric.revision in holding
    listed = supervisor.get("/rules/edits").text
    assert "已退回：值班主管" in listed and "重了" in listed, "not only that it was published once"
    first = "/rules/edits/1"
    assert other.post(f"{first}/roll-back", {"seen": version(store, first), "reason": "r"}).status_code == 303
    holding = section(supervisor.get("/rules/edits").text)
    assert "没有任何改动生效" in holding and before in holding
    assert "直接改过规则文件" not in holding
    (layer_of(settings) / SHEET_FILE).write_text("pass_mark: 70\n", encoding="utf-8")
    assert "直接改过规则文件" in section(supervisor.get("/rules/edits").text)


def section(page: str) -> str:
    return page[page.index('aria-labelledby="holding"') :].split("</section>")[0]


def name_of(browser: Browser) -> str:
    assert browser.user is not None
    return browser.user.display_name


def test_two_supervisors_at_once(
    client: Client, supervisor: Browser, settings: Settings, store: Store
) -> None:
    place, seen = draft(supervisor), "1"
    change = {"seen": seen, "item": "shirk", "deduct": "3", "reason": "轻一点"}
    assert supervisor.post(f"{place}/sheet", change).status_code == 303
    late = client(supervisor.user.role).post(f"{place}/sheet", change)  # type: ignore[union-attr]
    assert late.status_code == 409 and "有人在您之前改过" in late.text


def as_tried(store: Store, settings: Settings, place: str) -> None:
    """As trying leaves it that found nothing wrong; the trial itself is in the other tests."""
    number = int(place.rsplit("/", 1)[1])
    report = {"error": "", "issues": [], "weights": ""}
    seen = store.rule_edits.edit(number).version
    assert store.rule_edits.keep_report(number, report, basis=present_basis(settings), seen=seen)


def test_what_was_tried_on_other_rules_is_not_published(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    first, second = draft(supervisor, "一"), draft(supervisor, "二")
    for place, points in ((first, "3"), (second, "4")):
        change = {"seen": "1", "item": "shirk", "deduct": points, "up_to": "12", "reason": "轻"}
        assert supervisor.post(f"{place}/sheet", change).status_code == 303
        as_tried(store, settings, place)
    good = {"seen": version(store, first), "reason": "r"}
    assert supervisor.post(f"{first}/publish", good).status_code == 303
    late = supervisor.post(f"{second}/publish", {"seen": version(store, second), "reason": "r"})
    assert late.status_code == 409 and "再试算一次" in late.text
    as_tried(store, settings, second)
    again = supervisor.post(f"{second}/publish", {"seen": version(store, second), "reason": "r"})
    assert again.status_code == 303
    shirk = next(i for i in load_rules(settings).rubric.items if i.id == "shirk")
    assert shirk.deduct == 4
    below = supervisor.post(f"{first}/roll-back", {"seen": version(store, first), "reason": "r"})
    assert below.status_code == 409 and "后来的改动" in below.text


def lighter(supervisor: Browser, settings: Settings, store: Store, title: str, points: str) -> str:
    """An edit of the sheet that was tried."""
    place = draft(supervisor, title)
    change = {"seen": "1", "item": "shirk", "deduct": points, "up_to": "12", "reason": "轻"}
    assert supervisor.post(f"{place}/sheet", change).status_code == 303
    as_tried(store, settings, place)
    return place


def broken_off(supervisor: Browser, settings: Settings, store: Store, title: str = "一") -> str:
    """An edit whose publication was killed before its file was written."""
    place = lighter(supervisor, settings, store, title, "3")
    one = store.rule_edits.edit(int(place.rsplit("/", 1)[1]))
    files = pairs(layer_of(settings), EditContent.model_validate(one.content), "")
    store.rule_edits.begin_publishing(one.id, files, reason="r", seen=one.version, by=None)
    return place


def test_publishing_that_broke_off_is_given_up_in_the_browser(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    place, sheet = broken_off(supervisor, settings, store), layer_of(settings) / SHEET_FILE
    other = lighter(supervisor, settings, store, "二", "4")
    replace_file(sheet, b"pass_mark: 70\n")
    said = {"seen": version(store, place), "reason": "r"}
    page = supervisor.get(place).text
    assert "发布到一半停了" in page and f"有人后来直接改过这些文件：{SHEET_FILE}" in page
    assert f'action="{place}/abandon"' in page and f'action="{place}/publish"' in page
    finished = supervisor.post(f"{place}/publish", said)
    assert finished.status_code == 409 and "请撤回这次发布" in finished.text
    assert [supervisor.post(f"{place}/{act}", said).status_code for act in ("try", "drop")] == [400, 400]
    as_tried(store, settings, other)
    late = supervisor.post(f"{other}/publish", {"seen": version(store, other), "reason": "r"})
    assert late.status_code == 409 and "“一”（第 1 份改动）发布到一半" in late.text
    holding = section(supervisor.get("/rules/edits").text)
    assert "有一份改动发布到一半" in holding and ">一</a>" in holding

    given_up = supervisor.post(f"{place}/abandon", said)
    assert given_up.status_code == 303, given_up.text
    page = supervisor.get(given_up.headers["location"]).text
    assert f"没有它们规则就读不了：{SHEET_FILE}" in page
    assert sheet.read_bytes() == b"pass_mark: 70\n"
    assert "发布到一半" not in supervisor.get("/rules/edits").text
    assert "<script>" not in supervisor.get(f"{place}?left=<script>").text
    assert supervisor.post(f"{place}/abandon", said).status_code == 409
    said["seen"] = version(store, place)
    assert supervisor.post(f"{place}/abandon", said).status_code == 400
    assert supervisor.post(f"{place}/drop", said).status_code == 303


def test_an_edit_is_seen_and_given_up_while_the_rules_cannot_be_read(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    place = broken_off(supervisor, settings, store)
    hand = layer_of(settings) / "lexicons" / "house.yaml"
    hand.write_text("- nothing\n", encoding="utf-8")
    for path in ("/rules/edits", place):
        page = supervisor.get(path)
        assert page.status_code == 200 and "规则文件现在不能使用：layer/lexicons/house.yaml" in page.text
    assert supervisor.get(place, params={"format": "json"}).status_code == 200
    said = {"seen": version(store, place), "reason": "r"}
    assert supervisor.post(f"{place}/abandon", said).status_code == 303
    assert store.rule_edits.edit(1).state is EditState.DRAFT
    page = supervisor.get(place).text
    assert "/sheet" not in page, "nothing is drafted on rules that nobody can read"
    assert supervisor.post(f"{place}/drop", {"seen": version(store, place)}).status_code == 303


def test_what_would_break_the_rules_is_not_rolled_back_and_says_why(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    place = draft(supervisor)
    said = {
        "seen": "1", "sentences": "系统就是这样子的", "reason": "r", "code": "+", "title": "推给系统",
        "criterion": load_rules(settings).rubric.criteria[0].id,
    }  # fmt: skip
    assert supervisor.post(f"{place}/phrases", said).status_code == 303
    as_tried(store, settings, place)
    acting = {"seen": version(store, place), "reason": "r"}
    assert supervisor.post(f"{place}/publish", acting).status_code == 303
    (code,) = store.rule_edits.edit(1).content["codes"]
    hand = layer_of(settings) / "lexicons" / "zzz.yaml"
    phrase = {"code": code["code"], "phrase": "系统规定", "reason": "r", "examples": {"hit": ["系统规定"]}}
    hand.write_text(yaml.safe_dump({"phrases": [phrase]}, allow_unicode=True), encoding="utf-8")
    acting["seen"] = version(store, place)
    back = supervisor.post(f"{place}/roll-back", acting)
    assert back.status_code == 400
    assert "什么也没写：layer/lexicons/zzz.yaml:2" in html.unescape(back.text), back.text
    load_rules(settings)
    assert store.rule_edits.edit(1).state is EditState.PUBLISHED


@pytest.mark.parametrize("broken", ["{not json\n", "1\n"])
def test_a_room_file_that_was_broken_by_hand_is_told(
    supervisor: Browser, settings: Settings, store: Store, broken: str
) -> None:
    place = lighter(supervisor, settings, store, "一", "3")
    path = layer_of(settings) / SENTENCE_FILE
    path.parent.mkdir()
    path.write_text(broken, encoding="utf-8")
    page = supervisor.get(place)
    assert (
        page.status_code == 200
        and f"说不出文件会改哪几行：自动写的规则文件被改坏了：layer/{SENTENCE_FILE}:1" in page.text
    )
    as_tried(store, settings, place)
    told = supervisor.post(f"{place}/publish", {"seen": version(store, place), "reason": "r"})
    assert told.status_code == 400 and f"{SENTENCE_FILE}:1" in told.text
    assert tried(supervisor, place, store) is EditState.DRAFT
    assert SENTENCE_FILE in str(store.rule_edits.edit(1).report)


def test_no_line_is_left_out_silently(supervisor: Browser, settings: Settings, store: Store) -> None:
    place = draft(supervisor)
    many = "\n".join(f"这边确实{chr(0x4E00 + n)}比较慢" for n in range(51))
    one, long = "系统就是这样子的", "就" * 401
    for sentences, quiet, words in (
        (many, "", "最多写 50 行，这里有 51 行"),
        (one, many, "最多写 50 行"),
        (long, "", "一行最多 400 个字，这一行有 401 个：就就"),
        (one, "就" * 20_000, "这一行有 20000 个"),
    ):
        said = {"seen": "1", "sentences": sentences, "quiet": quiet, "reason": "r", "code": "shirk"}
        started = time.monotonic()
        told = supervisor.post(f"{place}/phrases", said)
        assert told.status_code == 400 and words in told.text
        assert time.monotonic() - started < 5.0
    assert store.rule_edits.edit(1).content == {}
    most = "\r\n".join(chr(0x4E00 + n) * 400 for n in range(50))
    full = draft(supervisor, "最多")
    said = {"seen": "1", "sentences": "系统就是这样", "quiet": most, "reason": "r", "code": "shirk"}
    assert supervisor.post(f"{full}/phrases", said).status_code == 303, "as much as a field may hold"
    said = {"seen": "1", "sentences": many.partition("\n")[2], "reason": "r", "code": "shirk"}
    assert supervisor.post(f"{place}/phrases", said).status_code == 303
    (phrase,) = store.rule_edits.edit(1).content["phrases"]
    assert len(phrase["examples"]["hit"]) == 50
    assert supervisor.get(place).status_code == 200


def test_a_proposal_that_was_refused_leaves_no_draft_when_it_is_accepted(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    one = ProposedSentence(
        ProposalKind.QUIET, "shirk", "shirk", "不归我管", Role.AGENT, Span(25.5, 27.0), "这不归我管的呀"
    )
    store.proposals.propose("O02", [one], by=None, request="p")
    refused = supervisor.post("/rules/proposals/1", {"do": "refuse", "reason": "听错了"})
    assert refused.status_code == 303
    for _ in range(2):
        assert supervisor.post("/rules/proposals/1", {"do": "accept"}).status_code == 409
    assert store.rule_edits.all() == ()


def test_opposite_proposals_of_two_calls_do_not_replace_each_other_in_a_draft(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    for call, kind in (("O02", ProposalKind.QUIET), ("O01", ProposalKind.HIT)):
        one = ProposedSentence(
            kind, "shirk", "shirk", "不归我管", Role.AGENT, Span(25.5, 27.0), "这不归我管的呀"
        )
        store.proposals.propose(call, [one], by=None, request=f"p-{call}")
    first = supervisor.post("/rules/proposals/1", {"do": "accept"})
    assert first.status_code == 303, first.text
    draft = first.headers["location"].rsplit("/", 1)[1]
    second = supervisor.post("/rules/proposals/2", {"do": "accept", "edit": draft})
    assert second.status_code == 400
    assert "相反" in second.text and "这不归我管的呀" in second.text
    content = store.rule_edits.edit(int(draft)).content
    assert content["sentences"][0]["not"] == ["shirk"], "the first one stands"
    proposal = store.proposals.proposal(2, _scope(supervisor))
    assert proposal.state is ProposalState.OPEN


def test_a_kind_that_the_draft_brings_takes_another_phrase(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    place = draft(supervisor)
    said = {
        "seen": version(store, place), "sentences": "系统就是这样子的", "reason": "应当核实", "code": "+",
        "title": "推给系统", "criterion": load_rules(settings).rubric.criteria[0].id,
    }  # fmt: skip
    assert supervisor.post(f"{place}/phrases", said).status_code == 303
    page = supervisor.get(place).text
    (code,) = (each["code"] for each in store.rule_edits.edit(int(place.rsplit("/", 1)[1])).content["codes"])
    assert f'<option value="{code}">推给系统</option>' in page
    more = {
        "seen": version(store, place), "sentences": "电脑上就是这样写的", "reason": "应当核实", "code": code,
    }  # fmt: skip
    assert supervisor.post(f"{place}/phrases", more).status_code == 303
    assert 'class="muted">推给系统' in supervisor.get(place).text, "its name and not its code"
    nothing = {**more, "seen": version(store, place), "code": ""}
    assert supervisor.post(f"{place}/phrases", nothing).status_code == 400, "nobody chose what it is"


def test_drafts_side_by_side_do_not_give_one_name_to_two_kinds(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    criterion = load_rules(settings).rubric.criteria[0].id
    names = []
    for title in ("推给驿站", "别再打"):
        place = draft(supervisor, title)
        said = {
            "seen": version(store, place), "sentences": f"{title}这种话不许说", "reason": "难听", "code": "+",
            "title": title, "criterion": criterion,
        }  # fmt: skip
        assert supervisor.post(f"{place}/phrases", said).status_code == 303
        content = store.rule_edits.edit(int(place.rsplit("/", 1)[1])).content
        names += [content["codes"][0]["code"], content["sheet"]["items"][0]["item"]["id"]]
    assert names[0] == names[1] != names[2] == names[3]


def test_a_phrase_added_twice_says_all_and_a_kind_goes_with_all_that_names_it(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    place = draft(supervisor)
    number = int(place.rsplit("/", 1)[1])

    def add(sentences: str, quiet: str, code: str) -> None:
        said = {
            "seen": version(store, place), "sentences": sentences, "quiet": quiet, "reason": "应当核实",
            "code": code, "title": "推给驿站", "criterion": load_rules(settings).rubric.criteria[0].id,
        }  # fmt: skip
        assert supervisor.post(f"{place}/phrases", said).status_code == 303

    add("您自己去驿站拿", "", "+")
    (code,) = (each["code"] for each in store.rule_edits.edit(number).content["codes"])
    add("驿站那边您去催\n您催驿站去", "我去催驿站", code)
    add("驿站那边您去催\n这个找驿站去", "", code)
    (phrase,) = store.rule_edits.edit(number).content["phrases"]
    assert phrase["examples"] == {
        "hit": ["驿站那边您去催", "您催驿站去", "这个找驿站去"],
        "quiet": ["我去催驿站"],
    }
    gone = supervisor.post(f"{place}/remove", {"seen": version(store, place), "part": "codes", "number": "0"})
    assert gone.status_code == 303
    assert store.rule_edits.edit(number).content == {}, "its second phrase and its item too"


def test_a_phrase_that_ordinary_people_say_is_warned_of(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    place = draft(supervisor)
    said = {"seen": "1", "sentences": "请问有什么可以帮您", "reason": "试", "code": "abuse"}
    assert supervisor.post(f"{place}/phrases", said).status_code == 303
    tried(supervisor, place, store)
    report = store.rule_edits.edit(1).report
    assert report is not None and report["accused"] > 0, report
    assert "平常的话里会多冤枉" in supervisor.get(place).text


def test_wordings_that_are_not_ticked_go_and_what_was_found_wrong_is_shown(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    place = draft(supervisor)
    said = {"seen": "1", "sentences": "系统就是这样子\n这个系统就这样了", "reason": "r", "code": "shirk"}
    assert supervisor.post(f"{place}/phrases", said).status_code == 303
    (phrase,) = store.rule_edits.edit(1).content["phrases"]
    assert phrase["variants"] == ["系统就这样"]
    kept = {"seen": "2", "part": "phrases", "number": "0", "kept": []}
    assert supervisor.post(f"{place}/wordings", kept).status_code == 303
    (phrase,) = store.rule_edits.edit(1).content["phrases"]
    assert "variants" not in phrase
    wrong = {"place": "zz-room.yaml:3", "level": "error", "message": "example is not hit"}
    for report in (
        {"error": "", "issues": [wrong], "ordinary": [], "accused": 0},
        {"error": "x", "issues": []},
    ):
        assert store.rule_edits.keep_report(1, report, basis="b", seen=3)
        page = supervisor.get(place)
        assert page.status_code == 200
        assert all(issue["message"] in page.text for issue in report["issues"])
        assert "publish-reason" not in page.text, "what was found wrong is not published"


def test_wordings_are_shown_as_sentences(supervisor: Browser, settings: Settings, store: Store) -> None:
    place = draft(supervisor)
    said = {"seen": "1", "sentences": "您三天之内不来就停机", "reason": "r", "code": "threat"}
    assert supervisor.post(f"{place}/phrases", said).status_code == 303
    (phrase,) = store.rule_edits.edit(1).content["phrases"]
    assert "您(们)?三天之内不来就停机" in phrase["variants"] and phrase["patterns"] == [
        "您{time}之内不来就停机"
    ]
    shown = re.sub(r"<[^>]*>", "", supervisor.get(place).text.split("<main")[1].split("<details")[0])
    assert "您三天之内不来就停机／您们三天之内不来就停机" in shown and "您〔时间〕之内不来就停机" in shown
    assert "(们)?" not in shown and "{time}" not in shown


HOSTILE = "<script>alert(1)</script>{{7*7}}.*随便(你|我){0,9}: [&a *b] !!python/object:x 我就这样"


def test_hostile_sentences_are_inert(supervisor: Browser, settings: Settings, store: Store) -> None:
    place = draft(supervisor, HOSTILE[:100])
    said = {"seen": "1", "sentences": HOSTILE, "reason": HOSTILE[:300], "code": "abuse"}
    assert supervisor.post(f"{place}/phrases", said).status_code == 303
    page = supervisor.get(place).text
    assert "<script>alert" not in page
    assert HOSTILE[:100] in html.unescape(page), "shown as it was written, nothing worked out"
    (phrase,) = store.rule_edits.edit(1).content["phrases"]
    for template in (phrase["phrase"], *phrase.get("variants", ())):
        assert re.fullmatch(r"[\w()?{}]+", template) and ".*" not in template


def test_without_a_folder_nothing_is_edited(
    client: Client, app: FastAPI, supervisor: Browser, settings: Settings
) -> None:
    app.state.settings = settings.model_copy(update={"layer": None})
    assert "layer" in supervisor.get("/rules/edits").text
    assert supervisor.post("/rules/edits", {"title": "x"}).status_code == 400


def test_only_those_who_may_edit(agent: Browser, reviewer: Browser, lead: Browser) -> None:
    for browser in (agent, reviewer, lead):
        assert browser.get("/rules/edits").status_code == 403
        assert browser.post("/rules/edits", {"title": "x"}).status_code == 403
        assert browser.get("/rules/proposals").status_code == 403


def with_words(store: Store) -> tuple[str, Finding]:
    """A finding of the night with words behind it, which one person's verdict settles."""
    found = store.inspections.current("O02")
    assert found is not None and found.scorecard is not None
    for finding in found.scorecard.findings:
        said = any(place.how is not None and place.phrase for place in finding.evidence)
        if said and finding.outcome is Outcome.FAILED and finding.severity in ("C", "D", "E"):
            return "O02", finding
    raise AssertionError("no finding of the night has words behind it")


def test_a_reviewer_proposes_with_one_key_and_a_supervisor_takes_it(
    reviewer: Browser, supervisor: Browser, settings: Settings, store: Store
) -> None:
    call, finding = with_words(store)
    assert reviewer.user is not None
    where = f"/calls/{call}/proposals"
    early = reviewer.post(where, {"criterion": finding.criterion})
    assert early.status_code == 400, "nothing is settled yet"
    store.decisions.decide(
        call, finding.criterion, Verdict.OVERTURNED, by=reviewer.user.id, request="v", seen=99
    )
    assert "提作例句" in reviewer.get(f"/calls/{call}").text
    told = reviewer.htmx(where, {"criterion": finding.criterion})
    assert told.status_code == 200 and "已提" in told.text
    assert "以前提过" in reviewer.htmx(where, {"criterion": finding.criterion}).text
    one = store.proposals.all(_scope(supervisor))[0]
    assert one.sentence.kind is ProposalKind.QUIET and one.sentence.code
    page = supervisor.get("/rules/proposals").text
    assert "不应当抓到" in page and one.sentence.text in page
    refused = supervisor.post(f"/rules/proposals/{one.id}", {"do": "refuse"})
    assert refused.status_code == 400 and "理由" in refused.text
    taken = supervisor.post(f"/rules/proposals/{one.id}", {"do": "accept", "text": one.sentence.text + "12"})
    assert taken.status_code == 303, taken.text
    place = taken.headers["location"]
    content = store.rule_edits.edit(int(place.rsplit("/", 1)[1])).content
    assert content["changes"][0]["examples"]["quiet"] == [one.sentence.text + "00"], "digits are masked"
    assert content["sentences"][0]["not"] == [one.sentence.code]
    found = store.proposals.proposal(one.id, _scope(supervisor))
    assert found.state is ProposalState.EDITED and found.edit is not None
    again = supervisor.post(f"/rules/proposals/{one.id}", {"do": "accept"})
    assert again.status_code == 409


def _scope(browser: Browser) -> Scope:
    assert browser.user is not None
    return scope_of(browser.user)
