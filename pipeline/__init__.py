"""callinspect: full-coverage quality inspection for call centres.

A recording goes in at one end, an inspection with evidence comes out at the other;
``pipeline.inspection.spine`` shows the whole way.
"""

__version__ = "0.1.0"
