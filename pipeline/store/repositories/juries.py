"""Agents judge calls of others blind, in turn."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, and_, func, select, update

from pipeline.domain import Outcome, ReviewState, UserRole
from pipeline.domain.people import Scope
from pipeline.errors import Missing
from pipeline.review import calibration_rules, jury
from pipeline.review.calibration import CalibrationScore, CalibrationState, Item, ScoreEntry, SheetLine
from pipeline.review.events import check_author
from pipeline.review.jury import Judge, Jury, JuryCall
from pipeline.review.sample_rules import JUDGED
from pipeline.store.auditing import note
from pipeline.store.database import Repository
from pipeline.store.days import between
from pipeline.store.filter import within
from pipeline.store.jury_tables import juries, jury_calls, jury_scores
from pipeline.store.people_tables import users
from pipeline.store.repositories.accounts import names_of
from pipeline.store.repositories.calibration_rows import criteria_of, line_of
from pipeline.store.review_tables import verdicts
from pipeline.store.statements import insert_once, now, upsert
from pipeline.store.tables import calls, findings, inspections, sound_of

_SETTLED = (ReviewState.CONFIRMED.value, ReviewState.OVERTURNED.value)


class Juries(Repository):
    """Opened with agents and days, judged blind, compared with the reviewers when closed."""

    def open(
        self,
        title: str,
        *,
        seed: str,
        date_from: date,
        date_to: date,
        each: int,
        judges: Sequence[int],
        scope: Scope,
        by: int | None,
        request: str,
    ) -> Jury:
        """Give out reviewed calls of these days inside the scope, in turn by the seed.

        Raises:
            Refused: no title, seed, days, judges, or no call to be given.
            Missing: one of the judges is no agent of the scope.
            Conflict: ``request-reused``, by somebody else.
        """
        wanted = jury.plan(title, seed, date_from, date_to, each, judges)
        with self._write() as connection:
            values = {
                "title": wanted.title, "state": CalibrationState.OPEN.value, "seed": wanted.seed,
                "date_from": date_from.isoformat(), "date_to": date_to.isoformat(),
                "opened_by": by, "opened_at": now(), "request": request,
            }  # fmt: skip
            made = insert_once(connection, juries, values)
            if made is None:
                query = select(juries.c.id, juries.c.opened_by).where(juries.c.request == request)
                known = connection.execute(query).one()
                check_author(request, known.opened_by, by)
                return _jury(connection, known.id)
            agents = _agents(connection, wanted.judges, scope)
            given = jury.in_turn(wanted.seed, _reviewed(connection, wanted, scope), agents, each)
            named = [call_id for call_id, _ in given]
            those = select(calls.c.call_id, calls.c.id).where(calls.c.call_id.in_(named))
            keys = {row.call_id: row.id for row in connection.execute(those)}
            rows = [
                {"jury": made, "call": keys[call_id], "place": place, "judge": judge}
                for place, (call_id, judge) in enumerate(given, start=1)
            ]
            connection.execute(jury_calls.insert(), rows)
            note(connection, "jury-open", by=by, subject=str(made), title=wanted.title, calls=len(rows),
                 people=len(wanted.judges))  # fmt: skip
            return _jury(connection, made)

    def all(self, *, user: int | None = None, limit: int = 100) -> tuple[Jury, ...]:
        """The latest rounds, newest first; of one person: those they judge in or opened."""
        query = select(juries.c.id).order_by(juries.c.id.desc()).limit(limit)
        if user is not None:
            mine = select(jury_calls.c.jury).where(jury_calls.c.judge == user)
            query = query.where(juries.c.id.in_(mine) | (juries.c.opened_by == user))
        with self._read() as connection:
            return tuple(_jury(connection, key) for key in connection.execute(query).scalars().all())

    def jury(self, number: int) -> Jury:
        """
        Raises:
            Missing: there is none of this number.
        """
        with self._read() as connection:
            return _jury(connection, number)

    def waiting_for(self, user: int) -> int:
        """Calls that somebody is still to judge, as far as nothing is said of them yet."""
        said = select(jury_scores.c.call).where(
            jury_scores.c.jury == jury_calls.c.jury, jury_scores.c.call == jury_calls.c.call
        )
        query = (
            select(func.count())
            .select_from(jury_calls.join(juries, juries.c.id == jury_calls.c.jury))
            .where(
                jury_calls.c.judge == user,
                juries.c.state == CalibrationState.OPEN.value,
                ~said.exists(),
            )
        )
        with self._read() as connection:
            return int(connection.execute(query).scalar_one())

    def call_of(self, number: int, place: int, *, judge: int) -> str:
        """Id of the call that somebody is to hear, while its round is open: nobody else hears it, nor they
        any longer.

        Raises:
            Missing: there is none for them.
        """
        query = (
            select(calls.c.call_id)
            .select_from(jury_calls.join(calls, calls.c.id == jury_calls.c.call))
            .join(juries, juries.c.id == jury_calls.c.jury)
            .where(jury_calls.c.jury == number, jury_calls.c.place == place, jury_calls.c.judge == judge)
            .where(juries.c.state == CalibrationState.OPEN.value)
        )
        with self._read() as connection:
            found = connection.execute(query).scalar()
        if found is None:
            raise jury.no_jury(number)
        return str(found)

    def sheet(self, number: int, place: int, *, judge: int) -> tuple[SheetLine, ...]:
        """What to judge in a call, in the order of the rubric, with what was said already.

        Raises:
            Missing: there is no such call for them.
        """
        with self._read() as connection:
            key = _its_call(connection, number, place, judge)
            mine = (jury_scores.c.jury == number) & (jury_scores.c.call == key)
            own = {row.criterion: row for row in connection.execute(select(jury_scores).where(mine))}
            return tuple(line_of(row, own) for row in criteria_of(connection, key))

    def score(self, number: int, place: int, said: Mapping[str, ScoreEntry], *, judge: int) -> Jury:
        """Keep what a judge says of a call. The same again changes nothing; a whole sheet stays as it is.

        Raises:
            Missing: there is no such call for them.
            Refused: closed, a criterion that the sheet does not have, or another outcome after all were
                given.
        """
        with self._write() as connection:
            lock = select(juries.c.state).where(juries.c.id == number).with_for_update()
            state = connection.execute(lock).scalar()
            key = _its_call(connection, number, place, judge)
            mine = (jury_scores.c.jury == number) & (jury_scores.c.call == key)
            sheet = calibration_rules.PersonalSheet(
                open=state == CalibrationState.OPEN,
                invited=True,
                criteria=frozenset(row.criterion for row in criteria_of(connection, key)),
                given={
                    row.criterion: ScoreEntry(Outcome(row.outcome), row.comment)
                    for row in connection.execute(select(jury_scores).where(mine))
                },
            )
            for criterion, one in calibration_rules.check_scores(sheet, said).items():
                keys = {"jury": number, "call": key, "criterion": criterion}
                values = {"outcome": one.outcome.value, "comment": one.comment, "user": judge, "at": now()}
                values["audio_sha256"] = sound_of(key)
                statement = upsert(connection, jury_scores).values({**keys, **values})
                connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))
            note(connection, "jury-score", by=judge, subject=str(number), call=key)
            return _jury(connection, number)

    def close(self, number: int) -> Jury:
        """End the judging. Closing again changes nothing.

        Raises:
            Missing: there is none of this number.
        """
        with self._write() as connection:
            mine = (juries.c.id == number) & (juries.c.state == CalibrationState.OPEN.value)
            values = {"state": CalibrationState.CLOSED.value, "closed_at": now()}
            if connection.execute(update(juries).where(mine).values(values)).rowcount:
                note(connection, "jury-close", subject=str(number))
            return _jury(connection, number)

    def marks(self, number: int, *, judge: int | None = None) -> tuple[CalibrationScore, ...]:
        """What judges said, or one of them.

        Raises:
            Missing: there is none of this number. Refused: it is still open.
        """
        query = (
            select(calls.c.call_id, jury_scores)
            .join(calls, calls.c.id == jury_scores.c.call)
            .where(jury_scores.c.jury == number)
        )
        if judge is not None:
            query = query.where(jury_scores.c.user == judge)
        with self._read() as connection:
            jury.check_closed(_jury(connection, number))
            return tuple(
                CalibrationScore(row.call_id, row.criterion, row.user, Outcome(row.outcome), row.comment)
                for row in connection.execute(query)
            )

    def places(self, number: int) -> dict[str, int]:
        """Call id -> place."""
        query = (
            select(calls.c.call_id, jury_calls.c.place)
            .join(calls, calls.c.id == jury_calls.c.call)
            .where(jury_calls.c.jury == number)
        )
        with self._read() as connection:
            return {row.call_id: row.place for row in connection.execute(query)}

    def reviewers(self, number: int) -> dict[Item, Outcome]:
        """Call id and criterion -> what reviewers settled; what they have not spoken about is left out.

        Raises:
            Missing: there is none of this number. Refused: it is still open.
        """
        v = verdicts.c
        query = (
            select(calls.c.call_id, v.criterion, v.state, v.applies)
            .select_from(
                jury_calls.join(calls, calls.c.id == jury_calls.c.call).join(
                    verdicts, v.call == jury_calls.c.call
                )
            )
            .where(jury_calls.c.jury == number, v.state.in_(_SETTLED))
        )
        with self._read() as connection:
            jury.check_closed(_jury(connection, number))
            return {
                (row.call_id, row.criterion): _said(row.state, applies=row.applies)
                for row in connection.execute(query)
            }

    def titles(self, number: int) -> dict[str, str]:
        """Criterion -> what it is called on the sheets of these calls."""
        query = (
            select(findings.c.criterion, func.max(findings.c.title).label("title"))
            .select_from(
                jury_calls.join(
                    inspections, (inspections.c.call == jury_calls.c.call) & inspections.c.current
                ).join(findings, findings.c.inspection == inspections.c.id)
            )
            .where(jury_calls.c.jury == number)
            .group_by(findings.c.criterion)
        )
        with self._read() as connection:
            return {row.criterion: row.title for row in connection.execute(query)}


def _said(state: str, *, applies: bool) -> Outcome:
    if state == ReviewState.CONFIRMED.value:
        return Outcome.FAILED
    return Outcome.PASSED if applies else Outcome.NOT_APPLICABLE


def _agents(connection: Connection, judges: Sequence[int], scope: Scope) -> dict[int, str]:
    """User -> the number of the agent that they are."""
    query = select(users.c.id, users.c.agent_id, users.c.team).where(
        users.c.id.in_(judges), users.c.role == UserRole.AGENT.value, ~users.c.disabled
    )
    found = {
        row.id: str(row.agent_id)
        for row in connection.execute(query)
        if row.agent_id is not None and scope.team in (None, row.team)
    }
    if set(judges) - found.keys():
        raise Missing("there is no such agent", code="no-user")
    return found


def _reviewed(connection: Connection, wanted: jury.JuryPlan, scope: Scope) -> dict[str, str | None]:
    """Calls of these days of which reviewers have settled something -> whose they are."""
    settled = select(verdicts.c.call).where(verdicts.c.state.in_(_SETTLED))
    query = (
        select(calls.c.call_id, calls.c.agent_id)
        .select_from(calls.join(inspections, and_(inspections.c.call == calls.c.id, inspections.c.current)))
        .where(
            *between(wanted.date_from, wanted.date_to),
            within(scope),
            calls.c.replaced_by.is_(None),
            inspections.c.status.in_([status.value for status in JUDGED]),
            calls.c.id.in_(settled),
        )
    )
    return {row.call_id: row.agent_id for row in connection.execute(query)}


def _its_call(connection: Connection, number: int, place: int, judge: int) -> int:
    mine = (jury_calls.c.jury == number) & (jury_calls.c.place == place) & (jury_calls.c.judge == judge)
    key = connection.execute(select(jury_calls.c.call).where(mine)).scalar()
    if key is None:
        raise jury.no_jury(number)
    return int(key)


def _jury(connection: Connection, number: int) -> Jury:
    head = connection.execute(select(juries).where(juries.c.id == number)).one_or_none()
    if head is None:
        raise jury.no_jury(number)
    said: dict[int, set[str]] = defaultdict(set)
    mine = select(jury_scores.c.call, jury_scores.c.criterion).where(jury_scores.c.jury == number)
    for row in connection.execute(mine):
        said[row.call].add(row.criterion)
    query = (
        select(jury_calls.c.call, jury_calls.c.place, jury_calls.c.judge, inspections.c.duration)
        .select_from(
            jury_calls.outerjoin(
                inspections, (inspections.c.call == jury_calls.c.call) & inspections.c.current
            )
        )
        .where(jury_calls.c.jury == number)
        .order_by(jury_calls.c.place)
    )
    rows = connection.execute(query).all()
    asked: dict[int, set[str]] = defaultdict(set)
    sheets = (
        select(jury_calls.c.call, findings.c.criterion)
        .select_from(
            jury_calls.join(
                inspections, (inspections.c.call == jury_calls.c.call) & inspections.c.current
            ).join(findings, findings.c.inspection == inspections.c.id)
        )
        .where(jury_calls.c.jury == number)
    )
    for row in connection.execute(sheets):
        asked[row.call].add(row.criterion)
    whole = {call for call, criteria in asked.items() if criteria <= said[call]}
    given = tuple(JuryCall(row.place, row.judge, row.duration, row.call in whole) for row in rows)
    of, done = Counter(one.judge for one in given), Counter(one.judge for one in given if one.whole)
    names = names_of(connection, of)
    return Jury(
        id=head.id,
        title=head.title,
        state=CalibrationState(head.state),
        seed=head.seed,
        date_from=date.fromisoformat(head.date_from),
        date_to=date.fromisoformat(head.date_to),
        opened_by=head.opened_by,
        opened_at=head.opened_at,
        closed_at=head.closed_at,
        calls=given,
        judges=tuple(
            Judge(user, name, of[user], done[user])
            for user, name in sorted(names.items(), key=lambda item: item[1])
            if user is not None
        ),
    )
