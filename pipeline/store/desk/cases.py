"""What waits for a person: claims, assignment, order."""

from __future__ import annotations

from pipeline.store.desk.room import Room


class Cases(Room):
    """What waits for a person: claims, assignment, order."""
