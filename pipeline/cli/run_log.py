"""Lines of a run for logs: cron keeps what it is told, and a bar that overwrites itself is no log."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TextIO

from pipeline.batch.heartbeat import Pace, Paced
from pipeline.batch.summary import NotRead, Progress, RunSummary
from pipeline.cli.words import Words

LINE_SECONDS = 30.0
"""A line is written so often at least, and for each hundredth of the calls."""
LOGS = ("text", "json")


class RunLog:
    """Writes a line when there is something new to say.

    Args:
        form: ``text`` for people, ``json`` for programs: one object a line.
    """

    def __init__(
        self, out: TextIO, words: Words, form: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._out, self._words, self._form, self._clock = out, words, form, clock
        self._pace = Pace()
        self._last: tuple[str, int] | None = None
        self._at = 0.0

    def report(self, step: Progress) -> None:
        paced = self._pace.of(step)
        mark, clock = (step.stage, paced.percent), self._clock()
        if mark == self._last and clock - self._at < LINE_SECONDS:
            return
        self._last, self._at = mark, clock
        now = datetime.now().astimezone()
        ends = None if paced.left_seconds is None else now + timedelta(seconds=paced.left_seconds)
        line = self._json(paced, now, ends) if self._form == "json" else self._text(paced, now, ends)
        self._out.write(line + "\n")
        self._out.flush()

    def _text(self, paced: Paced, now: datetime, ends: datetime | None) -> str:
        step, words = paced.progress, self._words
        stage = words.known(f"stage.{step.stage}", step.stage)
        said = [stage]
        if step.calls_total:
            facts = {"done": step.calls_done, "total": step.calls_total, "percent": paced.percent}
            said.append(words("log.done", **facts, left=paced.left))
        if paced.calls_per_hour is not None:
            said.append(words("log.rate", calls=f"{paced.calls_per_hour:.0f}"))
        if paced.times_real is not None:
            said.append(words("progress.speed", hours=f"{paced.times_real:.0f}"))
        if ends is not None and paced.left:
            said.append(words("log.ends", at=f"{ends:%m-%d %H:%M}"))
        if step.workers:
            said.append(words("log.workers", count=step.workers))
        return f"{now.isoformat(timespec='seconds')} {words.sentences(said)}"

    def _json(self, paced: Paced, now: datetime, ends: datetime | None) -> str:
        step = paced.progress
        return json.dumps(
            {
                "event": "progress",
                "at": now.isoformat(timespec="seconds"),
                "stage": step.stage,
                "done": step.calls_done,
                "total": step.calls_total,
                "left": paced.left,
                "percent": paced.percent,
                "in_work": step.calls_in_work,
                "workers": step.workers,
                "calls_per_hour": _rounded(paced.calls_per_hour),
                "times_real": _rounded(paced.times_real),
                "ends_at": None if ends is None else ends.isoformat(timespec="seconds"),
            },
            ensure_ascii=False,
        )


def end_line(summary: RunSummary, words: Words) -> str:
    """The end of a run as one object: counts, and each recording that was not inspected."""
    return json.dumps(
        {"event": "end", "at": datetime.now().astimezone().isoformat(timespec="seconds")}
        | end_record(summary)
        | {
            "failures": [
                *(_failure("unreadable", one, words) for one in summary.unreadable),
                *(_failure("partial", one, words) for one in summary.incomplete),
            ],
            "accepted_failures": [_failure("accepted", one, words) for one in summary.accepted],
            "problems": [
                {
                    "kind": one.kind,
                    "call_id": one.call_id,
                    "path": None if one.path is None else str(one.path),
                    "line": one.line,
                    "reason": words.said(one.reason),
                }
                for one in summary.problems
            ],
        },
        ensure_ascii=False,
    )


def end_record(summary: RunSummary) -> dict[str, Any]:
    """What a run came to, in numbers."""
    return {
        "run": summary.run_id,
        "exit_status": summary.exit_status,
        "stopped": summary.stopped,
        "found": summary.found,
        "inspected": summary.inspected,
        "partial": summary.partial,
        "not_applicable": summary.not_applicable,
        "rejudged": summary.rejudged,
        "up_to_date": summary.up_to_date,
        "unreadable": len(summary.unreadable),
        "accepted": len(summary.accepted),
        "waiting": summary.waiting,
        "retried": summary.retried,
        "left": summary.left,
        "workers": summary.workers,
        "audio_seconds": round(summary.audio_seconds, 1),
        "wall_seconds": round(summary.wall_seconds, 1),
        "worker_peak_bytes": summary.worker_peak_bytes,
        "stages": {stage: round(seconds, 2) for stage, seconds in summary.stages.items()},
        "flagged": summary.flagged,
        "alerts": summary.alerts,
    }


def _failure(kind: str, one: NotRead, words: Words) -> dict[str, Any]:
    return {
        "call_id": one.call_id,
        "kind": kind,
        "code": one.reason_code,
        "reason": words.reason(one.reason_code, one.reason),
        "paths": [str(path) for path in one.paths],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
