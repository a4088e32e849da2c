"""What is asked of a call above the sheet: was it solved, how did the customer feel, was the company harmed.

Signs in the call hint at an answer, each with its place; people's answer is the one that counts. Neither ever
moves a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipeline.domain import Evidence, Finding
from pipeline.messages import Message, ValueRefused, title
from pipeline.rubric.answer import Truth
from pipeline.rubric.condition import Condition
from pipeline.rubric.facts import Facts
from pipeline.rubric.window import Options
from pipeline.yaml_file import read_text

ID = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
MOST_PLACES = 3
"""Places shown of one sign."""


class QuestionAnswer(Options):
    """One of the answers that people choose from."""

    id: str = Field(pattern=ID, description="stays the same across revisions")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", description="the title in English")


class Hint(Options):
    """A sign in the call that speaks for an answer; it never answers."""

    answer: str = Field(pattern=ID, description="the answer that it speaks for")
    title: str = Field(min_length=1, description="what the sign is called")
    title_en: str = Field("", description="the title in English")
    when: Condition | None = Field(None, description="what must be heard")
    fact: Literal["alert", "fatal"] | None = Field(
        None, description="instead of `when`: the customer escalates, or a fatal item stands failed"
    )

    @model_validator(mode="after")
    def _one_sign(self) -> Hint:
        if (self.when is None) is (self.fact is None):
            raise ValueRefused(Message("rubric.hint-sign"))
        return self


class Question(Options):
    """A question above the sheet, its answers, and the signs that hint at one."""

    id: str = Field(pattern=ID, description="stays the same across revisions, so that answers survive")
    title: str = Field(min_length=1, description="what people read")
    title_en: str = Field("", description="the title in English")
    answers: tuple[QuestionAnswer, ...] = Field(min_length=2, description="what people choose from")
    hints: tuple[Hint, ...] = Field((), description="signs, each speaking for one answer")

    @model_validator(mode="after")
    def _hints_speak_for_answers(self) -> Question:
        known = [one.id for one in self.answers]
        for name in known:
            if known.count(name) > 1:
                raise ValueRefused(Message("rubric.item-twice", name=name))
        for hint in self.hints:
            if hint.answer not in known:
                raise ValueRefused(Message("rubric.hint-answer", name=hint.answer))
        return self

    def named(self, answer: str | None) -> Message:
        """What an answer is called; its id where the sheet has it no longer."""
        found = next((one for one in self.answers if one.id == answer), None)
        return title(found.title, found.title_en) if found else title(answer or "")


@dataclass(frozen=True, slots=True)
class HeardSign:
    """A sign that this call has."""

    answer: str
    sign: Message
    places: tuple[Evidence, ...]


def signs(
    question: Question, facts: Facts, *, escalations: Sequence[Evidence], fatal: Sequence[Finding]
) -> tuple[HeardSign, ...]:
    """The signs of a question that this call has, in the order of the sheet.

    Args:
        escalations: places where the customer threatens to go outside.
        fatal: findings that stand failed and bring the score to 0.
    """
    found = []
    for hint in question.hints:
        if hint.when is not None:
            answer = hint.when.ask(facts)
            there, places = answer.truth is Truth.YES, answer.evidence
        elif hint.fact == "alert":
            there, places = bool(escalations), tuple(escalations)
        else:
            there, places = bool(fatal), tuple(place for one in fatal for place in one.evidence)
        if there:
            found.append(HeardSign(hint.answer, title(hint.title, hint.title_en), places[:MOST_PLACES]))
    return tuple(found)


QUESTIONS = tuple(
    Question.model_validate(one)
    for one in read_text(Path(__file__).with_name("questions.yaml").read_text(encoding="utf-8"))
)
"""The questions of a sheet that says nothing of them."""
