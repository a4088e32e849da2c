"""Which part of a call to look at."""

from __future__ import annotations

from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.domain import Role, Span
from pipeline.messages import Message, ValueRefused
from pipeline.rubric.facts import Facts
from pipeline.rubric.wording import party


class Options(BaseModel):
    """Base of everything a rubric file can say: no unknown keys, no changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


class Window(Options):
    """A part of the call: its beginning or end, in seconds, percent of the recording, or utterances.

    Without any field it is the whole call. ``utterances`` counts those of ``of`` (both parties if not given).
    """

    first_seconds: float | None = Field(None, gt=0, description="the first N seconds of conversation")
    last_seconds: float | None = Field(None, gt=0, description="the last N seconds of conversation")
    first_percent: float | None = Field(
        None, gt=0, le=100, description="the first N percent of the recording"
    )
    last_percent: float | None = Field(None, gt=0, le=100, description="the last N percent of the recording")
    first_utterances: int | None = Field(None, gt=0, description="the first N utterances")
    last_utterances: int | None = Field(None, gt=0, description="the last N utterances")
    of: Role | None = Field(None, description="whose utterances are counted")

    @model_validator(mode="after")
    def _one_measure(self) -> Window:
        given = [name for name in type(self).model_fields if name != "of" and getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueRefused(Message("rubric.window-two", names=Message("join.list", parts=tuple(given))))
        if self.of is not None and not (self.first_utterances or self.last_utterances):
            raise ValueRefused(Message("rubric.window-of"))
        return self

    @cached_property
    def everything(self) -> bool:
        return all(getattr(self, name) is None for name in type(self).model_fields)

    def describe(self) -> Message | None:
        """For people; None for the whole call."""
        for value, code in (
            (self.first_seconds, "window.first-seconds"),
            (self.last_seconds, "window.last-seconds"),
            (self.first_percent, "window.first-percent"),
            (self.last_percent, "window.last-percent"),
        ):
            if value is not None:
                return Message(code, value=value)
        for count, code, code_of in (
            (self.first_utterances, "window.first-utterances", "window.first-utterances-of"),
            (self.last_utterances, "window.last-utterances", "window.last-utterances-of"),
        ):
            if count is not None:
                if self.of is None:
                    return Message(code, value=count)
                return Message(code_of, value=count, who=party(self.of))
        return None

    def on(self, facts: Facts) -> Span:
        """The stretch of time on this call. Seconds count from the first and to the last spoken word."""
        whole = facts.timeline.whole
        if self.everything:
            return whole
        start = facts.timeline.talk[0].start if facts.timeline.talk else 0.0
        end = facts.timeline.talk[-1].end if facts.timeline.talk else whole.end
        if self.first_seconds is not None:
            return Span(0.0, min(whole.end, start + self.first_seconds))
        if self.last_seconds is not None:
            return Span(max(0.0, end - self.last_seconds), max(whole.end, end))
        if self.first_percent is not None:
            return Span(0.0, whole.end * self.first_percent / 100)
        if self.last_percent is not None:
            return Span(whole.end * (1 - self.last_percent / 100), whole.end)
        said = [u for u in facts.utterances if self.of is None or u.role is self.of]
        if self.first_utterances is not None:
            chosen = said[: self.first_utterances]
            return Span(0.0, max((u.span.end for u in chosen), default=0.0))
        chosen = said[-(self.last_utterances or 1) :]
        return Span(min((u.span.start for u in chosen), default=whole.end), max(whole.end, end))


WHOLE_CALL = Window.model_validate({})
"""The window without limits."""
