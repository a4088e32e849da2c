"""Stored judgements that new lexicons may leave as they are: what tells so, and how they are taken over.

A judgement follows from the rubric with its gate, the facts of the call, what was heard and the hits in it.
Where the rest is the same, a call whose hits do not change is judged as before: its rows are copied by the
database, and nobody scores it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, insert, literal, select

from pipeline.domain import Inspection, Recording, Scorecard, Status, Transcript
from pipeline.store import codec, rows
from pipeline.store.reading import parts_of
from pipeline.store.run_tables import runs
from pipeline.store.statements import now, pages
from pipeline.store.tables import calls, findings, hits, inspections, merges, utterances

JUDGING = "judging"
"""Key in the summary of a run: which program judged its calls (``inspection.program``)."""
_UNREAD = ("reason", "flag_reasons", "alerts", "not_applicable", "sections", "ledger", "reason_code")
_HEAD = (
    *(c for c in calls.c if c.name not in ("id", "audio_sha256")),
    *(c for c in inspections.c if c.name not in _UNREAD),
    inspections.c.ledger.is_not(None).label("judged"),
)
_SAID = tuple(utterances.c[name] for name in ("role", "starts", "ends", "text"))


@dataclass(frozen=True, slots=True)
class KeptJudgement:
    """A stored judgement that stands under other lexicons too."""

    of: int
    """Key of the inspection."""
    lexicons: str
    """Their revision."""


def standing(
    connection: Connection, keys: Sequence[int], *, rubric: str, program: str
) -> Iterator[tuple[int, Inspection]]:
    """Those of these inspections that would be judged alike if their hits were the same, each with its key:
    judged by this rubric with its gate and by this program, by the facts that the call has now.

    Of what was heard there is only who said what, when; of the judgement only what it came to.
    """
    for page in pages(keys):
        heads = _heads(connection, page, rubric)
        by_this = _runs_by(connection, {head.run for head in heads}, program)
        heads = [head for head in heads if head.run in by_this]
        said = parts_of(connection, utterances, [h.hearing for h in heads if h.hearing is not None], *_SAID)
        found = parts_of(connection, hits, [head.id for head in heads])
        for head in heads:
            yield (
                head.id,
                Inspection(
                    recording=Recording(rows.read_call(head), (), head.audio_sha256),
                    status=Status(head.status),
                    reason=None,
                    revisions=rows.read_revisions(head),
                    duration=head.duration,
                    layout=head.layout,
                    transcript=Transcript(tuple(map(rows.read_text, said[head.hearing]))),
                    hits=rows.read_hits(found[head.id]),
                    scorecard=_outcome(head),
                    agent_channel=head.taken_channel,
                    role_evidence=codec.read_role_evidence(head.role_evidence),
                ),
            )


def _heads(connection: Connection, keys: Sequence[int], rubric: str) -> list[Row[Any]]:
    i, later = inspections.c, inspections.alias()
    query = (
        select(*_HEAD)
        .select_from(inspections.join(calls, i.call == calls.c.id))
        .where(
            i.id.in_(keys),
            i.rubric == rubric,
            # What is known of a call changes with a new judgement, and then an older one that is taken up
            # again may rest on what was known before. Of merged calls it changes by itself.
            ~exists(select(1).where(later.c.call == i.call, later.c.id > i.id)),
            ~exists(select(1).where(merges.c.call == i.call)),
        )
    )
    found = {row.id: row for row in connection.execute(query)}
    return [found[key] for key in keys if key in found]


def _runs_by(connection: Connection, keys: set[int], program: str) -> set[int]:
    """Those of these runs that this program did, and that came to their end."""
    found = set()
    for row in connection.execute(select(runs.c.id, runs.c.summary).where(runs.c.id.in_(sorted(keys)))):
        with suppress(ValueError, AttributeError):
            if json.loads(row.summary or "{}").get(JUDGING) == program:
                found.add(row.id)
    return found


def _outcome(head: Row[Any]) -> Scorecard | None:
    if not head.judged:
        return None
    return Scorecard((), head.score, head.passed, head.fatal, (), flagged=head.flagged)


def copy_judgements(connection: Connection, keys: Sequence[int], *, lexicons: str, run_id: int) -> None:
    """Current revisions by these lexicons that say what these inspections say, which are current no longer;
    one statement for each table."""
    given = {"lexicons": lexicons, "run": run_id, "current": True, "inspected_at": now()}
    i, base, copy = inspections.c, inspections.alias(), inspections.alias()
    columns = [c for c in i if c.name != "id"]
    taken = [literal(given[c.name], c.type) if c.name in given else c for c in columns]
    chosen = select(*taken).where(i.id.in_(keys)).order_by(i.id)
    connection.execute(insert(inspections).from_select([c.name for c in columns], chosen))
    same_call = and_(copy.c.call == base.c.call, copy.c.current)
    for table in (hits, findings):
        own = [c for c in table.c if c.name != "inspection"]
        joined = table.join(base, table.c.inspection == base.c.id).join(copy, same_call)
        parts = select(copy.c.id, *own).select_from(joined).where(base.c.id.in_(keys))
        connection.execute(insert(table).from_select(["inspection", *(c.name for c in own)], parts))
