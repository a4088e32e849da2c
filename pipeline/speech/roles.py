"""Which party is the agent.

Three witnesses, added as log-odds: what the switch claims, who speaks first (the one who is called), and what
is said; where they leave doubt, the caller adds what the lexicons make of it (`RoleAssignment.weighed`).
Words weigh most: switches are configured wrong and dumps are swapped, but nobody except an agent says
很高兴为您服务. Words are compared by sound (toneless pinyin), since the recogniser writes 很高新为你服务 as
well.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.conversation.text import read_out, syllable
from pipeline.conversation.wordlists import WeightedWords, WordLists, default_word_lists
from pipeline.domain import NO_EVIDENCE, Role, RoleEvidence

CLAIM_WEIGHT = 2.5
"""Log-odds of a switch's claim: about 92 % of dumps are labelled right."""
FIRST_WEIGHT = 1.5
"""Log-odds that whoever is called speaks first: the agent inbound, the customer outbound; four in five do."""

_MOST_PER_WORD = 2
"""The same words said again tell little more."""
_LONG = 4
"""Characters of a phrase that only one party says however polite it is."""


@dataclass(frozen=True, slots=True)
class Party:
    """One of two voices, before anyone knows who it is."""

    text: str
    first_at: float
    """Seconds at which it first speaks; infinity where it never does."""
    claimed: bool | None = None
    """What the switch says: True the agent, False the customer, None nothing."""
    silent: bool = False
    """Never speaks: a dead channel."""


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """The roles of the parties, in the order given."""

    roles: tuple[Role, ...]
    confidence: float
    """0.5 (a guess) .. 1."""
    evidence: RoleEvidence = NO_EVIDENCE
    """What each witness says for these roles."""

    def weighed(self, odds: float) -> RoleAssignment:
        """With more words: log-odds for these roles, which turn round where they outweigh the others."""
        all_odds = math.log(self.confidence / max(1 - self.confidence, 1e-9)) + odds
        evidence = replace(self.evidence, words=(self.evidence.words or 0.0) + odds)
        if all_odds >= 0:
            return RoleAssignment(self.roles, _sigmoid(all_odds), evidence)
        turned = tuple(role.other for role in self.roles)
        return RoleAssignment(turned, _sigmoid(-all_odds), evidence.turned)


def find_roles(
    parties: Sequence[Party], *, direction: str | None = None, words: WordLists | None = None
) -> RoleAssignment:
    """Decide who of one or two parties is the agent.

    ``direction`` is ``inbound`` or ``outbound``; None leaves out who speaks first. With a single voice the
    words alone decide; where they say little, it is the customer (a voice mail) with low confidence.
    ``words`` are what agents and customers say; the default lists where not given.
    """
    words = words or default_word_lists()
    if not parties:
        return RoleAssignment((), 1.0)
    if len(parties) == 1:
        said, claimed = agent_likeness(parties[0].text, words), _claim(parties[0])
        odds = said + claimed - 0.5
        evidence = RoleEvidence(claim=claimed or None, words=said)
        return (
            RoleAssignment((Role.AGENT,), _sigmoid(odds), evidence)
            if odds > 0
            else RoleAssignment((Role.CUSTOMER,), _sigmoid(-odds), evidence.turned)
        )
    left, right = parties
    if left.silent != right.silent:
        lone = find_roles([right if left.silent else left], words=words)
        roles = (lone.roles[0].other, lone.roles[0]) if left.silent else (lone.roles[0], lone.roles[0].other)
        return RoleAssignment(roles, lone.confidence, lone.evidence)
    claimed = _claim(left) - _claim(right) if left.claimed is None else _claim(left)
    said = agent_likeness(left.text, words) - agent_likeness(right.text, words)
    order = None
    if direction in ("inbound", "outbound") and left.first_at != right.first_at:
        left_first = left.first_at < right.first_at
        order = FIRST_WEIGHT if left_first == (direction == "inbound") else -FIRST_WEIGHT
    evidence = RoleEvidence(claim=claimed or None, words=said, order=order)
    odds = evidence.total
    return (
        RoleAssignment((Role.AGENT, Role.CUSTOMER), _sigmoid(odds), evidence)
        if odds >= 0
        else RoleAssignment((Role.CUSTOMER, Role.AGENT), _sigmoid(-odds), evidence.turned)
    )


def agent_likeness(text: str, words: WordLists) -> float:
    """Log-odds that an agent said this, from its words; positive for agents. Bounded to +-12."""
    exact = _sound(text)
    sounds = exact, _POLITE.sub("ni", exact)
    odds = _weight(sounds, words.agent) - _weight(sounds, words.customer)
    polite, blunt = text.count("您"), text.count("你")
    odds += 1.2 * (polite - blunt) / (polite + blunt + 2)
    return max(-12.0, min(12.0, odds))


def weight_of(text: str, words: WeightedWords) -> float:
    """The weights of the words that a text sounds like, together; 您 and 你 are alike in long ones."""
    exact = _sound(text)
    return _weight((exact, _POLITE.sub("ni", exact)), words)


def _weight(sounds: tuple[str, str], words: WeightedWords) -> float:
    """Log-odds of the words in a text, given by its sound and by the same with every 您 as 你."""
    keyed = _by_sound(tuple(words.weights.items()))
    return sum(weight * min(_MOST_PER_WORD, sounds[polite].count(key)) for key, weight, polite in keyed)


def _claim(party: Party) -> float:
    return 0.0 if party.claimed is None else CLAIM_WEIGHT if party.claimed else -CLAIM_WEIGHT


def _sigmoid(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


_POLITE = re.compile(r"(?<=\|)nin(?=\|)")


def _sound(text: str) -> str:
    """Toneless pinyin between bars, with the finals folded that the recogniser confuses (-ng and -n)."""
    spoken = re.sub(r"\W+", "", read_out(text))
    return "|" + "|".join([_READINGS[character] for character in spoken]) + "|"


class _Readings(dict[str, str]):
    """The usual reading of a character: words and texts are read alike, which is all that matters here."""

    def __missing__(self, character: str) -> str:
        reading = syllable(character)
        self[character] = reading.removesuffix("g") if reading.endswith("ng") else reading
        return self[character]


_READINGS = _Readings()


@lru_cache(maxsize=8)
def _by_sound(words: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float, bool], ...]:
    """Sound, weight, and whether 您 may be 你 in it: recognisers write 为你服务, and long ones stay clear."""
    return tuple(
        (_sound(word.replace("您", "你") if long else word), weight, long)
        for word, weight in words
        for long in (len(word) >= _LONG,)
    )
