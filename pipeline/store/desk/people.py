"""Accounts, sessions, invitations, throttled sign-in, audit."""

from __future__ import annotations

from pipeline.store.desk.people_accounts import Accounts
from pipeline.store.desk.people_audit import AuditLog
from pipeline.store.desk.people_places import Places
from pipeline.store.desk.people_sessions import Sessions
from pipeline.store.desk.people_throttle import Throttle


class People(Accounts, Sessions, Places, Throttle, AuditLog):
    """Accounts, sessions, invitations, throttled sign-in, audit."""
