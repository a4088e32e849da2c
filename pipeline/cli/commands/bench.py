"""``callinspect bench``: this machine's speed and accuracy beside what people use today."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from tqdm import tqdm

from pipeline.bench.ways import WAYS, Way
from pipeline.cli.session import Session, command
from pipeline.cli.views.bench import WAY_TITLES, breakdown, comparison, notes
from pipeline.errors import CommandError
from pipeline.settings import data_root

_DEMO = Path("scripts/demo_night/night")


@command
def bench(
    session: Session,
    dump: Annotated[Path | None, typer.Argument(help="bench.dump", metavar="DUMP")] = None,
    calls: Annotated[Path | None, typer.Option(help="run.calls", metavar="FILE.csv")] = None,
    truth: Annotated[Path | None, typer.Option(help="bench.truth", metavar="DIR")] = None,
    model: Annotated[str | None, typer.Option(help="run.model", metavar="NAME")] = None,
    workers: Annotated[int | None, typer.Option(min=0, help="run.workers", metavar="N")] = None,
    only: Annotated[list[Way] | None, typer.Option(help="bench.only")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="bench.rounds", metavar="N")] = 3,
    limit: Annotated[int | None, typer.Option(min=1, help="bench.limit", metavar="N")] = None,
    innocent: Annotated[bool, typer.Option("--innocent", help="bench.innocent")] = False,
    json: Annotated[Path | None, typer.Option(help="bench.json", metavar="FILE")] = None,
    docs: Annotated[Path | None, typer.Option(help="bench.docs", metavar="DIR")] = None,
) -> int:
    """Exit status 0: slow is no failure."""
    recordings = dump if dump is not None else data_root() / _DEMO
    if not recordings.is_dir():
        raise CommandError("no-dump", path=recordings)
    from pipeline.bench.comparison import compare
    from pipeline.bench.docs import write_docs

    session = session.override(model=model, workers=workers)
    ways = tuple(way for way in WAYS if not only or way in only)
    with _progress(session, total=1 + rounds * len(ways)) as step:
        found = compare(
            recordings,
            settings=session.settings,
            calls=calls or _beside(recordings / "calls.csv"),
            truth=truth or _beside(recordings / "truth"),
            ways=ways,
            rounds=rounds,
            limit=limit,
            innocent=innocent,
            step=step,
        )
    session.out.print(comparison(found, session.words))
    if any(row.shares for row in found.rows):
        session.out.print(breakdown(found, session.words))
    for note in notes(found, session.words):
        session.say(note)
    if json is not None:
        json.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if docs is not None:
        write_docs(found, docs)
    return 0


def _beside(path: Path) -> Path | None:
    """What a labelled folder keeps beside its recordings."""
    return path if path.exists() else None


@contextmanager
def _progress(session: Session, *, total: int) -> Iterator[Callable[[Way | None, int], None]]:
    """A bar on standard error, one step per measurement; nothing in a pipe or under ``-q``."""
    words = session.words
    if session.shared.quiet or not sys.stderr.isatty():
        yield lambda way, round_: None
        return
    with tqdm(total=total, file=sys.stderr, leave=False, dynamic_ncols=True) as bar:
        begun = 0

        def step(way: Way | None, round_: int) -> None:
            nonlocal begun
            bar.update(begun and 1)
            begun = 1
            title = words("bench.preparing") if way is None else words(WAY_TITLES[way])
            bar.set_description(title)

        yield step
