"""Who may do what with an alert, and what the events add up to: plain rules over values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.domain.people import User, UserRole, scope_of
from pipeline.errors import Conflict, Refused
from pipeline.review.alerts import (
    NO_ANALYSIS,
    OPEN,
    Alert,
    AlertEvent,
    AlertStanding,
    AlertState,
    AlertStep,
    Analysis,
    Degree,
    Liability,
    ReportMade,
)
from pipeline.review.claims import own_call

WORKING = frozenset({UserRole.REVIEWER, UserRole.LEAD, UserRole.SUPERVISOR, UserRole.ADMINISTRATOR})
"""Who takes and reports alerts."""
JUDGING = frozenset({UserRole.LEAD, UserRole.SUPERVISOR, UserRole.ADMINISTRATOR})
"""Who judges liability, and acts on what somebody else has taken."""
DECIDING = frozenset({UserRole.SUPERVISOR, UserRole.ADMINISTRATOR})
"""Who takes back what others did."""

FROM: Mapping[AlertStep, frozenset[AlertState]] = {
    AlertStep.TAKE: frozenset({AlertState.NEW, AlertState.TAKEN}),
    AlertStep.REPORT: frozenset({AlertState.NEW, AlertState.TAKEN}),
    AlertStep.DEGREE: OPEN,
    AlertStep.LIABILITY: OPEN,
    AlertStep.ANALYSE: OPEN | {AlertState.CLOSED},
    AlertStep.CLOSE: frozenset({AlertState.REPORTED}),
    AlertStep.OVERTURN: OPEN,
    AlertStep.COMMENT: frozenset(AlertState),
    AlertStep.UNDO: frozenset(AlertState),
}
"""In which states a person can take a step."""
OFFERED = (
    AlertStep.TAKE,
    AlertStep.REPORT,
    AlertStep.DEGREE,
    AlertStep.LIABILITY,
    AlertStep.ANALYSE,
    AlertStep.CLOSE,
    AlertStep.OVERTURN,
    AlertStep.COMMENT,
    AlertStep.UNDO,
)
_LASTING = frozenset({AlertStep.RAISE, AlertStep.FOLLOW, AlertStep.COMMENT, AlertStep.UNDO})
"""What no undo takes back: that it was found, what follows from another verdict, and words."""
_OWNERS = frozenset({AlertStep.REPORT, AlertStep.CLOSE, AlertStep.OVERTURN})
"""Steps that belong to who has it, or to those who judge."""
_JUDGED = frozenset({AlertStep.LIABILITY, AlertStep.ANALYSE})


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step that is about to be written."""

    kind: AlertStep
    comment: str = ""
    degree: Degree | None = None
    liability: Liability | None = None
    reported_at: datetime | None = None
    reported_to: str = ""
    analysis: Analysis = NO_ANALYSIS


def standing_of(
    events: Iterable[AlertEvent], *, agent_id: str | None = None, team: str | None = None
) -> AlertStanding:
    """What the events add up to, without those that were taken back."""
    standing = AlertStanding(agent_id=agent_id, team=team)
    for event in events:
        if not event.undone:
            standing = _after(standing, event)
    return standing


def _after(standing: AlertStanding, event: AlertEvent) -> AlertStanding:
    if event.kind not in _LASTING:
        standing = replace(standing, last=event)
    match event.kind:
        case AlertStep.TAKE:
            return replace(standing, state=AlertState.TAKEN, owner=event.by, owner_name=event.by_name)
        case AlertStep.REPORT:
            if standing.owner is None:
                standing = replace(standing, owner=event.by, owner_name=event.by_name)
            report = ReportMade(event.reported_at or event.at, event.by, event.by_name, event.reported_to)
            return replace(standing, state=AlertState.REPORTED, report=report)
        case AlertStep.DEGREE:
            return replace(standing, degree=event.degree)
        case AlertStep.LIABILITY:
            return replace(standing, liability=event.liability)
        case AlertStep.ANALYSE:
            return replace(standing, analysis=event.analysis)
        case AlertStep.CLOSE | AlertStep.OVERTURN | AlertStep.FOLLOW:
            state = AlertState.CLOSED if event.kind is AlertStep.CLOSE else AlertState.OVERTURNED
            return replace(
                standing, state=state, reason=event.comment, ended_at=event.at, ended_by_name=event.by_name
            )
        case _:
            return standing


def check_step(step: AlertStep, standing: AlertStanding, user: User | None) -> None:
    """Refuse a step that the state or the person does not allow; ``user`` None is the shell, which may all.

    Raises:
        Refused: with a stable code. Conflict: ``alert-taken``: somebody else has it.
    """
    if standing.state not in FROM[step]:
        raise Refused(
            f"an alert that is {standing.state} has no step {step}",
            code="alert-state", state=standing.state.value, step=step.value,
        )  # fmt: skip
    if user is not None:
        _check_person(step, standing, user)
    if step is AlertStep.CLOSE and standing.liability is None:
        raise Refused("nobody has judged liability yet", code="alert-unjudged")
    if step is AlertStep.UNDO:
        _check_undo(standing, user)


def _check_person(step: AlertStep, standing: AlertStanding, user: User) -> None:
    check_worker(user, agent_id=standing.agent_id, team=standing.team)
    if step in _JUDGED and user.role not in JUDGING and not (
        step is AlertStep.ANALYSE and standing.owner == user.id
    ):  # fmt: skip
        raise Refused("the team lead or the supervisor judges this", code="alert-judge")
    others = standing.owner is not None and standing.owner != user.id
    if others and user.role not in JUDGING:
        if step is AlertStep.TAKE:
            raise Conflict("somebody else has taken it", code="alert-taken", who=standing.owner_name or "")
        if step in _OWNERS:
            raise Refused("this is for whoever has taken it", code="alert-owner",
                          who=standing.owner_name or "")  # fmt: skip
    if step is AlertStep.TAKE and standing.owner == user.id:
        raise Refused("you have it already", code="alert-yours")


def check_worker(user: User, *, agent_id: str | None, team: str | None) -> None:
    """Whether somebody works on the alerts of a call of this agent and team at all.

    Raises:
        Refused: ``alert-scope``, ``alert-role``, ``own-call``.
    """
    if user.role not in WORKING:
        raise Refused("alerts are for those who review", code="alert-role")
    if not scope_of(user).holds(agent_id=agent_id, team=team):
        raise Refused("this alert belongs to another team", code="alert-scope")
    if own_call(agent_id, user.agent_id):
        raise Refused("this is a call of your own agent number; somebody else reviews it", code="own-call")


def _check_undo(standing: AlertStanding, user: User | None) -> None:
    if standing.last is None:
        raise Refused("there is nothing to take back", code="alert-nothing")
    if standing.state is AlertState.OVERTURNED and standing.last.kind is not AlertStep.OVERTURN:
        raise Refused("it follows from the finding, which was overturned", code="alert-follows")
    if user is not None and standing.last.by != user.id and user.role not in DECIDING:
        raise Refused("only who took the last step, or the supervisor, takes it back", code="alert-undo")


def steps_for(standing: AlertStanding, user: User) -> frozenset[AlertStep]:
    """What this person can do now: the controls a screen shows."""
    found = set()
    for step in OFFERED:
        try:
            check_step(step, standing, user)
        except (Refused, Conflict):
            continue
        found.add(step)
    return frozenset(found)


def waits_for(standing: AlertStanding, user: User) -> bool:
    """True where the next step is theirs: to take it, to report what they have, to judge, to close."""
    if user.role not in WORKING or own_call(standing.agent_id, user.agent_id):
        return False
    match standing.state:
        case AlertState.NEW:
            return True
        case AlertState.TAKEN:
            return standing.owner == user.id
        case AlertState.REPORTED:
            if standing.liability is None:
                return user.role in JUDGING
            return standing.owner == user.id
        case _:
            return False


_NEEDED: Mapping[AlertStep, tuple[Callable[[NewStep], object], str, str]] = {
    AlertStep.REPORT: (lambda step: step.reported_to.strip(), "say to whom it was reported", "alert-to"),
    AlertStep.DEGREE: (lambda step: step.degree, "say how far the customer has gone", "alert-degree"),
    AlertStep.LIABILITY: (lambda step: step.liability, "say who is to blame", "alert-liability"),
    AlertStep.ANALYSE: (lambda step: step.analysis, "say what the cause was", "alert-analysis"),
    AlertStep.CLOSE: (lambda step: step.comment.strip(), "say why", "alert-reason"),
    AlertStep.OVERTURN: (lambda step: step.comment.strip(), "say why", "alert-reason"),
    AlertStep.COMMENT: (lambda step: step.comment.strip(), "the comment is empty", "empty"),
}
"""What a step cannot do without."""


def check_said(step: NewStep, *, since: datetime | None, now: datetime) -> None:
    """
    Args:
        since: when the call began; None where nobody knows.

    Raises:
        Refused: ``alert-to``, ``alert-degree``, ``alert-liability``, ``alert-analysis``, ``alert-reason``,
            ``empty``: the step needs it. ``alert-when``: reported in the future, or before it was known.
    """
    if step.kind in _NEEDED:
        given, sentence, code = _NEEDED[step.kind]
        if not given(step):
            raise Refused(sentence, code=code)
    at = step.reported_at
    begun = since if since is None else since.astimezone()
    if at is not None and (at.tzinfo is None or at > now or (begun is not None and at < begun)):
        raise Refused("it cannot have been reported before the call, or later than now", code="alert-when")


def check_standing_call(alert: Alert, step: AlertStep) -> None:
    """Refuse work on an alert whose call another one has replaced: it is in no list and no count any more.

    Raises:
        Conflict: ``alert-replaced``.
    """
    if alert.replaced_by is not None and step is not AlertStep.COMMENT:
        raise Conflict("its call was replaced", code="alert-replaced", call=alert.replaced_by)


def is_current(alert: Alert, seen: int, step: AlertStep) -> bool:
    """Whether a page that shows version ``seen`` shows all that this step goes by.

    A remark changes nothing that another step says, so what somebody is writing meanwhile holds. What is
    taken back is the last event of all, be it a remark.
    """
    since = alert.version - seen
    if since == 0 or step is AlertStep.UNDO:
        return since == 0
    later = alert.events[-since:] if 0 < since <= len(alert.events) else ()
    return len(later) == since and all(event.kind is AlertStep.COMMENT for event in later)


def changed_meanwhile(found: Alert) -> Conflict:
    """Somebody took a step that the page did not show yet."""
    last = found.events[-1]
    who = last.by_name or ""
    return Conflict(
        f"{who or 'the program'} was first ({last.kind}); look at the alert again",
        code="alert-meanwhile", who=who, step=last.kind.value, at=last.at.isoformat(),
    )  # fmt: skip


def follows_finding(
    standing: AlertStanding, *, overturned: bool, events: Collection[AlertEvent]
) -> AlertStep | None:
    """What the verdict on the finding of the same name makes of an alert: OVERTURN closes an open one, UNDO
    opens it again; None where nothing changes."""
    held = next((one for one in reversed(tuple(events)) if one.kind is AlertStep.FOLLOW), None)
    stands = held is not None and not held.undone
    if overturned and standing.open:
        return AlertStep.FOLLOW
    if not overturned and stands:
        return AlertStep.UNDO
    return None
