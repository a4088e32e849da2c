"""Appeals, samples and calibrations as tables and as records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from pipeline.cli.views.times import moment
from pipeline.cli.words import Words
from pipeline.domain.review import AppealState
from pipeline.intervals import Proportion
from pipeline.review.appeals import Appeal
from pipeline.review.calibration import Calibration
from pipeline.review.sampling import NoticeGrade, Sample, SampleCall

STATES = {
    AppealState.FILED: "yellow",
    AppealState.EXPIRED: "red",
    AppealState.ACCEPTED: "cyan",
    AppealState.UPHELD: "green",
}


def table(words: Words, *keys: str) -> Table:
    found = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    for key in keys:
        found.add_column(words(key), overflow="fold")
    return found


def local(at: datetime | str | None) -> str:
    """A stored moment on the clock of this computer."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return moment(at.astimezone() if at else None)


def appeals_table(found: Sequence[Appeal], words: Words) -> Table:
    out = table(
        words, "column.number", "column.call", "column.criterion", "column.agent", "appeal.state",
        "appeal.due", "appeal.reason",
    )  # fmt: skip
    for one in found:
        out.add_row(
            str(one.id), one.call.call_id, one.criterion, one.call.agent_name or one.standing.agent_id or "-",
            Text(words(f"appeal.state.{one.state}"), STATES.get(one.state, "dim")),
            Text(local(one.due_at), "red" if one.overdue else ""), one.reason,
        )  # fmt: skip
    return out


def appeal_record(one: Appeal) -> dict[str, Any]:
    return {
        "id": one.id,
        "call_id": one.call.call_id,
        "criterion": one.criterion,
        "title": one.title,
        "severity": one.severity,
        "agent_id": one.standing.agent_id,
        "team": one.standing.team,
        "state": one.state,
        "reason": one.reason,
        "filed_by": one.filed_by_name,
        "filed_at": one.filed_at.isoformat(),
        "due_at": one.due_at.isoformat() if one.due_at else None,
        "overdue": one.overdue,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
        "reviewer": one.reviewer_name,
        "version": one.version,
        "events": [
            {
                "kind": event.kind,
                "opinion": event.opinion,
                "seat": event.seat,
                "comment": event.comment,
                "by": event.by_name,
                "at": event.at.isoformat(),
            }
            for event in one.events
        ],
    }


def samples_table(found: Sequence[Sample], words: Words) -> Table:
    out = table(
        words,
        "column.number",
        "sample.title",
        "sample.rule",
        "sample.announced",
        "sample.drawn",
        "sample.heard",
    )
    for one in found:
        announced = Text(local(one.announced_at))
        if one.notice is not NoticeGrade.DAY_BEFORE:
            announced = Text(f"{local(one.announced_at)} {words(f'sample.notice.{one.notice}')}", "yellow")
        drawn = (f"{one.drawn}/{one.population}", f"{one.heard}/{one.drawn}") if one.drawn_at else ("-", "-")
        out.add_row(str(one.id), one.title, rule(one, words), announced, *drawn)
    return out


def rule(one: Sample, words: Words) -> str:
    """A rule in one line."""
    r = one.rule
    days = f"{r.date_from}" if r.date_from == r.date_to else f"{r.date_from} - {r.date_to}"
    of = words(f"sample.nth.{r.per}") if r.turns else words(f"sample.of.{r.per}", count=r.count)
    parts = [of, words(f"sample.which.{r.which}"), days]
    parts += [
        words("sample.turn-is", nth=turn.nth, seconds=f"{turn.over:g}", hour=turn.hour) for turn in r.turns
    ]
    if r.hour_from or r.hour_to != 24:
        parts.append(f"{r.hour_from}:00-{r.hour_to}:00")
    if r.min_duration:
        parts.append(words("sample.longer", seconds=f"{r.min_duration:g}"))
    return words.listed(parts)


def sample_record(one: Sample) -> dict[str, Any]:
    r = one.rule
    return {
        "id": one.id,
        "title": one.title,
        "seed": one.seed,
        "rule": {
            "per": r.per,
            "count": r.count,
            "which": r.which,
            "date_from": r.date_from.isoformat(),
            "date_to": r.date_to.isoformat(),
            "min_duration": r.min_duration,
            "hour_from": r.hour_from,
            "hour_to": r.hour_to,
            "turns": [asdict(turn) for turn in r.turns],
        },
        "announced_at": one.announced_at,
        "announced_by": one.announced_by,
        "in_advance": one.in_advance,
        "notice": one.notice,
        "drawn_at": one.drawn_at,
        "population": one.population,
        "population_sha256": one.population_sha256,
        "drawn": one.drawn,
        "heard": one.heard,
    }


def sample_call_record(one: SampleCall) -> dict[str, Any]:
    return {
        "call_id": one.call.call_id,
        "stratum": one.stratum,
        "place": one.place,
        "misses": one.misses,
        "heard_by": one.heard_by,
        "heard_at": one.heard_at,
    }


def share(one: Proportion) -> str:
    if one.value is None or one.low is None or one.high is None:
        return "-"
    return f"{one.value:.1%} ({one.low:.1%} - {one.high:.1%})"


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def calibrations_table(found: Sequence[Calibration], words: Words) -> Table:
    out = table(
        words, "column.number", "sample.title", "appeal.state", "rescore.calls-column", "calibration.scorers"
    )
    for one in found:
        people = words.listed([f"{s.name} {s.calls}/{len(one.calls)}" for s in one.scorers])
        state = words(f"calibration.state.{one.state}")
        out.add_row(str(one.id), one.title, state, str(len(one.calls)), people)
    return out
