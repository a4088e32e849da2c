"""Where reports take their figures from: the store, and the sheet in use."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.rubric import Rubric
from pipeline.store import Store


@dataclass(frozen=True, slots=True)
class ReportSource:
    store: Store
    rubric: Rubric | None
    """Where advice stands; None: no sheet can be read."""

    def advice(self, criterion: str) -> tuple[str, str]:
        """How to do it instead, in Chinese and English; empty where the sheet has none."""
        items = self.rubric.items if self.rubric is not None else ()
        found = next((item for item in items if item.id == criterion), None)
        return ("", "") if found is None else (found.advice, found.advice_en)
