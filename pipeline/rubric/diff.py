"""What changed between two versions of a sheet, in words for those who are judged by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from pipeline.messages import Message, title, verbatim
from pipeline.rubric.check import CheckChoice
from pipeline.rubric.condition import ConditionChoice
from pipeline.rubric.kinds import Choice
from pipeline.rubric.sheet import Criterion, Item, Rubric

NAMED = frozenset(
    {
        "title",
        "title_passed",
        "severity",
        "deduct",
        "up_to",
        "fatal",
        "hint",
        "points",
        "pass_mark",
        "scale",
        "when",
        "check",
        "person",
        "by_people",
        "questions",
        "valid_from",
        "valid_until",
        "advice",
        "earned",
        "applies",
        "evidence",
        "flag",
        "alerts",
        "rarity",
    }
)
"""Fields that people have a word for; others are called as in the file."""
ABOUT_SHEET = (
    "title",
    "pass_mark",
    "scale",
    "valid_from",
    "valid_until",
    "applies",
    "evidence",
    "rarity",
    "flag",
    "alerts",
    "questions",
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
    text: Message


def diff_rubrics(old: Rubric, new: Rubric) -> list[Change]:
    """Every change that can matter to a score, a flag or a reader, in the order of the new sheet."""
    return [
        *_fields(new.rubric, Message("diff.sheet"), old, new, only=ABOUT_SHEET),
        *_parts(Message("diff.criterion"), _by_id(old.criteria), _by_id(new.criteria)),
        *_parts(Message("diff.item"), _by_id(old.items), _by_id(new.items)),
        *_moves(old, new),
        *_parts(Message("diff.bonus"), _by_id(old.bonus), _by_id(new.bonus)),
    ]


def _by_id(parts: tuple[Any, ...]) -> dict[str, Any]:
    return {part.id: part for part in parts}


def _parts(kind: Message, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name, part in new.items():
        if name not in old:
            text = Message("diff.added", kind=kind, title=_title(part), worth=_worth(part))
            yield Change("added", name, None, text)
        else:
            yield from _fields(name, Message("diff.quoted", what=_title(part)), old[name], part)
    for name, part in old.items():
        if name not in new:
            yield Change("removed", name, None, Message("diff.removed", kind=kind, title=_title(part)))


def _title(part: Any) -> Message:
    return title(part.title, part.title_en)


def _worth(part: Any) -> Message:
    match part:
        case Item(hint=True):
            return Message("diff.worth-hint")
        case Item(fatal="sheet"):
            return Message("diff.worth-fatal", severity=part.severity.value)
        case Item():
            return Message("diff.worth-item", severity=part.severity.value, points=part.deduct)
        case Criterion():
            return Message("diff.worth-criterion", points=part.points)
        case _:
            return Message("diff.worth-bonus", points=part.points)


def _moves(old: Rubric, new: Rubric) -> Iterator[Change]:
    homes = {i.id: c for c in old.criteria for i in c.items}
    for criterion in new.criteria:
        for item in criterion.items:
            home = homes.get(item.id)
            if home is not None and home.id != criterion.id:
                ways = {"old": _title(home), "new": _title(criterion)}
                yield Change("moved", item.id, None, Message("diff.moved", title=_title(item), **ways))


def _fields(
    part: str, called: Message, old: BaseModel, new: BaseModel, *, only: tuple[str, ...] | None = None
) -> Iterator[Change]:
    for name in only or type(new).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name in UNSAID or before == after:
            continue
        label = Message(f"field.{name}") if name in NAMED else verbatim(name)
        for what in _differences(before, after):
            text = Message("diff.changed", part=called, field=label, what=what)
            yield Change("changed", part, name, text)


def _differences(before: Any, after: Any) -> Iterator[Message]:
    """The difference of two values: options one by one, anything else as a whole."""
    if isinstance(before, Choice) and isinstance(after, Choice):
        if before.kind == after.kind and _flat(before.options) and _flat(after.options):
            yield from _options(before.options, after.options)
            return
        was, now = _apart(before, after)
        yield Message("diff.became", was=was, now=now)
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            if before.get(key) != after.get(key):
                yield _option(str(key), before.get(key), after.get(key))
    elif isinstance(before, BaseModel) and type(before) is type(after):
        yield from _options(before, after)
    else:
        yield _step(before, after)


def _options(before: BaseModel, after: BaseModel) -> Iterator[Message]:
    for name in type(after).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield _option(name, old, new)


def _option(name: str, before: Any, after: Any) -> Message:
    return Message("diff.option", name=name, step=_step(before, after))


def _step(before: Any, after: Any) -> Message:
    was, now = _apart(before, after)
    return Message("diff.step", was=was, now=now)


def _apart(before: Any, after: Any) -> tuple[Message, Message]:
    """Both in words; as the file has them where the words are the same: sentences show no patterns."""
    was, now = _shown(before), _shown(after)
    if was == now and isinstance(before, BaseModel) and isinstance(after, BaseModel):
        return verbatim(_written(before)), verbatim(_written(after))
    return was, now


def _written(part: BaseModel) -> str:
    return part.model_dump_json(by_alias=True, exclude_defaults=True)


def _flat(options: BaseModel) -> bool:
    """Whether options hold no conditions inside: those are told as a sentence."""
    return not any(isinstance(getattr(options, name), Choice) for name in type(options).model_fields)


def _shown(value: Any) -> Message:
    match value:
        case None:
            return verbatim("—")
        case ConditionChoice() | CheckChoice():
            return Message("diff.quoted", what=value.describe())
        case bool():
            return Message("diff.yes" if value else "diff.no")
        case float() | int():
            return verbatim(f"{value:g}")
        case tuple():
            return Message("diff.list", items=Message("join.list", parts=tuple(map(_shown, value))))
        case dict():
            pairs = tuple(Message("diff.pair", name=str(k), value=_shown(v)) for k, v in value.items())
            return Message("diff.pairs", pairs=Message("join.list", parts=pairs))
        case BaseModel():
            return verbatim(_written(value))
        case _:
            return verbatim(str(value))
