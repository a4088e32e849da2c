"""How rare a violation is taken to be, and on what grounds, in sentences for pages and shell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipeline.messages import Message, verbatim
from pipeline.review.rarity import CodeRarity


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
        said.append(Message("rarity.due", rate=rounded(one.stated * one.next_factor)))
    elif 0 < one.figures.settled < one.reviews:
        said.append(Message("rarity.few", count=one.figures.settled, reviews=one.reviews))
    return tuple(said)


def rate(one: CodeRarity) -> Message:
    """What evidence is weighed against: what is usual, what the sheet says, or what reviews made of it."""
    if one.change is not None:
        of = one.change.learned
        at = datetime.fromisoformat(one.change.at).astimezone().strftime("%Y-%m-%d %H:%M")
        facts = {"rate": rounded(one.rate), "stated": one.stated, "factor": of.factor, "heard": of.heard}
        said = {"confirmed": of.confirmed, "overturned": of.overturned, "added": of.added}
        return Message("rarity.learned", at=at, **facts, **said)
    if one.stated == one.reference:
        return Message("rarity.usual", rate=one.stated)
    return Message("rarity.sheet", rate=one.stated, usual=one.reference)


def rounded(per_1000: float) -> float:
    """As it is shown: three digits say more than reviews know."""
    return float(f"{per_1000:.3g}")
