"""The questions above a sheet, for one call: what was heard that hints at an answer, and what people say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.conversation import Timeline
from pipeline.domain import Decision, Evidence, FindingVerdict, Inspection, Outcome, Role
from pipeline.messages import Message, title
from pipeline.review.folding import answers, outcome_with
from pipeline.rubric import Facts, Rubric
from pipeline.rubric.question import HeardSign, signs


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """One of the answers."""

    id: str
    title: Message


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question, what hints at an answer, and people's answer, which is the one that counts."""

    id: str
    title: Message
    choices: tuple[AnswerChoice, ...]
    signs: tuple[HeardSign, ...]
    """What the machine heard; empty: no hint."""
    hint: str | None
    """The answer that all signs speak for; None where there is none, or they contradict each other."""
    said: str | None
    """People's answer: the latest one that nobody took back."""
    said_title: Message | None
    by: int | None = None
    by_name: str | None = None
    at: datetime | None = None

    def title_of(self, answer: str) -> Message:
        return next((one.title for one in self.choices if one.id == answer), title(answer))


def asked_questions(
    rubric: Rubric | None,
    inspection: Inspection,
    events: Sequence[Decision],
    verdicts: Mapping[str, FindingVerdict],
    *,
    listen: bool = True,
) -> tuple[AskedQuestion, ...]:
    """The questions of the sheet that judged a call; none where its text is lost, or the sheet was not used.

    Args:
        inspection: with its transcript: signs are heard in it.
        verdicts: what overturns a fatal finding takes its hint away.
        listen: False where the transcript was not read: then no signs are told.
    """
    card = inspection.scorecard
    if rubric is None or card is None or card.score is None:
        return ()
    facts = Facts(
        inspection.recording.call,
        Timeline.of(inspection),
        inspection.measures,
        inspection.hits,
        inspection.role_evidence,
    )
    fatal = [
        f
        for f in card.findings
        if f.fatal and outcome_with(f.outcome, verdicts.get(f.criterion)) is Outcome.FAILED
    ]
    escalations = _escalations(rubric, facts)
    given = answers(events)
    found = []
    for question in rubric.questions:
        heard: tuple[HeardSign, ...] = ()
        if listen and not facts.roles.doubtful:  # whose words these are is not known
            heard = signs(question, facts, escalations=escalations, fatal=fatal)
        spoken_for = {sign.answer for sign in heard}
        event = given.get(question.id)
        found.append(
            AskedQuestion(
                id=question.id,
                title=title(question.title, question.title_en),
                choices=tuple(
                    AnswerChoice(one.id, title(one.title, one.title_en)) for one in question.answers
                ),
                signs=heard,
                hint=spoken_for.pop() if len(spoken_for) == 1 else None,
                said=event.answer if event else None,
                said_title=question.named(event.answer) if event else None,
                by=event.by if event else None,
                by_name=event.by_name if event else None,
                at=event.at if event else None,
            )
        )
    return tuple(found)


def _escalations(rubric: Rubric, facts: Facts) -> list[Evidence]:
    """Where the customer threatens to go outside, as surely as an alert needs it."""
    return [
        Evidence(hit.span, hit.role, hit.quote, hit.phrase, hit.how, hit.confidence)
        for hit in facts.found(rubric.alerts.codes)
        if hit.role is not Role.AGENT and hit.confidence >= rubric.alerts.confidence
    ]
