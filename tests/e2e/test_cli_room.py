"""The review room from the shell: first start, accounts, deleting; in processes of their own."""

from __future__ import annotations

import getpass
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from pipeline.store import open_store
from pipeline.web import vendor
from tests.e2e.commands import ROOT, callinspect, free_port, here
from tests.nights import fill


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "callinspect.db")
    return tmp_path


@pytest.mark.skipif(bool(vendor.missing()), reason="the interface's JavaScript is not here; run make setup")
def test_the_first_start_prints_a_link_and_stops_when_told(folder: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "pipeline.cli", "--lang", "en", "serve", "--port", str(port)]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CALLINSPECT_")}
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as server:
        assert server.stdout is not None
        said = [server.stdout.readline() for _ in range(3)]
        assert said[0] == f"The review room is at http://127.0.0.1:{port}\n"
        link = re.fullmatch(rf"(http://127\.0\.0\.1:{port}/invitation/[\w-]+)\n", said[2])
        assert link is not None
        with urllib.request.urlopen(link[1]) as answer:
            assert "admin" in answer.read().decode()
        wrong = urllib.request.Request(f"http://127.0.0.1:{port}/sign-in", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(wrong)
        assert refused.value.code == 400
        refused.value.close()
        server.send_signal(signal.SIGTERM)
        rest = server.stdout.read()
        assert server.wait(timeout=300) == 0
        assert "Traceback" not in rest and "Stopped." in rest


def test_accounts_by_the_shell(folder: Path) -> None:
    added = callinspect("user", "add", "Li", "--role", "lead", "--team", "客服一组", cwd=folder)
    assert added.returncode == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/invitation/[\w-]+\n", added.stdout)
    again = here("--lang", "en", "user", "add", "li", cwd=folder)
    assert (again.returncode, again.stderr.strip()) == (2, "error: there is an account li already")
    short = here("user", "passwd", "nobody", "--stdin", cwd=folder)
    assert short.returncode == 2 and "nobody" in short.stderr
    (row,) = json.loads(here("user", "list", "--json", cwd=folder).stdout)
    assert (row["name"], row["role"], row["team"]) == ("li", "lead", "客服一组")


def test_old_calls_are_deleted_by_the_shell(folder: Path) -> None:
    dry = here("--lang", "en", "purge", "--before", "2026-11-21", "--dry-run", cwd=folder)
    assert dry.returncode == 0 and dry.stdout.startswith("Before 2026-11-21: 2 calls")
    done = callinspect("--lang", "en", "purge", "--before", "2026-11-21", cwd=folder)
    assert done.returncode == 0 and "--since 2026-11-21" in done.stderr
    with open_store(f"sqlite:///{folder / 'callinspect.db'}") as store:
        assert store.calls.count() == 2
        row = store.audit.entries()[0]
        assert (row.action, row.subject, row.user, row.details["calls"]) == ("purge", "2026-11-21", None, 2)
        assert (row.details["how"], row.details["os_user"]) == ("shell", getpass.getuser())
    assert here("purge", "--before", "2999-01-01", cwd=folder).returncode == 2


def test_what_leaves_the_house_by_the_shell_is_in_the_log(folder: Path) -> None:
    done = callinspect("export", "calls", "-o", "calls.csv", "--team", "客服一组", cwd=folder)
    assert done.returncode == 0
    tried = here("rescore", "--dry-run", cwd=folder)
    assert tried.returncode == 0
    with open_store(f"sqlite:///{folder / 'callinspect.db'}") as store:
        trial, exported = store.audit.entries(shell=True, limit=2)
    assert (trial.action, trial.details["how"]) == ("what-if", "shell")
    assert (exported.action, exported.subject, exported.details["team"]) == ("export", "calls", "客服一组")
    assert exported.details["records"] == 3
