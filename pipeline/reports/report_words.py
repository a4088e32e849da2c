"""The words of what people forward, in the language that whoever asked reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.messages import Lang, Text, render, say
from pipeline.reports.addresses import segment
from pipeline.reports.fields import encodable


@dataclass(frozen=True, slots=True)
class ReportWords:
    """The catalogue in one language, and what the rules call things in it."""

    lang: Lang = "zh"
    titles: Mapping[str, str] = field(default_factory=dict)
    """English of titles, by their Chinese."""
    clean: Callable[[str], str] = str
    """What every text of people passes before it leaves: the review room masks in it what nobody may read."""

    def cleaned(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A flat record with every text of it passed so."""
        return {
            name: encodable(self.clean(value)) if isinstance(value, str) else value
            for name, value in record.items()
        }

    def __call__(self, key: str, /, **facts: object) -> str:
        return say(self.lang, key, **facts)

    def said(self, text: Text | None) -> str:
        return "" if text is None else render(text, self.lang, self.titles)

    def person(self, name: str | None, number: str | None) -> str:
        """An agent as people know them; the calls without one have a name too."""
        return name or number or self("board.no-agent")

    def team(self, name: str | None) -> str:
        return name or self("board.no-team")


CHINESE = ReportWords()


@dataclass(frozen=True, slots=True)
class Places:
    """Where the calls of a report can be opened: the address of the review room, if it is known."""

    room: str | None = None

    def call(self, call_id: str) -> str | None:
        """The address of a call's screen; None where nobody said where the room is."""
        if not self.room:
            return None
        return f"{self.room.rstrip('/')}/calls/{segment(call_id)}"
