"""Numbers from the sound and the conversation: speaking rate, silence, interruptions, loudness, ...

One family of measures per file. A new measure is a function under ``@measured``, ``@measured_for`` or
``@measured_in_sound``, here or in a new module: it is found by itself, and its docstring is its documentation
(``docs/measures.md``).
"""

from pipeline.measures.catalogue import Measure, MeasuredValue, catalogue, measure
from pipeline.measures.edges import trimmed

__all__ = ["Measure", "MeasuredValue", "catalogue", "measure", "trimmed"]
