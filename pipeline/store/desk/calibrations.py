"""Several people score the same call blind."""

from __future__ import annotations

from pipeline.store.desk.room import Room


class Calibrations(Room):
    """Several people score the same call blind."""
