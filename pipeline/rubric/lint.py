"""The linter: what is allowed in a rubric file but will not do what its author wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from pipeline.domain import Role, Severity
from pipeline.errors import RubricError
from pipeline.messages import Message, ValueRefused
from pipeline.packs import Layered, layers_of
from pipeline.rubric.contradictions import never_applies, punished_twice
from pipeline.rubric.dialogue import dialogue
from pipeline.rubric.facts import Facts
from pipeline.rubric.issue import Issue, Level, each_condition, each_criterion, each_item, part_at, title_of
from pipeline.rubric.judge import excluded, judge_item
from pipeline.rubric.layer import rubric_files
from pipeline.rubric.load import codes_used, load_rubric, pack_sheet, read_document, rubric_text
from pipeline.rubric.rarity import REFERENCE, Rarities
from pipeline.rubric.sheet import Criterion, Rubric, Test
from pipeline.rubric.wording import NOTHING, party
from pipeline.yaml_file import line_of, read_text

MOST_CRITERIA = 15
"""Longer sheets make inspectors fill in forms and agents hate them."""

NEGATIVE = ("未", "没", "不", "无")
"""How titles begin that say what was not done."""


def check_rubric(
    path: Path, codes: Mapping[str, object] | None = None, *, layer: Layered = None
) -> list[Issue]:
    """All issues of a rubric file by line; empty where there is nothing to say. With a layer's changes in it,
    what is doubtful is told of the sheet as a whole, without lines.

    ``codes`` are the phrase codes of the lexicons (values may have ``role`` and ``kind``). Never raises for a
    bad file: what keeps it from loading is the one error returned.
    """
    try:
        rubric = load_rubric(path, codes=codes, layer=layer)
    except RubricError as error:
        other = error.path if error.path != path else None
        unusable = Message("lint.unusable", detail=error.message)
        return [Issue(Level.ERROR, "unusable", error.line, None, unusable, other)]
    changed = bool(rubric_files(layer))
    document = read_text(rubric_text(path, layer)) if changed else read_document(path)
    own = _own_criteria(rubric, layer)
    issues = [
        *_size(rubric, own),
        *_sum(rubric, own, document),
        *_points(rubric, document),
        *_titles(rubric, document),
        *never_applies(rubric, document),
        *punished_twice(rubric, document),
        *_lexicon(rubric, document, codes or {}),
        *_rates(rubric, document, codes or {}),
        *_flags(rubric),
        *_tests(rubric, document),
    ]
    if changed:
        issues = [replace(issue, line=None) for issue in issues]
    return sorted(issues, key=lambda i: (i.line or 0, i.rule, i.item or ""))


def _own_criteria(rubric: Rubric, layer: Layered) -> list[Criterion]:
    """Those of the sheet without what packs bring: that stands beside its criteria and its 100 points."""
    packs = layers_of(layer).packs
    added = {str(section.get("id")) for pack in packs for section in pack_sheet(pack.sheet).sections}
    return [c for section in rubric.sections if section.id not in added for c in section.criteria]


def _size(rubric: Rubric, own: Sequence[Criterion]) -> Iterator[Issue]:
    shown = len(own) + bool(rubric.bonus)
    if shown > MOST_CRITERIA:
        yield Issue(
            Level.WARNING,
            "too-many-criteria",
            1,
            None,
            Message("lint.too-many-criteria", shown=shown, most=MOST_CRITERIA),
        )


def _sum(rubric: Rubric, own: Sequence[Criterion], document: Any) -> Iterator[Issue]:
    total = sum(c.points for c in own)
    if round(total, 6) == 100:
        return
    if rubric.scale:
        why = Message("lint.points-sum.scaled")
    elif total < 100:
        why = Message("lint.points-sum.below", left=100 - total)
    else:
        why = Message("lint.points-sum.above")
    yield Issue(
        Level.WARNING,
        "points-sum",
        line_of(document, ("sections",)),
        None,
        Message("lint.points-sum", total=total, why=why),
    )


def _titles(rubric: Rubric, document: Any) -> Iterator[Issue]:
    for place, item in each_item(rubric):
        if item.title.startswith(NEGATIVE) and not item.title_passed:
            yield Issue(
                Level.WARNING,
                "negative-title",
                line_of(document, (*place, "title")),
                item.id,
                Message("lint.negative-title", item=title_of(item)),
            )


def _points(rubric: Rubric, document: Any) -> Iterator[Issue]:
    for place, criterion in each_criterion(rubric):
        line = line_of(document, (*place, "points"))
        most = sum(i.up_to or i.deduct for i in criterion.items if i.person is None)
        if most < criterion.points and not any(i.fatal for i in criterion.items):
            yield Issue(
                Level.WARNING,
                "points-nobody-loses",
                line,
                criterion.id,
                Message(
                    "lint.points-nobody-loses",
                    criterion=title_of(criterion),
                    points=criterion.points,
                    most=most,
                ),
            )
        for item in criterion.items:
            limit = criterion.points if item.person is None else criterion.by_people
            if item.deduct > limit:
                yield Issue(
                    Level.WARNING,
                    "deducts-too-much",
                    line,
                    item.id,
                    Message(
                        "lint.deducts-too-much",
                        item=title_of(item),
                        deduct=item.deduct,
                        points=limit,
                    ),
                )


def _lexicon(rubric: Rubric, document: Any, codes: Mapping[str, object]) -> Iterator[Issue]:
    used = {code for code, _ in codes_used(document)}
    for code in sorted(set(codes) - used):
        yield Issue(
            Level.HINT,
            "unused-code",
            None,
            None,
            Message("lint.unused-code", code=code),
        )
    for place, item in each_item(rubric):
        options = item.check.options if item.check else None
        wanted = getattr(options, "role", None)
        for code in getattr(options, "codes", ()):
            role = getattr(codes.get(code), "role", None)
            if isinstance(role, Role) and isinstance(wanted, Role) and role is not wanted:
                yield Issue(
                    Level.WARNING,
                    "wrong-role",
                    line_of(document, (*place, "check")),
                    item.id,
                    Message(
                        "lint.wrong-role",
                        code=code,
                        role=party(role),
                        item=title_of(item),
                        wanted=party(wanted),
                    ),
                )
    for place, when in each_condition(rubric):
        for code in _codes(when):
            kind = str(getattr(codes.get(code), "kind", ""))
            if kind == "forbidden":
                yield Issue(
                    Level.WARNING,
                    "violation-decides",
                    line_of(document, place),
                    None,
                    Message("lint.violation-decides", code=code),
                )


def _flags(rubric: Rubric) -> Iterator[Issue]:
    for severity in (Severity.A, Severity.B):
        items = [i for i in rubric.accusing if i.severity is severity]
        caught = any(severity in rule.severity for rule in rubric.flag)
        loose = [i for i in items if not caught and not any(i.id in rule.items for rule in rubric.flag)]
        if loose:
            names = Message("join.list", parts=tuple(map(title_of, loose)))
            yield Issue(
                Level.WARNING,
                "grave-but-not-flagged",
                None,
                loose[0].id,
                Message("lint.grave-but-not-flagged", severity=severity.value, items=names),
            )


def _rates(rubric: Rubric, document: Any, codes: Mapping[str, object]) -> Iterator[Issue]:
    """Rates of what is nobody's fault: nothing is weighed against them."""
    for code in rubric.rarity.per_1000:
        kind = getattr(codes.get(code), "kind", None)
        if kind is not None and kind not in REFERENCE:
            line = line_of(document, ("rarity", "per_1000", code))
            text = Message("lint.rate-of-no-fault", code=code)
            yield Issue(Level.WARNING, "rate-of-no-fault", line, None, text)


def _tests(rubric: Rubric, document: Any) -> Iterator[Issue]:
    for place, item in each_item(rubric):
        for n, test in enumerate(item.tests):
            line = line_of(document, (*place, "tests", n))
            try:
                facts = _weighed(rubric, test)
            except ValueRefused as error:
                text = Message("lint.test-unreadable", detail=error.message)
                yield Issue(Level.ERROR, "test-unreadable", line, item.id, text)
                continue
            criterion, section = part_at(rubric, place[:-2]), part_at(rubric, place[:-4])
            skip = excluded(section.when, facts) or excluded(criterion.when, facts)
            result = skip or judge_item(rubric, item, facts)
            if result.outcome != test.expect:
                yield Issue(
                    Level.ERROR,
                    "test-failed",
                    line,
                    item.id,
                    Message(
                        "lint.test-failed",
                        item=title_of(item),
                        expected=test.expect,
                        outcome=result.outcome.value,
                        why=result.reason or NOTHING,
                    ),
                )


def _weighed(rubric: Rubric, test: Test) -> Facts:
    """The facts of a test, at the sheet's rates or its own.

    Raises:
        ValueRefused: a line that is no dialogue.
    """
    facts = dialogue(
        *test.dialogue, direction=test.direction, queue=test.queue, hit_confidence=test.confidence
    )
    rates = {**rubric.rarity.per_1000, **test.per_1000}
    return Rarities(rubric.rarity.model_copy(update={"per_1000": rates})).weigh(facts)


def _codes(model: BaseModel) -> Iterator[str]:
    """Every phrase code named anywhere in a condition."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if name == "codes":
            yield from value
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, BaseModel):
                yield from _codes(part)
