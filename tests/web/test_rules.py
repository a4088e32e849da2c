"""The rules: read by everybody, tried out by those who write them."""

from __future__ import annotations

import re
import tempfile
import time
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import update

from pipeline.domain import UserRole
from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.tables import calls
from pipeline.web.rendered_message import rules_fault
from pipeline.web.rulebook.book import keep_present_rules, read_book
from pipeline.web.rulebook.what_if import Trials
from tests.web.conftest import Browser, Client


def test_the_sheet_shows_every_item_with_its_cost(agent: Browser) -> None:
    text = agent.get("/rules").text
    assert "未报开头语" in text and "一票否决" in text
    sheet = " ".join(agent.get("/rules").text.split())
    for item, said in (("hold-no-reason", "何时提示"), ("ticket-wrong", "由谁判"), ("shirk", "判为不合格")):
        row = sheet[sheet.index(f'<tr id="{item}">') :]
        assert [
            word
            for word in ("判为不合格", "何时提示", "由谁判")
            if f"<dt>{word}</dt>" in row[: row.index("</tr>")]
        ] == [said]


def test_phrases_lead_to_their_reasons_and_examples(agent: Browser) -> None:
    assert "/rules/phrases/abuse" in agent.get("/rules/phrases").text
    text = agent.get("/rules/phrases/abuse").text
    assert "说客户脑子有问题是人身侮辱" in text and "您的网络有问题吗" in text
    assert agent.get("/rules/phrases/no-such").status_code == 404


PAGES = (
    "/rules",
    "/rules/phrases",
    "/rules/phrases/abuse",
    "/rules/phrases/surname",
    "/rules/try?text=随便你吧",
)


def read(html: str) -> str:
    """What people read of a page: no addresses, no scripts."""
    body = html[html.index("<main") :]
    return re.sub(r"<[^>]+>", " ", re.sub(r"<script.*?</script>", "", body, flags=re.DOTALL))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_agents_read_sentences_no_patterns_and_no_codes(agent: Browser, page: str, lang: str) -> None:
    agent.http.cookies.set("lang", lang)
    text = read(agent.get(page).text)
    assert not re.search(r"[{}|\\^]|\.\{|\(\?|\]\?", text), "a pattern or a slot"
    assert not re.search(r"\b(esc|attitude|hold|promise|rating)-[a-z]+|yaml", text), "a code or a file"


def test_the_sheet_says_what_an_item_means_costs_and_finds(agent: Browser) -> None:
    text = agent.get("/rules").text
    shirk = text[text.index('<tr id="shirk">') :]
    shirk = shirk[: shirk.index("</tr>")]
    assert "坐席说到“推诿”类用语，每处算一次" in shirk
    assert "每处扣 6 分，最多 12 分" in shirk
    assert "会判到" in shirk and "不会判到" in shirk and "<q>" in shirk
    identity = text[: text.index('<tr id="identity-missing">')]
    assert "坐席说到透露或办理账户信息的话" in identity
    agent.http.cookies.set("lang", "en")
    english = agent.get("/rules").text
    assert "The agent says phrases of the kind “Shirk" in english
    assert "what discloses or changes an account" in english


def test_supervisors_find_the_source(supervisor: Browser, agent: Browser) -> None:
    assert "forbidden-abuse.yaml" in supervisor.get("/rules/phrases/abuse").text
    shown = re.sub(r"<[^>]*>", "", supervisor.get("/rules/phrases/shirk").text)
    assert "我没办法 等" in shown and not re.search(r"\(\S*\|\S*\)|\.\{", shown), "sentences, no expressions"
    assert "forbidden-abuse.yaml" not in agent.get("/rules/phrases/abuse").text
    assert "/rules/what-if" in supervisor.get("/rules").text


def test_a_sentence_is_tried_in_either_mouth(agent: Browser) -> None:
    assert "冷漠敷衍" in agent.get("/rules/try", params={"text": "随便你吧"}).text
    silent = agent.get("/rules/try", params={"text": "今天天气不错"}, headers={"HX-Request": "true"}).text
    assert "没有命中" in silent and "<html" not in silent
    hostile = agent.get("/rules/try", params={"text": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in hostile


def test_an_edit_is_tried_without_changing_anything(supervisor: Browser, settings: Settings) -> None:
    text = settings.rubric.read_text(encoding="utf-8").replace("pass_mark: 80", "pass_mark: 100")
    page = finished(supervisor, {"file": settings.rubric.name, "text": text, "period": "all"})
    assert "通结果改变" in page or "没有一通" in page
    assert "pass_mark: 80" in settings.rubric.read_text(encoding="utf-8")


def test_a_period_without_calls_is_told(supervisor: Browser, settings: Settings, store: Store) -> None:
    """An edit is tried on the days up to today; the calls of the store are years old."""
    with store._write() as connection:
        connection.execute(update(calls).values(started_local="2020-01-01T09:00:00.000000"))
    text = settings.rubric.read_text(encoding="utf-8").replace("pass_mark: 80", "pass_mark: 100")
    page = finished(supervisor, {"file": settings.rubric.name, "text": text, "period": "1"})
    assert "这段时间内没有通话" in page and "改动不影响评判" not in page


def test_a_broken_edit_is_told_with_its_line_and_every_trial_is_in_the_log(
    supervisor: Browser, settings: Settings, store: Store
) -> None:
    page = finished(
        supervisor, {"file": settings.rubric.name, "text": "rubric: x\ntitle: [", "period": "all"}
    )
    assert "改过的文件不能使用" in page and f"{settings.rubric.name}:" in page
    (row,) = store.audit.entries(action="what-if")
    assert (row.user, row.subject, row.address) == (supervisor.user, settings.rubric.name, "testclient")


def test_only_authors_try_edits(agent: Browser, reviewer: Browser) -> None:
    for browser in (agent, reviewer):
        assert browser.get("/rules/what-if").status_code == 403
        assert browser.post("/rules/what-if", {"file": "x", "text": ""}).status_code == 403


def test_nobody_sees_the_trial_of_another(client: pytest.FixtureRequest, supervisor: Browser) -> None:
    assert supervisor.get("/rules/what-if/0000").status_code == 404


def finished(browser: Browser, fields: dict[str, str]) -> str:
    answer = browser.post("/rules/what-if", fields)
    assert answer.status_code == 303, answer.text
    while "<progress" in (page := browser.get(answer.headers["location"]).text):
        time.sleep(0.1)  # pytest's own limit ends what never does
    return page


def test_serving_keeps_the_present_rules(settings: Settings, store: Store, tmp_path: Path) -> None:
    book = read_book(settings)
    revisions = [book.rubric.revision, book.lexicons.revision]
    broken = tmp_path / "broken.yaml"
    broken.write_text("sections: [", encoding="utf-8")
    keep_present_rules(settings.model_copy(update={"rubric": broken}), store)
    assert store.rulebooks.missing(revisions) == set(revisions)
    for _ in range(2):
        keep_present_rules(settings, store)
        assert store.rulebooks.missing(revisions) == set()


def test_a_server_that_stops_leaves_no_trial_behind(settings: Settings) -> None:
    text = settings.rubric.read_text(encoding="utf-8")
    before = set(Path(tempfile.gettempdir()).glob("callinspect-what-if-*"))
    room = Trials()
    trial = room.start(settings, user=1, edits={settings.rubric.name: text}, since=None, lang="en")
    while trial.process is None and trial.running:
        time.sleep(0.01)
    room.stop()
    assert trial.process is not None and trial.process.returncode == -9
    assert set(Path(tempfile.gettempdir()).glob("callinspect-what-if-*")) <= before


HOUSE = """\
codes:
  - code: station
    kind: forbidden
    title: 推给驿站
    severity: B
    role: agent
    phrases:
      - phrase: 已经放到驿站了
        reason: 应当替客户核实。
        examples: {hit: [系统显示已经放到驿站了], quiet: [我替您问驿站]}
"""


def with_station(settings: Settings) -> str:
    """The score sheet with a criterion that uses a phrase which no lexicon has yet."""
    text = settings.rubric.read_text(encoding="utf-8")
    old = "check: {phrase: {codes: [shirk]}}"
    assert old in text
    return text.replace(old, "check: {phrase: {codes: [shirk, station]}}")


def upload(browser: Browser, settings: Settings, name: str, content: str) -> str:
    """Add a lexicon file to the draft; where the editor is then."""
    rubric = settings.rubric.name
    text = browser.get("/rules/what-if", params={"file": rubric}).text
    shown = (
        unescape(text[text.index('<textarea id="text"') :]).partition(">\n")[2].partition("</textarea>")[0]
    )
    answer = browser.post(
        "/rules/what-if",
        {"file": rubric, "text": shown, "do": "upload"},
        files=[("lexicons", (name, content.encode(), "application/yaml"))],
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_new_phrase_is_tried_with_the_criterion_that_uses_it(
    supervisor: Browser, settings: Settings
) -> None:
    sheet = {"file": settings.rubric.name, "text": with_station(settings), "period": "all"}
    alone = finished(supervisor, sheet)
    assert "改过的文件不能使用" in alone and f"{settings.rubric.name}:" in alone and "station" in alone
    assert upload(supervisor, settings, "house.yaml", HOUSE).startswith("/rules/what-if?file=zh%2Fhouse.yaml")
    both = finished(supervisor, sheet)
    assert "改过的文件不能使用" not in both and "通结果改变" in both
    assert f"{settings.rubric.name}、zh/house.yaml" in both
    upload(supervisor, settings, "house.yaml", HOUSE.replace("kind: forbidden", "kind: rude"))
    broken = finished(supervisor, sheet)
    assert "zh/house.yaml:" in broken
    assert not re.search(
        r"[\s\"'(](/[\w.-]+){2,}", broken[broken.index("rule-error") :].partition("</pre>")[0]
    )
    assert not (settings.lexicons / "house.yaml").exists()


def test_an_edit_is_kept_until_it_is_dropped(client: Client, supervisor: Browser, settings: Settings) -> None:
    name, words = settings.rubric.name, "# 我的改动"
    text = settings.rubric.read_text(encoding="utf-8") + words + "\n"
    other = supervisor.post(
        "/rules/what-if", {"file": name, "text": text, "do": "open", "other": "zh/praise.yaml"}
    )
    assert words not in supervisor.get(other.headers["location"]).text
    page = supervisor.get("/rules/what-if").text
    assert words in page and "一起试的改动" in page, "the edited file is the one that opens"
    assert words not in client(UserRole.SUPERVISOR).get("/rules/what-if").text, "a draft is one's own"
    finished(supervisor, {"file": name, "text": text.replace("\n", "\r\n"), "period": "1"})
    assert words in supervisor.get("/rules/what-if").text
    supervisor.post("/rules/what-if", {"file": name, "text": text, "do": "discard"})
    page = supervisor.get("/rules/what-if").text
    assert words not in page and "一起试的改动" not in page


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("../../evil.yaml", b"codes: []", 303),  # what it is called, not where it lies
        ("a.txt", b"codes: []", 400),
        (".hidden.yaml", b"codes: []", 400),
        ("bytes.yaml", b"\xff\xfe\x00", 400),
    ],
)
def test_uploads_are_lexicons(
    supervisor: Browser, settings: Settings, store: Store, name: str, content: bytes, status: int
) -> None:
    fields = {"file": settings.rubric.name, "text": settings.rubric.read_text("utf-8"), "do": "upload"}
    answer = supervisor.post("/rules/what-if", fields, files=[("lexicons", (name, content, "text/plain"))])
    assert answer.status_code == status
    assert supervisor.user is not None
    assert set(store.rulebooks.drafts(supervisor.user.id)) == ({"zh/evil.yaml"} if status == 303 else set())
    missing = supervisor.post("/rules/what-if", {"file": "zh/../../x.yaml", "text": "x"})
    assert missing.status_code == 404


@pytest.mark.parametrize(("lang", "why"), [("zh", "发音差得太远"), ("en", "sounds too different")])
def test_why_a_sentence_is_no_hit_is_told_in_the_language_of_the_page(
    agent: Browser, lang: str, why: str
) -> None:
    agent.http.cookies.set("lang", lang)
    address = "/rules/try?text=随便尼巴好了"
    tried = agent.get(f"{address}&format=json").json()["explanation"]["considered"]
    dropped = [one["dropped"] for one in tried if one["dropped"] is not None]
    assert dropped and all(set(one) == {"text", "code", "params"} for one in dropped)
    assert {one["text"] for one in dropped if one["code"] == "dropped.too-far"} == {why}
    assert why in agent.get(address).text


def test_rules_that_cannot_be_used_are_told_in_the_language_of_the_page(
    settings: Settings, tmp_path: Path
) -> None:
    words = settings.rubric.read_text(encoding="utf-8")
    broken = tmp_path / "sheets" / "broken.yaml"
    broken.parent.mkdir()
    broken.write_text(words.replace("pass_mark:", "pas_mark:", 1), encoding="utf-8")
    elsewhere = settings.model_copy(update={"rubric": broken})
    with pytest.raises(UsageError) as caught:
        read_book(elsewhere)
    for lang, said in (("zh", "没有键“pas_mark”"), ("en", "unknown key “pas_mark”")):
        fault = rules_fault(caught.value, lang, elsewhere)
        assert (fault.file, fault.line) == (broken.name, line_of_text(words, "pass_mark:"))
        assert said in fault.text and str(tmp_path) not in fault.text
        assert fault.code == "rubric.entry" and fault.params["problem"]["key"] == "pas_mark"


def line_of_text(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), start=1) if line.startswith(part))


def test_a_codes_page_counts_its_use(supervisor: Browser, store: Store) -> None:
    use = supervisor.get("/rules/phrases/shirk?format=json").json()["code"]["use"]
    listed = supervisor.get("/rules/phrases?format=json").json()["kinds"]
    same = [code["use"] for kind in listed for code in kind["codes"] if code["code"] == "shirk"]
    assert [use] == same and use["hits"] > 0
