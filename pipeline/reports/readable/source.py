"""Where reports take their figures from: the store, and the sheet in use."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from pipeline.domain import Scope
from pipeline.review.openness import Disguise
from pipeline.rubric import Rubric
from pipeline.store import CallFilter, Store
from pipeline.store.period_calls import AgentFacts, PeriodCalls

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReportSource:
    store: Store
    rubric: Rubric | None
    """Where advice stands; None: no sheet can be read."""
    disguise: Disguise | None = None
    """Of a report for somebody who may not know others: no number and no name of theirs comes past it."""
    reader: int | None = None
    """The one reviewer whom a report about reviewers tells of; None: all."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Number -> what it is called instead, once the calls are read."""

    def earned(self, where: CallFilter, bonus: str, scope: Scope) -> dict[str, int]:
        """See :meth:`PeriodFacts.earned`."""
        return self._called(self.store.period_facts.earned(where, bonus, scope))

    def rated(self, where: CallFilter, scope: Scope) -> dict[str, tuple[int, int]]:
        """See :meth:`PeriodFacts.rated`."""
        return self._called(self.store.period_facts.rated(where, scope))

    def _called(self, found: Mapping[str, T]) -> dict[str, T]:
        if self.disguise is None:
            return dict(found)
        return {self.names[agent]: value for agent, value in found.items() if agent in self.names}

    def disguised(self, facts: PeriodCalls) -> tuple[ReportSource, PeriodCalls]:
        """The same with agents called otherwise, in an order that tells nothing."""
        if self.disguise is None:
            return self, facts
        known = {one.agent_id: one for one in facts.agents}
        names = self.disguise.names(known, fewest=0)
        order = {agent: place for place, agent in enumerate(one for one in names if one in known)}
        # the last place is where -1 points to
        places = np.array([*(order[one.agent_id] for one in facts.agents), -1], np.int32)
        agents = tuple(
            known[agent] if agent == names[agent] else AgentFacts(names[agent], None, None) for agent in order
        )
        return replace(self, names=names), replace(facts, agents=agents, agent=places[facts.agent])

    def check_hidden(self, agents: Collection[str]) -> None:
        """
        Args:
            agents: those whom the report tells of, as it calls them.

        Raises:
            Refused: ``openness-few``: too few others to hide among.
        """
        if self.disguise is not None:
            self.disguise.names(agents)

    def advice(self, criterion: str) -> tuple[str, str]:
        """How to do it instead, in Chinese and English; empty where the sheet has none."""
        items = self.rubric.items if self.rubric is not None else ()
        found = next((item for item in items if item.id == criterion), None)
        return ("", "") if found is None else (found.advice, found.advice_en)
