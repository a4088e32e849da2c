"""The samples' screens: announced, drawn, heard, estimated."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipeline.messages import say
from pipeline.store import Store
from tests.nights import many
from tests.web.conftest import Browser

FORM = {
    "title": "晨间<抽检>",
    "date_from": "2026-11-20",
    "date_to": "2026-11-20",
    "which": "all",
    "seed": "s1",
}


@pytest.fixture
def sample(supervisor: Browser) -> str:
    answer = supervisor.post("/samples", FORM)
    assert answer.status_code == 303
    return answer.headers["location"]


def test_announced_drawn_verified_and_heard(
    supervisor: Browser, reviewer: Browser, sample: str, store: Store
) -> None:
    assert "晨间&lt;抽检&gt;" in reviewer.get("/samples").text
    page = reviewer.get(sample).text
    assert "事后公告" in page and "尚未抽取" in page and "s1" in page
    assert reviewer.post(f"{sample}/draw").status_code == 403
    assert supervisor.post(f"{sample}/draw").status_code == 303
    page = reviewer.get(sample).text
    assert all(f"/calls/{one}" in page for one in ("O01", "O02")) and "/calls/O04" not in page
    assert "重算结果一致" in reviewer.get(f"{sample}?verify=1").text
    assert reviewer.post(f"{sample}/heard", {"call_id": "O01", "misses": "1"}).status_code == 303
    page = supervisor.get(sample).text
    assert "听过的 1 通中有 1 通漏检" in page and "100.0%" in page
    second = supervisor.post(f"{sample}/heard", {"call_id": "O01", "misses": "0"})
    assert second.status_code == 409 and reviewer.user is not None
    assert reviewer.user.display_name in second.text
    assert store.samples.all()[0].heard == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"date_to": "2026-11-19"}, "结束日期早于开始日期"),
        ({"count": "0"}, "每层抽 1 到 1000 通"),
        ({"hour_from": "12", "hour_to": "3"}, "小时为 0 到 24"),
        ({"title": "  "}, "请填写名称"),
        ({"min_duration": "inf"}, "秒数"),
    ],
)
def test_a_rule_that_makes_no_sense(supervisor: Browser, change: dict[str, str], said: str) -> None:
    answer = supervisor.post("/samples", {**FORM, **change})
    assert answer.status_code == 400 and said in answer.text
    assert supervisor.post("/samples", {**FORM, "per": "planet"}).status_code == 422


def test_announced_before_its_day_and_not_drawn_before_its_end(supervisor: Browser) -> None:
    day = (date.today() + timedelta(days=2)).isoformat()
    place = supervisor.post("/samples", {**FORM, "date_from": day, "date_to": day}).headers["location"]
    page = supervisor.get(place).text
    assert "提前一天公告" in page and "之后才能抽取" in page
    assert supervisor.post(f"{place}/draw").status_code == 400


def test_the_nth_call_is_announced_and_drawn(supervisor: Browser, reviewer: Browser) -> None:
    rows = {"turn_nth": ["1", "", "x"], "turn_over": ["5", "60", "60"], "turn_hour": ["0", "11", "11"]}
    assert supervisor.post("/samples", {**FORM, **rows}).status_code == 400  # the third is no number
    rows["turn_nth"][2] = ""
    where = supervisor.post("/samples", {**FORM, **rows}).headers["location"]
    assert supervisor.post(f"{where}/draw").status_code == 303
    page = reviewer.get(f"{where}?verify=1").text
    assert all(text in page for text in ("每名坐席每天第 n 通", "0 点后第 1 通不短于 5 秒的", "重算结果一致"))
    assert "事后公告" in reviewer.get("/samples").text
    sample = next(one for one in reviewer.get("/api/v1/samples").json() if where.endswith(f"/{one['id']}"))
    assert sample["notice"] == "after"
    assert sample["rule"]["turns"] == [{"nth": 1, "over": 5.0, "hour": 0}]
    rows_of = supervisor.get("/api/v1/lists/samples?format=jsonl").text
    assert '"turns": "1/5/0"' in rows_of or '"turns":"1/5/0"' in rows_of


def test_a_seed_is_made_where_none_is_given(supervisor: Browser, store: Store) -> None:
    assert supervisor.get("/samples/new").status_code == 200
    supervisor.post("/samples", {**FORM, "seed": ""})
    assert len(store.samples.all()[0].seed) == 32


def test_only_calls_of_the_sample(reviewer: Browser, supervisor: Browser, sample: str) -> None:
    supervisor.post(f"{sample}/draw")
    assert reviewer.post(f"{sample}/heard", {"call_id": "nowhere", "misses": "0"}).status_code == 404
    assert reviewer.post(f"{sample}/heard", {"call_id": "O01", "misses": "-1"}).status_code == 422
    assert reviewer.get("/samples/99").status_code == 404


def test_of_strata_of_different_size_each_counts_by_its_calls(
    supervisor: Browser, reviewer: Browser, store: Store
) -> None:
    run_id = store.runs.start()
    for one in many(3):  # of the agent of O01
        store.inspections.save(one, run_id=run_id)
    where = supervisor.post("/samples", {**FORM, "count": "1"}).headers["location"]
    supervisor.post(f"{where}/draw")
    for call in store.samples.calls(store.samples.all()[0].id):
        misses = "1" if call.stratum == "8001" else "0"
        answer = reviewer.post(f"{where}/heard", {"call_id": call.call.call_id, "misses": misses})
        assert answer.status_code == 303
    page = reviewer.get(where).text
    assert "80.0%" in page and "按通话数加权" in page
    assert "听过的 2 通中有 1 通漏检" in page


def test_a_score_that_is_not_final_is_a_range(reviewer: Browser, supervisor: Browser, sample: str) -> None:
    assert supervisor.post(f"{sample}/draw").status_code == 303
    calls = reviewer.get(f"{sample}?format=json").json()["calls"]
    open_ = next(one for one in calls if one["call"]["call_id"] == "O02")
    assert not open_["final"] and open_["score_low"] < open_["score_high"]
    assert 'class="score score-open"' in reviewer.get(sample).text


def test_one_is_said_in_the_singular() -> None:
    assert say("en", "sample.rule.agent", count=1) == "one call of each agent"
    assert say("en", "sample.rule.agent", count=2) == "2 calls of each agent"
    told: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("run.done", "one call written", {}),
        ("overview.pending", "one call pending", {}),
        ("retention.done", "Deleted one call before 2026-11-20.", {"day": "2026-11-20"}),
        ("call.awaits.another", "one waits for another reviewer", {}),
        ("sample.rate-told", "one of 4 calls heard has a miss", {"total": 4, "low": "1%", "high": "2%"}),
    )
    for key, one, facts in told:
        assert say("en", key, count=1, **facts).startswith(one)
        assert "2" in say("en", key, count=2, **facts)
