"""The spine on short calls of the committed night, with the real model."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pipeline.domain import Call, Inspection, Recording, Role, Status
from pipeline.ingest import identify
from pipeline.inspection.judging import judge_again
from pipeline.inspection.rules import Rules, load_rules
from pipeline.inspection.spine import CallInspector, load_inspector
from pipeline.inspection.tools import present_revisions
from pipeline.phrases.vocabulary import Vocabulary
from pipeline.rubric import load_rubric
from pipeline.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
NIGHT = ROOT / "scripts" / "demo_night" / "night"


@pytest.fixture(scope="module")
def inspector() -> CallInspector:
    if not (ROOT / "models" / "base" / "model.bin").is_file():
        pytest.skip("needs `callinspect models fetch base`")
    return load_inspector(Settings())


@cache
def facts() -> dict[str, Call]:
    with (NIGHT / "calls.csv").open(encoding="utf-8-sig", newline="") as stream:
        return {
            row["call_id"]: Call(
                row["call_id"],
                agent_id=row["agent_id"],
                direction=row["direction"],
                agent_channel=row["agent_channel"] or None,
            )
            for row in csv.DictReader(stream)
        }


def recording(call_id: str, path: Path | None = None) -> Recording:
    path = path or next((NIGHT / "audio").glob(f"{call_id}.*"))
    return Recording(facts()[call_id], (path,), identify([path]))


SHORT = ("N04", "N14", "N13")
"""An outbound call whose channels are swapped, an abandoned call, a voicemail."""


@pytest.fixture(scope="module")
def together(inspector: CallInspector) -> dict[str, Inspection]:
    found = inspector.inspect([recording(call_id) for call_id in ("N15", *SHORT)])
    return {inspection.recording.call.call_id: inspection for inspection in found}


def test_every_recording_has_its_inspection(together: dict[str, Inspection]) -> None:
    assert set(together) == {"N15", *SHORT}


def test_a_call_is_heard_and_judged(together: dict[str, Inspection], inspector: CallInspector) -> None:
    call = together["N04"]
    assert (call.status, call.reason, call.layout) == (Status.INSPECTED, None, "stereo")
    assert call.duration == pytest.approx(28.0, abs=0.5)
    assert call.transcript.characters > 80
    assert {u.role for u in call.transcript.utterances} == {Role.AGENT, Role.CUSTOMER}
    assert call.scorecard is not None
    assert call.scorecard.score is not None
    assert call.revisions == replace(inspector.revisions, audio_sha256=call.recording.sha256)


def test_swapped_channels_are_found_out(together: dict[str, Inspection]) -> None:
    """The list claims left; the agent of N04 is on the right, and recommends an insurance."""
    agent = "".join(u.text for u in together["N04"].transcript.by(Role.AGENT))
    customer = "".join(u.text for u in together["N04"].transcript.by(Role.CUSTOMER))
    assert len(agent) > 2 * len(customer)
    assert "年" in agent


@pytest.mark.parametrize("call_id", ["N13", "N14"])
def test_where_nobody_is_served_the_sheet_does_not_apply(
    together: dict[str, Inspection], call_id: str
) -> None:
    call = together[call_id]
    assert call.status is Status.NOT_APPLICABLE
    assert call.reason
    assert call.scorecard is not None
    assert call.scorecard.score is None


def test_a_voicemail_greeting_is_an_announcement(together: dict[str, Inspection]) -> None:
    call = together["N13"]
    assert {u.role for u in call.transcript.utterances} == {Role.ANNOUNCEMENT}
    assert call.reason is not None
    assert call.reason.code == "gate.only-announcement"
    assert call.measures.value("speech_agent") == 0.0


def test_an_unreadable_file_gives_its_reason_and_stops_nobody(together: dict[str, Inspection]) -> None:
    call = together["N15"]
    assert call.status is Status.UNREADABLE
    assert call.reason
    assert (call.duration, call.scorecard, call.transcript.utterances) == (None, None, ())


def test_half_a_file_is_judged_as_far_as_it_goes(inspector: CallInspector, tmp_path: Path) -> None:
    whole = (NIGHT / "audio" / "N04.wav").read_bytes()
    cut = tmp_path / "N04.wav"
    cut.write_bytes(whole[:150_000])
    (call,) = inspector.inspect([recording("N04", cut)])
    assert call.status is Status.PARTIAL
    assert call.reason
    assert call.duration == pytest.approx(9.4, abs=0.5)
    assert call.transcript.utterances


@pytest.mark.parametrize("content", [b"", b"RIFF", b"not a sound at all" * 50])
def test_bad_audio_never_raises(inspector: CallInspector, tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(content)
    missing = replace(recording("N14"), paths=(tmp_path / "gone.wav",))
    first, second = inspector.inspect([recording("N14", bad), missing])
    assert {first.status, second.status} == {Status.UNREADABLE}
    assert first.reason
    assert second.reason


def test_grouping_does_not_change_results(together: dict[str, Inspection], inspector: CallInspector) -> None:
    for call_id in SHORT[1:]:  # the next test hears the first one alone
        (alone,) = inspector.inspect([recording(call_id)])
        assert alone == together[call_id]


def test_the_same_tools_built_again_give_the_same_bytes(together: dict[str, Inspection]) -> None:
    (again,) = load_inspector(Settings()).inspect([recording("N04")])
    assert repr(again).encode() == repr(together["N04"]).encode()


def test_judging_again_by_the_same_rules_changes_nothing(
    together: dict[str, Inspection], inspector: CallInspector
) -> None:
    for inspection in together.values():
        assert inspector.judge_again(inspection, earlier=()) == inspection


def test_judging_again_by_other_rules_says_so(
    together: dict[str, Inspection], inspector: CallInspector, tmp_path: Path
) -> None:
    stricter = tmp_path / "service.yaml"
    text = Settings().rubric.read_text(encoding="utf-8")
    stricter.write_text(re.sub(r"(?m)^pass_mark: .*$", "pass_mark: 99", text), encoding="utf-8")
    other = load_rubric(stricter, codes=inspector.rules.matcher.lexicons.codes)
    found = judge_again(together["N04"], Rules(inspector.rules.matcher, other), earlier=())
    assert found.revisions.rubric == other.revision != inspector.rules.rubric.revision
    assert found.revisions.model == together["N04"].revisions.model
    assert found.transcript == together["N04"].transcript


def test_revisions_are_known_without_loading_the_model(inspector: CallInspector) -> None:
    assert present_revisions(Settings(), load_rules(Settings())) == inspector.revisions


def test_no_recordings(inspector: CallInspector) -> None:
    nothing: Sequence[Recording] = ()
    assert list(inspector.inspect(nothing)) == []


def test_a_misheard_name_of_the_list_is_put_right_by_its_sound(inspector: CallInspector) -> None:
    names = Vocabulary(("云帆通信", "李强", "招商银行", "理想"))
    knowing = replace(inspector, tools=replace(inspector.tools, vocabulary=names))
    (call,) = knowing.inspect([recording("N01")])
    (plain,) = inspector.inspect([recording("N01")])
    noted = [one.name for u in call.transcript.utterances for one in u.corrections]
    assert noted == ["云帆通信"]
    assert [u.text for u in call.transcript.utterances] == [u.text for u in plain.transcript.utterances]
    assert (call.hits, call.scorecard) == (plain.hits, plain.scorecard)
