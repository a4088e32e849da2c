"""The database: tables, repository, migrations. The only room that speaks SQL."""

from pipeline.store.erasing import Remains
from pipeline.store.filter import CallFilter
from pipeline.store.judging import Judgement, judgement
from pipeline.store.standing import JUDGING, KeptJudgement
from pipeline.store.store import Store, open_store
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
    StoredFreshness,
    StoredProblem,
    SummaryFigures,
    WorkItem,
    WorkState,
)

__all__ = [
    "ENDED",
    "JUDGING",
    "CallFilter",
    "CallRow",
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
    "Store",
    "StoredFreshness",
    "StoredProblem",
    "SummaryFigures",
    "WorkItem",
    "WorkState",
    "judgement",
    "open_store",
]
