"""What reviews and samples decide for the next judgement: which criteria take points (``trust_rows`` counts
what people said), and how rare violations are (``rarity_rows``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select

from pipeline.domain.inspection import BETWEEN
from pipeline.errors import Missing
from pipeline.review import trust as rules
from pipeline.review.events import check_author
from pipeline.review.rarity import CodeRarity, RarityChange, learned_of
from pipeline.review.trust import Trust, TrustChange, TrustChangeKind
from pipeline.rubric import Rubric
from pipeline.rubric.trust import OPEN_GATE, TrustGate
from pipeline.store.auditing import note
from pipeline.store.database import Repository
from pipeline.store.repositories import rarity_rows
from pipeline.store.repositories.accounts import names_of
from pipeline.store.repositories.rulebook_rows import Rulebook, remember
from pipeline.store.repositories.trust_rows import figures, heard_calls, missed
from pipeline.store.rule_tables import rulebooks, trust_changes
from pipeline.store.statements import insert_once, now


class TrustRegister(Repository):
    """Which criteria take points, why, and who said so; and which rates reviews moved."""

    def criteria(self, rubric: Rubric) -> tuple[Trust, ...]:
        """Every criterion of a sheet in its order, as things stand."""
        with self._read() as connection:
            return _trust(connection, rubric)

    def rarities(self, rubric: Rubric) -> tuple[CodeRarity, ...]:
        """Every code that a sheet accuses of: how rare it is taken to be, and what reviews say of it."""
        with self._read() as connection:
            return _rarities(connection, rubric)

    def rarity_changes(self, code: str | None = None) -> tuple[RarityChange, ...]:
        """The log of the rates, newest first."""
        with self._read() as connection:
            found = rarity_rows.changes(connection)
        return tuple(one for one in reversed(found) if code in (None, one.learned.code))

    def changes(self, criterion: str | None = None) -> tuple[TrustChange, ...]:
        """The log, newest first."""
        with self._read() as connection:
            found = _changes(connection)
        return tuple(one for one in reversed(found) if criterion in (None, one.criterion))

    def gate(self, revision: str) -> TrustGate:
        """What only flagged in judgements of this rubric revision and which rates were learned, and on what
        figures."""
        if BETWEEN not in revision:
            return OPEN_GATE
        query = select(rulebooks.c.content).where(
            rulebooks.c.revision == revision, rulebooks.c.kind == "trust"
        )
        with self._read() as connection:
            content = connection.execute(query).scalar()
        return OPEN_GATE if content is None else TrustGate.from_json(content)

    def foreseen(self, rubric: Rubric) -> TrustGate:
        """What the next run would judge by, without deciding it."""
        at = now()
        with self._read() as connection:
            trust, rare = _trust(connection, rubric), _rarities(connection, rubric)
        return _gate((one.decided(at) for one in trust), (one.decided(at) for one in rare))

    def in_force(self, rubric: Rubric) -> TrustGate:
        """What was decided last: for a call that is judged between two runs."""
        with self._read() as connection:
            gate = _gate(_trust(connection, rubric), _rarities(connection, rubric))
        return self._kept(rubric, gate)

    def decide(self, rubric: Rubric) -> TrustGate:
        """Let the reviews open and close gates and move rates: at the beginning of a run or a rescoring,
        which judges all of its calls by the answer, whatever people decide meanwhile."""
        if self.due(rubric):
            with self._write() as connection:
                for one in _trust(connection, rubric):
                    if one.due:
                        _append(connection, one, one.decided(now()).change)
                for rare in _rarities(connection, rubric):
                    if rare.due and (change := rare.decided(now()).change) is not None:
                        rarity_rows.append(connection, change)
        return self.in_force(rubric)

    def due(self, rubric: Rubric) -> bool:
        """Whether the next run or rescoring decides anything."""
        with self._read() as connection:
            due = any(one.due for one in _trust(connection, rubric))
            return due or any(one.due for one in _rarities(connection, rubric))

    def act(
        self,
        rubric: Rubric,
        criterion: str,
        kind: TrustChangeKind,
        *,
        reason: str,
        by: int | None,
        request: str,
    ) -> Trust:
        """A supervisor says that a criterion only flags, or takes points again, whatever the reviews say.

        Calls that are judged already change with the next rescoring. The same request again changes nothing.

        Raises:
            Missing: the sheet has no such criterion.
            Refused: no reason. Conflict: ``request-reused``, by somebody else.
        """
        reason = rules.check_act(kind, reason)
        with self._write() as connection:
            one = _locked(connection, rubric, criterion)
            if not _known(connection, request, by):
                made = one.changed(kind, at=now(), reason=reason)
                if _append(connection, one, made, by=by, request=request):
                    note(connection, "trust-act", by=by, subject=criterion, kind=kind.value)
            return _one(connection, rubric, criterion)

    def undo(self, rubric: Rubric, criterion: str, *, by: int | None, request: str) -> Trust:
        """Take the latest act about a criterion back: what held before it holds again.

        Raises:
            Missing: the sheet has no such criterion.
            Conflict: nothing was said by a person, or ``request-reused``.
        """
        with self._write() as connection:
            one = _locked(connection, rubric, criterion)
            if not _known(connection, request, by):
                act = rules.act_to_undo(criterion, _changes(connection))
                made = replace(one.changed(TrustChangeKind.UNDO, at=now()), undoes=act.id)
                if _append(connection, one, made, by=by, request=request):
                    note(connection, "trust-undo", by=by, subject=criterion, kind=act.kind.value)
            return _one(connection, rubric, criterion)

    def _kept(self, rubric: Rubric, gate: TrustGate) -> TrustGate:
        """The gate, its figures kept under its revision so that every score can be explained."""
        revision = gate.revision(rubric.revision)
        if not gate.neutral and self.gate(revision) is OPEN_GATE:
            with self._write() as connection:
                remember(connection, [Rulebook(revision, "trust", gate.as_json())])
        return gate


def _trust(connection: Connection, rubric: Rubric) -> tuple[Trust, ...]:
    items = [(item.id, item.severity) for item in rubric.accusing]
    known = figures(connection, [name for name, _ in items], latest=rubric.trust.latest)
    return rules.trust_of(rubric.trust, items, known, _changes(connection))


def _rarities(connection: Connection, rubric: Rubric) -> tuple[CodeRarity, ...]:
    _, misses = missed(connection)
    return rarity_rows.rarities(connection, rubric, heard=heard_calls(connection), missed=misses)


def _gate(trust: Iterable[Trust], rare: Iterable[CodeRarity]) -> TrustGate:
    """What a judgement is made by, as things stand."""
    gate = replace(rules.gate_of(trust), learned=learned_of(rare))
    return OPEN_GATE if gate.neutral else gate


def _one(connection: Connection, rubric: Rubric, criterion: str) -> Trust:
    found = next((one for one in _trust(connection, rubric) if one.criterion == criterion), None)
    if found is None:
        raise Missing(
            f"the sheet has no criterion {criterion!r}", code="trust-criterion", criterion=criterion
        )
    return found


def _locked(connection: Connection, rubric: Rubric, criterion: str) -> Trust:
    """The criterion; two who take back the same act do so one after the other."""
    mine = select(trust_changes.c.id).where(trust_changes.c.criterion == criterion)
    connection.execute(mine.with_for_update())
    return _one(connection, rubric, criterion)


def _changes(connection: Connection) -> list[TrustChange]:
    """The log, oldest first."""
    found: list[Row[Any]] = list(connection.execute(select(trust_changes).order_by(trust_changes.c.id)).all())
    names = names_of(connection, (row.user for row in found))
    return [
        TrustChange(
            id=row.id,
            criterion=row.criterion,
            kind=TrustChangeKind(row.kind),
            confirmed=row.confirmed,
            overturned=row.overturned,
            bar=row.bar,
            at=row.at,
            reason=row.reason,
            by_name=names.get(row.user),
            undoes=row.undoes,
        )
        for row in found
    ]


def _known(connection: Connection, request: str, by: int | None) -> bool:
    """Whether this request was answered before.

    Raises:
        Conflict: ``request-reused``: it was somebody else's.
    """
    query = select(trust_changes.c.user).where(trust_changes.c.request == request)
    row = connection.execute(query).one_or_none()
    if row is not None:
        check_author(request, row.user, by)
    return row is not None


def _append(
    connection: Connection,
    one: Trust,
    change: TrustChange | None,
    *,
    by: int | None = None,
    request: str | None = None,
) -> bool:
    """Whether it was written: not where the same request, sent twice at once, has been answered meanwhile."""
    assert change is not None
    values = {
        "criterion": one.criterion,
        "kind": change.kind.value,
        "confirmed": change.confirmed,
        "overturned": change.overturned,
        "bar": change.bar,
        "reason": change.reason,
        "user": by,
        "at": change.at,
        "undoes": change.undoes,
        "request": request,
    }
    if insert_once(connection, trust_changes, values) is None:
        return False
    if not (change.by_person or change.kind is TrustChangeKind.UNDO):
        note(
            connection,
            f"trust-{change.kind}",
            subject=one.criterion,
            confirmed=change.confirmed,
            overturned=change.overturned,
            bar=change.bar,
        )
    return True
