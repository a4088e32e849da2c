"""How far each criterion can be trusted, as JSON, and a supervisor's word about it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from pipeline.reports.kinds.trust import record
from pipeline.web.access import Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.api.answers import RECORDS, exported, failures, list_of
from pipeline.web.names import Name
from pipeline.web.rulebook.book import read_book
from pipeline.web.rulebook.trust import TrustAct, trust_act
from pipeline.web.sanitise import SanitisedJSON

router = APIRouter(prefix="/api/v1/trust", tags=["rules"], default_response_class=SanitisedJSON)

Reader = Annotated[Visitor, Depends(allowed(Permission.RULES))]
Supervisor = Annotated[Visitor, Depends(allowed(Permission.TRUST))]


class TrustWord(BaseModel):
    """Whether a criterion takes points; calls that are judged already change with the next rescoring."""

    model_config = ConfigDict(extra="forbid")

    act: TrustAct
    request: str = Field(
        min_length=1, max_length=64, pattern="^[!-~]+$", description="a UUID, new for each act"
    )
    reason: str = Field("", max_length=1000, description="why; needed but for an undo")


@router.get("", response_model=list_of(RECORDS["trust"]), responses=failures())
def trust(visitor: Reader, store: TheStore, settings: TheSettings) -> Any:
    """Every criterion of the sheet: precision, miss rate, 95 % intervals, and whether it takes points."""
    rubric = read_book(settings).rubric
    items = {item.id: item for item in rubric.items}
    return [
        exported(record(one, items[one.criterion], names=visitor.sees_reviewers))
        for one in store.trust.criteria(rubric)
    ]


@router.post("/{criterion}", response_model=RECORDS["trust"], responses=failures(404, 409))
def act(criterion: Name, visitor: Supervisor, store: TheStore, settings: TheSettings, what: TrustWord) -> Any:
    """Say that a criterion only flags or takes points again, or take the latest such word back."""
    rubric = read_book(settings).rubric
    done = trust_act(
        store, rubric, criterion, what.act, reason=what.reason, by=visitor.user.id, request=what.request
    )
    item = next(item for item in rubric.items if item.id == criterion)
    return exported(record(done, item))
