"""Metrics in the text format of Prometheus, for a scraper or for node_exporter's folder of text files.

Written by hand: a dozen numbers need no library. Names and units follow Prometheus' own rules (base units,
one name for one thing); nothing tells a call, a person or a path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pipeline import __version__
from pipeline.batch.operation import Situation, WatchedRun, told

Sample = tuple[Mapping[str, str], float]
Gauge = tuple[str, str, Sequence[Sample]]
"""Name without its prefix, what it is, and its values."""
_COUNTS = ("found", "inspected", "partial", "unreadable", "accepted", "waiting", "left", "problems")
"""Numbers of a run's summary that become its result."""


def exposition(now: Situation) -> str:
    """All metrics, each with its help; all are gauges."""
    lines: list[str] = []
    for name, about, samples in (*_of_store(now), *_of_running(now.running), *_of_last(now.night)):
        if samples:
            lines += [f"# HELP callinspect_{name} {about}", f"# TYPE callinspect_{name} gauge"]
            lines += [f"callinspect_{name}{_labels(labels)} {_number(value)}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _of_store(now: Situation) -> Iterator[Gauge]:
    store = now.store
    made = {"version": __version__, "store_version": store.version, "server": store.server}
    yield "info", "Version and database.", [(made, 1)]
    yield "status", "Exit status of `callinspect status`.", [({}, now.exit_status)]
    calls = [({"status": status}, count) for status, count in sorted(store.calls.items())]
    yield "calls", "Calls in the store by status.", calls
    failures = {"open": now.open_failures, "accepted": now.accepted_failures}
    about = "Recordings that could not be inspected, or in part only, over all runs."
    yield "failures", about, [({"state": state}, count) for state, count in failures.items()]
    yield "queue_calls", "Calls that wait for a person.", [({}, store.queue)]
    yield "store_bytes", "Size of the store.", _known(store.bytes)
    yield "disk_free_bytes", "Left on the disk of the store.", _known(store.free_bytes)
    yield "backup_timestamp_seconds", "When the last backup was made.", _at(store.backup_at)


def _of_running(runs: Sequence[WatchedRun]) -> Iterator[Gauge]:
    yield "running", "Runs at work.", [({}, len(runs))]
    signs = [(_run(one), one.sign) for one in runs if one.sign is not None]
    yield "running_done", "Calls done by the stage it is at.", [(run, sign.done) for run, sign in signs]
    yield "running_total", "Calls of that stage.", [(run, sign.total) for run, sign in signs]
    yield "running_workers", "Its worker processes.", [(run, sign.workers) for run, sign in signs]
    rates = [(run, sign.calls_per_hour) for run, sign in signs if sign.calls_per_hour is not None]
    yield "running_calls_per_hour", "How fast it is.", rates
    seen = [(run, sign.at.timestamp()) for run, sign in signs]
    yield "running_sign_timestamp_seconds", "Its last sign of life.", seen


def _of_last(night: Sequence[WatchedRun]) -> Iterator[Gauge]:
    """The last run, where none is at work."""
    for last in night[:1]:
        yield "last_run_timestamp_seconds", "When the last run began.", _at(last.run.started_at)
        yield "last_run_end_timestamp_seconds", "When it ended.", _at(last.run.finished_at)
        yield "last_run_health", "What became of it.", [({"health": last.health.value}, 1)]
        summary = last.run.summary or {}
        counts = [({"what": name}, told(last.run, name)) for name in _COUNTS if name in summary]
        yield "last_run_recordings", "Counts of its summary.", counts
        yield "last_run_audio_seconds", "Sound it listened to.", _told(last, "audio_seconds")
        yield "last_run_wall_seconds", "How long it took.", _told(last, "wall_seconds")
        yield "last_run_worker_peak_bytes", "Most memory of one worker.", _told(last, "worker_peak_bytes")
        stages = summary.get("stages")
        spent = stages.items() if isinstance(stages, Mapping) else ()
        about = "Time by stage, all workers together."
        yield "last_run_stage_seconds", about, [({"stage": str(one)}, float(took)) for one, took in spent]


def _told(one: WatchedRun, name: str) -> Sequence[Sample]:
    found = (one.run.summary or {}).get(name)
    return [({}, float(found))] if isinstance(found, int | float) else []


def _run(one: WatchedRun) -> Mapping[str, str]:
    return {"run": str(one.run.id), "host": one.run.host, "kind": one.run.kind}


def _known(value: float | None) -> Sequence[Sample]:
    return [] if value is None else [({}, float(value))]


def _at(when: datetime | None) -> Sequence[Sample]:
    return [] if when is None else [({}, when.timestamp())]


def _labels(labels: Mapping[str, str]) -> str:
    escaped = (
        (name, value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n"))
        for name, value in labels.items()
    )
    inside = ",".join(f'{name}="{value}"' for name, value in escaped)
    return f"{{{inside}}}" if inside else ""


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
