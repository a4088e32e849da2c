"""Cases: kept with every save, the same in SQL as in Python; nobody gets the call of somebody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from sqlalchemy import delete, select, update

from pipeline.domain import (
    Case,
    CaseState,
    Inspection,
    OpenCause,
    Outcome,
    Scope,
    Severity,
    UserRole,
    Verdict,
)
from pipeline.errors import Conflict, Missing, Refused
from pipeline.review.claims import Actor, waits_for
from pipeline.store import CallFilter, Store, judgement
from pipeline.store.filter import QueueState
from pipeline.store.projections import refresh_all, refresh_reviewed, reviewed
from pipeline.store.repositories.case_rows import call_key
from pipeline.store.review_tables import cases
from pipeline.store.tables import calls
from tests.inspections import finding, inspection, with_facts
from tests.people import user

FAILED, DOUBT = Outcome.FAILED, Outcome.UNDETERMINED
SHAPES = [
    (),
    (("a", FAILED, Severity.C),),
    (("a", FAILED, Severity.A), ("b", FAILED, Severity.E), ("c", Outcome.PASSED, Severity.A)),
    (("a", DOUBT, Severity.A), ("b", DOUBT, Severity.C)),
    tuple((f"f{n}", FAILED, Severity.D) for n in range(14)),
    (("bonus", Outcome.PASSED, None), ("b", DOUBT, Severity.B), ("c", FAILED, Severity.B)),
]


def shaped(
    number: int, shape: tuple[tuple[str, Outcome, Severity | None], ...], *, flagged: bool
) -> Inspection:
    findings = tuple(finding(name, outcome, severity=severity) for name, outcome, severity in shape)
    one = inspection(f"c{number:02}-{flagged}", findings=findings, flagged=flagged)
    return with_facts(one, started_at=None) if number % 3 == 0 else one


def open_cases(store: Store) -> list[Case]:
    with store._read() as connection:
        found = list(connection.execute(select(calls.c.call_id).order_by(calls.c.call_id)).scalars())
    return [case for call_id in found if (case := store.cases.case(call_id)) is not None]


def case_rows(store: Store) -> list[dict[str, object]]:
    """All columns, but for the one that counts."""
    with store._read() as connection:
        found = connection.execute(select(cases).order_by(cases.c.call)).mappings()
        return [{k: v for k, v in row.items() if k != "version"} for row in found]


def test_counting_the_findings_of_many_says_what_reading_one_says(store: Store, run_id: int) -> None:
    for number, (shape, flagged) in enumerate(product(SHAPES, (True, False))):
        store.inspections.save(shaped(number, shape, flagged=flagged), run_id=run_id)
    by_counts, rows_by_counts = open_cases(store), case_rows(store)
    assert len(by_counts) == 12
    with store._write() as connection:
        for key in connection.execute(select(calls.c.id)).scalars().all():
            refresh_reviewed(connection, key)
    by_reading = open_cases(store)
    for one, other in zip(by_counts, by_reading, strict=True):
        assert other.version == one.version + 1
        assert replace(one, version=0) == replace(other, version=0)
    assert case_rows(store) == rows_by_counts, "also what the screens only count"
    assert {(case.final, case.passed) for case in by_counts} == {(True, True), (False, None)}
    assert len({case.priority for case in by_counts}) > 6


def test_a_store_from_before_gets_its_cases(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a", flagged=True), run_id=run_id)
    store.inspections.save(inspection("b"), run_id=run_id)
    before = open_cases(store)
    with store._write() as connection:
        connection.execute(delete(cases))
        refresh_all(connection)
    assert open_cases(store) == before
    assert [case.state for case in before] == [CaseState.OPEN, CaseState.NONE]


def test_judging_again_and_choosing_keep_the_case(store: Store, run_id: int) -> None:
    old = inspection("a", flagged=True)
    store.inspections.save(old, run_id=run_id)
    ann = user(store, "ann")
    assert store.cases.assign(["a", "nothing"], ann, ann) == 1
    ((key, _),) = store.judgements.heard(store.judgements.outdated(lexicons="l1", rubric="r2"))
    store.judgements.save([judgement(key, inspection("a", rubric="r2", score=99.0))], run_id=run_id)
    case = store.cases.case("a")
    assert case is not None
    assert (case.state, case.score, case.assigned_name) == (CaseState.NONE, 99.0, "ann")
    store.inspections.choose("a", old.revisions, run_id=run_id)
    again = store.cases.case("a")
    assert again is not None
    assert (again.state, again.score) == (CaseState.OPEN, 90.0)
    store.inspections.save(inspection("a", flagged=True, score=12.0), run_id=run_id, replace=True)
    replaced = store.cases.case("a")
    assert replaced is not None
    assert (replaced.score, replaced.assigned_name) == (12.0, "ann")
    assert replaced.version > again.version > case.version


def test_a_claim_keeps_others_out_until_it_ends(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a", flagged=True), run_id=run_id)
    ann, bob = user(store, "ann"), user(store, "bob")
    cases = store.cases
    assert cases.claim("a", ann).claimed_name == "ann"
    with pytest.raises(Conflict, match="ann has this call open") as raised:
        cases.claim("a", bob)
    assert raised.value.code == "claimed"
    assert cases.release("a", bob).claimed == ann, "nobody releases what another holds"
    assert cases.keep("a", ann, minutes=-1).claimed is None, "this one ended a minute ago"
    assert cases.claim("a", bob).claimed == bob
    assert cases.release("a", bob).claimed is None
    with pytest.raises(Missing):
        cases.claim("nothing", bob)
    with pytest.raises(Missing, match="no user"):
        cases.assign(["a"], 99, ann)


def test_the_next_call_is_the_most_urgent_one_may_see(store: Store, run_id: int) -> None:
    grave = (finding("leak", FAILED, severity=Severity.A),)
    store.inspections.save(inspection("light", flagged=True, team="一组"), run_id=run_id)
    store.inspections.save(inspection("grave", flagged=True, team="二组", findings=grave), run_id=run_id)
    store.inspections.save(inspection("quiet", team="一组"), run_id=run_id)
    ann, bob, boss = user(store, "ann"), user(store, "bob"), user(store, "boss", UserRole.SUPERVISOR)
    cases = store.cases
    assert cases.next(ann, Scope(team="一组")) == "light"
    assert cases.next(bob) == "grave"
    assert cases.next(boss) is None, "one is not flagged, the others are taken"
    assert cases.next(ann, Scope(nothing=True)) is None
    assert cases.next(bob) == "grave", "one's own claim is no obstacle"
    case = store.decisions.decide("grave", "leak", Verdict.CONFIRMED, by=bob, request="1", seen=9)
    store.decisions.finish("grave", by=bob, request="2")
    assert case.causes == (OpenCause.SECOND,)
    assert cases.next(bob) is None, "another person is to look at it"
    assert cases.next(boss) == "grave"
    cases.release("grave", boss)
    cases.release("light", ann)
    cases.assign(["light"], bob, boss)
    assert cases.next(ann, after="grave") is None
    assert cases.next(bob) == "light"


def test_those_who_ask_at_once_never_get_the_same_call(store: Store, run_id: int) -> None:
    for number in range(12):
        store.inspections.save(inspection(f"c{number}", flagged=True), run_id=run_id)
    people = [user(store, f"p{number}") for number in range(4)]

    def take(who: int) -> list[str]:
        got = []
        while (found := store.cases.next(who)) is not None:
            got.append(found)
            store.decisions.finish(found, by=who, request=f"{who}-{found}", incomplete=True)
        return got

    with ThreadPoolExecutor(4) as pool:
        got = [call for part in pool.map(take, people) for call in part]
    assert len(got) == len(set(got)) == 12


def test_two_clients_race_for_one_call(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a", flagged=True), run_id=run_id)
    ann, bob = user(store, "ann"), user(store, "bob")

    def claim(who: int) -> bool:
        try:
            store.cases.claim("a", who)
        except Conflict:
            return False
        return True

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(claim, [ann, bob])) == [False, True]
        with store._write() as connection:
            connection.execute(cases.update().values(claimed=None))


def test_one_request_sent_twice_at_once_counts_once(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a", flagged=True), run_id=run_id)
    ann = user(store, "ann")

    def decide(_: int) -> Case:
        return store.decisions.decide("a", "rude", Verdict.CONFIRMED, by=ann, request="same", seen=1)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(decide, range(2))
    assert one == other
    assert len(store.decisions.history("a")) == 1


def test_what_waits_for_a_second_person_is_counted_for_those_it_waits_for(store: Store, run_id: int) -> None:
    grave = (finding("leak", FAILED, severity=Severity.A), finding("rude", FAILED, severity=Severity.C))
    for name, team in (("one", "一组"), ("two", "二组")):
        store.inspections.save(inspection(name, flagged=True, team=team, findings=grave), run_id=run_id)
    ann, bob, boss = user(store, "ann"), user(store, "bob"), user(store, "boss", UserRole.SUPERVISOR)

    def waiting(scope: Scope = Scope()) -> list[int]:  # noqa: B008 - plain and frozen
        return [store.cases.waiting_for(who, scope) for who in (ann, bob, boss)]

    def say(call: str, criterion: str, verdict: Verdict, by: int, number: str) -> None:
        store.decisions.decide(call, criterion, verdict, by=by, request=number, seen=99)

    assert waiting() == [0, 0, 0]
    say("one", "leak", Verdict.CONFIRMED, ann, "1")
    say("two", "leak", Verdict.CONFIRMED, bob, "2")
    assert waiting() == [1, 1, 2]
    assert waiting(Scope(team="一组")) == [0, 1, 1]
    say("one", "rude", Verdict.CONFIRMED, ann, "3")
    say("one", "leak", Verdict.OVERTURNED, bob, "4")
    assert waiting() == [1, 0, 2], "a dispute is the supervisor's"
    say("one", "leak", Verdict.CONFIRMED, boss, "5")
    say("two", "leak", Verdict.CONFIRMED, ann, "6")
    assert waiting() == [0, 0, 0]


def test_the_queue_asks_in_sql_what_the_rule_says(store: Store, run_id: int) -> None:
    grave = (finding("leak", FAILED, severity=Severity.A), finding("rude", FAILED, severity=Severity.C))
    names = ("one", "two", "three")
    for name in names:
        store.inspections.save(inspection(name, flagged=True, findings=grave), run_id=run_id)
    roles = {
        "ann": UserRole.REVIEWER,
        "bob": UserRole.REVIEWER,
        "cid": UserRole.REVIEWER,
        "boss": UserRole.SUPERVISOR,
    }
    people = [Actor(user(store, name, role), role) for name, role in roles.items()]
    chance, seen = Random(5), set()
    for number in range(40):
        call, criterion, verdict = (
            chance.choice(names),
            chance.choice(("leak", "rude")),
            chance.choice([*Verdict]),
        )
        by = chance.choice(people).id
        with suppress(Refused):
            store.decisions.decide(call, criterion, verdict, by=by, request=str(number), seen=99)
        with store._read() as connection:
            known = [reviewed(connection, call_key(connection, name)) for name in names]
        said = [list(one.verdicts.values()) for one in known if one is not None]
        seen |= {verdict.phase for verdicts in said for verdict in verdicts}
        for who in people:
            assert who.id is not None
            waiting = sum(any(waits_for(verdict, who) for verdict in verdicts) for verdicts in said)
            assert store.cases.waiting_for(who.id) == waiting
    assert len(seen) > 5, "many phases were tried"


def test_what_waits_for_somebody_who_cannot_review_it_is_given_to_others(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a", flagged=True, team="一组"), run_id=run_id)
    boss, bob = user(store, "boss", UserRole.SUPERVISOR), user(store, "bob")
    cid = user(store, "cid", agent_id="1001")  # the agent of the call
    ann, accounts, cases = user(store, "ann", team="一组"), store.accounts, store.cases
    for change, back in (
        ({"disabled": True}, {"disabled": False}),
        ({"role": UserRole.LEAD}, {"role": UserRole.REVIEWER}),
        ({"team": "二组"}, {"team": "一组"}),
        ({"agent_id": "1001"}, {"agent_id": None}),
    ):
        cases.assign(["a"], ann, boss)
        assert cases.upcoming(bob) is None, "it is ann's"
        assert cases.upcoming(ann) == "a"
        accounts.change(ann, **change)  # type: ignore[arg-type]
        assert cases.upcoming(bob) == cases.upcoming(boss) == "a", change
        assert cases.next(bob) == "a"
        cases.release("a", bob)
        accounts.change(ann, **back)  # type: ignore[arg-type]
    cases.assign(["a"], cid, boss)
    assert (cases.upcoming(cid), cases.upcoming(bob)) == (None, "a")


def test_nobody_is_offered_a_call_of_their_own_agent_number(store: Store, run_id: int) -> None:
    grave = (finding("leak", FAILED, severity=Severity.A),)
    store.inspections.save(inspection("a", flagged=True, findings=grave), run_id=run_id)
    agent = {"agent_id": "1001"}
    ann, boss = user(store, "ann", **agent), user(store, "boss", UserRole.SUPERVISOR, **agent)
    bob = user(store, "bob", agent_id="1002")
    for who in (ann, boss):
        assert store.cases.next(who) is None
        acts = [
            lambda by=who: store.cases.claim("a", by),
            lambda by=who: store.decisions.decide(
                "a", "leak", Verdict.OVERTURNED, by=by, request=f"d{by}", seen=9
            ),
            lambda by=who: store.decisions.comment("a", "x", by=by, request=f"c{by}"),
            lambda by=who: store.decisions.finish("a", by=by, request=f"f{by}", incomplete=True),
        ]
        for act in acts:
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.code == "own-call"
    assert store.cases.next(bob) == "a"
    store.decisions.decide("a", "leak", Verdict.CONFIRMED, by=bob, request="1", seen=9)
    assert [store.cases.waiting_for(who) for who in (ann, boss)] == [0, 0]
    assert store.cases.waiting_for(user(store, "cid")) == 1


def test_a_claim_of_a_clock_that_was_ahead_keeps_nobody_out(store: Store, run_id: int) -> None:
    store.inspections.save(inspection("a", flagged=True), run_id=run_id)
    ann, bob = user(store, "ann"), user(store, "bob")
    store.cases.claim("a", ann)
    with store._write() as connection:
        a_day_on = cases.c.claimed_until + 86400.0
        connection.execute(update(cases).values(claimed_until=a_day_on))
    case = store.cases.case("a")
    assert case is not None and case.claimed is None
    claimed = CallFilter(state=QueueState.CLAIMED)
    assert store.queue.page(claimed, Scope()).rows == ()
    assert [row.claimed for row in store.queue.page(CallFilter(), Scope()).rows] == [None]
    assert store.cases.next(bob) == "a"


def test_next_goes_through_all_calls_before_one_comes_again(store: Store, run_id: int) -> None:
    ann, bob = user(store, "ann"), user(store, "bob")
    names = ["a", "b", "c", "d"]
    for name in names:
        store.inspections.save(inspection(name, flagged=True), run_id=run_id)
    cases = store.cases

    def round_of(who: int, first: str | None = None) -> list[str]:
        """One press of ``n`` after the other, deciding nothing."""
        seen = [] if first is None else [first]
        while len(seen) < len(names):
            found = cases.next(who, after=seen[-1] if seen else None)
            assert found is not None
            seen.append(found)
        return seen

    first = round_of(ann)
    assert sorted(first) == names
    assert cases.skipped(first[0], ann) is not None
    assert cases.skipped(first[-1], ann) is None, "this one is open now"
    again = cases.next(ann, after=first[-1])
    assert again == first[0], "what was left longest ago comes first"
    assert round_of(ann, again) == first
    for name in names:
        cases.release(name, ann)
    assert sorted(round_of(bob)) == names, "what one person skips is skipped for nobody else"


def test_what_changes_and_what_is_new_comes_before_what_was_skipped(store: Store, run_id: int) -> None:
    ann, bob = user(store, "ann"), user(store, "bob")
    for name in "abc":
        store.inspections.save(inspection(name, flagged=True), run_id=run_id)
    cases = store.cases
    order = [cases.next(ann)]
    for _ in range(2):
        order.append(cases.next(ann, after=order[-1]))
    assert None not in order
    first, second, third = (str(name) for name in order)
    cases.leave(third, ann)
    cases.release(second, ann)
    store.decisions.comment(second, "再听", by=bob, request="1")
    assert cases.skipped(second, ann) is None
    assert cases.next(ann, after=first) == second, "somebody said something about it"
    store.inspections.save(inspection("d", flagged=True), run_id=run_id)
    assert cases.next(ann, after=second) == "d"
    cases.claim(third, bob)
    assert cases.next(ann, after="d") == first, "what somebody else has is passed over"
    cases.release(third, bob)
    assert cases.next(ann, after=first) == third
    assert cases.next(ann, where=CallFilter(call_id=first)) == first, "the only one still comes"
    assert cases.next(ann, where=CallFilter(call_id=first), after=first) is None
