"""Numbers measured from the sound and the conversation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.domain.span import Span


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number, its unit, and the places in the audio it was taken from."""

    name: str
    value: float | None
    """None where it could not be measured: never a zero in disguise."""
    unit: str
    spans: tuple[Span, ...] = ()
    """Evidence: each silence, each interruption, the longest turn, ..."""


@dataclass(frozen=True, slots=True)
class Measures:
    """All measurements of one call, in a fixed order."""

    items: tuple[Measurement, ...] = ()

    def __iter__(self) -> Iterator[Measurement]:
        return iter(self.items)

    def __getitem__(self, name: str) -> Measurement:
        for item in self.items:
            if item.name == name:
                return item
        raise KeyError(name)

    def value(self, name: str) -> float | None:
        """The value of a measure, None where it is missing or could not be measured."""
        return next((m.value for m in self.items if m.name == name), None)

    def as_dict(self) -> dict[str, float | None]:
        return {m.name: m.value for m in self.items}
