"""The table of what the trade asks for: what it names exists, and each wording is found as the table says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.cli.app import COMMANDS
from pipeline.domain import Role, Span, Utterance
from pipeline.measures.catalogue import catalogue
from pipeline.phrases import Matcher, compile_matcher, load_lexicons
from pipeline.reports.kinds import KINDS
from pipeline.reports.readable.asked import ReportKind
from pipeline.rubric import lint
from pipeline.rubric.load import load_rubric
from pipeline.rubric.sheet import Rubric
from pipeline.settings import Settings
from pipeline.settlement.table import SettlementTable

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "trade.md").read_text(encoding="utf-8")
ROLES = {"坐席": Role.AGENT, "客户": Role.CUSTOMER}
CARRIER = re.compile(r"`([a-z]+):([\w.#/-]+)`")


def rows(heading: str) -> list[list[str]]:
    """Cells of the table under a heading, without its two first lines."""
    part = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return compile_matcher(load_lexicons(ROOT / "lexicons" / "zh"))


@pytest.fixture(scope="module")
def carriers() -> dict[str, set[str]]:
    sheet = load_rubric(ROOT / "rubrics" / "service.yaml")
    return {
        "item": {one.id for one in sheet.items},
        "bonus": {one.id for one in sheet.bonus},
        "code": set(load_lexicons(ROOT / "lexicons" / "zh").codes),
        "measure": set(catalogue()),
        "rule": {*Rubric.model_fields, "most-criteria" if lint.MOST_CRITERIA == 15 else ""},
        "report": {kind.value for kind in ReportKind},
        "export": set(KINDS),
        "command": set(COMMANDS),
        "setting": set(Settings.model_fields),
        "money": set(SettlementTable.model_fields),
        "doc": {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")},
    }


def test_every_demand_is_carried_by_something_that_exists(carriers: dict[str, set[str]]) -> None:
    wrong = []
    for demand, carrier in rows("规则和数字"):
        if re.fullmatch(r"暂无：.{5,}", carrier):
            continue
        named = CARRIER.findall(carrier)
        if not named or CARRIER.sub("", carrier).strip():
            wrong.append((demand, carrier))
        wrong += [(demand, f"{kind}:{name}") for kind, name in named if name not in carriers.get(kind, ())]
    assert not wrong


def test_every_wording_is_found_as_the_table_says(matcher: Matcher) -> None:
    wrong = []
    for role, sentence, told in rows("用语"):
        utterance = Utterance(role=ROLES[role], span=Span(0.0, 3.0), text=sentence, words=())
        found = {hit.code for hit in matcher.match([utterance])}
        if found != set(re.findall(r"`([\w-]+)`", told)):
            wrong.append((sentence, sorted(found)))
    assert not wrong
