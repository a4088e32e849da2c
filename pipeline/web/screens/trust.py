"""How far each criterion can be trusted: figures drawn beside bars, and who says that it takes points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from pipeline.errors import Missing
from pipeline.messages import Message
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.context import PageContext
from pipeline.web.fields import RequestName
from pipeline.web.names import Name
from pipeline.web.render import page
from pipeline.web.rendered_message import RulesFault
from pipeline.web.rulebook.book import read_book
from pipeline.web.rulebook.rarity import RarityEvent, RarityLine, rarity_events, rarity_lines, summary
from pipeline.web.rulebook.trust import TrustEvent, TrustLine, trust_act, trust_events, trust_lines
from pipeline.web.screens.rules import book_of

router = APIRouter(prefix="/rules/trust")

LOGGED = 50
"""Latest events that the page shows."""

Reader = Annotated[Visitor, Depends(allowed(Permission.RULES))]
Supervisor = Annotated[Visitor, Depends(allowed(Permission.TRUST))]


@dataclass(frozen=True, slots=True)
class TrustPage(PageContext):
    template: ClassVar[str] = "rules/trust.html"
    lines: tuple[TrustLine, ...]
    """In the order of the sheet."""
    events: tuple[TrustEvent, ...]
    """Newest first."""
    rates: tuple[RarityLine, ...]
    """Of the codes that the sheet accuses of, in its order."""
    rates_told: Message | None
    """What the rates show, in one sentence; None where the rules cannot be read."""
    rate_events: tuple[RarityEvent, ...]
    """Newest first."""
    reviews: int
    """How many reviews the gate of a criterion waits for."""
    latest: int
    """How many of the latest count."""
    only_flag: int
    """Criteria that take no points."""
    due: int
    """Criteria that the next run or rescoring changes."""
    waiting: int
    """Criteria with fewer reviews than are needed."""
    may_act: bool
    problem: RulesFault | None


@router.get("")
def trust(request: Request, visitor: Reader, store: TheStore, settings: TheSettings) -> Response:
    book, problem = book_of(settings, visitor.lang)
    names, may_act = visitor.sees_reviewers, visitor.may(Permission.TRUST)
    if book is None:
        nothing = TrustPage((), (), (), None, (), 0, 0, 0, 0, 0, may_act, problem)
        return page(request, nothing, visitor=visitor)
    sheet, codes = book.rubric, book.lexicons.codes
    lines = trust_lines(sheet, store.trust.criteria(sheet), names=names)
    rates = rarity_lines(store.trust.rarities(sheet), codes)
    context = TrustPage(
        lines=lines,
        events=trust_events(sheet, store.trust.changes()[:LOGGED], names=names),
        rates=rates,
        rates_told=summary(rates),
        rate_events=rarity_events(store.trust.rarity_changes()[:LOGGED], codes),
        reviews=sheet.trust.reviews,
        latest=sheet.trust.latest,
        only_flag=sum(line.only_flags for line in lines),
        due=sum(line.due is not None for line in lines),
        waiting=sum(not line.enough for line in lines),
        may_act=may_act,
        problem=problem,
    )
    return page(request, context, visitor=visitor)


@router.post("/{criterion}")
def act(
    criterion: Name,
    visitor: Supervisor,
    store: TheStore,
    settings: TheSettings,
    act: Annotated[Literal["only-flag", "take-points", "undo"], Form()],
    token: RequestName,
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Say whether a criterion takes points, or take that back."""
    rubric = read_book(settings).rubric
    if criterion not in {item.id for item in rubric.items}:
        raise Missing(
            f"the sheet has no criterion {criterion!r}", code="trust-criterion", criterion=criterion
        )
    trust_act(store, rubric, criterion, act, reason=reason, by=visitor.user.id, request=token)
    return RedirectResponse(f"/rules/trust#trust-{criterion}", status_code=303)
