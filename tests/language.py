"""The package's own words: which names it gives, which classes share one, which words it should not use."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "pipeline"
GLOSSARY = ROOT / "docs" / "glossary.md"
FROZEN = "pipeline/store/migrations/versions/"
"""Migrations stay as they were written."""

UNWANTED_NAMES = (
    "epitaph", "bury", "buried", "stillborn", "poisoned", "crew", "hire", "dismiss", "surmised", "looks at",
    "meanings", "silencer", "quiet when", "faint index", "wish", "twins", "forget unheard", "put beside",
    "share floor", "lifeline", "utils", "helpers", "manager", "process data",
)  # fmt: skip
"""Words of which no name is made: of our own make, or so wide that they say nothing."""

UNWANTED_TITLES = ("wanted", "kept", "told", "floor", "faint", "heard", "listened")
"""Words that are not the whole name of a class or module; a variable in a function may be called so."""

UNWANTED_STARTS = ("handle",)
"""Words with which no name begins."""

UNWANTED_PROSE = (
    "epitaph", "stillborn", "poisoned", "surmised", "silencer", "leave the house", "leaves the house",
    "the night goes on", "tonight", "twins", "the crew",
)  # fmt: skip
"""What no docstring and no page says (of `UNWANTED_NAMES`, most are plain English in a sentence)."""

PAGES = ("README.md", "CHANGELOG.md", "docs/*.md", "pipeline/messages/locale/en/LC_MESSAGES/callinspect.po")


@cache
def modules() -> dict[str, ast.Module]:
    """Path below the root -> syntax tree, of every module but the migrations that exist."""
    paths = {path.relative_to(ROOT).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
    return {
        name: ast.parse(path.read_text(encoding="utf-8"))
        for name, path in paths.items()
        if not name.startswith(FROZEN)
    }


def given_names(tree: ast.Module) -> Iterator[str]:
    """Every name that a module gives: to classes, functions, arguments, variables and attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr


@cache
def all_names() -> frozenset[str]:
    """Every name of the package, modules and packages too."""
    parts = {part for path in modules() for part in path.removesuffix(".py").split("/")}
    return frozenset(parts) | {name for tree in modules().values() for name in given_names(tree)}


@cache
def words(name: str) -> str:
    """``_SilentTurns`` and ``silent_turns`` alike: `silent turns`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return " ".join(part for part in spaced.lower().split("_") if part)


def classes() -> dict[str, list[str]]:
    """Name of a class, or of a union of classes -> where it is, for all of the package."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(path)
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.BitOr())):
                    if name[0].isupper() and not name.isupper():
                        found[name].append(path)
    return found


def pages() -> Iterator[tuple[str, str]]:
    """Path below the root and text of everything in English that is written for people."""
    for pattern in PAGES:
        for path in sorted(ROOT.glob(pattern)):
            yield path.relative_to(ROOT).as_posix(), " ".join(path.read_text(encoding="utf-8").split())


def docstrings(tree: ast.Module) -> Iterator[str]:
    """Of modules, classes and functions, and below a value."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield " ".join(node.value.value.split())


def findings() -> dict[str, list[str]]:
    """What stands against one language -> where: ``class Row``, ``name crew``, ``prose "the crew"``."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, places in classes().items():
        if len(places) > 1:
            found[f"class {name}"] = places
    for path, tree in modules().items():
        titles = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)} | {Path(path).stem}
        for name in {*given_names(tree), *titles}:
            spelled = words(name)
            titled = name in titles and spelled in UNWANTED_TITLES
            begins = any(spelled.startswith(f"{start} ") for start in UNWANTED_STARTS)
            if begins or titled or any(f" {word} " in f" {spelled} " for word in UNWANTED_NAMES):
                found[f"name {name}"].append(path)
    told = [(path, text) for path, tree in modules().items() for text in docstrings(tree)]
    for path, text in (*told, *pages()):
        for word in UNWANTED_PROSE:
            if re.search(rf"\b{word}\b", text.lower()):
                found[f'prose "{word}"'].append(path)
    return dict(found)


def glossary() -> list[dict[str, str]]:
    """The rows of the glossary's tables by the heads of their columns."""
    rows: list[dict[str, str]] = []
    head: list[str] = []
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            head = []
        elif not head:
            head = cells
        elif not set("".join(cells)) <= set("-: "):
            rows.append(dict(zip(head, cells, strict=True)))
    return rows
