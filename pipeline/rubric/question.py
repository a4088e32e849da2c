"""What is asked of a call above the sheet: was it solved, how did the customer feel, was the company harmed.

Signs in the call hint at an answer, each with its place; people's answer is the one that counts. Neither ever
moves a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, model_validator

from pipeline.domain import Evidence, Finding, Role
from pipeline.messages import Message, ValueRefused, title
from pipeline.rubric.answer import Truth
from pipeline.rubric.condition import Condition
from pipeline.rubric.facts import Facts
from pipeline.rubric.window import Options

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


def _says(pattern: str, meaning: str, meaning_en: str, **more: Any) -> dict[str, Any]:
    options = {"role": Role.CUSTOMER, "pattern": pattern, "meaning": meaning, "meaning_en": meaning_en}
    return {"says": {**options, **more}}


_AT_THE_END = {"last_percent": 25}
_ESCALATES = {"title": "客户扬言升级", "title_en": "the customer threatens to go outside", "fact": "alert"}

_SHIPPED: tuple[dict[str, Any], ...] = (
    {
        "id": "solved",
        "title": "问题是否解决",
        "title_en": "Was it solved?",
        "answers": (
            {"id": "solved", "title": "已解决", "title_en": "solved"},
            {"id": "follow-up", "title": "待跟进", "title_en": "to be followed up"},
            {"id": "unsolved", "title": "未解决", "title_en": "not solved"},
        ),
        "hints": (
            {
                "answer": "solved",
                "title": "客户在结尾致谢或说好了",
                "title_en": "the customer gives thanks at the end",
                "when": _says(
                    "谢谢|多谢|感谢|(明白|清楚|弄好|搞定|解决|可以)了",
                    "致谢，或“弄好了”“明白了”一类的话",
                    "thanks, or that it works or is clear now",
                    unless="不用谢|算了|没(有)?(解决|弄好|搞定)|(不|没)(明白|清楚|可以)",
                    within=_AT_THE_END,
                ),
            },
            {
                "answer": "unsolved",
                "title": "客户在结尾说没有解决",
                "title_en": "the customer says at the end that it is not solved",
                "when": _says(
                    "还是(不行|没|不对|不能)|没(有)?(解决|弄好)|解决不了|等于没说|白打",
                    "“还是不行”“没解决”一类的话",
                    "that it still does not work",
                    within=_AT_THE_END,
                ),
            },
            {
                "answer": "unsolved",
                "title": "客户说不是第一次来电",
                "title_en": "the customer says that this is not the first call",
                "when": _says(
                    "第[二三四五六七八九十几]次打|打了.{1,3}(次|回|遍)(电话|你们)|又打(过)?来|(之前|上次|昨天)(也)?打过",
                    "“打了三次电话了”“上次打过”一类的话",
                    "that they called before",
                ),
            },
            {"answer": "unsolved", **_ESCALATES},
        ),
    },
    {
        "id": "feeling",
        "title": "客户情绪如何",
        "title_en": "How did the customer feel?",
        "answers": (
            {"id": "satisfied", "title": "满意", "title_en": "satisfied"},
            {"id": "calm", "title": "平静", "title_en": "calm"},
            {"id": "unhappy", "title": "不满", "title_en": "unhappy"},
        ),
        "hints": (
            {
                "answer": "satisfied",
                "title": "客户表扬",
                "title_en": "the customer praises",
                "when": {"phrase": {"codes": ("praise",), "role": Role.CUSTOMER}},
            },
            {
                "answer": "satisfied",
                "title": "客户在结尾表示满意",
                "title_en": "the customer is pleased at the end",
                "when": _says(
                    "(很|挺|非常|比较)满意|太好了|(太|非常|十分)感谢",
                    "“很满意”“太好了”“非常感谢”一类的话",
                    "that they are pleased or very thankful",
                    unless="不(太)?满意",
                    within=_AT_THE_END,
                ),
            },
            {
                "answer": "unhappy",
                "title": "客户在结尾抱怨",
                "title_en": "the customer complains at the end",
                "when": _says(
                    "什么态度|太(差|坑|过分)|失望|不(太)?满意|不像话|离谱|凭什么|气死|投诉",
                    "“太差了”“什么态度”“要投诉”一类的话",
                    "words of anger or complaint",
                    unless="不(是)?(要|想|打算)?投诉",
                    within=_AT_THE_END,
                ),
            },
            {"answer": "unhappy", **_ESCALATES},
        ),
    },
    {
        "id": "harm",
        "title": "公司是否受损",
        "title_en": "Was the company harmed?",
        "answers": (
            {"id": "unharmed", "title": "没有", "title_en": "no"},
            {"id": "risk", "title": "有风险", "title_en": "at risk"},
            {"id": "harmed", "title": "已受损", "title_en": "yes"},
        ),
        "hints": (
            {"answer": "risk", **_ESCALATES},
            {
                "answer": "risk",
                "title": "红线违规",
                "title_en": "a fatal violation",
                "fact": "fatal",
            },
        ),
    },
)

QUESTIONS = tuple(Question.model_validate(one) for one in _SHIPPED)
"""The questions of a sheet that says nothing of them."""
