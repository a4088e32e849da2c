"""What the commands do."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "help.callinspect": (
        "听检 callinspect：离线、全量的客服录音质检，每一分扣分都有证据。",
        "callinspect: offline quality inspection of every call, with proof for every point.",
    ),
    "help.run": (
        "质检一个录音文件夹（已质检且未变化的会跳过）",
        "inspect every recording of a folder that has no up-to-date inspection",
    ),
    "help.rescore": (
        "用现在的词库和评分表给已入库的通话重新评分（不重听）",
        "judge stored calls again by today's lexicons and rubric, without listening",
    ),
    "help.list": ("列出通话：得分、等级、待复核原因", "list calls with score and flags"),
    "help.show": (
        "查看一通电话：对话、指标、质检结果、得分明细",
        "one call: conversation, measures, findings, ledger",
    ),
    "help.clip": (
        "导出某个质检结果对应的几秒录音（WAV）",
        "the few seconds of audio behind a finding, as WAV",
    ),
    "help.export": (
        "导出 violations | calls | findings | hits | transcripts",
        "export violations | calls | findings | hits | transcripts",
    ),
    "help.lexicon": ("词库：检查、试用、解释", "phrase lexicons: check, try, explain"),
    "help.lexicon.check": (
        "检查词库文件，并运行其中的例句",
        "check the lexicon files and run their examples",
    ),
    "help.lexicon.try": ("对一句话试用词库", "try the lexicons on a sentence"),
    "help.lexicon.explain": (
        "解释一个代码、用语，或一句话为何命中",
        "explain a code, a phrase, or why a sentence is hit",
    ),
    "help.rubric": ("评分表：检查、解释、比较", "score sheets: check, explain, compare"),
    "help.rubric.check": ("检查评分表，并运行其中的对话例子", "check a score sheet and run its dialogues"),
    "help.rubric.explain": ("用文字解释整张评分表或某个质检项", "the sheet, or one criterion, in words"),
    "help.rubric.diff": ("比较两张评分表", "compare two score sheets"),
    "help.models": ("语音模型：查看、下载、校验", "speech models: list, fetch, verify"),
    "help.models.list": ("列出模型及其状态", "list models and whether they are ready"),
    "help.models.fetch": ("下载模型", "fetch a model"),
    "help.models.verify": ("校验模型文件（SHA-256）", "verify model files (SHA-256)"),
    "help.bench": (
        "比较速度与准确率：faster-whisper、本程序、理论上限",
        "compare speed and accuracy: faster-whisper, this program, the limit",
    ),
    "help.doctor": ("检查运行环境与全部设置", "check this machine and show all settings"),
}
