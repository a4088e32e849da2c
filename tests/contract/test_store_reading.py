"""Filters, order, light rows, counts, and what runs remember."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.domain import Outcome, Severity, Status
from pipeline.messages import Message, verbatim
from pipeline.store import CallFilter, FileStamp, Store, StoredProblem
from tests.inspections import CHINA, finding, inspection

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


@pytest.fixture
def night(store: Store, run_id: int) -> Store:
    """Five calls of two agents over two days."""
    one, two = datetime(2026, 11, 1, 23, 50, tzinfo=CHINA), datetime(2026, 11, 2, 0, 10, tzinfo=CHINA)
    rude = finding("rude", FAILED, severity=Severity.A, places=2)
    plain = finding("rude", severity=Severity.A)
    for each in (
        inspection("e", started_at=None, findings=(plain, finding("greeting", Outcome.UNDETERMINED))),
        inspection(
            "d",
            started_at=two,
            agent_id="1002",
            agent_name="何强",
            team="二组",
            findings=(plain, finding("greeting", FAILED)),
        ),
        inspection("a", started_at=one, findings=(rude, finding("greeting")), score=30.0, flagged=True),
        inspection("c", started_at=two, findings=(rude, finding("greeting", FAILED)), score=60.0),
        inspection("b", started_at=one, status=Status.UNREADABLE),
    ):
        store.inspections.save(each, run_id=run_id)
    return store


def test_filters(night: Store) -> None:
    for wanted, expected in (
        (CallFilter(), "abcde"),
        (CallFilter(limit=2), "ab"),
        (CallFilter(call_id="d"), "d"),
        (CallFilter(agent="1001"), "abce"),
        (CallFilter(agent="100"), ""),  # a number is whole
        (CallFilter(agent="何强"), "d"),
        (CallFilter(agent="小明"), "abce"),
        (CallFilter(agent="王小明", flagged=True), "a"),
        (CallFilter(agent="%"), ""),
        (CallFilter(agent="刘"), ""),
        (CallFilter(team="二组"), "d"),
        (CallFilter(flagged=True), "a"),
        (CallFilter(flagged=False), "bcde"),
        (CallFilter(status=Status.UNREADABLE), "b"),
        (CallFilter(criterion="rude"), "ac"),
        (CallFilter(criterion="greeting"), "cd"),
        (CallFilter(severity=Severity.A), "ac"),
        (CallFilter(criterion="greeting", severity=Severity.A), "c"),
        (CallFilter(score_below=60.0), "a"),
        (CallFilter(score_from=60.0), "cde"),
        (CallFilter(date_from=date(2026, 11, 2)), "cde"),  # e has no time: it counts as of today
        (CallFilter(date_to=date(2026, 11, 1)), "ab"),
        (CallFilter(date_from=date(2026, 11, 1), date_to=date(2026, 11, 2), agent="1001"), "abc"),
        (CallFilter(call_id="nobody"), ""),
    ):
        assert "".join(row.call.call_id for row in night.calls.all(wanted)) == expected, wanted
        assert "".join(i.recording.call.call_id for i in night.inspections.all(wanted)) == expected, wanted
        assert night.calls.count(wanted) == len(expected), wanted


def test_a_number_is_its_agents_alone(store: Store, run_id: int) -> None:
    """Also where somebody else is named by it."""
    store.inspections.save(inspection("own", agent_id="801", agent_name="何强"), run_id=run_id)
    store.inspections.save(inspection("other", agent_id="802", agent_name="分机801"), run_id=run_id)
    assert [row.call.call_id for row in store.calls.all(CallFilter(agent="801"))] == ["own"]


def test_a_call_is_found_by_its_id_where_words_are_sought(store: Store, run_id: int) -> None:
    for name in ("O08", "o081", "O1", "O%8"):
        store.inspections.save(inspection(name), run_id=run_id)

    def found(asked: str) -> list[str]:
        ids = [row.call.call_id for row in store.calls.all(CallFilter(text=asked))]
        assert store.calls.count(CallFilter(text=asked)) == len(ids)
        return sorted(ids)

    assert found("O08") == ["O08", "o081"]
    assert found(" O08 ") == ["O08", "o081"]
    assert found("O1") == ["O1"]
    assert found("O0") == []  # the beginning of too many
    assert found("O%8") == ["O%8"]
    assert found("O09") == []
    assert found("随便") == ["O%8", "O08", "O1", "o081"]
    assert found("？！") == []


def test_light_rows_say_what_whole_inspections_say(night: Store) -> None:
    for row, whole in zip(night.calls.all(), night.inspections.all(), strict=True):
        card = whole.scorecard
        assert row.call == whole.recording.call
        assert (row.status, row.reason, row.duration, row.layout) == (
            whole.status,
            whole.reason,
            whole.duration,
            whole.layout,
        )
        assert dict(row.measures) == whole.measures.as_dict()
        assert row.revisions == whole.revisions
        assert row.score == (card.score if card else None)
        assert row.flag_reasons == (card.flag_reasons if card else ())
        assert abs((datetime.now(UTC) - row.inspected_at).total_seconds()) < 600


def test_without_transcripts(night: Store) -> None:
    for light, whole in zip(night.inspections.all(transcripts=False), night.inspections.all(), strict=True):
        assert light.transcript.utterances == ()
        assert (light.scorecard, light.hits, light.measures) == (whole.scorecard, whole.hits, whole.measures)


def test_more_calls_than_a_page(store: Store, run_id: int) -> None:
    """In the order of the list though each page is a query of its own."""
    names = [f"c{n:04d}" for n in range(230)]
    for name in reversed(names):
        store.inspections.save(inspection(name), run_id=run_id)
    assert [row.call.call_id for row in store.calls.all()] == names
    assert [i.recording.call.call_id for i in store.inspections.all(transcripts=False)] == names
    assert store.calls.overview(names).calls == 230


def test_reading_is_not_disturbed_by_writing(store: Store, run_id: int) -> None:
    for name in "abc":
        store.inspections.save(inspection(name), run_id=run_id)
    reading = store.calls.all()
    first = next(reading)
    store.inspections.save(inspection("b", rubric="r2"), run_id=run_id)
    store.inspections.save(inspection("0"), run_id=run_id)
    assert [first.call.call_id, *(row.call.call_id for row in reading)] == ["a", "b", "c"]


def test_criterion_counts(night: Store) -> None:
    counts = {
        (c.agent_id, c.criterion): (c.eligible_calls, c.violations, c.calls_with_violation, c.pending)
        for c in night.calls.criterion_counts()
    }
    assert counts == {
        ("1001", "greeting"): (2, 1, 1, 1),
        ("1001", "rude"): (3, 4, 2, 2),
        ("1002", "greeting"): (1, 1, 1, 1),
        ("1002", "rude"): (1, 0, 0, 0),
    }


def test_criterion_counts_of_one_criterion_keep_the_calls_that_passed(night: Store) -> None:
    (one,) = night.calls.criterion_counts(CallFilter(criterion="rude", agent="1001"))
    assert (one.eligible_calls, one.violations, one.severity, one.team) == (3, 4, Severity.A, "一组")
    assert {c.criterion for c in night.calls.criterion_counts(CallFilter(severity=Severity.A))} == {"rude"}
    by_day = night.calls.criterion_counts(CallFilter(date_to=date(2026, 11, 1)))
    assert {(c.criterion, c.eligible_calls) for c in by_day} == {("rude", 1), ("greeting", 1)}


def test_only_current_revisions_count(store: Store, run_id: int) -> None:
    store.inspections.save(inspection(findings=(finding("rude", FAILED, places=5),)), run_id=run_id)
    store.inspections.save(inspection(rubric="r2", findings=(finding("rude", FAILED),)), run_id=run_id)
    (one,) = store.calls.criterion_counts()
    assert (one.eligible_calls, one.violations) == (1, 1)


def test_overview(night: Store) -> None:
    seen = night.calls.overview(["a", "b", "c", "d", "e", "unknown"])
    assert seen.calls == 5
    assert seen.statuses == {Status.INSPECTED: 4, Status.UNREADABLE: 1}
    assert (seen.flagged, seen.scored, seen.passed, seen.mean_score) == (1, 4, 2, 67.5)
    assert seen.scores == (0, 0, 0, 1, 0, 0, 1, 0, 0, 2)
    assert seen.severities == {Severity.A: 2, Severity.D: 2}
    assert seen.audio_seconds == 4 * 61.25
    assert night.calls.overview([]).mean_score is None


@dataclass(frozen=True)
class _Problem:
    path: Path | None
    call_id: str | None
    line: int | None
    reason: Message
    kind: str


def test_problems_of_a_run(store: Store, run_id: int) -> None:
    odd = _Problem(Path("/dump/a\udcff.csv"), None, 3, verbatim("no file \x00 named"), "call-list")
    store.runs.add_problems(run_id, [odd])
    store.runs.add_problems(run_id, [])
    assert store.runs.problems(run_id) == [
        StoredProblem("call-list", verbatim("no file \x00 named"), Path("/dump/a\udcff.csv"), None, 3)
    ]
    assert store.runs.problems(run_id + 1) == []


def test_digests_are_remembered_per_size_and_time(store: Store) -> None:
    stamp = FileStamp(Path("/dump/a\udcff.wav"), 10, 1_700_000_000_000_000_001)
    pair = (FileStamp(Path("/dump/l.wav"), 1, 2), FileStamp(Path("/dump/" + "r" * 4000), 1, 2))
    assert store.file_digests.known([(stamp,), pair]) == [None, None]
    store.file_digests.remember([((stamp,), "d1"), (pair, "d2")])
    assert store.file_digests.known([(stamp,), pair, tuple(reversed(pair))]) == ["d1", "d2", None]
    grown = FileStamp(stamp.path, 11, stamp.mtime_ns)
    touched = FileStamp(stamp.path, 10, stamp.mtime_ns + 1)
    assert store.file_digests.known([(grown,), (touched,)]) == [None, None]
    store.file_digests.remember([((grown,), "d3")])
    assert store.file_digests.known([(grown,), (stamp,)]) == ["d3", None]


def test_a_criterion_is_known_by_which_any_call_was_judged(store: Store, run_id: int) -> None:
    assert not store.calls.knows_criterion("shirk")
    store.inspections.save(inspection("a", findings=(finding("shirk"),)), run_id=run_id)
    assert store.calls.knows_criterion("shirk"), "also where it passed"
    assert not store.calls.knows_criterion("nope")
