"""The database: tables, repository, migrations. The only room that speaks SQL."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipeline.store.database import address
from pipeline.store.filter import CallFilter
from pipeline.store.store import Store, look_at_store, open_store, opened_as_is

if TYPE_CHECKING:
    from pipeline.store.backing_up import back_up, note_handing_out
    from pipeline.store.checking import Checked, check_store
    from pipeline.store.copying import Copied, copy_store
    from pipeline.store.erasing import Remains
    from pipeline.store.judging import Judgement, judgement
    from pipeline.store.standing import JUDGING, KeptJudgement
    from pipeline.store.views import (
        ENDED,
        CallRow,
        CriterionCount,
        FileStamp,
        Freshness,
        KnownCall,
        Lease,
        Renaming,
        RunningNight,
        RunRow,
        SignOfLife,
        StoredFreshness,
        StoredProblem,
        SummaryFigures,
        WorkItem,
        WorkState,
    )

_ELSEWHERE = {
    "back_up": "backing_up",
    "note_handing_out": "backing_up",
    "Checked": "checking",
    "check_store": "checking",
    "Copied": "copying",
    "copy_store": "copying",
    "Remains": "erasing",
    "Judgement": "judging",
    "judgement": "judging",
    "JUDGING": "standing",
    "KeptJudgement": "standing",
    "ENDED": "views",
    "CallRow": "views",
    "CriterionCount": "views",
    "FileStamp": "views",
    "Freshness": "views",
    "KnownCall": "views",
    "Lease": "views",
    "Renaming": "views",
    "RunningNight": "views",
    "RunRow": "views",
    "SignOfLife": "views",
    "StoredFreshness": "views",
    "StoredProblem": "views",
    "SummaryFigures": "views",
    "WorkItem": "views",
    "WorkState": "views",
}
"""Name -> module that is loaded when it is first asked for: what a list of calls shows needs none of them."""


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"pipeline.store.{_ELSEWHERE[name]}"), name)
    return found


__all__ = [
    "ENDED",
    "JUDGING",
    "CallFilter",
    "CallRow",
    "Checked",
    "Copied",
    "CriterionCount",
    "FileStamp",
    "Freshness",
    "Judgement",
    "KeptJudgement",
    "KnownCall",
    "Lease",
    "Remains",
    "Renaming",
    "RunRow",
    "RunningNight",
    "SignOfLife",
    "Store",
    "StoredFreshness",
    "StoredProblem",
    "SummaryFigures",
    "WorkItem",
    "WorkState",
    "address",
    "back_up",
    "check_store",
    "copy_store",
    "judgement",
    "look_at_store",
    "note_handing_out",
    "open_store",
    "opened_as_is",
]
