"""`callinspect show`."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "show.replaced-by": (
        "已由更正录音 {call} 取代：不计入名单、统计与导出",
        "replaced by the corrected file {call}: in no list, count or export",
    ),
    "show.replaces": ("更正了以下录音：{calls}", "holds the corrected file of {calls}"),
    "show.agent-unknown": ("未知", "unknown"),
    "show.conversation": ("对话", "Conversation"),
    "show.measures": ("指标", "Measures"),
    "show.findings": ("质检结果", "Findings"),
    "show.ledger": ("得分明细", "Score ledger"),
    "show.score": ("得分", "score"),
    "show.passed": ("合格", "passed"),
    "show.not-passed": ("不合格", "not passed"),
    "show.fatal": ("一票否决", "fatal"),
    "show.flagged": ("待复核", "flagged for review"),
    "show.alerts": ("当日上报", "escalate today"),
    "show.more-evidence": ("另有 {count} 处", "{count} more"),
    "show.searched": ("未听到「{phrase}」", "searched for 「{phrase}」, not heard"),
    "show.effective": ("复核后得分", "score after review"),
    "show.second": ("待他人再核", "waits for a second person"),
    "show.added": ("复核人补充", "added by reviewer"),
    "show.said-confirmed": ("确认", "confirmed"),
    "show.said-overturned": ("推翻", "overturned"),
    "show.said-unsure": ("无法判断", "unsure"),
    "show.said-disputed": ("意见不一", "disputed"),
    "show.said-added": ("补充违规", "added"),
    "show.total": ("得分", "score"),
    "event.silence": ("静音 {seconds} 秒", "silence {seconds} s"),
    "event.hold": ("通话保持 {seconds} 秒", "hold {seconds} s"),
    "event.overlap": ("双方同时说话 {seconds} 秒", "both talk {seconds} s"),
    "event.interruption-agent": ("坐席打断客户", "agent interrupts customer"),
    "event.interruption-customer": ("客户打断坐席", "customer interrupts agent"),
}
