"""Lay a dialogue's spoken turns out in time: when each starts, which party's channel carries it.

Music and tones come from the switch, so they lie on the agent's channel as in real two-channel recordings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scripts.demo_night.dialogue import Dialogue, Filler, Turn
from scripts.demo_night.line import LINE_RATE_HZ, Samples, amplify, beep, busy, hold_music

LEAD_SECONDS = 0.6
TAIL_SECONDS = 0.5
PAUSE_SECONDS = (0.25, 0.55)
"""Range of the silence before a turn that asks for none."""
BUSY_SECONDS = 2.1


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn with its place in the call, in seconds."""

    turn: Turn
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Filled:
    """A filler with its place in the call, in seconds."""

    kind: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Played:
    """A call as it was played: the two parties' sound (8 kHz, equal length) and what lies where."""

    agent: Samples
    customer: Samples
    spoken: tuple[Spoken, ...]
    filled: tuple[Filled, ...]
    hung_up: float | None
    """When the agent dropped the call; busy tone follows."""

    @property
    def duration(self) -> float:
        return len(self.agent) / LINE_RATE_HZ


def play(dialogue: Dialogue, sounds: Sequence[Samples], random: np.random.Generator) -> Played:
    """Place each turn's sound (one per `Turn`, telephone band, in order) and each filler.

    Raises:
        ValueError: an overlap longer than the turn it cuts into.
    """
    remaining = iter(sounds)
    clock, previous = LEAD_SECONDS, 0.0
    placed: list[tuple[str, float, Samples]] = []
    spoken, filled = list[Spoken](), list[Filled]()
    for item in dialogue.turns:
        if isinstance(item, Filler):
            start = clock + 0.3
            clock = start + item.seconds
            filled.append(Filled(item.kind, start, clock))
            placed.append(("agent", start, _filler(item, random)))
            continue
        sound = amplify(next(remaining), item.gain + _usual_gain(dialogue, item.role))
        natural = float(random.uniform(*PAUSE_SECONDS))
        start = (
            clock - item.overlap if item.overlap else clock + (natural if item.pause is None else item.pause)
        )
        if start < previous:
            raise ValueError(f"{dialogue.call_id}: {item.overlap} s of overlap cut into more than one turn")
        end = start + len(sound) / LINE_RATE_HZ
        spoken.append(Spoken(item, start, end))
        placed.append((item.role, start, sound))
        clock, previous = max(clock, end), start
    hung_up = clock + 0.2 if dialogue.hangup == "agent" else None
    if hung_up is not None:
        placed.append(("agent", hung_up, busy(int(BUSY_SECONDS * LINE_RATE_HZ))))
        clock = hung_up + BUSY_SECONDS
    length = int((clock + TAIL_SECONDS) * LINE_RATE_HZ)
    tracks = {role: np.zeros(length) for role in ("agent", "customer")}
    for role, start, sound in placed:
        at = round(start * LINE_RATE_HZ)
        tracks[role][at : at + len(sound)] += sound[: length - at]
    return Played(tracks["agent"], tracks["customer"], tuple(spoken), tuple(filled), hung_up)


def _usual_gain(dialogue: Dialogue, role: str) -> float:
    return dialogue.gain_agent if role == "agent" else dialogue.gain_customer


def _filler(item: Filler, random: np.random.Generator) -> Samples:
    length = int(item.seconds * LINE_RATE_HZ)
    match item.kind:
        case "hold-music":
            return hold_music(length, random)
        case "hold-silence":
            return np.zeros(length)
        case _:
            return beep(length)
