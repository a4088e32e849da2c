"""Dialogues as data: lines, labels, files."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.demo_night.dialogue import (
    Filler,
    LabelKind,
    Turn,
    load_agents,
    load_dialogue,
    load_night,
    parse_line,
)
from scripts.demo_night.make import HERE

ONE_CALL = """
topic: t
shows: s
agent: "1"
queue: q
direction: inbound
started_at: "2026-11-19T08:00:00+08:00"
customer_number: "17000000000"
customer_voice: v
layout: mono
codec: flac
turns:
- agent: "[r:greeting|您好]，请讲。"
  speed: 1.2
- hold: music
  seconds: 3
expect: []
"""


def test_labels_point_at_their_words() -> None:
    plain, labels = parse_line("好的，[r:identity|核实一下]。[n:abuse:near-miss|滚动]看看。")
    assert plain == "好的，核实一下。滚动看看。"
    assert [(label.kind, label.code, label.why) for label in labels] == [
        (LabelKind.REQUIRED, "identity", None),
        (LabelKind.NEAR_MISS, "abuse", "near-miss"),
    ]
    assert [plain[label.start : label.end] for label in labels] == ["核实一下", "滚动"]


@pytest.mark.parametrize("line", ["[r:greeting 您好]", "您好]", "[z:greeting|您好]"])
def test_a_label_with_a_slip_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="a label that cannot be read"):
        parse_line(line)


def test_a_dialogue_becomes_values(tmp_path: Path) -> None:
    path = tmp_path / "T01.yaml"
    path.write_text(ONE_CALL, encoding="utf-8")
    dialogue = load_dialogue(path)
    first, second = dialogue.turns
    assert dialogue.call_id == "T01"
    assert isinstance(first, Turn)
    assert (first.role, first.text, first.speed) == ("agent", "您好，请讲。", 1.2)
    assert second == Filler("hold-music", 3)


def test_an_unknown_key_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "T01.yaml"
    path.write_text(ONE_CALL.replace("queue:", "cue:"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"T01\.yaml.*cue"):
        load_dialogue(path)


def test_the_night_has_variety() -> None:
    night, agents = load_night(HERE / "dialogues"), load_agents(HERE / "agents.yaml")
    assert len(night) >= 14
    assert {dialogue.agent for dialogue in night} == set(agents)
    assert len({agent.team for agent in agents.values()}) == 3
    assert {dialogue.layout for dialogue in night} == {"stereo", "stereo-swapped", "fake-stereo", "mono"}
    assert all(agents[d.agent].voice != d.customer_voice for d in night if d.kind == "normal")
