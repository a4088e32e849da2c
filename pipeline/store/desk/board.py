"""Counts and lists behind the screens."""

from __future__ import annotations

from pipeline.store.desk.board_agents import AgentBoard
from pipeline.store.desk.board_filters import Filters
from pipeline.store.desk.board_nights import Nights


class Board(AgentBoard, Nights, Filters):
    """Counts and lists behind the screens."""
