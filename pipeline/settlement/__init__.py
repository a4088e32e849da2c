"""The month in figures: which errors count for whom, who is qualified, what it comes to in money.

A centre's own table (``rubrics/settlement.yaml``) says what counts; plain functions over counts do the rest.
"""

from pipeline.settlement.load import load_settlement
from pipeline.settlement.month import AgentMonth, CountedFinding, ErrorCount, Month, Standing
from pipeline.settlement.settling import AgentSettlement, ScalePoints, Settlement, settle
from pipeline.settlement.table import SettlementTable

__all__ = [
    "AgentMonth",
    "AgentSettlement",
    "CountedFinding",
    "ErrorCount",
    "Month",
    "ScalePoints",
    "Settlement",
    "SettlementTable",
    "Standing",
    "load_settlement",
    "settle",
]
