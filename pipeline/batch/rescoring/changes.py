"""What judging again turns over: call by call, and summed up by criterion, by agent, and over scores."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.domain import Inspection, Outcome, Severity, Status
from pipeline.rubric import Flip, flips

STEPS = (5.0, 10.0, 20.0)
"""Score changes are counted by size: up to 5 points, up to 10, up to 20, more."""
_NOTHING = 0.005
"""Scores are shown with two digits: less than this is no change."""


@dataclass(frozen=True, slots=True)
class CallResult:
    """How a call stands, in one line."""

    status: Status
    score: float | None
    passed: bool | None
    fatal: bool
    flagged: bool


@dataclass(frozen=True, slots=True)
class CallChange:
    """One call, judged again."""

    call_id: str
    agent_id: str | None
    agent_name: str | None
    before: CallResult
    after: CallResult
    flips: tuple[Flip, ...]

    @property
    def changed(self) -> bool:
        return bool(self.flips) or self.before != self.after

    @property
    def difference(self) -> float | None:
        """Points gained or lost; None where one of the sheets has no score."""
        if self.before.score is None or self.after.score is None:
            return None
        return self.after.score - self.before.score


def compare(before: Inspection, after: Inspection) -> CallChange:
    """What another judgement of the same call changes."""
    call = after.recording.call
    return CallChange(
        call_id=call.call_id,
        agent_id=call.agent_id,
        agent_name=call.agent_name,
        before=_result(before),
        after=_result(after),
        flips=flips(before.scorecard, after.scorecard),
    )


def _result(inspection: Inspection) -> CallResult:
    card = inspection.scorecard
    if card is None:
        return CallResult(inspection.status, None, None, fatal=False, flagged=False)
    return CallResult(inspection.status, card.score, card.passed, bool(card.fatal), bool(card.flagged))


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """All flips of one criterion."""

    criterion: str
    title: str
    severity: Severity | None
    turns: Mapping[tuple[Outcome | None, Outcome | None], int]
    """(before, after) -> calls; None: not on the sheet, or the sheet did not apply."""

    @property
    def accused(self) -> int:
        """Calls in which it is a violation now and was none before."""
        failed = Outcome.FAILED
        return sum(n for (was, now), n in self.turns.items() if now is failed and was is not failed)

    @property
    def cleared(self) -> int:
        """Calls in which it was a violation and is none now."""
        failed = Outcome.FAILED
        return sum(n for (was, now), n in self.turns.items() if was is failed and now is not failed)


@dataclass(frozen=True, slots=True)
class AgentChange:
    """What judging again does to one agent."""

    agent_id: str | None
    agent_name: str | None
    calls: int
    changed: int
    accused: int
    """Violations that were none before."""
    cleared: int
    mean_before: float | None
    """Mean score over the calls scored before; None where there are none."""
    mean_after: float | None


@dataclass(slots=True)
class Changes:
    """The sums over many calls; fed with :meth:`add`."""

    calls: list[CallChange] = field(default_factory=list)
    """Calls that changed in any way, in the order of their start."""
    judged: int = 0
    _all: list[CallChange] = field(default_factory=list)

    def add(self, change: CallChange) -> None:
        self.judged += 1
        self._all.append(change)
        if change.changed:
            self.calls.append(change)

    @property
    def criteria(self) -> tuple[CriterionChange, ...]:
        """Criteria with flips, those that accuse most first."""
        turns: dict[str, Counter[tuple[Outcome | None, Outcome | None]]] = {}
        shown: dict[str, Flip] = {}
        for call in self.calls:
            for flip in call.flips:
                turns.setdefault(flip.criterion, Counter())[flip.before, flip.after] += 1
                shown[flip.criterion] = flip
        found = (
            CriterionChange(name, shown[name].title, shown[name].severity, dict(counted))
            for name, counted in turns.items()
        )
        return tuple(sorted(found, key=lambda c: (-c.accused, -c.cleared, c.criterion)))

    @property
    def agents(self) -> tuple[AgentChange, ...]:
        """Agents with a changed call, those with most new violations first."""
        own: dict[str | None, list[CallChange]] = {}
        for call in self._all:
            own.setdefault(call.agent_id, []).append(call)
        found = [_agent(calls) for calls in own.values() if any(c.changed for c in calls)]
        return tuple(sorted(found, key=lambda a: (-a.accused, -a.cleared, -a.changed, a.agent_id or "")))

    @property
    def differences(self) -> Mapping[int, int]:
        """Histogram of score changes: step (see :func:`step`) -> calls."""
        counted = Counter(step(c.difference) for c in self._all if c.difference is not None)
        return {number: counted[number] for number in range(-len(STEPS) - 1, len(STEPS) + 2)}

    @property
    def verdicts(self) -> Mapping[str, tuple[int, int]]:
        """Name of a state -> (calls that came to it, calls that left it)."""
        asked: Mapping[str, Callable[[CallResult], bool]] = {
            "passed": lambda v: v.passed is True,
            "failed": lambda v: v.passed is False,
            "flagged": lambda v: v.flagged,
            "fatal": lambda v: v.fatal,
            "scored": lambda v: v.score is not None,
        }
        out = {}
        for name, is_so in asked.items():
            pairs = [(is_so(c.before), is_so(c.after)) for c in self.calls]
            out[name] = (
                sum(now and not was for was, now in pairs),
                sum(was and not now for was, now in pairs),
            )
        return out


def step(difference: float) -> int:
    """0 for no change; 1 for a gain of up to 5 points, 2 up to 10, ...; -1 for a loss of up to 5, ..."""
    size = abs(difference)
    if size < _NOTHING:
        return 0
    number = 1 + bisect.bisect_left(STEPS, size)
    return number if difference > 0 else -number


def _agent(calls: Sequence[CallChange]) -> AgentChange:
    turned = [flip for call in calls for flip in call.flips]
    return AgentChange(
        agent_id=calls[0].agent_id,
        agent_name=calls[0].agent_name,
        calls=len(calls),
        changed=sum(call.changed for call in calls),
        accused=sum(flip.accuses for flip in turned),
        cleared=sum(flip.clears for flip in turned),
        mean_before=_mean([call.before.score for call in calls]),
        mean_after=_mean([call.after.score for call in calls]),
    )


def _mean(scores: Sequence[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return sum(known) / len(known) if known else None
