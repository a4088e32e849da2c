"""The filters of lists, for the description of the API; they are read like those of the screens."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from pipeline.domain import Severity, Status
from pipeline.store.filter import QueueState


class Asking(BaseModel):
    """Conditions that must all hold."""

    model_config = ConfigDict(extra="allow")

    state: QueueState | None = None
    date_from: date | None = Field(None, alias="from", description="first day")
    date_to: date | None = Field(None, alias="to", description="last day, included")
    team: str | None = None
    agent: str | None = None
    queue: str | None = None
    criterion: str | None = Field(None, description="violated")
    severity: Severity | None = Field(None, description="the gravest class that still stands")
    score_from: float | None = None
    score_below: float | None = None
    status: Status | None = None
    undated: bool | None = Field(None, description="nobody says when the call began (1, 0)")
    text: str | None = Field(None, description="said in the call")
