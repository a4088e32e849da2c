"""``callinspect calibrate``: several people score the same calls blind, then they are compared."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from pipeline.cli.acting import As, acting, named, new_request
from pipeline.cli.listing import print_list
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.cli.views.review import calibrations_table, number, percent, table
from pipeline.review.calibration import Calibration, Comparison, compare

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")

Number = Annotated[int, typer.Argument(help="calibration.number", metavar="ID", min=1, max=2**31 - 1)]
Json = Annotated[bool, typer.Option("--json", help="option.json")]


@app.command("open", help="help.calibrate.open")
@command
def open_one(
    session: Session,
    title: Annotated[str, typer.Argument(help="sample.title", metavar="TITLE")],
    calls: Annotated[list[str], typer.Option("--call", help="calibration.call", metavar="ID")],
    scorers: Annotated[list[str], typer.Option("--scorer", help="calibration.scorer", metavar="NAME")],
    expert: Annotated[str | None, typer.Option(help="calibration.expert", metavar="NAME")] = None,
    as_name: As = None,
) -> int:
    """Prints the number of the calibration; people score in the review room."""
    with existing_store(session) as store:
        user = acting(store, as_name)
        made = store.calibrations.open(
            title,
            call_ids=calls,
            scorers=[named(store, name).id for name in scorers],
            expert=named(store, expert).id if expert else None,
            by=user.id if user else None,
            request=new_request(),
        )
    session.out.print(str(made.id))
    return 0


@app.command("close", help="help.calibrate.close")
@command
def close(session: Session, calibration: Number) -> int:
    with existing_store(session) as store:
        found = store.calibrations.close(calibration)
        comparison = compare(store.calibrations.marks(calibration), expert=found.expert)
    _print(session, found, comparison)
    return 0


@app.command("show", help="help.calibrate.show")
@command
def show(session: Session, calibration: Number, as_json: Json = False) -> int:
    """While it is open, only how far everybody is."""
    with existing_store(session) as store:
        found = store.calibrations.calibration(calibration)
        marks = () if found.open else store.calibrations.marks(calibration)
    comparison = None if found.open else compare(marks, expert=found.expert)
    if as_json:
        facts = record(found) | ({} if comparison is None else compared(found, comparison))
        sys.stdout.write(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    elif comparison is None:
        session.out.print(calibrations_table([found], session.words))
    else:
        _print(session, found, comparison)
    return 0


@app.command("list", help="help.calibrate.list")
@command
def list_calibrations(session: Session, as_json: Json = False) -> int:
    with existing_store(session) as store:
        found = store.calibrations.all()
    return print_list(
        session, found, as_json=as_json, record=record, table=calibrations_table, none="calibration.none"
    )


def record(one: Calibration) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "state": one.state,
        "opened_at": one.opened_at,
        "closed_at": one.closed_at,
        "calls": [call.call_id for call in one.calls],
        "scorers": [
            {"name": scorer.name, "calls": scorer.calls, "expert": scorer.user == one.expert}
            for scorer in one.scorers
        ],
    }


def compared(one: Calibration, comparison: Comparison) -> dict[str, Any]:
    names = {scorer.user: scorer.name for scorer in one.scorers}
    return {
        "items": comparison.overall.items,
        "percent": comparison.overall.percent,
        "fleiss_kappa": comparison.overall.fleiss,
        "criteria": [
            {"criterion": c.criterion, "items": c.items, "percent": c.percent, "fleiss_kappa": c.fleiss}
            for c in comparison.criteria
        ],
        "against_expert": [
            {"scorer": names.get(s.scorer), "items": s.items, "percent": s.percent, "cohen_kappa": s.cohen}
            for s in comparison.scorers
        ],
        "differences": [
            {
                "call_id": d.call_id,
                "criterion": d.criterion,
                "said": [
                    {"scorer": names.get(m.scorer), "outcome": m.outcome, "comment": m.comment}
                    for m in d.marks
                ],
            }
            for d in comparison.differences
        ],
    }


def _print(session: Session, one: Calibration, comparison: Comparison) -> None:
    words, out = session.words, session.out
    names = {scorer.user: scorer.name for scorer in one.scorers}
    out.print(calibrations_table([one], words))
    out.print()
    found = table(words, "column.criterion", "calibration.items", "calibration.percent", "calibration.fleiss")
    for line in (comparison.overall, *comparison.criteria):
        name = line.criterion or words("calibration.all")
        found.add_row(name, str(line.items), percent(line.percent), number(line.fleiss))
    out.print(found)
    if comparison.scorers:
        out.print()
        beside = table(
            words, "calibration.scorers", "calibration.items", "calibration.percent", "calibration.cohen"
        )
        for scorer in comparison.scorers:
            facts = (str(scorer.items), percent(scorer.percent), number(scorer.cohen))
            beside.add_row(names.get(scorer.scorer, "-"), *facts)
        out.print(beside)
    if comparison.differences:
        out.print()
        apart = table(words, "column.call", "column.criterion", "calibration.said")
        for one_apart in comparison.differences:
            said = [f"{names.get(m.scorer, '-')}: {words(f'outcome.{m.outcome}')}" for m in one_apart.marks]
            apart.add_row(one_apart.call_id, one_apart.criterion, words.listed(said))
        out.print(apart)
