"""Calls that were scored when every sheet was stretched to 100 are shown and reviewed by that arithmetic."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.domain import Evidence, Finding, LedgerEntry, Outcome, Role, Scorecard, Severity, Span, Verdict
from pipeline.messages import Message, verbatim
from pipeline.rubric import parse_rubric
from pipeline.store import Store
from pipeline.store.repositories.rulebook_rows import Rulebook
from tests.inspections import inspection
from tests.people import user

OLD = """\
rubric: old
title: 旧表
pass_mark: 60
sections:
  - id: s
    title: 组
    criteria:
      - id: a
        title: 甲
        points: 60
        items:
          - {id: a-1, title: 甲一, severity: B, deduct: 6, check: {phrase: {codes: [shirk]}}}
      - id: b
        title: 乙
        points: 22
        items:
          - {id: b-1, title: 乙一, severity: D, deduct: 2, check: {phrase: {codes: [abuse]}}}
"""
REVISION = "13e692fc8ae758f7"
"""What the version before ``scale`` called this text."""
PROOF = (Evidence(Span(1, 2), Role.AGENT, "喂"),)


def failed(name: str, severity: Severity, points: float, group: str) -> Finding:
    return Finding(
        name, name, "组", severity, Outcome.FAILED, points, PROOF, verbatim("坐席说了“喂”"), group=group
    )


@pytest.fixture
def old(store: Store, run_id: int) -> Store:
    """A store with a card that the version before wrote: 6 and 2 of 82 points."""
    ledger = (
        LedgerEntry("", Message("ledger.full"), 100.0, ()),
        LedgerEntry("a-1", "甲一", -7.32, PROOF),
        LedgerEntry("b-1", "乙一", -2.44, PROOF),
    )
    findings = (failed("a-1", Severity.B, -7.32, "a"), failed("b-1", Severity.D, -2.44, "b"))
    card = Scorecard(findings, 90.24, True, False, ledger, flagged=True)
    call = inspection("c1", flagged=True, findings=findings)
    made = replace(call, scorecard=card, revisions=replace(call.revisions, rubric=REVISION))
    store.inspections.save(made, run_id=run_id)
    store.rulebooks.keep([Rulebook(REVISION, "rubric", OLD)])
    return store


def test_an_old_text_is_read_as_it_judged(old: Store) -> None:
    rubric = old.rulebooks.rubric(REVISION)
    assert rubric is not None
    assert (rubric.scale, rubric.revision) == (True, REVISION)


def test_a_verdict_counts_by_the_old_arithmetic(old: Store) -> None:
    ann = user(old, "ann")
    old.decisions.decide("c1", "b-1", Verdict.OVERTURNED, by=ann, request="r1", seen=1)
    old.decisions.decide("c1", "a-1", Verdict.CONFIRMED, by=ann, request="r2", seen=2)
    found = old.decisions.effective("c1")
    assert found is not None
    assert (found.score, found.reason) == (92.68, None)
    assert [line.points for line in found.ledger] == [100.0, -7.32]
    case = old.cases.case("c1")
    assert case is not None
    assert case.score == 92.68


def test_the_same_text_judges_new_calls_under_another_name(old: Store) -> None:
    """So whoever rescored knows by which arithmetic, and calls judged before are up for judging again."""
    now = parse_rubric(OLD)
    assert (now.scale, now.revision == REVISION) == (False, False)
    old.rulebooks.keep([Rulebook(now.revision, "rubric", OLD)])
    kept = old.rulebooks.rubric(now.revision)
    assert kept is not None
    assert not kept.scale
    assert parse_rubric(OLD + "scale: true\n").revision == REVISION, "a sheet that is scaled keeps its name"


def test_a_text_under_a_name_that_is_not_its_own_explains_nothing(old: Store) -> None:
    old.rulebooks.keep([Rulebook("f" * 16, "rubric", OLD)])
    assert old.rulebooks.rubric("f" * 16) is None
