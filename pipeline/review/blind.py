"""Double listening is blind: the second knows nothing of the first's word until both are in.

Where two people must agree, everybody sees that a second listening is due, and only the first sees the word
that was said. Agents and leads see no more than the second: it would be told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from pipeline.domain import (
    Addition,
    Decision,
    DecisionKind,
    FindingVerdict,
    OpenCause,
    Outcome,
    Verdict,
)

_ABOUT = (DecisionKind.VERDICT, DecisionKind.ADDITION, DecisionKind.COMMENT, DecisionKind.UNDO)
_AWAITED = (OpenCause.UNHEARD, OpenCause.SECOND)


_EVIDENT = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
"""What the machine did not suspect: that somebody spoke of it at all says what they said."""


def betrays(outcome: Outcome | None) -> bool:
    """Whether a place that is added to such a finding would tell that it was confirmed."""
    return outcome not in _EVIDENT


def keeps_added(one: FindingVerdict) -> bool:
    """Whether everybody may know that people named a place that the machine did not."""
    return one.added and not (hides(one) and betrays(one.outcome))


def hides(one: FindingVerdict) -> bool:
    """Whether two must agree on this and have not both spoken (or a supervisor for them)."""
    return one.grave and one.cause in _AWAITED


def seen(one: FindingVerdict, eyes: int | None) -> FindingVerdict:
    """The verdict as this person may know it; ``eyes`` None: somebody who has said nothing here.

    Their own word is shown; of others nothing but that they are waited for. Where a violation was added to
    what the machine did not suspect, the place is shown, for it must be heard, but neither who named it nor
    how.
    """
    if not hides(one):
        return one
    own = next((voice for voice in one.voices if eyes is not None and voice.by == eyes), None)
    places = tuple(filter(None, (_place(place, one, eyes) for place in one.additions)))
    cleared = replace(
        one,
        verdict=own.verdict if own else None,
        by=own.by if own else None,
        by_name=own.by_name if own else None,
        decision=own.decision if own else 0,
        comment=own.comment if own else "",
        applies=own.applies if own else True,
        second=None,
        second_name=None,
        additions=places,
        added=one.added if places else keeps_added(one),
        voices=(own,) if own else (),
        hidden=any(voice is not own for voice in one.voices),
    )
    return replace(cleared, at=own.at) if own else cleared


def _place(place: Addition, one: FindingVerdict, eyes: int | None) -> Addition | None:
    if eyes is not None and place.by == eyes:
        return place
    if betrays(one.outcome):
        return None
    return Addition(place.span, place.role, "")


def seen_history(
    events: Sequence[Decision], verdicts: Mapping[str, FindingVerdict], eyes: int | None
) -> tuple[Decision, ...]:
    """The events that this person may know of.

    Of findings that two must agree on, others' events are left out until both are in, those taken back too;
    and what people who spoke about such a finding wrote about the whole call.
    """
    grave = {e.criterion for e in events if e.grave and e.criterion is not None}
    closed = {name for name in grave if name not in verdicts or hides(verdicts[name])}
    spoke = {e.by for e in events if e.criterion in closed and e.kind in _ABOUT and not _cannot_tell(e)}
    whole = DecisionKind.ANSWER
    return tuple(
        replace(e, comment="")
        if e.by in spoke and not _own(e, eyes) and (e.criterion is None or e.kind is whole)
        else e
        for e in events
        if _own(e, eyes) or not _tells(e, closed, spoke)
    )


def _tells(event: Decision, closed: Collection[str], spoke: Collection[int | None]) -> bool:
    if event.kind not in _ABOUT:
        return False
    return event.by in spoke if event.criterion is None else event.criterion in closed


def _cannot_tell(event: Decision) -> bool:
    return event.kind is DecisionKind.VERDICT and event.verdict is Verdict.UNSURE and not event.comment


def _own(event: Decision, eyes: int | None) -> bool:
    return eyes is not None and event.by == eyes
