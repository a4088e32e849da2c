"""The escalations of inspections as alerts, written in the transaction that makes an inspection current.

An alert that nobody has touched goes when the machine no longer finds it; one on which people have acted
stays, and says that the machine does not find it any more. Where the sheet has a criterion of the same name,
the verdict on it counts here too: what was overturned is no escalation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, delete, insert, select, tuple_, update

from pipeline.domain import ReviewState, Role, Verdict
from pipeline.review.alert_rules import NewStep, follows_finding, standing_of
from pipeline.review.alerts import AlertState, AlertStep, Degree
from pipeline.review.degrees import default_degrees, gravest
from pipeline.store.alert_events import append, events_of
from pipeline.store.alert_tables import alerts
from pipeline.store.codec import dumps, loads, read_strings
from pipeline.store.filter import alerted
from pipeline.store.people_tables import users
from pipeline.store.repositories.accounts import ACCOUNT, user_of
from pipeline.store.repositories.rulebook_rows import rubric_of
from pipeline.store.review_tables import verdicts
from pipeline.store.statements import pages
from pipeline.store.tables import calls, hits, inspections, utterances

MOST_PLACES = 20
"""Of one alert: who says it a hundred times has said it."""
WEAKEST = 0.5
"""Confidence below which a hit raises no alert, where the text of the sheet is not kept: its default."""

_Key = tuple[int, str]


def refresh(connection: Connection, keys: Sequence[int]) -> None:
    """Bring the alerts of these calls (by key) up to what their current inspections and verdicts say."""
    for page in pages(sorted(keys)):
        found = {} if not page else _found(connection, page)
        known = {(row.call, row.code): row for row in connection.execute(_rows(page))}
        if not found and not known:
            continue
        new = [values for key, values in found.items() if key not in known]
        if new:
            connection.execute(insert(alerts), new)
        for key, row in known.items():
            _bring_along(connection, row, found.get(key))
        follow_verdicts(connection, page)


def refresh_all(connection: Connection) -> None:
    """Make the alerts of a store from before there were any."""
    query = select(inspections.c.call).where(inspections.c.current, alerted()).order_by(inspections.c.call)
    refresh(connection, list(connection.execute(query).scalars()))


def _rows(page: Sequence[int]) -> Any:
    return select(alerts).where(alerts.c.call.in_(page)).order_by(alerts.c.id)


def _bring_along(connection: Connection, row: Row[Any], found: Mapping[str, Any] | None) -> None:
    mine = alerts.c.id == row.id
    if found is not None:
        places = dumps([*_by_people(row), *loads(found["places"])])
        changed = {"by_machine": True, "heard": found["heard"], "places": places}
        if (row.by_machine, row.heard, row.places) != tuple(changed.values()):
            connection.execute(update(alerts).where(mine).values(changed))
    elif row.by_machine and row.version == 1:
        connection.execute(delete(alerts).where(mine))
    elif row.by_machine:
        gone: dict[str, Any] = {"by_machine": False}
        if by_people := _by_people(row):
            gone |= {"heard": Degree.UNSTATED.value, "places": dumps(by_people)}
        connection.execute(update(alerts).where(mine).values(gone))


def _by_people(row: Row[Any]) -> list[Any]:
    """Places that a person heard: they have no confidence."""
    return [place for place in loads(row.places) if place[-1] is None]


def _found(connection: Connection, page: Sequence[int]) -> dict[_Key, dict[str, Any]]:
    """What the current inspections of these calls raise."""
    i = inspections.c
    query = (
        select(i.id, i.call, i.alerts, i.rubric, i.hearing, i.inspected_at, calls.c.audio_sha256)
        .join(calls, calls.c.id == i.call)
        .where(i.call.in_(page), i.current, alerted())
        .order_by(i.call)
    )
    heads: list[Row[Any]] = list(connection.execute(query))
    said = _said(connection, heads)
    return {
        (head.call, code): {
            "call": head.call,
            "code": code,
            "found_at": head.inspected_at,
            "by_machine": True,
            "state": AlertState.NEW.value,
            "version": 1,
            "audio_sha256": head.audio_sha256,
            **_heard(said[head.id, code], _threshold(connection, head.rubric)),
        }
        for head in heads
        for code in dict.fromkeys(read_strings(head.alerts))
    }


def _threshold(connection: Connection, revision: str) -> float:
    rubric = rubric_of(connection, revision)
    return WEAKEST if rubric is None else rubric.alerts.confidence


def _said(connection: Connection, heads: Sequence[Row[Any]]) -> dict[_Key, list[tuple[Row[Any], str]]]:
    """(inspection, code) -> what was said, each hit with its whole utterance."""
    found: dict[_Key, list[tuple[Row[Any], str]]] = defaultdict(list)
    if not heads:
        return found
    hearing = {head.id: head.hearing for head in heads}
    codes = {head.id: frozenset(read_strings(head.alerts)) for head in heads}
    query = (
        select(hits)
        .where(hits.c.inspection.in_(list(hearing)), hits.c.role != Role.AGENT.value)
        .order_by(hits.c.inspection, hits.c.number)
    )
    those = [row for row in connection.execute(query) if row.code in codes[row.inspection]]
    places = {
        (hearing[row.inspection], row.utterance) for row in those if hearing[row.inspection] is not None
    }
    texts: dict[tuple[int, int], str] = {}
    u = utterances.c
    for some in pages(sorted(places)):
        query = select(u.hearing, u.number, u.text).where(tuple_(u.hearing, u.number).in_(some))
        texts |= {(row.hearing, row.number): row.text for row in connection.execute(query)}
    for row in those:
        found[row.inspection, row.code].append((row, texts.get((hearing[row.inspection], row.utterance), "")))
    return found


def _heard(said: Sequence[tuple[Row[Any], str]], threshold: float) -> dict[str, str]:
    """Degree and places of one alert: the places of the gravest degree first, the surest of them first."""
    degrees = default_degrees()
    sure = [(row, degrees.of(text, row.quote)) for row, text in said if row.confidence >= threshold]
    rank = (Degree.DONE, Degree.WILL, Degree.SPEAKS, Degree.UNSTATED)
    sure.sort(key=lambda one: (rank.index(one[1]), -one[0].confidence, one[0].starts))
    places = [[row.starts, row.ends, row.role, row.quote, row.confidence] for row, _ in sure[:MOST_PLACES]]
    return {"heard": gravest(degree for _, degree in sure).value, "places": dumps(places)}


def follow_verdicts(connection: Connection, page: Sequence[int]) -> None:
    """Close what was overturned as a finding of the same name; open it again where that no longer stands."""
    judged = (
        select(alerts.c.id, verdicts.c.verdict, verdicts.c.state, verdicts.c.user)
        .join(verdicts, (verdicts.c.call == alerts.c.call) & (verdicts.c.criterion == alerts.c.code))
        .where(alerts.c.call.in_(page))
    )
    said = {row.id: row for row in connection.execute(judged)}
    ended = select(alerts.c.id).where(alerts.c.call.in_(page), alerts.c.state == AlertState.OVERTURNED.value)
    candidates = {*said, *connection.execute(ended).scalars()}
    for key, events in events_of(connection, sorted(candidates)).items():
        verdict = said.get(key)
        overturned = verdict is not None and verdict.state == ReviewState.OVERTURNED.value
        step = follows_finding(standing_of(events), overturned=overturned, events=events)
        if step is None or (step is AlertStep.UNDO and _still_said(verdict)):
            continue
        held = next((one.id for one in reversed(events) if one.kind is AlertStep.FOLLOW), None)
        by = None if verdict is None or verdict.user is None else _user(connection, verdict.user)
        append(
            connection, key, NewStep(step), by=by, request=str(uuid4()), at=datetime.now(UTC),
            undoes=held if step is AlertStep.UNDO else None,
        )  # fmt: skip


def _still_said(verdict: Any) -> bool:
    """Whether people hold that it was none, although the machine no longer says what they said it about."""
    return verdict is not None and verdict.state is None and verdict.verdict == Verdict.OVERTURNED.value


def _user(connection: Connection, key: int) -> Any:
    return user_of(connection.execute(select(*ACCOUNT).where(users.c.id == key)).one())
