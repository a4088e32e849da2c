"""One measurement: a fresh process, watched from outside."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline.bench.child import ERROR, JOB, OUTCOME
from pipeline.bench.job import Job, Outcome, outcome_from
from pipeline.errors import CallinspectError

_LAST_LINES = 5


@dataclass(frozen=True, slots=True)
class Measured:
    outcome: Outcome
    cpu: float
    """Seconds, user and system, of the process and of all processes it started."""
    wall: float


def measure(job: Job) -> Measured:
    """Run one job in its own process and wait for it.

    Raises:
        CallinspectError: the process failed; its last words are in the message.
    """
    folder = Path(job.folder)
    (folder / JOB).write_text(job.as_json(), encoding="utf-8")
    said = folder / "stderr.txt"
    before = _children_cpu()
    with said.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - this interpreter, our own module
            [sys.executable, "-m", "pipeline.bench.child", str(folder)], stdout=errors, stderr=errors
        )
        try:
            status = process.wait()
        except BaseException:
            process.kill()  # its workers end with it
            process.wait()
            raise
    ended = time.monotonic()
    if status:
        known = folder / ERROR
        reason = known.read_text(encoding="utf-8") if known.is_file() else _last_lines(said)
        raise CallinspectError(f"measuring {job.way or 'the calls'} failed (exit status {status}): {reason}")
    outcome = outcome_from((folder / OUTCOME).read_text(encoding="utf-8"))
    return Measured(outcome, cpu=_children_cpu() - before, wall=ended - job.started)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _last_lines(file: Path) -> str:
    lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(lines[-_LAST_LINES:]) or "it said nothing"
