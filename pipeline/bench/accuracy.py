"""How much of what was said is in a text: characters, and phrases that matter.

Characters are compared without punctuation, case and width, digits as they are said, 幺 as 一, 两 as 二 and
〇 as 零. The error rate is the Levenshtein distance to the labelled call over its characters, summed
over calls.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from rapidfuzz.distance import Levenshtein

from pipeline.conversation.text import OTHER_NUMERALS, SPOKEN_DIGITS
from pipeline.domain import Role
from pipeline.errors import UsageError
from pipeline.messages import Message

_PHRASE_LISTS = ("violations", "required", "escalations")


@dataclass(frozen=True, slots=True)
class LabelledUtterance:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class LabelledCall:
    """What was said in one call."""

    call_id: str
    turns: tuple[LabelledUtterance, ...]
    """In the order in which they begin."""
    phrases: tuple[LabelledUtterance, ...]
    """Violations, required items and escalations that were spoken, word by word."""
    agent_channel: int | None
    """0 left, 1 right; None where both parties share a channel."""
    roles_known: bool = True
    """False where the truth says which channel somebody is on, or nothing, but not who is the agent."""

    def by(self, role: Role) -> str:
        return "".join(turn.text for turn in self.turns if turn.role is role)

    @property
    def whole(self) -> str:
        """Both parties in time order."""
        return "".join(turn.text for turn in self.turns)


def read_labelled(path: Path) -> LabelledCall | None:
    """The truth of one call as `scripts.demo_night` writes it, with roles and phrases; None where a file is
    of another kind.

    Raises:
        UsageError: a truth of this kind that cannot be read.
    """
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(values, dict) or not {"call_id", "agent_channel", "turns"} <= set(values):
        return None
    try:
        return _truth(values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(Message("bench.not-truth", reason=repr(error)), path=path) from error


def _truth(values: Mapping[str, Any]) -> LabelledCall:
    turns = sorted(values["turns"], key=lambda turn: turn["start"])
    phrases = [
        LabelledUtterance(Role(item["role"]), item["phrase"])
        for name in _PHRASE_LISTS
        for item in values.get(name, ())
        if item.get("phrase") and item.get("present", True)
    ]
    return LabelledCall(
        call_id=values["call_id"],
        turns=tuple(LabelledUtterance(Role(turn["role"]), turn["text"]) for turn in turns),
        phrases=tuple(phrases),
        agent_channel={"left": 0, "right": 1}.get(str(values.get("agent_channel"))),
    )


_ONE_FORM = str.maketrans(SPOKEN_DIGITS | OTHER_NUMERALS)
_PARTIES = (Role.AGENT, Role.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Text:
    """What one way heard in one call."""

    whole: str
    """Both parties in time order."""
    roles: Mapping[Role, str] | None = None
    """Each party's text; None where the way does not tell them apart."""


class Accuracy(BaseModel):
    """Counts over some calls; rates are None where there was nothing to find."""

    model_config = ConfigDict(frozen=True)

    characters: int
    """Of the truth."""
    errors: int
    """Characters to change, each party's text against that party's truth."""
    errors_any_role: int
    """The same where it does not matter whose words they are."""
    phrases: int
    found: int
    """Phrases whose characters stand verbatim in the text of the party that said them."""

    @property
    def error_rate(self) -> float | None:
        return self.errors / self.characters if self.characters else None

    @property
    def error_rate_any_role(self) -> float | None:
        return self.errors_any_role / self.characters if self.characters else None

    @property
    def phrase_recall(self) -> float | None:
        return self.found / self.phrases if self.phrases else None


def plain(text: str) -> str:
    """Only what can be heard: letters and digits in one form."""
    text = unicodedata.normalize("NFKC", text).lower().translate(_ONE_FORM)
    return "".join(char for char in text if char.isalnum())


def distance(truth: str, text: str) -> int:
    """Characters to insert, delete or replace between two texts in plain form."""
    return Levenshtein.distance(plain(truth), plain(text))


def assess(truths: Mapping[str, LabelledCall], texts: Mapping[str, Text]) -> Accuracy:
    """Accuracy over the calls of ``truths``; in a call without a text nothing was heard."""
    characters = errors = errors_any = phrases = found = 0
    for call_id, truth in truths.items():
        text = texts.get(call_id, Text(""))
        characters += (
            sum(len(plain(truth.by(role))) for role in _PARTIES)
            if truth.roles_known
            else len(plain(truth.whole))
        )
        as_said, any_role = _errors(truth, text)
        errors, errors_any = errors + as_said, errors_any + any_role
        phrases += len(truth.phrases)
        found += sum(plain(phrase.text) in plain(_place(text, phrase.role)) for phrase in truth.phrases)
    return Accuracy(
        characters=characters, errors=errors, errors_any_role=errors_any, phrases=phrases, found=found
    )


def _errors(truth: LabelledCall, text: Text) -> tuple[int, int]:
    """Errors by role, and without regard to roles."""
    whole = distance(truth.whole, text.whole)
    if text.roles is None:
        return whole, whole
    if not truth.roles_known:
        return (
            (whole, whole) if truth.agent_channel is None else (any_way := min(_ways(truth, text)), any_way)
        )
    straight, swapped = _ways(truth, text)
    shared_channel = truth.agent_channel is None
    return straight, whole if shared_channel else min(straight, swapped)


def _ways(truth: LabelledCall, text: Text) -> tuple[int, int]:
    """Errors with the roles as heard, and with the opposite ones."""
    roles = text.roles or {}
    agent, customer = (roles.get(role, "") for role in _PARTIES)
    straight = distance(truth.by(Role.AGENT), agent) + distance(truth.by(Role.CUSTOMER), customer)
    swapped = distance(truth.by(Role.AGENT), customer) + distance(truth.by(Role.CUSTOMER), agent)
    return straight, swapped


def _place(text: Text, role: Role) -> str:
    return text.whole if text.roles is None else text.roles.get(role, "")


def channels_as_text(channels: tuple[str, ...], truth: LabelledCall | None) -> Text:
    """The text of a way that hears channels: the truth says whose channel is whose.

    Where the parties share a channel, the call is one text, that of the first channel: both hold the same.
    """
    agent = truth.agent_channel if truth is not None else None
    if agent is None or len(channels) < 2:
        return Text(channels[0] if channels else "")
    return Text("".join(channels), {Role.AGENT: channels[agent], Role.CUSTOMER: channels[1 - agent]})
