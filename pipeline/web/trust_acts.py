"""What a supervisor says about a criterion, from a page and from the API alike."""

from __future__ import annotations

from typing import Literal

from pipeline.review.trust import Trust, TrustChangeKind
from pipeline.rubric import Rubric
from pipeline.store import Store

TrustAct = Literal["only-flag", "take-points", "undo"]


def trust_act(
    store: Store, rubric: Rubric, criterion: str, act: TrustAct, *, reason: str, by: int, request: str
) -> Trust:
    """Do it; the same ``request`` again changes nothing.

    Raises:
        Missing, Refused, Conflict: as the methods of :class:`TrustRegister`.
    """
    if act == "undo":
        return store.trust.undo(rubric, criterion, by=by, request=request)
    return store.trust.act(rubric, criterion, TrustChangeKind(act), reason=reason, by=by, request=request)
