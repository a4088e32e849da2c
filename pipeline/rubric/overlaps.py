"""Do two checks punish the same slip?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.messages import Message, verbatim
from pipeline.rubric.check import Check


def overlap(first: Check, second: Check) -> Message | None:
    """What both checks look for, in words; None where they cannot meet in one place."""
    if first.kind != second.kind:
        return None
    a, b = first.options, second.options
    if a == b:
        return first.describe()
    match first.kind:
        case "phrase" | "required-phrase" | "late-phrase":
            common = sorted(set(a.codes) & set(b.codes))
            same = common and a.role is b.role and getattr(a, "within", None) == getattr(b, "within", None)
            return _codes(common) if same else None
        case "around-hold":
            common = sorted(set(a.codes) & set(b.codes))
            return _codes(common) if common and a.side == b.side else None
        case "silence":
            return Message("lint.silences") if _ranges_meet(a, b) else None
        case "measure":
            return verbatim(a.name) if a.name == b.name and _same_side(a, b) else None
        case "speaking-rate":
            return Message("lint.speaking-rate") if a.role is b.role and _same_side(a, b) else None
        case _:
            return None


def _codes(codes: Sequence[str]) -> Message:
    return Message("join.list", parts=tuple(codes))


def _ranges_meet(a: Any, b: Any) -> bool:
    infinite = float("inf")
    return bool(
        a.min_seconds < (b.below_seconds or infinite) and b.min_seconds < (a.below_seconds or infinite)
    )


def _same_side(a: Any, b: Any) -> bool:
    """Both punish high values, or both punish low ones."""
    high = a.at_least is not None and b.at_least is not None
    return high or (a.at_most is not None and b.at_most is not None)
