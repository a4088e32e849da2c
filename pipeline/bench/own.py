"""This project's run, measured: `pipeline.batch.run` with its workers and a fresh store."""

from __future__ import annotations

import time
from pathlib import Path

from pipeline.batch import Progress, run
from pipeline.batch.summary import NotRead
from pipeline.bench.clocked import ClockedFactory, read_times, settled_share
from pipeline.bench.job import Job, Outcome
from pipeline.inspection import revisions_of
from pipeline.memory import peak_bytes
from pipeline.messages import render
from pipeline.settings import Settings
from pipeline.store import open_store

STORE = "night.db"


def store_url(folder: Path) -> str:
    return f"sqlite:///{folder / STORE}"


def measure(job: Job) -> Outcome:
    """Inspect the night.

    Loading ends when the first worker has its tools, and includes the making of the store's tables; what was
    planned meanwhile (finding and identifying the calls) counts as work.
    """
    folder = Path(job.folder)
    given = Settings.model_validate_json(job.settings)
    settings = given.model_copy(update={"store": store_url(folder), "workers": job.workers})
    revisions = revisions_of(settings)
    with open_store(settings.store):
        pass  # a new store makes its tables once
    began, own_loading_cpu = time.monotonic(), time.process_time()
    planned = began

    def note(progress: Progress) -> None:
        nonlocal planned
        if progress.stage != "inspect":
            planned = time.monotonic()

    summary = run(
        Path(job.dump),
        settings=settings,
        inspector=ClockedFactory(folder),
        revisions=revisions,
        calls=Path(job.calls) if job.calls else None,
        limit=job.limit,
        report=note,
    )
    ended, own_cpu = time.monotonic(), time.process_time() - own_loading_cpu
    times = read_times(folder)
    ready = min((worker.ready_at for worker in times), default=ended)
    planning = planned - began
    return Outcome(
        loading_wall=ready - job.started - planning,
        work_wall=ended - ready + planning,
        loading_cpu=own_loading_cpu + sum(worker.loading_cpu for worker in times),
        recognition_cpu=sum(worker.recognition_cpu for worker in times),
        confirmation_cpu=sum(worker.confirmation_cpu for worker in times),
        settled_share=settled_share(times, parent_cpu=own_cpu),
        peaks=(peak_bytes(), *(worker.peak for worker in times)),
        workers=summary.workers,
        problems=tuple(
            f"{n.call_id}: {render(n.reason, 'en') if n.reason else ''}" for n in summary.unreadable
        ),
    )


def _why(call: NotRead) -> str:
    return "" if call.reason is None else render(call.reason, "en")
