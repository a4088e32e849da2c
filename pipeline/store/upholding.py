"""What people settled in a call, for whoever judges it again: no learned rate undoes it.

A word counts with the rates that were learned when it was said: those of the judgement that the person looked
at. Only words about the sound that the call has count, and none that was taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, and_, exists, or_, select

from pipeline.domain import FindingVerdict, Outcome, Verdict
from pipeline.domain.inspection import LEARNED
from pipeline.review.folding import swapped, verdicts_when
from pipeline.rubric.rarity import NO_WORDS, LearnedRarity, Upheld, Words
from pipeline.rubric.trust import TrustGate
from pipeline.store.repositories.decision_rows import history
from pipeline.store.review_tables import decisions, verdicts
from pipeline.store.rule_tables import rarity_changes, rulebooks
from pipeline.store.tables import calls, inspections

_Learned = tuple[LearnedRarity, ...]


def words(connection: Connection, keys: Sequence[int]) -> dict[int, Words]:
    """By key of an inspection: what people settled in its call. Every call of which people said anything is
    there, be it with nothing: it may have been judged by a word that was taken back.

    Empty where no rate was ever learned.
    """
    if not _any_learned(connection):
        return {}
    i, v, d, seen = inspections.c, verdicts.c, decisions.c, inspections.alias()
    spoken = select(i.id).where(i.id.in_(keys), exists(select(1).where(d.call == i.call)))
    found: dict[int, dict[str, Upheld]] = {key: {} for key in connection.execute(spoken).scalars()}
    query = (
        select(i.id, v.criterion, v.outcome, seen.c.rubric)
        .select_from(
            inspections.join(verdicts, v.call == i.call)
            .join(decisions, d.id == v.decision)
            .outerjoin(seen, seen.c.id == d.inspection)
        )
        .where(
            i.id.in_(list(found)),
            or_(
                and_(v.outcome == Outcome.FAILED.value, v.verdict == Verdict.CONFIRMED.value),
                and_(v.outcome == Outcome.UNDETERMINED.value, v.verdict != Verdict.UNSURE.value),
            ),
            v.added.is_(False),
            d.sound_in_doubt.is_(False),
            or_(d.audio_sha256 == i.audio_sha256, d.audio_sha256 == ""),
        )
    )
    rows = connection.execute(query).all()
    rates = _learned(connection, {row.rubric for row in rows if row.rubric})
    for row in rows:
        confirmed = row.outcome == Outcome.FAILED.value
        found[row.id][row.criterion] = Upheld(confirmed, rates.get(row.rubric, ()))
    return dict(found)


def words_in(connection: Connection, call_id: str, sound: str, *, turned: bool = False) -> Words:
    """The same for one call; nothing where it is not stored.

    Args:
        sound: SHA-256 of the recording that is judged.
        turned: agent and customer are about to be taken the other way round: then other words stand.
    """
    call = connection.execute(select(calls.c.id).where(calls.c.call_id == call_id)).scalar()
    if call is None or not _any_learned(connection):
        return NO_WORDS
    events = history(connection, call)
    stands = {
        one.decision: one for one in verdicts_when(events, swapped(events) != turned).values() if _upheld(one)
    }
    heard = {e.id for e in events if not e.sound_in_doubt and e.audio_sha256 in (sound, "")}
    d, i = decisions.c, inspections.c
    seen = select(d.id, i.rubric).select_from(decisions.outerjoin(inspections, i.id == d.inspection))
    rows = connection.execute(seen.where(d.id.in_(heard & stands.keys()))).all()
    rates = _learned(connection, {row.rubric for row in rows if row.rubric})
    said = ((stands[row.id], rates.get(row.rubric, ())) for row in rows)
    return {one.criterion: Upheld(one.outcome is Outcome.FAILED, learned) for one, learned in said}


def _upheld(one: FindingVerdict) -> bool:
    match one.outcome:
        case Outcome.FAILED:
            return one.verdict is Verdict.CONFIRMED and not one.added
        case Outcome.UNDETERMINED:
            return one.verdict is not Verdict.UNSURE and not one.added
        case _:
            return False


def _any_learned(connection: Connection) -> bool:
    return connection.execute(select(rarity_changes.c.id).limit(1)).scalar() is not None


def _learned(connection: Connection, revisions: Collection[str]) -> Mapping[str, _Learned]:
    """Revision of a rubric with its gate -> the rates that had been learned then."""
    r = rulebooks.c
    wanted = [one for one in revisions if one.endswith(LEARNED)]
    query = select(r.revision, r.content).where(r.revision.in_(wanted), r.kind == "trust")
    return {row.revision: TrustGate.from_json(row.content).learned for row in connection.execute(query)}
