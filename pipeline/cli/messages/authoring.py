"""`callinspect lexicon`, `rubric`."""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "lexicon.summary": (
        "{path}：{codes} 个代码，{phrases} 条用语，版本 {revision}",
        "{path}: {codes} codes, {phrases} phrases, revision {revision}",
    ),
    "lexicon.examples-good": ("{count} 条例句全部符合预期", "all {count} examples behave as written"),
    "lexicon.hit": ("命中", "hit"),
    "lexicon.nothing": ("没有命中。", "nothing found."),
    "lexicon.phrases": ("用语", "phrases"),
    "lexicon.role-any": ("任何一方", "anyone"),
    "lexicon.reason": ("理由", "reason"),
    "lexicon.also": ("另有写法", "also"),
    "lexicon.exceptions": ("例外", "exceptions"),
    "lexicon.code": ("代码", "code"),
    "lexicon.kind": ("类别", "kind"),
    "lexicon.title": ("名称", "title"),
    "rubric.summary": (
        "{path}：《{title}》可用，{criteria} 个质检项、{items} 种情形，版本 {revision}",
        "{path}: {title}: usable, {criteria} criteria with {items} items, revision {revision}",
    ),
    "rubric.same": ("两张评分表没有区别。", "the two sheets judge alike."),
    "level.error": ("错误", "error"),
    "level.warning": ("警告", "warning"),
    "level.hint": ("提示", "hint"),
    "change.added": ("新增", "added"),
    "change.removed": ("删除", "removed"),
    "change.moved": ("移动", "moved"),
    "change.changed": ("修改", "changed"),
}
