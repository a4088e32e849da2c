"""Alerts as pages show them: with what the visitor can do about each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.domain import Call
from pipeline.review.alert_rules import steps_for, waits_for
from pipeline.review.alerts import Alert, AlertState, AlertStep, Degree
from pipeline.review.claims import own_call
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.repositories.alerts import AlertCounts
from pipeline.web.access import Permission, Visitor
from pipeline.web.titles import escalation_codes

FIRST_SCREEN = 8
"""Alerts that the first screen names; the rest is counted."""


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert with what this visitor can do about it."""

    alert: Alert
    state: AlertState
    degree: Degree
    late: bool
    """The report missed its deadline, or has missed it by now."""
    overdue: bool
    """Late, and not reported yet."""
    steps: tuple[AlertStep, ...]
    waits_for_visitor: bool
    """True where the next step is theirs."""

    @property
    def takeable(self) -> bool:
        """True where nobody has it and this visitor may."""
        return AlertStep.TAKE in self.steps and self.alert.standing.owner is None


@dataclass(frozen=True, slots=True)
class AlertBoard:
    """What stands open, for the first screen: above all others first, then late, then by deadline."""

    counts: AlertCounts
    lines: tuple[AlertLine, ...]


def line_of(alert: Alert, visitor: Visitor) -> AlertLine:
    return AlertLine(
        alert=alert,
        state=alert.state,
        degree=alert.degree,
        late=alert.late,
        overdue=alert.overdue,
        steps=tuple(sorted(steps_for(alert.standing, visitor.user))),
        waits_for_visitor=waits_for(alert.standing, visitor.user),
    )


def lines_of(found: Iterable[Alert], visitor: Visitor) -> tuple[AlertLine, ...]:
    return tuple(line_of(alert, visitor) for alert in found)


@dataclass(frozen=True, slots=True)
class CallAlerts:
    """The alerts of one call; nothing for those who have no part in them."""

    lines: tuple[AlertLine, ...] = ()
    codes: tuple[str, ...] = ()
    """Of which a person can still add one."""
    degrees: tuple[Degree, ...] = tuple(Degree)


def alerts_of_call(store: Store, settings: Settings, call: Call, visitor: Visitor) -> CallAlerts:
    if not visitor.may(Permission.ALERT):
        return CallAlerts()
    lines = lines_of(store.alerts.of_call(call.call_id), visitor)
    if own_call(call.agent_id, visitor.user.agent_id):
        return CallAlerts(lines)
    there = {line.alert.code for line in lines}
    return CallAlerts(lines, tuple(code for code in escalation_codes(settings) if code not in there))


def board_of(store: Store, visitor: Visitor) -> AlertBoard | None:
    """None for those who have no part in alerts."""
    if not visitor.may(Permission.ALERT):
        return None
    counts, found = store.alerts.board(scope=visitor.scope, limit=FIRST_SCREEN)
    return AlertBoard(counts, lines_of(found, visitor))
