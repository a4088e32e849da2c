"""From what was heard to the judgement: no sound, model or database is needed."""

from __future__ import annotations

from dataclasses import replace

from pipeline.conversation import Timeline
from pipeline.domain import Inspection, Scorecard, Status
from pipeline.inspection.confirmation import joined, kept
from pipeline.inspection.tools import Rules
from pipeline.messages import Message
from pipeline.rubric import Facts, score

PARTIAL = "incomplete"
"""Reason code of a call of which only a part could be read."""


def rejudge(inspection: Inspection, rules: Rules) -> Inspection:
    """Judge a stored inspection again by the present lexicons and rubric, without its sound.

    Needs of it the recording, status, duration, transcript, measures and the hits that the sound confirmed;
    the rest is made anew.
    """
    if inspection.duration is None or inspection.status is Status.UNREADABLE:
        return inspection
    hits = inspection.hits
    if inspection.revisions.lexicons != rules.lexicons:  # else the same lexicons would find the same again
        written = rules.matcher.match(inspection.transcript.utterances)
        hits = joined(written, kept(inspection.hits, rules.matcher.lexicons))
    timeline = Timeline.of(inspection, rules.matcher.lexicons.words)
    facts = Facts(inspection.recording.call, timeline, inspection.measures, hits)
    scorecard = score(rules.rubric, facts)
    warning = inspection.reason if inspection.status is Status.PARTIAL else None
    status, reason, code = status_of(warning, scorecard)
    revisions = replace(inspection.revisions, lexicons=rules.lexicons, rubric=rules.rubric.revision)
    return replace(
        inspection,
        status=status,
        reason=reason,
        reason_code=code,
        hits=hits,
        scorecard=scorecard,
        revisions=revisions,
    )


def status_of(warning: Message | None, scorecard: Scorecard) -> tuple[Status, Message | None, str | None]:
    """Status of a call that was heard, the reason, and its code; ``warning``: why the audio is not whole."""
    if warning:
        return Status.PARTIAL, warning, PARTIAL
    if scorecard.not_applicable:
        return Status.NOT_APPLICABLE, scorecard.not_applicable, None
    return Status.INSPECTED, None, None
