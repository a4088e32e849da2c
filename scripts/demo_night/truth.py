"""The labelled truth of a call, ready for JSON: every turn, silence, phrase and fault with its seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from scripts.demo_night.dialogue import Agent, Dialogue, LabelKind
from scripts.demo_night.faults import (
    MISSING,
    Marked,
    characters,
    faults,
    interruptions,
    marked,
    rate,
    silences,
)
from scripts.demo_night.timeline import Played

SEVERITIES = {
    "A": ("abuse", "leak-other-customer", "ask-sensitive", "threat"),
    "B": ("identity-missing", "shirk", "agent-hangup"),
    "C": ("rating-prompt-missing", "early-repay-guide", "promise-return", "promise-approval"),
    "E": ("rating-guide",),
}
"""Every other code is D."""

AGENT_CHANNELS = {"stereo": "left", "stereo-swapped": "right", "fake-stereo": "mixed", "mono": "mixed"}


def severity(code: str) -> str:
    return next((grade for grade, codes in SEVERITIES.items() if code in codes), "D")


def truth(dialogue: Dialogue, agent: Agent, played: Played | None) -> dict[str, Any]:
    """The truth of one call; ``played`` is None where nobody can read the file."""
    head = {
        "call_id": dialogue.call_id,
        "synthetic": True,
        "topic": dialogue.topic,
        "shows": dialogue.shows,
        "kind": dialogue.kind,
        "duration": None if played is None else round(played.duration, 3),
        "layout": dialogue.layout,
        "agent_channel": AGENT_CHANNELS[dialogue.layout],
        "codec": dialogue.codec,
        "noise": {"type": dialogue.noise or "none"} | ({"snr": dialogue.snr_db} if dialogue.noise else {}),
        "crosstalk_db": dialogue.crosstalk_db,
        "gain_db": {"agent": dialogue.gain_agent, "customer": dialogue.gain_customer},
        "voices": {"agent": agent.voice, "customer": dialogue.customer_voice},
    }
    return head | _heard(dialogue, played or Played(np.zeros(0), np.zeros(0), (), (), None))


def _heard(dialogue: Dialogue, played: Played) -> dict[str, Any]:
    labels = marked(played)
    of = {kind: [m for m in labels if m.label.kind is kind] for kind in LabelKind}
    wrong = faults(dialogue, played)
    seconds = {
        role: sum(s.end - s.start for s in played.spoken if s.turn.role == role)
        for role in ("agent", "customer")
    }
    return {
        "turns": [
            {
                "role": s.turn.role,
                **_span(s.start, s.end),
                "text": s.turn.text,
                "chars": characters(s.turn.text),
                "chars_per_min": round(rate(s)),
            }
            for s in played.spoken
        ],
        "silences": sorted(
            [_silence(start, end, "gap") for start, end in silences(played)]
            + [_silence(f.start, f.end, f.kind) for f in played.filled],
            key=lambda item: item["start"],
        ),
        "interruptions": [
            {"by": by, "start": round(start, 3), "seconds": round(seconds, 3)}
            for by, start, seconds in interruptions(played)
        ],
        "violations": [
            {"code": f.code, "role": "agent", "phrase": f.phrase, **_span(f.start, f.end)}
            | ({"note": f.note} if f.note else {})
            | {"severity": dialogue.severities.get(f.code) or severity(f.code)}
            for f in wrong
        ],
        "required": _required(dialogue, of[LabelKind.REQUIRED]),
        "escalations": _phrases(of[LabelKind.ESCALATION]),
        "pii": _phrases(of[LabelKind.PERSONAL]),
        "praise": _phrases(of[LabelKind.PRAISE]),
        "hard_negatives": [
            phrase | {"why": m.label.why}
            for phrase, m in zip(_phrases(of[LabelKind.NEAR_MISS]), of[LabelKind.NEAR_MISS], strict=True)
        ],
        "talk_ratio_agent": round(seconds["agent"] / (sum(seconds.values()) or 1), 3),
        "agent_seconds": round(seconds["agent"], 3),
        "customer_seconds": round(seconds["customer"], 3),
        "expected_flagged": bool(wrong or of[LabelKind.ESCALATION]),
    }


def _phrases(labels: Iterable[Marked]) -> list[dict[str, Any]]:
    return [
        {"code": m.label.code, "role": m.role, "phrase": m.label.words, **_span(m.start, m.end)}
        for m in labels
    ]


def _required(dialogue: Dialogue, said: list[Marked]) -> list[dict[str, Any]]:
    """One entry for each time an item was said, one for each that applies and was not."""
    present = [
        phrase | {"present": True, "applies": phrase["code"] in dialogue.applies} for phrase in _phrases(said)
    ]
    codes = {entry["code"] for entry in present}
    absent: list[Mapping[str, Any]] = [
        {
            "code": code,
            "role": "agent",
            "phrase": None,
            **_span(None, None),
            "present": False,
            "applies": True,
        }
        for code in dialogue.applies
        if code not in codes and code in MISSING
    ]
    return [*present, *map(dict, absent)]


def _silence(start: float, end: float, kind: str) -> dict[str, Any]:
    return {**_span(start, end), "seconds": round(end - start, 3), "kind": kind}


def _span(start: float | None, end: float | None) -> dict[str, float | None]:
    return {
        "start": None if start is None else round(start, 3),
        "end": None if end is None else round(end, 3),
    }
