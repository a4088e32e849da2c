"""The faults a played call holds: what its lines are labelled with, what its timing makes, what is unsaid.

The thresholds are those of the default rubric.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from scripts.demo_night.dialogue import Dialogue, Label, LabelKind
from scripts.demo_night.timeline import Played, Spoken

DEAD_AIR_SECONDS = 8.0
FREQUENT_SILENCE_SECONDS = (3.0, 8.0)
FREQUENT_SILENCE_COUNT = 4
MONOLOGUE_SECONDS = 30.0
GREETING_LATE_SECONDS = 30.0
INTERRUPTIONS = 2
TOO_FAST_PER_MINUTE = 430
TOO_SLOW_PER_MINUTE = 215
LEAST_CHARACTERS = 10
"""Shorter turns have no rate worth the name."""
LEAST_SILENCE_SECONDS = 2.0
MARK_WEIGHT = 1.2
"""How long a punctuation mark lasts within a turn, in characters."""

MISSING = {
    "greeting": "greeting-missing",
    "closing": "closing-missing",
    "rating-prompt": "rating-prompt-missing",
    "identity": "identity-missing",
    "hold-ask": "hold-no-notice",
    "hold-thanks": "hold-no-thanks",
    "empathy": "empathy-missing",
}
"""Required item -> the violation that its absence is."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A violation with its words or what was measured, and its place in seconds (None: left unsaid)."""

    code: str
    phrase: str | None = None
    start: float | None = None
    end: float | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A label with its place in seconds."""

    label: Label
    role: str
    start: float
    end: float


def characters(text: str) -> int:
    """Letters and digits, punctuation not counted."""
    return sum(sign.isalnum() for sign in text)


def rate(spoken: Spoken) -> float:
    """Characters per minute of one turn."""
    return characters(spoken.turn.text) / (spoken.end - spoken.start) * 60


def marked(played: Played) -> tuple[Marked, ...]:
    """Every label with its time, taken from its share of the characters of its turn."""
    return tuple(
        Marked(label, spoken.turn.role, *_place(label, spoken))
        for spoken in played.spoken
        for label in spoken.turn.labels
    )


def _place(label: Label, spoken: Spoken) -> tuple[float, float]:
    text = spoken.turn.text.rstrip("，。？！")
    weights = [1.0 if sign.isalnum() else MARK_WEIGHT for sign in text]
    per_weight = (spoken.end - spoken.start) / sum(weights)
    return spoken.start + sum(weights[: label.start]) * per_weight, spoken.start + sum(
        weights[: label.end]
    ) * per_weight


def silences(played: Played) -> tuple[tuple[float, float], ...]:
    """Stretches of two seconds or more without talk or music, between the first and the last sound."""
    busy = sorted([(s.start, s.end) for s in played.spoken] + [(f.start, f.end) for f in played.filled])
    gaps, until = [], busy[0][1] if busy else 0.0
    for start, end in busy[1:]:
        if start - until >= LEAST_SILENCE_SECONDS:
            gaps.append((until, start))
        until = max(until, end)
    return tuple(gaps)


def interruptions(played: Played) -> tuple[tuple[str, float, float], ...]:
    """(by whom, start, seconds of overlap) of each turn that starts before the other party has finished."""
    return tuple(
        (later.turn.role, later.start, earlier.end - later.start)
        for earlier, later in pairwise(played.spoken)
        if later.turn.role != earlier.turn.role and later.start < earlier.end
    )


def faults(dialogue: Dialogue, played: Played) -> tuple[Fault, ...]:
    """All violations of a call: in time order, then what was left unsaid."""
    said = [m for m in marked(played) if m.role == "agent"]
    present = {m.label.code for m in said if m.label.kind is LabelKind.REQUIRED}
    spoken = [
        Fault(m.label.code, m.label.words, m.start, m.end)
        for m in said
        if m.label.kind is LabelKind.VIOLATION
    ]
    heard = sorted([*spoken, *_measured(dialogue, played, said)], key=lambda fault: fault.start or 0.0)
    unsaid = [
        Fault(MISSING[code], note="required item absent")
        for code in dialogue.applies
        if code in MISSING and code not in present
    ]
    return (*heard, *unsaid, *(Fault(code) for code in dialogue.unsaid))


def _measured(dialogue: Dialogue, played: Played, said: list[Marked]) -> Iterator[Fault]:
    for turn in played.spoken:
        if turn.turn.role != "agent":
            continue
        if turn.end - turn.start >= MONOLOGUE_SECONDS:
            yield Fault("monologue", None, turn.start, turn.end, f"{turn.end - turn.start:.1f} s")
        if characters(turn.turn.text) >= LEAST_CHARACTERS:
            if rate(turn) >= TOO_FAST_PER_MINUTE:
                yield Fault("too-fast", None, turn.start, turn.end, f"{rate(turn):.0f} chars/min")
            if rate(turn) <= TOO_SLOW_PER_MINUTE:
                yield Fault("too-slow", None, turn.start, turn.end, f"{rate(turn):.0f} chars/min")
    gaps = silences(played)
    for start, end in gaps:
        if end - start >= DEAD_AIR_SECONDS:
            yield Fault("dead-air", None, start, end, f"{end - start:.1f} s")
    low, high = FREQUENT_SILENCE_SECONDS
    frequent = [gap for gap in gaps if low <= gap[1] - gap[0] < high]
    if len(frequent) >= FREQUENT_SILENCE_COUNT:
        yield Fault(
            "frequent-silence", None, frequent[0][0], frequent[-1][1], f"{len(frequent)} silences of 3-8 s"
        )
    cuts = [start for by, start, _ in interruptions(played) if by == "agent"]
    if len(cuts) >= INTERRUPTIONS:
        yield Fault("interrupt-customer", None, cuts[0], cuts[-1], f"{len(cuts)} interruptions")
    greeting = next(
        (m for m in said if m.label.code == "greeting" and m.label.kind is LabelKind.REQUIRED), None
    )
    if greeting is not None and greeting.start > GREETING_LATE_SECONDS:
        yield Fault("greeting-late", None, greeting.start, greeting.end, "greeting starts after 30 s")
    if played.hung_up is not None:
        yield Fault("agent-hangup", None, played.hung_up, played.duration, "agent drops the call first")
