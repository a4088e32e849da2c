"""Accounts, sessions, invitations, throttled sign-in, audit."""

from __future__ import annotations

from pipeline.store.desk.room import Room


class People(Room):
    """Accounts, sessions, invitations, throttled sign-in, audit."""
