"""Judging stored calls again by other lexicons or another rubric, without listening."""

from pipeline.batch.rescoring.changes import AgentChange, CallChange, CallResult, Changes, CriterionChange
from pipeline.batch.rescoring.run import Rescore, rescore

__all__ = [
    "AgentChange",
    "CallChange",
    "CallResult",
    "Changes",
    "CriterionChange",
    "Rescore",
    "rescore",
]
