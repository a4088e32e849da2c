"""Random samples, announced first, that anyone can draw again."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from pipeline.domain.people import Scope
from pipeline.errors import Missing
from pipeline.review import sample_rules
from pipeline.review.events import check_author
from pipeline.review.sampling import Sample, SampleCall, SampleRule, Verification, notice_of
from pipeline.store import rows
from pipeline.store.auditing import note
from pipeline.store.database import Repository
from pipeline.store.filter import within
from pipeline.store.repositories.accounts import names_of
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.repositories.sample_drawing import (
    as_of,
    drawn_calls,
    keep,
    names_at,
    population_of,
)
from pipeline.store.review_tables import cases, sample_calls, samples, verdicts
from pipeline.store.statements import insert_once, now
from pipeline.store.tables import calls, inspections

EVERYWHERE = Scope()


class Samples(Repository):
    """Announced, drawn when the period is over, heard by people."""

    def announce(self, title: str, rule: SampleRule, *, seed: str, by: int | None, request: str) -> Sample:
        """Keep rule and seed, with the moment they were announced.

        Raises:
            Refused: no title, or no seed. Conflict: ``request-reused``, by somebody else.
        """
        title, seed = sample_rules.check_announcement(title, seed)
        values = {
            "title": title,
            "seed": seed,
            "rule": rule.as_json(),
            "announced_at": now(),
            "announced_by": by,
            "request": request,
        }
        with self._write() as connection:
            made = insert_once(connection, samples, values)
            if made is not None:
                note(connection, "sample-announce", by=by, subject=str(made), title=title)
                return _sample(connection, made)
            query = select(samples.c.id, samples.c.announced_by).where(samples.c.request == request)
            known = connection.execute(query).one()
            check_author(request, known.announced_by, by)
            return _sample(connection, known.id)

    def all(self) -> tuple[Sample, ...]:
        """All samples, newest first."""
        with self._read() as connection:
            return _samples(connection, select(samples).order_by(samples.c.id.desc()))

    def sample(self, sample_id: int) -> Sample:
        """
        Raises:
            Missing: no such sample.
        """
        with self._read() as connection:
            return _sample(connection, sample_id)

    def draw(self, sample_id: int) -> Sample:
        """Draw the calls; a sample that is drawn already stays as it is.

        Raises:
            Missing: no such sample.
            Refused: the period is not over, or the rule covers no call.
        """
        with self._write() as connection:
            # the row is locked: two who draw at once get one draw
            connection.execute(select(samples.c.id).where(samples.c.id == sample_id).with_for_update())
            sample = _sample(connection, sample_id)
            if sample.drawn_at is not None:
                return sample
            sample_rules.check_period(sample, datetime.now(UTC))
            found = sample_rules.draw_sample(
                sample, population_of(connection, sample.rule, inspections.c.current)
            )
            keep(connection, sample_id, found)
            drawn = len(found.calls)
            note(connection, "sample-draw", subject=str(sample_id), title=sample.title, calls=drawn)
            return _sample(connection, sample_id)

    def verify(self, sample_id: int) -> Verification:
        """Draw again and compare, first with the calls as they stand now, then as they stood at the draw
        (judging again can change which calls are flagged).

        Raises:
            Missing: no such sample.
            Refused: it was not drawn yet.
        """
        with self._read() as connection:
            sample = _sample(connection, sample_id)
            moment = sample_rules.drawn_at(sample)
            names = names_at(connection, moment)
            return sample_rules.verify(
                sample,
                drawn_calls(connection, sample_id, names),
                now=population_of(connection, sample.rule, inspections.c.current, names),
                then=lambda: population_of(connection, sample.rule, as_of(moment), names),
            )

    def calls(self, sample_id: int, *, scope: Scope = EVERYWHERE) -> tuple[SampleCall, ...]:
        """The drawn calls inside the scope, by stratum and place."""
        added = (
            select(func.count())
            .where(verdicts.c.call == calls.c.id, verdicts.c.added)
            .correlate(calls)
            .scalar_subquery()
        )
        query = (
            select(calls, sample_calls, inspections.c.duration, inspections.c.flagged)
            .add_columns(cases.c.score, cases.c.score_low, cases.c.score_high, cases.c.final)
            .add_columns(added.label("additions"))
            .select_from(
                sample_calls.join(calls, calls.c.id == sample_calls.c.call)
                .outerjoin(inspections, (inspections.c.call == calls.c.id) & inspections.c.current)
                .outerjoin(cases, cases.c.call == calls.c.id)
            )
            .where(sample_calls.c.sample == sample_id, within(scope))
            .order_by(sample_calls.c.stratum, sample_calls.c.place)
        )
        with self._read() as connection:
            found = connection.execute(query).all()
            names = names_of(connection, (row.heard_by for row in found))
        return tuple(_call(row, names) for row in found)

    def strata(self, sample_id: int) -> dict[str, int]:
        """How many calls the rule covered in each stratum when the sample was drawn; empty before.

        Calls that were purged since are counted as far as they were drawn.

        Raises:
            Missing: no such sample.
        """
        with self._read() as connection:
            sample = _sample(connection, sample_id)
            if sample.drawn_at is None:
                return {}
            then = population_of(connection, sample.rule, as_of(sample.drawn_at))
            covered = Counter(candidate.stratum for candidate in then)
            drawn = Counter(one.stratum for one in drawn_calls(connection, sample_id, {}))
        return dict(covered | drawn)

    def hear(self, sample_id: int, call_id: str, *, misses: int, by: int | None) -> None:
        """Note that a person heard a drawn call and how many violations the machine had missed on it.

        Doing it again corrects the own number.

        Raises:
            Missing: the sample has no such call.
            Refused: fewer misses than violations were added to the call.
            Conflict: somebody else heard it and counted another number.
        """
        with self._write() as connection:
            key = call_key(connection, call_id)
            mine = (sample_calls.c.sample == sample_id) & (sample_calls.c.call == key)
            row = connection.execute(select(sample_calls).where(mine).with_for_update()).one_or_none()
            if row is None:
                raise Missing("this sample has no such call", code="no-call", call=call_id)
            added = select(func.count()).where(verdicts.c.call == key, verdicts.c.added)
            keeps = sample_rules.check_count(
                sample_rules.MissCount(misses, by),
                None if row.misses is None else sample_rules.MissCount(row.misses, row.heard_by),
                added=connection.execute(added).scalar_one(),
                who=lambda: names_of(connection, [row.heard_by]).get(row.heard_by, ""),
            )
            if not keeps:
                return
            values = {"misses": misses, "heard_by": by, "heard_at": now()}
            connection.execute(update(sample_calls).where(mine).values(values))
            note(connection, "sample-hear", by=by, subject=str(sample_id), call=key)


def _samples(connection: Connection, query: Select[Any]) -> tuple[Sample, ...]:
    found = connection.execute(query).all()
    names = names_of(connection, (row.announced_by for row in found))
    counts = {
        row.sample: (row.drawn, row.heard)
        for row in connection.execute(
            select(
                sample_calls.c.sample,
                func.count().label("drawn"),
                func.count(sample_calls.c.misses).label("heard"),
            ).group_by(sample_calls.c.sample)
        )
    }
    rules = {row.id: SampleRule.from_json(row.rule) for row in found}
    return tuple(
        Sample(
            id=row.id,
            title=row.title,
            seed=row.seed,
            rule=rules[row.id],
            announced_at=row.announced_at,
            announced_by=names.get(row.announced_by),
            drawn_at=row.drawn_at,
            population=row.population,
            population_sha256=row.population_sha256,
            drawn=counts.get(row.id, (0, 0))[0],
            heard=counts.get(row.id, (0, 0))[1],
            notice=notice_of(datetime.fromisoformat(row.announced_at), rules[row.id]),
        )
        for row in found
    )


def _sample(connection: Connection, sample_id: int) -> Sample:
    found = _samples(connection, select(samples).where(samples.c.id == sample_id))
    if not found:
        raise Missing(f"there is no sample {sample_id}", code="no-sample", sample=sample_id)
    return found[0]


def _call(row: Row[Any], names: dict[int | None, str]) -> SampleCall:
    return SampleCall(
        call=rows.read_call(row).header,
        stratum=row.stratum,
        place=row.place,
        duration=row.duration,
        score=row.score,
        score_low=row.score_low,
        score_high=row.score_high,
        final=row.final is not False,
        flagged=bool(row.flagged),
        additions=row.additions,
        misses=row.misses,
        heard_by=names.get(row.heard_by),
        heard_at=row.heard_at,
    )
