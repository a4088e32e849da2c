"""What a measure is: a name, a unit, a documented definition and a pure function; all of them by name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from types import MappingProxyType, ModuleType

import pipeline.measures
from pipeline.conversation import Timeline
from pipeline.domain import PARTIES, Measurement, Measures, Role, Sound, Span

DECIMALS = 3
"""Milliseconds, and finer than anyone can hear: keeps the noise of arithmetic out of the records."""

Sounds = Mapping[Role, Sound]
"""Each party's channel; in mono both roles map to the same one. Empty: no sound at hand."""


@dataclass(frozen=True, slots=True)
class MeasuredValue:
    """A value and the places it was taken from. None: could not be measured, never a zero in disguise."""

    value: float | None
    spans: tuple[Span, ...] = ()


UNMEASURED = MeasuredValue(None)


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure, ready to be taken and to be documented."""

    name: str
    unit: str
    definition: str
    source: str
    take: Callable[[Timeline, Sounds], MeasuredValue]

    def __call__(self, timeline: Timeline, sounds: Sounds = MappingProxyType({})) -> MeasuredValue:
        return self.take(timeline, sounds)


def measured(name: str, *, unit: str) -> Callable[[Callable[[Timeline], MeasuredValue]], Measure]:
    """Declare a function of a timeline as the measure ``name``."""

    def declare(take: Callable[[Timeline], MeasuredValue]) -> Measure:
        definition, source = _documentation(take, name)
        return Measure(name, unit, definition, source, lambda timeline, sounds: take(timeline))

    return declare


def measured_for(
    name: str, *, unit: str, roles: tuple[Role, ...] = PARTIES
) -> Callable[[Callable[[Timeline, Role], MeasuredValue]], tuple[Measure, ...]]:
    """Declare a function of a timeline and a role as one measure per role, which fills ``{role}`` in."""

    def declare(take: Callable[[Timeline, Role], MeasuredValue]) -> tuple[Measure, ...]:
        definition, source = _documentation(take, name)

        def bound(role: Role) -> Callable[[Timeline, Sounds], MeasuredValue]:
            return lambda timeline, sounds: take(timeline, role)

        return tuple(Measure(name.format(role=role), unit, definition, source, bound(role)) for role in roles)

    return declare


def measured_in_sound(
    name: str, *, unit: str, roles: tuple[Role, ...] = PARTIES
) -> Callable[[Callable[[Timeline, Role, Sound], MeasuredValue]], tuple[Measure, ...]]:
    """As `measured_for`, of a function that takes the party's channel too; without sound it is unmeasured."""

    def declare(take: Callable[[Timeline, Role, Sound], MeasuredValue]) -> tuple[Measure, ...]:
        @wraps(take)
        def of_channel(timeline: Timeline, role: Role, sounds: Sounds) -> MeasuredValue:
            return take(timeline, role, sounds[role]) if role in sounds else UNMEASURED

        return measured_beside(name, unit=unit, roles=roles)(of_channel)

    return declare


def measured_beside(
    name: str, *, unit: str, roles: tuple[Role, ...] = PARTIES
) -> Callable[[Callable[[Timeline, Role, Sounds], MeasuredValue]], tuple[Measure, ...]]:
    """As `measured_for`, of a function that takes both parties' channels too, as far as they are there."""

    def declare(take: Callable[[Timeline, Role, Sounds], MeasuredValue]) -> tuple[Measure, ...]:
        definition, source = _documentation(take, name)

        def bound(role: Role) -> Callable[[Timeline, Sounds], MeasuredValue]:
            return lambda timeline, sounds: take(timeline, role, sounds)

        return tuple(Measure(name.format(role=role), unit, definition, source, bound(role)) for role in roles)

    return declare


def _documentation(take: Callable[..., MeasuredValue], name: str) -> tuple[str, str]:
    """The definition and, after ``Source:``, where it comes from. Both are required."""
    definition, mark, source = inspect.cleandoc(take.__doc__ or "").partition("Source:")
    if not definition.strip() or not mark:
        raise TypeError(f"measure {name}: the docstring must define it and end with 'Source: ...'")
    return " ".join(definition.split()), " ".join(source.split())


@cache
def catalogue() -> Mapping[str, Measure]:
    """Every measure by name: modules in alphabetical order, then as written in the module.

    Raises:
        TypeError: two measures with one name.
    """
    found: dict[str, Measure] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(pipeline.measures.__path__)):
        for each in _declared(importlib.import_module(f"{pipeline.measures.__name__}.{name}")):
            if found.get(each.name, each) is not each:
                raise TypeError(f"pipeline/measures/{name}.py: there is already a measure {each.name}")
            found[each.name] = each
    return MappingProxyType(found)


def measure(timeline: Timeline, sounds: Sounds = MappingProxyType({})) -> Measures:
    """Take every measure of a call; those of the sound are None where there is none."""
    return Measures(tuple(_taken(each, each(timeline, sounds)) for each in catalogue().values()))


def _taken(each: Measure, found: MeasuredValue) -> Measurement:
    value = None if found.value is None else round(float(found.value), DECIMALS)
    return Measurement(each.name, value, each.unit, found.spans)


def _declared(module: ModuleType) -> Iterator[Measure]:
    for value in vars(module).values():
        if isinstance(value, Measure):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Measure))
