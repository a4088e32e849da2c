"""Lists of calls by their addresses: from a query string to a filter, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, Field

from pipeline.domain import Satisfaction, Severity, Status
from pipeline.store.filter import CallFilter, QueueState
from pipeline.web.render import url

E = TypeVar("E", bound=StrEnum)
LONGEST = 200
"""Characters of a value that are looked at."""


def _text(value: str) -> str | None:
    return value.strip()[:LONGEST] or None


def _number(value: str) -> float | None:
    try:
        found = float(value)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def day_of(value: str) -> date | None:
    """A day, or None where it is none (or the last of all days: the one after it must exist)."""
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return None if found == date.max else found


def _flag(value: str) -> bool | None:
    return {"1": True, "0": False}.get(value)


def _one_of(kind: type[E], value: str) -> E | None:
    return kind(value) if value in {member.value for member in kind} else None


def _plain(value: float) -> str:
    return f"{value:g}"


@dataclass(frozen=True, slots=True)
class QueueLink:
    """A filter of calls with the addresses of the lists around it."""

    conditions: CallFilter
    path: str = "/queue"

    def fields(self, **changes: Any) -> dict[str, str]:
        """Names and values of the query string, without those that do not matter."""
        w = replace(self.conditions, **changes) if changes else self.conditions
        values: dict[str, Any] = {
            "state": None if w.state is QueueState.OPEN else w.state.value,
            "from": w.date_from and w.date_from.isoformat(),
            "to": w.date_to and w.date_to.isoformat(),
            "team": w.team,
            "agent": w.agent,
            "queue": w.queue,
            "criterion": w.criterion,
            "stands": None if w.stands is None else str(int(w.stands)),
            "severity": w.severity and w.severity.value,
            "score_from": None if w.score_from is None else _plain(w.score_from),
            "score_below": None if w.score_below is None else _plain(w.score_below),
            "confidence_from": None if w.confidence_from is None else _plain(w.confidence_from),
            "confidence_to": None if w.confidence_to is None else _plain(w.confidence_to),
            "alert": w.alert,
            "status": w.status and w.status.value,
            "judged": None if w.judged is None else str(int(w.judged)),
            "reason": w.reason,
            "flagged": None if w.flagged is None else str(int(w.flagged)),
            "satisfaction": w.satisfaction and w.satisfaction.value,
            "pleased": None if w.pleased is None else str(int(w.pleased)),
            "violating": None if w.violating is None else str(int(w.violating)),
            "undated": None if w.undated is None else str(int(w.undated)),
            "text": w.text,
        }
        return {name: value for name, value in values.items() if value}

    def url(self, *, after: str | None = None, **changes: Any) -> str:
        """The address of this list with some conditions changed."""
        return url(self.path, **{**self.fields(**changes), "after": after})

    @property
    def narrowed(self) -> tuple[str, ...]:
        """Names of the conditions besides the state."""
        return tuple(name for name in self.fields() if name != "state")


def read_link(query: Mapping[str, str]) -> QueueLink:
    """What a query string asks for. A value that means nothing asks for nothing: an old link still opens."""

    def get(name: str) -> str:
        return query.get(name, "")

    return QueueLink(
        CallFilter(
            state=_one_of(QueueState, get("state")) or QueueState.OPEN,
            date_from=day_of(get("from")),
            date_to=day_of(get("to")),
            team=_text(get("team")),
            agent=_text(get("agent")),
            queue=_text(get("queue")),
            criterion=_text(get("criterion")),
            stands=_flag(get("stands")),
            severity=_one_of(Severity, get("severity")),
            score_from=_number(get("score_from")),
            score_below=_number(get("score_below")),
            confidence_from=_number(get("confidence_from")),
            confidence_to=_number(get("confidence_to")),
            alert=_text(get("alert")),
            status=_one_of(Status, get("status")),
            judged=_flag(get("judged")),
            reason=_text(get("reason")),
            flagged=_flag(get("flagged")),
            satisfaction=_one_of(Satisfaction, get("satisfaction")),
            pleased=_flag(get("pleased")),
            violating=_flag(get("violating")),
            undated=_flag(get("undated")),
            text=_text(get("text")),
        )
    )


def fields_of(query: str) -> dict[str, str]:
    """Names and values of a query string; nothing where it has more of them than any of ours."""
    try:
        return dict(parse_qsl(query, max_num_fields=50))
    except ValueError:
        return {}


def link_to(state: QueueState = QueueState.ALL, **conditions: Any) -> QueueLink:
    """The list of calls behind a number."""
    return QueueLink(CallFilter(state=state, **conditions))


class QueueQuery(BaseModel):
    """The query string of a list, for the description of the API: conditions that must all hold."""

    model_config = ConfigDict(extra="allow")

    state: QueueState | None = None
    date_from: date | None = Field(None, alias="from", description="first day")
    date_to: date | None = Field(None, alias="to", description="last day, included")
    team: str | None = None
    agent: str | None = Field(None, description="number; where nobody has it, a name or a part of one")
    queue: str | None = None
    criterion: str | None = Field(None, description="violated")
    severity: Severity | None = Field(None, description="the gravest class that still stands")
    score_from: float | None = None
    score_below: float | None = None
    status: Status | None = None
    judged: bool | None = Field(None, description="inspected, wholly or in part (1, 0)")
    satisfaction: Satisfaction | None = Field(None, description="how the customer rated it")
    pleased: bool | None = Field(None, description="the customer rated it satisfied or better (1, 0)")
    undated: bool | None = Field(None, description="nobody says when the call began (1, 0)")
    text: str | None = Field(None, description="said in the call; or its id, or how it begins")
