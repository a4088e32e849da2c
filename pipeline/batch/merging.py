"""A person says that one call is the corrected file of another: it is judged by the facts it takes over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pipeline.domain import Call, Inspection
from pipeline.inspection.judging import judge_again
from pipeline.inspection.rules import Rules
from pipeline.store import Store
from pipeline.store.repositories.merges import Merged


def merge(
    store: Store,
    rules: Callable[[], Rules],
    new: str,
    old: str,
    *,
    by: int | None,
    seen: tuple[str, str] | None = None,
) -> Merged:
    """Let the call ``new`` take the place of ``old``: its id and facts; nobody's verdicts.

    ``rules`` is only called where the facts differ: compiling them takes a second or two.

    Raises:
        Missing, Refused, Conflict: as :meth:`Merging.merge`. UsageError: the rules cannot be used.
    """
    judged = _judged(store, rules, new, store.merges.facts_after(new, old))
    return store.merges.merge(new, old, by=by, judged=judged, seen=seen)


def undo_merge(store: Store, rules: Callable[[], Rules], call_id: str, *, by: int | None) -> Merged:
    """Let both calls of a merge stand on their own again.

    Raises:
        Missing, Refused: as :meth:`Merging.undo`. UsageError: the rules cannot be used.
    """
    new, facts = store.merges.facts_before(call_id)
    judged = _judged(store, rules, new, facts)
    return store.merges.undo(call_id, by=by, judged=judged)


def _judged(store: Store, rules: Callable[[], Rules], call_id: str, facts: Call) -> Inspection | None:
    """What was heard in a call, judged by other facts; None where they do not change anything."""
    current = store.inspections.current(call_id)
    if current is None or current.duration is None:
        return None
    known = current.recording.call
    if replace(known, call_id=facts.call_id) == facts:
        return None
    changed = replace(current, recording=replace(current.recording, call=facts))
    earlier, said = store.judgements.confirmed_earlier(current), store.judgements.words_of(current.recording)
    return judge_again(changed, rules(), earlier=earlier, words=said)
