"""What a store keeps of hints, on both databases: they are shown, and no figure knows them."""

from __future__ import annotations

import pytest

from pipeline.domain import Outcome, Scope
from pipeline.reports.kinds import findings
from pipeline.store import CallFilter, Store
from pipeline.store.repositories import period_facts
from tests.inspections import finding, inspection


@pytest.mark.parametrize("few", [0, 1000])
def test_no_figure_knows_of_hints(store: Store, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(period_facts, "FEW_CALLS", few)  # both ways to read a period
    hint = finding("softer", Outcome.HINT, severity=None, places=1)
    plain = (finding("greeting"), finding("rude", Outcome.FAILED))
    store.inspections.save(inspection("c1", findings=(*plain, hint)), run_id=store.runs.start())
    kept = store.inspections.current("c1")
    assert kept is not None and kept.scorecard is not None
    assert kept.scorecard.findings[-1] == hint
    assert [one["outcome"] for one in findings.of_call(kept, {})] == ["passed", "failed", "hint"]
    assert {one.criterion for one in store.calls.criterion_counts()} == {"greeting", "rude"}
    assert set(store.period_facts.read(CallFilter(), Scope()).criteria) == {"greeting", "rude"}
    assert {one.criterion for one in store.queue.choices(Scope()).criteria} == {"greeting", "rude"}
    (violating,) = store.violations.calls()
    assert [one.criterion for one in violating.violations] == ["rude"]
