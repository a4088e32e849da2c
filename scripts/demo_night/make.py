"""Make the demonstration night: play every dialogue over a telephone line, write files and truth."""

from __future__ import annotations

import csv
import json
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from scripts.demo_night.codecs import BROKEN_HEADER, CODECS, write
from scripts.demo_night.dialogue import Agent, Dialogue, Turn, load_agents, load_night
from scripts.demo_night.faults import faults
from scripts.demo_night.line import Samples, amplify, noise, telephone
from scripts.demo_night.timeline import Played, play
from scripts.demo_night.truth import truth

HERE = Path(__file__).resolve().parent
COLUMNS = (
    "call_id",
    "file",
    "agent_id",
    "agent_name",
    "team",
    "queue",
    "direction",
    "customer_number",
    "started_at",
    "agent_channel",
)
CLAIMS = {"stereo": "left", "stereo-swapped": "right", "fake-stereo": "", "mono": "mono"}
"""What the call list says of the agent's channel, unless a dialogue makes it claim something else."""

Say = Callable[[str, str, float], NDArray[np.float32]]
"""(text, voice, speed) -> mono samples at 24 kHz."""


def make_night(
    out: Path,
    *,
    say: Say,
    rate_hz: int,
    seed: int,
    dialogues: Path = HERE / "dialogues",
    night: tuple[Dialogue, ...] | None = None,
) -> None:
    """Write ``audio/``, ``calls.csv`` and ``truth/`` into ``out``; the same seed gives the same files.

    Args:
        night: dialogues to play in place of those of a folder.
    """
    agents = load_agents(HERE / "agents.yaml")
    night = load_night(dialogues) if night is None else night
    (out / "audio").mkdir(parents=True, exist_ok=True)
    (out / "truth").mkdir(exist_ok=True)
    for dialogue in tqdm(night, desc="calls", unit="call", file=sys.stderr):
        _make_call(dialogue, agents[dialogue.agent], out, say=say, rate_hz=rate_hz, seed=seed)
    with (out / "calls.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows(_row(dialogue, agents[dialogue.agent]) for dialogue in night)


def audio_name(dialogue: Dialogue) -> str:
    suffix = ".wav" if dialogue.codec == "broken" else CODECS[dialogue.codec].suffix
    return f"audio/{dialogue.call_id}{suffix}"


def channels(dialogue: Dialogue, played: Played, random: np.random.Generator) -> tuple[Samples, ...]:
    """What the recorder stores: one or two channels with noise and cross-talk."""
    agent, customer = played.agent, played.customer
    if dialogue.crosstalk_db is not None:
        agent, customer = (
            agent + amplify(customer, dialogue.crosstalk_db),
            customer + amplify(agent, dialogue.crosstalk_db),
        )
    tracks: tuple[Samples, ...]
    match dialogue.layout:
        case "stereo":
            tracks = (agent, customer)
        case "stereo-swapped":
            tracks = (customer, agent)
        case _:
            tracks = (agent + customer,)
    if dialogue.noise is not None:
        tracks = tuple(
            track + noise(dialogue.noise, len(track), snr_db=dialogue.snr_db, random=random)
            for track in tracks
        )
    return tracks * 2 if dialogue.layout == "fake-stereo" else tracks


def _make_call(dialogue: Dialogue, agent: Agent, out: Path, *, say: Say, rate_hz: int, seed: int) -> None:
    path = out / audio_name(dialogue)
    played = None
    if dialogue.codec == "broken":
        path.write_bytes(BROKEN_HEADER)
    else:
        random = np.random.default_rng((seed, zlib.crc32(dialogue.call_id.encode())))
        voices = {"agent": agent.voice, "customer": dialogue.customer_voice}
        turns = [turn for turn in dialogue.turns if isinstance(turn, Turn)]
        sounds = [telephone(say(turn.text, voices[turn.role], turn.speed), rate_hz) for turn in turns]
        played = play(dialogue, sounds, random)
        found = sorted({fault.code for fault in faults(dialogue, played)})
        if dialogue.expect is not None and found != sorted(dialogue.expect):
            raise ValueError(
                f"{dialogue.call_id}: expected {sorted(dialogue.expect)}, the call holds {found}"
            )
        write(path, channels(dialogue, played, random), CODECS[dialogue.codec])
    text = json.dumps(truth(dialogue, agent, played), ensure_ascii=False, indent=1)
    (out / "truth" / f"{dialogue.call_id}.json").write_text(text + "\n", encoding="utf-8")


def _row(dialogue: Dialogue, agent: Agent) -> tuple[str, ...]:
    claim = CLAIMS[dialogue.layout] if dialogue.claimed_channel is None else dialogue.claimed_channel
    return (
        dialogue.call_id,
        audio_name(dialogue),
        agent.agent_id,
        agent.name,
        agent.team,
        dialogue.queue,
        dialogue.direction,
        dialogue.customer_number,
        dialogue.started_at,
        claim,
    )
