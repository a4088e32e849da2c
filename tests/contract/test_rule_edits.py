"""Edits of the rules and proposals of reviewers, on both databases; and the way from an older store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.domain import Role, Span, UserRole
from pipeline.domain.people import Scope
from pipeline.errors import Conflict, Missing, Refused
from pipeline.store import Store, open_store
from pipeline.store.repositories.proposals import NewDraft, ProposalKind, ProposalState, ProposedSentence
from pipeline.store.repositories.rule_edit_rows import EditState
from tests.inspections import inspection
from tests.migrations import tables_at

CONTENT = {"phrases": [{"code": "abuse", "phrase": "甲\u0000乙"}]}
GOOD = {"error": "", "issues": []}


def test_an_edit_goes_its_way_and_each_step_is_kept(store: Store) -> None:
    boss = store.accounts.add("boss", role=UserRole.SUPERVISOR, display_name="陈静")
    edits, by = store.rule_edits, boss.id
    made = edits.create(" 驿站 ", by=by, request="r1")
    assert edits.create("另一个", by=by, request="r1") == made, "the same request again"
    assert (made.title, made.state, made.version, made.author) == ("驿站", EditState.DRAFT, 1, "陈静")
    changed = edits.change(made.id, CONTENT, seen=1, by=by)
    assert changed.content == CONTENT and changed.version == 2
    with pytest.raises(Conflict, match="meanwhile"):
        edits.change(made.id, {}, seen=1, by=by)
    with pytest.raises(Refused, match="not tried"):
        edits.begin_publishing(made.id, {}, reason="r", seen=2, by=by)
    assert edits.keep_report(made.id, GOOD, basis="b", seen=1) is False, "of an older version"
    assert edits.keep_report(made.id, GOOD | {"issues": [{"level": "error"}]}, basis="b", seen=2)
    assert edits.edit(made.id).state is EditState.DRAFT
    assert edits.keep_report(made.id, GOOD, basis="b", seen=2)
    assert edits.edit(made.id).state is EditState.TRIED
    with pytest.raises(Refused, match="reason"):
        edits.begin_publishing(made.id, {}, reason=" ", seen=2, by=by)
    began = edits.begin_publishing(made.id, {"a.yaml": ("", "x")}, reason="r", seen=2, by=by)
    assert (began.state, began.files) == (EditState.PUBLISHING, {"a.yaml": ("", "x")})
    assert edits.published(made.id).state is EditState.PUBLISHED
    with pytest.raises(Refused, match="no draft"):
        edits.change(made.id, {}, seen=3, by=by)
    back = edits.rolled_back(made.id, reason="写宽了", seen=3, by=by)
    assert (back.state, back.rollback_reason, back.rolled_back_by) == (
        EditState.ROLLED_BACK,
        "写宽了",
        "陈静",
    )
    with pytest.raises(Missing):
        edits.edit(99)


def test_a_change_takes_back_what_was_tried(store: Store) -> None:
    made = store.rule_edits.create("一", by=None, request="r")
    store.rule_edits.keep_report(made.id, GOOD, basis="b", seen=1)
    changed = store.rule_edits.change(made.id, CONTENT, seen=1, by=None)
    assert (changed.state, changed.report, changed.basis) == (EditState.DRAFT, None, None)
    store.rule_edits.drop(made.id, seen=2, by=None)
    assert store.rule_edits.all() == ()


def sentence(text: str = "随便您", start: float = 1.0) -> ProposedSentence:
    return ProposedSentence(
        ProposalKind.QUIET, "attitude-dismissive", "attitude-dismissive", "随便你", Role.AGENT,
        Span(start, start + 1), text,
    )  # fmt: skip


@pytest.fixture
def heard(store: Store, run_id: int) -> str:
    one = inspection("A1")
    store.inspections.save(one, run_id=run_id)
    return "A1"


def test_a_sentence_is_proposed_once_and_answered_once(store: Store, heard: str) -> None:
    rev = store.accounts.add("rev", role=UserRole.REVIEWER, display_name="王芳")
    propose = store.proposals.propose
    assert propose(heard, [sentence(), sentence(start=3.0)], by=rev.id, request="p") == 2
    assert propose(heard, [sentence()], by=rev.id, request="q") == 0
    later, first = store.proposals.all(Scope())
    assert (first.sentence, first.call_id, first.proposed_by) == (sentence(), heard, "王芳")
    with pytest.raises(Refused, match="reason"):
        store.proposals.refuse(first.id, by=rev.id, reason=" ")
    edit = store.rule_edits.create("一", by=None, request="r").id
    assert store.proposals.accept(first.id, edit, said, by=rev.id, text="随便您选") == edit
    assert store.rule_edits.edit(edit).content == CONTENT
    with pytest.raises(Conflict, match="already"):
        store.proposals.accept(first.id, NewDraft("二", "r2"), said, by=rev.id)
    store.proposals.refuse(later.id, by=rev.id, reason="是冷漠")
    assert store.proposals.all(Scope()) == ()
    found = store.proposals.proposal(first.id, Scope())
    assert (found.state, found.sentence.text, found.edit) == (ProposalState.EDITED, "随便您选", edit)
    with pytest.raises(Missing):
        store.proposals.proposal(first.id, Scope(team="别的组"))


def said(content: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**content, **CONTENT}


def test_what_cannot_be_taken_up_leaves_nothing_behind(store: Store, heard: str) -> None:
    store.proposals.propose(heard, [sentence(), sentence(start=3.0)], by=None, request="p")
    store.proposals.refuse(1, by=None, reason="是冷漠")
    for _ in range(2):
        with pytest.raises(Conflict, match="already"):
            store.proposals.accept(1, NewDraft("一", "r"), said, by=None)
    assert store.rule_edits.all() == (), "no draft that holds a sentence that was refused"
    dropped = store.rule_edits.create("二", by=None, request="r2").id
    store.rule_edits.drop(dropped, seen=1, by=None)
    with pytest.raises(Refused, match="no draft"):
        store.proposals.accept(2, dropped, said, by=None)
    with pytest.raises(Missing):
        store.proposals.accept(2, 99, said, by=None)
    assert store.proposals.waiting(Scope()) == 1, "it can be answered again"
    number = store.proposals.accept(2, NewDraft("三", "r3"), said, by=None)
    assert store.rule_edits.edit(number).content == CONTENT
    found = store.proposals.proposal(2, Scope())
    assert (found.state, found.edit) == (ProposalState.ACCEPTED, number)


def test_publishing_that_is_given_up_leaves_a_draft(store: Store) -> None:
    boss = store.accounts.add("boss", role=UserRole.SUPERVISOR, display_name="陈静")
    edits, by = store.rule_edits, boss.id
    made = edits.create("一", by=by, request="r", content=CONTENT)
    edits.keep_report(made.id, GOOD, basis="b", seen=1)
    assert edits.unfinished() is None
    with pytest.raises(Refused, match="not being published"):
        edits.abandoned(made.id, seen=1, by=by)
    began = edits.begin_publishing(made.id, {"a.yaml": ("", "x")}, reason="r", seen=1, by=by)
    assert edits.unfinished() == began
    with pytest.raises(Conflict):
        edits.abandoned(made.id, seen=1, by=by)
    tried = edits.abandoned(made.id, seen=2, by=by, tried=True)
    assert (tried.state, tried.report, tried.basis) == (EditState.TRIED, GOOD, "b")
    assert (tried.files, tried.reason, tried.published_by, tried.published_at) == ({}, "", None, None)
    edits.begin_publishing(made.id, {"a.yaml": ("", "x")}, reason="r", seen=3, by=by)
    draft = edits.abandoned(made.id, seen=4, by=by, left=["a.yaml"])
    assert (draft.state, draft.report, draft.basis) == (EditState.DRAFT, None, None)
    assert draft.content == CONTENT and edits.unfinished() is None
    (row,) = store.audit.entries(action="rule-abandon", limit=1)
    assert (row.subject, row.details["left"]) == (str(made.id), "a.yaml")


def test_the_opposite_takes_the_place_of_what_is_open(store: Store, heard: str) -> None:
    """A reviewer confirmed, proposed, and then overturned: the rules cannot learn both."""
    propose = store.proposals.propose
    hit = replace(sentence(), kind=ProposalKind.HIT)
    for request, one in (("a", hit), ("b", sentence()), ("c", hit), ("d", sentence())):
        assert propose(heard, [one], by=None, request=request) == 1
        assert propose(heard, [one], by=None, request=request) == 0
        (open_one,) = store.proposals.all(Scope())
        assert open_one.sentence.kind is one.kind
    states = {p.sentence.kind: p.state for p in store.proposals.all(Scope(), open_only=False)}
    assert states == {ProposalKind.HIT: ProposalState.WITHDRAWN, ProposalKind.QUIET: ProposalState.OPEN}
    answered = store.proposals.all(Scope())[0]
    store.proposals.refuse(answered.id, by=None, reason="是冷漠")
    assert propose(heard, [hit], by=None, request="e") == 1
    assert store.proposals.proposal(answered.id, Scope()).state is ProposalState.REFUSED


def test_all_that_wait_are_counted(store: Store, heard: str) -> None:
    many = [sentence(start=float(n)) for n in range(230)]
    store.proposals.propose(heard, many, by=None, request="p")
    assert len(store.proposals.all(Scope())) == 200
    assert store.proposals.waiting(Scope()) == 230
    assert store.proposals.waiting(Scope(team="别的组")) == 0


def test_what_was_said_goes_with_its_call(store: Store, heard: str) -> None:
    store.proposals.propose(heard, [sentence()], by=None, request="p")
    with store._write() as connection:
        connection.execute(text("DELETE FROM calls"))
    assert store.proposals.all(Scope(), open_only=False) == ()


def test_two_at_once_one_is_told(store: Store, another: Callable[[], Store]) -> None:
    made = store.rule_edits.create("一", by=None, request="r")
    other = another()
    assert other.rule_edits.edit(made.id) == made
    store.rule_edits.change(made.id, CONTENT, seen=1, by=None)
    with pytest.raises(Conflict):
        other.rule_edits.change(made.id, {}, seen=1, by=None)


def test_an_older_store_keeps_its_drafts(url: str) -> None:
    with tables_at("0009", url) as connection:
        connection.execute(
            text(
                "INSERT INTO users (id, name, display_name, role, disabled, created_at) "
                "VALUES (1, 'wang', '王芳', 'supervisor', false, '2026')"
            )
        )
        connection.execute(
            text("INSERT INTO rule_drafts (\"user\", file, text, at) VALUES (1, 'service.yaml', 'x', '2026')")
        )
    with open_store(url) as store:
        assert store.rulebooks.drafts(1) == {"service.yaml": "x"}
        assert store.rule_edits.all() == () and store.proposals.all(Scope()) == ()
        assert store.rule_edits.create("一", by=1, request="r").author == "王芳"
