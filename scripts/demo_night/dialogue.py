"""Dialogues as data: what the YAML files say, as typed values.

A line of speech carries its labels inline: ``[r:greeting|您好]``. The letter is the kind of label, then comes
the code of the catalogue (a hard negative adds why), then the words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.yaml_file import read_text

LABEL = re.compile(r"\[(?P<kind>[rvepnx]):(?P<code>[a-z0-9-]+)(?::(?P<why>[a-z-]+))?\|(?P<words>[^]]*)\]")
ROLES = ("agent", "customer")


class LabelKind(StrEnum):
    REQUIRED = "r"
    VIOLATION = "v"
    ESCALATION = "e"
    PERSONAL = "p"
    NEAR_MISS = "n"
    PRAISE = "x"


@dataclass(frozen=True, slots=True)
class Label:
    """Marked words of a turn; ``start`` and ``end`` count characters of its plain text."""

    kind: LabelKind
    code: str
    words: str
    start: int
    end: int
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One party speaks."""

    role: str
    text: str
    labels: tuple[Label, ...]
    speed: float = 1.0
    """1 is about 300 characters per minute."""
    pause: float | None = None
    """Seconds of silence before it; None lets the seed choose a natural one."""
    overlap: float = 0.0
    """Seconds it starts before the other party has finished."""
    gain: float = 0.0
    """dB louder than this party's other turns."""


@dataclass(frozen=True, slots=True)
class Filler:
    """No speech: music or silence while the caller waits, or a tone."""

    kind: str
    """``hold-music``, ``hold-silence`` or ``tone``."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One call to be played and recorded."""

    call_id: str
    topic: str
    shows: str
    """In English: what this call is in the night for."""
    agent: str
    queue: str
    direction: str
    started_at: str
    customer_number: str
    customer_voice: str
    layout: str
    """``stereo`` (agent left), ``stereo-swapped`` (agent right), ``fake-stereo`` (both on both), ``mono``."""
    codec: str
    turns: tuple[Turn | Filler, ...]
    expect: tuple[str, ...] | None
    """Codes of every violation in the call; the truth must come to the same. None: any."""
    kind: str = "normal"
    claimed_channel: str | None = None
    """What the call list says about the agent's channel where that is not the truth."""
    noise: str | None = None
    snr_db: float = 0.0
    crosstalk_db: float | None = None
    gain_agent: float = 0.0
    gain_customer: float = 0.0
    hangup: str | None = None
    applies: tuple[str, ...] = ()
    """Required items this call is judged on."""
    unsaid: tuple[str, ...] = ()
    """Violations that are no words of the agent's, in the calls of packs."""
    severities: Mapping[str, str] = field(default_factory=dict)
    """Violation -> class, where the default sheet does not say it."""


@dataclass(frozen=True, slots=True)
class Agent:
    """Who sits at the desk, and the voice that plays them."""

    agent_id: str
    name: str
    team: str
    voice: str


def parse_line(text: str) -> tuple[str, tuple[Label, ...]]:
    """Split a labelled line into what is spoken and its labels."""
    plain, labels, at = "", [], 0
    for match in LABEL.finditer(text):
        plain += text[at : match.start()]
        start = len(plain)
        plain += match["words"]
        labels.append(
            Label(LabelKind(match["kind"]), match["code"], match["words"], start, len(plain), match["why"])
        )
        at = match.end()
    plain += text[at:]
    if "[" in plain or "]" in plain:
        raise ValueError(f"a label that cannot be read: {text}")
    return plain, tuple(labels)


def load_dialogue(path: Path) -> Dialogue:
    """Read one dialogue; its call id is the file's name. Raises ValueError with the file for anything odd."""
    raw: dict[str, Any] = read_text(path.read_text(encoding="utf-8"))
    try:
        noise, gain = raw.pop("noise", {}), raw.pop("gain", {})
        return Dialogue(
            call_id=path.stem,
            turns=tuple(_turn(item) for item in raw.pop("turns")),
            expect=tuple(raw.pop("expect")),
            applies=tuple(raw.pop("applies", ())),
            noise=noise.get("kind"),
            snr_db=noise.get("snr_db", 0.0),
            gain_agent=gain.get("agent", 0.0),
            gain_customer=gain.get("customer", 0.0),
            **raw,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def load_night(folder: Path) -> tuple[Dialogue, ...]:
    """All dialogues of a folder, by call id."""
    return tuple(load_dialogue(path) for path in sorted(folder.glob("*.yaml")))


def load_agents(path: Path) -> dict[str, Agent]:
    """Agents by their id."""
    raw = read_text(path.read_text(encoding="utf-8"))
    return {agent_id: Agent(agent_id, **rest) for agent_id, rest in raw.items()}


def _turn(item: dict[str, Any]) -> Turn | Filler:
    if "hold" in item:
        return Filler(f"hold-{item['hold']}", item["seconds"])
    if "tone" in item:
        return Filler("tone", item["seconds"])
    role = next(role for role in ROLES if role in item)
    text, labels = parse_line(item.pop(role))
    return Turn(role, text, labels, **item)
