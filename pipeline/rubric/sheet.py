"""The score sheet as a rubric file says it. One idea per class; a loaded ``Rubric`` never changes.

A sheet has sections, a section has criteria (what people see, at most 15), a criterion has items. An item is
one way to go wrong: its own check, severity, points and finding.
"""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from pipeline.domain import Severity
from pipeline.messages import Message, ValueRefused
from pipeline.rubric.answer import BARS, Bar
from pipeline.rubric.check import Check
from pipeline.rubric.condition import Condition
from pipeline.rubric.conditions.call import named
from pipeline.rubric.question import QUESTIONS, Question
from pipeline.rubric.rarity import RATE, RarityRule
from pipeline.rubric.trust import TrustRule
from pipeline.rubric.window import Options

ID = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


BONUS, BONUS_EN = "加分项", "bonus"
"""What the bonuses of a sheet are called together: it is no section of the file."""


class Test(Options):
    """A dialogue stored with an item, and what must come out: checked by the linter."""

    dialogue: tuple[str, ...] = Field(
        min_length=1, description="lines: 坐席: ..., 客户: ..., 静音: 9, 保持: 20"
    )
    expect: Literal["passed", "failed", "not-applicable", "undetermined"] = Field(description="the outcome")
    direction: Literal["inbound", "outbound"] | None = Field(None, description="as the call list says")
    queue: str | None = Field(None, description="as the call list says")
    confidence: float = Field(1.0, ge=0, le=1, description="how sure the marked phrases are")
    per_1000: dict[str, RATE] = Field(
        default_factory=dict, description="rates of this test, where they differ from the sheet's"
    )


class ByPerson(Options):
    """That a reviewer answers an item, and of which calls it is asked."""

    required: bool | tuple[str, ...] = Field(
        False,
        description="true: a review is not done before it is answered; a list: so in queues in whose name "
        "one of these stands, and optional in the others",
    )
    queues: tuple[str, ...] = Field(
        (), description="asked only in queues in whose name one of these stands; in all where not given"
    )

    def asked(self, queue: str | None) -> bool:
        """Whether it is asked of a call of this queue."""
        return not self.queues or _named(queue, self.queues)

    def must(self, queue: str | None) -> bool:
        """Whether it must be answered there."""
        return self.required if isinstance(self.required, bool) else _named(queue, self.required)


def _named(queue: str | None, wanted: tuple[str, ...]) -> bool:
    return queue is not None and named(queue, wanted)


class Item(Options):
    """One way to go wrong, one finding: judged by its check, or answered by a person."""

    id: str = Field(pattern=ID, description="stays the same across revisions, so that trends survive")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", exclude=True, description="the title in English")
    title_passed: str = Field(
        "", exclude=True, description="neutral title, where it did not fail; default: the criterion's title"
    )
    title_passed_en: str = Field("", exclude=True, description="the neutral title in English")
    former_titles: tuple[str, ...] = Field(
        (), exclude=True, description="what it was called before: older findings are told in English by it"
    )
    severity: Severity = Field(description="class of the violation, A gravest")
    check: Check | None = Field(None, description="what the machine looks for")
    person: ByPerson | None = Field(
        None, exclude=True, description="instead of a check: reviewers answer it, the machine never"
    )
    deduct: float = Field(0, ge=0, description="points taken; for each occurrence where up_to is given")
    up_to: float | None = Field(
        None, gt=0, description="deduct for each occurrence, but never more than this"
    )
    fatal: Literal["sheet", "section"] | None = Field(
        None, description="a failure brings the sheet or section to 0"
    )
    hint: bool = Field(
        False,
        exclude=True,
        description="true: what it finds is a hint, no violation: no points, no flag, counted nowhere",
    )
    when: Condition | None = Field(None, description="where this does not hold, the item does not apply")
    valid_from: date | None = Field(None, description="calls before this day are not judged by it")
    valid_until: date | None = Field(None, description="calls after this day are not judged by it")
    advice: str = Field("", exclude=True, description="how to do it instead: shown in coaching")
    advice_en: str = Field("", exclude=True, description="the advice in English")
    tests: tuple[Test, ...] = Field((), exclude=True, description="dialogues that the linter runs")

    @property
    def codes(self) -> tuple[str, ...]:
        """The phrase codes that its check looks for."""
        return getattr(self.check.options, "codes", ()) if self.check else ()

    @model_validator(mode="after")
    def _costs_something(self) -> Item:
        if (self.check is None) is (self.person is None):
            raise ValueRefused(Message("rubric.check-or-person"))
        if self.hint:
            if self.deduct or self.fatal or self.up_to is not None:
                raise ValueRefused(Message("rubric.hint-costs"))
            return self
        if not self.deduct and not self.fatal:
            raise ValueRefused(Message("rubric.costs-nothing"))
        if self.up_to is not None and self.up_to < self.deduct:
            raise ValueRefused(Message("rubric.up-to"))
        return self


class Criterion(Options):
    """One line of the sheet: its points can be lost through any of its items, and only once."""

    id: str = Field(pattern=ID, description="stays the same across revisions")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", exclude=True, description="the title in English")
    points: float = Field(ge=0, description="what it is worth")
    by_people: float = Field(
        0,
        ge=0,
        exclude=True,
        description="what its items for people may cost together, beyond the points of the sheet",
    )
    when: Condition | None = Field(None, description="where this does not hold, no item applies")
    items: tuple[Item, ...] = Field(min_length=1, description="the ways to lose its points")


class SheetSection(Options):
    """A part of the sheet with its own subtotal."""

    id: str = Field(pattern=ID, description="stays the same across revisions")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", exclude=True, description="the title in English")
    when: Condition | None = Field(None, description="where this does not hold, nothing in it applies")
    criteria: tuple[Criterion, ...] = Field(min_length=1, description="the lines people see")


class Bonus(Options):
    """Points on top, for what went well."""

    id: str = Field(pattern=ID, description="stays the same across revisions")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", exclude=True, description="the title in English")
    points: float = Field(gt=0, description="points added; for each occurrence where up_to is given")
    up_to: float | None = Field(
        None, gt=0, description="points for each occurrence, but never more than this"
    )
    earned: Condition = Field(description="what earns it")


class Gate(Options):
    """When there is a service dialogue at all; otherwise the whole sheet does not apply."""

    min_seconds: float = Field(5.0, ge=0, description="shorter recordings are abandoned calls")
    min_characters: int = Field(20, ge=0, description="characters spoken by both together")
    min_utterances: int = Field(2, ge=0, description="fewer turns are no dialogue")
    both_parties: bool = Field(True, description="voicemail and announcements have one voice only")
    min_role_confidence: float = Field(
        0.75,
        ge=0,
        le=1,
        description="less sure of who is who, the agent must at least say something agents say",
    )
    unless: Condition | None = Field(None, description="where this holds, the sheet does not apply")


class EvidenceBar(Options):
    """How good evidence must be before a failure of this severity is found (0..1)."""

    accuse: float = Field(ge=0, le=1, description="confidence of a phrase hit")
    role: float = Field(ge=0, le=1, description="confidence that this party spoke")
    hearing: float = Field(ge=0, le=1, description="mean recogniser confidence where nothing was found")
    coverage: float = Field(0.6, ge=0, le=1, description="share of the speech there that was transcribed")


class FlagRule(Options):
    """What goes to a person. All given parts must hold."""

    severity: tuple[Severity, ...] = Field((), description="a failed item of one of these classes")
    items: tuple[str, ...] = Field((), description="one of these items failed")
    fatal: bool = Field(False, description="a fatal item failed")
    below_pass_mark: bool = Field(False, description="the score is below the pass mark")
    when: Condition | None = Field(None, description="only where this holds")
    reason: str = Field(min_length=1, description="what the reviewer reads")
    reason_en: str = Field("", exclude=True, description="the same in English")

    @model_validator(mode="after")
    def _something(self) -> FlagRule:
        if not (self.severity or self.items or self.fatal or self.below_pass_mark or self.when):
            raise ValueRefused(Message("rubric.flags-all"))
        return self


class Alerts(Options):
    """Customer escalations that must reach a person the same day. They cost nobody points."""

    codes: tuple[str, ...] = Field((), description="phrase codes of the lexicons")
    confidence: float = Field(0.5, ge=0, le=1, description="weaker hits raise no alert")
    flag: bool = Field(False, description="an alert also flags the call")


class Rubric(Options):
    """A score sheet."""

    rubric: str = Field(pattern=ID, description="the sheet's id")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", exclude=True, description="the title in English")
    valid_from: date | None = Field(None, description="the sheet does not apply to calls before this day")
    valid_until: date | None = Field(None, description="the sheet does not apply to calls after this day")
    pass_mark: float = Field(ge=0, le=100, description="a score from here on passes")
    scale: bool = Field(
        False,
        description="true: what applies is stretched to 100, so a deduction weighs more where less applies",
    )
    applies: Gate = Field(Gate.model_validate({}), description="when there is a dialogue to judge at all")
    evidence: dict[Severity, EvidenceBar] = Field(
        default_factory=dict, description="bars that differ from the default"
    )
    trust: TrustRule = Field(
        TrustRule.model_validate({}),
        exclude=True,
        description="when a criterion that people overturn too often only flags",
    )
    rarity: RarityRule = Field(
        RarityRule.model_validate({}),
        exclude=True,
        description="how often violations are said, which evidence is weighed against",
    )
    sections: tuple[SheetSection, ...] = Field(min_length=1, description="the parts of the sheet")
    questions: tuple[Question, ...] = Field(
        QUESTIONS,
        exclude=True,
        description="asked of every call, above the sheet; three where not given, none where empty",
    )
    bonus: tuple[Bonus, ...] = Field((), description="points on top")
    flag: tuple[FlagRule, ...] = Field((), description="which calls go to a person")
    alerts: Alerts = Field(
        Alerts.model_validate({}), description="escalations that must be seen the same day"
    )

    @model_validator(mode="after")
    def _unique_ids(self) -> Rubric:
        seen: set[str] = set()
        for name in [i.id for i in self.items] + [b.id for b in self.bonus]:
            if name in seen:
                raise ValueRefused(Message("rubric.item-twice", name=name))
            seen.add(name)
        for rule in self.flag:
            for name in rule.items:
                if name not in seen:
                    raise ValueRefused(Message("rubric.flag-item", name=name))
        groups = [c.id for c in self.criteria] + [s.id for s in self.sections]
        asked = [question.id for question in self.questions]
        for name in asked:
            if name in seen or asked.count(name) > 1:
                raise ValueRefused(Message("rubric.item-twice", name=name))
        for name in groups:
            if groups.count(name) > 1:
                raise ValueRefused(Message("rubric.part-twice", name=name))
        return self

    @cached_property
    def in_english(self) -> dict[str, str]:
        """English of the titles and the reasons of flags, by their Chinese; only what has one."""
        named: list[Rubric | SheetSection | Criterion | Item | Bonus]
        named = [self, *self.sections, *self.criteria, *self.items, *self.bonus]
        pairs = [(one.title, one.title_en) for one in named]
        pairs += [(item.title_passed, item.title_passed_en) for item in self.items]
        pairs += [(rule.reason, rule.reason_en) for rule in self.flag]
        for question in self.questions:
            pairs.append((question.title, question.title_en))
            pairs += [(one.title, one.title_en) for one in question.answers]
            pairs += [(one.title, one.title_en) for one in question.hints]
        pairs = [(former, one.title_en) for one in self.items for former in one.former_titles] + pairs
        return {BONUS: BONUS_EN} | {chinese: told for chinese, told in pairs if told}

    @cached_property
    def neutral_titles(self) -> dict[str, str]:
        """By item: its title where it did not fail, which accuses nobody ("开场白", not "未报开头语")."""
        return {i.id: i.title_passed or c.title for c in self.criteria for i in c.items}

    @cached_property
    def asked(self) -> tuple[Item, ...]:
        """The items that people answer."""
        return tuple(i for i in self.items if i.person is not None)

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(c for s in self.sections for c in s.criteria)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(i for c in self.criteria for i in c.items)

    @cached_property
    def accusing(self) -> tuple[Item, ...]:
        """Every item but the hints: those that can be violated."""
        return tuple(i for i in self.items if not i.hint)

    @cached_property
    def accused(self) -> dict[str, tuple[Item, ...]]:
        """Phrase code -> the items that a hit of it fails, in the order of the sheet."""
        found: dict[str, tuple[Item, ...]] = {}
        for item in self.accusing:
            for code in item.codes if item.check and item.check.kind == "phrase" else ():
                found[code] = (*found.get(code, ()), item)
        return found

    @cached_property
    def revision(self) -> str:
        """Digest (16 hex digits) of everything that judges; comments, advice and tests do not change it.

        Sheets were all scaled once and did not say so: a scaled one keeps the digest it had then.
        """
        judges = self.model_dump_json(by_alias=True, exclude={"scale"} if self.scale else None)
        judges = judges.replace('"consent":null,', "")  # a kind that came later, and is not used
        if self.rarity.stated:  # a sheet that says nothing of it keeps the digest it had
            judges += repr(self.rarity.stated)
        # So do sheets on which people answer nothing of their own.
        if asked := [(c.id, c.by_people, i.id, i.person) for c in self.criteria for i in c.items if i.person]:
            judges += repr(asked)
        if self.questions != QUESTIONS:
            judges += repr(self.questions)
        hints = [item.id for item in self.items if item.hint]
        if hints:
            judges += repr(hints)
        return hashlib.sha256(judges.encode()).hexdigest()[:16]

    @cached_property
    def bars(self) -> dict[Severity, Bar]:
        return BARS | {s: Bar(b.accuse, b.role, b.hearing, b.coverage) for s, b in self.evidence.items()}
