"""Appeals, samples and calibrations as JSON, to read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from pipeline.review.appeals import Appeal
from pipeline.review.calibration import Calibration
from pipeline.review.sampling import Sample
from pipeline.web.access import Permission, TheStore, Visitor, allowed
from pipeline.web.api.answers import SpokenJSON, failures

router = APIRouter(prefix="/api/v1", tags=["fairness"], default_response_class=SpokenJSON)

P = Permission
Party = Annotated[Visitor, Depends(allowed(P.APPEAL, P.ACCEPT, P.JUDGE, P.DECIDE))]
Hearer = Annotated[Visitor, Depends(allowed(P.SAMPLE, P.HEAR))]
Scorer = Annotated[Visitor, Depends(allowed(P.CALIBRATE))]


@router.get("/appeals", response_model=list[Appeal], responses=failures())
def appeals(visitor: Party, store: TheStore) -> Any:
    """Appeals with everything that happened to them; opinions that are not to be known yet are left out."""
    found = store.appeals.all(scope=visitor.scope)
    return [one.as_seen_by(visitor.user) for one in found]


@router.get("/samples", response_model=list[Sample], responses=failures())
def samples(visitor: Hearer, store: TheStore) -> Any:
    """Announced samples: rule, seed, and what they were drawn from."""
    return store.samples.all()


@router.get("/calibrations", response_model=list[Calibration], responses=failures())
def calibrations(visitor: Scorer, store: TheStore) -> Any:
    """Calibrations the visitor scores in or opened (a supervisor: all), and how far everybody is."""
    return store.calibrations.all(user=None if visitor.may(P.DECIDE) else visitor.user.id)
