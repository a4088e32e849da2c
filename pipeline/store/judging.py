"""Judging again: read what judgement needs of stored inspections, write new revisions beside the old ones.

A night has ten thousand calls, so both ways are lean: no word times until somebody asks, no second copy of
a transcript, and rows that are made ready outside the process that writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, insert, or_, select, true, update

from pipeline.domain import (
    CaseState,
    How,
    Inspection,
    Outcome,
    PhraseHit,
    Recording,
    ReviewState,
    Scorecard,
    Status,
    Word,
)
from pipeline.domain.inspection import BETWEEN, LEARNED, sheet_revision
from pipeline.store import codec, projections, rows
from pipeline.store.call_files import files_of, first
from pipeline.store.filter import CallFilter, in_order
from pipeline.store.reading import heads_of, parts_of
from pipeline.store.review_tables import cases, verdicts
from pipeline.store.standing import KeptJudgement, copy_judgements
from pipeline.store.statements import now, pages
from pipeline.store.tables import calls, findings, hits, inspections, measurements, utterances
from pipeline.store.writing import check_fence, delete_orphaned_hearings, same_revisions

_REVISIONS = ("audio_sha256", "engine", "model", "lexicons", "rubric", "settings")
_NO_CARD: rows.Values = dict.fromkeys(
    ("score", "passed", "fatal", "flagged", "flag_reasons", "alerts", "not_applicable", "sections", "ledger")
)
_CARD = ("status", "reason", "score", "flag_reasons", "ledger")
"""Columns that tell whether two judgements of one hearing are the same."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A new judgement of a stored inspection, as rows: made by :func:`judgement`, for any process to send."""

    of: int
    """Key of the inspection that was judged again."""
    values: rows.Values
    hits: list[rows.Values]
    findings: list[rows.Values]


class StoredWords(Sequence[Word]):
    """The words of an utterance, read from their JSON when somebody asks."""

    __slots__ = ("_text", "_words")

    def __init__(self, text: str) -> None:
        self._text = text
        self._words: tuple[Word, ...] | None = None

    @property
    def _read(self) -> tuple[Word, ...]:
        if self._words is None:
            self._words = codec.read_words(self._text)
        return self._words

    @overload
    def __getitem__(self, index: int) -> Word: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Word]: ...
    def __getitem__(self, index: int | slice) -> Word | Sequence[Word]:
        return self._read[index]

    def __len__(self) -> int:
        return len(self._read)

    def __iter__(self) -> Iterator[Word]:
        return iter(self._read)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._read == tuple(other)

    def __hash__(self) -> int:
        return hash(self._read)


def outdated(connection: Connection, where: CallFilter, *, lexicons: str, rubric: str) -> list[int]:
    """Keys of current inspections that were heard, but judged by other lexicons or another rubric.

    Where only the gate is another one, what people have settled stays as it is: a score that is final does
    not hang on what the machine may take points for, and a call that somebody finished is not moved. Another
    rate may leave undetermined what somebody confirmed: where rates were learned, such a call stays too.
    """
    done = exists(
        select(1).where(
            cases.c.call == inspections.c.call, or_(cases.c.final, cases.c.state == CaseState.DONE.value)
        )
    )
    confirmed = exists(
        select(1).where(
            verdicts.c.call == inspections.c.call,
            verdicts.c.state == ReviewState.CONFIRMED.value,
            verdicts.c.added.is_(False),
            verdicts.c.outcome != Outcome.NOT_APPLICABLE.value,  # no rate moves what people answer
        )
    )
    learned = rubric != sheet_revision(rubric) and rubric.endswith(LEARNED)
    by_rates = true() if learned else inspections.c.rubric.like(f"%{BETWEEN}%{LEARNED}")
    settled = or_(done, and_(by_rates, confirmed))
    query = in_order(where, connection, inspections.c.id).where(
        inspections.c.status != Status.UNREADABLE.value,
        inspections.c.duration.is_not(None),
        or_(
            inspections.c.lexicons != lexicons,
            and_(inspections.c.rubric != rubric, or_(~of_sheet(sheet_revision(rubric)), ~settled)),
        ),
    )
    return list(connection.execute(query).scalars())


def of_sheet(revision: str) -> ColumnElement[bool]:
    """Condition: judged by this revision of a sheet, under whatever gate."""
    rubric = inspections.c.rubric
    return or_(rubric == revision, rubric.startswith(revision + BETWEEN, autoescape=True))


def heard(connection: Connection, keys: Sequence[int]) -> Iterator[tuple[int, Inspection]]:
    """What judgement needs of these inspections, each with its key.

    The ledger is left out, and the evidence of findings that did not fail.
    """
    for page in pages(keys):
        heads = heads_of(connection, page)
        hearings = [head.hearing for head in heads if head.hearing is not None]
        said = parts_of(connection, utterances, hearings, *_SAID)
        measured = parts_of(connection, measurements, hearings, *_MEASURED)
        found, judged = parts_of(connection, hits, page), parts_of(connection, findings, page)
        files = files_of(connection, [head.call for head in heads])
        for head in heads:
            yield (
                head.id,
                Inspection(
                    recording=Recording(rows.read_call(head), first(files.get(head.call)), head.audio_sha256),
                    status=Status(head.status),
                    reason=codec.read_message(head.reason),
                    revisions=rows.read_revisions(head),
                    duration=head.duration,
                    layout=head.layout,
                    transcript=rows.read_transcript(said[head.hearing], words=StoredWords),
                    measures=rows.read_measures(measured[head.hearing]),
                    hits=rows.read_hits(found[head.id]),
                    scorecard=_card(head, judged[head.id]),
                    reason_code=head.reason_code,
                    agent_channel=head.taken_channel,
                    role_evidence=codec.read_role_evidence(head.role_evidence),
                ),
            )


def confirmed(connection: Connection, keys: Sequence[int]) -> dict[int, tuple[PhraseHit, ...]]:
    """What the sound confirmed for other revisions of one hearing by the same engine, model and settings,
    the newest revision first; by the key of the inspection."""
    found: dict[int, list[Row[Any]]] = {}
    mine, other = inspections.alias(), inspections.alias()
    same = (mine.c[name] == other.c[name] for name in ("call", "hearing", "engine", "model", "settings"))
    query = (
        select(mine.c.id.label("of"), hits)
        .select_from(mine.join(other, and_(*same)).join(hits, hits.c.inspection == other.c.id))
        .where(mine.c.id != other.c.id, hits.c.how == How.CONFIRMED.value)
        .order_by(mine.c.id, other.c.id.desc(), hits.c.number)
    )
    for page in pages(keys):
        for row in connection.execute(query.where(mine.c.id.in_(page))):
            found.setdefault(row.of, []).append(row)
    return {key: rows.read_hits(some) for key, some in found.items()}


def confirmed_earlier(connection: Connection, inspection: Inspection) -> tuple[PhraseHit, ...]:
    """The same for one stored inspection; nothing where it is stored no longer."""
    joined = inspections.join(calls, inspections.c.call == calls.c.id)
    mine = and_(calls.c.call_id == inspection.recording.call.call_id, same_revisions(inspection.revisions))
    key = connection.execute(select(inspections.c.id).select_from(joined).where(mine)).scalar()
    return () if key is None else confirmed(connection, [key]).get(key, ())


_SAID = tuple(c for c in utterances.c if c.name not in ("hearing", "number"))
_MEASURED = tuple(c for c in measurements.c if c.name not in ("hearing", "number"))
_FAILED = Outcome.FAILED.value


def _card(head: Row[Any], found: rows.Rows) -> Scorecard | None:
    if head.ledger is None:
        return None
    return Scorecard(
        findings=tuple(rows.read_finding(row, proof=row.outcome == _FAILED) for row in found),
        score=head.score,
        passed=head.passed,
        fatal=head.fatal,
        ledger=(),
        flagged=head.flagged,
        flag_reasons=codec.read_messages(head.flag_reasons),
        alerts=codec.read_strings(head.alerts),
        not_applicable=codec.read_message(head.not_applicable),
    )


def judgement(key: int, inspection: Inspection) -> Judgement:
    """The rows of a new judgement of the inspection with this key."""
    values = rows.inspection_values(inspection)
    return Judgement(key, values, rows.hit_values(inspection.hits), rows.finding_values(inspection.scorecard))


def save_judgements(connection: Connection, made: Sequence[Judgement | KeptJudgement], *, run_id: int) -> int:
    """Write new revisions and make them current; see :meth:`Judgements.save`."""
    check_fence(connection, run_id)
    bases = _bases(connection, [one.of for one in made])
    fresh = [one for one in made if one.of in bases]
    known = _known(connection, [bases[one.of] for one in fresh])
    retired, revived, replaced = list[int](), list[int](), list[Row[Any]]()
    added, copied = list[Judgement](), dict[str, list[int]]()
    for one in fresh:
        base = bases[one.of]
        values = one.values if isinstance(one, Judgement) else _kept_values(base, one)
        retired.append(base.id)
        earlier = known.get(_identity(base.call, values))
        if earlier is not None and earlier.id == base.id:
            retired.pop()  # judged by these very rules already
        elif earlier is not None and _same(earlier, base, values):
            revived.append(earlier.id)
        else:
            if earlier is not None:
                replaced.append(earlier)
            if isinstance(one, Judgement):
                added.append(one)
            else:
                copied.setdefault(one.lexicons, []).append(base.id)
    i = inspections.c
    if replaced:
        connection.execute(delete(inspections).where(i.id.in_([row.id for row in replaced])))
        delete_orphaned_hearings(connection, [row.hearing for row in replaced if row.hearing is not None])
    if retired:
        connection.execute(update(inspections).where(i.id.in_(retired)).values(current=False))
    if revived:
        connection.execute(update(inspections).where(i.id.in_(revived)).values(current=True))
    _insert(connection, added, bases, run_id)
    for lexicons, keys in copied.items():
        copy_judgements(connection, keys, lexicons=lexicons, run_id=run_id)
    projections.refresh(connection, [bases[one.of].call for one in fresh])
    return len(retired)


def _bases(connection: Connection, keys: Sequence[int]) -> dict[int, Row[Any]]:
    """The inspections that were judged again, without those that are not current any more."""
    i = inspections.c
    columns = (i.id, i.call, i.hearing, *(i[name] for name in (*_REVISIONS, *_CARD)))
    query = select(*columns).where(i.id.in_(keys), i.current)
    found: list[Row[Any]] = list(connection.execute(query))
    return {row.id: row for row in found}


def _known(connection: Connection, bases: Sequence[Row[Any]]) -> dict[tuple[Any, ...], Row[Any]]:
    """All inspections of these calls, by call and revisions."""
    i = inspections.c
    columns = (i.id, i.call, i.hearing, *(i[name] for name in (*_REVISIONS, *_CARD)))
    query = select(*columns).where(i.call.in_([base.call for base in bases]))
    found: dict[tuple[Any, ...], Row[Any]] = {}
    for row in connection.execute(query):
        found[row.call, *(getattr(row, name) for name in _REVISIONS)] = row
    return found


def _identity(call: int, values: rows.Values) -> tuple[Any, ...]:
    return (call, *(values[name] for name in _REVISIONS))


def _kept_values(base: Row[Any], one: KeptJudgement) -> rows.Values:
    """The columns of a judgement that stands, as far as others are compared with them."""
    return {name: getattr(base, name) for name in (*_REVISIONS, *_CARD)} | {"lexicons": one.lexicons}


def _same(earlier: Row[Any], base: Row[Any], values: rows.Values) -> bool:
    """Whether the stored revision says what the new judgement says; facts of the call may have changed."""
    return earlier.hearing == base.hearing and all(
        getattr(earlier, name) == values.get(name) for name in _CARD
    )


def _insert(
    connection: Connection, made: Sequence[Judgement], bases: Mapping[int, Row[Any]], run_id: int
) -> None:
    if not made:
        return
    common = {"run": run_id, "current": True, "inspected_at": now()}
    heads = [
        {**_NO_CARD, **one.values, **common, "call": bases[one.of].call, "hearing": bases[one.of].hearing}
        for one in made
    ]
    returning = insert(inspections).returning(inspections.c.id, sort_by_parameter_order=True)
    keys = list(connection.execute(returning, heads).scalars())
    for table, parts in ((hits, [one.hits for one in made]), (findings, [one.findings for one in made])):
        many = [{"inspection": key, **row} for key, own in zip(keys, parts, strict=True) for row in own]
        if many:
            connection.execute(insert(table), many)
