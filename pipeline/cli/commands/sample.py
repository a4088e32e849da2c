"""``callinspect sample``: random samples, announced first, that anybody can draw again."""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from pipeline.cli.acting import As, acting, new_request
from pipeline.cli.listing import print_list
from pipeline.cli.selection import day
from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store
from pipeline.cli.views.review import (
    rule,
    sample_call_record,
    sample_record,
    samples_table,
    share,
    table,
)
from pipeline.review.misses import SampleOutcome, miss_rates, overall_miss
from pipeline.review.sampling import MOST, NoticeGrade, Per, Sample, SampleCall, SampleRule, Which
from pipeline.review.turns import DailyTurn

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")

Number = Annotated[int, typer.Argument(help="sample.number", metavar="ID", min=1, max=2**31 - 1)]
Json = Annotated[bool, typer.Option("--json", help="option.json")]


@app.command("announce", help="help.sample.announce")
@command
def announce(
    session: Session,
    title: Annotated[str, typer.Argument(help="sample.title", metavar="TITLE")],
    date_from: Annotated[str, typer.Option("--from", help="filter.from", metavar="DATE")],
    date_to: Annotated[str, typer.Option("--to", help="filter.to", metavar="DATE")],
    count: Annotated[int, typer.Option(help="sample.count", min=1, max=MOST)] = 2,
    per: Annotated[Per, typer.Option(help="sample.per")] = Per.AGENT,
    which: Annotated[Which, typer.Option(help="sample.which")] = Which.UNFLAGGED,
    min_duration: Annotated[float, typer.Option(help="sample.min-duration", min=0)] = 0.0,
    hour_from: Annotated[int, typer.Option(help="sample.hour-from", min=0, max=23)] = 0,
    hour_to: Annotated[int, typer.Option(help="sample.hour-to", min=1, max=24)] = 24,
    turn: Annotated[list[str] | None, typer.Option(help="sample.turn", metavar="N/SECONDS/HOUR")] = None,
    seed: Annotated[str | None, typer.Option(help="sample.seed", metavar="TEXT")] = None,
    as_name: As = None,
    as_json: Json = False,
) -> int:
    """Prints the number of the sample; the store keeps when it was announced."""
    first, last = day(date_from, "--from"), day(date_to, "--to")
    assert first is not None and last is not None
    wanted = SampleRule(
        date_from=first, date_to=last, count=count, per=per, which=which,
        min_duration=min_duration, hour_from=hour_from, hour_to=hour_to,
        turns=tuple(DailyTurn.from_text(one) for one in turn or ()),
    )  # fmt: skip
    with existing_store(session) as store:
        user = acting(store, as_name)
        made = store.samples.announce(
            title, wanted, seed=seed or secrets.token_hex(16), by=user.id if user else None,
            request=new_request(),
        )  # fmt: skip
    words = session.words
    if as_json:
        _print_json(sample_record(made))
    else:
        session.out.print(str(made.id))
        session.say(words("sample.told", rule=rule(made, words), seed=made.seed), "green")
    if made.notice is NoticeGrade.SAME_DAY:
        session.say(words("sample.same-day"), "yellow")
    elif made.notice is NoticeGrade.AFTER:
        session.say(words("sample.late"), "yellow")
    return 0


@app.command("draw", help="help.sample.draw")
@command
def draw(session: Session, sample: Number, as_json: Json = False) -> int:
    """Drawing again changes nothing."""
    with existing_store(session) as store:
        drawn = store.samples.draw(sample)
        calls = store.samples.calls(sample)
        strata = store.samples.strata(sample)
    _show(session, drawn, calls, strata, as_json)
    return 0


@app.command("show", help="help.sample.show")
@command
def show(session: Session, sample: Number, as_json: Json = False) -> int:
    with existing_store(session) as store:
        found = store.samples.sample(sample)
        calls = store.samples.calls(sample)
        strata = store.samples.strata(sample)
    _show(session, found, calls, strata, as_json)
    return 0


@app.command("verify", help="help.sample.verify")
@command
def verify(session: Session, sample: Number, as_json: Json = False) -> int:
    """Exit status 1 where a new draw gives other calls."""
    words = session.words
    with existing_store(session) as store:
        found = store.samples.verify(sample)
    if as_json:
        facts = {
            "holds": found.holds,
            "same_population": found.same_population,
            "population": found.population,
            "population_sha256": found.population_sha256,
            "only_stored": list(found.only_stored),
            "only_again": list(found.only_again),
        }
        _print_json(facts)
    elif found.holds:
        session.out.print(words("sample.holds", population=found.population, digest=found.population_sha256))
    elif not found.same_population:
        session.out.print(
            words("sample.other-population", then=found.sample.population, now=found.population), style="red"
        )
    if not as_json and (found.only_stored or found.only_again):
        for key, ids in (("sample.only-stored", found.only_stored), ("sample.only-again", found.only_again)):
            session.out.print(words(key, calls=words.listed(ids) or "-"), style="red")
    return 0 if found.holds else 1


@app.command("list", help="help.sample.list")
@command
def list_samples(session: Session, as_json: Json = False) -> int:
    with existing_store(session) as store:
        found = store.samples.all()
    return print_list(
        session, found, as_json=as_json, record=sample_record, table=samples_table, none="sample.none"
    )


def _show(
    session: Session, sample: Sample, calls: tuple[SampleCall, ...], strata: dict[str, int], as_json: bool
) -> None:
    heard = [SampleOutcome(call.stratum, call.misses) for call in calls]
    # n-th calls are no lot: what was missed in them is no rate of all calls
    overall = overall_miss(heard, strata) if sample.rule.by_lot else None
    if as_json:
        facts = {**sample_record(sample), "overall_miss": asdict(overall) if overall else None}
        _print_json({**facts, "calls": [sample_call_record(call) for call in calls]})
        return
    words, out = session.words, session.out
    out.print(samples_table([sample], words))
    out.print()
    found = table(words, "sample.stratum", "sample.place", "column.call", "sample.misses", "sample.heard-by")
    for call in calls:
        misses = "-" if call.misses is None else str(call.misses)
        found.add_row(call.stratum or "-", str(call.place), call.call.call_id, misses, call.heard_by or "-")
    out.print(found)
    rates = miss_rates(heard)
    if rates[0].calls.total:
        out.print()
        for rate in rates:
            name = rate.stratum if rate.stratum is not None else words("sample.all-strata")
            facts = {"of": name, "heard": rate.calls.total, "rate": share(rate.calls)}
            out.print(words("sample.rate", **facts))
        if len(rates) > 1 and overall is not None and overall.value is not None:
            interval = f"{overall.value:.1%} ({overall.low:.1%} - {overall.high:.1%})"
            out.print(words("sample.overall", rate=interval, covered=f"{overall.covered:.0%}"))


def _print_json(facts: object) -> None:
    sys.stdout.write(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
