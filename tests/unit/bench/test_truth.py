"""The labels of the demonstration night, and files that are no labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.bench.accuracy import LabelledUtterance
from pipeline.bench.labels import read_truth
from pipeline.domain import Role
from pipeline.errors import UsageError

NIGHT = Path(__file__).parents[3] / "scripts/demo_night/night"


def test_the_demonstration_night() -> None:
    truths = read_truth(NIGHT / "truth")
    assert len(truths) == 16
    second = truths["N02"]
    assert second.agent_channel == 1
    assert LabelledUtterance(Role.CUSTOMER, "我要投诉你") in second.phrases
    assert all(phrase.text for phrase in second.phrases), "what was left out has no words"
    assert truths["N06"].agent_channel is None
    assert truths["N01"].whole.startswith(truths["N01"].turns[0].text)


def test_turns_are_in_order_of_time(tmp_path: Path) -> None:
    turns = [
        {"role": "customer", "start": 4.0, "text": "喂"},
        {"role": "agent", "start": 1.0, "text": "您好"},
    ]
    (tmp_path / "a.json").write_text(json.dumps({"call_id": "a", "turns": turns, "agent_channel": "left"}))
    found = read_truth(tmp_path)["a"]
    assert (found.whole, found.by(Role.AGENT), found.agent_channel, found.phrases) == (
        "您好喂",
        "您好",
        0,
        (),
    )


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"call_id": "a", "turns": [{"role": "dog"}]}'])
def test_what_is_no_truth_says_so(content: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"a\.json: not the truth"):
        read_truth(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--truth"):
        read_truth(tmp_path / "none")
