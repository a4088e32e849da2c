"""What went wrong, and the remedy."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "error.line": ("错误：{message}", "error: {message}"),
    "error.stopped": ("已停止；重新运行同一命令即可继续。", "stopped; run the same command again to go on."),
    "error.unexpected": (
        "意外错误：{kind}：{message}；加 -v 查看详细信息。",
        "unexpected error: {kind}: {message}; add -v for details.",
    ),
    "error.see-help": ("用法见：{command}", "see: {command}"),
    "parse.missing": ("用法错误：缺少 {name}", "usage: {name} is missing"),
    "parse.no-option": ("用法错误：没有选项 {name}", "usage: no such option {name}"),
    "parse.no-option-near": (
        "用法错误：没有选项 {name}，是否想用 {near}？",
        "usage: no such option {name}; did you mean {near}?",
    ),
    "parse.no-command": ("用法错误：没有命令 {name}", "usage: no such command {name}"),
    "parse.other": ("用法错误：{message}", "usage: {message}"),
    "usage.kind": ("不能导出 {what}；可选：{known}", "no such export: {what}; one of {known}"),
    "usage.format": (
        "{what} 不能导出为 {format}；可选：{known}",
        "{what} cannot be written as {format}; one of {known}",
    ),
    "usage.no-format": ("请用 --format 指定格式：{known}", "choose a --format: {known}"),
    "usage.parquet-missing": (
        "导出 parquet 需要 pyarrow：pip install 'callinspect[parquet]'，或改用 --format csv",
        "parquet needs pyarrow: pip install 'callinspect[parquet]', or use --format csv",
    ),
    "usage.subtitle-none": ("没有符合条件的通话，未写文件", "no call matches, so nothing was written"),
    "usage.subtitle-many": (
        "一个 {format} 文件只放一通电话；请用 -o 指定文件夹，或用 --call 选定一通",
        "one {format} file holds one call; give a folder with -o, or choose a call with --call ID",
    ),
    "usage.date": (
        "{option}：{text} 不是日期，应如 2026-11-20",
        "{option}: {text} is not a date such as 2026-11-20",
    ),
    "usage.no-call": (
        "数据库中没有通话 {call}；用 callinspect list 查看，或用 --store 指定别的数据库",
        "no call {call} in the store; see callinspect list, or choose another --store",
    ),
    "usage.no-store": (
        "还没有数据库 {path}；先运行 callinspect run 录音文件夹，或用 --store 指定",
        "there is no database {path} yet; run callinspect run FOLDER first, or choose another --store",
    ),
    "usage.engine": ("没有引擎 {engine}；可选 local", "no such engine: {engine}; use local"),
    "usage.no-dump": (
        "{path} 不是文件夹；请给出录音所在的文件夹",
        "{path} is not a folder; name the folder of the recordings",
    ),
    "usage.no-audio": (
        "录音文件已不在 {path}；移回原处，或在新位置重新运行 callinspect run",
        "the recording is no longer at {path}; move it back, or run callinspect run where it is now",
    ),
    "usage.no-finding": (
        "通话 {call} 没有质检结果 {finding}；编号见 callinspect show {call}",
        "call {call} has no finding {finding}; callinspect show {call} numbers them",
    ),
    "usage.no-evidence": ("“{title}”没有对应的录音片段", '"{title}" has no piece of audio'),
    "usage.no-place": ("“{title}”只有 {count} 处证据", '"{title}" has {count} pieces of evidence'),
    "usage.store-url": (
        "--store {url} 不是数据库地址；应如 sqlite:///callinspect.db 或 postgresql://用户@主机/库名",
        "--store {url} is not a database URL; use sqlite:///FILE or postgresql://USER@HOST/DATABASE",
    ),
    "usage.no-code": (
        "词库中没有 {name}；用 callinspect lexicon check 查看全部代码",
        "no {name} in the lexicons; callinspect lexicon check lists all codes",
    ),
    "usage.role": ("--role 只能是 agent 或 customer，不是 {role}", "--role is agent or customer, not {role}"),
    "usage.clip-what": (
        "请用 --finding 指定质检结果，或用 --at 指定起止秒数",
        "choose a finding with --finding, or seconds with --at",
    ),
    "usage.clip-at": (
        "--at {text} 不是起止秒数，应如 12.5-20",
        "--at {text} is not a stretch of seconds such as 12.5-20",
    ),
    "usage.tls-half": (
        "HTTPS 需要同时给出 serve.certificate 和 serve.key；请两者都给，或都不给",
        "https needs both serve.certificate and serve.key; give both or none",
    ),
    "usage.tls-missing": ("没有文件 {path}；请检查 {setting}", "{path}: no such file; check {setting}"),
    "usage.tls-unreadable": (
        "{path} 无法读取（{reason}）；请让运行服务的账号有权读它",
        "{path}: cannot be read ({reason}); let the account of the server read it",
    ),
    "usage.tls-not-pem": (
        "{path} 里没有 PEM 格式的 {what}；请检查 {setting}",
        "{path}: holds no {what} in PEM form; check {setting}",
    ),
    "usage.tls-encrypted": (
        "{path} 的私钥加了密码，服务启动时无人输入；请写出不加密的：openssl pkey -in {path} -out PLAIN.pem",
        "{path}: the key is encrypted, and nobody is there to type its password; write a plain one: "
        "openssl pkey -in {path} -out PLAIN.pem",
    ),
    "usage.tls-pair": (
        "证书 {certificate} 与私钥 {path} 不是一对；请给出同时生成的证书和私钥",
        "{certificate}: this certificate belongs to another key than {path}; give the pair that was made "
        "together",
    ),
    "usage.tls-unusable": (
        "证书 {certificate} 不能用于 HTTPS（{reason}）；请换一张证书",
        "{certificate}: https cannot be served with it ({reason}); give another certificate",
    ),
}
