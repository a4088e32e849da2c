"""Whether what passes for one voice in one channel said what two parties say.

Two like voices on a narrow line may pass for one, and a call of one party is no service dialogue: it would be
laid aside unheard. What is said tells better than the voice that there were two. It does not tell which words
are whose well enough to charge anybody, so that such a call goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from pipeline import phrases
from pipeline.conversation.wordlists import WordLists
from pipeline.domain import Role
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.sentences import PARTY_WEIGHTS, SentenceModel, load_model
from pipeline.speech.roles import weight_of

BOTH_SAID = 2.0
"""Weights of the words of agents, and of customers, from which what passes for one voice said both. Of the 58
parties of two labelled nights one reaches it alone (a customer who talks like an agent); of the 29 calls
that they make, 17 do."""
SHORTEST_CLAUSE = 4
"""Characters; what is shorter (好的, 对) both parties say."""
TELLING, MOST_TELLING = 1.5, 4.0
"""Natural log likelihood ratios of who says a clause: the least that counts, and the most that one gives."""
BOTH_TALK = 6.0
"""Their sum from which a party took part. Of 120 written calls the agent's lines alone reach it for the
customer in one of six, the customer's for the agent in one of twenty-five, both together in nine of ten."""
_PAUSES = re.compile(r"[，。？！；,.?!;\s]+")


def two_said(texts: Sequence[str], words: WordLists) -> bool:
    """Whether one voice said what only agents say, and what only customers say."""
    listed = all(
        sum(weight_of(text, those) for text in texts) >= BOTH_SAID for those in (words.agent, words.customer)
    )
    return listed or _both_talk(texts)


def _both_talk(texts: Iterable[str]) -> bool:
    model = _party_model()
    clauses = (one for text in texts for one in _PAUSES.split(text) if len(one) >= SHORTEST_CLAUSE)
    told = [model.log_ratios(normalise(clause))[Role.AGENT.value] for clause in clauses]
    for_agent = sum(min(MOST_TELLING, ratio) for ratio in told if ratio >= TELLING)
    for_customer = sum(min(MOST_TELLING, -ratio) for ratio in told if -ratio >= TELLING)
    return min(for_agent, for_customer) >= BOTH_TALK


@cache
def _party_model() -> SentenceModel:
    return load_model(Path(phrases.__file__).with_name(PARTY_WEIGHTS))
