"""What is known of how far a criterion can be trusted, in sentences for pages, shell and exports."""

from __future__ import annotations

from datetime import datetime

from pipeline.intervals import Proportion, wilson
from pipeline.messages import Message, Text
from pipeline.review.trust import Trust, TrustChange, TrustChangeKind
from pipeline.rubric.trust import Withheld


def sentences(trust: Trust) -> tuple[Message, ...]:
    """All of it: what the criterion does, since when and why, what will change, precision and miss rate."""
    said = [state(trust)]
    if trust.change is not None:
        said.append(since(trust.change))
    if trust.due:
        said.append(Message("trust.due-close" if trust.next_closed else "trust.due-open"))
    return (*said, precision(trust), missed(trust.figures.missed))


def state(trust: Trust) -> Message:
    """Whether it takes points."""
    return Message("trust.only-flags") if trust.only_flags else Message("trust.takes-points")


def since(change: TrustChange, *, who: Text | None = None) -> Message:
    """Since when, and who or what said so; times on this machine's clock.

    ``who``: what a person is called instead of by their name.
    """
    at = datetime.fromisoformat(change.at).astimezone().strftime("%Y-%m-%d %H:%M")
    if change.by_person:
        who = who or change.by_name or Message("trust.shell")
        return Message("trust.by-person", at=at, who=who, reason=change.reason)
    counts = {"confirmed": change.confirmed, "overturned": change.overturned, "bar": change.bar}
    return Message("trust.closed" if change.closes else "trust.opened", at=at, **counts)


def told(change: TrustChange, *, names: bool) -> Message:
    """The same for a log; without ``names`` a person is called by their role: those who are judged are not
    told who judges."""
    who = None if names else Message("user.role.supervisor")
    if change.kind is TrustChangeKind.UNDO:
        return Message("trust.undone", who=who or change.by_name or Message("trust.shell"))
    return since(change, who=who)


def precision(trust: Trust) -> Message:
    """How often people confirm what it finds."""
    found = trust.figures.precision
    if found.value is None or found.low is None or found.high is None:
        return Message("trust.no-reviews", reviews=trust.reviews, bar=trust.bar)
    facts = {
        "share": found.value,
        "confirmed": found.count,
        "overturned": trust.figures.overturned,
        "low": found.low,
        "high": found.high,
        "bar": trust.bar,
    }
    if trust.enough:
        return Message("trust.precision", **facts)
    return Message("trust.precision-few", **facts, reviews=trust.reviews)


def missed(found: Proportion) -> Message:
    """How often it misses, from calls heard by lot."""
    if found.value is None or found.low is None or found.high is None:
        return Message("trust.not-heard")
    return Message(
        "trust.missed",
        share=found.value,
        count=found.count,
        heard=found.total,
        low=found.low,
        high=found.high,
    )


def grounds(one: Withheld) -> tuple[Message, ...]:
    """Why a criterion only flagged in a judgement: the figures of the moment it began."""
    said = [Message("trust.then")]
    then = wilson(one.confirmed, one.confirmed + one.overturned)
    if then.value is not None and then.low is not None and then.high is not None:
        said.append(
            Message(
                "trust.precision",
                share=then.value,
                confirmed=one.confirmed,
                overturned=one.overturned,
                low=then.low,
                high=then.high,
                bar=one.bar,
            )
        )
    return tuple(said)
