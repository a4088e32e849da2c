"""What a sheet says in sentences: the result, what counts in it, and what its words mean."""

from __future__ import annotations

from decimal import Decimal

from pipeline.messages import Message, title
from pipeline.settlement.month import Month, Standing
from pipeline.settlement.settling import AgentSettlement, Settlement
from pipeline.settlement.table import MonthlyBonus, Penalty, Scale, ScalePart, SettlementTable


def headline(found: Settlement, month: Month, table: SettlementTable) -> Message:
    """The result of a month in one sentence."""
    total = found.total
    if total.rate is None:
        days = table.qualified.more_than_days
        return Message("settlement.headline-none", month=str(month), days=days, calls=total.calls)
    return Message(
        "settlement.headline",
        month=str(month),
        counted=total.counted,
        qualified=total.qualified,
        rate=share(total.rate),
        errors=total.critical + total.non_critical,
        amount=money(total.amount),
        currency=table.money,
    )


def may_fall(found: Settlement) -> Message | None:
    """How far the rate can fall once everything is settled; None where it cannot."""
    total = found.total
    if total.sure_rate is None or total.surely == total.qualified:
        return None
    return Message("settlement.may-fall", pending=total.pending, rate=share(total.sure_rate))


def team_sentence(found: Settlement) -> Message | None:
    """What the chart of teams shows; None where there are not two teams with counted agents."""
    rated = [(total.rate, team) for team, total in found.teams if total.rate is not None and team is not None]
    if len(rated) < 2:
        return None
    (low, worst), (high, best) = min(rated, key=lambda one: one[0]), max(rated, key=lambda one: one[0])
    if low == high:
        return Message("settlement.teams-even", count=len(rated), rate=share(high))
    return Message(
        "settlement.teams-apart", count=len(rated), best=best, high=share(high), worst=worst, low=share(low)
    )


def own(row: AgentSettlement, month: Month) -> Message:
    """An agent's own month in one sentence."""
    return Message(
        "settlement.own",
        month=str(month),
        calls=row.calls,
        days=row.days,
        critical=row.critical,
        minor=row.non_critical,
        verdict=verdict(row),
    )


def verdict(row: AgentSettlement) -> Message:
    """Qualified, not qualified, or not counted."""
    if row.qualified is None:
        return Message("settlement.not-counted")
    return Message("settlement.qualified" if row.qualified else "settlement.not-qualified")


def basis(found: Settlement, table: SettlementTable) -> tuple[Message, ...]:
    """What counts, and what does not: at the head of every sheet."""
    counted = table.counts.standings
    confirmed = found.standings[Standing.CONFIRMED]
    more = [_of(one, found) for one in counted if one is not Standing.CONFIRMED]
    left = [_of(one, found) for one in Standing if one not in counted and found.standings[one]]
    first = Message("settlement.basis", count=confirmed)
    if more:
        first = Message(
            "settlement.basis-more", count=confirmed, more=Message("join.list", parts=tuple(more))
        )
    said = [first]
    if left:
        said.append(Message("settlement.left-out", items=Message("join.list", parts=tuple(left))))
    if table.liability:
        total = found.total
        said.append(Message("settlement.liability-basis", count=total.complaints, open=total.unclosed))
    return tuple(said)


def terms(table: SettlementTable) -> tuple[Message, ...]:
    """What the words of the sheet mean, with this centre's thresholds."""
    rule = table.qualified
    return (
        Message("settlement.term-error"),
        Message("settlement.term-days", days=rule.more_than_days),
        Message("settlement.term-qualified", critical=f"{rule.critical:f}", minor=f"{rule.non_critical:f}"),
        Message("settlement.term-passing"),
        Message("settlement.term-money"),
        *((Message("settlement.term-liability"),) if table.liability else ()),
    )


def _of(standing: Standing, found: Settlement) -> Message:
    name = Message(f"settlement.standing.{standing.value}")
    return Message("settlement.of-standing", name=name, count=found.standings[standing])


def titled(part: Penalty | MonthlyBonus | Scale | ScalePart) -> Message:
    """What a part of the table is called."""
    return title(part.title, part.title_en)


def share(value: float) -> str:
    """``75.0%``."""
    return f"{100 * value:.1f}%"


def money(amount: Decimal) -> str:
    """``12,600``, with hundredths where there are some."""
    return f"{amount:,.2f}".removesuffix(".00")
