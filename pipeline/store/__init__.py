"""The database: tables, repository, migrations. The only room that speaks SQL."""

from pipeline.store.erasing import Remains
from pipeline.store.filter import CallFilter
from pipeline.store.judging import Judgement, judgement
from pipeline.store.standing import JUDGING, KeptJudgement
from pipeline.store.store import Store, look_at_store, open_store
from pipeline.store.views import (
    CallRow,
    CriterionCount,
    FileStamp,
    Freshness,
    KnownCall,
    Renaming,
    RunRow,
    SignOfLife,
    StoredFreshness,
    StoredProblem,
    SummaryFigures,
)

__all__ = [
    "JUDGING",
    "CallFilter",
    "CallRow",
    "CriterionCount",
    "FileStamp",
    "Freshness",
    "Judgement",
    "KeptJudgement",
    "KnownCall",
    "Remains",
    "Renaming",
    "RunRow",
    "SignOfLife",
    "Store",
    "StoredFreshness",
    "StoredProblem",
    "SummaryFigures",
    "judgement",
    "look_at_store",
    "open_store",
]
