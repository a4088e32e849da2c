"""Calibrations are blind until they close; notes and examples reach whom they are meant for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pipeline.domain import Outcome
from pipeline.domain.people import Scope, User, UserRole
from pipeline.errors import Missing, Refused, ReviewError
from pipeline.review.calibration import Calibration, ScoreEntry, compare
from pipeline.store import CallFilter, Store
from pipeline.store.filter import QueueState
from pipeline.store.repositories.queue import Count
from tests.inspections import inspection

PASSED, FAILED = ScoreEntry(Outcome.PASSED), ScoreEntry(Outcome.FAILED, "语气")


@dataclass
class House:
    store: Store
    expert: User
    ann: User
    ben: User

    def open(self, request: str = "r", **options: object) -> Calibration:
        given = {
            "call_ids": ["c1", "c2"], "scorers": [self.ann.id], "expert": self.expert.id,
            "by": self.expert.id, "request": request, **options,
        }  # fmt: skip
        return self.store.calibrations.open("十一月校准", **given)


@pytest.fixture
def house(store: Store, run_id: int) -> House:
    for name, agent, team in (("c1", "1001", "一组"), ("c2", "1002", "二组"), ("c3", "1001", "一组")):
        store.inspections.save(inspection(name, agent_id=agent, team=team), run_id=run_id)
    add = store.accounts.add
    return House(
        store,
        add("expert", display_name="专家", role=UserRole.SUPERVISOR),
        add("ann", display_name="安", role=UserRole.REVIEWER),
        add("ben", display_name="本", role=UserRole.LEAD, team="一组"),
    )


def refusal(refused: pytest.ExceptionInfo[ReviewError]) -> str:
    return refused.value.code


def test_scored_blind_closed_and_compared(house: House) -> None:
    room = house.store.calibrations
    made = house.open()
    assert (made.open, [c.call.call_id for c in made.calls]) == (True, ["c1", "c2"])
    assert {(s.name, s.calls) for s in made.scorers} == {("专家", 0), ("安", 0)}
    sheet = room.sheet(made.id, "c1", user=house.ann.id)
    assert [(line.criterion, line.title, line.outcome) for line in sheet] == [
        ("greeting", "greeting 标题", None),
        ("rude", "rude 标题", None),
    ]
    room.score(made.id, "c2", {"rude": PASSED}, user=house.ann.id)
    room.score(made.id, "c2", {"rude": FAILED}, user=house.ann.id)  # thought again
    for user, call_id, said in (
        (house.expert, "c1", {"greeting": PASSED, "rude": FAILED}),
        (house.expert, "c2", {"greeting": PASSED, "rude": FAILED}),
        (house.ann, "c1", {"greeting": PASSED, "rude": PASSED}),
        (house.ann, "c2", {"greeting": PASSED}),
    ):
        for _ in range(2):  # the same again changes nothing
            room.score(made.id, call_id, said, user=user.id)
    mine = {line.criterion: line for line in room.sheet(made.id, "c2", user=house.ann.id)}
    assert (mine["rude"].outcome, mine["rude"].comment) == (Outcome.FAILED, "语气")
    for blind in (room.marks, room.machine):
        with pytest.raises(Refused) as refused:
            blind(made.id)
        assert refusal(refused) == "calibration-blind"
    closed = room.close(made.id)
    assert not closed.open and closed.closed_at is not None
    assert room.close(made.id) == closed
    found = compare(room.marks(made.id), expert=made.expert)
    assert found.overall.items == 4 and found.overall.percent == 0.75
    assert [(d.call_id, d.criterion) for d in found.differences] == [("c1", "rude")]
    assert room.machine(made.id)["c1", "rude"] is Outcome.FAILED
    assert room.titles(made.id)["rude"] == "rude 标题"
    with pytest.raises(Refused) as refused:
        room.score(made.id, "c1", {"rude": FAILED}, user=house.ann.id)
    assert refusal(refused) == "calibration-closed"


def test_a_call_is_sealed_until_it_is_scored(house: House) -> None:
    room, queue = house.store.calibrations, house.store.queue
    first = house.open()
    second = house.open("s", call_ids=["c2", "c3"])
    ann = house.ann.id
    assert room.sealed(ann) == {"c1", "c2", "c3"}
    assert room.sealed(ann, calibration=first.id) == {"c1", "c2"}
    assert room.sealed(house.ben.id) == frozenset(), "only who scores is kept from looking"
    room.score(first.id, "c1", {"rude": PASSED}, user=ann)
    assert "c1" in room.sealed(ann), "one item is still to come"
    room.score(first.id, "c1", {"greeting": PASSED}, user=ann)
    assert room.sealed(ann) == {"c2", "c3"}
    with pytest.raises(Refused) as refused:
        room.score(first.id, "c1", {"rude": FAILED}, user=ann)
    assert refusal(refused) == "calibration-given", "they may have seen what the machine says"
    room.score(first.id, "c2", {"greeting": PASSED, "rude": PASSED}, user=ann)
    assert room.sealed(ann) == {"c2", "c3"}, "the other calibration is still blind"

    scope, every = Scope(sealed=room.sealed(ann)), CallFilter(state=QueueState.ALL)
    assert {row.call_id for row in queue.page(every, scope).rows} == {"c1"}
    counts = queue.counts(every, scope, by=ann, states=[QueueState.ALL])
    assert counts[QueueState.ALL] == Count(1, False)
    assert house.store.cases.next(ann, scope) in (None, "c1")
    assert {row.call.call_id for row in house.store.calls.all(CallFilter(without=scope.sealed))} == {"c1"}
    agents = {one.agent.agent_id: one.tally.calls for one in house.store.agents.all(scope)}
    assert agents == {"1001": 1}
    assert house.store.rule_usage.criteria(scope)["rude"].failed == 1
    room.close(second.id)
    assert room.sealed(ann) == frozenset()


def test_only_the_invited_and_only_what_is_on_the_sheet(house: House) -> None:
    room = house.store.calibrations
    made = house.open()
    with pytest.raises(Refused) as refused:
        room.score(made.id, "c1", {"rude": PASSED}, user=house.ben.id)
    assert refusal(refused) == "calibration-invited"
    with pytest.raises(Refused) as refused:
        room.score(made.id, "c1", {"beauty": PASSED}, user=house.ann.id)
    assert refusal(refused) == "no-criterion"
    with pytest.raises(Missing):
        room.score(made.id, "c3", {"rude": PASSED}, user=house.ann.id)
    with pytest.raises(Missing):
        room.calibration(99)
    assert [c.id for c in room.all(user=house.ann.id)] == [made.id]
    assert room.all(user=house.ben.id) == ()


def test_what_a_calibration_needs(house: House) -> None:
    for change, code in (
        ({"call_ids": []}, "calibration-calls"),
        ({"call_ids": [f"c{n}" for n in range(51)]}, "calibration-calls"),
        ({"scorers": []}, "calibration-people"),
    ):
        with pytest.raises(Refused) as refused:
            house.open(**change)
        assert refusal(refused) == code
    with pytest.raises(Missing):
        house.open(call_ids=["c1", "nowhere"])
    assert house.store.calibrations.all() == ()
    assert house.open("twice") == house.open("twice")


def test_an_invitation_opens_a_call_of_another_team_until_it_closes(house: House) -> None:
    room, coaching = house.store.calibrations, house.store.coaching
    made = house.open(scorers=[house.ben.id])
    assert coaching.shared("c2", user=house.ben.id)
    assert not coaching.shared("c2", user=house.ann.id)
    assert not coaching.shared("c3", user=house.ben.id)
    room.close(made.id)
    assert not coaching.shared("c2", user=house.ben.id)


def test_an_approved_example_is_for_everybody(house: House) -> None:
    coaching = house.store.coaching
    made = coaching.nominate("c1", title="安抚得好", by=house.ann.id)
    assert (made.approved, made.nominated_by) == (False, "安")
    assert not coaching.shared("c1", user=house.ben.id)
    assert [e.call.call_id for e in coaching.exemplars(scope=Scope(team="一组"))] == ["c1"]
    assert coaching.exemplars(scope=Scope(team="二组")) == ()
    assert coaching.nominate("c1", title="后到", by=house.ben.id).title == "安抚得好"
    coaching.approve("c1", by=house.expert.id)
    assert coaching.approve("c1", by=house.ben.id).approved_by == "专家"
    assert coaching.shared("c1", user=house.ben.id)
    assert [e.call.call_id for e in coaching.exemplars(scope=Scope(team="二组"))] == ["c1"]
    coaching.withdraw("c1")
    assert not coaching.shared("c1", user=house.ben.id) and coaching.exemplars() == ()
    with pytest.raises(Missing):
        coaching.approve("c1", by=house.expert.id)


def test_a_note_and_that_it_was_read(house: House) -> None:
    coaching = house.store.coaching
    given = {"by": house.ben.id, "call_id": "c1", "criterion": "rude", "starts": 12.5}
    made = coaching.write("1001", "先道歉再解释", request="n1", **given)
    assert coaching.write("1001", "先道歉再解释", request="n1", **given) == made
    assert (made.call_id, made.starts, made.author, made.acknowledged_at) == ("c1", 12.5, "本", None)
    with pytest.raises(Missing):
        coaching.acknowledge(made.id, agent_id="1002")
    read = coaching.acknowledge(made.id, agent_id="1001")
    assert read.acknowledged_at is not None
    assert coaching.acknowledge(made.id, agent_id="1001") == read
    assert coaching.notes("1001") == (read,) and coaching.notes("1002") == ()
    with pytest.raises(Refused) as refused:
        coaching.write("1002", "x", request="n2", **given)
    assert refusal(refused) == "note-agent"
    with pytest.raises(Refused):
        coaching.write("1001", "  ", request="n3", by=None)
