"""Random samples, announced first, that anyone can draw again."""

from __future__ import annotations

from pipeline.store.desk.room import Room


class Samples(Room):
    """Random samples, announced first, that anyone can draw again."""
