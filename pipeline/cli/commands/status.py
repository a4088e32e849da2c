"""``callinspect status``: what runs or ran last, what is left to do about it, and how the store is."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.batch.operation import RunHealth, Situation, WatchedRun, situation, told
from pipeline.cli.session import Session, command
from pipeline.cli.stored import need_store
from pipeline.cli.views.review import local
from pipeline.cli.words import Words
from pipeline.errors import StoreError, StoreUnusable
from pipeline.files import replace_file
from pipeline.store import SignOfLife, look_at_store

STYLES = {RunHealth.RUNNING: "cyan", RunHealth.FINISHED: "green"}
PUBLIC = 0o644
"""node_exporter reads the file as another user; it holds counts alone."""


@command
def status(
    session: Session,
    as_json: Annotated[bool, typer.Option("--json", help="option.json")] = False,
    prometheus: Annotated[
        Path | None, typer.Option("--prometheus", help="situation.prometheus", metavar="FILE")
    ] = None,
) -> int:
    """Exit status: 0 fine, 1 the last run left open failures, 2 no usable store, 3 it was stopped or died."""
    need_store(session)
    try:
        with look_at_store(session.settings.store) as store:
            now = situation(store)
    except StoreUnusable:
        raise
    except StoreError as error:
        raise StoreUnusable(error.message) from error
    if prometheus is not None:
        _write(prometheus, now)
    if as_json:
        sys.stdout.write(json.dumps(status_record(now), ensure_ascii=False, indent=2) + "\n")
    elif prometheus is None:
        for part in status_view(now, session.words, session.program):
            session.out.print(part, soft_wrap=isinstance(part, Text))
    return now.exit_status


def _write(path: Path, now: Situation) -> None:
    from pipeline.batch.metrics import exposition

    if not path.exists():
        path.touch(PUBLIC)
        path.chmod(PUBLIC)
    replace_file(path, exposition(now).encode())


def status_record(now: Situation) -> dict[str, Any]:
    store = now.store
    return {
        "exit_status": now.exit_status,
        "running": [_run_record(one) for one in now.running],
        "last": [_run_record(one) for one in now.night],
        "failures": {
            "open": now.open_failures,
            "accepted": now.accepted_failures,
            "of_last": now.night_failures,
        },
        "queue": store.queue,
        "store": {
            "url": store.url,
            "version": store.version,
            "server": store.server,
            "bytes": store.bytes,
            "free_bytes": store.free_bytes,
            "calls": store.calls,
            "backup_at": _iso(store.backup_at),
        },
    }


def _run_record(one: WatchedRun) -> dict[str, Any]:
    run, sign = one.run, one.sign
    summary = {
        name: value for name, value in (run.summary or {}).items() if isinstance(value, int | float | bool)
    }
    return {
        "run": run.id,
        "kind": run.kind,
        "health": one.health.value,
        "dump": run.dump,
        "host": run.host,
        "pid": run.pid,
        "started_at": _iso(run.started_at),
        "finished_at": _iso(run.finished_at),
        "sign": None if sign is None else _sign_record(sign),
        "summary": summary,
    }


def _sign_record(sign: SignOfLife) -> dict[str, Any]:
    return {
        "at": _iso(sign.at),
        "stage": sign.stage,
        "done": sign.done,
        "total": sign.total,
        "left": max(0, sign.total - sign.done),
        "workers": sign.workers,
        "calls_per_hour": None if sign.calls_per_hour is None else round(sign.calls_per_hour, 1),
        "ends_at": _iso(sign.ends_at),
    }


def _iso(when: datetime | None) -> str | None:
    return None if when is None else when.astimezone().isoformat(timespec="seconds")


def status_view(now: Situation, words: Words, program: str) -> Iterator[RenderableType]:
    """What runs first, then what ran, then what is left to do."""
    for one in (*now.running, *now.night):
        yield from _run_view(one, words)
    if not now.running and not now.night:
        yield Text(words("situation.no-run"), "yellow")
    yield Text()
    table = Table(box=None, padding=(0, 2), pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    failures = words("situation.failures-value", open=now.open_failures, accepted=now.accepted_failures)
    table.add_row(words("situation.failures"), Text(failures, "red" if now.open_failures else ""))
    table.add_row(words("situation.queue"), words("situation.calls", count=now.store.queue))
    store = now.store
    table.add_row(
        words("situation.store"),
        words("situation.store-value", url=store.url, version=store.version, server=store.server),
    )
    if store.bytes is not None:
        table.add_row(words("situation.size"), _size(store.bytes))
    if store.free_bytes is not None:
        table.add_row(words("situation.free"), _size(store.free_bytes))
    backup = local(store.backup_at) if store.backup_at is not None else words("situation.no-backup")
    table.add_row(words("situation.backup"), backup)
    yield table
    if any(one.health.to_run_again for one in now.night):
        yield Text(f"\n{words('situation.again')}", "yellow")
    if now.too_few:
        yield Text(f"\n{words('situation.too-few')}", "yellow")
    if now.night_failures:
        said = words("situation.failed", count=now.night_failures, command=f"{program} failed list")
        yield Text(f"\n{said}", "yellow")


def _run_view(one: WatchedRun, words: Words) -> Iterator[Text]:
    run, sign = one.run, one.sign
    facts = {
        "number": run.id,
        "dump": run.dump or run.kind,
        "health": words(f"situation.health.{one.health}"),
    }
    yield Text(words("situation.run", **facts), f"bold {STYLES.get(one.health, 'red')}")
    since = {"host": run.host, "process": run.pid, "since": local(run.started_at)}
    if one.health in (RunHealth.RUNNING, RunHealth.SILENT, RunHealth.DEAD):
        yield Text("  " + words("situation.process", **since))
    else:
        yield Text("  " + words("situation.from-to", start=local(run.started_at), end=local(run.finished_at)))
    if one.health is RunHealth.FINISHED or (run.summary and "found" in run.summary):
        done = {name: told(run, name) for name in ("found", "inspected", "unreadable", "accepted", "left")}
        yield Text("  " + words("situation.done", **done))
    elif sign is not None:
        yield Text("  " + words.sentences(_progress(sign, words)))
    if one.health is RunHealth.SILENT:
        yield Text("  " + words("situation.silent"), "yellow")


def _progress(sign: SignOfLife, words: Words) -> list[str]:
    said = [words.known(f"stage.{sign.stage}", sign.stage)]
    if sign.total:
        percent = 100 * sign.done // sign.total
        facts = {"done": sign.done, "total": sign.total, "percent": percent}
        said.append(words("log.done", **facts, left=max(0, sign.total - sign.done)))
    if sign.calls_per_hour is not None:
        said.append(words("log.rate", calls=f"{sign.calls_per_hour:.0f}"))
    if sign.ends_at is not None and sign.done < sign.total:
        said.append(words("log.ends", at=f"{sign.ends_at.astimezone():%m-%d %H:%M}"))
    if sign.workers:
        said.append(words("log.workers", count=sign.workers))
    age = max(0, round((datetime.now(UTC) - sign.at).total_seconds()))
    return [*said, words("situation.sign", seconds=age)]


def _size(count: int) -> str:
    return f"{count / (1 << 30):.1f} GiB" if count >= 1 << 30 else f"{count / (1 << 20):.1f} MiB"
