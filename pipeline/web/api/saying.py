"""What can be said of a call, as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.domain import Role
from pipeline.domain.review import Verdict as Word
from pipeline.review.deciding import MAX_REQUEST, MAX_TEXT

Text = Annotated[str, Field(max_length=MAX_TEXT)]
LONGEST = 1e7
"""Seconds; no call is longer."""
Seconds = Annotated[float, Field(ge=0, le=LONGEST, allow_inf_nan=False)]
Key = Annotated[int, Field(ge=1, le=2**31 - 1)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid")

    request: str = Field(min_length=1, max_length=MAX_REQUEST, description="a UUID, new for each decision")
    comment: Text = ""
    audio_sha256: str | None = Field(
        None,
        min_length=64,
        max_length=64,
        description="of the recording that was looked at, as the call says it: nothing is written where the "
        "id is another recording's by now, after a merge or a new call list",
    )


class Verdict(_Said):
    """What a finding is."""

    kind: Literal["verdict"]
    criterion: Text
    verdict: Word
    seen: int = Field(ge=0, le=2**31 - 1, description="version of the case that was looked at")


class Addition(_Said):
    """A violation that the machine missed, or one more place of one."""

    kind: Literal["addition"]
    criterion: Text
    start: Seconds
    end: Seconds
    role: Role | None = None
    quote: Text = ""


class Comment(_Said):
    kind: Literal["comment"]
    criterion: Text | None = None


class Finish(_Said):
    """The call is reviewed."""

    kind: Literal["finish"]
    incomplete: bool = Field(False, description="leave violations undecided on purpose")


class Reopen(_Said):
    kind: Literal["reopen"]


class Roles(_Said):
    """Agent and customer are the other way round."""

    kind: Literal["roles"]


class Undo(_Said):
    kind: Literal["undo"]
    event: Key


Saying = Verdict | Addition | Comment | Finish | Reopen | Roles | Undo


class Corrects(BaseModel):
    """Which call this one holds the corrected file of."""

    call: Annotated[str, Field(min_length=1, max_length=2000)]
