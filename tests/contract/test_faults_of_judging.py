"""Where the program fails on one stored call, the others are judged all the same, and that one is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.batch import roles
from pipeline.batch.rescoring import judging, rescore
from pipeline.batch.roles import correct_roles, keep_roles
from pipeline.domain import Inspection, Role, Span, Transcript, Utterance
from pipeline.inspection.judging import judge_again
from pipeline.inspection.rules import Rules, load_rules
from pipeline.settings import Settings
from pipeline.store import Store, StoredProblem
from tests.inspections import inspection
from tests.texts import zh

ROOT = Path(__file__).parents[2]
RULES = {"rubric": ROOT / "rubrics" / "service.yaml", "lexicons": ROOT / "lexicons" / "zh", "workers": 1}


def stumbling(call_id: str, judged: Callable[..., Inspection]) -> object:
    """Judging as it is, with a fault on one call."""

    def judge(one: Inspection, rules: Rules, **known: Any) -> Inspection:
        if one.recording.call.call_id == call_id:
            raise ZeroDivisionError("somebody divided")
        return judged(one, rules, **known)

    return judge


def test_a_rescoring_goes_on(store: Store, url: str, run_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        store.inspections.save(inspection(name), run_id=run_id)
    store.runs.finish(run_id, state="finished")
    before = store.inspections.current("b")
    store.close()
    monkeypatch.setattr(judging, "judge_again", stumbling("b", judge_again))
    done = rescore(settings=Settings(store=url, **RULES))
    assert (done.exit_status, done.written, done.left, done.stopped) == (1, 2, 0, False)
    (problem,) = done.failed
    assert (problem.call_id, problem.kind) == ("b", "fault")
    assert "ZeroDivisionError: somebody divided (test_faults_of_judging.py:" in zh(problem.reason)
    assert store.inspections.current("b") == before
    newest = next(iter(store.runs.latest()))
    assert (newest.state, [p.call_id for p in store.runs.problems(newest.id)]) == ("finished", ["b"])
    monkeypatch.undo()
    again = rescore(settings=Settings(store=url, **RULES))
    assert (again.exit_status, again.written, again.failed) == (0, 1, ())


def test_a_correction_that_cannot_be_kept_is_named(
    store: Store, run_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(**RULES)
    rules = load_rules(settings)
    said = Transcript((Utterance(Role.AGENT, Span(0.0, 3.0), "我要投诉"),))
    for name in ("a", "b"):
        heard = replace(inspection(name), transcript=said)
        store.inspections.save(heard, run_id=run_id)
        correct_roles(store, rules, name, by=None, request=name)
        anew = replace(heard, revisions=replace(heard.revisions, model="better"))
        store.inspections.save(anew, run_id=run_id)
    monkeypatch.setattr(roles, "judge_again", stumbling("a", judge_again))
    failed: list[StoredProblem] = []
    assert keep_roles(store, settings, run_id=run_id, failed=failed.append) == 1
    assert [(one.kind, one.call_id) for one in failed] == [("fault", "a")]
    monkeypatch.undo()
    assert keep_roles(store, settings, run_id=run_id, failed=failed.append) == 1
