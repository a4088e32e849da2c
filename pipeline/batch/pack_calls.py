"""The calls that a pack brings to show what it finds: written talk, judged by the rules without any sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.domain import Outcome
from pipeline.errors import RubricError
from pipeline.inspection.rules import Rules
from pipeline.messages import Message, ValueRefused
from pipeline.rubric.dialogue import MARK, SPEAKERS, dialogue
from pipeline.rubric.judge import judge
from pipeline.rubric.load import entry_problem, innermost, read_document
from pipeline.rubric.sheet import ID
from pipeline.yaml_file import line_of


class PackModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PackCall(PackModel):
    """A written call and what must come out."""

    id: Annotated[str, Field(pattern=r"^[A-Z]{2}\d{2}$")]
    title: Annotated[str, Field(min_length=1)]
    title_en: Annotated[str, Field(min_length=1)]
    direction: Literal["inbound", "outbound"]
    queue: Annotated[str, Field(min_length=1)]
    lines: Annotated[tuple[str, ...], Field(min_length=2)]
    """As in the tests of a sheet; ``[code|words]`` marks words that must be found under a code."""
    fails: tuple[Annotated[str, Field(pattern=ID)], ...]
    """Items of the pack that fail; none of its others may."""
    passes: tuple[Annotated[str, Field(pattern=ID)], ...] = ()
    """Items that are judged and pass."""


class PackCalls(PackModel):
    """The file of calls of a pack."""

    calls: Annotated[tuple[PackCall, ...], Field(min_length=2)]


def read_calls(path: Path) -> tuple[PackCall, ...]:
    """
    Raises:
        RubricError: with file, line and remedy.
    """
    document = read_document(path)
    try:
        return PackCalls.model_validate(document).calls
    except ValidationError as error:
        detail = innermost(document, error.errors())
        known = {*PackCalls.model_fields, *PackCall.model_fields}
        problem = entry_problem(detail, known)
        raise RubricError(problem, path=path, line=line_of(document, detail["loc"])) from error


def wrong_calls(calls: Sequence[PackCall], rules: Rules, items: Sequence[str]) -> Iterator[Message]:
    """What comes out otherwise than a call says.

    Args:
        items: all items of the pack.
    """
    for call in calls:
        try:
            found = _judged(call, rules)
        except ValueRefused as error:
            yield Message("pack.call", call=call.id, problem=error.message)
            continue
        for code, words in found.missed:
            problem = Message("pack.call-missed", lexicon_code=code, words=words)
            yield Message("pack.call", call=call.id, problem=problem)
        for item in items:
            outcome, reason = found.outcomes[item]
            right = {Outcome.FAILED} if item in call.fails else {*Outcome} - {Outcome.FAILED}
            right = {Outcome.PASSED} if item in call.passes else right
            if outcome not in right:
                wrong = Message("pack.call-otherwise", item=item, outcome=Message(f"outcome.{outcome}"))
                told = Message("join.detail", reason=wrong, detail=reason) if reason is not None else wrong
                yield Message("pack.call", call=call.id, problem=told)


class _Judged(PackModel):
    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)

    outcomes: dict[str, tuple[Outcome, Message | None]]
    missed: tuple[tuple[str, str], ...]
    """Marked words that were not found under their code."""


def _judged(call: PackCall, rules: Rules) -> _Judged:
    """
    Raises:
        ValueRefused: a line that is no dialogue.
    """
    plain = [MARK.sub(r"\2", line) for line in call.lines]
    facts = dialogue(*plain, direction=call.direction, queue=call.queue)
    hits = rules.matcher.match(facts.utterances)
    said = {(hit.utterance, hit.code) for hit in hits}
    spoken = [line for line in call.lines if line.strip().startswith(tuple(SPEAKERS))]
    missed = [
        (code, words)
        for number, line in enumerate(spoken)
        for code, words in MARK.findall(line)
        if (number, code) not in said
    ]
    judged = judge(rules.rubric, replace(facts, hits=hits, trace=rules.traces))
    outcomes = {one.item.id: (one.result.outcome, one.result.reason) for one in judged}
    return _Judged(outcomes=outcomes, missed=tuple(missed))
