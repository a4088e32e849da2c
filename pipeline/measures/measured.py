"""What a measure is: a name, a unit, a documented definition, and a pure function of a scene."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.domain import Role, Span
from pipeline.measures.scene import Scene

PARTIES = (Role.AGENT, Role.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Reading:
    """A value and the places it was taken from. None: could not be measured, never a zero in disguise."""

    value: float | None
    spans: tuple[Span, ...] = ()


UNMEASURED = Reading(None)


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure, ready to be taken and to be documented."""

    name: str
    unit: str
    definition: str
    source: str
    take: Callable[[Scene], Reading]

    def __call__(self, scene: Scene) -> Reading:
        return self.take(scene)


def measured(name: str, *, unit: str) -> Callable[[Callable[[Scene], Reading]], Measure]:
    """Declare a function of a scene as the measure ``name``."""

    def declare(take: Callable[[Scene], Reading]) -> Measure:
        definition, source = _documentation(take, name)
        return Measure(name, unit, definition, source, take)

    return declare


def measured_for(
    name: str, *, unit: str, roles: tuple[Role, ...] = PARTIES
) -> Callable[[Callable[[Scene, Role], Reading]], tuple[Measure, ...]]:
    """Declare a function of a scene and a role as one measure per role; it fills ``{role}`` in ``name``."""

    def declare(take: Callable[[Scene, Role], Reading]) -> tuple[Measure, ...]:
        definition, source = _documentation(take, name)

        def bound(role: Role) -> Callable[[Scene], Reading]:
            return lambda scene: take(scene, role)

        return tuple(Measure(name.format(role=role), unit, definition, source, bound(role)) for role in roles)

    return declare


def _documentation(take: Callable[..., Reading], name: str) -> tuple[str, str]:
    """The definition and, after ``Source:``, where it comes from. Both are required."""
    definition, mark, source = inspect.cleandoc(take.__doc__ or "").partition("Source:")
    if not definition.strip() or not mark:
        raise TypeError(f"measure {name}: the docstring must define it and end with 'Source: ...'")
    return " ".join(definition.split()), " ".join(source.split())
