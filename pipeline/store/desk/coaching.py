"""Notes to agents, and calls worth hearing."""

from __future__ import annotations

from pipeline.store.desk.room import Room


class Coaching(Room):
    """Notes to agents, and calls worth hearing."""
