"""Who reviewed is no business of those who are judged: an agent reads no names of reviewers, neither on a
page nor in its twin nor in the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipeline.domain import Case, Decision, FindingVerdict
from pipeline.errors import Conflict
from pipeline.review.appeals import Appeal, AppealEvent
from pipeline.review.calibration import Calibration
from pipeline.review.questions import AskedQuestion
from pipeline.review.sampling import Sample, SampleCall
from pipeline.store.repositories.agent_statistics import AgentPage
from pipeline.store.repositories.call_rows import QueueRow
from pipeline.store.repositories.coaching import Exemplar
from pipeline.store.repositories.queue import QueuePage
from pipeline.web.access import Visitor


def redact_rows(rows: Iterable[QueueRow], visitor: Visitor) -> tuple[QueueRow, ...]:
    """Rows of a list, without who has a call, was given it or finished it."""
    if visitor.sees_reviewers:
        return tuple(rows)
    return tuple(
        replace(row, assigned=None, assigned_name=None, claimed=None, claimed_name=None, finished_name=None)
        for row in rows
    )


def redact_queue(found: QueuePage, visitor: Visitor) -> QueuePage:
    return replace(found, rows=redact_rows(found.rows, visitor))


def redact_agent(found: AgentPage, visitor: Visitor) -> AgentPage:
    titles = [title for title, _ in found.exemplars]
    rows = redact_rows((row for _, row in found.exemplars), visitor)
    return replace(
        found,
        best=redact_rows(found.best, visitor),
        worst=redact_rows(found.worst, visitor),
        exemplars=tuple(zip(titles, rows, strict=True)),
    )


def redact_case(case: Case | None, visitor: Visitor) -> Case | None:
    if case is None or visitor.sees_reviewers:
        return case
    return replace(
        case,
        assigned=None,
        assigned_name=None,
        claimed=None,
        claimed_name=None,
        claimed_until=None,
        finished_by=None,
        finished_name=None,
    )


def redact_conflict(error: Conflict, visitor: Visitor) -> Conflict:
    """That somebody was first, without who it was for those who read no names."""
    if visitor.sees_reviewers or "who" not in error.facts:
        return error
    return Conflict("somebody was first; look again", code="nameless-meanwhile")


def redact_appeal(appeal: Appeal, visitor: Visitor) -> Appeal:
    """The appeal as this visitor may read it: without opinions that they may not know yet, and for those who
    are judged with what was decided and why, not by whom."""
    seen = appeal.as_seen_by(visitor.user)
    if visitor.sees_reviewers:
        return seen
    own = {visitor.user.id}

    def nameless(event: AppealEvent) -> AppealEvent:
        return event if event.by in own else replace(event, by=None, by_name=None)

    return replace(
        seen,
        reviewer=None,
        reviewer_name=None,
        filed_by=seen.filed_by if seen.filed_by in own else None,
        filed_by_name=seen.filed_by_name if seen.filed_by in own else None,
        standing=replace(seen.standing, excluded=frozenset(), heard=frozenset()),
        events=tuple(nameless(event) for event in seen.events),
    )


def redact_exemplars(found: Iterable[Exemplar], visitor: Visitor) -> tuple[Exemplar, ...]:
    """Examples, without who proposed and approved them: reviewers do both."""
    if visitor.sees_reviewers:
        return tuple(found)
    return tuple(replace(one, nominated_by=None, approved_by=None) for one in found)


def redact_calibration(found: Calibration) -> Calibration:
    """The calibration without who opened it, which no page shows: scoring is blind."""
    return replace(found, opened_by=None)


def redact_sample(found: Sample, visitor: Visitor) -> Sample:
    """The sample as it is announced to this visitor. Who knows the seed before the draw knows which calls it
    takes: agents read its digest until then, and never who announced it."""
    if visitor.sees_reviewers:
        return found
    return replace(found, seed="" if found.drawn_at is None else found.seed, announced_by=None)


def redact_sample_calls(found: Iterable[SampleCall], visitor: Visitor) -> tuple[SampleCall, ...]:
    """Drawn calls, without what was heard in them and by whom."""
    if visitor.sees_reviewers:
        return tuple(found)
    return tuple(replace(one, additions=0, misses=None, heard_by=None, heard_at=None) for one in found)


def redact_history(events: Iterable[Decision], visitor: Visitor) -> tuple[Decision, ...]:
    """The events; none for those who are not to know who took part."""
    return tuple(events) if visitor.sees_reviewers else ()


def redact_questions(found: Iterable[AskedQuestion], visitor: Visitor) -> tuple[AskedQuestion, ...]:
    """The questions, without who answered them."""
    if visitor.sees_reviewers:
        return tuple(found)
    return tuple(replace(one, by=None, by_name=None) for one in found)


def redact_verdicts(found: Mapping[str, FindingVerdict], visitor: Visitor) -> Mapping[str, FindingVerdict]:
    """What stands, without whose words it is; what is not settled yet is without a comment too."""
    return found if visitor.sees_reviewers else {name: _redact(held) for name, held in found.items()}


def _redact(held: FindingVerdict) -> FindingVerdict:
    return replace(
        held,
        by=None,
        by_name=None,
        second=None,
        second_name=None,
        voices=(),
        comment=held.comment if held.settled else "",
        additions=tuple(replace(place, by=None) for place in held.additions),
    )
