"""Statistical process control: arrays in, frozen values out. No calls, no database, no words."""

from pipeline.control.clusters import (
    FEWEST_CALLS,
    Cluster,
    ClusterMember,
    Quadrant,
    cluster,
)
from pipeline.control.limits import (
    FEWEST_EXPECTED,
    FEWEST_POINTS,
    FIRM_POINTS,
    ChartKind,
    ControlChart,
    Unsaid,
    individuals_chart,
    laney_chart,
    p_chart,
    share_chart,
    why_unsaid,
)
from pipeline.control.signals import Rule, Side, Signal, signals

__all__ = [
    "FEWEST_CALLS",
    "FEWEST_EXPECTED",
    "FEWEST_POINTS",
    "FIRM_POINTS",
    "ChartKind",
    "Cluster",
    "ClusterMember",
    "ControlChart",
    "Quadrant",
    "Rule",
    "Side",
    "Signal",
    "Unsaid",
    "cluster",
    "individuals_chart",
    "laney_chart",
    "p_chart",
    "share_chart",
    "signals",
    "why_unsaid",
]
