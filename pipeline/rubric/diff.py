"""What changed between two versions of a sheet, in words for those who are judged by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from pipeline.rubric.check import CheckChoice
from pipeline.rubric.condition import ConditionChoice
from pipeline.rubric.kinds import Choice
from pipeline.rubric.sheet import Criterion, Item, Rubric

NAMES: Mapping[str, tuple[str, str]] = {
    "title": ("名称", "title"),
    "title_passed": ("通过时的名称", "neutral title"),
    "severity": ("违规等级", "class"),
    "deduct": ("扣分", "deduction"),
    "up_to": ("最多扣分", "cap"),
    "fatal": ("一票否决", "fatal"),
    "points": ("分值", "points"),
    "pass_mark": ("及格线", "pass mark"),
    "scale": ("按比例折算", "scaling"),
    "when": ("适用条件", "applies where"),
    "check": ("判定条件", "check"),
    "valid_from": ("生效日期", "in force from"),
    "valid_until": ("失效日期", "in force until"),
    "advice": ("建议", "advice"),
    "earned": ("加分条件", "earned where"),
    "applies": ("整单适用条件", "gate of the sheet"),
    "evidence": ("证据门槛", "evidence bars"),
    "flag": ("复核规则", "flag rules"),
    "alerts": ("预警规则", "alerts"),
}
ABOUT_SHEET = (
    "title",
    "pass_mark",
    "scale",
    "valid_from",
    "valid_until",
    "applies",
    "evidence",
    "flag",
    "alerts",
)
UNSAID = ("id", "items", "criteria", "sections", "tests", "bonus")
"""Fields that are compared elsewhere, or that judge nobody."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: what was done to which part of the sheet."""

    kind: str
    """``added``, ``removed``, ``moved`` or ``changed``."""
    part: str
    """Id of the item, criterion or bonus; the rubric's own id for the sheet as a whole."""
    field: str | None
    zh: str
    en: str


def diff_rubrics(old: Rubric, new: Rubric) -> list[Change]:
    """Every change that can matter to a score, a flag or a reader, in the order of the new sheet."""
    return [
        *_fields(new.rubric, "整张评分表", "the sheet", old, new, only=ABOUT_SHEET),
        *_parts("质检项", "criterion", _by_id(old.criteria), _by_id(new.criteria)),
        *_parts("情形", "item", _by_id(old.items), _by_id(new.items)),
        *_moves(old, new),
        *_parts("加分项", "bonus", _by_id(old.bonus), _by_id(new.bonus)),
    ]


def _by_id(parts: tuple[Any, ...]) -> dict[str, Any]:
    return {part.id: part for part in parts}


def _parts(zh: str, en: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name, part in new.items():
        if name not in old:
            cost_zh, cost_en = _worth(part)
            zh_text = f"新增{zh}“{part.title}”{cost_zh}"
            yield Change("added", name, None, zh_text, f"{en} {name} added{cost_en}")
        else:
            yield from _fields(name, f"“{part.title}”", name, old[name], part)
    for name, part in old.items():
        if name not in new:
            yield Change("removed", name, None, f"删除{zh}“{part.title}”", f"{en} {name} removed")


def _worth(part: Any) -> tuple[str, str]:
    match part:
        case Item(fatal="sheet"):
            return f"（{part.severity}级，一票否决）", f" (class {part.severity}, fatal)"
        case Item():
            return (
                f"（{part.severity}级，扣{part.deduct:g}分）",
                f" (class {part.severity}, -{part.deduct:g})",
            )
        case Criterion():
            return f"（{part.points:g}分）", f" ({part.points:g} points)"
        case _:
            return f"（加{part.points:g}分）", f" (+{part.points:g})"


def _moves(old: Rubric, new: Rubric) -> Iterator[Change]:
    homes = {i.id: c for c in old.criteria for i in c.items}
    for criterion in new.criteria:
        for item in criterion.items:
            home = homes.get(item.id)
            if home is not None and home.id != criterion.id:
                zh = f"“{item.title}”从“{home.title}”移到“{criterion.title}”"
                yield Change("moved", item.id, None, zh, f"{item.id} moved from {home.id} to {criterion.id}")


def _fields(
    part: str, zh: str, en: str, old: BaseModel, new: BaseModel, *, only: tuple[str, ...] | None = None
) -> Iterator[Change]:
    for name in only or type(new).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name in UNSAID or before == after:
            continue
        label_zh, label_en = NAMES.get(name, (name, name))
        for what_zh, what_en in _said(before, after):
            yield Change(
                "changed", part, name, f"{zh}的{label_zh}：{what_zh}", f"{en}, {label_en}: {what_en}"
            )


def _said(before: Any, after: Any) -> Iterator[tuple[str, str]]:
    """The difference of two values: options one by one, anything else as a whole."""
    if isinstance(before, Choice) and isinstance(after, Choice):
        if before.kind == after.kind and _flat(before.options) and _flat(after.options):
            for name in type(after.options).model_fields:
                old, new = getattr(before.options, name), getattr(after.options, name)
                if old != new:
                    text = f"{name} {_step(old, new)}"
                    yield text, text
            return
        was, now = _apart(before, after)
        yield f"原为{was}，改为{now}", f"{was} -> {now}"
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            if before.get(key) != after.get(key):
                text = f"{key} {_step(before.get(key), after.get(key))}"
                yield text, text
        return
    if isinstance(before, BaseModel) and type(before) is type(after):
        for name in type(before).model_fields:
            old, new = getattr(before, name), getattr(after, name)
            if old != new:
                text = f"{name} {_step(old, new)}"
                yield text, text
        return
    yield _step(before, after), _step(before, after)


def _step(before: Any, after: Any) -> str:
    return " -> ".join(_apart(before, after))


def _apart(before: Any, after: Any) -> tuple[str, str]:
    """Both in words; as the file has them where the words are the same: sentences show no patterns."""
    was, now = _shown(before), _shown(after)
    if was == now and isinstance(before, BaseModel) and isinstance(after, BaseModel):
        return _written(before), _written(after)
    return was, now


def _written(part: BaseModel) -> str:
    return part.model_dump_json(by_alias=True, exclude_defaults=True)


def _flat(options: BaseModel) -> bool:
    """Whether options hold no conditions inside: those are told as a sentence."""
    return not any(isinstance(getattr(options, name), Choice) for name in type(options).model_fields)


def _shown(value: Any) -> str:
    match value:
        case None:
            return "—"
        case ConditionChoice() | CheckChoice():
            return f"“{value.told()}”"
        case bool():
            return "yes" if value else "no"
        case float() | int():
            return f"{value:g}"
        case tuple():
            return "[" + ", ".join(_shown(v) for v in value) + "]"
        case dict():
            return "{" + ", ".join(f"{k}: {_shown(v)}" for k, v in value.items()) + "}"
        case BaseModel():
            return _written(value)
        case _:
            return str(value)
