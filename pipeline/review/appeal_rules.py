"""Who may do what with an appeal, and what follows: plain rules over values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from pipeline.domain import Verdict
from pipeline.domain.people import User, UserRole, scope_of
from pipeline.domain.review import AppealState
from pipeline.errors import Conflict, Refused
from pipeline.review.appeals import FROM, OPEN, Appeal, AppealStanding, Opinion, Seat, Step, Terms
from pipeline.review.blind import hides
from pipeline.review.call import CallUnderReview
from pipeline.review.claims import own_call
from pipeline.review.folding import accused


def seat_of(user: User | None) -> Seat | None:
    """Whose place on the panel somebody takes; None (the shell) speaks as the supervisor."""
    if user is None:
        return Seat.SUPERVISOR
    match user.role:
        case UserRole.REVIEWER:
            return Seat.REVIEWER
        case UserRole.LEAD:
            return Seat.LEAD
        case UserRole.SUPERVISOR | UserRole.ADMINISTRATOR:
            return Seat.SUPERVISOR
        case UserRole.AGENT:
            return None


def missing_seats(seats: Collection[Seat]) -> tuple[Seat, ...]:
    """Parties of the panel that were not heard yet."""
    return tuple(seat for seat in Seat if seat not in seats)


def check_step(step: Step, appeal: AppealStanding, user: User | None, *, without_panel: bool = False) -> None:
    """Refuse a step that the state or the person does not allow; ``user`` None is the shell, which may all.

    Raises:
        Refused: with a stable code.
    """
    if appeal.state not in FROM[step]:
        raise Refused(
            f"an appeal that is {appeal.state} has no step {step}",
            code="appeal-state", state=appeal.state.value, step=step.value,
        )  # fmt: skip
    if user is not None:
        _check_person(step, appeal, user)
    if step is Step.DECIDE and not without_panel and (missing := missing_seats(appeal.seats)):
        raise Refused(
            f"the panel is not complete: no opinion of {', '.join(missing)} yet",
            code="appeal-panel", missing=tuple(seat.value for seat in missing),
        )  # fmt: skip


_JUDGING = (Step.ACCEPT, Step.RETURN, Step.OPINION, Step.DECIDE)


def _check_person(step: Step, appeal: AppealStanding, user: User) -> None:
    if not scope_of(user).holds(agent_id=appeal.agent_id, team=appeal.team):
        raise Refused("this appeal belongs to another team", code="appeal-scope")
    if step in _JUDGING and own_call(appeal.agent_id, user.agent_id):
        raise Refused("this is a call of your own agent number; somebody else reviews it", code="own-call")
    supervisor = seat_of(user) is Seat.SUPERVISOR
    match step:
        case Step.ACCEPT | Step.RETURN:
            if not supervisor and (user.role is not UserRole.LEAD or appeal.state is AppealState.EXPIRED):
                raise Refused("this step is the team lead's, or the supervisor's when the lead let it lie",
                              code="appeal-lead")  # fmt: skip
        case Step.OPINION:
            if seat_of(user) is None:
                raise Refused("only the panel gives opinions", code="appeal-seat")
            if user.id in appeal.excluded:
                raise Refused("who decided before does not sit on the panel", code="appeal-own")
            if user.id in appeal.heard:
                raise Refused("you gave your opinion already; add a comment", code="appeal-heard")
        case Step.DECIDE:
            if not supervisor:
                raise Refused("the supervisor decides", code="appeal-supervisor")
            if user.id in appeal.excluded:
                raise Refused("who decided before does not decide the appeal", code="appeal-own")
        case Step.WITHDRAW:
            if not (user.role is UserRole.AGENT or supervisor):
                raise Refused("only the agent withdraws an appeal", code="appeal-agent")
        case _:
            pass


def steps_for(appeal: AppealStanding, user: User) -> frozenset[Step]:
    """What this person can do now: the controls a screen shows."""
    found = set()
    for step in (Step.ACCEPT, Step.RETURN, Step.OPINION, Step.DECIDE, Step.WITHDRAW, Step.COMMENT):
        try:
            check_step(step, appeal, user, without_panel=True)
        except Refused:
            continue
        found.add(step)
    return frozenset(found)


def waits_for(appeal: AppealStanding, user: User) -> bool:
    """True where the next step is theirs: a supervisor may accept at once, but the lead is asked first; one
    opinion of each party is enough; and nobody is asked to decide before all were heard."""
    seat, turns = seat_of(user), set()
    if seat is Seat.LEAD or appeal.state is AppealState.EXPIRED:
        turns.add(Step.ACCEPT)
    if seat not in appeal.seats:
        turns.add(Step.OPINION)
    if not missing_seats(appeal.seats):
        turns.add(Step.DECIDE)
    return bool(steps_for(appeal, user) & turns)


RESULTS: Mapping[Step, AppealState] = {
    Step.FILE: AppealState.FILED,
    Step.ACCEPT: AppealState.ACCEPTED,
    Step.RETURN: AppealState.RETURNED,
    Step.WITHDRAW: AppealState.WITHDRAWN,
    Step.EXPIRE: AppealState.EXPIRED,
    Step.REASSIGN: AppealState.WITHDRAWN,
}
"""The state that a step leads to; a decision leads to what it says, an opinion and a comment to none."""
DECIDED = (AppealState.UPHELD, AppealState.REJECTED)
MOOT = ("not-a-finding", "not-on-the-sheet", "no-sheet")
"""Refusals of a verdict that say: the machine accuses of this no longer, so there is nothing to write."""
_REASONS = {
    Step.FILE: ("say why the finding is wrong", "appeal-reason"),
    Step.RETURN: ("say why the appeal goes back", "appeal-reason"),
    Step.OPINION: ("say what you heard", "appeal-reason"),
    Step.DECIDE: ("say why", "appeal-reason"),
    Step.COMMENT: ("the comment is empty", "empty"),
}


def check_comment(step: Step, comment: str) -> None:
    """
    Raises:
        Refused: ``appeal-reason``, ``empty``: the step needs words.
    """
    if step in _REASONS and not comment.strip():
        sentence, code = _REASONS[step]
        raise Refused(sentence, code=code)


def next_state(step: Step, opinion: Opinion | None = None) -> AppealState | None:
    """The state that a step leads to; None: it stays."""
    if step is Step.DECIDE:
        return AppealState.UPHELD if opinion is Opinion.UPHOLD else AppealState.REJECTED
    return RESULTS.get(step)


def due_after(step: Step, terms: Terms, now: datetime) -> datetime | None:
    """By when the step after this one is to be taken; None: there is no deadline."""
    match step:
        case Step.FILE:
            return terms.lead_by(now)
        case Step.ACCEPT:
            return terms.panel_by(now)
        case _:
            return None


def verdict_of(opinion: Opinion | None) -> Verdict:
    """What a decision says of the finding: upheld overturns it, rejected confirms it."""
    return Verdict.OVERTURNED if opinion is Opinion.UPHOLD else Verdict.CONFIRMED


def lapsed(state: AppealState, due_at: datetime | None, now: datetime) -> bool:
    """The lead let the time pass: the appeal has gone up, whether or not anybody has written that down."""
    return state is AppealState.FILED and due_at is not None and due_at <= now


def standing_of(
    state: AppealState,
    *,
    agent_id: str | None,
    team: str | None,
    deciders: Collection[int | None],
    filer: User | None,
    spoke: Mapping[int | None, User | None],
) -> AppealStanding:
    """What the rules look at in an appeal.

    Args:
        deciders: whoever decided about the finding, also while the appeal waits.
        filer: who filed it for the agent, or the agent.
        spoke: who gave an opinion; None is the shell, which speaks as the supervisor.
    """
    excluded = {*deciders, filer.id if filer and seat_of(filer) else None}
    seats = {seat_of(user) for user in spoke.values()}
    return AppealStanding(
        state=state,
        agent_id=agent_id,
        team=team,
        excluded=frozenset(key for key in excluded if key is not None),
        seats=frozenset(seat for seat in seats if seat is not None),
        heard=frozenset(key for key in spoke if key is not None),
    )


def appealable(
    call: CallUnderReview | None, criterion: str
) -> tuple[int | None, tuple[datetime, datetime | None]]:
    """Whose verdict an appeal about this finding is about (None: the machine's finding, or it is not told
    yet), and the moments from which the time to file runs.

    Raises:
        Refused: ``appeal-nothing``: it costs no points, and cannot come to.
    """
    finding = next((f for f in call.findings if f.criterion == criterion), None) if call else None
    held = call.held(criterion, finding.outcome) if call and finding else None
    if call is None or finding is None or not accused(finding.outcome, held):
        raise Refused(
            "an appeal is about a finding that costs points, and this does not", code="appeal-nothing"
        )
    known = held is not None and not hides(held)  # whose it is, is not told before both have spoken
    return (held.by if held and known else None), (call.inspected_at, held.at if held else None)


def check_again(earlier: Appeal) -> datetime | None:
    """From when the time runs anew after an earlier appeal about the same finding.

    Raises:
        Refused: ``appeal-open``, ``appeal-decided``.
    """
    if earlier.state in OPEN:
        raise Refused(
            f"appeal {earlier.id} about this finding is open", code="appeal-open", appeal=earlier.id
        )
    if earlier.state in DECIDED:
        raise Refused("the panel has decided about this finding", code="appeal-decided", appeal=earlier.id)
    returned = [event.at for event in earlier.events if event.kind in (Step.RETURN, Step.REASSIGN)]
    return returned[-1] if returned else None


def check_in_time(terms: Terms, since: Collection[datetime | None], now: datetime) -> None:
    """
    Raises:
        Refused: ``appeal-late``.
    """
    if now > (until := terms.file_by(*since)):
        shown = f"{until.astimezone():%Y-%m-%d %H:%M}"
        raise Refused(f"the time to appeal ended on {shown}", code="appeal-late", until=shown)


def changed_meanwhile(found: Appeal) -> Conflict:
    """Somebody took a step that the page did not show yet."""
    last = found.events[-1]
    who = last.by_name or ""
    return Conflict(
        f"{who or 'the program'} was first ({last.kind}); look at the appeal again",
        code="appeal-meanwhile", who=who, step=last.kind.value, at=last.at.isoformat(),
    )  # fmt: skip
