"""Judging rows of the call list by one file of rules.

What is in doubt accuses nobody: it is counted with its reason. One act is one finding: rows of a number that
began at the same second, or while the earlier one was still spoken, are legs of one call.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from pipeline.list_rules.rows import Reason, StoredRow, wall_clock
from pipeline.list_rules.sheet import (
    AttemptsRule,
    HoursRule,
    ListRule,
    ListRules,
    PauseRule,
    RecordingRule,
    ThirdPartyRule,
)
from pipeline.rubric.conditions.call import named


@dataclass(frozen=True, slots=True)
class RuleBreach:
    """Something that went against a rule."""

    rule: ListRule
    day: date
    hour: int
    rows: tuple[int, ...]
    """Of the list, in time order."""
    over: tuple[bool, ...]
    """Which of them went too far; the others are only counted."""
    who: StoredRow
    """One of these, for names."""
    one_agent: bool
    """False: several agents made the tries, and none of them need know of the others' (a dialler's doing);
    or nobody can be, as for a recording that is missing."""
    measured: float | None
    """Tries, minutes or seconds, whatever the rule counts."""


class Doubt(NamedTuple):
    """Why rows could not be judged."""

    rule: str
    day: str
    """Where the row has no time, the day on which it was read."""
    team: str | None
    reason: Reason


@dataclass(slots=True)
class JudgedList:
    """What a file of rules found."""

    found: list[RuleBreach] = field(default_factory=list)
    doubts: Counter[Doubt] = field(default_factory=Counter)


_DIRECTIONS = ("inbound", "outbound", "internal")
"""A word of the list's own (预测外呼) says none of them for sure."""


class _Timed(NamedTuple):
    at: datetime
    row: StoredRow


def judge(rows: Iterable[StoredRow], rules: ListRules, first: date, last: date) -> JudgedList:
    """What went against the rules on these days, both included.

    Args:
        rows: of these days, and ``rules.lookback_days`` before them; those without a time among them.
    """
    timed: list[_Timed] = []
    untimed: list[tuple[StoredRow, Reason]] = []
    for row in rows:
        at = wall_clock(row, rules.zone)
        if isinstance(at, Reason):
            if first.isoformat() <= row.day <= last.isoformat():
                untimed.append((row, at))
        else:
            timed.append(_Timed(at, row))
    timed.sort(key=lambda one: (one.at, one.row.id))
    out = JudgedList()
    for rule in rules.rules:
        judgement = _Judgement(rule, first, last, timed, out)
        kept = [one for one in timed if judgement.takes(one.row, one.at.date())]
        for row, reason in untimed:
            if judgement.takes(row, None):
                judgement.doubt(row, reason)
        _CHECKS[type(rule)](judgement, kept)
    return out


class _Judgement:
    """One rule at work."""

    def __init__(
        self, rule: ListRule, first: date, last: date, listed: Sequence[_Timed], out: JudgedList
    ) -> None:
        self.rule, self.listed, self._out = rule, listed, out
        self.first, self.last = first, last

    def judges(self, at: datetime) -> bool:
        return self.first <= at.date() <= self.last

    def doubt(self, row: StoredRow, reason: Reason, day: date | None = None) -> None:
        self._out.doubts[Doubt(self.rule.id, str(day or row.day), row.team, reason)] += 1

    def takes(self, row: StoredRow, day: date | None) -> bool:
        """Whether the rule is about the row; one of which that is not known is counted as such."""
        where = self.rule.where
        wanted = self.rule.direction
        if wanted != "any":
            if row.direction not in _DIRECTIONS:
                return self._unsure(row, Reason.NO_DIRECTION, day)
            if row.direction != wanted:
                return False
        for names, value, reason in (
            (where.queue, row.queue, Reason.NO_QUEUE),
            (where.team, row.team, Reason.NO_TEAM),
            (where.purpose, row.purpose, Reason.NO_PURPOSE),
        ):
            if names and value is None:
                return self._unsure(row, reason, day)
            if names and value is not None and not named(value, names):
                return False
        return True

    def _unsure(self, row: StoredRow, reason: Reason, day: date | None) -> bool:
        if day is None or self.first <= day <= self.last:
            self.doubt(row, reason, day)
        return False

    def find(self, tries: Sequence[_Timed], over: Sequence[bool], measured: float | None) -> None:
        guilty = [one for one, too_far in zip(tries, over, strict=True) if too_far]
        concerned = tries if isinstance(self.rule, AttemptsRule | PauseRule) else guilty
        agents = {None if isinstance(self.rule, RecordingRule) else one.row.agent_id for one in concerned}
        self._out.found.append(
            RuleBreach(
                self.rule,
                guilty[0].at.date(),
                guilty[0].at.hour,
                tuple(one.row.id for one in tries),
                tuple(over),
                guilty[0].row,
                len(agents) == 1 and agents != {None},
                measured,
            )
        )


def _end(one: _Timed) -> datetime:
    return one.at + timedelta(seconds=max(1.0, one.row.talk_seconds or 0.0))


def _calls(tries: Iterable[_Timed]) -> Iterator[list[_Timed]]:
    """The legs of each call; in time order, all of one number."""
    legs: list[_Timed] = []
    ends = datetime.min
    for one in tries:
        if legs and one.at >= ends:
            yield legs
            legs = []
        legs.append(one)
        ends = max(ends, _end(one))
    if legs:
        yield legs


def _answered(legs: Sequence[_Timed]) -> bool | None:
    """A call was answered where any of its legs was: the first that rang may not be the one."""
    told = {one.row.answered for one in legs}
    return True if True in told else None if None in told else False


def _hours(j: _Judgement, rows: Sequence[_Timed]) -> None:
    assert isinstance(j.rule, HoursRule)
    ends: dict[str, datetime] = {}
    for one in rows:
        # Of a masked number the last digits and the case tell that it may be a leg of the same call.
        number = one.row.number or _perhaps(one.row)
        if number is not None:
            # A call that began in time may be passed on later: whoever takes it over has called nobody.
            known = ends.get(number, datetime.min)
            ends[number] = max(known, _end(one))
            if one.at < known:
                continue
        if j.judges(one.at) and j.rule.forbids(one.at.time()):
            j.find([one], [True], None)


def _by_number(j: _Judgement, rows: Sequence[_Timed]) -> dict[str, list[_Timed]]:
    found: dict[str, list[_Timed]] = defaultdict(list)
    masked: dict[str, list[_Timed]] = defaultdict(list)
    for one in rows:
        if one.row.number is not None:
            found[one.row.number].append(one)
        else:
            masked[_perhaps(one.row) or str(one.row.id)].append(one)
    for some in masked.values():
        for first, *_ in _calls(some):
            if j.judges(first.at):
                j.doubt(first.row, Reason.NO_NUMBER, first.at.date())
    return found


def _perhaps(row: StoredRow) -> str | None:
    """What rows of a masked number have in common that may be of one customer; None: nothing tells."""
    if row.number_end is None and row.case is None:
        return None
    return f"…{row.number_end or ''} {row.case or ''}"


def _attempts(j: _Judgement, rows: Sequence[_Timed]) -> None:
    assert isinstance(j.rule, AttemptsRule)
    wanted = {"unanswered": False, "answered": True, "all": None}[j.rule.count]
    for tries in _by_number(j, rows).values():
        days: dict[date, list[tuple[_Timed, bool | None]]] = defaultdict(list)
        for legs in _calls(tries):
            if j.judges(legs[0].at):
                days[legs[0].at.date()].append((legs[0], _answered(legs)))
        for day, those in days.items():
            sure = [one for one, answered in those if wanted is None or answered is wanted]
            unsure = [one for one, answered in those if wanted is not None and answered is None]
            if len(sure) > j.rule.most:
                over = [number >= j.rule.most for number in range(len(sure))]
                j.find(sure, over, float(len(sure)))
            elif len(sure) + len(unsure) > j.rule.most:
                for one in unsure:
                    j.doubt(one.row, Reason.NO_ANSWER_STATE, day)


def _pause(j: _Judgement, rows: Sequence[_Timed]) -> None:
    assert isinstance(j.rule, PauseRule)
    for tries in _by_number(j, rows).values():
        before: _Timed | None = None
        for one, *_ in _calls(tries):
            if before is not None and j.judges(one.at):
                minutes = (one.at - before.at).total_seconds() / 60
                if minutes < j.rule.minutes:
                    # never rounded up to the pause itself: 29:58 is 29.9
                    j.find([before, one], [False, True], math.floor(minutes * 10) / 10)
            before = one


def _third_party(j: _Judgement, rows: Sequence[_Timed]) -> None:
    assert isinstance(j.rule, ThirdPartyRule)
    within = timedelta(days=j.rule.reached_days)
    reached: dict[str, _Timed] = {}
    missed: Counter[str] = Counter()
    """Tries since then that reached nobody for sure: contact may be lost."""
    tried: set[str] = set()
    own: set[tuple[str, str]] = set()
    """Numbers under which the person themself was called: whoever picks up there was not sought out."""
    told: set[tuple[str, str, datetime]] = set()
    judged = {one.row.id for one in rows}
    for one in j.listed:
        row = one.row
        if row.id not in judged:
            # Of another queue or of none, it tells that contact may be lost, and never that there was any.
            if row.case is not None and not row.answered and row.relation in (None, "self"):
                missed[row.case] += 1
            continue
        if row.relation == "self":
            if row.case is not None:
                tried.add(row.case)
                own.add((row.case, row.number or ""))
                missed[row.case] = 0 if row.answered else missed[row.case] + 1
                if row.answered:
                    reached[row.case] = one
            continue
        if row.relation is None and row.case is not None and not row.answered:
            missed[row.case] += 1
        if not j.judges(one.at):
            continue
        if (reason := _no_contact(j.rule, row, tried)) is not None:
            j.doubt(row, reason, one.at.date())
        elif row.case is not None and row.answered and row.relation in j.rule.relations:
            last, leg = reached.get(row.case), (row.case, row.number or str(row.id), one.at)
            lost = missed[row.case] >= j.rule.lost_tries or last is None or one.at - last.at > within
            if last is None or lost or leg in told:
                continue
            if (row.case, row.number) in own:
                j.doubt(row, Reason.NO_RELATION, one.at.date())
                continue
            told.add(leg)
            j.find([last, one], [False, True], float((one.at.date() - last.at.date()).days))


def _no_contact(rule: ThirdPartyRule, row: StoredRow, tried: set[str]) -> Reason | None:
    """Why it is not known whether the row reached a third party who should not have been asked."""
    if row.relation is None:
        return Reason.NO_RELATION if row.answered is not False else None
    if row.relation not in rule.relations or row.answered is False:
        return None
    if row.answered is None:
        return Reason.NO_ANSWER_STATE
    if row.case is None:
        return Reason.NO_CASE
    return None if row.case in tried else Reason.NO_HISTORY


def _recording(j: _Judgement, rows: Sequence[_Timed]) -> None:
    assert isinstance(j.rule, RecordingRule)
    days: dict[date, list[_Timed]] = defaultdict(list)
    for one in rows:
        row = one.row
        if not j.judges(one.at) or row.answered is False:
            continue
        if row.answered is None:
            j.doubt(row, Reason.NO_ANSWER_STATE, one.at.date())
        elif row.talk_seconds is None and row.recorded != "found":
            j.doubt(row, Reason.NO_DURATION, one.at.date())
        elif row.recorded == "unclear":
            j.doubt(row, Reason.UNCLEAR_FILE, one.at.date())
        elif (row.talk_seconds or 0.0) >= j.rule.min_seconds:
            days[one.at.date()].append(one)
    for day, those in days.items():
        missing = [one for one in those if one.row.recorded == "missing"]
        if len(those) - len(missing) < j.rule.min_share * len(those):
            for one in missing:
                j.doubt(one.row, Reason.FOLDER_INCOMPLETE, day)
        else:
            for one in missing:
                j.find([one], [True], one.row.talk_seconds)


_CHECKS: dict[type, Callable[[_Judgement, Sequence[_Timed]], None]] = {
    HoursRule: _hours,
    AttemptsRule: _attempts,
    PauseRule: _pause,
    ThirdPartyRule: _third_party,
    RecordingRule: _recording,
}
