"""Every line of the table of states, tried on the real store: where it goes, who is next, what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, update

from pipeline.domain import (
    Case,
    FindingVerdict,
    LedgerEntry,
    Outcome,
    Phase,
    Role,
    Severity,
    Span,
    User,
    UserRole,
    Verdict,
)
from pipeline.errors import Refused
from pipeline.messages import Message
from pipeline.review.appeals import Opinion
from pipeline.review.states import (
    UNSPOKEN,
    WORDS,
    Act,
    Cost,
    Effect,
    Transition,
    Who,
    cost,
    parts_in,
    transition,
    word,
)
from pipeline.rubric import parse_rubric
from pipeline.store import Store
from pipeline.store.people_tables import users
from pipeline.store.projections import refresh_reviewed, reviewed
from pipeline.store.repositories.accounts import ACCOUNT, user_of
from pipeline.store.repositories.rulebook_rows import Rulebook
from pipeline.store.review_tables import decisions, verdicts
from pipeline.store.tables import calls
from tests.examples import THOROUGH
from tests.inspections import finding, inspection
from tests.people import user

YES, NO, UNSURE = Verdict.CONFIRMED, Verdict.OVERTURNED, Verdict.UNSURE
SHEET = """
rubric: two
title: 两项
pass_mark: 80
sections:
  - id: service
    title: 服务
    criteria:
      - id: grave
        title: 泄露
        points: 60
        items: [{id: leak, title: 泄露, severity: A, deduct: 60, check: {phrase: {codes: [leak]}}}]
      - id: light
        title: 禁语
        points: 40
        items: [{id: rude, title: 禁语, severity: C, deduct: 40, check: {phrase: {codes: [rude]}}}]
"""
COSTS = {"leak": 60.0, "rude": 40.0}
PEOPLE = {
    "ann": UserRole.REVIEWER,
    "bob": UserRole.REVIEWER,
    "cat": UserRole.REVIEWER,
    "boss": UserRole.SUPERVISOR,
    "chief": UserRole.ADMINISTRATOR,
    "lead": UserRole.LEAD,
    "agent": UserRole.AGENT,
}


@dataclass
class Room:
    """A store with people, and calls in which one finding is in doubt."""

    store: Store
    run_id: int
    rubric: str
    people: Mapping[str, User]
    number: Any = field(default_factory=lambda: count(1))

    def key(self, name: str | None) -> int | None:
        return None if name is None else self.people[name].id

    def call(self, criterion: str, outcome: Outcome = Outcome.FAILED) -> str:
        """A new call in which the machine says this of the criterion, and the other one passed."""
        call_id = f"c{next(self.number)}"
        failed = outcome is Outcome.FAILED
        findings = tuple(
            replace(
                finding(name, outcome if name == criterion else Outcome.PASSED, severity=severity),
                points=-COSTS[name] if failed and name == criterion else 0.0,
            )
            for name, severity in (("leak", Severity.A), ("rude", Severity.C))
        )
        score = 100 - COSTS[criterion] * failed
        one = inspection(call_id, rubric=self.rubric, findings=findings, score=score, flagged=True)
        assert one.scorecard is not None
        ledger = (LedgerEntry("", Message("ledger.full"), 100.0, ()), *one.scorecard.ledger)
        self.store.inspections.save(
            replace(one, scorecard=replace(one.scorecard, ledger=ledger)), run_id=self.run_id
        )
        return call_id

    def act(self, call_id: str, criterion: str, act: Act, who: str | None) -> Case | None:
        """What this person does, through the store."""
        store, by, name = self.store, self.key(who), f"r{next(self.number)}"
        match act:
            case Act.CONFIRM | Act.OVERTURN | Act.UNSURE:
                return store.decisions.decide(call_id, criterion, word(act), by=by, request=name, seen=99)
            case Act.ADD:
                place = Span(2.0, 3.0)
                return store.decisions.add(call_id, criterion, place, Role.AGENT, "喂", by=by, request=name)
            case Act.COMMENT:
                return store.decisions.comment(call_id, "请看", by=by, request=name, criterion=criterion)
            case Act.FINISH:
                return store.decisions.finish(call_id, by=by, request=name, incomplete=True)
            case Act.REOPEN:
                store.decisions.finish(call_id, by=by, request=f"{name}-", incomplete=True)
                case = store.cases.case(call_id)
                assert case is not None
                return store.decisions.reopen(call_id, by=by, request=name) if case.finished_at else case
            case Act.UNDO:
                held = self.held(call_id, criterion)
                assert held is not None
                return store.decisions.undo(held.decision, by=by, request=name)
            case Act.SWAP:
                one = self.store.inspections.current(call_id)
                assert one is not None
                corrected = replace(
                    one, revisions=replace(one.revisions, engine=f"{one.revisions.engine}+roles")
                )
                return store.decisions.correct_roles(call_id, corrected, by=by, request=name)
            case Act.FILE:
                store.appeals.file(call_id, criterion, "不是我说的", by=self._account(who), request=name)
            case Act.UPHOLD | Act.REJECT:
                made = self.appeal(call_id, criterion)
                opinion = Opinion.UPHOLD if act is Act.UPHOLD else Opinion.REJECT
                store.appeals.decide(
                    made, opinion, by=self._account(who), request=name, comment="听过", without_panel=True
                )
        return store.cases.case(call_id)

    def appeal(self, call_id: str, criterion: str) -> int:
        """The number of the appeal, filed and accepted if there is none yet."""
        appeals, name = self.store.appeals, f"a{next(self.number)}"
        known = [one.id for one in appeals.of_call(call_id) if one.open]
        if known:
            return known[0]
        made = appeals.file(call_id, criterion, "不是我说的", by=None, request=f"{name}-")
        return appeals.accept(made.id, by=None, request=f"{name}+").id

    def _account(self, who: str | None) -> User | None:
        return None if who is None else self.people[who]

    def held(self, call_id: str, criterion: str) -> FindingVerdict | None:
        """As nobody may see it: with all words."""
        with self.store._read() as connection:
            key = connection.execute(select(calls.c.id).where(calls.c.call_id == call_id)).scalar_one()
            call = reviewed(connection, key)
            assert call is not None
            return call.verdicts.get(criterion)

    def phase(self, call_id: str, criterion: str) -> Phase:
        held = self.held(call_id, criterion)
        return held.phase if held else Phase.UNREVIEWED


@pytest.fixture
def room(store: Store, run_id: int) -> Room:
    keys = {
        name: user(store, name, role, team="一组", agent_id="1001" if role is UserRole.AGENT else None)
        for name, role in PEOPLE.items()
    }
    with store._read() as connection:
        people = {
            name: user_of(connection.execute(select(*ACCOUNT).where(users.c.id == key)).one())
            for name, key in keys.items()
        }
    rubric = parse_rubric(SHEET)
    store.rulebooks.keep([Rulebook(rubric.revision, "rubric", SHEET)])
    return Room(store, run_id, rubric.revision, people)


def way(phase: Phase, stands: Verdict | None, *, grave: bool) -> list[tuple[Act, str | None]] | None:
    """Acts that bring a finding there; None where there is no such finding."""
    said, other = (Act.CONFIRM, Act.OVERTURN) if stands is YES else (Act.OVERTURN, Act.CONFIRM)
    first = [(said, "ann")]
    match phase:
        case Phase.UNREVIEWED:
            return []
        case Phase.UNHEARD:
            return [(Act.UNSURE, "ann")]
        case Phase.UNHEARD_TWICE:
            return [(Act.UNSURE, "ann"), (Act.UNSURE, "bob")]
        case Phase.SECOND:
            return first if grave else None
        case Phase.SECOND_AGAIN:
            return [*first, (Act.UNSURE, "bob")] if grave else None
        case Phase.DISPUTED:
            return [*first, (other, "bob")]
        case Phase.SETTLED:
            return None if grave else first
        case Phase.AGREED:
            return [*first, (said, "bob")]
        case Phase.ENDED:
            return [(other, "ann"), (other, "bob"), (said, "boss")]
        case Phase.APPEALED:
            return [(Act.REJECT if stands is YES else Act.UPHOLD, "boss")]
        case Phase.SOUND:
            return None  # below: only a migration brings a finding there


def actor(who: Who, phase: Phase) -> str | None:
    """Somebody in this part."""
    first = "boss" if phase in (Phase.ENDED, Phase.APPEALED) else "ann"
    names = {Who.FIRST: first, Who.SECOND: "bob", Who.ANOTHER: "cat", Who.SUPERVISOR: "chief"}
    return {**names, Who.LEAD: "lead", Who.AGENT: "agent", Who.SHELL: None}[who]


STARTS = [
    (phase, stands, grave)
    for phase in Phase
    for stands in ((YES,) if phase in (*UNSPOKEN, Phase.UNHEARD, Phase.UNHEARD_TWICE) else (YES, NO))
    for grave in (False, True)
    if way(phase, stands, grave=grave) is not None
]
APPEALING = (Act.FILE, Act.UPHOLD, Act.REJECT)


@pytest.mark.parametrize(("phase", "stands", "grave"), STARTS)
def test_every_line_holds_in_the_store(room: Room, phase: Phase, stands: Verdict, grave: bool) -> None:
    criterion = "leak" if grave else "rude"

    def arrive(act: Act | None = None) -> str:
        call_id = room.call(criterion)
        if act in (Act.UPHOLD, Act.REJECT) and phase is not Phase.APPEALED:
            room.appeal(call_id, criterion)  # filed when it still cost points
        for act, who in way(phase, stands, grave=grave) or ():
            room.act(call_id, criterion, act, who)
        assert room.phase(call_id, criterion) is phase
        return call_id

    tried: set[tuple[Act, object]] = set()
    idle = arrive()  # what is refused or changes nothing leaves it as it is, so one call is enough for that
    word_that_stands = None if phase in UNSPOKEN else stands
    if phase in (Phase.UNHEARD, Phase.UNHEARD_TWICE):
        word_that_stands = UNSURE
    for act in Act:
        for who in parts_in(phase):
            line = transition(phase, act, who, grave=grave, stands=word_that_stands)
            if act not in WORDS and (line.code == "role" or (stands is NO and act not in APPEALING)):
                continue  # asked at the door, where pages and JSON begin; or nothing the verdict changes
            if act is Act.UNDO and phase is Phase.UNREVIEWED:
                continue  # there is nothing to take back
            if who is Who.SHELL and act not in (Act.CONFIRM, Act.UNSURE):
                continue  # the table has it beside the supervisor in every line
            if room.store.url.startswith("postgresql") and not THOROUGH and (act, line) in tried:
                continue  # who does it is decided before the database is asked: SQLite has every one of them
            tried.add((act, line))
            person = actor(who, phase)
            if line.effect is Effect.REFUSED:
                with pytest.raises(Refused) as raised:
                    room.act(idle, criterion, act, person)
                assert raised.value.code == line.code, (act, who)
                assert room.phase(idle, criterion) is phase
                continue
            call_id = arrive(act)
            before = room.held(call_id, criterion)
            case = room.act(call_id, criterion, act, person)
            _check(room, call_id, criterion, line, act, before, case)


def _check(
    room: Room,
    call_id: str,
    criterion: str,
    line: Transition,
    act: Act,
    before: FindingVerdict | None,
    case: Case | None,
) -> None:
    held = room.held(call_id, criterion)
    phase = held.phase if held else Phase.UNREVIEWED
    match line.effect:
        case Effect.MOVES:
            assert phase is line.to, line
            assert held is not None
            if line.said:
                assert held.verdict is word(act)
        case Effect.STAYS:
            assert phase is (before.phase if before else Phase.UNREVIEWED), line
            assert (held.verdict if held else None) is (before.verdict if before else None)
        case Effect.ASIDE:
            assert held is None
        case Effect.BACK:
            assert phase is not (before.phase if before else None)
    assert case is not None
    full, less = 100.0, 100.0 - COSTS[criterion]
    expected = {
        Cost.RANGE: (less, less, full, False, None),
        Cost.AS_SETTLED: (less, less, less, True, less >= 80)
        if held is not None and held.verdict is YES
        else (full, full, full, True, True),
    }[cost(phase, Outcome.FAILED)]
    assert (case.score_low, case.score, case.score_high, case.final, case.passed) == expected, line
    assert case.causes == ((phase.cause,) if phase.cause else ())
    with room.store._read() as connection:
        key = select(calls.c.id).where(calls.c.call_id == call_id).scalar_subquery()
        kept = connection.execute(select(verdicts).where(verdicts.c.call == key)).one_or_none()
    if kept is not None:
        assert held is not None
        assert (kept.state, kept.cause, kept.next) == (held.state, held.cause, held.next)


@pytest.mark.parametrize("grave", [False, True])
def test_who_is_next_has_it_in_the_queue_and_nobody_else(room: Room, grave: bool) -> None:
    criterion = "leak" if grave else "rude"
    cases = room.store.cases
    everybody = ("ann", "bob", "cat", "boss")
    expected = {
        Phase.UNHEARD: {"bob", "cat", "boss"},
        Phase.UNHEARD_TWICE: {"boss"},
        Phase.SECOND: {"bob", "cat", "boss"},
        Phase.SECOND_AGAIN: {"cat", "boss"},
        Phase.DISPUTED: {"boss"},
    }
    for phase, whos in expected.items():
        acts = way(phase, YES, grave=grave)
        if acts is None:
            continue
        call_id = room.call(criterion)
        for act, who in acts:
            room.act(call_id, criterion, act, who)
        before = {name for name in everybody if _gets(room, name, call_id)}
        assert before == whos, phase
        done = room.store.decisions.finish(call_id, by=room.key("ann"), request=f"f-{call_id}")
        assert done.state == "open", "nothing is closed while something is open"
        assert {name for name in everybody if _gets(room, name, call_id)} == whos, phase
        room.store.decisions.decide(
            call_id, criterion, YES, by=room.key("chief"), request=f"e-{call_id}", seen=99
        )
        after = cases.case(call_id)
        assert after is not None
        if after.open_findings:
            room.store.decisions.decide(
                call_id, criterion, YES, by=room.key("boss"), request=f"g-{call_id}", seen=99
            )
        after = cases.case(call_id)
        assert after is not None
        assert (after.state, after.final) == ("done", True), phase


def _gets(room: Room, name: str, call_id: str) -> bool:
    """Whether the queue gives this call to somebody; it is the only one that is open."""
    key = room.people[name].id
    found = room.store.cases.upcoming(key)
    waiting = room.store.cases.waiting_for(key)
    assert (found == call_id) == bool(waiting)
    return found == call_id


def test_what_the_machine_doubts_and_a_person_cannot_tell_makes_a_range(room: Room) -> None:
    call_id = room.call("rude", Outcome.UNDETERMINED)
    untouched = room.store.cases.case(call_id)
    assert untouched is not None
    assert (untouched.score_low, untouched.score_high, untouched.final) == (100.0, 100.0, True)
    case = room.act(call_id, "rude", Act.UNSURE, "ann")
    assert case is not None
    assert (case.score_low, case.score, case.score_high, case.final) == (60.0, 100.0, 100.0, False)
    with pytest.raises(Refused, match="costs points"):
        room.act(room.call("rude", Outcome.UNDETERMINED), "rude", Act.FILE, "agent")
    room.act(call_id, "rude", Act.FILE, "agent")  # but this may cost points now


def test_what_may_be_about_other_sound_waits_for_a_reviewer(room: Room) -> None:
    if "sound_in_doubt" not in decisions.c:
        pytest.skip("decisions have no column sound_in_doubt")
    call_id = room.call("leak")
    for act, who in ((Act.CONFIRM, "ann"), (Act.CONFIRM, "bob")):
        room.act(call_id, "leak", act, who)
    with room.store._write() as connection:
        key = connection.execute(select(calls.c.id).where(calls.c.call_id == call_id)).scalar_one()
        connection.execute(update(decisions).where(decisions.c.call == key).values(sound_in_doubt=True))
        refresh_reviewed(connection, key)
    assert room.phase(call_id, "leak") is Phase.SOUND
    for act in (Act.CONFIRM, Act.OVERTURN):
        assert transition(Phase.SOUND, act, Who.ANOTHER, grave=True).to is Phase.SECOND
    room.act(call_id, "leak", Act.OVERTURN, "ann")
    assert room.phase(call_id, "leak") is Phase.SECOND
