"""Finds every measure of this package and takes them all."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType, ModuleType

import pipeline.measures
from pipeline.domain import Measurement, Measures
from pipeline.measures.edges import trimmed
from pipeline.measures.measured import Measure, Reading
from pipeline.measures.scene import Scene

DECIMALS = 3
"""Milliseconds, and finer than anyone can hear: keeps the noise of arithmetic out of the records."""


@cache
def catalogue() -> Mapping[str, Measure]:
    """Every measure by name: modules in alphabetical order, then as written in the module.

    Raises:
        TypeError: two measures with one name.
    """
    found: dict[str, Measure] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(pipeline.measures.__path__)):
        for measure in _declared(importlib.import_module(f"{pipeline.measures.__name__}.{name}")):
            if found.get(measure.name, measure) is not measure:
                raise TypeError(f"pipeline/measures/{name}.py: there is already a measure {measure.name}")
            found[measure.name] = measure
    return MappingProxyType(found)


def measure(scene: Scene) -> Measures:
    """Take every measure of a call, over speech that is trimmed to where it is heard."""
    scene = trimmed(scene)
    return Measures(tuple(_taken(each, each(scene)) for each in catalogue().values()))


def _taken(each: Measure, reading: Reading) -> Measurement:
    value = None if reading.value is None else round(float(reading.value), DECIMALS)
    return Measurement(each.name, value, each.unit, reading.spans)


def _declared(module: ModuleType) -> Iterator[Measure]:
    for value in vars(module).values():
        if isinstance(value, Measure):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Measure))
