"""Where to listen for what was not said: all of the call was searched, people go to the likely place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.conversation import Timeline
from pipeline.domain import Evidence, Inspection, Span
from pipeline.rubric import Rubric
from pipeline.rubric.checks.required_phrase import RequiredPhraseCheckOptions
from pipeline.rubric.facts import Facts
from pipeline.rubric.window import Window

WHOLE_SHARE = 0.5
"""A search that covers more of the call than this says nothing about where to listen."""


def wide_search(item: Evidence, duration: float | None) -> bool:
    """True where proof is the absence of a phrase from most of the call."""
    return item.phrase is not None and item.how is None and item.span.duration > WHOLE_SHARE * (duration or 0)


def searched(inspection: Inspection) -> tuple[str, ...]:
    """Criteria whose proof is a search through most of the call."""
    findings = inspection.scorecard.findings if inspection.scorecard else ()
    return tuple(
        f.criterion for f in findings if any(wide_search(e, inspection.duration) for e in f.evidence)
    )


def usual_places(inspection: Inspection, rubric: Rubric | None) -> Mapping[str, Span]:
    """Criterion -> where its phrase is normally said on this call: ``usual_place`` of the rubric that judged.

    Nothing for phrases that have no place of their own, and where the text of the rubric is lost.
    """
    wanted = searched(inspection)
    if rubric is None or not wanted or not inspection.transcript.utterances:
        return {}
    facts = Facts(inspection.recording.call, Timeline.of(inspection))
    found = ((criterion, place.on(facts)) for criterion, place in _windows(rubric) if criterion in wanted)
    return {criterion: span for criterion, span in found if span.duration > 0}


def _windows(rubric: Rubric) -> Iterator[tuple[str, Window]]:
    for item in rubric.items:
        options = item.check.options if item.check else None
        if isinstance(options, RequiredPhraseCheckOptions) and options.usual_place is not None:
            yield item.id, options.usual_place
