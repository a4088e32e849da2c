"""The centre's table of a settlement, as its file says it. One idea per class; a loaded one never changes."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from pipeline.domain import Severity
from pipeline.messages import Message, ValueRefused
from pipeline.messages import title as named
from pipeline.rubric.sheet import ID
from pipeline.rubric.window import Options
from pipeline.settlement.formula import Names, Number, Truth, number_of, truth_of
from pipeline.settlement.month import ErrorCount, Standing

NUMBERS = ("calls", "days", "critical", "non_critical", "score", "pass_share")
"""What every formula may name: inspected calls, working days, errors that count, mean score, share of calls
over the pass mark (0..1)."""
TRUTHS = ("qualified", "counted")
PART_ID = r"^[a-z][a-z0-9_]*$"
"""A part is named in a formula, where a hyphen is a minus."""


def _as_written(given: object) -> object:
    """Decimals as the file writes them: 0.1 is a tenth."""
    return Decimal(repr(given)) if isinstance(given, float) else given


Money = Annotated[Decimal, BeforeValidator(_as_written), Field(ge=0, le=10_000_000, decimal_places=2)]
Rate = Annotated[Decimal, BeforeValidator(_as_written), Field(ge=0, le=1000, decimal_places=6)]
Points = Annotated[Decimal, BeforeValidator(_as_written), Field(ge=-100_000, le=100_000, decimal_places=6)]


class Counts(Options):
    """What else counts besides what people confirmed for good. Nothing, unless the centre says so."""

    appealed: bool = Field(False, description="errors while an appeal about them is open")
    open: bool = Field(False, description="errors about which somebody is still to speak")
    unreviewed: bool = Field(False, description="what the machine found and nobody has listened to")

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Those that count. What only flags never does before a person confirmed it."""
        more = [one for one in (Standing.APPEALED, Standing.OPEN, Standing.UNREVIEWED) if getattr(self, one)]
        return (Standing.CONFIRMED, *more)


class ErrorClass(Options):
    """How errors of one class count, or of one criterion that is set apart."""

    critical: bool = Field(description="counted among the critical errors")
    amount: Money = Field(Decimal(0), description="what the contract takes for each")


class Qualification(Options):
    """Who is a qualified agent of the month."""

    more_than_days: int = Field(
        5, ge=0, le=31, description="only agents with more working days than this are counted"
    )
    critical: Rate = Field(Decimal("0.1"), description="critical errors per inspected call, at most")
    non_critical: Rate = Field(Decimal("0.6"), description="non-critical errors per inspected call, at most")


class Chosen(Options):
    """Errors by class or by criterion."""

    classes: tuple[Severity, ...] = Field((), description="errors of these classes")
    criteria: tuple[str, ...] = Field((), description="errors against these items of the score sheet")

    @model_validator(mode="after")
    def _something(self) -> Chosen:
        if not self.classes and not self.criteria:
            raise ValueRefused(Message("settlement.chooses-nothing"))
        return self

    def takes(self, error: ErrorCount) -> bool:
        return error.severity in self.classes or error.criterion in self.criteria


class Penalty(Chosen):
    """What an agent loses for each of these errors."""

    id: str = Field(pattern=ID, description="stays the same across months")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", description="the title in English")
    each: Money = Field(description="for each error that counts")


class MonthlyBonus(Options):
    """What an agent gets on top where a condition holds."""

    id: str = Field(pattern=ID, description="stays the same across months")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", description="the title in English")
    when: str = Field(min_length=1, description="a condition: qualified and critical == 0")
    amount: Money = Field(description="once in the month")

    @cached_property
    def earned(self) -> Truth:
        return truth_of(self.when, Names(NUMBERS, TRUTHS))


class MonthLimits(Options):
    """How much a month can move for one agent."""

    penalty: Money | None = Field(None, description="at most so much is taken")
    bonus: Money | None = Field(None, description="at most so much is added")


class Rung(Options):
    """A step of a ladder: up to so many errors, so many points."""

    up_to: int | None = Field(None, ge=0, description="errors; the last step has none")
    points: Points = Field(description="points of whoever has no more errors than that")


class ScalePart(Chosen):
    """A part of a scale: the errors it looks at, and the points they leave."""

    id: str = Field(pattern=PART_ID, description="the name in the formula")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", description="the title in English")
    ladder: str = Field(min_length=1, description="name of the ladder that turns errors into points")


class BonusStep(Options):
    """From so many points on, so much money."""

    from_points: Points | None = Field(None, alias="from", description="points, included")
    over: Points | None = Field(None, description="points, excluded")
    amount: Money = Field(description="for whoever reaches them")

    @model_validator(mode="after")
    def _one_bound(self) -> BonusStep:
        if self.from_points is not None and self.over is not None:
            raise ValueRefused(Message("settlement.two-bounds"))
        return self

    def reached(self, points: Decimal) -> bool:
        if self.from_points is not None:
            return points >= self.from_points
        return self.over is None or points > self.over


class Scale(Options):
    """Points of the month beside the score of calls: a formula over parts."""

    id: str = Field(pattern=ID, description="stays the same across months")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", description="the title in English")
    base: Points = Field(description="full points")
    parts: tuple[ScalePart, ...] = Field((), description="what the formula adds up")
    formula: str = Field(min_length=1, description="arithmetic over the parts: 0.6 * errors + 0.4 * manner")
    bonus: tuple[BonusStep, ...] = Field((), description="money by points, the first step reached counts")

    @model_validator(mode="after")
    def _parts_apart(self) -> Scale:
        seen: set[str] = set(NUMBERS)
        for part in self.parts:
            if part.id in seen:
                raise ValueRefused(Message("settlement.part-twice", name=part.id))
            seen.add(part.id)
        return self

    @cached_property
    def points(self) -> Number:
        return number_of(self.formula, Names((*NUMBERS, *(part.id for part in self.parts))))


class SettlementTable(Options):
    """All of it."""

    settlement: str = Field(pattern=ID, description="the table's id")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", description="the title in English")
    currency: str = Field(min_length=1, description="what amounts are in")
    currency_en: str = Field("", description="the same in English")
    counts: Counts = Field(Counts.model_validate({}), description="what counts besides what is confirmed")
    classes: dict[Severity, ErrorClass] = Field(description="every class of severity, A to E")
    criteria: dict[str, ErrorClass] = Field(
        default_factory=dict, description="items that count otherwise than their class"
    )
    qualified: Qualification = Field(Qualification.model_validate({}), description="who is a qualified agent")
    liability: dict[Literal["none", "light", "medium", "grave"], Money] = Field(
        default_factory=dict,
        description="what the contract takes for a complaint by its final verdict; empty: not settled here",
    )
    penalties: tuple[Penalty, ...] = Field((), description="what agents lose")
    bonuses: tuple[MonthlyBonus, ...] = Field((), description="what agents get on top")
    limits: MonthLimits = Field(MonthLimits.model_validate({}), description="how much a month can move")
    ladders: dict[str, tuple[Rung, ...]] = Field(
        default_factory=dict, description="errors to points, the fewest errors first"
    )
    scales: tuple[Scale, ...] = Field((), description="points of the month beside the score of calls")

    @model_validator(mode="after")
    def _whole(self) -> SettlementTable:
        missing = tuple(one.value for one in Severity if one not in self.classes)
        if missing:
            raise ValueRefused(Message("settlement.class-missing", names=Message("join.list", parts=missing)))
        ids = [p.id for p in self.penalties] + [b.id for b in self.bonuses] + [s.id for s in self.scales]
        for name in ids:
            if ids.count(name) > 1:
                raise ValueRefused(Message("settlement.id-twice", name=name))
        return self

    def class_of(self, error: ErrorCount) -> ErrorClass:
        """How an error counts: as its criterion says, else as its class does."""
        return self.criteria.get(error.criterion) or self.classes[error.severity]

    def rung(self, ladder: str, errors: int) -> Decimal | None:
        """Points for so many errors; None where the ladder ends before."""
        steps = self.ladders.get(ladder, ())
        return next((step.points for step in steps if step.up_to is None or errors <= step.up_to), None)

    @property
    def said(self) -> Message:
        """What the table is called."""
        return named(self.title, self.title_en)

    @property
    def money(self) -> Message:
        return named(self.currency, self.currency_en)
