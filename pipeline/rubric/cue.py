"""A cue: something said, by phrase code or by pattern, by one party or by anyone."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from pipeline.conversation.pattern import compiled
from pipeline.domain import Evidence, Role, Span, Utterance
from pipeline.messages import Message, ValueRefused
from pipeline.rubric.facts import Facts
from pipeline.rubric.proof import cite
from pipeline.rubric.window import WHOLE_CALL, Options, Window
from pipeline.rubric.wording import party, phrases, words_of


def may_match(pattern: str, text: str) -> bool:
    """False where no line of ``text`` can match: one search over all instead of one in each."""
    if "\\A" in pattern or "\\z" in pattern:
        return True
    return compiled(f"(?m:{pattern})").search(text) is not None


def _valid(pattern: str) -> str:
    if not pattern:
        raise ValueRefused(Message("pattern.empty"))
    compiled(pattern)
    return pattern


def _joined(given: Any) -> Any:
    """A list of patterns means any of them."""
    if isinstance(given, list) and given and all(isinstance(p, str) and p for p in given):
        for part in given:
            compiled(str(part))
        return "|".join(str(part) for part in given)
    return given


_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}

Pattern = Annotated[str, BeforeValidator(_joined), AfterValidator(_valid), WithJsonSchema(_SCHEMA)]
"""A regular expression as RE2 understands it; a list of them means any of them."""


class Cue(Options):
    """Phrases of the lexicons, a pattern over the text of an utterance, or both (either one counts)."""

    codes: tuple[str, ...] = Field((), description="phrase codes of the lexicons")
    pattern: Pattern | None = Field(None, description="what the text of an utterance must contain (RE2)")
    meaning: str = Field("", exclude=True, description="what the pattern looks for, in words for people")
    meaning_en: str = Field("", exclude=True, description="the same in English")
    unless: Pattern | None = Field(None, description="utterances that contain this do not count")
    role: Role | None = Field(None, description="who says it; anyone where not given")
    confidence: float = Field(0.5, ge=0, le=1, description="phrase hits below this do not count")

    @model_validator(mode="after")
    def _something(self) -> Cue:
        if not self.codes and self.pattern is None:
            raise ValueRefused(Message("rubric.empty-cue"))
        return self

    def places(self, facts: Facts, window: Window = WHOLE_CALL) -> tuple[Evidence, ...]:
        """Every place it was said, in time order."""
        stretch = window.on(facts)
        found = [
            cite(hit)
            for hit in facts.found(self.codes, self.role)
            if hit.confidence >= self.confidence and hit.span.overlap(stretch) > 0
        ]
        if self.pattern is not None and may_match(self.pattern, facts.text(self.role)):
            said = (u for u in facts.utterances if self.role in (None, u.role))
            near = (u for u in said if u.span.overlap(stretch) > 0)
            found += [evidence for u in near if (evidence := self._match(u)) is not None]
            found.sort(key=lambda e: e.span)
        return tuple(found)

    def _match(self, utterance: Utterance) -> Evidence | None:
        assert self.pattern is not None
        match = compiled(self.pattern).search(utterance.text)
        if match is None or (self.unless is not None and compiled(self.unless).search(utterance.text)):
            return None
        # Without word times the place is by character: good to a second or so.
        length = max(1, len(utterance.text))
        start = utterance.span.start + utterance.span.duration * match.start() / length
        end = utterance.span.start + utterance.span.duration * match.end() / length
        quote = match.group(0)
        return Evidence(Span(start, max(start, end)), utterance.role, quote, confidence=utterance.confidence)

    def describe(self) -> Message:
        """For people."""
        parts = [phrases(self.codes)] if self.codes else []
        parts += [words_of(self.meaning, self.meaning_en)] if self.pattern else []
        what = Message("join.either", parts=tuple(parts))
        if self.role is None:
            return Message("rule.cue-anyone", what=what)
        return Message("rule.cue", who=party(self.role), what=what)
