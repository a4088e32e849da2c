"""A person says that agent and customer are swapped: the call is judged anew, and stays so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

from pipeline.batch.faults import FAULT, fault_of
from pipeline.batch.rulebooks import rules_in_force
from pipeline.domain import Case, DecisionKind, Inspection, Role
from pipeline.errors import CallinspectError, Conflict, Refused, no_call
from pipeline.inspection.judging import judge_again
from pipeline.inspection.rules import Rules
from pipeline.messages import Message
from pipeline.review.roles import agree, of_speaker, swapped
from pipeline.settings import Settings
from pipeline.store import Store, StoredProblem


def correct_roles(
    store: Store, rules: Rules, call_id: str, *, by: int | None, request: str, comment: str = "",
    sound: str | None = None, regardless: bool = False,
) -> Case:  # fmt: skip
    """Swap the roles of a call and judge it by these rules.

    Raises:
        Missing: no such call. Refused: ``not-heard``, where nothing was said. Conflict: ``request-reused``;
            ``other-recording``: the id is not that of ``sound`` any more.
    """
    corrected = _swapped(store, rules, _heard(store, call_id), turned=True)
    return store.decisions.correct_roles(
        call_id, corrected, by=by, request=request, comment=comment, sound=sound, regardless=regardless
    )


def undo_roles(store: Store, rules: Rules, event_id: int, *, by: int | None, request: str) -> Case:
    """Take a correction (or its undoing) back: the call is judged with the roles as they were before.

    Raises:
        Missing: no such event. Refused: as :meth:`Decisions.undo`.
    """
    call_id = store.decisions.event(event_id).call_id
    restored = _swapped(store, rules, _heard(store, call_id), turned=True)
    return store.decisions.undo_roles(event_id, restored, by=by, request=request)


def keep_roles(
    store: Store, settings: Settings, *, run_id: int, failed: Callable[[StoredProblem], None] | None = None
) -> int:
    """After a run: swap the roles again in calls that it heard anew and that people had corrected.

    A call in which the engine now says of itself what the person said is left alone.

    Args:
        failed: told of a call on which the program failed, which the next run tries again; without it, that
            is raised.

    Returns:
        How many calls were corrected.
    """
    done = 0
    rules: Rules | None = None
    calls = store.decisions.corrected_calls()
    keys = {(one.call_id, one.sha256): one.key for one in store.identities.known(call_ids=calls)}
    for call_id in calls:
        current = store.inspections.current(call_id)
        if current is None or current.revisions.roles_corrected or not current.transcript.utterances:
            continue
        known = [one for one in store.inspections.revisions(call_id) if one.revisions.roles_corrected]
        if not known or agree(current.transcript, known[-1].transcript):
            continue
        rules = rules or rules_in_force(store, settings)
        try:
            key = keys.get((call_id, current.recording.sha256))  # whatever it is called by then
            store.inspections.save(_swapped(store, rules, current), run_id=run_id, key=key)
        except Exception as error:
            if failed is None or isinstance(error, CallinspectError | MemoryError):
                raise
            reason = Message("batch.roles-not-kept", detail=fault_of(error).line)
            failed(StoredProblem(FAULT, reason, None, call_id))
        else:
            done += 1
    return done


def follow_list(store: Store, settings: Settings, channels: Sequence[tuple[str, str, str]]) -> int:
    """Swap the roles in calls whose agent the call list puts on the other channel now.

    Before what the list says is stored with the calls: a run that is killed in between does it next time.

    Args:
        channels: call id, digest of the recording, and channel of the agent.

    Returns:
        How many calls were corrected.
    """
    rules: Rules | None = None
    done = 0
    for call_id, sound, channel in channels:
        current = store.inspections.current(call_id)
        if current is None or not current.transcript.utterances or current.agent_channel == channel:
            continue
        rules = rules or rules_in_force(store, settings)
        comment, request = f"call list: {channel}", str(uuid4())
        with suppress(Conflict):  # the id went to another recording meanwhile
            correct_roles(
                store, rules, call_id, by=None, request=request, comment=comment, sound=sound, regardless=True
            )
            done += 1
    return done


def _heard(store: Store, call_id: str) -> Inspection:
    found = store.inspections.current(call_id)
    if found is None:
        raise no_call(call_id)
    if not found.transcript.utterances:
        raise Refused("nothing was heard in this call: there are no roles to swap", code="not-heard")
    return found


def _swapped(store: Store, rules: Rules, current: Inspection, *, turned: bool = False) -> Inspection:
    """The call judged with the roles the other way round.

    Args:
        turned: somebody is about to say so; else they have said it already.
    """
    said = store.judgements.words_of(current.recording, turned=turned)
    base = _as_heard(store, current)
    if base is not None:
        return judge_again(base, rules, earlier=store.judgements.confirmed_earlier(base), words=said)
    # What the sound confirmed is not looked for again: it changes its speaker, whichever revision knew it.
    known = (*current.hits, *store.judgements.confirmed_earlier(current))
    other = swapped(replace(current, hits=known))
    speakers: dict[tuple[str, str], Role | None] = {
        (p.code.code, p.canonical): p.code.role for p in rules.matcher.lexicons.phrases
    }
    theirs = replace(other, hits=of_speaker(other.hits, speakers))
    return judge_again(theirs, rules, earlier=(), words=said)


def _as_heard(store: Store, current: Inspection) -> Inspection | None:
    """What the machine itself had heard, where ``current`` is a correction: swapping twice loses measures."""
    if not current.revisions.roles_corrected:
        return None
    wanted = replace(current.revisions.with_roles_swapped, lexicons="", rubric="")
    for one in reversed(store.inspections.revisions(current.recording.call.call_id)):
        if replace(one.revisions, lexicons="", rubric="") == wanted:
            return one
    return None


def take_back(
    store: Store, rules: Callable[[], Rules], event_id: int, *, by: int | None, request: str
) -> Case:
    """Undo any event: where it is about roles, the call is judged anew with them as they were before.

    ``rules`` is only called then: compiling them takes a second or two.

    Raises:
        Missing, Refused, Conflict: as :meth:`Decisions.undo`. UsageError: the rules cannot be used.
    """
    decisions = store.decisions
    if decisions.root(event_id).kind is DecisionKind.ROLES:
        return undo_roles(store, rules(), event_id, by=by, request=request)
    return decisions.undo(event_id, by=by, request=request)
