"""New rules, a run, a merge, a role correction: whoever has a stored call judged again gets the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.batch.merging import merge
from pipeline.batch.rescoring import rescore
from pipeline.batch.roles import correct_roles, undo_roles
from pipeline.batch.work import Task
from pipeline.batch.worker import inspections_of
from pipeline.domain import (
    Call,
    How,
    Inspection,
    PhraseHit,
    PhraseKind,
    Recording,
    Revisions,
    Role,
    Span,
    Status,
    Transcript,
    Utterance,
)
from pipeline.inspection.judging import judge_again
from pipeline.inspection.rules import Rules, load_rules
from pipeline.rubric.rarity import NO_WORDS, Words
from pipeline.settings import Settings
from pipeline.store import Store

ROOT = Path(__file__).parents[2]
CODE = """\
codes:
  - code: test-code
    kind: forbidden
    title: 测试
    severity: C
    role: any
    phrases:
      - phrase: 查一查通信录
        variants: [{variant}]
        reason: test
        examples: {{hit: [查一查通信录]}}
"""
SAID = "花篮里有七个梨"
PLACE = Span(1.2, 2.0)
HEARD = PhraseHit(
    "test-code",
    PhraseKind.FORBIDDEN,
    "查一查通信录",
    Role.AGENT,
    PLACE,
    "花篮",
    How.CONFIRMED,
    0.9,
    0,
    "查一查",
)
CALLS = ("rescored", "run", "merged", "corrected", "corrected twice")


@dataclass(frozen=True)
class ByTheseRules:
    """What a worker of a run holds, without the models: nothing is listened to here."""

    rules: Rules

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        raise AssertionError("listens to what is stored")

    def judge_again(
        self,
        stored: Inspection,
        *,
        earlier: Sequence[PhraseHit],
        words: Words = NO_WORDS,
    ) -> Inspection:
        return judge_again(stored, self.rules, earlier=earlier, words=words)


def edit(settings: Settings, variant: str) -> Rules:
    (settings.lexicons / "test.yaml").write_text(CODE.format(variant=variant), encoding="utf-8")
    return load_rules(settings)


def heard(call_id: str, rules: Rules) -> Inspection:
    """A call in which the sound alone told of a phrase."""
    digest = f"{CALLS.index(call_id):064}" if call_id in CALLS else "f" * 64
    return Inspection(
        Recording(Call(call_id, agent_id="1001"), (Path(f"/dump/{call_id}.wav"),), digest),
        Status.INSPECTED,
        None,
        Revisions(digest, "engine", "base", *rules.revisions, "settings"),
        40.0,
        "stereo",
        Transcript((Utterance(Role.AGENT, Span(1.0, 3.0), SAID),)),
        hits=(HEARD,),
    )


def current(store: Store, call_id: str) -> Inspection:
    found = store.inspections.current(call_id)
    assert found is not None
    return found


def test_all_ways_give_what_the_sound_confirmed_before(store: Store, url: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "lexicons" / "zh", tmp_path / "zh")
    settings = Settings(
        store=url, rubric=ROOT / "rubrics" / "service.yaml", lexicons=tmp_path / "zh", workers=1
    )
    first = edit(settings, "先挂电话吧")
    run_id = store.runs.start()
    for call_id in CALLS:
        store.inspections.save(heard(call_id, first), run_id=run_id)
    other = replace(heard("other", first), hits=())
    facts = replace(other.recording.call, agent_id="2002")
    store.inspections.save(replace(other, recording=replace(other.recording, call=facts)), run_id=run_id)
    store.runs.finish(run_id)

    hiding = edit(settings, SAID)  # the phrase is found in the text now: the sound adds nothing
    rescore(settings=settings)
    for call_id in CALLS:
        assert {hit.how for hit in current(store, call_id).hits} == {How.EXACT}
    assert hiding.revisions != first.revisions

    last = edit(settings, "天上有一朵云")
    run_id = store.runs.start()
    task = Task(current(store, "run").recording, heard=True)
    (made,) = inspections_of(ByTheseRules(last), [task], settings)
    store.inspections.save(made, run_id=run_id)
    store.runs.finish(run_id)
    merged = merge(store, lambda: last, "merged", "other", by=None).call_id
    case = correct_roles(store, last, "corrected twice", by=None, request="1")
    assert case.event is not None
    undo_roles(store, last, case.event, by=None, request="2")
    correct_roles(store, last, "corrected", by=None, request="3")
    rescore(settings=settings)

    wanted = current(store, "rescored")
    assert wanted.hits == (HEARD,)
    for call_id in ("run", merged, "corrected twice"):
        found = current(store, call_id)
        assert (found.hits, found.scorecard) == (wanted.hits, wanted.scorecard), call_id
        assert found.revisions.lexicons == last.revisions.lexicons
    assert current(store, "corrected").hits == (replace(HEARD, role=Role.CUSTOMER),)
