"""Every write method of the desk leaves a row in the log of acts, on both databases."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from pipeline.web.words import known
from sqlalchemy import update

from pipeline.domain import DecisionKind, Inspection, Outcome, Role, Span, UserRole, Verdict
from pipeline.domain.acting import Acting, acting_as, acting_user
from pipeline.errors import Refused
from pipeline.review.appeals import Opinion
from pipeline.review.sampling import Per, SampleRule, Which
from pipeline.store import Store
from pipeline.store.desk.desk import Desk
from pipeline.store.desk.views_calibrations import Said
from pipeline.store.rulebooks import Rulebook
from pipeline.store.tables import calls
from tests.inspections import inspection
from tests.nights import bad_call

CALL, OTHER = "O02", "O99"
NO_ACTS = {
    "People.session": "notes when a session was last used",
    "People.attempt": "counts guesses at the door; a failed one is noted there",
    "People.succeeded": "forgets those guesses",
    "People.rehash": "the same password, kept in another form",
    "People.prefer": "language and colours of somebody's own pages",
    "People.signed_in_from": "where a sign-in came from; the sign-in itself is noted",
    "Rules.save_draft": "an edit that nobody else sees; trying it is noted",
    "Rules.drop_draft": "the same",
}
"""Write methods that are no act of a person upon anything, and why."""


def write_methods() -> set[str]:
    """Public methods of every part of the desk that write, themselves or through another of their class."""
    found = set()
    for name, part in vars(Desk).items():
        cls = getattr(getattr(part, "func", None), "__annotations__", {}).get("return")
        if cls is None:
            continue
        cls = inspect.getmodule(Desk).__dict__[cls] if isinstance(cls, str) else cls
        calls = {n: used(f) for n, f in inspect.getmembers(cls, inspect.isfunction)}
        writing = {n for n, names in calls.items() if "_write" in names and n != "__init__"}
        while more := {n for n, names in calls.items() if names & writing} - writing:
            writing |= more
        found |= {f"{cls.__name__}.{n}" for n in writing if not n.startswith("_")}
        assert name
    return found


def used(function: Callable[..., object]) -> set[str]:
    """Names that a method takes from itself: ``self.name``."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    }


def named(call_id: str) -> Inspection:
    one = bad_call()
    return replace(one, recording=replace(one.recording, call=replace(one.recording.call, call_id=call_id)))


@pytest.fixture
def desk(store: Store, run_id: int) -> Desk:
    for call_id in (CALL, OTHER):
        store.save(named(call_id), run_id=run_id)
    return store.desk


def test_every_write_leaves_a_row(desk: Desk, store: Store, run_id: int) -> None:
    people, cases, decisions, board = desk.people, desk.cases, desk.decisions, desk.board
    appeals, samples, calibrations, coaching = desk.appeals, desk.samples, desk.calibrations, desk.coaching
    done: set[str] = set()
    silent: list[str] = []
    without_call: list[str] = []

    def act(name: str, write: Callable[[], object], *, call: str | None = None) -> object:
        before = (people.audit(limit=1) or (None,))[0]
        try:
            answer = write()
        except Refused as error:  # pragma: no cover - says which step is wrong
            raise AssertionError(f"{name}: {error}") from error
        new = [row for row in people.audit(limit=10) if before is None or row.id > before.id]
        done.add(name)
        if not new:
            silent.append(name)
        for row in new:
            assert known(f"audit.{row.action}"), f"{row.action} has no words"
            digest = named(CALL).recording.sha256
            if call and (row.call_id, row.audio_sha256) != (call, digest):
                without_call.append(f"{name}: {row}")
        return answer

    act("People.first_administrator", people.first_administrator)
    act("People.add", lambda: people.add("rev", role=UserRole.REVIEWER))
    people.add("boss", role=UserRole.SUPERVISOR)
    people.add("agent", role=UserRole.AGENT, agent_id="8002")
    rev, boss, agent = (one for one in map(people.named, ("rev", "boss", "agent")) if one)
    act("People.change", lambda: people.change(rev.id, display_name="王芳"))
    act("People.bind", lambda: people.bind("agent", "subject-1"))
    act("People.set_password", lambda: people.set_password(rev.id, "argon2"))
    act("People.open_session", lambda: people.open_session(rev.id, token="t", csrf="c", seconds=60))
    act("People.close_session", lambda: people.close_session("t"))
    act("People.close_sessions", lambda: people.close_sessions(rev.id))
    act("People.invite", lambda: people.invite(rev.id, token="i", seconds=60))
    act("People.accept", lambda: people.accept("i", password="argon2"))
    act("People.note", lambda: people.note("listen", by=rev.id, call_id=CALL), call=CALL)

    act("Cases.claim", lambda: cases.claim(CALL, rev.id), call=CALL)
    act("Cases.release", lambda: cases.release(CALL, rev.id), call=CALL)
    act("Cases.keep", lambda: cases.keep(CALL, rev.id), call=CALL)
    act("Cases.leave", lambda: cases.leave(CALL, rev.id), call=CALL)
    act("Cases.assign", lambda: cases.assign([CALL], rev.id, boss.id), call=CALL)
    act("Cases.next", lambda: cases.next(rev.id), call=OTHER)
    cases.release(OTHER, rev.id)
    act("Board.save_filter", lambda: board.save_filter(rev.id, "mine", "team=1"))
    (kept,) = board.saved_filters(rev.id)
    act("Board.delete_filter", lambda: board.delete_filter(rev.id, kept.id))

    def decided(name: str, write: Callable[[], object]) -> None:
        act(f"Decisions.{name}", write, call=CALL)

    by, shirk = rev.id, "shirk"
    decided(
        "decide",
        lambda: decisions.decide(CALL, shirk, Verdict.CONFIRMED, by=by, request="1", seen=99, comment="秘"),
    )
    place = Span(1.0, 2.0)
    decided("add", lambda: decisions.add(CALL, shirk, place, Role.AGENT, "话", by=by, request="2"))
    decided("comment", lambda: decisions.comment(CALL, "话", by=by, request="3"))
    decided("finish", lambda: decisions.finish(CALL, by=by, request="4", incomplete=True))
    decided("reopen", lambda: decisions.reopen(CALL, by=by, request="5"))
    decided("correct_roles", lambda: decisions.correct_roles(CALL, named(CALL), by=by, request="6"))
    (roles,) = (one for one in decisions.history(CALL) if one.kind is DecisionKind.ROLES)
    decided("undo_roles", lambda: decisions.undo_roles(roles.id, named(CALL), by=by, request="7"))
    added = next(one for one in decisions.history(CALL) if one.kind is DecisionKind.ADDITION)
    decided("undo", lambda: decisions.undo(added.id, by=by, request="8"))

    def appealed(name: str, write: Callable[[], object]) -> None:
        act(f"Appeals.{name}", write, call=CALL)

    appealed("file", lambda: appeals.file(CALL, shirk, "没有推诿", by=agent, request="a1", late=True))
    first = appeals.of_call(CALL)[0].id
    appealed("remark", lambda: appeals.remark(first, "话", by=None, request="a2"))
    appealed("accept", lambda: appeals.accept(first, by=None, request="a3"))
    appealed("opine", lambda: appeals.opine(first, Opinion.REJECT, by=None, request="a4", comment="听过"))
    appealed(
        "decide",
        lambda: appeals.decide(
            first, Opinion.REJECT, by=None, request="a5", comment="听过", without_panel=True
        ),
    )
    for criterion, name in (("attitude-impatient", "send_back"), ("dead-air", "withdraw")):
        made = appeals.file(CALL, criterion, "没有", by=agent, request=f"f-{name}", late=True).id
        if name == "send_back":
            appealed(name, lambda made=made: appeals.send_back(made, by=None, request="a6", comment="请说明"))
        else:
            appealed(name, lambda made=made: appeals.withdraw(made, by=agent, request="a7"))

    rule = SampleRule(date(2026, 11, 19), date(2026, 11, 21), per=Per.ALL, which=Which.ALL)
    act("Samples.announce", lambda: samples.announce("抽", rule, seed="s", by=boss.id, request="s1"))
    sample = samples.all()[0].id
    act("Samples.draw", lambda: samples.draw(sample))
    act("Samples.hear", lambda: samples.hear(sample, CALL, misses=3, by=rev.id), call=CALL)
    both = [rev.id, boss.id]
    act(
        "Calibrations.open",
        lambda: calibrations.open("校", call_ids=[CALL], scorers=both, expert=None, by=boss.id, request="c1"),
    )
    number = calibrations.all()[0].id
    said = {shirk: Said(Outcome.PASSED, "话")}
    act("Calibrations.score", lambda: calibrations.score(number, CALL, said, user=rev.id), call=CALL)
    act("Calibrations.close", lambda: calibrations.close(number))
    act(
        "Coaching.write",
        lambda: coaching.write("8002", "话", by=boss.id, request="n1", call_id=CALL),
        call=CALL,
    )
    (note,) = coaching.notes("8002")
    act("Coaching.acknowledge", lambda: coaching.acknowledge(note.id, agent_id="8002"), call=CALL)
    act("Coaching.nominate", lambda: coaching.nominate(CALL, title="好", by=rev.id), call=CALL)
    act("Coaching.approve", lambda: coaching.approve(CALL, by=boss.id), call=CALL)
    act("Coaching.withdraw", lambda: coaching.withdraw(CALL), call=CALL)
    corrected = inspection("corrected")
    store.save(corrected, run_id=run_id)
    act("Merging.merge", lambda: desk.merging.merge("corrected", OTHER, by=boss.id))
    act("Merging.undo", lambda: desk.merging.undo(OTHER, by=boss.id))
    act("Rules.keep", lambda: desk.rules.keep([Rulebook("r9", "lexicons", "{}")]))

    assert silent == []
    assert without_call == []
    assert write_methods() - done - NO_ACTS.keys() == set(), "a write method that this test does not know"
    assert NO_ACTS.keys() <= write_methods()
    verdict = people.audit(action="verdict")[-1]
    assert verdict.user is not None and verdict.user.name == "rev"
    assert (verdict.details["criterion"], verdict.details["decision"]) == (shirk, 1)
    whole = " ".join(str(row.details) for row in people.audit(limit=1000))
    for secret in ("confirmed", "reject", "话", "秘", "听过", "'passed'"):
        assert secret not in whole, "others may read this log before they hear the call"


def test_doing_nothing_leaves_no_row(desk: Desk) -> None:
    people, cases = desk.people, desk.cases
    rev = people.add("rev", role=UserRole.REVIEWER)
    cases.claim(CALL, rev.id)
    desk.decisions.decide(CALL, "shirk", Verdict.CONFIRMED, by=rev.id, request="1", seen=99)
    before = len(people.audit())
    cases.keep(CALL, rev.id)  # still at it
    desk.decisions.decide(CALL, "shirk", Verdict.CONFIRMED, by=rev.id, request="1", seen=99)  # sent twice
    with pytest.raises(Refused):
        desk.decisions.comment(CALL, " ", by=rev.id, request="2")
    people.add("boss", role=UserRole.ADMINISTRATOR)
    people.change(rev.id, display_name="rev")
    before += 1
    assert len(people.audit()) == before


def test_rows_of_a_call_are_found_by_its_id_and_by_its_sound(desk: Desk) -> None:
    people = desk.people
    with acting_as(Acting(address="192.0.2.7")):
        people.note("listen", call_id=CALL)
    people.note("purge", subject="2026-01-01")
    digest = named(CALL).recording.sha256
    assert [row.call_id for row in people.audit(call=CALL)] == [CALL]
    assert [row.address for row in people.audit(call=digest)] == ["192.0.2.7"]
    assert people.audit(call="nothing") == ()
    assert people.audit(call=OTHER) == (), "the same sound, another call"
    with desk._write() as connection:
        connection.execute(update(calls).where(calls.c.call_id == CALL).values(call_id="2026-07"))
    assert [row.call_id for row in people.audit(call="2026-07")] == [CALL], "renamed, by a later call list"


def test_who_acts_is_known_from_where_it_began(desk: Desk) -> None:
    people = desk.people
    rev = people.add("rev", role=UserRole.REVIEWER)
    with acting_as(Acting(shell="root")):
        desk.coaching.nominate(CALL, title="好", by=None)
        with acting_as(Acting(address="::1")):
            acting_user(rev.id)
            desk.coaching.withdraw(CALL)
    inside, shell = people.audit(limit=2)
    assert (inside.user, inside.address, inside.details) == (rev, "::1", {})
    assert (shell.user, shell.address) == (None, None)
    assert shell.details == {"how": "shell", "os_user": "root"}
    assert shell in people.audit(shell=True) and inside not in people.audit(shell=True)


def test_a_purge_is_an_act_too(store: Store, desk: Desk) -> None:
    with acting_as(Acting(shell="root")):
        store.purge(date(2026, 11, 21))
    row = desk.people.audit()[0]
    assert (row.action, row.subject, row.details["calls"]) == ("purge", "2026-11-21", 2)
    assert {one.action for one in desk.people.audit()} == {"purge", "start-run"}
