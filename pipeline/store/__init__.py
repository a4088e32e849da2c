"""The database: tables, repository, migrations. The only room that speaks SQL."""

from pipeline.store.erasing import Remains
from pipeline.store.filter import CallFilter
from pipeline.store.judging import Judgement, judgement
from pipeline.store.store import Store, open_store
from pipeline.store.views import (
    CallRow,
    CriterionCount,
    FileStamp,
    KnownCall,
    Overview,
    Renaming,
    RunRow,
    Standing,
    StoredProblem,
    StoredStanding,
)

__all__ = [
    "CallFilter",
    "CallRow",
    "CriterionCount",
    "FileStamp",
    "Judgement",
    "KnownCall",
    "Overview",
    "Remains",
    "Renaming",
    "RunRow",
    "Standing",
    "Store",
    "StoredProblem",
    "StoredStanding",
    "judgement",
    "open_store",
]
