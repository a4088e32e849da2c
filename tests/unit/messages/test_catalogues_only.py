"""Words for people stand in the catalogues and nowhere else, so that a further language is one file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pipeline
from pipeline import errors
from pipeline.messages import MessageError

ROOT = Path(pipeline.__file__).parent
CHINESE = re.compile("[\u3400-\u9fff]")

SPEECH = (
    "bench/truth_files.py",
    "conversation/text.py",
    "domain/transcript.py",
    "ingest/columns.py",
    "ingest/outcomes.py",
    "ingest/parties.py",
    "ingest/values.py",
    "inspection/spine.py",
    "phrases",
    "speech/roles.py",
)
"""What is matched with speech or with headings of call lists: it is compared, and nobody reads it."""
FILES = ("rubric/dialogue.py", "rubric/lint.py")
"""Words of the format of score sheets: who speaks in a dialogue, and how a title begins that says no."""
STORED = ("rubric/sheet.py", "store/migrations")
"""What older and present stores hold in Chinese."""
KINDS = ("rubric/checks", "rubric/conditions")
"""Their examples are dialogues in Chinese, at the level of the module."""


def modules() -> Iterator[Path]:
    permitted = [ROOT / name for name in (*SPEECH, *FILES, *STORED)]
    for path in sorted(ROOT.rglob("*.py")):
        if not any(path == one or one in path.parents for one in permitted):
            yield path


def strings(path: Path) -> Iterator[str]:
    """String constants of a module that are no documentation, of a kind without its examples."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    documents = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    documents |= {id(n.value) for n in nodes if isinstance(n, ast.keyword) and n.arg == "description"}
    parts: list[ast.stmt] = tree.body
    if any(ROOT / name in path.parents for name in KINDS):
        parts = [part for part in parts if not isinstance(part, ast.Assign)]
    for node in (node for part in parts for node in ast.walk(part)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.value


def test_no_chinese_for_people_in_the_code() -> None:
    found = {
        str(path.relative_to(ROOT)): texts
        for path in modules()
        if (texts := [text for text in strings(path) if CHINESE.search(text)])
    }
    assert found == {}


@pytest.mark.parametrize("name", (*SPEECH, *FILES, *STORED))
def test_what_is_permitted_is_needed(name: str) -> None:
    path = ROOT / name
    files = path.rglob("*.py") if path.is_dir() else (path,)
    assert any(CHINESE.search(text) for file in files for text in strings(file))


def test_no_error_that_people_are_told_is_a_sentence_of_the_code() -> None:
    """Errors of the review room have a code instead, whose words `test_use.py` looks for."""
    kinds = {kind.__name__ for kind in every_kind(MessageError)} - {
        kind.__name__ for kind in (errors.ReviewError, *every_kind(errors.ReviewError))
    }
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in kinds
        and any(" " in text for text in prose(node.args[0] if node.args else None))
    ]
    assert found == []


def every_kind(kind: type) -> Iterator[type]:
    for below in kind.__subclasses__():
        yield below
        yield from every_kind(below)


def prose(argument: ast.expr | None) -> Iterator[str]:
    """The pieces of a text that is written where it is said."""
    parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
