"""How a conversation ended, as far as its words and tones tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain import Evidence, Message, PhraseKind, Role, Span, Utterance
from pipeline.rubric.facts import Facts
from pipeline.rubric.pattern import compiled

FAREWELL = r"再见|拜拜|拜了|祝您|感谢您的(来电|致电|支持|接听)|打扰(您|你)?了"
TAKES_LEAVE = r"再见|拜拜|挂了|先这样|就这样(吧)?。?$"
"""What a customer says who is done: a cut after it is nobody's fault."""
SETTLED = (
    r"不用了|没有了|没了|算了|不要了|不需要|不办了|再说吧|考虑|知道了|明白了|谢谢"
    r"|^[嗯哦唉哼，。 ]*(好的?|行|可以|那好)(吧|啊|的)?[，。！]*$"
)
BREAKS_OFF = r"挂了|不(跟|和)(你|您)说了|没(什么|啥)(好|可)说的|懒得(跟|和)|(就|也)?这样了"
"""What an agent says who has had enough."""
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
    if not facts.turns:
        return End(Ending.UNKNOWN, Message("ending.no-dialogue"))
    last = facts.turns[-1]
    tail = Span(last.span.end, max(last.span.end, facts.duration))
    customer = next((u for u in reversed(facts.turns) if u.role is Role.CUSTOMER), None)
    closing = [u for u in facts.turns[-4:] if u.role is Role.AGENT and compiled(FAREWELL).search(u.text)]
    closing_hits = [h for h in facts.found(("closing",), Role.AGENT) if tail.start - h.span.end < 20]
    if closing or closing_hits:
        return End(Ending.CLOSED, Message("ending.agent-closed"))
    if last.role is Role.UNKNOWN:
        return End(Ending.UNKNOWN, Message("ending.whose-last-words"))
    if customer is not None and compiled(TAKES_LEAVE).search(customer.text):
        return End(Ending.CUSTOMER, Message("ending.customer-leaves"), (_cite(customer),))
    threat = customer is not None and _threatens(facts, customer)
    if customer is not None and not threat and compiled(SETTLED).search(customer.text):
        return End(Ending.CLOSED, Message("ending.customer-settled"), (_cite(customer),))
    if last.role is Role.CUSTOMER:
        return End(Ending.UNKNOWN, Message("ending.after-customer"), (_cite(last),))
    here = (Evidence(Span(last.span.start, tail.end), Role.AGENT, last.text, confidence=last.confidence),)
    if threat or _hostile(facts, last) or any(s.overlap(tail) >= TONE_S for s in facts.hold):
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
    return slip or compiled(BREAKS_OFF).search(last.text) is not None


def _cite(utterance: Utterance) -> Evidence:
    return Evidence(utterance.span, utterance.role, utterance.text, confidence=utterance.confidence)
