"""The month in figures: which errors count for whom, who is qualified, what it comes to in money.

A centre's own table (``rubrics/settlement.yaml``) says what counts; plain functions over counts do the rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.settlement.load import load_settlement
    from pipeline.settlement.month import AgentMonth, CountedFinding, ErrorCount, Month, Standing
    from pipeline.settlement.settling import AgentSettlement, ScalePoints, Settlement, settle
    from pipeline.settlement.table import SettlementTable

_ELSEWHERE = {
    "load_settlement": "load",
    "AgentMonth": "month",
    "CountedFinding": "month",
    "ErrorCount": "month",
    "Month": "month",
    "Standing": "month",
    "AgentSettlement": "settling",
    "ScalePoints": "settling",
    "Settlement": "settling",
    "settle": "settling",
    "SettlementTable": "table",
}
"""Name -> module that is loaded when it is first asked for: an export counts errors and reads no table."""


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"pipeline.settlement.{_ELSEWHERE[name]}"), name)
    return found


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
