"""The comparison as a table: one figure per line, one way per column."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.box import SIMPLE_HEAD
from rich.table import Table

from pipeline.bench.report import Benchmark, BenchmarkRow
from pipeline.bench.ways import Way
from pipeline.cli.words import Words
from pipeline.messages.message import read_message

WAY_TITLES = {
    Way.README: "bench.way-readme",
    Way.BATCHED: "bench.way-batched",
    Way.OPENAI: "bench.way-openai",
    Way.OURS: "bench.way-ours",
    Way.LIMIT: "bench.way-limit",
}
_STYLES = {Way.OURS: "bold green", Way.LIMIT: "dim"}

_FIGURES: dict[str, Callable[[Benchmark, BenchmarkRow], str]] = {
    "bench.cpu": lambda bench, row: f"{row.cpu:.1f}",
    "bench.work-cpu": lambda bench, row: f"{row.work_cpu:.1f}",
    "bench.confirmation": lambda bench, row: _share(row, row.confirmation_share),
    "bench.other": lambda bench, row: _share(row, row.other_share),
    "bench.settled": lambda bench, row: _share(row, row.settled_share),
    "bench.wall": lambda bench, row: f"{row.wall:.1f}",
    "bench.work-wall": lambda bench, row: f"{row.work_wall:.1f}",
    "bench.speed": lambda bench, row: f"{bench.times_real_time(row, loading=False):.1f}",
    "bench.speed-loading": lambda bench, row: f"{bench.times_real_time(row, loading=True):.1f}",
    "bench.over-readme": lambda bench, row: _times(bench, row, Way.README),
    "bench.over-batched": lambda bench, row: _times(bench, row, Way.BATCHED),
    "bench.peak": lambda bench, row: f"{row.peak / 2**20:.0f}",
    "bench.peak-all": lambda bench, row: f"{row.peak_together / 2**20:.0f}",
    "bench.errors": lambda bench, row: _rate(row.accuracy.error_rate if row.accuracy else None),
    "bench.errors-any": lambda bench, row: _rate(row.accuracy.error_rate_any_role if row.accuracy else None),
    "bench.phrases": lambda bench, row: _phrases(row),
    "bench.accused": lambda bench, row: _per_hour(row, heard=False),
    "bench.accused-heard": lambda bench, row: _per_hour(row, heard=True),
}
_DIMENSIONS = ("party", "codec", "channels", "noise")
_OPTIONAL = frozenset({"bench.accused", "bench.accused-heard"})
"""Left out where no way has them."""


def comparison(bench: Benchmark, words: Words) -> Table:
    """All figures side by side."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("", style="dim")
    for row in bench.rows:
        style = _STYLES.get(row.way, "")
        table.add_column(words(WAY_TITLES[row.way]), justify="right", style=style, header_style=style)
    for key, figure in _FIGURES.items():
        figures = [figure(bench, row) for row in bench.rows]
        if any(figures) or key not in _OPTIONAL:
            table.add_row(words(key), *figures)
    return table


def breakdown(bench: Benchmark, words: Words) -> Table:
    """Character error rates by party, codec, number of channels and noise."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column(words("bench.errors"), style="dim")
    table.add_column(words("bench.share-calls"), justify="right", style="dim")
    rows = [row for row in bench.rows if row.shares]
    for row in rows:
        table.add_column(words(WAY_TITLES[row.way]), justify="right", style=_STYLES.get(row.way, ""))
    places = dict.fromkeys((share.dimension, share.value) for row in rows for share in row.shares)
    for dimension, value in sorted(
        places, key=lambda place: ("party", "codec", "channels", "noise").index(place[0])
    ):
        found = [
            next((s for s in row.shares if (s.dimension, s.value) == (dimension, value)), None)
            for row in rows
        ]
        calls = max(share.calls for share in found if share is not None)
        title = words(f"bench.share-{dimension}", value=_value(dimension, value, words))
        table.add_row(title, str(calls), *(_rate(s.error_rate if s else None) for s in found))
    return table


def _value(dimension: str, value: str, words: Words) -> str:
    if dimension == "party":
        return words(f"role.{value}")
    return words(f"bench.noise-{value}") if dimension == "noise" else value


def _per_hour(row: BenchmarkRow, *, heard: bool) -> str:
    found = row.accusations
    return "" if found is None else f"{found.heard_per_hour if heard else found.per_hour:.2f}"


def notes(bench: Benchmark, words: Words) -> Iterator[str]:
    """What could not be measured, and why; what the figures were measured on."""
    for way, lack in bench.missing.items():
        yield words("bench.missing", way=words(WAY_TITLES[way]), what=lack)
    for problem in bench.problems:
        yield f"{problem.call_id}: {words.said(read_message(problem.reason))}"
    load = max((run.load_before for row in bench.rows for run in row.runs), default=0.0)
    yield words(
        "bench.circumstances",
        calls=bench.calls,
        minutes=f"{bench.audio_seconds / 60:.1f}",
        labelled=bench.labelled,
        model=f"{bench.model} {bench.compute_type}",
        rounds=bench.rounds,
        processor=bench.machine.processor,
        cores=bench.machine.cores,
        load=f"{load:.1f}",
    )


def _times(bench: Benchmark, row: BenchmarkRow, over: Way) -> str:
    """By the clock, and by CPU time, which other programs on the machine disturb less."""
    wall, cpu = bench.gain(row, over), bench.cpu_gain(row, over)
    return "" if wall is None or cpu is None else f"{wall:.2f} / {cpu:.2f}"


def _share(row: BenchmarkRow, share: float | None) -> str:
    return "" if share is None or row.way is not Way.OURS else f"{share:.1%}"


def _rate(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _phrases(row: BenchmarkRow) -> str:
    return f"{row.accuracy.found}/{row.accuracy.phrases}" if row.accuracy and row.accuracy.phrases else ""
