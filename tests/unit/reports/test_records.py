"""Records have exactly the columns that scripts outside rely on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.domain import Correction, Role, Severity, Span, Utterance
from pipeline.measures import catalogue
from pipeline.reports import KINDS
from pipeline.reports.fields import columns, rows
from pipeline.reports.kinds import calls, transcripts, violations
from pipeline.reports.writers.subtitles import cues
from pipeline.rubric import load_rubric
from pipeline.settings import Settings
from pipeline.store import CallFilter, CriterionCount, Store, open_store
from pipeline.store.repositories.rulebook_rows import Rulebook
from tests.nights import bad_call, fill

EXPECTED = {
    "calls": "call_id agent_id agent_name team queue direction started_at duration status reason reason_code "
    "score score_low score_high final passed fatal flagged flag_reasons measures revisions machine_score "
    "review open_causes pending audio_sha256 paths satisfaction",
    "findings": "call_id agent_id criterion title severity outcome points evidence review open_cause reason "
    "verdict reviewer comment proof only_flags",
    "hits": "call_id code phrase role start end quote how confidence",
    "transcripts": "call_id utterances",
    "violations": "agent_id agent_name team criterion title severity eligible_calls violations "
    "calls_with_violation per_100_calls low high confirmed overturned pending added only_flags",
    "trust": "criterion title severity takes_points since changes_next confirmed overturned precision "
    "precision_low precision_high bar reviews_needed heard missed miss_rate miss_low miss_high",
    "alerts": "call_id agent_id agent_name team queue started_at code title first degree quote start end "
    "found_at found_by due_at late state owner reported_at reported_by reported_to liability cause handling "
    "prevention reason ended_at ended_by",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    found = open_store(fill(tmp_path_factory.mktemp("store") / "night.db"))
    sheet = Settings().rubric
    found.rulebooks.keep([Rulebook(load_rubric(sheet).revision, "rubric", sheet.read_text("utf-8"))])
    return found


def records(store: Store, what: str, **wanted: object) -> list[dict[str, object]]:
    return [dict(r) for r in KINDS[what].records(store, CallFilter(**wanted))]  # type: ignore[arg-type]


@pytest.mark.parametrize("what", KINDS)
def test_a_record_has_the_agreed_fields_in_order(store: Store, what: str) -> None:
    found = records(store, what)
    assert found
    for record in found:
        assert " ".join(record) == EXPECTED[what]
    assert [field.name for field in KINDS[what].fields] == EXPECTED[what].split()


def test_the_agreed_measures_are_measured_and_come_first() -> None:
    assert set(calls.AGREED) <= set(catalogue())
    assert calls.MEASURES[: len(calls.AGREED)] == calls.AGREED
    assert set(calls.MEASURES) == set(catalogue())


def test_a_light_row_gives_the_same_record_as_the_whole_inspection(store: Store) -> None:
    cases = store.cases
    assert records(store, "calls") == [
        dict(calls.record(each, cases.case(each.recording.call.call_id))) for each in store.inspections.all()
    ]


def test_a_call_that_cannot_be_read_is_listed_with_its_reason(store: Store) -> None:
    (call,) = records(store, "calls", call_id="O04")
    assert (call["status"], call["reason"], call["score"], call["flagged"]) == (
        "unreadable",
        "not audio",
        None,
        False,
    )


def test_findings_quote_their_evidence(store: Store) -> None:
    found = {f["criterion"]: f for f in records(store, "findings", call_id="O02")}
    assert found["shirk"]["evidence"] == [
        {
            "role": "agent",
            "start": 25.5,
            "end": 27.0,
            "quote": "这不归我管",
            "phrase": "这不归我管",
            "how": "exact",
            "confidence": 0.96,
            "kind": "forbidden",
            "matched": "命中忌语 这不归我管 · 逐字命中 96 %",
        }
    ]
    assert found["shirk"]["proof"] == "0:25 命中忌语 这不归我管 · 逐字命中 96 %"
    searched = found["rating-prompt-missing"]["evidence"]
    assert isinstance(searched, list)
    assert (searched[0]["quote"], searched[0]["how"], searched[0]["phrase"]) == (
        "",
        None,
        "请您对我的服务做出评价",
    )
    assert searched[0]["matched"] == "全程没有听到“请您对我的服务做出评价”"
    assert {f["review"] for f in found.values()} == {"unreviewed"}


def test_violations_count_places_and_calls(store: Store) -> None:
    found = {(v["agent_id"], v["criterion"]): v for v in records(store, "violations")}
    impatient = found["8002", "attitude-impatient"]
    assert (impatient["eligible_calls"], impatient["violations"], impatient["calls_with_violation"]) == (
        1,
        2,
        1,
    )
    assert impatient["per_100_calls"] == 100
    assert impatient["title"] == "不耐烦/质问客户"
    assert found["8001", "shirk"]["violations"] == 0
    assert ("8002", "rating-prompt-missing") not in found, "undetermined calls are not eligible"
    assert ("8001", "praised") not in found, "a bonus cannot be violated"


def test_the_interval_is_wilsons() -> None:
    """Newcombe 1998, Statistics in Medicine 17:857, table I, method 3: 15 of 148 gives 0.0624 to 0.1605."""
    count = CriterionCount("8001", "a", "t", "shirk", "推诿", Severity.B, 148, 15, 15, 0, 0, 15)
    record = violations.record(count)
    assert (record["low"], record["high"]) == (6.24, 16.05)


def test_flat_columns_are_dotted_and_unfolded(store: Store) -> None:
    fields = KINDS["transcripts"].fields
    names = [column.name for column in columns(fields)]
    assert names == [
        "call_id",
        *(f"utterances.{n}" for n in ("role", "start", "end", "text", "confidence")),
        *("utterances.fillers", "utterances.corrections", "utterances.other_agent"),
    ]
    (record,) = records(store, "transcripts", call_id="O02")
    flat = list(rows(record, fields))
    assert len(flat) == len(bad_call().transcript.utterances)
    assert flat[1][:2] == ["O02", "customer"]


def test_hesitation_is_told_apart_and_stays_in_the_text() -> None:
    said = transcripts.utterance(Utterance(Role.AGENT, Span(0, 2), "您好，嗯，呃请讲"))
    assert said["text"] == "您好，嗯，呃请讲"
    assert said["fillers"] == [{"at": 3, "text": "嗯"}, {"at": 5, "text": "呃"}]


def test_a_call_without_words_keeps_its_row(store: Store) -> None:
    (record,) = records(store, "transcripts", call_id="O04")
    assert list(rows(record, KINDS["transcripts"].fields)) == [["O04", *[None] * 8]]


def test_the_night_fits_the_filter(store: Store) -> None:
    assert [c["call_id"] for c in records(store, "calls", flagged=True)] == ["O02"]
    assert {h["call_id"] for h in records(store, "hits", agent="8001")} == {"O01"}


@pytest.mark.parametrize("what", KINDS)
def test_the_manual_names_the_same_columns(what: str) -> None:
    manual = (Path(__file__).parents[3] / "docs" / "exports.md").read_text(encoding="utf-8")
    told = re.search(rf"^\* \*\*{what}\*\*: `([^`]+)`", manual, re.MULTILINE)
    assert told is not None
    assert told[1].replace(",", " ").split() == EXPECTED[what].split()


def test_a_transcript_has_the_text_as_recognised_and_its_corrections_beside_it() -> None:
    said = Utterance(Role.AGENT, Span(0, 2), "打开非诸看看", corrections=(Correction(2, "飞猪", 0.9),))
    record = transcripts.utterance(said)
    assert record["text"] == "打开非诸看看"
    assert record["corrections"] == [{"at": 2, "heard": "非诸", "name": "飞猪", "confidence": 0.9}]
    (cue,) = cues({"utterances": [record]})
    assert cue.text == "打开飞猪看看"


def test_subtitles_name_the_line_and_another_agent() -> None:
    played = transcripts.utterance(Utterance(Role.ANNOUNCEMENT, Span(0, 2), "人工服务请拨零"))
    other = transcripts.utterance(Utterance(Role.AGENT, Span(3, 4), "喂"), other_agent=True)
    assert [cue.speaker for cue in cues({"utterances": [played, other]})] == ["播报", "另一坐席"]
