"""Judging stored calls again from outside: edit a lexicon, look, store, look again, kill, go on."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.domain import Inspection, Measurement, Measures, Role, Span, Utterance
from pipeline.settings import data_root
from pipeline.store import open_store
from tests.e2e.commands import ROOT, callinspect, here
from tests.nights import fill, many, night, night_call

SAID = "这个事情您去隔壁老王那里问吧。"
"""Shirking in words that no lexicon of ours has."""
MANY = 300
"""Calls, more than are judged before a signal comes."""


def calls() -> Iterator[Inspection]:
    """The night, and a call with those words in a conversation that a sheet applies to."""
    yield from night()
    lines = (
        "您好，很高兴为您服务，请问有什么可以帮您？",
        "我的快递三天了还没有到，麻烦查一下。",
        SAID,
        "那好吧，我知道了，再见。",
    )
    utterances = [
        Utterance(role, Span(10.0 * n, 10.0 * n + 6), text)
        for n, (role, text) in enumerate(zip((Role.AGENT, Role.CUSTOMER) * 2, lines, strict=True))
    ]
    spoken = Measures(
        tuple(
            Measurement(f"speech_{role}", 12.0, "s", tuple(u.span for u in utterances if u.role is role))
            for role in (Role.AGENT, Role.CUSTOMER)
        )
    )
    yield night_call("O05", utterances=utterances, measures=spoken, started="2026-11-21T12:00:00+08:00")


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_root() / "lexicons" / "zh", tmp_path / "lexicons"))


def add_phrase(lexicons: Path) -> None:
    file = next(f for f in lexicons.glob("*.yaml") if "code: shirk\n" in f.read_text(encoding="utf-8"))
    text = file.read_text(encoding="utf-8")
    head, mark, rest = text.partition("code: shirk\n")
    before, phrases, after = rest.partition("    phrases:\n")
    new = (
        "      - phrase: 您去隔壁老王那里问\n        reason: 推给别人\n"
        "        examples: {hit: [您去隔壁老王那里问], quiet: [您好]}\n"
    )
    file.write_text(head + mark + before + phrases + new + after, encoding="utf-8")


def test_an_edited_lexicon_flips_a_verdict_and_the_old_one_stays(tmp_path: Path, lexicons: Path) -> None:
    url = fill(tmp_path / "s.db", calls())
    first = here("rescore", "--store", url, "--lexicons", lexicons, "--json", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["written"] == 4  # all but the unreadable one
    add_phrase(lexicons)
    again = ("rescore", "--store", url, "--lexicons", lexicons)

    dry = callinspect(*again, "--dry-run", cwd=tmp_path)
    assert dry.returncode == 0, dry.stderr
    assert "推诿" in dry.stdout
    assert "您去隔壁老王那里问" in dry.stdout
    assert f"callinspect --store {url} show O05\n" in dry.stdout, "in one piece"
    assert f"callinspect --store {url} clip O05 --at 2" in dry.stdout
    before = json.loads(here("show", "O05", "--store", url, "--json", cwd=tmp_path).stdout)

    looked = json.loads(here(*again, "--dry-run", "--json", cwd=tmp_path).stdout)
    assert [c["call_id"] for c in looked["calls"]] == ["O05"]
    flip = next(f for f in looked["calls"][0]["flips"] if f["criterion"].startswith("shirk"))
    assert flip["after"] == "failed"
    assert flip["evidence"][0]["quote"] == "您去隔壁老王那里问"

    done = here(*again, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    after = json.loads(here("show", "O05", "--store", url, "--json", cwd=tmp_path).stdout)
    assert after["score"] == looked["calls"][0]["after"]["score"] < before["score"]
    assert after["utterances"] == before["utterances"]
    with open_store(url) as store:
        assert [len(store.inspections.revisions(name)) for name in ("O05", "O04")] == [3, 1]
        assert [r.kind for r in store.runs.latest()] == ["rescore", "rescore", "run"]
        assert store.inspections.revisions("O05")[1].scorecard is not None

    nothing = here(*again, cwd=tmp_path)
    assert nothing.returncode == 0
    assert "无需重新评分" in nothing.stdout
    with open_store(url) as store:
        assert len(store.runs.latest()) == 3


def test_a_higher_pass_mark_says_who_does_not_pass_any_more(tmp_path: Path) -> None:
    """Scores stay as they are: who looks at them alone sees no change."""
    url = fill(tmp_path / "s.db", calls())
    sheet = tmp_path / "sheet.yaml"
    shutil.copy(data_root() / "rubrics" / "service.yaml", sheet)
    assert here("rescore", "--store", url, "--rubric", sheet, cwd=tmp_path).returncode == 0
    text = sheet.read_text(encoding="utf-8")
    sheet.write_text(text.replace("pass_mark: 80", "pass_mark: 100"), encoding="utf-8")
    told = here("rescore", "--store", url, "--rubric", sheet, "--dry-run", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert re.search(r"(\d+) -> \1  -合格", told.stdout), told.stdout


def test_filters_choose_what_is_judged_again(tmp_path: Path) -> None:
    url = fill(tmp_path / "s.db", calls())
    done = here("rescore", "--store", url, "--call", "O05", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["judged"] == 1
    assert here("rescore", "--store", "sqlite:///nowhere.db", cwd=tmp_path).returncode == 2
    assert here("rescore", "--store", url, "--rubric", "nowhere.yaml", cwd=tmp_path).returncode == 2


def longer(count: int) -> Iterator[Inspection]:
    said = list(calls())[-1].transcript
    return (replace(one, transcript=said) for one in many(count))


@pytest.fixture(scope="module")
def many_calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of MANY calls; tests get copies."""
    path = tmp_path_factory.mktemp("many") / "s.db"
    fill(path, longer(MANY))
    return path


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 3)])
def test_ended_in_the_middle_and_run_again(
    tmp_path: Path, many_calls: Path, number: signal.Signals, status: int
) -> None:
    url = f"sqlite:///{shutil.copy(many_calls, tmp_path)}"
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "rescore", "--store", url, "--workers", "1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    deadline = time.monotonic() + 600
    with closing(sqlite3.connect(tmp_path / many_calls.name)) as database:
        while database.execute("SELECT count(*) FROM inspections").fetchone() == (MANY,):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.02)
    process.send_signal(number)
    with open_store(url) as store:
        process.communicate(timeout=600)
        assert process.returncode == status
        some = sum(r.revisions.lexicons != "lex1" for r in store.calls.all())
        assert 0 < some < MANY
    again = callinspect("rescore", "--store", url, "--workers", "2", "--json", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["written"] == MANY - some
    with open_store(url) as store:
        assert store.calls.count() == MANY
        assert all(r.revisions.lexicons != "lex1" for r in store.calls.all())
        assert len(store.inspections.revisions("N000003")) == 2
