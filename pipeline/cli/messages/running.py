"""`callinspect run` and `export`."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "export.done": ("已导出 {records} 条 {what} -> {path}", "{records} {what} written -> {path}"),
    "progress.unit": ("通", "call"),
    "progress.speed": ("每小时处理 {hours} 小时录音", "{hours} audio hours per hour"),
    "stage.discover": ("查找录音", "finding"),
    "stage.identify": ("核对录音", "identifying"),
    "stage.inspect": ("质检", "inspecting"),
    "stage.rescore": ("重新评分", "judging again"),
    "summary.found": ("发现通话", "calls found"),
    "summary.inspected": ("本次质检", "inspected"),
    "summary.rejudged": ("其中重新评分（未重听）", "of them judged again without listening"),
    "summary.up-to-date": ("已是最新", "up to date"),
    "summary.partial": ("部分可读", "partial"),
    "summary.not-applicable": ("不适用（无服务对话）", "not applicable (no dialogue)"),
    "summary.unreadable": ("无法读取", "unreadable"),
    "summary.left": ("尚未质检", "left to do"),
    "summary.renamed": ("按话单改了编号", "renamed by the call list"),
    "summary.other-sound": ("同一编号、另一段录音", "other sound under a known id"),
    "summary.copy": ("同一段声音的副本（不另计）", "copies (not counted again)"),
    "summary.renamed-list": (
        "按话单改了编号（{count} 通，复核记录随之保留）：",
        "Renamed by the call list ({count}; what people said of them stays with them):",
    ),
    "summary.speed": ("速度", "speed"),
    "summary.speed-value": (
        "{audio} 小时录音 / {wall} 秒，{speed} 倍实时，{workers} 个进程",
        "{audio} h of audio in {wall} s, {speed} times real time, {workers} workers",
    ),
    "summary.memory": ("内存", "memory"),
    "summary.memory-value": ("每个进程最多 {peak} GiB", "at most {peak} GiB per worker"),
    "doctor.worker-memory": ("每个工作进程约需 {each} GiB", "a worker takes about {each} GiB"),
    "summary.trouble": ("提前停止：{reason}", "Stopped early: {reason}"),
    "summary.unreadable-list": ("无法读取的录音：", "Recordings that could not be read:"),
    "summary.problems": (
        "话单与文件的问题（{count} 个）：",
        "Problems of the call list and files ({count}):",
    ),
    "summary.more": ("另有 {count} 个", "{count} more"),
    "summary.flagged": ("待复核 {count} 通（共评分 {scored} 通）", "{count} to review of {scored} scored"),
    "summary.alerts": ("当日上报 {count} 通", "{count} to escalate today"),
    "summary.fatal": ("一票否决 {count} 通", "{count} fatal"),
    "summary.mean": ("平均 {mean} 分，合格率 {share}", "mean score {mean}, {share} passed"),
    "summary.pending": ("（{count} 通待定）", " ({count} pending)"),
    "summary.calls": ("{count} 通", "{count} calls"),
    "summary.distribution": ("得分分布（通）", "score distribution (calls)"),
    "next.again": (
        "还没做完；重新运行同一命令即可继续。",
        "not finished: run the same command again to go on.",
    ),
    "next.flagged": (
        "下一步：callinspect list --flagged      查看待复核的通话",
        "next: callinspect list --flagged     the calls to review",
    ),
    "next.show": (
        "        callinspect show 通话编号       查看一通电话及证据",
        "      callinspect show CALL_ID       one call with its proof",
    ),
    "next.export": (
        "        callinspect export violations --format xlsx -o violations.xlsx",
        "      callinspect export violations --format xlsx -o violations.xlsx",
    ),
    "next.serve": (
        "        callinspect serve                     在浏览器里复核：听证据、确认或推翻",
        "        callinspect serve                     review in a browser: hear the proof, decide",
    ),
    "next.nothing": ("没有找到录音；请检查文件夹路径。", "no recording found; check the folder."),
}
