"""From dialogues to a night: places in time, faults, files."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.batch.pack_calls import read_calls
from pipeline.packs import read_packs
from pipeline.settings import data_root
from scripts.demo_night.dialogue import Dialogue, Filler, Turn, load_dialogue, parse_line
from scripts.demo_night.faults import characters, faults, interruptions, marked, silences
from scripts.demo_night.line import LINE_RATE_HZ
from scripts.demo_night.make import HERE, make_night
from scripts.demo_night.packs import pack_night
from scripts.demo_night.timeline import Played, play

PER_MINUTE = 300
RATE_HZ = 24_000


def tone_instead_of_voice(text: str, voice: str, speed: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A tone as long as a voice would speak: enough for everything but listening."""
    length = int(max(characters(text), 2) / PER_MINUTE * 60 / speed * RATE_HZ)
    return np.sin(2 * np.pi * 500 * np.arange(length) / RATE_HZ).astype(np.float32)


def turn(role: str, line: str, **how: float) -> Turn:
    text, labels = parse_line(line)
    return Turn(role=role, text=text, labels=labels, **how)


def played(*turns: Turn | Filler, **also: Any) -> tuple[Dialogue, Played]:
    base = load_dialogue(HERE / "dialogues" / "N01.yaml")
    dialogue = Dialogue(
        **{
            name: getattr(base, name) for name in ("call_id", "topic", "shows", "agent", "queue", "direction")
        },
        **{
            name: getattr(base, name) for name in ("started_at", "customer_number", "customer_voice", "codec")
        },
        **({"layout": "stereo", "expect": ()} | also),
        turns=turns,
    )
    spoken = [item for item in turns if isinstance(item, Turn)]
    sounds = [np.ones(int(characters(item.text) / 5 * LINE_RATE_HZ)) for item in spoken]
    return dialogue, play(dialogue, sounds, np.random.default_rng(0))


def test_a_pause_is_a_silence_and_a_long_one_dead_air() -> None:
    dialogue, call = played(turn("customer", "喂喂喂喂喂"), turn("agent", "哎哎哎哎哎", pause=9.0))
    ((start, end),) = silences(call)
    assert (start, end) == pytest.approx((call.spoken[0].end, call.spoken[1].start))
    assert [(f.code, f.note) for f in faults(dialogue, call)] == [("dead-air", "9.0 s")]


def test_music_is_no_silence() -> None:
    _, call = played(turn("agent", "请稍等请稍等"), Filler("hold-music", 9), turn("agent", "久等了久等了"))
    assert silences(call) == ()
    at = int((call.filled[0].start + 1) * LINE_RATE_HZ)
    assert np.abs(call.agent[at : at + 800]).max() > 0.01
    assert np.abs(call.customer[at : at + 800]).max() == 0


def test_an_overlap_is_an_interruption_by_the_later_speaker() -> None:
    _, call = played(turn("customer", "我想问一下我的钱"), turn("agent", "等一下等一下", overlap=0.5))
    ((by, start, seconds),) = interruptions(call)
    assert (by, start) == ("agent", call.spoken[1].start)
    assert seconds == pytest.approx(0.5)


def test_labels_take_their_share_of_the_turn() -> None:
    _, call = played(turn("agent", "您好，[v:shirk|不归我管]。"))
    (mark,) = marked(call)
    only = call.spoken[0]
    assert mark.end == pytest.approx(only.end)
    assert (
        only.start + 0.3 * (only.end - only.start) < mark.start < only.start + 0.6 * (only.end - only.start)
    )


def test_what_applies_and_is_unsaid_is_a_fault() -> None:
    dialogue, call = played(turn("agent", "[r:greeting|您好]"), applies=("greeting", "closing"))
    assert [(f.code, f.start) for f in faults(dialogue, call)] == [("closing-missing", None)]


def test_agent_hangup_leaves_busy_tone() -> None:
    dialogue, call = played(turn("customer", "喂喂喂喂喂"), hangup="agent")
    assert [f.code for f in faults(dialogue, call)] == ["agent-hangup"]
    assert call.hung_up is not None
    assert np.abs(call.agent[int(call.hung_up * LINE_RATE_HZ) :]).max() > 0.01


def test_every_dialogue_holds_what_it_announces(tmp_path: Path) -> None:
    """With tones for voices: making stops if the timing gives other faults than a dialogue expects."""
    make_night(tmp_path, say=tone_instead_of_voice, rate_hz=RATE_HZ, seed=7)
    dialogues = sorted(path.stem for path in (HERE / "dialogues").glob("*.yaml"))
    assert sorted(path.stem for path in (tmp_path / "audio").iterdir()) == dialogues
    assert sorted(path.stem for path in (tmp_path / "truth").iterdir()) == dialogues


def test_the_calls_of_a_pack_are_spoken_with_their_truth(tmp_path: Path) -> None:
    night = pack_night("collections")
    make_night(tmp_path, say=tone_instead_of_voice, rate_hz=RATE_HZ, seed=7, night=night)
    wrong = {}
    for call in read_calls(read_packs(["collections"], data_root())[0].calls):
        truth = json.loads((tmp_path / "truth" / f"{call.id}.json").read_text(encoding="utf-8"))
        assert (tmp_path / next(r for r in audio_of(tmp_path) if call.id in r)).stat().st_size > 10_000
        assert set(call.fails) <= {v["code"] for v in truth["violations"]}
        wrong |= {v["code"]: v["severity"] for v in truth["violations"]}
        assert not any("[" in turn["text"] for turn in truth["turns"])
    assert (wrong["collect-impersonate"], wrong["collect-tell-third"]) == ("A", "A")


def audio_of(night: Path) -> list[str]:
    """The files that the call list names."""
    with (night / "calls.csv").open(encoding="utf-8-sig", newline="") as rows:
        return [row["file"] for row in csv.DictReader(rows)]


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("N06.yaml", "N10.yaml", "N14.yaml"):  # music and hum in GSM, white noise in Opus, plain
        shutil.copy(HERE / "dialogues" / name, tmp_path / "in")
    nights = [tmp_path / "one", tmp_path / "two"]
    for night in nights:
        make_night(night, say=tone_instead_of_voice, rate_hz=RATE_HZ, seed=7, dialogues=tmp_path / "in")
    one, two = ({p.name: p.read_bytes() for p in night.rglob("*.*") if p.is_file()} for night in nights)
    assert len(one) == 3 + 3 + 1
    assert one == two


def test_a_wrong_expectation_stops_the_night(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = (HERE / "dialogues" / "N14.yaml").read_text(encoding="utf-8")
    (tmp_path / "in" / "N14.yaml").write_text(text.replace("expect: []", "expect: [shirk]"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"N14: expected \['shirk'\], the call holds \[\]"):
        make_night(
            tmp_path / "out", say=tone_instead_of_voice, rate_hz=RATE_HZ, seed=7, dialogues=tmp_path / "in"
        )
