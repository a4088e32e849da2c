"""Sentences become codes with parameters: reasons, flags, notes of a score's explanation, problems of a run.

Judgement wrote them in Chinese and the run in English. Each shape that such a sentence could have is listed
here with its code; what fits none is kept word for word, as the parameter of a message ``text``.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BATCH = 5_000

_SHAPES = (
    # doubt
    ("doubt.whose", "分不清是谁说的"),
    ("doubt.confidence", "把握不足（{confidence:percent}）"),
    ("doubt.overlap", "双方同时说话，听不真切"),
    ("doubt.unrecognised", "这一段有话没有识别出来"),
    ("doubt.unclear", "这一段识别不清"),
    ("doubt.faint", "听得不够清楚"),
    ("doubt.unclear-at", "{at:clock}的话识别不清"),
    ("doubt.not-sure", "听得不够清楚，不能确定"),
    ("doubt.applies", "不能确定是否适用：{why:sentence}"),
    ("doubt.evidence", "证据不足"),
    ("check.may-have-said", "疑似{who:party}说了{places:places}，但{why:sentence}，请人工复听"),
    ("check.seems-said", "似乎说了{places:places}，但{why:sentence}，请人工复听"),
    ("check.required-unfound", "{where:where}没有找到应说的“{say}”，但{why:sentence}，请人工复听"),
    ("rate.mostly-normal", "多数段落语速正常"),
    ("doubt.whose-turn", "分不清该谁说话"),
    ("doubt.but", "{what:sentence}，但{why:sentence}，请人工复听"),
    ("rate.lost-words", "{what:sentence}，但识别不清、可能漏字"),
    ("rate.whose", "{what:sentence}，但分不清是谁说的"),
    ("doubt.listen", "{what:sentence}，请人工复听"),
    # phrases
    ("check.required-not-heard", "{where:where}没有听到{who:party}说“{say}”一类的话"),
    ("check.said-nothing-of-it", "没有发现{who:party}说这类用语"),
    ("check.never-said", "没有说到，不判是否及时"),
    ("check.said-at-second", "在第{seconds:number}秒说到"),
    ("check.said-late", "到第{seconds:number}秒才说到（应在{due:number}秒内）"),
    ("check.said-only-at-second", "到第{seconds:number}秒才说到"),
    ("says.no-phrase", "没有说到相关用语"),
    ("says.nothing", "没有说到相关内容"),
    ("near.not-said", "{places:places}附近没有说到"),
    ("near.every-place", "每一处都说到"),
    ("near.no-place", "没有需要对应的地方"),
    ("check.said-by", "{who:party}说了{places:places}"),
    ("check.said", "说了{places:places}"),
    ("flow.said", "依次说了{places:places}"),
    ("flow.broke-off", "流程没有走到第{step:number}步"),
    ("flow.not-begun", "流程没有开始"),
    ("repeated.times", "把{places:places}说了{count:number}遍"),
    ("repeated.none", "没有反复说同一句话"),
    ("every.lacking", "没有做到的有{places:places}"),
    ("every.done", "每句都做到"),
    ("check.not-found", "没有发现"),
    ("check.found", "出现了不应有的情形"),
    ("check.done", "做到了"),
    ("check.not-done", "没有做到"),
    # holds and silences
    ("hold.none", "没有通话保持"),
    ("hold.count", "有{count:number}次通话保持"),
    ("hold.not-said-before", "{hold:sentence}，前面没有说“{say}”一类的话"),
    ("hold.not-said-after", "{hold:sentence}，后面没有说“{say}”一类的话"),
    ("hold.silent-wait", "{at:clock}起静默等待{seconds:number}秒"),
    ("hold.lasted", "{at:clock}起通话保持{seconds:number}秒"),
    ("hold.unclear-before", "保持前的话没有听清"),
    ("hold.unclear-after", "保持后的话没有听清"),
    ("hold.explained-before", "每次保持前都有说明"),
    ("hold.explained-after", "每次保持后都有说明"),
    ("silence.no-voices", "没有人声，无法判断静音"),
    ("silence.longest", "最长静音{seconds:number}秒"),
    ("silence.fewer", "没有{count:number}次{seconds:number}秒以上的静音"),
    ("silence.none", "没有{seconds:number}秒以上的静音"),
    ("silence.one", "{at:clock}起静音{seconds:number}秒"),
    ("silence.several", "静音{count:number}次，最长{seconds:number}秒（{at:clock}起）"),
    ("silence.count", "静音{count:number}次"),
    # measures
    ("rate.too-fast", "{who:party}平均语速每分钟{rate:number}字，{count:number}段过快（如{at:clock}）"),
    ("rate.too-slow", "{who:party}平均语速每分钟{rate:number}字，{count:number}段过慢（如{at:clock}）"),
    ("rate.mean", "{who:party}平均语速每分钟{rate:number}字"),
    ("rate.no-long-turn", "没有足够长的话可以测语速"),
    ("check.unmeasured", "{label:label}无法测量"),
    ("check.announced", "{what:sentence}，事先说明过"),
    # how it ended
    ("ending.no-dialogue", "没有对话"),
    ("ending.agent-closed", "坐席已说结束语"),
    ("ending.whose-last-words", "分不清最后一句是谁说的"),
    ("ending.customer-leaves", "客户先示意挂断"),
    ("ending.customer-settled", "客户已示意结束"),
    ("ending.after-customer", "客户说完后通话中断，看不出是谁挂断的"),
    ("ending.agent-broke-off", "坐席说完最后一句后未道别即中断通话"),
    ("ending.after-agent", "坐席说完后通话结束，看不出是谁挂断的"),
    # where a sheet, an item or a condition does not apply
    ("gate.not-in-force", "通话日期不在评分表的有效期内"),
    ("check.not-in-force", "通话日期不在该项的有效期内"),
    ("gate.no-speech", "没有人说话"),
    ("gate.too-short", "通话只有{seconds:number}秒，没有形成对话"),
    ("gate.too-few-words", "只说了{count:number}个字，没有形成对话"),
    ("gate.no-agent", "分不清谁是坐席（可能只有一个人说话）"),
    ("gate.other-kind", "评分表不适用于这类通话"),
    ("gate.only-customer", "只有客户一方说话（语音留言或无人接待）"),
    ("gate.only-agent", "只有坐席一方说话（无人应答）"),
    ("gate.no-item", "没有适用的质检项"),
    ("check.condition-fails", "前提条件不成立"),
    ("call.no-direction", "话单没有写明呼入还是外呼"),
    ("call.no-queue", "话单没有写明技能组"),
    ("call.no-team", "话单没有写明班组"),
    ("call.is-inbound", "呼入通话"),
    ("call.is-outbound", "外呼通话"),
    ("call.in-queue", "技能组是{name}"),
    ("call.in-team", "班组是{name}"),
    ("call.other-agent", "坐席不在所列范围"),
    ("call.lasts", "通话{seconds:number}秒"),
    ("call.utterances", "共{count:number}句"),
    # bonus and flags
    ("bonus.earned", "符合加分条件"),
    ("bonus.none", "没有加分情形"),
    ("flag.escalation", "客户有升级投诉的表示"),
    ("flag.meaning", "坐席的话意思接近违规用语，请人工听：{places:places}"),
    # a measure by its name or label
    ("check.measured-from", "{what:measured}（{at:clock}起）"),
    ("check.measured-at", "{what:measured}（{at:clock}）"),
    ("check.measure-is", "{name:name}为{value:number}"),
    ("check.measured-in", "{label:label}{value:number}{unit:unit}"),
)
"""Chinese sentences of judgement, the more special ones first."""

_NOTES = (
    ("ledger.costs-nothing", "不适用、不扣分：{items:titles}"),
    ("ledger.not-counted", "不适用、不计入满分：{items:titles}"),
    ("ledger.places-at-most", "{count:number} 处 × {points:number} 分，最多扣 {most:number} 分"),
    ("ledger.gains-at-most", "{count:number} 处 × {points:number} 分，最多加 {most:number} 分"),
    ("ledger.places", "{count:number} 处 × {points:number} 分"),
    ("ledger.each", "{count:number}处，每处扣{points:number}分"),
    ("ledger.at-most", "最多扣{points:number}分"),
    ("ledger.exhausted", "“{item:title}”共{points:number}分，已扣完为止"),
    ("ledger.sheet-fatal", "一票否决：整单记0分"),
    ("ledger.section-fatal", "一票否决：{section:title}记0分"),
    ("ledger.not-above-100", "加分后不超过100分"),
)
_LINES = (
    ("ledger.full", "满分"),
    ("ledger.criterion-limit", "“{item:title}”最多扣{points:number}分"),
    ("ledger.not-below-0", "扣完为止，不低于0分"),
    ("ledger.not-above-100", "加分后不超过100分"),
)
"""Lines of a ledger that no rule names."""

_ENGLISH = (
    ("call-list.unused-column", 'column "{heading}" is not used; map it in [calls.columns] if it matters'),
    (
        "call-list.no-such-column",
        '[calls.columns] maps {column} to "{heading}", which the list does not have',
    ),
    ("call-list.open-quote", "a quotation mark is not closed, or a field is too long; the row is skipped"),
    ("call-list.missing-fields", "{missing:number} of {all:number} fields are missing and taken as empty"),
    ("call-list.extra-fields", "more fields than headings; quote fields that hold the separator"),
    ("call-list.many-files", "{files:number} files; a call has one, or agent;customer; the row is skipped"),
    ("call-list.empty-row", "neither a call id nor a file; the row is skipped"),
    ("call-list.no-call-id", "the call id is empty; the file name is used instead"),
    ("call-list.bad-time", '"{written}" is no date and time; write 2026-11-20 09:30:00'),
    ("call-list.bad-channel", 'agent_channel "{written}" is neither left, right nor mono; finding out'),
    ("call-list.repeated", "call id {call_id} repeats line {line:number}; that line counts, remove this one"),
    (
        "call-list.contradicted",
        "call id {call_id} contradicts line {line:number}; that line counts, remove this one",
    ),
    ("call-list.long-call-id", "the call id is too long; correct the call list"),
    (
        "call-list.ambiguous",
        "probably means {file}, but so does line {line:number}; write the path below the dump",
    ),
    (
        "call-list.names-no-file",
        "the row names no file, and no recording is called {call_id}; fill in the file",
    ),
    (
        "call-list.same-file-twice",
        "the two files of the row must be two different recordings, agent;customer",
    ),
    ("call-list.link-outside", "{file} is a link out of the dump and is not followed"),
    ("call-list.file-outside", "{file} lies outside the dump; copy the file into the dump"),
    ("call-list.same-names", "{files:number} files are called {file}; write the path below the dump"),
    ("call-list.missing-file", "no file {file} in the dump; copy it there"),
    ("dump.unreadable-folder", "the folder cannot be listed ({detail}); grant access"),
    ("dump.bad-link", "the link leads nowhere or in a circle; remove it"),
    ("dump.link-outside", "the link leaves the dump and is not followed; run on its target instead"),
    ("dump.not-a-file", "a pipe, socket or device is not opened; remove it from the dump"),
    ("dump.still-written", "still being written; run again when the call is over"),
    (
        "batch.other-sound",
        "other sound than the stored call {call_id}: kept as {name}; if it is that call's corrected file, "
        "run: callinspect merge {new} {old}",
    ),
    ("batch.copy", "the same sound as {other}: one call, counted once"),
    ("batch.vanished", "the file is not there any more; was it moved during the run?"),
    ("batch.changed", "the file changed while it was read; run again when it is complete"),
    ("batch.vanished-during", "the file went away while it was inspected; run again when it is back"),
    ("batch.changed-during", "the file changed while it was inspected; run again when it is complete"),
    (
        "batch.other-revisions",
        "inspected with {made}, planned with {planned}: the next run will inspect again",
    ),
    ("batch.roles-not-kept", "the roles that a person corrected could not be kept: {detail}"),
    ("batch.fault", "the program failed on this call: {detail}"),
    (
        "batch.failed-on",
        "the program itself failed on this call, the recording may be in order: report the technical line in "
        "the list of problems, and run again with --retry after an update",
    ),
    ("batch.gave-up", "given up after {attempts:number} attempts: {detail}"),
    (
        "batch.no-worker",
        "{workers:number} worker processes in a row died while they loaded the speech model ({detail}); try "
        "--workers 1, a smaller --model, or callinspect doctor",
    ),
    (
        "batch.machine",
        "{calls:number} calls in a row ended their workers ({detail}); this looks like the machine, not the "
        "recordings: run callinspect doctor, then callinspect run again with --retry",
    ),
    ("batch.tools", "the tools cannot be loaded any more: {detail}"),
)
"""English sentences of the run."""

_AUDIO = (
    ("audio.vanished", "the file is no longer there"),
    ("audio.no-permission", "no permission to read the file; grant read access"),
    ("audio.cannot-open", "the file cannot be opened: {detail}"),
    ("audio.not-a-file", "not a regular file (a folder, pipe or device)"),
    ("audio.empty", "the file is empty (0 bytes)"),
    ("audio.not-audio", "the content is not audio ({content:content})"),
    ("audio.damaged-container", "the {container} container cannot be opened: {detail}"),
    ("audio.cut-off", "the file is cut off: no sound can be read from it"),
    ("audio.cut-in-header", "the file ends inside its header: there is no sound in it"),
    ("audio.before-sound", "the file ends before the sound begins"),
    ("audio.no-sound", "the file has a header but no sound"),
    ("audio.no-format", "the WAV header says nothing about the format of the sound"),
    ("audio.zero-channels", "the header claims 0 channels"),
    ("audio.bad-rate", "a sample rate of {rate:number} Hz cannot be right"),
    ("audio.bits-pcm", "{bits:number}-bit PCM samples"),
    ("audio.bits-float", "{bits:number}-bit floating-point samples"),
    ("audio.samples", "samples of the kind {kind}"),
    ("audio.codec", "the codec of the sound is not supported"),
    ("audio.undecodable", "none of the sound can be decoded; the file is damaged"),
    ("audio.no-stream", "the file holds no audio stream"),
    (
        "audio.too-many-channels",
        "{channels:number} channels; export the call as mono, stereo, or one file per party",
    ),
    ("audio.many-files", "a call has one or two files, not {files:number}"),
    ("audio.too-long", "longer than {hours:number} hours; split the recording into calls"),
    ("audio.cut-short", "the file is cut short: {seconds:number} s of {whole:number} s are there"),
    ("audio.no-end", "the file is cut short after {seconds:number} s: its end is missing"),
    ("audio.only-header", "the file is cut short: its header is all there is"),
    ("audio.garbage-follows", "nothing but garbage follows; decoding was stopped at {seconds:number} s"),
    ("audio.stopped", "reading stopped at {at:number} s: {detail}"),
    ("audio.silenced", "{seconds:number} s are damaged and silent here"),
    ("audio.left-out", "{seconds:number} s at {at:number} s are damaged and left out"),
    ("audio.leading-bytes", "the first {bytes:number} bytes are not sound"),
)
"""English sentences on a recording that cannot be read, or not all of it."""
_PARTY_FILES = (
    ("audio.file-of-agent", "agent's file: {why:audio}"),
    ("audio.file-of-customer", "customer's file: {why:audio}"),
    ("audio.in-file", "{file}: {why:audio}"),
)
"""The same of a call with a file of each party."""
_CONTENTS = {
    "an HTML page, perhaps an error page of the download": "audio.content.html",
    "an XML document": "audio.content.xml",
    "a playlist; give the recordings themselves": "audio.content.playlist",
    "a ZIP archive; unpack it first": "audio.content.zip",
    "only zero bytes": "audio.content.zeros",
    "a text file": "audio.content.text",
    "no known audio format": "audio.content.unknown",
}

_KINDS = {
    "": r"(.+?)",
    "number": r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)",
    "percent": r"(\d+)%",
    "clock": r"(\d+:\d\d)",
    "party": r"(坐席|客户|说话人不明)",
    "where": r"(全程|\d+:\d\d至\d+:\d\d)",
    "name": r"([a-z][a-z0-9_]*)",
    "places": r"(“.+?”（\d+:\d\d）(?:、“.+?”（\d+:\d\d）)*(?:等\d+处)?)",
    "label": r"([^\d，。；：“”（）]+?)",
    "unit": r"(次|秒|字/分钟|字|分贝|半音|%)",
}
_PARTIES = {"坐席": "party.agent", "客户": "party.customer", "说话人不明": "party.unknown"}
_LABELS = {"坐席打断客户": "interruptions of the customer", "坐席连续说话": "longest turn of the agent"}
_UNITS = {"次": "times", "秒": "s"}
_PLACE = re.compile(r"“(.*?)”（(\d+:\d\d)）(、|$)", re.DOTALL)
_MORE = re.compile(r"等(\d+)处$")
_BETWEEN = (("，且", "join.and"), ("；", "join.semicolon"), ("，", "join.comma"))

_Json = dict[str, Any]


class _NoFitError(Exception):
    """A sentence is not of this shape after all."""


def upgrade() -> None:
    connection = op.get_bind()
    titles = frozenset(_titles(connection))

    def reason(text: str) -> str:
        return _stored(_sentence(text, titles) or _english(text) or _verbatim(text))

    def flags(text: str) -> str:
        given: list[str] = json.loads(text)
        found = [_sentence(one, titles) or _flag(one, titles) for one in given]
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"))

    def ledger(text: str) -> str:
        lines = [
            [name, _line(title), points, proof, _note(note, titles)]
            for name, title, points, proof, note in json.loads(text)
        ]
        return _escaped(json.dumps(lines, ensure_ascii=False, separators=(",", ":")))

    plain = _once(lambda text: reason(_unescaped(text)) if text else "")
    _rewrite(connection, "findings", ("inspection", "number"), {"reason": plain})
    _rewrite(
        connection,
        "inspections",
        ("id",),
        {
            "reason": plain,
            "not_applicable": plain,
            "flag_reasons": lambda text: _escaped(flags(text)),
            "ledger": ledger,
        },
    )
    _rewrite(connection, "problems", ("id",), {"reason": plain})


def _titles(connection: sa.Connection) -> Iterator[str]:
    """What the rules called things: a title may have the mark of a list in it."""
    for column in ("title", "group_title"):
        named: sa.ColumnElement[str] = sa.column(column)
        found = connection.execute(sa.select(named).select_from(sa.table("findings")).distinct())
        yield from (_unescaped(text) for (text,) in found if text)


def _once(convert: Callable[[str], str]) -> Callable[[str], str]:
    """The same few sentences stand in very many rows."""
    return cache(convert)


def _rewrite(
    connection: sa.Connection, name: str, key: tuple[str, ...], columns: dict[str, Callable[[str], str]]
) -> None:
    """Convert columns of a table row by row, NULL left out, a batch at a time in order of the key."""
    table = sa.table(name, *(sa.column(each) for each in (*key, *columns)))
    keys = [table.c[each] for each in key]
    change = (
        sa.update(table)
        .where(*(column == sa.bindparam(f"key_{column.name}") for column in keys))
        .values({each: sa.bindparam(f"new_{each}") for each in columns})
    )
    last: tuple[Any, ...] | None = None
    while True:
        query = sa.select(table).order_by(*keys).limit(_BATCH)
        if last is not None:
            query = query.where(sa.tuple_(*keys) > sa.tuple_(*(sa.literal(value) for value in last)))
        rows = connection.execute(query).all()
        if not rows:
            return
        connection.execute(
            change,
            [
                {f"key_{each}": getattr(row, each) for each in key}
                | {
                    f"new_{each}": None if getattr(row, each) is None else convert(getattr(row, each))
                    for each, convert in columns.items()
                }
                for row in rows
            ],
        )
        last = tuple(getattr(rows[-1], each) for each in key)


def _sentence(text: str, titles: frozenset[str]) -> _Json | None:
    """A sentence of judgement, or several that were joined; None where it has no known shape."""
    found = _fitting(text, _SHAPES, titles)
    if found is not None:
        return found
    for mark, code in _BETWEEN:
        parts = _parted(text, mark, lambda part: _fitting(part, _SHAPES, titles))
        if parts is not None:
            return {"code": code, "parts": parts}
    return None


def _english(text: str) -> _Json | None:
    return _fitting(text, _ENGLISH, frozenset()) or _audio(text)


def _audio(text: str) -> _Json | None:
    """Why a recording could not be read; the files of two parties stand behind one another."""
    agent, mark, customer = text.partition("; customer's file: ")
    if mark and agent.startswith("agent's file: "):
        parts = [_party_file(agent), _party_file(f"customer's file: {customer}")]
        return {"code": "join.semicolon", "parts": parts} if all(parts) else None
    return _heard(text) or _party_file(text)


def _party_file(text: str) -> _Json | None:
    return _fitting(text, _PARTY_FILES, frozenset())


def _heard(text: str) -> _Json | None:
    """One sentence on a file, or several."""
    found = _fitting(text, _AUDIO, frozenset())
    if found is not None:
        return found
    parts = _parted(text, "; ", lambda part: _fitting(part, _AUDIO, frozenset()))
    return {"code": "join.semicolon", "parts": parts} if parts is not None else None


def _verbatim(text: str) -> _Json:
    return {"code": "text", "text": text}


def _titled(text: str, english: str = "") -> _Json:
    return {"code": "title", "zh": text} | ({"en": english} if english else {})


def _flag(text: str, titles: frozenset[str]) -> _Json:
    """The reason of a rule, which words it itself, with the items that it fired for."""
    reason, mark, named = text.partition("：")
    if not mark or not named:
        return _titled(text)
    return {"code": "flag.named", "reason": _titled(reason), "items": _listed(named, titles)}


def _line(title: str) -> _Json | str:
    return _fitting(title, _LINES, frozenset()) or title


def _note(note: str, titles: frozenset[str]) -> _Json | None:
    if not note:
        return None
    found = _fitting(note, _NOTES, titles)
    if found is not None:
        return found
    parts = _parted(note, "，", lambda part: _fitting(part, _NOTES, titles))
    return {"code": "join.comma", "parts": parts} if parts is not None else _verbatim(note)


def _parted(text: str, mark: str, read: Callable[[str], _Json | None]) -> list[_Json] | None:
    """All parts of a text between marks, each of a known shape, which may have the mark in it; or None."""
    pieces = text.split(mark)
    if len(pieces) == 1:
        return None
    parts = list[_Json]()
    while pieces:
        ends = (end for end in range(len(pieces), 0, -1) if read(mark.join(pieces[:end])) is not None)
        end = next(ends, None)
        if end is None:
            return None
        parts += filter(None, [read(mark.join(pieces[:end]))])
        del pieces[:end]
    return parts


def _fitting(text: str, shapes: tuple[tuple[str, str], ...], titles: frozenset[str]) -> _Json | None:
    for code, shape in shapes:
        pattern, names = _pattern(shape)
        match = pattern.fullmatch(text)
        if match is None:
            continue
        try:
            values = {
                name: _value(kind, given, titles)
                for (name, kind), given in zip(names, match.groups(), strict=True)
            }
        except _NoFitError:
            continue
        return {"code": code, **values}
    return None


@cache
def _pattern(shape: str) -> tuple[re.Pattern[str], tuple[tuple[str, str], ...]]:
    pieces = re.split(r"\{(\w+)(?::(\w+))?\}", shape)
    names = tuple(zip(pieces[1::3], (kind or "" for kind in pieces[2::3]), strict=True))
    values = [_KINDS.get(kind, _KINDS[""]) for _, kind in names]
    literal = [re.escape(part) for part in pieces[::3]]
    return re.compile("".join(a + b for a, b in zip(literal, [*values, ""], strict=True)), re.DOTALL), names


def _value(kind: str, given: str, titles: frozenset[str]) -> Any:
    match kind:
        case "number":
            return int(given) if re.fullmatch(r"-?\d+", given) else float(given)
        case "percent":
            return int(given) / 100
        case "party":
            return {"code": _PARTIES[given]}
        case "content":
            if given not in _CONTENTS:
                raise _NoFitError
            return {"code": _CONTENTS[given]}
        case "audio":
            heard = _heard(given)
            if heard is None:
                raise _NoFitError
            return heard
        case "where":
            start, _, end = given.partition("至")
            return (
                {"code": "place.window", "start": start, "end": end} if end else {"code": "place.whole-call"}
            )
        case "label":
            return _titled(given, _LABELS.get(given, ""))
        case "unit":
            return _titled(given, _UNITS.get(given, ""))
        case "title":
            return _titled(given)
        case "titles":
            return _listed(given, titles)
        case "places":
            return _places(given)
        case "measured":
            found = _fitting(given, _SHAPES[-1:], titles)
            if found is None:
                raise _NoFitError
            return found
        case "sentence":
            found = _sentence(given, titles)
            if found is None and given.count("“") != given.count("”"):
                raise _NoFitError  # the mark stood inside a quote
            return found or _verbatim(given)
    return given


def _places(text: str) -> _Json:
    more = _MORE.search(text)
    rest, parts, at = text[: more.start()] if more else text, list[_Json](), 0
    while at < len(rest):
        match = _PLACE.match(rest, at)
        if match is None or match[3] != ("" if match.end() == len(rest) else "、"):
            raise _NoFitError
        parts.append({"code": "place.quoted", "quote": match[1], "at": match[2]})
        at = match.end()
    if not parts:
        raise _NoFitError
    found = {"code": "join.list", "parts": parts}
    return {"code": "place.more", "places": found, "count": int(more[1])} if more else found


def _listed(text: str, titles: frozenset[str]) -> _Json:
    """A list of titles, the longest known one first."""
    pieces, parts = text.split("、"), list[_Json]()
    while pieces:
        ends = (end for end in range(len(pieces), 0, -1) if "、".join(pieces[:end]) in titles)
        end = next(ends, 1)
        parts.append(_titled("、".join(pieces[:end])))
        del pieces[:end]
    return {"code": "join.list", "parts": parts}


def _stored(message: _Json) -> str:
    return _escaped(json.dumps(message, ensure_ascii=False, separators=(",", ":")))


def _escaped(text: str) -> str:
    """JSON that every database can hold (as ``pipeline/store/text.py`` had it)."""
    return re.sub("[\ud800-\udfff]", lambda m: f"\\u{ord(m[0]):04x}", text)


def _unescaped(text: str) -> str:
    """A string as it was written by the older version."""
    if "\\" not in text:
        return text
    return re.sub(r"\\(\\|u[0-9a-f]{4})", lambda m: "\\" if m[1] == "\\" else chr(int(m[1][1:], 16)), text)
