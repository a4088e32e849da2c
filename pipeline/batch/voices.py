"""After a run has listened: whose voices these are, and what that changes in the calls it has written.

The roles of all calls of one agent are settled together, from their voices and from what claim, words and
order said of each (`speech.agent_voices`). That depends on nothing but the calls of the run: not on who heard
them nor in which order, and not on what was settled before, so that a run that was killed comes to the same
end when it goes on. Calls whose judgement changes are judged again from what is stored. Then the voices are
erased, unless settings say to keep them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.batch.faults import FAULT, fault_of
from pipeline.batch.rulebooks import rules_in_force
from pipeline.domain import CallVoices, Inspection, PhraseHit, Role, RoleEvidence, Status, Transcript
from pipeline.errors import CallinspectError
from pipeline.inspection.announcing import with_line
from pipeline.inspection.judging import judge_again
from pipeline.inspection.rules import Rules
from pipeline.messages import Message
from pipeline.review.roles import of_speaker, parted, swapped
from pipeline.settings import Settings
from pipeline.speech.agent_voices import middle_of, settle
from pipeline.speech.roles import RoleAssignment
from pipeline.store import Store, StoredProblem
from pipeline.store.voice_rows import StoredVoices

MOST_KEPT = 60
"""Calls of earlier runs that an agent's are compared with, where they are kept: the latest."""
_SURE = 0.9
"""Roles as sure as this suffice for any accusation: to be surer still changes no judgement."""


@dataclass(frozen=True, slots=True)
class SettledRoles:
    """The roles of one call, and whose voices they are."""

    of: StoredVoices
    found: RoleAssignment


def settled_roles(stored: Sequence[StoredVoices]) -> Iterator[SettledRoles]:
    """The roles of the calls of the run, agent by agent; those of which voices tell nothing are left out.

    Args:
        stored: in the order of their call ids.
    """
    for _, same in groupby(sorted(stored, key=_embedder), _embedder):
        comparable = list(same)
        middle = middle_of([one.voices for one in comparable])
        for _, mine in groupby(sorted(comparable, key=_agent), _agent):
            calls = _compared(list(mine))
            for one, found in zip(calls, settle([_as_settled(c) for c in calls], middle), strict=True):
                if found is not None and not one.kept:
                    yield SettledRoles(one, found)


def _embedder(one: StoredVoices) -> str:
    return one.voices.embedder


def _agent(one: StoredVoices) -> str:
    return one.agent_id


def _compared(calls: list[StoredVoices]) -> list[StoredVoices]:
    """Calls of the run in which both parties were heard, and the latest of the kept ones."""
    heard = [one for one in calls if {piece.party for piece in one.voices.pieces} == {0, 1}]
    kept = sorted((one.key for one in heard if one.kept), reverse=True)[:MOST_KEPT]
    return [one for one in heard if not one.kept or one.key in kept]


def _as_settled(one: StoredVoices) -> CallVoices:
    """The voices of a call; where it was settled by an earlier run, that is what is known of it."""
    if not one.kept:
        return one.voices
    agent_first = one.voices.roles[0] is Role.AGENT
    return replace(one.voices, evidence=RoleEvidence(words=8.0 if agent_first else -8.0))


def settle_voices(
    store: Store,
    settings: Settings,
    *,
    run_id: int,
    failed: Callable[[StoredProblem], None],
    moved: Callable[[Status, Status], None] = lambda _before, _after: None,
) -> int:
    """Settle the roles of all calls of this run, and judge those again whose roles or doubts change.

    Args:
        failed: told of a call on which the program failed; it stays as it was judged.
        moved: told of the status of each call judged again, before and after.

    Returns:
        How many calls were judged again.
    """
    found = list(settled_roles(store.voices.all()))
    known = store.voices.evidence([one.of.key for one in found])
    stated: list[tuple[int, RoleEvidence]] = []
    rules: Rules | None = None
    done = 0
    for one in found:
        before = known.get(one.of.key)
        if before is None or before == one.found.evidence:
            continue
        if _same_judgement(one, before):
            stated.append((one.of.key, one.found.evidence))
            continue
        rules = rules or rules_in_force(store, settings)
        try:
            done += _judge(store, rules, one, run_id=run_id, moved=moved)
        except Exception as error:
            if isinstance(error, CallinspectError | MemoryError):
                raise
            reason = Message("batch.voices-not-settled", detail=fault_of(error).line)
            failed(StoredProblem(FAULT, reason, None, one.of.call_id))
    store.voices.set_evidence(stated, run_id=run_id)
    return done


def _same_judgement(one: SettledRoles, before: RoleEvidence) -> bool:
    after = one.found.evidence
    return (
        one.found.roles == one.of.voices.roles
        and (after.doubtful, after.stranger, after.second_agent)
        == (before.doubtful, before.stranger, before.second_agent)
        and (min(after.confidence, before.confidence) >= _SURE or after.confidence == before.confidence)
    )


def _judge(
    store: Store,
    rules: Rules,
    one: SettledRoles,
    *,
    run_id: int,
    moved: Callable[[Status, Status], None],
) -> bool:
    """Store the call with its settled roles; False where a person has said who is who, or it is gone."""
    current = store.inspections.current(one.of.call_id)
    voices = one.of.voices
    if current is None or current.revisions.roles_corrected:
        return False
    if len(current.transcript.utterances) != len(voices.parties):
        return False
    earlier = store.judgements.confirmed_earlier(current)
    turned = replace(_with_roles(current, earlier, one, rules), role_evidence=one.found.evidence)
    earlier = earlier if one.found.roles == voices.roles else ()
    said = store.judgements.words_of(current.recording)
    judged = judge_again(turned, rules, earlier=earlier, words=said)
    judged = replace(judged, voices=replace(voices, roles=one.found.roles))
    if not store.inspections.save(judged, run_id=run_id, replace=True, key=one.of.key):
        return False
    moved(current.status, judged.status)
    return True


def _with_roles(
    current: Inspection, earlier: Sequence[PhraseHit], one: SettledRoles, rules: Rules
) -> Inspection:
    """The call with its settled roles and how sure they are, its phrases to be looked for again."""
    voices, roles = one.of.voices, one.found.roles
    if roles == voices.roles:
        turned = replace(current, revisions=replace(current.revisions, lexicons=""))
    elif voices.roles[0] is voices.roles[1]:
        turned = parted(current, [with_line(roles)[party] for party in voices.parties])
    else:
        turned = swapped(replace(current, hits=(*current.hits, *earlier)))
        speakers = {(p.code.code, p.canonical): p.code.role for p in rules.matcher.lexicons.phrases}
        revisions = replace(current.revisions, lexicons="")
        turned = replace(turned, hits=of_speaker(turned.hits, speakers), revisions=revisions)
    # Of a doubtful call nothing is decided anyway, and it must not be taken for one without an agent.
    doubtful = one.found.evidence.doubtful
    surer = 1.0 if doubtful else one.found.confidence / current.role_evidence.confidence
    said = tuple(
        replace(u, role_confidence=min(1.0, u.role_confidence * surer)) for u in turned.transcript.utterances
    )
    return replace(turned, transcript=Transcript(said), scorecard=None)
