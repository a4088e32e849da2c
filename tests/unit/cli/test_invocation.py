"""What we tell people to type runs where they are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline.cli.invocation import program


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    path = tmp_path / "my checkout" / ".venv" / "bin" / "callinspect"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_path_from_here_where_the_shell_does_not_find_it(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir(installed.parents[2])
    monkeypatch.setattr(sys, "argv", [str(installed)])
    assert program() == ".venv/bin/callinspect"
    monkeypatch.chdir("/")
    assert program().startswith("'") and program().endswith("/my checkout/.venv/bin/callinspect'")


def test_the_bare_name_where_the_shell_finds_it(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(installed.parent))
    monkeypatch.setattr(sys, "argv", [str(installed)])
    assert program() == "callinspect"


def test_the_bare_name_when_run_as_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/pipeline/cli/__main__.py"])
    assert program() == "callinspect"


def test_a_named_store_is_named_again_but_for_its_password() -> None:
    assert program("sqlite:////calls/night.db").endswith("callinspect --store sqlite:////calls/night.db")
    assert program("sqlite:///my calls.db").endswith("--store 'sqlite:///my calls.db'")
    assert "--store" not in program("postgresql://inspector:secret@db/calls")
    assert "--store" not in program("postgresql://inspector@db/calls?password=secret")
    assert program("postgresql://inspector@db/calls").endswith("--store postgresql://inspector@db/calls")
    assert "--store" not in program("sqlite:///callinspect.db"), "the usual one"
