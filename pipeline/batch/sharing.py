"""Several runs, one night: a run that comes while others are at work judges by what they judge by."""

from __future__ import annotations

from pipeline.domain import Revisions
from pipeline.domain.inspection import sheet_revision
from pipeline.errors import UsageError
from pipeline.inspection.program import judging_revision
from pipeline.messages import Message
from pipeline.store import RunningNight

_HEARD_AND_FOUND = {
    "engine": "batch.night-engine",
    "model": "batch.night-model",
    "lexicons": "batch.night-lexicons",
    "settings": "batch.night-settings",
}
"""What must be the same -> the words for it."""


def check_same(night: RunningNight, revisions: Revisions) -> None:
    """
    Raises:
        UsageError: this run would hear or judge otherwise than the one that is at work.
    """
    theirs = night.revisions
    differs = [
        words for name, words in _HEARD_AND_FOUND.items() if getattr(theirs, name) != getattr(revisions, name)
    ]
    if sheet_revision(theirs.rubric) != sheet_revision(revisions.rubric):
        differs.append("batch.night-rubric")
    if not differs and night.program != judging_revision():
        differs.append("batch.night-program")
    if differs:
        what = Message("join.list", parts=tuple(map(Message, differs)))
        raise UsageError(Message("batch.other-night", what=what, who=night.run.who))
