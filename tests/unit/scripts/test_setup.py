"""Set-up speaks the language of the program before anything of it is installed."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.messages import languages, say

SCRIPTS = Path(__file__).resolve().parents[3] / "scripts"
SAID = frozenset(re.findall(r'word\(\s*"([\w.-]+)"', (SCRIPTS / "setup.py").read_text(encoding="utf-8")))


@pytest.fixture
def setup(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module; it finds its words beside itself."""
    monkeypatch.syspath_prepend(SCRIPTS)
    spec = importlib.util.spec_from_file_location("set_up", SCRIPTS / "setup.py")
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.mark.parametrize("lang", languages())
def test_all_it_says_is_read_as_the_program_reads_it(
    setup: ModuleType, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLINSPECT_LANG", lang)
    facts = dict.fromkeys(
        [
            "what",
            "why",
            "log",
            "title",
            "seconds",
            "version",
            "name",
            "goal",
            "room",
            "free",
            "folder",
            "wanted",
            "message",
        ],
        "X",
    )
    assert len(SAID) > 20
    for code in SAID:
        assert setup.word(code, **facts) == say(lang, code, **facts)


@pytest.mark.parametrize(("chosen", "told"), [("", "zh"), ("en", "en"), ("../en", "zh"), ("xx", "zh")])
def test_the_environment_chooses_the_language(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, chosen: str, told: str
) -> None:
    monkeypatch.setenv("CALLINSPECT_LANG", chosen)
    assert setup.language() == told


def test_why_an_installer_failed_is_told_with_the_remedy(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLINSPECT_LANG", "en")
    assert "connect" in setup.reason(["ERROR: Connection refused"])
    assert setup.reason(["ERROR: what pip says"]) == "what pip says"
    assert setup.reason([]) == "it stopped without a word"
    assert setup.reason(["error: no such model; fetch it"]) == "no such model; fetch it"
    monkeypatch.setenv("CALLINSPECT_LANG", "zh")
    assert setup.reason(["错误：没有这个模型"]) == "没有这个模型"
    assert "联网" in setup.reason(["ERROR: Connection refused"])


@pytest.mark.parametrize(("lang", "told"), [("zh", "安装："), ("en", "setup: ")])
def test_a_python_that_does_not_fit_is_told_in_one_line(lang: str, told: str) -> None:
    got = subprocess.run(
        ["sh", str(SCRIPTS / "setup.sh"), "run"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": "/no/such/python", "CALLINSPECT_LANG": lang},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (got.returncode, got.stdout) == (2, "")
    assert got.stderr.startswith(told) and len(got.stderr.splitlines()) == 1
