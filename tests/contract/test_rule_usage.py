"""How rules fare counts what stands: the current inspection of each call, of calls that somebody may see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.domain import Outcome, Scope
from pipeline.store import Store
from pipeline.store.repositories.rule_usage import CriterionUse, PhraseUse
from tests.inspections import finding, inspection


@pytest.fixture(params=[1, 6], ids=["few-old", "mostly-old"])
def judged(request: pytest.FixtureRequest, store: Store, run_id: int) -> Iterator[Store]:
    """Four calls of two teams; one was judged once, or six times, by older rules that found more."""
    for name in ("a", "b", "c", "d"):
        for revision in range(request.param if name == "a" else 0):
            older = (finding("rude", Outcome.FAILED), finding("dropped", Outcome.FAILED))
            store.inspections.save(inspection(name, rubric=f"old{revision}", findings=older), run_id=run_id)
        outcome = Outcome.FAILED if name == "b" else Outcome.PASSED
        found = (finding("rude", outcome),)
        team = "二组" if name == "d" else "一组"
        store.inspections.save(inspection(name, rubric="new", findings=found, team=team), run_id=run_id)
    yield store


def test_only_what_stands_is_counted(judged: Store) -> None:
    assert judged.rule_usage.criteria(Scope()) == {"rude": CriterionUse(passed=3, failed=1)}
    assert judged.rule_usage.phrases(Scope()) == {"rude": PhraseUse(4, 4)}
    assert judged.rule_usage.phrases(Scope(), code="rude") == {"随便你": PhraseUse(4, 4)}


def test_a_scope_is_kept_to(judged: Store) -> None:
    assert judged.rule_usage.criteria(Scope(team="二组")) == {"rude": CriterionUse(passed=1)}
    assert judged.rule_usage.phrases(Scope(team="二组")) == {"rude": PhraseUse(1, 1)}
    assert judged.rule_usage.phrases(Scope(sealed=frozenset({"b"}))) == {"rude": PhraseUse(3, 3)}
