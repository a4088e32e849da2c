"""Which part of a call to look at."""

from __future__ import annotations

from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.domain import Role, Span
from pipeline.messages import Lang
from pipeline.rubric.facts import Facts
from pipeline.rubric.wording import pick, who


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
            raise ValueError(f"{' and '.join(given)} exclude each other; keep one")
        if self.of is not None and not (self.first_utterances or self.last_utterances):
            raise ValueError("'of' needs first_utterances or last_utterances")
        return self

    @cached_property
    def everything(self) -> bool:
        return all(getattr(self, name) is None for name in type(self).model_fields)

    def told(self, lang: Lang = "zh") -> str:
        """For people; empty for the whole call."""
        whose = who(self.of, lang) if self.of else ""
        of = f" of {whose}" if whose else ""
        for value, chinese, english in (
            (self.first_seconds, "前{}秒内", " in the first {} s"),
            (self.last_seconds, "最后{}秒内", " in the last {} s"),
            (self.first_percent, "前{}%内", " in the first {} %"),
            (self.last_percent, "最后{}%内", " in the last {} %"),
            (self.first_utterances, whose + "前{}句内", " in the first {} utterances" + of),
            (self.last_utterances, whose + "最后{}句内", " in the last {} utterances" + of),
        ):
            if value is not None:
                return pick(lang, chinese, english).format(f"{value:g}")
        return ""

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
