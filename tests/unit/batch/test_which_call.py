"""Which call a recording is: file names used again, lists that come later, copies, corrected files."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batch.merging import merge, undo_merge
from pipeline.batch.run import run
from pipeline.batch.summary import RunSummary
from pipeline.domain import CaseState, Inspection, Recording, Scope, Status, Verdict
from pipeline.errors import Missing, Refused
from pipeline.inspection.rules import Rules
from pipeline.messages import render, verbatim
from pipeline.settings import CallListSettings, Settings
from pipeline.store import CallFilter, Store, open_store
from pipeline.store.repositories.rulebook_rows import Rulebook
from tests.contract.worlds import CRITERION, REVISIONS, LocalPool, Scribe, did_nothing, write_sound
from tests.people import user
from tests.stores import empty_store
from tests.texts import zh


class Centre:
    """A dump, a call list and a store; the recogniser writes down which sound it got."""

    def __init__(self, folder: Path, store: Store, url: str) -> None:
        self.dump, self.list, self.store = folder / "dump", folder / "calls.csv", store
        self.dump.mkdir()
        self.settings = Settings(store=url, workers=1, calls=CallListSettings(settle_seconds=0))
        self.heard: Counter[str] = Counter()
        self._clock = 1_700_000_000
        store.rulebooks.keep([Rulebook("r1", "rubric", ""), Rulebook("l1", "lexicons", "{}")])
        self.wang = user(store, "wang")

    def put(self, name: str, sound: int) -> str:
        """Write a recording; its digest."""
        path = self.dump / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_sound(path, sound)
        self._clock += 1
        os.utime(path, (self._clock, self._clock))
        return hashlib.sha256(path.read_bytes()).hexdigest()

    def run(self, *rows: str, heading: str = "call_id,file,agent_id,started_at") -> RunSummary:
        if rows:
            self.list.write_text("\n".join((heading, *rows)) + "\n")
        return run(
            self.dump,
            settings=self.settings,
            inspector=lambda _settings: Scribe(self.heard),
            revisions=REVISIONS,
            calls=self.list if rows else None,
            pool=LocalPool,
        )

    @property
    def calls(self) -> dict[str, str]:
        """Call id -> digest of what was heard in it."""
        return {
            i.recording.call.call_id: i.transcript.utterances[0].text for i in self.store.inspections.all()
        }

    def decide(self, call_id: str, verdict: Verdict = Verdict.CONFIRMED) -> None:
        self.store.decisions.decide(
            call_id, CRITERION, verdict, by=self.wang, request=f"{call_id} {verdict}", seen=99
        )

    def inspection(self, call_id: str) -> Inspection:
        found = self.store.inspections.current(call_id)
        assert found is not None
        return found


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    url = empty_store(tmp_path / "store.db")
    with open_store(url) as store:
        yield Centre(tmp_path, store, url)


FULL = "call_id,file,agent_id,agent_name,team,started_at"


def no_rules() -> Rules:
    raise AssertionError("the facts are the same: nothing is judged again")


def kinds(summary: RunSummary) -> list[tuple[str, str | None]]:
    return [(p.kind, p.call_id) for p in summary.problems]


def test_a_file_name_used_again_is_another_call_and_inherits_nothing(centre: Centre) -> None:
    old = centre.put("0001.wav", 1)
    centre.run()
    centre.decide("0001")
    new = centre.put("0001.wav", 2)
    summary = centre.run()
    beside = f"0001@{new[:8]}"
    assert centre.calls == {"0001": old, beside: new}
    assert kinds(summary) == [("other-sound", beside)]
    assert f"callinspect merge {beside} 0001" in zh(summary.problems[0].reason)
    assert centre.store.decisions.history(beside) == ()
    (event,) = centre.store.decisions.history("0001")
    assert event.audio_sha256 == old
    case = centre.store.cases.case(beside)
    assert case is not None
    assert (case.state, case.pending) == (CaseState.OPEN, 1)
    assert centre.inspection("0001").recording.paths == ()  # other sound lies there now
    assert did_nothing(centre.run())
    assert kinds(centre.run()) == []


def facts(centre: Centre, call_id: str) -> tuple[str | None, str | None, str | None, str | None]:
    call = centre.inspection(call_id).recording.call
    day = call.started_at.isoformat() if call.started_at else None
    return call.agent_id, call.agent_name, call.team, day


def test_a_later_list_with_fewer_columns_or_empty_cells_takes_nothing_away(centre: Centre) -> None:
    centre.put("a.wav", 1)
    centre.run("A,a.wav,8001,王芳,一组,2026-11-20 09:00:00", heading=FULL)
    whole = ("8001", "王芳", "一组", "2026-11-20T09:00:00")
    assert facts(centre, "A") == whole
    fewer = centre.run("A,a.wav,8001", heading="call_id,file,agent_id")
    assert (facts(centre, "A"), fewer.up_to_date, fewer.rejudged) == (whole, 1, 0)
    empty = centre.run("A,a.wav,,,,", heading=FULL)
    assert (facts(centre, "A"), empty.up_to_date) == (whole, 1)
    assert [row.call.call_id for row in centre.store.calls.all(CallFilter(team="一组"))] == ["A"]
    centre.run("A,a.wav,,,二组,", heading=FULL)
    assert facts(centre, "A") == ("8001", "王芳", "二组", "2026-11-20T09:00:00")


def test_of_another_agent_nothing_is_kept_of_the_former(centre: Centre) -> None:
    centre.put("a.wav", 1)
    centre.run("A,a.wav,8001,王芳,一组,2026-11-20 09:00:00", heading=FULL)
    centre.run("A,a.wav,8002", heading="call_id,file,agent_id")
    assert facts(centre, "A") == ("8002", None, None, "2026-11-20T09:00:00")
    centre.run("A,a.wav,8002,李静,二组,", heading=FULL)
    centre.run("A,a.wav,,张伟,,", heading=FULL)
    assert facts(centre, "A") == (None, "张伟", None, "2026-11-20T09:00:00")


def test_what_was_said_of_another_row_is_not_kept(centre: Centre) -> None:
    """The list had two files exchanged: an empty cell must not blame the other call's agent."""
    for sound, name in enumerate("ab"):
        centre.put(f"{name}.wav", sound)
    centre.run("A,a.wav,8001,王芳,一组,", "B,b.wav,,,,", heading=FULL)
    centre.run("A,b.wav,8001,王芳,一组,", "B,a.wav,,,,", heading=FULL)
    assert facts(centre, "A") == ("8001", "王芳", "一组", None)
    assert facts(centre, "B") == (None, None, None, None)


def test_a_list_without_ids_completes_what_the_name_tells(centre: Centre) -> None:
    centre.put("OUT8001-20261120-090000-77.5.wav", 1)
    centre.run()
    centre.run("OUT8001-20261120-090000-77.5.wav,,一组", heading="file,agent_id,team")
    assert facts(centre, "77.5") == ("8001", None, "一组", "2026-11-20T09:00:00")


def test_a_list_that_comes_later_renames_and_completes_and_nothing_is_heard_again(centre: Centre) -> None:
    sound = centre.put("0001.wav", 1)
    centre.run()
    centre.decide("0001")
    centre.store.cases.claim("0001", centre.wang)
    summary = centre.run("CC-77,0001.wav,8001,2026-11-20 09:30:00")
    assert (summary.found, summary.inspected, summary.rejudged, summary.audio_seconds) == (1, 1, 1, 0)
    assert summary.renamed == (("0001", "CC-77"),)
    assert centre.calls == {"CC-77": sound}
    assert centre.heard == {sound: 1}
    known = centre.inspection("CC-77")
    assert known.recording.call.agent_id == "8001"
    assert known.scorecard is not None
    assert known.scorecard.findings[0].reason == verbatim("agent 8001")  # judged by the facts of the list
    assert [e.verdict for e in centre.store.decisions.history("CC-77")] == [Verdict.CONFIRMED]
    case = centre.store.cases.case("CC-77")
    assert case is not None
    assert case.claimed == centre.wang


def test_a_run_without_the_list_takes_nothing_away(centre: Centre) -> None:
    centre.put("0001.wav", 1)
    centre.run("CC-77,0001.wav,8001,2026-11-20 09:30:00")
    assert did_nothing(centre.run())
    assert centre.inspection("CC-77").recording.call.agent_id == "8001"


def test_a_tree_that_grows_renames_nothing(centre: Centre) -> None:
    first = centre.put("20/0001.wav", 1)
    centre.run()
    second = centre.put("21/0001.wav", 2)
    summary = centre.run()
    assert centre.calls == {"20/0001": first, "21/0001": second}
    assert (summary.found, summary.inspected, kinds(summary)) == (2, 1, [])


def test_identical_copies_are_one_call_with_several_paths_and_are_listed(centre: Centre) -> None:
    sound = centre.put("a.wav", 1)
    centre.put("b.wav", 1)
    first = centre.run()
    centre.put("c/c.wav", 1)
    second = centre.run()
    assert (first.found, first.inspected, kinds(first)) == (1, 1, [("copy", "a")])
    assert (second.found, kinds(second)) == (1, [("copy", "a"), ("copy", "a")])
    assert centre.calls == {"a": sound}
    (row,) = centre.store.calls.all()
    assert [paths[0].name for paths in row.files] == ["a.wav", "b.wav", "c.wav"]


def test_a_copy_is_told_by_the_file_that_it_repeats(centre: Centre) -> None:
    centre.put("a.wav", 1)
    centre.put("b.wav", 1)
    reasons = [render(p.reason, "en") for p in centre.run().problems]
    assert reasons == [f"the same sound as {centre.dump / 'a.wav'}: one call, counted once"]


def test_a_file_written_over_with_a_copy_is_told_once(centre: Centre) -> None:
    centre.put("a.wav", 1)
    centre.put("b.wav", 2)
    centre.run()
    centre.put("a.wav", 2)
    assert kinds(centre.run()) == [("copy", "b")]
    assert kinds(centre.run()) == [("copy", "b")], "in later runs too"


def test_the_remedy_can_be_typed_whatever_the_id(centre: Centre) -> None:
    centre.put("it's (1).wav", 1)
    centre.run()
    new = centre.put("it's (1).wav", 2)
    (problem,) = centre.run().problems
    typed = render(problem.reason, "en").partition("run: ")[2]
    assert shlex.split(typed) == ["callinspect", "merge", f"it's (1)@{new[:8]}", "it's (1)"]


def test_a_moved_file_is_no_copy(centre: Centre) -> None:
    centre.put("a.wav", 1)
    centre.run()
    (centre.dump / "a.wav").rename(centre.dump / "b.wav")
    summary = centre.run()
    (row,) = centre.store.calls.all()
    assert (row.call.call_id, [p[0].name for p in row.files], kinds(summary)) == ("a", ["b.wav"], [])


def test_two_hang_ups_that_are_the_same_silence_are_two_calls_if_the_list_says_so(centre: Centre) -> None:
    sound = centre.put("a.wav", 1)
    centre.put("b.wav", 1)
    centre.run("A,a.wav,8001,")
    summary = centre.run("A,a.wav,8001,", "B,b.wav,8002,")
    assert centre.calls == {"A": sound, "B": sound}
    assert centre.heard == {sound: 1}, "what was heard in the first counts for the second"
    assert centre.inspection("B").recording.call.agent_id == "8002"
    assert (summary.found, kinds(summary)) == (2, [])
    assert did_nothing(centre.run("A,a.wav,8001,", "B,b.wav,8002,"))


def test_a_copy_that_the_list_names_is_no_copy_of_the_other_any_more(centre: Centre) -> None:
    centre.put("a.wav", 1)
    centre.put("b.wav", 1)
    centre.run()
    centre.run("A,a.wav,8001,", "B,b.wav,8002,")
    files = {row.call.call_id: [paths[0].name for paths in row.files] for row in centre.store.calls.all()}
    assert files == {"A": ["a.wav"], "B": ["b.wav"]}
    summary = centre.run()
    assert (summary.found, kinds(summary), did_nothing(summary)) == (2, [], True), "nor without the list"


def test_ids_that_the_list_exchanges_are_exchanged_with_all_that_was_said(centre: Centre) -> None:
    one, two = centre.put("1.wav", 1), centre.put("2.wav", 2)
    centre.run("A,1.wav,8001,", "B,2.wav,8001,")
    centre.decide("A")
    summary = centre.run("A,2.wav,8001,", "B,1.wav,8001,")
    assert centre.calls == {"A": two, "B": one}
    assert sorted(summary.renamed) == [("A", "B"), ("B", "A")]
    assert centre.heard == {one: 1, two: 1}
    assert [e.audio_sha256 for e in centre.store.decisions.history("B")] == [one]
    assert centre.store.decisions.history("A") == ()


def test_an_id_that_the_list_corrects_is_corrected_in_place(centre: Centre) -> None:
    sound = centre.put("1.wav", 1)
    centre.run("A,1.wav,8001,")
    centre.run("B,1.wav,8001,")
    assert centre.calls == {"B": sound}


def test_other_sound_under_an_id_of_the_list_gets_the_day(centre: Centre) -> None:
    old, new = centre.put("20/1.wav", 1), centre.put("22/1.wav", 2)
    centre.run("A,20/1.wav,8001,2026-11-20 09:00:00")
    rows = ("A,22/1.wav,8002,2026-11-22 09:00:00",)
    summary = centre.run(*rows)
    assert centre.calls == {"A": old, "A@2026-11-22": new}
    assert kinds(summary) == [("other-sound", "A@2026-11-22")]
    assert centre.inspection("A").recording.call.agent_id == "8001"
    again = centre.run(*rows)
    assert did_nothing(again)
    assert kinds(again) == [("other-sound", "A@2026-11-22")], "as long as the list says so"


def test_what_could_never_be_read_becomes_the_sound_that_comes(centre: Centre) -> None:
    centre.put("1.wav", 1)
    (centre.dump / "1.wav").write_bytes(b"")
    os.utime(centre.dump / "1.wav", (1_600_000_000, 1_600_000_000))
    run(
        centre.dump, settings=centre.settings, inspector=lambda _s: Unreadable(), revisions=REVISIONS,
        pool=LocalPool,
    )  # fmt: skip
    sound = centre.put("1.wav", 1)
    centre.run()
    assert centre.calls == {"1": sound}


class Unreadable(Scribe):
    def __init__(self) -> None:
        super().__init__(Counter())

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        for one in recordings:
            made = replace(REVISIONS, audio_sha256=one.sha256)
            yield Inspection(one, Status.UNREADABLE, "the file is empty", made)


def test_the_corrected_file_takes_the_place_and_none_of_the_verdicts(centre: Centre) -> None:
    old = centre.put("20/1.wav", 1)
    rows = ("A,20/1.wav,,",)
    centre.run(*rows)
    centre.decide("A")
    new = centre.put("new/1.wav", 2)
    centre.run(*rows)
    done = merge(centre.store, no_rules, "new/1", "A", by=centre.wang)
    aside = f"A@{old[:8]}"
    assert (done.call_id, done.replaced) == ("A", aside)
    assert centre.calls == {"A": new}
    assert centre.store.calls.count() == 1
    assert [row.call_id for row in centre.store.queue.page(CallFilter(), Scope()).rows] == ["A"]
    assert centre.store.decisions.history("A") == ()
    assert [e.audio_sha256 for e in centre.store.decisions.history(aside)] == [old]
    assert centre.store.merges.replaced("A") == (aside,)
    assert centre.store.merges.replacement(aside) == "A"
    (audited,) = centre.store.audit.entries(action="merge")
    assert (audited.details["new_sha256"], audited.details["replaced_sha256"]) == (new, old)
    again = centre.run(*rows)
    assert (did_nothing(again), again.found) == (True, 1)
    assert centre.calls == {"A": new}, "a later run brings nothing back"
    undone = undo_merge(centre.store, no_rules, aside, by=centre.wang)
    assert undone.call_id == "new/1"
    assert centre.calls == {"A": old, "new/1": new}
    assert [v.verdict for v in centre.store.decisions.verdicts("A").values()] == [Verdict.CONFIRMED]
    assert did_nothing(centre.run(*rows))


def test_a_row_with_the_former_id_keeps_others_away_from_a_corrected_recording(centre: Centre) -> None:
    centre.put("old.wav", 1)
    new = centre.put("new.wav", 2)
    centre.run("A,new.wav,,")
    merge(centre.store, no_rules, "A", "old", by=centre.wang)
    heard = centre.heard.copy()
    centre.run("A,new.wav,,", "B,new.wav,1002,")
    assert centre.calls == {"old": new, "B": new}, "B is a call of its own"
    assert centre.heard == heard
    assert did_nothing(centre.run("A,new.wav,,", "B,new.wav,1002,"))


def test_a_corrected_recording_whose_place_has_other_sound_is_not_heard_there(centre: Centre) -> None:
    centre.put("old.wav", 1)
    new = centre.put("new.wav", 2)
    centre.run()
    merge(centre.store, no_rules, "new", "old", by=centre.wang)
    third = centre.put("new.wav", 3)
    centre.list.write_text("call_id,file\nold,old.wav\n")
    run(
        centre.dump,
        settings=centre.settings,
        inspector=lambda _settings: Scribe(centre.heard),
        revisions=replace(REVISIONS, model="another"),
        calls=centre.list,
        pool=LocalPool,
    )
    assert centre.calls["old"] == new
    assert centre.heard[third] == 1, "as a call of its own, and not for the corrected recording"


def test_what_cannot_be_merged(centre: Centre) -> None:
    for name, sound in (("1.wav", 1), ("2.wav", 2), ("3.wav", 3)):
        centre.put(name, sound)
    centre.run()
    store = centre.store
    with pytest.raises(Refused, match="same sound"):
        merge(store, no_rules, "1", "1", by=None)
    with pytest.raises(Missing):
        merge(store, no_rules, "1", "nobody", by=None)
    store.appeals.file("1", CRITERION, "不是我", by=None, request="a1")
    with pytest.raises(Refused, match="appeal about 1 is open"):
        merge(store, no_rules, "2", "1", by=None)
    done = merge(store, no_rules, "2", "3", by=None)
    with pytest.raises(Refused, match="replaced already"):
        merge(store, no_rules, done.replaced, "1", by=None)
    with pytest.raises(Missing, match="not merged"):
        undo_merge(store, no_rules, "1", by=None)
