"""The database: tables, repository, migrations. The only room that speaks SQL."""

from pipeline.store.filter import CallFilter
from pipeline.store.store import Store, open_store
from pipeline.store.views import (
    CallRow,
    CriterionCount,
    FileStamp,
    Overview,
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
    "Overview",
    "RunRow",
    "Standing",
    "Store",
    "StoredProblem",
    "StoredStanding",
    "open_store",
]
