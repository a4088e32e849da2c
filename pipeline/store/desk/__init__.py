"""What people do with inspections: decisions, appeals, samples.

Events are appended; nothing the machine found is edited.
"""

from pipeline.store.desk import tables
from pipeline.store.desk.desk import Desk

__all__ = ["Desk", "tables"]
