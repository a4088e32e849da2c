"""What the command line says exists, and the language is known before anything is parsed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pipeline.cli
from pipeline.cli.words import SHELL, Words, spoken_language
from pipeline.messages import known


def test_every_message_that_is_said_exists() -> None:
    calls = set()
    for path in Path(pipeline.cli.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("words"):
                calls |= {a.value for a in node.args[:1] if isinstance(a, ast.Constant)}
            if isinstance(node, ast.keyword) and node.arg in ("help", "rich_help_panel"):
                calls |= {node.value.value} if isinstance(node.value, ast.Constant) else set()
    assert calls
    assert {key for key in calls if not known(key, SHELL)} == set()


def test_words_fill_in_facts() -> None:
    assert Words("zh")("list.more", count=3).startswith("只显示前 3 通")
    assert Words("en")("list.more", count=3).startswith("the first 3 calls")


def test_the_language_is_known_before_parsing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CALLINSPECT_LANG", raising=False)
    assert spoken_language(["list"]) == "zh"
    assert spoken_language(["list", "--lang", "en"]) == "en"
    assert spoken_language(["--lang=en", "list"]) == "en"
    (tmp_path / "callinspect.toml").write_text('lang = "en"\n')
    assert spoken_language(["list"]) == "en"
    (tmp_path / "other.toml").write_text("lang = [")
    assert spoken_language(["--config", "other.toml"]) == "zh"
    monkeypatch.setenv("CALLINSPECT_LANG", "zh")
    assert spoken_language(["list"]) == "zh"
