"""The process in which one way is measured: ``python -m pipeline.bench.child FOLDER``.

Reads ``job.json`` there and writes ``outcome.json``. Nothing heavy is imported before the way is known.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.bench.job import Job, Outcome

JOB, OUTCOME, ERROR = "job.json", "outcome.json", "error.txt"


def main(folder: Path) -> int:
    from pipeline.bench.job import job_from
    from pipeline.errors import CallinspectError

    job = job_from((folder / JOB).read_text(encoding="utf-8"))
    try:
        outcome = _measure(job)
    except CallinspectError as error:
        (folder / ERROR).write_text(str(error), encoding="utf-8")
        return 2
    (folder / OUTCOME).write_text(outcome.as_json(), encoding="utf-8")
    return 0


def _measure(job: Job) -> Outcome:
    from pipeline.bench.ways import Way

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
