"""Running over a whole dump: what is to do, the worker processes, resuming, the summary."""

from pipeline.batch.run import run
from pipeline.batch.summary import NotRead, Progress, RunSummary
from pipeline.batch.work import Limits
from pipeline.batch.worker import Inspector, InspectorFactory

__all__ = ["Inspector", "InspectorFactory", "Limits", "NotRead", "Progress", "RunSummary", "run"]
