"""Running over a whole dump: what is to do, the worker processes, resuming, the summary."""

from pipeline.batch.inspector import Inspector, InspectorFactory
from pipeline.batch.run import run
from pipeline.batch.summary import NotRead, Progress, RunSummary
from pipeline.batch.work import Limits

__all__ = ["Inspector", "InspectorFactory", "Limits", "NotRead", "Progress", "RunSummary", "run"]
