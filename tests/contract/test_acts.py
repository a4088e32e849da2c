"""Every write method of a repository leaves a row in the log of acts, on both databases."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from pipeline.domain import DecisionKind, Inspection, Outcome, Role, Scope, Span, Status, UserRole, Verdict
from pipeline.domain.acting import Acting, acting_as, acting_user
from pipeline.errors import Refused
from pipeline.messages import known
from pipeline.review.alert_rules import NewStep
from pipeline.review.alerts import AlertStep
from pipeline.review.appeals import Opinion
from pipeline.review.calibration import ScoreEntry
from pipeline.review.goals import GoalStep
from pipeline.review.sampling import Per, SampleRule, Which
from pipeline.review.trust import TrustChangeKind
from pipeline.rubric import load_rubric
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.database import Repository
from pipeline.store.repositories.callbacks import CallbackStep
from pipeline.store.repositories.proposals import NewDraft, ProposalKind, ProposedSentence
from pipeline.store.repositories.rulebook_rows import Rulebook
from pipeline.store.store import REPOSITORIES
from pipeline.store.tables import calls
from tests.inspections import inspection
from tests.nights import bad_call

CALL, OTHER, BAD = "O02", "O99", "O98"
OF_A_RUN = dict.fromkeys(
    (
        "Failures.note_run",
        "FileDigests.remember",
        "Identities.drop_untouched",
        "Identities.move_files",
        "Identities.rename",
        "Identities.state_facts",
        "Inspections.choose",
        "Inspections.save",
        "Judgements.save",
        "ListedCalls.judge",
        "ListedCalls.save",
        "Runs.add_problems",
        "Runs.beat",
        "Runs.expect",
        "Runs.finish",
        "Runs.free_abandoned",
        "Runs.join",
        "Runs.judge_by",
        "Runs.start",
        "Voices.begin",
        "Voices.finish",
        "Voices.hand_over",
        "Voices.set_evidence",
        "WorkItems.begin",
        "WorkItems.claim",
        "WorkItems.crash",
        "WorkItems.drop",
        "WorkItems.enter",
        "WorkItems.give_back",
        "WorkItems.renew",
    ),
    "the machine's work; its run has a row of its own",
)

NO_ACTS = {
    "Sessions.find": "notes when a session was last used",
    "SignIn.attempt": "counts guesses at the door; a failed one is noted there",
    "SignIn.succeeded": "forgets those guesses",
    "Accounts.rehash": "the same password, kept in another form",
    "Accounts.prefer": "language and colours of somebody's own pages",
    "SignIn.remember_places": "where a sign-in came from; the sign-in itself is noted",
    "TrustRegister.decide": "the reviews' doing; each change they make has a row (test_trust.py)",
    "Rulebooks.save_draft": "an edit that nobody else sees; trying it is noted",
    "Rulebooks.drop_draft": "the same",
    "Notices.read": "somebody's own list; what it tells about has its row",
    "Notices.take_letter": "the program's own doing: mail that goes out",
    "Notices.sent": "the same",
    "Goals.post_due": "the program's own doing: a day has come",
    "Runs.take_telling": "the program's own doing: whoever watches over runs is told of the end of one",
    "Runs.untaken": "the same",
} | OF_A_RUN
"""Write methods that are no act of a person upon anything, and why."""


def write_methods(store: Store) -> set[str]:
    """Public methods of every repository that write, themselves or through another of their class."""
    found = set()
    for cls in {type(getattr(store, name)) for name in REPOSITORIES}:
        assert issubclass(cls, Repository)
        calls = {n: used(f) for n, f in inspect.getmembers(cls, inspect.isfunction)}
        writing = {n for n, names in calls.items() if names & {"_write", "_write_soon"} and n != "__init__"}
        while more := {n for n, names in calls.items() if names & writing} - writing:
            writing |= more
        found |= {f"{cls.__name__}.{n}" for n in writing if not n.startswith("_")}
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
    sheet = load_rubric(Settings().rubric).revision
    one = replace(one, revisions=replace(one.revisions, rubric=sheet))
    return replace(one, recording=replace(one.recording, call=replace(one.recording.call, call_id=call_id)))


@pytest.fixture
def two_calls(store: Store, run_id: int) -> Store:
    text = Settings().rubric.read_text(encoding="utf-8")
    store.rulebooks.keep([Rulebook(load_rubric(Settings().rubric).revision, "rubric", text)])
    for call_id in (CALL, OTHER):
        store.inspections.save(named(call_id), run_id=run_id)
    return store


def test_every_write_leaves_a_row(two_calls: Store, run_id: int) -> None:
    store = two_calls
    cases, decisions, appeals = store.cases, store.decisions, store.appeals
    samples, calibrations, coaching = store.samples, store.calibrations, store.coaching
    done: set[str] = set()
    silent: list[str] = []
    without_call: list[str] = []

    def act(name: str, write: Callable[[], object], *, call: str | None = None) -> object:
        before = (store.audit.entries(limit=1) or (None,))[0]
        try:
            answer = write()
        except Refused as error:  # pragma: no cover - says which step is wrong
            raise AssertionError(f"{name}: {error}") from error
        new = [row for row in store.audit.entries(limit=10) if before is None or row.id > before.id]
        done.add(name)
        if not new:
            silent.append(name)
        for row in new:
            assert known(f"audit.{row.action}"), f"{row.action} has no words"
            digest = named(CALL).recording.sha256
            if call and (row.call_id, row.audio_sha256) != (call, digest):
                without_call.append(f"{name}: {row}")
        return answer

    act("Accounts.first_administrator", store.accounts.first_administrator)
    act("Accounts.add", lambda: store.accounts.add("rev", role=UserRole.REVIEWER))
    store.accounts.add("boss", role=UserRole.SUPERVISOR)
    store.accounts.add("agent", role=UserRole.AGENT, agent_id="8002")
    rev, boss, agent = (one for one in map(store.accounts.named, ("rev", "boss", "agent")) if one)
    act("Accounts.change", lambda: store.accounts.change(rev.id, display_name="王芳"))
    act("Accounts.bind", lambda: store.accounts.bind("agent", "subject-1"))
    act("Accounts.set_password", lambda: store.accounts.set_password(rev.id, "argon2"))
    act("Sessions.open", lambda: store.sessions.open(rev.id, token="t", csrf="c", seconds=60))
    act("Sessions.close", lambda: store.sessions.close("t"))
    act("Sessions.close_all", lambda: store.sessions.close_all(rev.id))
    act("Sessions.invite", lambda: store.sessions.invite(rev.id, token="i", seconds=60))
    act("Sessions.accept", lambda: store.sessions.accept("i", password="argon2"))
    act("AuditLog.note", lambda: store.audit.note("listen", by=rev.id, call_id=CALL), call=CALL)

    act("Cases.claim", lambda: cases.claim(CALL, rev.id), call=CALL)
    act("Cases.release", lambda: cases.release(CALL, rev.id), call=CALL)
    act("Cases.keep", lambda: cases.keep(CALL, rev.id), call=CALL)
    act("Cases.leave", lambda: cases.leave(CALL, rev.id), call=CALL)
    act("Cases.assign", lambda: cases.assign([CALL], rev.id, boss.id), call=CALL)
    act("Cases.next", lambda: cases.next(rev.id), call=OTHER)
    cases.release(OTHER, rev.id)
    act("Queue.save_filter", lambda: store.queue.save_filter(rev.id, "mine", "team=1"))
    (kept,) = store.queue.saved_filters(rev.id)
    act("Queue.delete_filter", lambda: store.queue.delete_filter(rev.id, kept.id))

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
    decided("answer", lambda: decisions.answer(CALL, "solved", "follow-up", by=by, request="3a"))
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

    with store._write() as connection:
        connection.execute(
            update(calls).where(calls.c.call_id == CALL).values(satisfaction="very-dissatisfied")
        )
    take_it = CallbackStep.TAKE
    act("Callbacks.step", lambda: store.callbacks.step(CALL, take_it, by=rev, request="b1"), call=CALL)
    alert = store.alerts.of_call(CALL)[0].id
    take = NewStep(AlertStep.TAKE)
    act("AlertRegister.step", lambda: store.alerts.step(alert, take, by=rev, request="l1"), call=CALL)
    act(
        "AlertRegister.add",
        lambda: store.alerts.add(CALL, "esc-media", place, by=rev, request="l2"),
        call=CALL,
    )

    rule = SampleRule(date(2026, 11, 19), date(2026, 11, 21), per=Per.ALL, which=Which.ALL)
    act("Samples.announce", lambda: samples.announce("抽", rule, seed="s", by=boss.id, request="s1"))
    sample = samples.all()[0].id
    act("Samples.draw", lambda: samples.draw(sample))
    act("Samples.hear", lambda: samples.hear(sample, CALL, misses=3, by=rev.id), call=CALL)
    scorers = [rev.id, boss.id]
    act(
        "Calibrations.open",
        lambda: calibrations.open(
            "校", call_ids=[CALL], scorers=scorers, expert=None, by=boss.id, request="c1"
        ),
    )
    number = calibrations.all()[0].id
    scored = {shirk: ScoreEntry(Outcome.PASSED, "话")}
    act("Calibrations.score", lambda: calibrations.score(number, CALL, scored, user=rev.id), call=CALL)
    act("Calibrations.close", lambda: calibrations.close(number))
    other = store.accounts.add("other", role=UserRole.AGENT, team="客服一组", agent_id="8009")
    day = date(2026, 11, 20)
    act(
        "Juries.open",
        lambda: store.juries.open(
            "评", seed="s", date_from=day, date_to=day, each=1, judges=[other.id], scope=Scope(), by=boss.id,
            request="j1",
        ),
    )  # fmt: skip
    heard = store.juries.call_of(1, 1, judge=other.id)
    act("Juries.score", lambda: store.juries.score(1, 1, scored, judge=other.id), call=heard)
    act("Juries.close", lambda: store.juries.close(1))
    act("Voices.erase", lambda: store.voices.erase("8002"))
    act(
        "Coaching.write",
        lambda: coaching.write("8002", "话", by=boss.id, request="n1", call_id=CALL),
        call=CALL,
    )
    (note,) = coaching.notes("8002")
    act("Coaching.acknowledge", lambda: coaching.acknowledge(note.id, agent_id="8002"), call=CALL)
    day = date.today() + timedelta(days=9)
    act("Goals.set", lambda: store.goals.set("8002", shirk, due=day, by=boss.id, request="g1"))
    (goal,) = store.goals.all(scope=Scope())
    act("Goals.step", lambda: store.goals.step(goal.id, GoalStep.TALK, by=boss.id, request="g2"))
    act("Accounts.set_mail", lambda: store.accounts.set_mail(rev.id, "a@example.com"))
    act("Coaching.nominate", lambda: coaching.nominate(CALL, title="好", by=rev.id), call=CALL)
    act("Coaching.approve", lambda: coaching.approve(CALL, by=boss.id), call=CALL)
    act("Coaching.withdraw", lambda: coaching.withdraw(CALL), call=CALL)
    corrected = inspection("corrected")
    store.inspections.save(corrected, run_id=run_id)
    act("Merges.merge", lambda: store.merges.merge("corrected", OTHER, by=boss.id))
    act("Merges.undo", lambda: store.merges.undo(OTHER, by=boss.id))
    sheet = load_rubric(Settings().rubric)
    only_flag = TrustChangeKind.ONLY_FLAG
    act(
        "TrustRegister.act",
        lambda: store.trust.act(sheet, shirk, only_flag, reason="误听", by=boss.id, request="t1"),
    )
    act("TrustRegister.in_force", lambda: store.trust.in_force(sheet))
    act("TrustRegister.undo", lambda: store.trust.undo(sheet, shirk, by=boss.id, request="t2"))
    act("Rulebooks.keep", lambda: store.rulebooks.keep([Rulebook("r9", "lexicons", "{}")]))
    edits, good = store.rule_edits, {"error": "", "issues": []}
    act("RuleEdits.create", lambda: edits.create("改", by=boss.id, request="e1"))
    act("RuleEdits.change", lambda: edits.change(1, {"phrases": []}, seen=1, by=boss.id))
    act("RuleEdits.keep_report", lambda: edits.keep_report(1, good, basis="b", seen=2))
    act("RuleEdits.begin_publishing", lambda: edits.begin_publishing(1, {}, reason="话", seen=2, by=boss.id))
    act("RuleEdits.abandoned", lambda: edits.abandoned(1, seen=3, by=boss.id, tried=True))
    edits.begin_publishing(1, {}, reason="话", seen=4, by=boss.id)
    act("RuleEdits.published", lambda: edits.published(1))
    act("RuleEdits.rolled_back", lambda: edits.rolled_back(1, reason="话", seen=5, by=boss.id))
    edits.create("二", by=boss.id, request="e2")
    act("RuleEdits.drop", lambda: edits.drop(2, seen=1, by=boss.id))
    said = ProposedSentence(ProposalKind.QUIET, shirk, shirk, "话", Role.AGENT, place, "话")
    later = replace(said, span=Span(3.0, 4.0))
    proposals, draft = store.proposals, NewDraft("三", "e3")
    act(
        "Proposals.propose", lambda: proposals.propose(CALL, [said, later], by=rev.id, request="q"), call=CALL
    )
    act("Proposals.refuse", lambda: proposals.refuse(1, by=boss.id, reason="话"), call=CALL)
    act("Proposals.accept", lambda: proposals.accept(2, draft, dict, by=boss.id))

    store.inspections.save(replace(named(BAD), status=Status.UNREADABLE), run_id=run_id)
    failed = store.failures
    act("Failures.retry", lambda: failed.retry([BAD], by=boss.id, request="fr"))
    act("Failures.accept", lambda: failed.accept([BAD], reason="x", by=boss.id, request="fa"))
    act("Failures.accept", lambda: failed.accept([BAD], by=boss.id, request="fu", undo=True))

    assert silent == []
    assert without_call == []
    assert write_methods(store) - done - NO_ACTS.keys() == set(), (
        "a write method that this test does not know"
    )
    assert NO_ACTS.keys() <= write_methods(store)
    verdict = store.audit.entries(action="verdict")[-1]
    assert verdict.user is not None and verdict.user.name == "rev"
    assert (verdict.details["criterion"], verdict.details["decision"]) == (shirk, 1)
    whole = " ".join(str(row.details) for row in store.audit.entries(limit=1000))
    for secret in ("confirmed", "reject", "话", "秘", "听过", "误听", "'passed'"):
        assert secret not in whole, "others may read this log before they hear the call"


def test_doing_nothing_leaves_no_row(two_calls: Store) -> None:
    store = two_calls
    cases = store.cases
    rev = store.accounts.add("rev", role=UserRole.REVIEWER)
    cases.claim(CALL, rev.id)
    store.decisions.decide(CALL, "shirk", Verdict.CONFIRMED, by=rev.id, request="1", seen=99)
    before = len(store.audit.entries())
    cases.keep(CALL, rev.id)  # still at it
    store.decisions.decide(CALL, "shirk", Verdict.CONFIRMED, by=rev.id, request="1", seen=99)  # sent twice
    with pytest.raises(Refused):
        store.decisions.comment(CALL, " ", by=rev.id, request="2")
    store.accounts.add("boss", role=UserRole.ADMINISTRATOR)
    store.accounts.change(rev.id, display_name="rev")
    before += 1
    assert len(store.audit.entries()) == before


def test_rows_of_a_call_are_found_by_its_id_and_by_its_sound(two_calls: Store) -> None:
    store = two_calls
    with acting_as(Acting(address="192.0.2.7")):
        store.audit.note("listen", call_id=CALL)
    store.audit.note("purge", subject="2026-01-01")
    digest = named(CALL).recording.sha256
    assert [row.call_id for row in store.audit.entries(call=CALL)] == [CALL]
    assert [row.address for row in store.audit.entries(call=digest)] == ["192.0.2.7"]
    assert store.audit.entries(call="nothing") == ()
    assert store.audit.entries(call=OTHER) == (), "the same sound, another call"
    with store._write() as connection:
        connection.execute(update(calls).where(calls.c.call_id == CALL).values(call_id="2026-07"))
    assert [row.call_id for row in store.audit.entries(call="2026-07")] == [CALL], (
        "renamed, by a later call list"
    )


def test_who_acts_is_known_from_where_it_began(two_calls: Store) -> None:
    store = two_calls
    rev = store.accounts.add("rev", role=UserRole.REVIEWER)
    with acting_as(Acting(shell="root")):
        store.coaching.nominate(CALL, title="好", by=None)
        with acting_as(Acting(address="::1")):
            acting_user(rev.id)
            store.coaching.withdraw(CALL)
    inside, shell = store.audit.entries(limit=2)
    assert (inside.user, inside.address, inside.details) == (rev, "::1", {})
    assert (shell.user, shell.address) == (None, None)
    assert shell.details == {"how": "shell", "os_user": "root"}
    assert shell in store.audit.entries(shell=True) and inside not in store.audit.entries(shell=True)


def test_a_purge_is_an_act_too(two_calls: Store) -> None:
    store = two_calls
    with acting_as(Acting(shell="root")):
        store.purge(date(2026, 11, 21))
    row = store.audit.entries()[0]
    assert (row.action, row.subject, row.details["calls"]) == ("purge", "2026-11-21", 2)
    assert {one.action for one in store.audit.entries()} == {"purge", "rules-publish", "start-run"}
