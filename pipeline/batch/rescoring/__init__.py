"""Judging stored calls again by other lexicons or another rubric, without listening."""

from pipeline.batch.rescoring.changes import AgentChange, CallChange, Changes, CriterionChange, Verdict
from pipeline.batch.rescoring.run import Rescore, rescore

__all__ = [
    "AgentChange",
    "CallChange",
    "Changes",
    "CriterionChange",
    "Rescore",
    "Verdict",
    "rescore",
]
