"""Where an edit of the lexicons changes no hit, the judgement is taken over, as if it were made anew."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batch.rescoring import Rescore, judging, rescore
from pipeline.batch.rulebooks import keep_rules
from pipeline.domain import (
    Call,
    Inspection,
    Measurement,
    Measures,
    Recording,
    Revisions,
    Role,
    Span,
    Status,
    Transcript,
    Utterance,
    Word,
)
from pipeline.inspection.judging import judge_again
from pipeline.inspection.program import judging_revision
from pipeline.inspection.rules import Rules, load_rules
from pipeline.settings import Settings, load_settings
from pipeline.store import JUDGING, open_store

ROOT = Path(__file__).resolve().parents[3]
CALLS = 40
SHIRKING = ("这不归我管", "这个不归我们管，您打别的电话", "我说了不算，风控说了算")
PLAIN = (
    "您好，很高兴为您服务，请问有什么可以帮您？", "我的快递昨天显示签收了，可是没有收到", "好的，谢谢",
    "请您稍等，我帮您查询一下", "感谢您的耐心等待，系统显示已经派送", "那你们什么时候给我处理",
    "三到五个工作日之内给您回电", "请您对我的服务做出评价，谢谢，再见", "我要投诉你们", "尾号是三五六七",
)  # fmt: skip


def heard(number: int) -> Inspection:
    dice = random.Random(number)
    said, at = [], 1.0
    for turn in range(14):
        text = dice.choice(SHIRKING if number % 3 == 0 and turn == 6 else PLAIN)
        role = Role.CUSTOMER if turn % 2 else Role.AGENT
        words = tuple(Word(c, Span(at + 0.2 * n, at + 0.2 * n + 0.2), 0.9) for n, c in enumerate(text))
        said.append(Utterance(role, Span(at, words[-1].span.end), text, words, dice.uniform(0.6, 1), 0.97))
        at = words[-1].span.end + dice.choice([0.4, 2.5, 12.0])
    turns = {role: tuple(u.span for u in said if u.role is role) for role in (Role.AGENT, Role.CUSTOMER)}
    spoken = (Measurement(f"speech_{r}", 1.0, "s", spans) for r, spans in turns.items())
    digest = f"{number:064x}"
    return Inspection(
        Recording(Call(f"K{number:02}", "8001", "坐席", "一组", "售后", "inbound"), (Path("a.wav"),), digest),
        Status.INSPECTED,
        None,
        Revisions(digest, "engine", "base", "none", "none", "settings"),
        at,
        "stereo",
        Transcript(tuple(said)),
        Measures(tuple(spoken)),
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(ROOT / "lexicons" / "zh", tmp_path / "lexicons", ignore=shutil.ignore_patterns("sent*"))
    shutil.copy(ROOT / "rubrics" / "service.yaml", tmp_path / "rubric.yaml")
    return load_settings(
        store=f"sqlite:///{tmp_path / 'store.db'}",
        lexicons=tmp_path / "lexicons",
        rubric=tmp_path / "rubric.yaml",
        workers=1,
    )


def edit(settings: Settings, variant: str) -> None:
    path = settings.lexicons / "forbidden-shirk.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("variants:\n", f"variants:\n          - {variant}\n", 1), encoding="utf-8")


def anew(settings: Settings) -> Settings:
    """A copy of the store of which nobody knows what judged it: all is judged anew there."""
    source = Path(settings.store.removeprefix("sqlite:///"))
    copied = settings.model_copy(update={"store": f"sqlite:///{source.with_name('copy.db')}"})
    shutil.copy(source, source.with_name("copy.db"))
    with open_store(copied.store) as store, store._write() as connection:
        connection.exec_driver_sql("UPDATE runs SET summary = NULL")
    return copied


def counting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls that were scored, as they are scored."""
    scored: list[str] = []

    def judge(stored: Inspection, rules: Rules, **known: object) -> Inspection:
        scored.append(stored.recording.call.call_id)
        return judge_again(stored, rules, **known)  # type: ignore[arg-type]

    monkeypatch.setattr(judging, "judge_again", judge)
    return scored


def told(done: Rescore) -> tuple[object, ...]:
    changes = done.changes
    return (
        changes.judged,
        changes.calls,
        changes.criteria,
        changes.agents,
        changes.differences,
        changes.verdicts,
        done.found,
        done.outdated,
        done.failed,
    )


@pytest.mark.parametrize(
    ("variant", "said"), [("这事归鬼管的呢", False), ("三到五个工作日之内给您回电", True)]
)
def test_taken_over_or_judged_anew_everything_is_the_same(
    settings: Settings, variant: str, said: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = load_rules(settings)
    with open_store(settings.store) as store:
        run_id = store.runs.start()
        keep_rules(store, settings, lexicons=rules.revisions.lexicons, rubric=rules.revisions.rubric)
        for number in range(CALLS):
            store.inspections.save(judge_again(heard(number), rules, earlier=()), run_id=run_id)
        store.runs.finish(run_id, summary={JUDGING: judging_revision()})
    copied = anew(settings)
    edit(settings, variant)
    scored = counting(monkeypatch)

    def both(again: Callable[[Settings], Rescore]) -> tuple[int, int]:
        before = len(scored)
        one = again(settings)
        between = len(scored)
        other = again(copied)
        assert told(one) == told(other)
        assert bool(one.changes.calls) is said
        return between - before, len(scored) - between

    few, all_of_them = both(lambda s: rescore(settings=s, dry_run=True))
    assert (few > 0) is said
    assert few < all_of_them == CALLS
    assert both(lambda s: rescore(settings=s)) == (few, CALLS)
    with open_store(settings.store) as store, open_store(copied.store) as other:
        mine = list(store.inspections.all())
        assert mine == list(other.inspections.all())
        assert len(mine) == CALLS
        assert {one.revisions.lexicons for one in mine} == {load_rules(settings).revisions.lexicons}
        assert any(one.scorecard is not None and one.scorecard.score is not None for one in mine)
        rows = [[replace(row, inspected_at=None) for row in one.calls.all()] for one in (store, other)]  # type: ignore[arg-type]
        assert rows[0] == rows[1]
    # What was taken over is this program's judgement as well: the next edit is as quick.
    edit(settings, "蓝色的苹果会唱歌")
    scored.clear()
    done = rescore(settings=settings)
    assert (done.written, scored) == (CALLS, [])


def test_what_judges_is_known_by_its_source(tmp_path: Path) -> None:
    package = tmp_path / "pipeline"
    source = ROOT / "pipeline"
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__", "locale", "web", "*.npz"))
    same = judging_revision(package)
    assert same == judging_revision()
    check = package / "rubric" / "checks" / "silence.py"
    check.write_text(check.read_text("utf-8") + "\nMORE = 1\n", encoding="utf-8")
    assert judging_revision.__wrapped__(package) != same
