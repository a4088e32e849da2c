"""Several runs, one night: a run that comes while others are at work judges by what they judge by."""

from __future__ import annotations

from pipeline.domain import Revisions
from pipeline.errors import UsageError
from pipeline.inspection.program import judging_revision
from pipeline.messages import Message
from pipeline.rubric.trust import sheet_revision
from pipeline.store import RunningNight

_COMPARED = ("engine", "model", "lexicons", "settings")


def check_same(night: RunningNight, revisions: Revisions) -> None:
    """
    Raises:
        UsageError: this run would hear or judge otherwise than the one that is at work.
    """
    differs = [name for name in _COMPARED if getattr(night.revisions, name) != getattr(revisions, name)]
    if sheet_revision(night.revisions.rubric) != sheet_revision(revisions.rubric):
        differs.append("rubric")
    if not differs and night.program != judging_revision():
        differs.append("program")
    if differs:
        what = Message("join.list", parts=tuple(Message(f"batch.night-{name}") for name in differs))
        raise UsageError(Message("batch.other-night", what=what, who=night.run.who))
