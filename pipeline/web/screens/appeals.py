"""Appeals: the list by state, filing one, and the appeal itself with its panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import PlainSerializer

from pipeline.domain import Finding, FindingVerdict, Inspection
from pipeline.domain.review import AppealState
from pipeline.errors import Conflict, Missing
from pipeline.review.appeal_rules import missing_seats, seat_of, steps_for, waits_for
from pipeline.review.appeals import OPEN, Appeal, Opinion, Seat, Step, Terms, UpheldRates, sees_opinions
from pipeline.review.claims import own_call
from pipeline.review.folding import accused
from pipeline.store import Store
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed, check_unsealed
from pipeline.web.context import InspectedSound, PageContext
from pipeline.web.fields import Number, RequestName
from pipeline.web.names import FieldName
from pipeline.web.redact import redact_appeal, redact_conflict, redact_verdicts
from pipeline.web.render import page
from pipeline.web.scopes import check_in_scope

router = APIRouter(prefix="/appeals")

P = Permission
Reader = Annotated[Visitor, Depends(allowed(P.APPEAL, P.ACCEPT, P.JUDGE, P.DECIDE))]
Filer = Annotated[Visitor, Depends(allowed(P.APPEAL))]
Lead = Annotated[Visitor, Depends(allowed(P.ACCEPT))]
Member = Annotated[Visitor, Depends(allowed(P.JUDGE))]
Supervisor = Annotated[Visitor, Depends(allowed(P.DECIDE))]

Text = Annotated[str, Form(max_length=4000)]
Seen = Annotated[int, Form()]

GROUPS: Mapping[str, tuple[AppealState, ...]] = {
    "open": tuple(state for state in AppealState if state in OPEN),
    "decided": (AppealState.UPHELD, AppealState.REJECTED),
    "closed": (AppealState.RETURNED, AppealState.WITHDRAWN),
    "all": (),
}
"""The tabs of the list."""


def _standing(held: FindingVerdict | None) -> dict[str, Any] | None:
    """What stands; whose word it is only where that is settled."""
    if held is None:
        return None
    return {"state": held.state, "cause": held.cause, "by_name": held.by_name if held.settled else None}


@dataclass(frozen=True, slots=True)
class AppealLine:
    """An appeal with what this visitor can do about it."""

    appeal: Appeal
    steps: tuple[Step, ...]
    waits_for_visitor: bool
    """True where the next step is theirs."""


@dataclass(frozen=True, slots=True)
class AppealsPage(PageContext):
    template: ClassVar[str] = "appeals/index.html"
    group: str
    groups: tuple[str, ...]
    lines: tuple[AppealLine, ...]
    rates: UpheldRates | None
    """For those who decide."""
    works: bool
    """True for those who judge appeals, and not only file them."""
    seats: int
    """Of a panel."""


@dataclass(frozen=True, slots=True)
class NewAppealPage(PageContext):
    template: ClassVar[str] = "appeals/new.html"
    call_id: str
    inspection: InspectedSound
    findings: tuple[Finding, ...]
    """What can be appealed."""
    chosen: str
    earlier: tuple[Appeal, ...]
    """Appeals about the chosen criterion of this call."""
    days: float
    """Within which an appeal must be filed."""


@dataclass(frozen=True, slots=True)
class AppealPage(PageContext):
    template: ClassVar[str] = "appeals/show.html"
    appeal: Appeal
    finding: Finding | None
    inspection: InspectedSound
    verdict: Annotated[FindingVerdict | None, PlainSerializer(_standing)]
    steps: tuple[Step, ...]
    """What this visitor can do."""
    own: bool
    """True for whoever would judge, were it not their own call."""
    opinions_shown: bool
    missing: tuple[Seat, ...]
    seats: tuple[Seat, ...]


@router.get("")
def index(request: Request, visitor: Reader, store: TheStore, group: str = "open") -> Response:
    chosen = group if group in GROUPS else "open"
    found = store.appeals.all(scope=visitor.scope, states=GROUPS[chosen])
    context = AppealsPage(
        group=chosen,
        groups=tuple(GROUPS),
        lines=tuple(
            AppealLine(
                redact_appeal(one, visitor),
                tuple(sorted(steps_for(one.standing, visitor.user))),
                waits_for(one.standing, visitor.user),
            )
            for one in found
        ),
        rates=store.appeals.rates(scope=visitor.scope) if visitor.may(P.DECIDE) else None,
        works=any(visitor.may(p) for p in (P.ACCEPT, P.JUDGE, P.DECIDE)),
        seats=len(Seat),
    )
    return page(request, context, visitor=visitor)


@router.get("/new")
def new(
    request: Request,
    visitor: Filer,
    store: TheStore,
    settings: TheSettings,
    call: str = "",
    criterion: str = "",
) -> Response:
    check_in_scope(store, visitor, call)
    check_unsealed(visitor, call)
    inspection = store.inspections.current(call)
    findings = _failed(store, call, inspection)
    earlier = (one for one in store.appeals.of_call(call) if one.criterion == criterion)
    context = NewAppealPage(
        call_id=call,
        inspection=inspection,
        findings=tuple(findings),
        chosen=criterion,
        earlier=tuple(redact_appeal(one, visitor) for one in earlier),
        days=settings.appeals.file_days,
    )
    return page(request, context, visitor=visitor)


@router.post("")
def file(
    visitor: Filer,
    store: TheStore,
    settings: TheSettings,
    token: RequestName,
    call_id: Annotated[FieldName, Form()],
    criterion: Annotated[str, Form()],
    reason: Text,
    sound: Annotated[str | None, Form(min_length=64, max_length=64)] = None,
) -> Response:
    made = store.appeals.file(
        call_id,
        criterion,
        reason,
        by=visitor.user,
        request=token,
        terms=Terms(**settings.appeals.model_dump()),
        sound=sound,
    )
    return _to(made.id)


@router.get("/{appeal}")
def show(request: Request, appeal: Number, visitor: Reader, store: TheStore) -> Response:
    found = _visible(store, visitor, appeal)
    inspection = store.inspections.current(found.call.call_id)
    card = inspection.scorecard if inspection else None
    finding = next((f for f in card.findings if f.criterion == found.criterion), None) if card else None
    said = redact_verdicts(store.decisions.verdicts(found.call.call_id, eyes=visitor.user.id), visitor)
    context = AppealPage(
        appeal=redact_appeal(found, visitor),
        finding=finding,
        inspection=inspection,
        verdict=said.get(found.criterion),
        steps=tuple(sorted(steps_for(found.standing, visitor.user))),
        own=seat_of(visitor.user) is not None and own_call(found.call.agent_id, visitor.user.agent_id),
        opinions_shown=sees_opinions(found.standing, visitor.user),
        missing=tuple(missing_seats(found.standing.seats)),
        seats=tuple(Seat),
    )
    return page(request, context, visitor=visitor)


@router.post("/{appeal}/accept")
def accept(
    appeal: Number, visitor: Lead, store: TheStore, settings: TheSettings, token: RequestName, seen: Seen,
    comment: Text = "",
) -> Response:  # fmt: skip
    _visible(store, visitor, appeal)
    store.appeals.accept(
        appeal,
        by=visitor.user,
        request=token,
        seen=seen,
        comment=comment,
        terms=Terms(**settings.appeals.model_dump()),
    )
    return _to(appeal)


@router.post("/{appeal}/return")
def send_back(
    appeal: Number, visitor: Lead, store: TheStore, token: RequestName, seen: Seen, comment: Text = ""
) -> Response:
    _visible(store, visitor, appeal)
    store.appeals.send_back(appeal, by=visitor.user, request=token, seen=seen, comment=comment)
    return _to(appeal)


@router.post("/{appeal}/opinion")
def opine(
    appeal: Number, visitor: Member, store: TheStore, token: RequestName, opinion: Annotated[Opinion, Form()],
    comment: Text = "",
) -> Response:  # fmt: skip
    _visible(store, visitor, appeal)
    # no version: members speak at the same time, and none may know of the others
    store.appeals.opine(appeal, opinion, by=visitor.user, request=token, comment=comment)
    return _to(appeal)


@router.post("/{appeal}/decide")
def decide(
    appeal: Number, visitor: Supervisor, store: TheStore, token: RequestName, seen: Seen,
    opinion: Annotated[Opinion, Form()], comment: Text = "", without_panel: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    _visible(store, visitor, appeal)
    store.appeals.decide(
        appeal, opinion, by=visitor.user, request=token, seen=seen, comment=comment,
        without_panel=without_panel,
    )  # fmt: skip
    return _to(appeal)


@router.post("/{appeal}/withdraw")
def withdraw(
    appeal: Number, visitor: Reader, store: TheStore, token: RequestName, seen: Seen, comment: Text = ""
) -> Response:
    _visible(store, visitor, appeal)
    try:
        store.appeals.withdraw(appeal, by=visitor.user, request=token, seen=seen, comment=comment)
    except Conflict as error:
        raise redact_conflict(error, visitor) from error
    return _to(appeal)


@router.post("/{appeal}/comment")
def remark(
    appeal: Number, visitor: Reader, store: TheStore, token: RequestName, comment: Text = ""
) -> Response:
    _visible(store, visitor, appeal)
    store.appeals.remark(appeal, comment, by=visitor.user, request=token)
    return _to(appeal)


def _visible(store: Store, visitor: Visitor, appeal: int) -> Appeal:
    """The appeal, where it is inside the visitor's scope.

    Raises:
        Missing: it is not, or there is none: the answer is the same.
    """
    found = store.appeals.appeal(appeal)
    if not visitor.scope.holds(agent_id=found.standing.agent_id, team=found.standing.team):
        raise Missing(f"there is no appeal {appeal}", code="no-appeal", appeal=appeal)
    check_unsealed(visitor, found.call.call_id)
    return found


def _failed(store: Store, call_id: str, inspection: Inspection | None) -> list[Finding]:
    """What costs points or may yet: what can be appealed."""
    card = inspection.scorecard if inspection else None
    verdicts = store.decisions.verdicts(call_id)
    return [
        finding
        for finding in (card.findings if card else ())
        if finding.severity is not None and accused(finding.outcome, verdicts.get(finding.criterion))
    ]


def _to(appeal: int) -> Response:
    return RedirectResponse(f"/appeals/{appeal}", status_code=303)
