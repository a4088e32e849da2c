"""An agent disagrees: filed, accepted, heard, decided."""

from __future__ import annotations

from pipeline.store.desk.room import Room


class Appeals(Room):
    """An agent disagrees: filed, accepted, heard, decided."""
