"""Verdicts, additions, role corrections, comments, undo."""

from __future__ import annotations

from pipeline.store.desk.room import Room


class Decisions(Room):
    """Verdicts, additions, role corrections, comments, undo."""
