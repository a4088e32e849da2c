"""Every problem that finding recordings can report is told in Chinese too."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import pipeline.ingest
from pipeline.ingest.chinese import PAIRS, in_chinese

PLACES = (Path(pipeline.ingest.__file__).parent, Path(pipeline.ingest.__file__).parents[1] / "batch")
REPORTERS = {"Problem", "StoredProblem", "NotFound", "problem", "_problem"}


def reported() -> list[str]:
    """Sentences in the source that are handed to a reporter of problems, values as 7."""
    found = []
    for path in (p for place in PLACES for p in place.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) in REPORTERS
            ):
                found += [text for part in node.args for text in texts(part) if " " in text]
    return found


def texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(v.value) if isinstance(v, ast.Constant) else "7" for v in node.values)]
    return []


@pytest.mark.parametrize("sentence", reported())
def test_every_problem_has_its_chinese(sentence: str) -> None:
    sentence = sentence.replace("call id 7 7 line", "call id 7 repeats line")
    assert re.search("[\u4e00-\u9fff]", in_chinese(sentence)), sentence


def test_the_source_was_read() -> None:
    assert len(reported()) >= 18


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
def test_both_tell_the_same_facts(english: str, chinese: str) -> None:
    assert english.count("{}") == chinese.count("{}")


def test_values_keep_their_order() -> None:
    assert in_chinese("call id A-1 repeats line 3; that line counts, remove this one").startswith(
        "通话编号 A-1 与第 3 行"
    )
