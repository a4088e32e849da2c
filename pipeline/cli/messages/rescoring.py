"""`callinspect rescore`."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "rescore.dry-run": ("只看会有哪些变化，不写入数据库", "only show what would flip; write nothing"),
    "rescore.done": (
        "重评 {judged} 通（未重听），{changed} 通有变化；写入 {written} 个新版本，旧版保留；{seconds} 秒",
        "{judged} calls judged again without listening, {changed} changed; "
        "{written} new revisions stored beside the old ones; {seconds} s",
    ),
    "rescore.would": (
        "试算：重新评分 {judged} 通，{changed} 通会有变化",
        "dry run: of {judged} calls judged again, {changed} would change",
    ),
    "rescore.nothing": (
        "无需重新评分：{count} 通都已按现在的词库和评分表评分（无法读取的除外）。",
        "nothing to do: all {count} calls are judged by these rules (but for unreadable ones).",
    ),
    "rescore.nothing-written": (
        "以上为试算，未写入数据库；去掉 --dry-run 即写入。",
        "nothing was written; leave out --dry-run to store this.",
    ),
    "rescore.rules": ("词库版本 {lexicons}，评分表版本 {rubric}", "lexicons {lexicons}, rubric {rubric}"),
    "rescore.failed": (
        "有 {count} 通在重新评分时程序自身出错，保留原来的结论：",
        "the program itself failed on {count} calls; they keep the judgement they had:",
    ),
    "rescore.stopped": (
        "已停止，还有 {count} 通；重新运行同一命令即可继续。",
        "stopped, {count} calls left; run the same command again to go on.",
    ),
    "rescore.criteria": ("按质检项", "By criterion"),
    "rescore.agents": ("按坐席", "By agent"),
    "rescore.calls": ("有变化的通话", "Calls that change"),
    "rescore.calls-column": ("通话", "calls"),
    "rescore.changed": ("变化", "changed"),
    "rescore.accused": ("新增违规", "new violations"),
    "rescore.cleared": ("撤销违规", "withdrawn"),
    "rescore.mean": ("平均分", "mean score"),
    "rescore.turns": ("变化（通）", "turns (calls)"),
    "rescore.not-on-sheet": ("无", "none"),
    "rescore.differences": ("得分变化（通）", "score change (calls)"),
    "rescore.more": ("另有 {count} 通有变化；--json 列出全部。", "{count} more; --json lists all."),
    "rescore.more-agents": ("另有 {count} 人", "{count} more"),
    "verdict.passed": ("合格", "passed"),
    "verdict.failed": ("不合格", "not passed"),
    "verdict.flagged": ("待复核", "to review"),
    "verdict.fatal": ("一票否决", "fatal"),
    "verdict.scored": ("有得分", "scored"),
}
