"""Counts and lists behind the screens."""

from __future__ import annotations

from pipeline.store.desk.room import Room


class Board(Room):
    """Counts and lists behind the screens."""
