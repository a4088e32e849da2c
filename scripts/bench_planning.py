"""Measure what a run does over a dump that it knows already: find, compare, read nothing.

    python -m scripts.bench_planning --folder /tmp/planning --files 100000

Makes as many tiny files and a store in which all of them are inspected, plans once more, and prints the
seconds (wall and processor) of finding the recordings and of comparing them with the store, how many of the
files were opened, and the memory that it took.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from pipeline.batch.identity import stamp
from pipeline.batch.plan import Plan, chosen, make_plan
from pipeline.domain import Revisions
from pipeline.ingest import Candidate, discover
from pipeline.settings import load_settings
from pipeline.store import Store, codec, open_store, rows
from pipeline.store.call_files import place
from pipeline.store.run_tables import file_digests
from pipeline.store.tables import call_files, calls, inspections

REVISIONS = Revisions(audio_sha256="", engine="none", model="none", lexicons="l", rubric="r", settings="s")
INSPECTED = "2026-11-20T00:00:00+00:00"
A_FOLDER = 500
"""Files of one folder."""


def write_files(dump: Path, count: int) -> None:
    """Tiny files of an old night, each of other bytes."""
    old = (datetime.now() - timedelta(days=1)).timestamp()
    for number in range(count):
        path = dump / f"{number // A_FOLDER:04}" / f"{number:07}.wav"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"RIFF" + number.to_bytes(8, "big"))
            os.utime(path, (old, old))


def remember(store: Store, candidates: Sequence[Candidate], run_id: int) -> None:
    """All of them as a run leaves them: known by stamp, and inspected."""
    for start in range(0, len(candidates), 2_000):
        tables: dict[Any, list[dict[str, Any]]] = {
            t: [] for t in (calls, call_files, file_digests, inspections)
        }
        for number, candidate in enumerate(candidates[start : start + 2_000], start + 1):
            stamps = stamp(candidate.paths)
            key, paths = place(candidate.paths)
            digest = hashlib.sha256(candidate.paths[0].read_bytes()).hexdigest()
            made = rows.revision_values(REVISIONS) | {"audio_sha256": digest}
            said = codec.dumps([[s.size, s.mtime_ns] for s in stamps])
            tables[calls].append(rows.call_values(candidate.call) | {"id": number, "audio_sha256": digest})
            tables[call_files].append({"call": number, "key": key, "paths": paths})
            tables[file_digests].append({"key": key, "paths": paths, "stamp": said, "sha256": digest})
            kept = {
                "call": number,
                "run": run_id,
                "current": True,
                "inspected_at": "2026-11-20T00:00:00+00:00",
            }
            tables[inspections].append(kept | made | {"status": "inspected"})
        with store._write() as connection:
            for table, values in tables.items():
                connection.execute(insert(table), values)


def opened_below(dump: Path) -> Iterator[int]:
    """How many files below a folder are opened from now on, at each asking."""
    count, start = 0, f"{dump}/"

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if event == "open" and str(arguments[0]).startswith(start):
            count += 1

    sys.addaudithook(watch)
    while True:
        yield count


def measured(store: Store, dump: Path, run_id: int) -> tuple[Plan, list[tuple[str, float, float]]]:
    marks = [(time.perf_counter(), time.process_time())]
    found, _ = chosen(discover(dump, calls=None, settings=load_settings().calls), since=None)
    marks.append((time.perf_counter(), time.process_time()))
    plan = make_plan(
        found,
        store=store,
        run_id=run_id,
        revisions=REVISIONS,
        retry=False,
        limit=None,
        step=lambda done: False,
    )
    marks.append((time.perf_counter(), time.process_time()))
    spent = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(marks)]
    return plan, [(name, *each) for name, each in zip(("find", "compare"), spent, strict=True)]


def main() -> int:
    """Exit status 1 where the plan has anything to do, or a file was opened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--store", help="default: an SQLite file in the folder")
    given = parser.parse_args()
    dump = given.folder.absolute() / "dump"
    write_files(dump, given.files)
    with open_store(given.store or f"sqlite:///{given.folder.absolute() / 'planning.db'}") as store:
        run_id = store.runs.start(dump=dump, settings="s")
        if not store.calls.count():
            found, _ = chosen(discover(dump, calls=None, settings=load_settings().calls), since=None)
            remember(store, found, run_id)
        opened = opened_below(dump)
        next(opened)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        plan, spent = measured(store, dump, run_id)
        store.runs.finish(run_id, state="stopped")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    for name, wall, cpu in spent:
        print(f"{name}: {wall:.1f} s wall, {cpu:.1f} s processor")
    todo, read = len(plan.jobs), next(opened)
    print(f"{plan.found} calls, {plan.up_to_date} up to date, {todo} to do; {read} files opened")
    print(f"{grown:.0f} MiB more than before")
    return int(bool(todo or read))


if __name__ == "__main__":
    sys.exit(main())
