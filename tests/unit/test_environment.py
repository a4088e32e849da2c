"""A wrong value of a variable of the environment is told with the variable's name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.cli.main import Exit, status
from pipeline.environment import named_in
from pipeline.errors import UsageError
from pipeline.settings import load_settings


@pytest.fixture(autouse=True)
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("CALLINSPECT_WORKERS", "-1", "should be 0 or more"),
        ("CALLINSPECT_WORKERS", "many", "should be a whole number"),
        ("CALLINSPECT_LANG", "fr", "must be one of zh, en"),
        ("CALLINSPECT_DEVICE", "tpu", "one of cpu, cuda, auto;"),
        ("CALLINSPECT_SERVE__PORT", "web", "should be a whole number"),
        ("CALLINSPECT_SERVE__PROT", "8000", "no such key"),
        ("CALLINSPECT_SERVE", '{"port": 0}', "serve.port): should be 1 or more"),
        ("CALLINSPECT_SERVE", "8000:", "as JSON"),
        (
            "CALLINSPECT_CALLS__TEMPLATES",
            "{call_id}.wav",
            "calls.templates): lists and tables",
        ),
        ("CALLINSPECT_SERVE__TRUSTED_PROXIES", '["here"]', "is no address or network"),
    ],
)
def test_a_wrong_value_names_its_variable(
    variable: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLINSPECT_SERVE__HOST", "::1")
    if variable == "CALLINSPECT_SERVE":
        monkeypatch.delenv("CALLINSPECT_SERVE__HOST")
    monkeypatch.setenv(variable, value)
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"the environment variable {variable} has a wrong value (setting ")
    assert says in str(caught.value)


def test_of_two_lists_the_one_is_blamed_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLINSPECT_CALLS__COLUMNS", '{"call_id": "编号"}')
    monkeypatch.setenv("CALLINSPECT_CALLS__TEMPLATES", "{call_id}.wav")
    with pytest.raises(UsageError, match="CALLINSPECT_CALLS__TEMPLATES has a wrong"):
        load_settings()


def test_the_environment_wins_over_the_file_and_is_blamed_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("callinspect.toml").write_text("workers = 2\n")
    monkeypatch.setenv("CALLINSPECT_WORKERS", "-1")
    with pytest.raises(UsageError, match="variable CALLINSPECT_WORKERS"):
        load_settings()
    monkeypatch.delenv("CALLINSPECT_WORKERS")
    Path("callinspect.toml").write_text("workers = -1\n")
    with pytest.raises(UsageError, match=r"^callinspect\.toml:1: setting workers"):
        load_settings()


def test_an_empty_variable_counts_as_not_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As compose files pass on what nobody set. An empty path would be the working directory."""
    for name in ("LAYER", "VOCABULARY", "WORKERS", "SERVE__PORT"):
        monkeypatch.setenv(f"CALLINSPECT_{name}", "")
    found = load_settings()
    assert (found.layer, found.vocabulary, found.workers, found.serve.port) == (None, None, 0, 8000)
    Path("callinspect.toml").write_text('layer = "own"\nvocabulary = ""\nworkers = -1\n')
    with pytest.raises(UsageError, match=r"^callinspect\.toml:3: setting workers"):
        load_settings()
    Path("callinspect.toml").write_text('layer = "own"\nvocabulary = ""\n[serve]\nsound_folder = ""\n')
    found = load_settings()
    assert (found.layer, found.vocabulary, found.serve.sound_folder) == (Path("own"), None, None)
    status(["doctor", "--lang", "en"])
    told = capsys.readouterr().out
    assert re.search(r"^layer +own +file", told, re.M) and re.search(r"^workers +0 +default", told, re.M)


def test_an_option_is_not_blamed_on_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLINSPECT_WORKERS", "2")
    with pytest.raises(UsageError) as caught:
        load_settings(workers=-1)
    assert "CALLINSPECT" not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "command"),
    [
        ("CALLINSPECT_RUBRIC", "none/sheet.yaml", "rubric explain"),
        ("CALLINSPECT_LEXICONS", "./none", "lexicon check"),
        ("CALLINSPECT_LAYER", "none", "lexicon check"),
        ("CALLINSPECT_STORE", "none.db", "list"),
        ("CALLINSPECT_STORE", "sqlite:///none/none.db", "list"),
        ("CALLINSPECT_STORE", "postgres:calls", "list"),
    ],
)
def test_what_is_not_there_names_the_variable_that_asked_for_it(
    variable: str,
    value: str,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(variable, value)
    assert status(command.split()) == Exit.USAGE
    assert f"（来自环境变量 {variable}）" in capsys.readouterr().err
    assert status([*command.split(), "--lang", "en"]) == Exit.USAGE
    assert f"(given by the environment variable {variable})" in capsys.readouterr().err


def test_a_value_is_found_as_a_whole_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLINSPECT_MODEL", "base")
    assert list(named_in("no model named base")) == ["CALLINSPECT_MODEL"]
    assert list(named_in("the database is not there")) == []


def test_a_misspelt_variable_is_told_with_the_one_that_may_be_meant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CALLINSPECT_WORKER", "3")
    monkeypatch.setenv("CALLINSPECT_SERVICE_HOST", "10.0.0.1")  # an orchestrator's
    assert status(["models", "list", "--lang", "en"]) == Exit.DONE
    said = capsys.readouterr().err
    assert "CALLINSPECT_WORKER gives no setting" in said
    assert "CALLINSPECT_WORKERS does" in said
    assert "SERVICE_HOST" not in said
    assert status(["models", "list", "--quiet"]) == Exit.DONE
    assert capsys.readouterr().err == ""
