"""The desk: everything people do, by subject."""

from __future__ import annotations

from functools import cached_property

from pipeline.store.desk.appeals import Appeals
from pipeline.store.desk.board import Board
from pipeline.store.desk.calibrations import Calibrations
from pipeline.store.desk.cases import Cases
from pipeline.store.desk.coaching import Coaching
from pipeline.store.desk.decisions import Decisions
from pipeline.store.desk.merging import Merging
from pipeline.store.desk.people import People
from pipeline.store.desk.room import Room
from pipeline.store.desk.rules import Rules
from pipeline.store.desk.samples import Samples
from pipeline.store.desk.usage import Usage


class Desk(Room):
    """Hands out its parts; each shares the store's connections."""

    @cached_property
    def people(self) -> People:
        return People(self._read, self._write)

    @cached_property
    def decisions(self) -> Decisions:
        return Decisions(self._read, self._write)

    @cached_property
    def cases(self) -> Cases:
        return Cases(self._read, self._write)

    @cached_property
    def merging(self) -> Merging:
        return Merging(self._read, self._write)

    @cached_property
    def rules(self) -> Rules:
        return Rules(self._read, self._write)

    @cached_property
    def board(self) -> Board:
        return Board(self._read, self._write)

    @cached_property
    def appeals(self) -> Appeals:
        return Appeals(self._read, self._write)

    @cached_property
    def samples(self) -> Samples:
        return Samples(self._read, self._write)

    @cached_property
    def calibrations(self) -> Calibrations:
        return Calibrations(self._read, self._write)

    @cached_property
    def coaching(self) -> Coaching:
        return Coaching(self._read, self._write)

    @cached_property
    def usage(self) -> Usage:
        return Usage(self._read, self._write)
