"""How rare a violation is taken to be, and on what grounds, in sentences for pages and shell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipeline.messages import Message, verbatim
from pipeline.review.rarity import CodeRarity, RarityChange
from pipeline.rubric.rarity import by_reviews, rounded


def by_criterion(rarities: Iterable[CodeRarity]) -> dict[str, tuple[Message, ...]]:
    """Criterion -> what its evidence is weighed against; each code by its name where there are several."""
    codes: dict[str, list[CodeRarity]] = {}
    for one in rarities:
        for criterion in one.criteria:
            codes.setdefault(criterion, []).append(one)
    return {
        criterion: tuple(
            said if len(some) == 1 else Message("rarity.of", code=verbatim(one.code), said=said)
            for one in some
            for said in sentences(one)
        )
        for criterion, some in codes.items()
    }


def sentences(one: CodeRarity) -> tuple[Message, ...]:
    """Which rate, whose it is, and what the reviews say of it."""
    said = [rate(one)]
    if one.due:
        said.append(Message("rarity.due", rate=rounded(by_reviews(one.stated, one.next_factor))))
    elif 0 < one.figures.settled < one.reviews:
        said.append(Message("rarity.few", count=one.figures.settled, reviews=one.reviews))
    return tuple(said)


def rate(one: CodeRarity) -> Message:
    """What evidence is weighed against: what is usual, what the sheet says, or what reviews made of it."""
    if one.change is not None:
        return learned(one.change)
    if one.stated == one.reference:
        return Message("rarity.usual", rate=one.stated)
    return Message("rarity.sheet", rate=one.stated, usual=one.reference)


def learned(change: RarityChange) -> Message:
    """What reviews made of a rate, since when and on what figures; times on this machine's clock."""
    of = change.learned
    at = datetime.fromisoformat(change.at).astimezone().strftime("%Y-%m-%d %H:%M")
    if of.factor == 1:
        return Message("rarity.back", at=at, rate=rounded(of.per_1000))
    facts = {"rate": rounded(by_reviews(of.per_1000, of.factor)), "stated": of.per_1000, "factor": of.factor}
    said = {"confirmed": of.confirmed, "overturned": of.overturned, "added": of.added, "heard": of.heard}
    return Message("rarity.learned", at=at, **facts, **said)
