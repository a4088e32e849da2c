"""How much of what was said is in a text: characters, and phrases that matter.

Characters are compared without punctuation, case and width, digits as they are said, 幺 as 一, 两 as 二 and
〇 as 零. The error rate is the Levenshtein distance to the truth over the truth's characters, summed over
calls.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict
from rapidfuzz.distance import Levenshtein

from pipeline.bench.truth import Truth
from pipeline.conversation.text import OTHER_NUMERALS, SPOKEN_DIGITS
from pipeline.domain import Role

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


def assess(truths: Mapping[str, Truth], texts: Mapping[str, Text]) -> Accuracy:
    """Accuracy over the calls of ``truths``; in a call without a text nothing was heard."""
    characters = errors = errors_any = phrases = found = 0
    for call_id, truth in truths.items():
        text = texts.get(call_id, Text(""))
        characters += sum(len(plain(truth.by(role))) for role in _PARTIES)
        as_said, any_role = _errors(truth, text)
        errors, errors_any = errors + as_said, errors_any + any_role
        phrases += len(truth.phrases)
        found += sum(plain(phrase.text) in plain(_place(text, phrase.role)) for phrase in truth.phrases)
    return Accuracy(
        characters=characters, errors=errors, errors_any_role=errors_any, phrases=phrases, found=found
    )


def _errors(truth: Truth, text: Text) -> tuple[int, int]:
    """Errors by role, and without regard to roles."""
    whole = distance(truth.whole, text.whole)
    if text.roles is None:
        return whole, whole
    agent, customer = (text.roles.get(role, "") for role in _PARTIES)
    straight = distance(truth.by(Role.AGENT), agent) + distance(truth.by(Role.CUSTOMER), customer)
    swapped = distance(truth.by(Role.AGENT), customer) + distance(truth.by(Role.CUSTOMER), agent)
    shared_channel = truth.agent_channel is None
    return straight, whole if shared_channel else min(straight, swapped)


def _place(text: Text, role: Role) -> str:
    return text.whole if text.roles is None else text.roles.get(role, "")


def channels_as_text(channels: tuple[str, ...], truth: Truth | None) -> Text:
    """The text of a way that hears channels: the truth says whose channel is whose.

    Where the parties share a channel, the call is one text, that of the first channel: both hold the same.
    """
    agent = truth.agent_channel if truth is not None else None
    if agent is None or len(channels) < 2:
        return Text(channels[0] if channels else "")
    return Text("".join(channels), {Role.AGENT: channels[agent], Role.CUSTOMER: channels[1 - agent]})
