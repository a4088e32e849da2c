"""What events add up to. Pure: the same events in the same order always give the same verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.domain import Addition, Decision, DecisionKind, FindingVerdict, Origin, Outcome, Span, Verdict

_ABOUT_FINDINGS = (DecisionKind.VERDICT, DecisionKind.ADDITION)


def taken_back(events: Iterable[Decision]) -> frozenset[int]:
    """Keys of the events that do not count: undone, and the undoing not undone itself."""
    undoing = {e.undoes: e.id for e in events if e.undoes is not None}
    out: set[int] = set()
    for first in undoing:
        chain = [first]
        while chain[-1] in undoing:
            chain.append(undoing[chain[-1]])
        if len(chain) % 2 == 0:  # the last undo of the chain stands
            out.add(first)
    return frozenset(out)


def undo_target(events: Sequence[Decision], wanted: int) -> int:
    """The event that an undo of ``wanted`` must name: where it was undone and brought back, what did that."""
    undoing = {e.undoes: e.id for e in events if e.undoes is not None}
    target = wanted
    while target in undoing:
        target = undoing[target]
    return target


def swapped(events: Sequence[Decision]) -> bool:
    """Whether people say that agent and customer are the other way round than the machine heard."""
    gone = taken_back(events)
    return sum(e.kind is DecisionKind.ROLES and e.id not in gone for e in events) % 2 == 1


def verdicts(events: Sequence[Decision]) -> dict[str, FindingVerdict]:
    """Criterion -> what stands of the events of one call, in the order they came.

    Events from before the roles were swapped spoke about somebody else's words: they count again when the
    swap is undone.
    """
    gone, now = taken_back(events), swapped(events)
    out: dict[str, FindingVerdict] = {}
    for event in events:
        if event.kind in _ABOUT_FINDINGS and event.id not in gone and event.swapped == now:
            criterion = event.criterion or ""
            out[criterion] = after(out.get(criterion), event)
    return out


def after(before: FindingVerdict | None, event: Decision) -> FindingVerdict:
    """The verdict on a finding after one more event.

    A second person who agrees settles it; one who disagrees makes it a dispute, which only a final event
    (of a supervisor or of the panel of an appeal) or one of the two can end.
    """
    fresh = _fresh(event)
    if before is None or not (before.added or before.outcome is event.outcome):
        return fresh
    kept = replace(before, additions=before.additions + fresh.additions)
    if _ends(event, before):
        second = before.by if event.by != before.by else before.second
        added = before.added or fresh.added
        return replace(fresh, added=added, additions=kept.additions, second=second, settled=True)
    if event.by == before.by:
        return _by_the_first(kept, event, fresh)
    if before.disputed and event.by != before.second:
        return kept  # a third person cannot end it
    if event.verdict is before.verdict:
        second = before.second if before.second is not None and not before.disputed else event.by
        return replace(kept, second=second, opposed=None, disputed=False, settled=True)
    return replace(kept, second=event.by, opposed=event.verdict, disputed=True, settled=False)


def _ends(event: Decision, before: FindingVerdict) -> bool:
    """Whether this event has the last word: a supervisor's other verdict, or any of an appeal."""
    if event.origin is Origin.APPEAL or (event.final and before.disputed):
        return True
    return event.final and event.by != before.by and event.verdict is not before.verdict


def _by_the_first(before: FindingVerdict, event: Decision, fresh: FindingVerdict) -> FindingVerdict:
    """The one who decided speaks again."""
    if event.verdict is before.verdict:
        return replace(before, comment=event.comment or before.comment)
    changed = replace(fresh, added=before.added or fresh.added, additions=before.additions)
    if before.disputed and event.verdict is before.opposed:
        return replace(changed, second=before.second, settled=True)
    return changed


def _fresh(event: Decision) -> FindingVerdict:
    addition = event.kind is DecisionKind.ADDITION
    outcome = event.outcome or Outcome.NOT_APPLICABLE
    span = event.span or Span(0, 0)
    place = Addition(span, event.role, event.quote or "", event.comment, event.id, event.by)
    return FindingVerdict(
        criterion=event.criterion or "",
        verdict=event.verdict or Verdict.CONFIRMED,
        outcome=outcome,
        by=event.by,
        at=event.at,
        decision=event.id,
        added=addition and outcome is not Outcome.FAILED,
        settled=not event.grave or event.origin is Origin.APPEAL,
        comment=event.comment,
        additions=(place,) if addition else (),
        by_name=event.by_name,
    )


def outcome_with(outcome: Outcome | None, verdict: FindingVerdict | None) -> Outcome | None:
    """What a finding comes to with people's verdict in it; a dispute accuses nobody."""
    if verdict is None or not verdict.holds(outcome):
        return outcome
    if verdict.disputed or verdict.verdict is Verdict.UNSURE:
        return Outcome.UNDETERMINED
    return Outcome.FAILED if verdict.verdict is Verdict.CONFIRMED else Outcome.PASSED
