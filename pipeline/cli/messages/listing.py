"""`callinspect list`."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "list.none": ("没有符合条件的通话。", "no call matches."),
    "list.more": (
        "只显示前 {count} 通；用 --limit 显示更多，或用筛选条件。",
        "the first {count} calls; --limit shows more, filters narrow.",
    ),
    "column.call": ("通话", "call"),
    "column.started": ("开始时间", "started"),
    "column.agent": ("坐席", "agent"),
    "column.team": ("班组", "team"),
    "column.duration": ("时长", "length"),
    "column.score": ("得分", "score"),
    "column.worst": ("最重", "worst"),
    "column.review": ("待复核原因 / 说明", "why review / remark"),
    "column.severity": ("等级", "class"),
    "column.criterion": ("质检项", "criterion"),
    "column.outcome": ("结果", "outcome"),
    "column.verdict": ("复核", "review"),
    "column.points": ("分数", "points"),
    "column.evidence": ("依据", "evidence"),
}
