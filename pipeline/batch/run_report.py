"""What one run did, as one value for the page, the file, JSON and the shell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.batch.operation import WatchedRun, told, watched
from pipeline.errors import Missing
from pipeline.inspection.stage_times import Stage
from pipeline.messages import Message, read_message
from pipeline.store import RunRow, Store
from pipeline.store.repositories.failures import RunFailure

COUNTED = (
    "found", "inspected", "partial", "not_applicable", "up_to_date", "unreadable", "accepted", "waiting",
    "retried", "rejudged", "left",
)  # fmt: skip
"""Numbers of a run's summary, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class FailureReason:
    """Why recordings were not inspected, and how many for that reason."""

    kind: str
    code: str | None
    reason: Message | None
    """As one of them says it."""
    open: int
    accepted: int

    @property
    def total(self) -> int:
        return self.open + self.accepted


@dataclass(frozen=True, slots=True)
class StageTime:
    stage: str
    seconds: float
    share: float
    """Of all stages together."""


@dataclass(frozen=True, slots=True)
class RunReport:
    watched: WatchedRun
    counts: tuple[tuple[str, int], ...]
    """Empty where the run did not come so far as to count."""
    problems: tuple[tuple[str, int], ...]
    """Kind -> how many."""
    reasons: tuple[FailureReason, ...]
    """The most frequent first."""
    failures: tuple[RunFailure, ...]
    """Each recording that was not inspected, those first that are no failure accepted by anybody."""
    stages: tuple[StageTime, ...]
    wall_seconds: float | None
    audio_seconds: float | None
    """Sound that it listened to."""
    workers: int
    worker_peak_bytes: int
    """Most memory of one worker."""
    trouble: Message | None

    @property
    def times_real(self) -> float | None:
        """Hours of sound for each hour on the clock."""
        return self.audio_seconds / self.wall_seconds if self.audio_seconds and self.wall_seconds else None


def run_report(store: Store, run_id: int | None = None) -> RunReport:
    """The report of a run; the last one over a dump, where none is named.

    Raises:
        Missing: ``no-run``.
    """
    run = store.runs.run(run_id) if run_id is not None else next(iter(store.operation.last_runs()), None)
    if run is None:
        raise Missing(f"there is no run {run_id}", code="no-run", run=run_id or "-")
    summary = run.summary or {}
    failures = sorted(store.failures.of_run(run.id), key=lambda one: (one.accepted, one.kind))
    trouble = summary.get("trouble")
    return RunReport(
        watched=watched(store, [run])[0],
        counts=tuple((name, told(run, name)) for name in COUNTED if name in summary),
        problems=tuple(Counter(one.kind for one in store.runs.problems(run.id)).most_common()),
        reasons=_reasons(failures),
        failures=tuple(failures),
        stages=_stages(run),
        wall_seconds=_number(summary, "wall_seconds"),
        audio_seconds=_number(summary, "audio_seconds"),
        workers=told(run, "workers"),
        worker_peak_bytes=told(run, "worker_peak_bytes"),
        trouble=read_message(trouble) if isinstance(trouble, dict) else None,
    )


def _reasons(failures: list[RunFailure]) -> tuple[FailureReason, ...]:
    counted: Counter[tuple[str, str | None, bool]] = Counter()
    said: dict[tuple[str, str | None], Message | None] = {}
    for one in failures:
        key = (one.kind, one.reason_code or (one.reason.code if one.reason else None))
        said.setdefault(key, one.reason)
        counted[*key, one.accepted] += 1
    found = [
        FailureReason(kind, code, said[kind, code], counted[kind, code, False], counted[kind, code, True])
        for kind, code in said
    ]
    return tuple(sorted(found, key=lambda one: -one.total))


def _stages(run: RunRow) -> tuple[StageTime, ...]:
    spent = (run.summary or {}).get("stages")
    if not isinstance(spent, Mapping):
        return ()
    seconds = {stage.value: float(spent[stage.value]) for stage in Stage if stage.value in spent}
    whole = sum(seconds.values()) or 1.0
    return tuple(StageTime(stage, took, took / whole) for stage, took in seconds.items())


def _number(summary: Mapping[str, object], name: str) -> float | None:
    found = summary.get(name)
    return float(found) if isinstance(found, int | float) else None
