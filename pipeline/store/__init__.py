"""The database: tables, repository, migrations. The only room that speaks SQL."""

from pipeline.store.backing_up import back_up, note_handing_out
from pipeline.store.checking import Checked, check_store
from pipeline.store.copying import Copied, copy_store
from pipeline.store.database import address
from pipeline.store.erasing import Remains
from pipeline.store.filter import CallFilter
from pipeline.store.judging import Judgement, judgement
from pipeline.store.standing import JUDGING, KeptJudgement
from pipeline.store.store import Store, open_store, opened_as_is
from pipeline.store.views import (
    CallRow,
    CriterionCount,
    FileStamp,
    Freshness,
    KnownCall,
    Renaming,
    RunRow,
    StoredFreshness,
    StoredProblem,
    SummaryFigures,
)

__all__ = [
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
    "Remains",
    "Renaming",
    "RunRow",
    "Store",
    "StoredFreshness",
    "StoredProblem",
    "SummaryFigures",
    "address",
    "back_up",
    "check_store",
    "copy_store",
    "judgement",
    "note_handing_out",
    "open_store",
    "opened_as_is",
]
