"""The review room: serving it, its accounts, deleting old calls."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "help.serve": ("打开复核台（浏览器）", "open the review room, for browsers"),
    "help.user": ("复核台的账号", "accounts of the review room"),
    "help.user.add": ("新建账号，打印一次性链接", "a new account; prints its one-time link"),
    "help.user.invite": ("重发一次性链接（设置新密码）", "another one-time link, to choose a new password"),
    "help.user.passwd": ("设置密码", "set a password"),
    "help.user.disable": ("停用账号，并立即退出其所有登录", "disable an account and sign it out everywhere"),
    "help.user.list": ("列出账号", "list the accounts"),
    "help.purge": (
        "从数据库删除旧通话及其全部质检、复核、申诉记录",
        "delete old calls from the store, with their inspections, reviews and appeals",
    ),
    "serve.host": (
        "监听地址；默认只有本机能访问",
        "address to listen on; by default only this machine gets in",
    ),
    "serve.port": ("端口", "port"),
    "serve.certificate": ("TLS 证书（PEM）", "TLS certificate (PEM)"),
    "serve.key": ("证书的私钥（PEM）", "the certificate's key (PEM)"),
    "serve.at": ("复核台：{url}", "The review room is at {url}"),
    "serve.first": (
        "还没有人能登录。请用此一次性链接为管理员 {name} 设置密码：\n{link}",
        "Nobody can sign in yet. This one-time link sets a password for the administrator {name}:\n{link}",
    ),
    "serve.clear": (
        "注意：密码和录音将明文传输。请在前面放一个 HTTPS 代理（并设置 serve.public_url），"
        "或用 --certificate 与 --key。",
        "Mind: passwords and recordings travel in the clear. Put an HTTPS proxy before it (and set "
        "serve.public_url), or give --certificate and --key.",
    ),
    "serve.stop": ("按 Ctrl-C 停止。", "Ctrl-C stops it."),
    "serve.stopped": ("已停止。", "Stopped."),
    "user.name": ("用户名", "name"),
    "user.display": ("姓名", "full name"),
    "user.role": ("角色", "role"),
    "user.team": ("班组", "team"),
    "user.agent": ("坐席工号", "agent's number"),
    "user.state": ("状态", "state"),
    "user.on": ("正常", "active"),
    "user.off": ("已停用", "disabled"),
    "user.new": ("未设密码", "no password yet"),
    "user.stdin": ("从标准输入读取密码（第一行）", "read the password from standard input (its first line)"),
    "user.undo": ("恢复使用", "enable it again"),
    "user.added": ("已新建账号 {name}", "added the account {name}"),
    "user.link": (
        "把链接交给 {name}：{hours} 小时内可用一次，用来设置密码。",
        "Give the link to {name}: it works once within {hours} hours, to choose a password.",
    ),
    "user.password": ("新密码", "New password"),
    "user.again": ("再输一次", "Once more"),
    "user.changed": (
        "已设置 {name} 的密码，并退出其所有登录",
        "the password of {name} is set; they are signed out everywhere",
    ),
    "user.disabled": ("已停用 {name}", "{name} is disabled"),
    "user.enabled": ("已恢复 {name}", "{name} is enabled"),
    "user.role.agent": ("坐席", "agent"),
    "user.role.reviewer": ("质检员", "reviewer"),
    "user.role.lead": ("班组长", "lead"),
    "user.role.supervisor": ("质检主管", "supervisor"),
    "user.role.administrator": ("管理员", "administrator"),
    "help.merge": (
        "说明 NEW 是 OLD 的更正录音：NEW 取得 OLD 的编号与话单信息，OLD 退出名单",
        "say that NEW is the corrected file of OLD: it takes the id and the facts, OLD leaves the lists",
    ),
    "merge.new": (
        "更正录音所在的通话；与 --undo 同用时为任一方",
        "call that holds the corrected file; with --undo, either of the two",
    ),
    "merge.old": ("被它取代的通话", "call whose place it takes"),
    "merge.undo": ("撤销合并，两通各自恢复", "undo the merge: both stand on their own again"),
    "merge.done": (
        "{new} 现为 {id}；原录音改为 {old}（callinspect show {old} 可查看），其复核结论不沿用",
        "{new} is {id} now; the former recording is {old} (callinspect show {old}); its verdicts are not "
        "inherited",
    ),
    "merge.undone": ("已撤销：{old} 恢复，更正录音为 {new}", "undone: {old} is back, the other one is {new}"),
    "usage.merge-what": (
        "请写 callinspect merge 更正录音 原通话，或 callinspect merge --undo 通话",
        "write callinspect merge NEW OLD, or callinspect merge --undo CALL",
    ),
    "purge.before": ("删除此日期之前的通话", "delete the calls that began before this day"),
    "purge.dry-run": ("只统计，不删除", "count only, delete nothing"),
    "purge.would": (
        "{date} 之前：通话 {calls}，质检 {inspections}，复核决定 {decisions}，申诉 {appeals}（未删除）",
        "Before {date}: {calls} calls, {inspections} inspections, {decisions} decisions, {appeals} appeals "
        "(nothing deleted)",
    ),
    "purge.done": (
        "已删除 {date} 之前：通话 {calls}，质检 {inspections}，复核决定 {decisions}，申诉 {appeals}",
        "Deleted what was before {date}: {calls} calls, {inspections} inspections, {decisions} decisions, "
        "{appeals} appeals",
    ),
    "purge.remains.reader": (
        "注意：有程序仍在读取删除前的数据（例如正在导出，或复核室里的长查询），已删的文字还留在数据库文件里；"
        "等它结束（或重启 callinspect serve）后再执行一次同样的 purge",
        "note: a program still reads what was there before (an export, say, or a long query of the review "
        "room), so the deleted text is still in the database's files; when it is done (or callinspect serve "
        "was restarted), run the same purge again",
    ),
    "purge.remains.space": (
        "注意：磁盘空间不够整理数据库文件，旧版本程序删除的文字可能还在其空隙里；"
        "腾出两倍于数据库的空间后再执行一次",
        "note: too little room to write the database file anew, so what earlier versions of the program "
        "deleted may stand in its gaps; free twice the size of the database and run the same purge again",
    ),
    "purge.remains.busy": (
        "注意：有程序正在写入，没有整理数据库文件，旧版本程序删除的文字可能还在其空隙里；"
        "写完后再执行一次同样的 purge",
        "note: another program is writing, so the database file was not written anew, and what earlier "
        "versions of the program deleted may stand in its gaps; run the same purge again when it is done",
    ),
    "purge.remains.server": (
        "PostgreSQL：已删的行不再能查到，并已 VACUUM；磁盘上的旧内容要等空间重新使用才会覆盖。"
        "要立即清除，请停下其他程序后执行 VACUUM FULL；WAL 归档和备份按各自的保留期处理",
        "PostgreSQL: the rows are gone from every query, and VACUUM was run; on the disk they are "
        "overwritten only when their room is used again. To clear it now, stop the other programs and run "
        "VACUUM FULL; archived WAL and backups keep the text as long as they are kept",
    ),
    "purge.recordings": (
        "录音文件未动。若它们仍在录音文件夹里，下次运行请加 --since {date}，否则会再次质检。",
        "The recordings are untouched. While they lie in the dump, run with --since {date}, or they are "
        "inspected again.",
    ),
    "usage.purge-future": ("{date} 在将来；请检查日期", "{date} is in the future; check the date"),
    "usage.no-user": (
        "没有账号 {name}；用 callinspect user list 查看全部",
        "there is no account {name}; callinspect user list shows all",
    ),
    "usage.user-name": ("账号需要一个用户名", "an account needs a name"),
    "usage.user-exists": ("账号 {name} 已存在", "there is an account {name} already"),
    "usage.last-admin": (
        "不能停用最后一个管理员；先新建另一个",
        "the last administrator cannot be disabled; add another first",
    ),
    "usage.password-short": ("密码至少 {count} 个字符", "a password needs at least {count} characters"),
    "usage.password-long": ("密码最多 {count} 个字符", "a password has at most {count} characters"),
    "usage.password-name": ("密码不能就是用户名", "the password must not be the name"),
    "usage.password-differs": ("两次输入的密码不一样", "the two passwords differ"),
}
