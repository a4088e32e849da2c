"""The comparison: every way over the same calls, in turn, round after round."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from pipeline import __version__
from pipeline.batch.machine import worker_count
from pipeline.bench.accuracy import Accuracy, LabelledCall, Text, assess, channels_as_text
from pipeline.bench.breakdown import Accusations, Share, accusations, shares
from pipeline.bench.job import BenchmarkCall, BenchmarkJob, BenchmarkOutcome
from pipeline.bench.labels import labelled as labelled_calls
from pipeline.bench.labels import read_truth
from pipeline.bench.own import store_url
from pipeline.bench.process import Measured, measure
from pipeline.bench.report import Benchmark, BenchmarkRow, BenchmarkRun, libraries, load_average, this_machine
from pipeline.bench.ways import HEARING, WAYS, Way, missing
from pipeline.conversation.text import simplified
from pipeline.domain import Role
from pipeline.errors import UsageError
from pipeline.ingest import discover
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.store import open_store
from pipeline.transcription.models import locate

Step = Callable[[Way | None, int], None]
"""Told before each measurement: which way (None: the preparation), in which round."""


@dataclass
class _Collected:
    runs: list[BenchmarkRun] = field(default_factory=list)
    outcome: BenchmarkOutcome = field(default_factory=BenchmarkOutcome)
    accuracy: Accuracy | None = None
    shares: tuple[Share, ...] = ()
    accusations: Accusations | None = None


def compare(
    dump: Path,
    *,
    settings: Settings,
    calls: Path | None = None,
    truth: Path | None = None,
    ways: Sequence[Way] = WAYS,
    rounds: int = 1,
    limit: int | None = None,
    innocent: bool = False,
    step: Step | None = None,
) -> Benchmark:
    """Measure ``ways`` in turn, ``rounds`` times, each time in a fresh process; nothing else runs meanwhile.

    Args:
        truth: folder or file of labelled truth; without it there are speeds and no error rates.
        innocent: nobody in these calls did wrong: what is found against people is counted per hour.
        limit: only the first calls of the night.

    Raises:
        UsageError: the dump, the truth or the model cannot be used.
        CallinspectError: a measured process failed.
    """
    tell = step or (lambda way, round_: None)
    model = locate(settings.model, folder=settings.models)
    truths = read_truth(truth) if truth is not None else {}
    if not discover(dump, calls=calls, settings=settings.calls).candidates:
        raise UsageError(Message("bench.no-recording"), path=dump)  # before anything is loaded
    lacking = {way: lack for way in ways if (lack := missing(way, model=model)) is not None}
    with tempfile.TemporaryDirectory(prefix="callinspect-bench-") as scratch:
        blank = _blank(dump, settings=settings, calls=calls, limit=limit, model=model, scratch=Path(scratch))
        tell(None, 0)
        night = _measure(blank, Path(scratch) / "calls").outcome
        if not night.sounds:
            raise UsageError(Message("bench.no-recording"), path=dump)
        labelled = labelled_calls(truths, night.sounds)
        present = [way for way in WAYS if way in ways and way not in lacking]
        collected: dict[Way, _Collected] = {way: _Collected() for way in present}
        for round_ in range(rounds):
            for way in present:
                tell(way, round_)
                folder = Path(scratch) / f"{way}-{round_}"
                load = load_average()
                measured = _measure(replace(blank, way=way, sounds=night.sounds), folder)
                _collect(collected[way], way, measured, load, labelled, folder, night.sounds)
                if way is Way.OURS and innocent and collected[way].accusations is None:
                    collected[way].accusations = _accused(folder)
                shutil.rmtree(folder)
    return Benchmark(
        date=datetime.now().astimezone().isoformat(timespec="seconds"),
        version=__version__,
        night=dump.resolve().name,
        calls=len(night.sounds),
        labelled=len(labelled),
        audio_seconds=sum(sound.duration for sound in night.sounds),
        model=model.name,
        compute_type=settings.compute_type,
        device=settings.device,
        rounds=rounds,
        machine=this_machine(),
        libraries=libraries(),
        rows=tuple(
            BenchmarkRow(
                way=way,
                workers=found.outcome.workers,
                runs=tuple(found.runs),
                accuracy=found.accuracy,
                problems=found.outcome.problems,
                shares=found.shares,
                accusations=found.accusations,
            )
            for way, found in collected.items()
        ),
        missing=lacking,
        problems=night.problems,
    )


def _blank(
    dump: Path, *, settings: Settings, calls: Path | None, limit: int | None, model: Path, scratch: Path
) -> BenchmarkJob:
    return BenchmarkJob(
        way=None,
        started=0.0,
        model=str(model.resolve()),
        language=settings.language,
        device=settings.device,
        compute_type=settings.compute_type,
        settings=settings.model_dump_json(),
        folder="",
        windows=str(scratch / "windows.npz"),
        dump=str(dump.resolve()),
        calls=None if calls is None else str(calls.resolve()),
        limit=limit,
        workers=worker_count(settings),
    )


def _measure(job: BenchmarkJob, folder: Path) -> Measured:
    folder.mkdir()
    return measure(replace(job, folder=str(folder), started=time.monotonic()))


def _collect(
    found: _Collected,
    way: Way,
    measured: Measured,
    load: float,
    truths: Mapping[str, LabelledCall],
    folder: Path,
    calls: Sequence[BenchmarkCall],
) -> None:
    outcome = measured.outcome
    found.outcome = outcome
    found.runs.append(
        BenchmarkRun(
            cpu=measured.cpu,
            wall=measured.wall,
            loading_cpu=outcome.loading_cpu,
            loading_wall=outcome.loading_wall,
            work_wall=outcome.work_wall,
            recognition_cpu=outcome.recognition_cpu,
            confirmation_cpu=outcome.confirmation_cpu,
            settled_share=outcome.settled_share,
            peaks=outcome.peaks,
            load_before=load,
        )
    )
    if not truths or found.accuracy is not None:
        return  # the text of a later round is the same
    if way in HEARING:
        texts = {
            call_id: channels_as_text(tuple(simplified(text) for text in channels), truths.get(call_id))
            for call_id, channels in outcome.channels
        }
    elif way is Way.OURS:
        texts = _stored_texts(folder)
    else:
        return
    found.accuracy, found.shares = assess(truths, texts), shares(truths, texts, calls)


def _accused(folder: Path) -> Accusations:
    with open_store(store_url(folder)) as store:
        return accusations(store.inspections.all())


def _stored_texts(folder: Path) -> dict[str, Text]:
    """What our run wrote down, from its store."""
    with open_store(store_url(folder)) as store:
        return {
            inspection.recording.call.call_id: Text(
                "".join(said.text for said in inspection.transcript.utterances),
                {
                    role: "".join(said.text for said in inspection.transcript.by(role))
                    for role in (Role.AGENT, Role.CUSTOMER)
                },
            )
            for inspection in store.inspections.all()
        }
