"""Numbers from the sound and the conversation: speaking rate, silence, interruptions, loudness, ...

One idea per file. A new measure is a new module here with a function under ``@measured`` or
``@measured_for``: it is found by itself, and its docstring is its documentation (``docs/measures.md``).
"""

from pipeline.measures.catalogue import catalogue, measure
from pipeline.measures.edges import trimmed
from pipeline.measures.hold import holds
from pipeline.measures.measured import Measure, Reading
from pipeline.measures.scene import Scene

__all__ = ["Measure", "Reading", "Scene", "catalogue", "holds", "measure", "trimmed"]
