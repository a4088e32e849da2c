"""How fast stored calls are judged again: synthesises a store, then times each part and the whole.

    python scripts/bench_rescore.py [--calls 10000] [--minutes 5] [--workers 2] [--keep FOLDER]

Prints calls per second and CPU seconds; the machine's load is printed too, because both depend on it.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipeline.batch.rescoring import rescore
from pipeline.batch.rulebooks import keep_rules
from pipeline.domain import (
    Call,
    Inspection,
    Measurement,
    Measures,
    Recording,
    Revisions,
    Role,
    Span,
    Status,
    Transcript,
    Utterance,
    Word,
)
from pipeline.inspection.judging import judge_again
from pipeline.inspection.rules import Rules, load_rules
from pipeline.measures import catalogue
from pipeline.settings import Settings, load_settings
from pipeline.store import judgement, open_store

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent

DISTINCT = 200
"""Calls that are made one by one; the others are copies of them, row by row."""
PARTS_OF_SPEECH = (
    "您好", "请问", "我的", "快递", "订单", "昨天", "今天", "显示", "签收", "没有", "收到", "帮您", "查询",
    "一下", "系统", "这边", "那个", "就是", "可以", "需要", "核实", "身份", "手机号", "尾号", "退款", "申请",
    "已经", "提交", "三到五个", "工作日", "之内", "到账", "麻烦", "您", "稍等", "好的", "谢谢", "不客气",
    "知道了", "怎么", "回事", "我们", "部门", "处理", "之后", "给您", "回电", "套餐", "流量", "话费", "余额",
    "办理", "业务", "地址", "修改", "派送", "网点", "联系", "客户", "经理", "反馈", "记录", "下来", "尽快",
)  # fmt: skip
SPOKEN = (
    "您好，很高兴为您服务，请问有什么可以帮您？", "请您稍等，我帮您查询一下。", "感谢您的耐心等待。",
    "请您对我的服务做出评价，谢谢，再见。", "这不归我管。", "我再跟您说一遍。", "我要投诉你们！",
    "给您带来不便，非常抱歉。", "请问还有其他可以帮您的吗？", "请提供一下您的验证码。",
)  # fmt: skip


def utterances(dice: random.Random, seconds: float) -> Iterator[Utterance]:
    at, role = 1.0, Role.AGENT
    while at < seconds - 8:
        said = [dice.choice(PARTS_OF_SPEECH) for _ in range(dice.randint(3, 14))]
        if dice.random() < 0.12:
            said = list(dice.choice(SPOKEN))
        words, begins = [], at
        for word in said:
            took = 0.21 * len(word)
            words.append(Word(word, Span(round(at, 2), round(at + took, 2)), round(dice.uniform(0.4, 1), 3)))
            at += took
        yield Utterance(role, Span(begins, at), "".join(said), tuple(words), dice.uniform(0.6, 1.0), 0.97)
        at += dice.uniform(0.2, 1.2)
        role = role.other


def measures(dice: random.Random, said: tuple[Utterance, ...]) -> Measures:
    own = {role: tuple(u.span for u in said if u.role is role) for role in (Role.AGENT, Role.CUSTOMER)}
    spans = {"speech_agent": own[Role.AGENT], "speech_customer": own[Role.CUSTOMER]}
    return Measures(
        tuple(
            Measurement(name, dice.uniform(0, 60), kind.unit, spans.get(name, ()))
            for name, kind in catalogue().items()
        )
    )


def synthesise(number: int, *, minutes: float) -> Inspection:
    dice = random.Random(number)  # noqa: S311 - the same calls each time
    call_id = f"S{number:06}"
    sha256 = f"{number:064x}"
    started = datetime(2026, 11, 1, 8, tzinfo=timezone(timedelta(hours=8))) + timedelta(seconds=40 * number)
    agent = dice.randint(1, 60)
    call = Call(
        call_id, f"{8000 + agent}", f"坐席{agent}", f"客服{agent % 5}组", "售后", "inbound", None, started
    )
    said = tuple(utterances(dice, minutes * 60))
    return Inspection(
        Recording(call, (Path(f"/dump/{call_id}.wav"),), sha256),
        Status.INSPECTED,
        None,
        Revisions(sha256, "engine", "base", "none yet", "none yet", "settings"),
        minutes * 60,
        "stereo",
        Transcript(said),
        measures(dice, said),
    )


def copy_rows(path: Path, calls: int) -> None:
    """Fill the store up: copies of what is there under new numbers."""
    with sqlite3.connect(path) as store:
        for start in range(DISTINCT, calls, DISTINCT):
            count = min(DISTINCT, calls - start)
            for table, own in (
                ("calls", ("id",)),
                ("hearings", ("id", "call")),
                ("inspections", ("id", "call", "hearing")),
                ("utterances", ("hearing",)),
                ("measurements", ("hearing",)),
                ("hits", ("inspection",)),
                ("findings", ("inspection",)),
            ):
                names = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
                taken = ", ".join(
                    f"{name} + {start}"
                    if name in own
                    else f"printf('S%06d', substr(call_id, 2) + {start})"
                    if name == "call_id"
                    else name
                    for name in names
                )
                store.execute(
                    f"INSERT INTO {table} SELECT {taken} FROM {table} "  # noqa: S608 - names from here
                    f"WHERE {own[0]} <= {count}"
                )
    store.close()


def cpu_seconds() -> float:
    """Of this process and of the children that have ended."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def timed(name: str, calls: int, work: Callable[[], T]) -> T:
    wall, cpu = time.perf_counter(), cpu_seconds()
    out = work()
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    print(
        f"{name:<36} {wall:8.2f} s {calls / wall:8.0f} calls/s  CPU {cpu:8.2f} s {cpu / calls * 1e3:7.2f} ms",
        flush=True,
    )
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder for the store, kept afterwards")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="callinspect-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        measure(folder / "store.db", asked.calls, asked.minutes, asked.workers)
    finally:
        if not asked.keep:
            shutil.rmtree(folder)


def measure(path: Path, calls: int, minutes: float, workers: int) -> None:
    settings = load_settings(store=f"sqlite:///{path}", workers=workers, **_own_rules(path.parent))
    load = os.getloadavg()[0]
    print(f"{calls} calls of {minutes:g} min, {workers} workers, {os.cpu_count()} cores, load {load:.1f}")
    rules = timed("read and compile lexicons and rubric", 1, lambda: load_rules(settings))
    if not path.exists():
        _fill(path, settings, rules, calls, minutes)
    print(f"store: {path.stat().st_size / 2**20:.0f} MiB")
    with open_store(settings.store) as store:
        keys = store.judgements.outdated(lexicons="other", rubric="other")[:500]
        read = timed("read what judgement needs", len(keys), lambda: list(store.judgements.heard(keys)))
        again = timed(
            "judge: score alone",
            len(keys),
            lambda: [(key, judge_again(i, rules, earlier=())) for key, i in read],
        )
        timed("prepare rows", len(keys), lambda: [judgement(key, i) for key, i in again])
        blank = [(key, replace(i, revisions=replace(i.revisions, lexicons="other"))) for key, i in read[:50]]
        timed(
            "judge: match all and score",
            len(blank),
            lambda: [judge_again(i, rules, earlier=()) for _, i in blank],
        )
    _edit(settings.rubric, "pass_mark:", "pass_mark: 61 #")
    _rescored("rubric edited", settings, calls)
    _edit(
        settings.lexicons / "forbidden-shirk.yaml", "variants:\n", "variants:\n          - 这事归别人管呢\n"
    )
    _rescored("one code of the lexicons edited", settings, calls)
    timed("rescore again: nothing to do", calls, lambda: rescore(settings=settings))
    print(f"store: {path.stat().st_size / 2**20:.0f} MiB; load {os.getloadavg()[0]:.1f}")


def _own_rules(folder: Path) -> dict[str, Path]:
    """Copies of the default rules, to be edited."""
    copies = {"lexicons": folder / "lexicons", "rubric": folder / "rubric.yaml"}
    shutil.copytree(ROOT / "lexicons" / "zh", copies["lexicons"], dirs_exist_ok=True)
    shutil.copy(ROOT / "rubrics" / "service.yaml", copies["rubric"])
    return copies


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    if old not in text:
        raise SystemExit(f"{path} holds no {old!r} any more: choose another edit")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _fill(path: Path, settings: Settings, rules: Rules, calls: int, minutes: float) -> None:
    few = min(DISTINCT, calls)
    made = [synthesise(number, minutes=minutes) for number in range(few)]
    with open_store(settings.store) as store:
        run_id = store.runs.start()
        keep_rules(store, settings, lexicons=rules.revisions.lexicons, rubric=rules.revisions.rubric)
        judged = timed(
            "judge (match and score), in memory",
            few,
            lambda: [judge_again(i, rules, earlier=()) for i in made],
        )
        timed(
            "save, one transaction per call",
            few,
            lambda: [store.inspections.save(i, run_id=run_id) for i in judged],
        )
        store.runs.finish(run_id)
    timed("copy rows", calls, lambda: copy_rows(path, calls))


def _rescored(name: str, settings: Settings, calls: int) -> None:
    timed(f"{name}: dry run", calls, lambda: rescore(settings=settings, dry_run=True))
    done = timed(f"{name}: rescore", calls, lambda: rescore(settings=settings))
    print(f"{done.written} new revisions, {len(done.changes.calls)} calls changed")


if __name__ == "__main__":
    main()
