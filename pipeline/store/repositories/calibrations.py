"""Several people score the same call blind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select, update

from pipeline.domain import Outcome
from pipeline.domain.finding import ASKED, REQUIRED
from pipeline.review import calibration_rules
from pipeline.review.calibration import Calibration, CalibrationScore, CalibrationState, ScoreEntry, SheetLine
from pipeline.review.events import check_author
from pipeline.store.auditing import note
from pipeline.store.database import Repository
from pipeline.store.repositories.calibration_rows import (
    calibration_of,
    criteria_of,
    its_call,
    line_of,
    sealed_calls,
)
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.review_tables import (
    calibration_calls,
    calibration_scorers,
    calibration_scores,
    calibrations,
)
from pipeline.store.statements import insert_once, now, upsert
from pipeline.store.tables import asked_of_people, calls, findings, inspections, sound_of


class Calibrations(Repository):
    """Opened with calls and people, scored blind, compared when closed."""

    def open(
        self,
        title: str,
        *,
        call_ids: Sequence[str],
        scorers: Sequence[int],
        expert: int | None,
        by: int | None,
        request: str,
    ) -> Calibration:
        """Invite people to score these calls; the expert is one of them.

        Raises:
            Refused: no title, no calls or too many, or fewer than two people.
            Missing: a call that is not there. Conflict: ``request-reused``, by somebody else.
        """
        wanted = calibration_rules.plan(title, call_ids, scorers, expert)
        with self._write() as connection:
            values = {
                "title": wanted.title, "state": CalibrationState.OPEN.value, "expert": expert,
                "opened_by": by, "opened_at": now(), "request": request,
            }  # fmt: skip
            made = insert_once(connection, calibrations, values)
            if made is None:
                query = select(calibrations.c.id, calibrations.c.opened_by)
                known = connection.execute(query.where(calibrations.c.request == request)).one()
                check_author(request, known.opened_by, by)
                return calibration_of(connection, known.id)
            called = [
                {"calibration": made, "call": call_key(connection, name), "place": place}
                for place, name in enumerate(wanted.call_ids, start=1)
            ]
            connection.execute(calibration_calls.insert(), called)
            invited = [{"calibration": made, "user": user} for user in wanted.people]
            connection.execute(calibration_scorers.insert(), invited)
            note(connection, "calibration-open", by=by, subject=str(made), title=wanted.title,
                 calls=len(wanted.call_ids), people=len(wanted.people))  # fmt: skip
            return calibration_of(connection, made)

    def all(self, *, user: int | None = None, limit: int = 100) -> tuple[Calibration, ...]:
        """The latest calibrations, newest first; of one person: those they score in or opened."""
        query = select(calibrations.c.id).order_by(calibrations.c.id.desc()).limit(limit)
        if user is not None:
            mine = select(calibration_scorers.c.calibration).where(calibration_scorers.c.user == user)
            query = query.where(calibrations.c.id.in_(mine) | (calibrations.c.opened_by == user))
        with self._read() as connection:
            return tuple(calibration_of(connection, key) for key in connection.execute(query).scalars().all())

    def calibration(self, calibration_id: int) -> Calibration:
        """
        Raises:
            Missing: there is none of this number.
        """
        with self._read() as connection:
            return calibration_of(connection, calibration_id)

    def sheet(self, calibration_id: int, call_id: str, *, user: int) -> tuple[SheetLine, ...]:
        """What to score on a call, in the order of the rubric, with the person's own scores.

        Raises:
            Missing: no such calibration, or no such call in it.
        """
        with self._read() as connection:
            key = its_call(connection, calibration_id, call_id)
            mine = (
                (calibration_scores.c.calibration == calibration_id)
                & (calibration_scores.c.call == key)
                & (calibration_scores.c.user == user)
            )
            own = {row.criterion: row for row in connection.execute(select(calibration_scores).where(mine))}
            return tuple(line_of(row, own) for row in criteria_of(connection, key))

    def sealed(self, user: int, *, calibration: int | None = None) -> frozenset[str]:
        """Ids of the calls that a person is still to score blind, in all open calibrations or in one.

        A call stays sealed until each criterion of its sheet has the person's score.
        """
        with self._read() as connection:
            return sealed_calls(connection, user, calibration)

    def score(
        self, calibration_id: int, call_id: str, said: Mapping[str, ScoreEntry], *, user: int
    ) -> Calibration:
        """Keep a person's scores of a call. Scoring again replaces them: a repeated request changes nothing.

        Raises:
            Missing: no such calibration, or no such call in it.
            Refused: closed, not invited, a criterion that the sheet of this call does not have, or another
                outcome after all had been given: the person may have seen what the machine says since.
        """
        with self._write() as connection:
            # the row is locked: nobody closes it between this look and the last score
            lock = select(calibrations.c.state).where(calibrations.c.id == calibration_id).with_for_update()
            state = connection.execute(lock).scalar()
            key = its_call(connection, calibration_id, call_id)
            invited = select(func.count()).where(
                calibration_scorers.c.calibration == calibration_id, calibration_scorers.c.user == user
            )
            sheet = calibration_rules.PersonalSheet(
                open=state == CalibrationState.OPEN,
                invited=bool(connection.execute(invited).scalar_one()),
                criteria=frozenset(row.criterion for row in criteria_of(connection, key)),
                given=_given(connection, calibration_id, key, user),
            )
            for criterion, one in calibration_rules.check_scores(sheet, said).items():
                keys = {"calibration": calibration_id, "call": key, "user": user, "criterion": criterion}
                values = {"outcome": one.outcome.value, "comment": one.comment, "at": now()}
                values["audio_sha256"] = sound_of(key)
                statement = upsert(connection, calibration_scores).values({**keys, **values})
                connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values))
            note(connection, "calibration-score", by=user, subject=str(calibration_id), call=key)
            return calibration_of(connection, calibration_id)

    def close(self, calibration_id: int) -> Calibration:
        """End the scoring; from now on everybody sees everything. Closing again changes nothing.

        Raises:
            Missing: there is none of this number.
        """
        with self._write() as connection:
            mine = (calibrations.c.id == calibration_id) & (
                calibrations.c.state == CalibrationState.OPEN.value
            )
            values = {"state": CalibrationState.CLOSED.value, "closed_at": now()}
            if connection.execute(update(calibrations).where(mine).values(values)).rowcount:
                note(connection, "calibration-close", subject=str(calibration_id))
            return calibration_of(connection, calibration_id)

    def marks(self, calibration_id: int) -> tuple[CalibrationScore, ...]:
        """Everybody's scores.

        Raises:
            Missing: there is none of this number.
            Refused: it is still open: scoring is blind.
        """
        query = (
            select(calls.c.call_id, calibration_scores)
            .join(calls, calls.c.id == calibration_scores.c.call)
            .where(calibration_scores.c.calibration == calibration_id)
        )
        with self._read() as connection:
            calibration_rules.check_closed(calibration_of(connection, calibration_id))
            return tuple(
                CalibrationScore(row.call_id, row.criterion, row.user, Outcome(row.outcome), row.comment)
                for row in connection.execute(query)
            )

    def machine(self, calibration_id: int) -> dict[tuple[str, str], Outcome]:
        """Call id and criterion -> what the machine says now; for comparison, when closed.

        Raises:
            Missing: there is none of this number.
            Refused: it is still open.
        """
        query = (
            select(calls.c.call_id, findings.c.criterion, findings.c.outcome)
            .select_from(
                calibration_calls.join(calls, calls.c.id == calibration_calls.c.call)
                .join(inspections, (inspections.c.call == calls.c.id) & inspections.c.current)
                .join(findings, findings.c.inspection == inspections.c.id)
            )
            .where(
                calibration_calls.c.calibration == calibration_id,
                findings.c.outcome != Outcome.HINT.value,
                ~asked_of_people(ASKED),  # of these it says nothing
                ~asked_of_people(REQUIRED),
            )
        )
        with self._read() as connection:
            calibration_rules.check_closed(calibration_of(connection, calibration_id))
            return {(row.call_id, row.criterion): Outcome(row.outcome) for row in connection.execute(query)}

    def titles(self, calibration_id: int) -> dict[str, str]:
        """Criterion -> what it is called on the sheets of these calls."""
        query = (
            select(findings.c.criterion, func.max(findings.c.title).label("title"))
            .select_from(
                calibration_calls.join(
                    inspections, (inspections.c.call == calibration_calls.c.call) & inspections.c.current
                ).join(findings, findings.c.inspection == inspections.c.id)
            )
            .where(calibration_calls.c.calibration == calibration_id)
            .group_by(findings.c.criterion)
        )
        with self._read() as connection:
            return {row.criterion: row.title for row in connection.execute(query)}


def _given(connection: Connection, calibration_id: int, call: int, user: int) -> dict[str, ScoreEntry]:
    """Criterion -> what a person has said about a call."""
    scores = calibration_scores.c
    mine = (scores.calibration == calibration_id) & (scores.call == call) & (scores.user == user)
    return {
        row.criterion: ScoreEntry(Outcome(row.outcome), row.comment)
        for row in connection.execute(select(calibration_scores).where(mine))
    }
