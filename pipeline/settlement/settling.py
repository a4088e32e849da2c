"""The sheet of a month: from counts and the centre's table to who is qualified and what it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, DecimalException

from pipeline.conversation.collation import CollationKey, by_name
from pipeline.domain import Severity
from pipeline.settlement.month import AgentMonth, ErrorCount, Standing
from pipeline.settlement.table import Penalty, Scale, SettlementTable

CENT = Decimal("0.01")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class ScalePoints:
    """What an agent reached on a scale."""

    scale: str
    points: Decimal | None
    """None where its formula has no result."""
    parts: Mapping[str, Decimal | None]
    """Part -> points its ladder leaves."""
    bonus: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class AgentSettlement:
    """One row of the sheet."""

    agent_id: str | None
    agent_name: str | None
    team: str | None
    calls: int
    days: int
    critical: int
    """Errors that count, of critical classes."""
    non_critical: int
    by_class: Mapping[Severity, int]
    """The same errors by class."""
    pending: int
    """Errors that do not count because they are not settled."""
    counted: bool
    """Enough working days, and known whose they are."""
    qualified: bool | None
    """None for whoever is not counted."""
    surely: bool | None
    """Whether qualified even if everything that is not settled were confirmed."""
    amount: Decimal
    """What the contract takes for the errors."""
    penalty: Decimal
    bonus: Decimal
    score: float | None
    """Mean of the calls, nothing that is not settled counted against the agent."""
    pass_shares: tuple[float, float] | None
    """Share of calls over the pass mark: the least and the most it can come to."""
    scales: tuple[ScalePoints, ...] = ()
    complaints: int = 0
    """Complaints with a final verdict that the table has an amount for."""
    unclosed: int = 0
    """Complaints whose verdict is not final: they cost nothing yet."""
    liability: Decimal = NOTHING
    """What the contract takes for those complaints, beside ``amount``."""

    @property
    def errors(self) -> int:
        return self.critical + self.non_critical

    @property
    def critical_rate(self) -> Decimal | None:
        """Critical errors per inspected call."""
        return _per(self.critical, self.calls)

    @property
    def non_critical_rate(self) -> Decimal | None:
        return _per(self.non_critical, self.calls)

    @property
    def net(self) -> Decimal:
        """What the month moves for the agent."""
        return self.bonus - self.penalty


@dataclass(frozen=True, slots=True)
class SettlementTotals:
    """Sums over rows of a sheet."""

    agents: int = 0
    calls: int = 0
    critical: int = 0
    non_critical: int = 0
    by_class: Mapping[Severity, int] = field(default_factory=dict)
    pending: int = 0
    counted: int = 0
    qualified: int = 0
    surely: int = 0
    amount: Decimal = NOTHING
    penalty: Decimal = NOTHING
    bonus: Decimal = NOTHING
    complaints: int = 0
    unclosed: int = 0
    liability: Decimal = NOTHING

    @property
    def rate(self) -> float | None:
        """质检合格率: qualified of counted agents. None where nobody is counted."""
        return self.qualified / self.counted if self.counted else None

    @property
    def sure_rate(self) -> float | None:
        """The same if everything that is not settled were confirmed."""
        return self.surely / self.counted if self.counted else None

    @property
    def net(self) -> Decimal:
        return self.bonus - self.penalty

    @property
    def not_qualified(self) -> int:
        return self.counted - self.qualified


@dataclass(frozen=True, slots=True)
class Settlement:
    """The sheet of a month."""

    rows: tuple[AgentSettlement, ...]
    """By team and number; nobody is ranked. Calls without a known agent stand last."""
    total: SettlementTotals
    standings: Mapping[Standing, int]
    """Errors by how certain they are, whether or not they count."""
    teams: tuple[tuple[str | None, SettlementTotals], ...]


def settle(months: Iterable[AgentMonth], table: SettlementTable) -> Settlement:
    """Settle a month. The order in which months come does not matter."""
    found = sorted(months, key=_place)
    rows = tuple(_row(one, table) for one in found)
    standings: Counter[Standing] = Counter()
    for month in found:
        for error in month.errors:
            standings.update({one: getattr(error, one.value) for one in Standing})
    teams = dict.fromkeys(row.team for row in rows)
    return Settlement(
        rows,
        totals(rows),
        {one: standings[one] for one in Standing},
        tuple((team, totals(row for row in rows if row.team == team)) for team in teams),
    )


def totals(rows: Iterable[AgentSettlement]) -> SettlementTotals:
    """Sums; rates are of the sums and no means of rates."""
    each = list(rows)
    classes: Counter[Severity] = Counter()
    for row in each:
        classes.update(row.by_class)
    return SettlementTotals(
        agents=sum(row.agent_id is not None for row in each),
        calls=sum(row.calls for row in each),
        critical=sum(row.critical for row in each),
        non_critical=sum(row.non_critical for row in each),
        by_class={one: classes[one] for one in Severity},
        pending=sum(row.pending for row in each),
        counted=sum(row.counted for row in each),
        qualified=sum(row.qualified is True for row in each),
        surely=sum(row.surely is True for row in each),
        amount=sum((row.amount for row in each), NOTHING),
        penalty=sum((row.penalty for row in each), NOTHING),
        bonus=sum((row.bonus for row in each), NOTHING),
        complaints=sum(row.complaints for row in each),
        unclosed=sum(row.unclosed for row in each),
        liability=sum((row.liability for row in each), NOTHING),
    )


def _row(month: AgentMonth, table: SettlementTable) -> AgentSettlement:
    standings = table.counts.standings
    errors = [(error, sum(getattr(error, one.value) for one in standings)) for error in month.errors]
    critical = sum(count for error, count in errors if table.class_of(error).critical)
    non_critical = sum(count for _, count in errors) - critical
    worst = sum(e.confirmed + e.pending for e in month.errors if table.class_of(e).critical)
    worst_minor = sum(e.confirmed + e.pending for e in month.errors) - worst
    counted = month.agent_id is not None and month.days > table.qualified.more_than_days
    qualified = _within(critical, non_critical, month.calls, table) if counted else None
    score = month.points / month.scored if month.scored else None
    values: dict[str, Decimal | bool | None] = {
        "calls": Decimal(month.calls),
        "days": Decimal(month.days),
        "critical": Decimal(critical),
        "non_critical": Decimal(non_critical),
        "score": None if score is None else Decimal(repr(round(score, 4))),
        "pass_share": _per(month.passing, month.scored),
        "qualified": qualified is True,
        "counted": counted,
    }
    known = month.agent_id is not None
    scales = tuple(_points(scale, errors, values, table) for scale in table.scales) if known else ()
    bonus = sum((one.bonus for one in scales), NOTHING)
    bonus += sum((one.amount for one in table.bonuses if known and one.earned(values)), NOTHING)
    penalty = sum((_penalty(one, errors) for one in table.penalties), NOTHING) if known else NOTHING
    classes: Counter[Severity] = Counter()
    for error, count in errors:
        classes[error.severity] += count
    return AgentSettlement(
        agent_id=month.agent_id,
        agent_name=month.agent_name,
        team=month.team,
        calls=month.calls,
        days=month.days,
        critical=critical,
        non_critical=non_critical,
        by_class={one: classes[one] for one in Severity},
        pending=sum(e.confirmed + e.pending for e in month.errors) - sum(count for _, count in errors),
        counted=counted,
        qualified=qualified,
        surely=_within(worst, worst_minor, month.calls, table) if counted else None,
        amount=sum((table.class_of(error).amount * count for error, count in errors), NOTHING),
        penalty=_limited(penalty, table.limits.penalty),
        bonus=_limited(bonus, table.limits.bonus),
        score=score,
        pass_shares=(month.passing / month.scored, month.may_pass / month.scored) if month.scored else None,
        scales=scales,
        complaints=sum(month.liabilities.get(name, 0) for name in table.liability),
        unclosed=month.unclosed if table.liability else 0,
        liability=sum(
            (each * month.liabilities.get(name, 0) for name, each in table.liability.items()), NOTHING
        ),
    )


def _within(critical: int, non_critical: int, calls: int, table: SettlementTable) -> bool:
    """Few enough errors of both kinds. Multiplied, not divided: a bound that is met exactly is met."""
    bounds = table.qualified
    return critical <= bounds.critical * calls and non_critical <= bounds.non_critical * calls


def _points(
    scale: Scale,
    errors: list[tuple[ErrorCount, int]],
    values: Mapping[str, Decimal | bool | None],
    table: SettlementTable,
) -> ScalePoints:
    parts = {
        part.id: table.rung(part.ladder, sum(count for error, count in errors if part.takes(error)))
        for part in scale.parts
    }
    points = _to_cents(scale.points({**values, **parts}))
    bonus = next((one.amount for one in scale.bonus if points is not None and one.reached(points)), NOTHING)
    return ScalePoints(scale.id, points, parts, bonus)


def _to_cents(points: Decimal | None) -> Decimal | None:
    """Hundredths; None for what no sheet could show."""
    try:
        return None if points is None else points.quantize(CENT, ROUND_HALF_UP)
    except DecimalException:
        return None


def _penalty(penalty: Penalty, errors: list[tuple[ErrorCount, int]]) -> Decimal:
    return penalty.each * sum(count for error, count in errors if penalty.takes(error))


def _limited(money: Decimal, most: Decimal | None) -> Decimal:
    return money if most is None else min(money, most)


def _per(count: int, of: int) -> Decimal | None:
    return Decimal(count) / Decimal(of) if of else None


def _place(one: AgentMonth) -> tuple[bool, bool, CollationKey, str]:
    return one.agent_id is None, one.team is None, by_name(one.team or ""), one.agent_id or ""
