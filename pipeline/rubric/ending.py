"""How a conversation ended, as far as its words and tones tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain import Evidence, PhraseKind, Role, Span, Utterance
from pipeline.messages import Message
from pipeline.rubric.facts import Facts

TONE_S = 0.8
"""A tone of at least this length after the last word is a line that was dropped."""


class Ending(StrEnum):
    CLOSED = "closed"
    """Someone took leave, or the matter was settled."""
    AGENT = "agent"
    """The agent broke off."""
    CUSTOMER = "customer"
    """The customer broke off."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class End:
    ending: Ending
    reason: Message
    evidence: tuple[Evidence, ...] = ()


def ending(facts: Facts) -> End:
    """Who ended the call.

    The agent broke off where the agent has the last word, nobody takes leave, the customer has not settled,
    and the last words are hostile, answer a threat to complain, or come before the tone of a dropped line.
    """
    if not facts.utterances:
        return End(Ending.UNKNOWN, Message("ending.no-dialogue"))
    last, words = facts.utterances[-1], facts.timeline.words
    tail = Span(last.span.end, max(last.span.end, facts.duration))
    customer = next((u for u in reversed(facts.utterances) if u.role is Role.CUSTOMER), None)
    closing = [u for u in facts.utterances[-4:] if u.role is Role.AGENT and words.farewell.found_in(u.text)]
    closing_hits = [h for h in facts.found(("closing",), Role.AGENT) if tail.start - h.span.end < 20]
    if closing or closing_hits:
        return End(Ending.CLOSED, Message("ending.agent-closed"))
    if last.role is Role.UNKNOWN:
        return End(Ending.UNKNOWN, Message("ending.whose-last-words"))
    if customer is not None and words.leave_taking.found_in(customer.text):
        return End(Ending.CUSTOMER, Message("ending.customer-leaves"), (_cite(customer),))
    threat = customer is not None and _threatens(facts, customer)
    if customer is not None and not threat and words.settled.found_in(customer.text):
        return End(Ending.CLOSED, Message("ending.customer-settled"), (_cite(customer),))
    if last.role is Role.CUSTOMER:
        return End(Ending.UNKNOWN, Message("ending.after-customer"), (_cite(last),))
    here = (Evidence(Span(last.span.start, tail.end), Role.AGENT, last.text, confidence=last.confidence),)
    if threat or _hostile(facts, last) or any(s.overlap(tail) >= TONE_S for s in facts.timeline.holds):
        return End(Ending.AGENT, Message("ending.agent-broke-off"), here)
    return End(Ending.UNKNOWN, Message("ending.after-agent"), here)


def _threatens(facts: Facts, customer: Utterance) -> bool:
    """The customer's words are a threat to complain outside."""
    return any(h.kind is PhraseKind.ESCALATION and h.span.overlap(customer.span) > 0 for h in facts.hits)


def _hostile(facts: Facts, last: Utterance) -> bool:
    """The agent's last words are a slip, or say that it is over."""
    slip = any(
        h.kind is PhraseKind.FORBIDDEN and h.role is Role.AGENT and h.span.overlap(last.span) > 0
        for h in facts.hits
    )
    return slip or facts.timeline.words.breaking_off.found_in(last.text)


def _cite(utterance: Utterance) -> Evidence:
    return Evidence(utterance.span, utterance.role, utterance.text, confidence=utterance.confidence)
