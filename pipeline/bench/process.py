"""One measurement: a fresh process, watched from outside; and what runs in it.

The process is ``python -m pipeline.bench.process FOLDER``: it reads ``job.json`` there and writes
``outcome.json``. Nothing heavy is imported before it is known what is measured.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from pipeline.bench.job import BenchmarkJob, BenchmarkOutcome, job_from, outcome_from
from pipeline.bench.ways import Way
from pipeline.errors import CallinspectError
from pipeline.messages import Message, Text, message_json, read_message

JOB, OUTCOME, ERROR = "job.json", "outcome.json", "error.json"
_LAST_LINES = 5


@dataclass(frozen=True, slots=True)
class Measured:
    outcome: BenchmarkOutcome
    cpu: float
    """Seconds, user and system, of the process and of all processes it started."""
    wall: float


def measure(job: BenchmarkJob) -> Measured:
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
            [sys.executable, "-m", "pipeline.bench.process", str(folder)], stdout=errors, stderr=errors
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
        reason: Text
        if known.is_file():
            reason = read_message(json.loads(known.read_text(encoding="utf-8")))
        else:
            reason = _last_lines(said)
        way = str(job.way) if job.way else Message("bench.calls")
        raise CallinspectError(Message("bench.failed", way=way, status=status, reason=reason))
    outcome = outcome_from((folder / OUTCOME).read_text(encoding="utf-8"))
    return Measured(outcome, cpu=_children_cpu() - before, wall=ended - job.started)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _last_lines(file: Path) -> Text:
    lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(lines[-_LAST_LINES:]) or Message("model.silent")


def main(folder: Path) -> int:
    """Measure what ``job.json`` in the folder asks for; the exit status."""
    job = job_from((folder / JOB).read_text(encoding="utf-8"))
    try:
        outcome = _measure(job)
    except CallinspectError as error:
        (folder / ERROR).write_text(json.dumps(message_json(error.placed)), encoding="utf-8")
        return 2
    (folder / OUTCOME).write_text(outcome.as_json(), encoding="utf-8")
    return 0


def _measure(job: BenchmarkJob) -> BenchmarkOutcome:
    if job.way is None:
        from pipeline.bench.windows import prepare as measure
    elif job.way is Way.OURS:
        from pipeline.bench.own import measure
    elif job.way is Way.LIMIT:
        from pipeline.bench.limit import measure
    else:
        from pipeline.bench.baselines import measure
    return measure(job)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
