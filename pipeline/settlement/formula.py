"""Arithmetic that a centre writes itself: ``0.40 * errors + 0.25 * response``, ``critical == 0``.

Python's own parser reads the text and nothing of it is ever run: the tree is walked, and whatever is not in
the few kinds below is refused. Numbers are decimals as they are written, so that money adds up. A name
without a value, and a division by nothing, have no result: that is None and never a zero.
"""

from __future__ import annotations

import ast
import decimal
import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from pipeline.messages import Message, Text, ValueRefused

LONGEST = 400
"""Characters; longer ones are no formula that anybody could check."""
DEEPEST = 200
"""Parts within parts; sums of as many terms as there is room for are no deeper."""
MOST_PLACES = 6
"""To so many decimals ``round`` goes at most."""

Values: TypeAlias = Mapping[str, Decimal | bool | None]
Number: TypeAlias = Callable[[Values], Decimal | None]
Truth: TypeAlias = Callable[[Values], bool | None]

_OPERATIONS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Decimal, Decimal], bool]] = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}


@dataclass(frozen=True, slots=True)
class Names:
    """What a formula may name."""

    numbers: Collection[str]
    truths: Collection[str] = ()


def number_of(text: str, names: Names) -> Number:
    """The function that a formula is.

    Raises:
        ValueRefused: no formula, an unknown name, or anything but arithmetic.
    """
    return _number(_tree(text), names)


def truth_of(text: str, names: Names) -> Truth:
    """The condition that a text is: comparisons, names of truths, ``and``, ``or``, ``not``.

    Raises:
        ValueRefused: likewise.
    """
    return _truth(_tree(text), names)


def _tree(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise ValueRefused(Message("settlement.formula-long", most=LONGEST))
    try:
        found = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueRefused(Message("settlement.formula-syntax", text=text)) from error
    level: list[ast.AST] = [found]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in ast.iter_child_nodes(one)]
        if not level:
            return found
    raise ValueRefused(Message("settlement.formula-syntax", text=text))


def _written(node: ast.expr) -> str:
    """A part as it would be written; of one too deep for that only that it is there."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return "…"


def _number(node: ast.expr, names: Names) -> Number:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return _constant(node, value)
        case ast.Name(id=name) if name in names.numbers:
            return lambda values: _decimal(values.get(name))
        case ast.Name(id=name):
            raise _unknown(name, names.numbers)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _number(operand, names)
            return lambda values: None if (found := inner(values)) is None else -found
        case ast.BinOp(op=op) if type(op) in _OPERATIONS:
            return _operation(_OPERATIONS[type(op)], _number(node.left, names), _number(node.right, names))
        case ast.Call(func=ast.Name(id="min" | "max" as name), args=[_, _, *_], keywords=[]):
            return _extreme(min if name == "min" else max, [_number(one, names) for one in node.args])
        case ast.Call(func=ast.Name(id="round"), args=[_] | [_, ast.Constant(value=int())], keywords=[]):
            return _rounded(node, _number(node.args[0], names))
        case _:
            raise ValueRefused(Message("settlement.formula-only", found=_written(node)))


def _constant(node: ast.expr, value: float) -> Number:
    found = Decimal(repr(value))
    if not found.is_finite():
        raise ValueRefused(Message("settlement.formula-only", found=_written(node)))
    return lambda values: found


def _operation(apply: Callable[[Decimal, Decimal], Decimal], left: Number, right: Number) -> Number:
    def found(values: Values) -> Decimal | None:
        a, b = left(values), right(values)
        if a is None or b is None:
            return None
        try:
            return apply(a, b)
        except decimal.DecimalException:  # a division by nothing has no result
            return None

    return found


def _extreme(choose: Callable[[list[Decimal]], Decimal], parts: list[Number]) -> Number:
    def found(values: Values) -> Decimal | None:
        known = [one for part in parts if (one := part(values)) is not None]
        return choose(known) if len(known) == len(parts) else None

    return found


def _rounded(node: ast.Call, inner: Number) -> Number:
    places = node.args[1].value if len(node.args) == 2 and isinstance(node.args[1], ast.Constant) else 0
    if not isinstance(places, int) or isinstance(places, bool) or not 0 <= places <= MOST_PLACES:
        raise ValueRefused(Message("settlement.formula-only", found=_written(node)))
    step = Decimal(1).scaleb(-places)

    def found(values: Values) -> Decimal | None:
        value = inner(values)
        try:
            return None if value is None else value.quantize(step, ROUND_HALF_UP)
        except decimal.DecimalException:  # more digits than a sum of money can have
            return None

    return found


def _truth(node: ast.expr, names: Names) -> Truth:
    match node:
        case ast.Name(id=name) if name in names.truths:
            return lambda values: None if (found := values.get(name)) is None else bool(found)
        case ast.Name(id=name):
            raise _unknown(name, names.truths)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = _truth(operand, names)
            return lambda values: None if (found := inner(values)) is None else not found
        case ast.BoolOp(op=ast.And(), values=parts):
            return _every([_truth(part, names) for part in parts])
        case ast.BoolOp(op=ast.Or(), values=parts):
            return _some([_truth(part, names) for part in parts])
        case ast.Compare(ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
            return _compared(_COMPARISONS[type(op)], _number(node.left, names), _number(right, names))
        case _:
            raise ValueRefused(Message("settlement.condition-only", found=_written(node)))


def _every(parts: list[Truth]) -> Truth:
    def found(values: Values) -> bool | None:
        each = [part(values) for part in parts]
        return False if False in each else None if None in each else True

    return found


def _some(parts: list[Truth]) -> Truth:
    def found(values: Values) -> bool | None:
        each = [part(values) for part in parts]
        return True if True in each else None if None in each else False

    return found


def _compared(holds: Callable[[Decimal, Decimal], bool], left: Number, right: Number) -> Truth:
    def found(values: Values) -> bool | None:
        a, b = left(values), right(values)
        return None if a is None or b is None else holds(a, b)

    return found


def _decimal(value: Decimal | bool | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _unknown(name: str, known: Collection[str]) -> ValueRefused:
    near = difflib.get_close_matches(name, list(known), n=1)
    hint: Text = Message("rubric.near", near=near[0]) if near else ""
    listed = Message("join.list", parts=tuple(sorted(known)))
    return ValueRefused(Message("settlement.formula-name", name=name, hint=hint, known=listed))
