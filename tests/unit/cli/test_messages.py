"""Both languages say the same, and every message is said somewhere."""

from __future__ import annotations

import ast
import string
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

import pipeline.cli
from pipeline.audio import REASON_CODES
from pipeline.batch.faults import FAULT, GAVE_UP
from pipeline.batch.rescoring import Changes
from pipeline.cli.messages import MESSAGES
from pipeline.cli.words import Words, spoken_language
from pipeline.domain import How, OpenCause, Outcome, PhraseKind, Role, Status
from pipeline.domain.people import UserRole
from pipeline.domain.review import AppealState
from pipeline.inspection.judging import PARTIAL
from pipeline.measures import catalogue
from pipeline.review.appeals import Opinion, Seat, Step
from pipeline.review.calibration import CalibrationState
from pipeline.review.sampling import Per, Which
from pipeline.rubric import Level
from pipeline.settings import Settings
from pipeline.store import Remains
from pipeline.web.certificates import WORDS as CERTIFICATE

FAMILIES: Mapping[str, Collection[object]] = {
    "role.": set(Role),
    "how.": set(How),
    "kind.": set(PhraseKind),
    "outcome.": set(Outcome),
    "status.": set(Status),
    "measure.": {*catalogue(), "none"},
    "unit.": {m.unit for m in catalogue().values()} - {"0..1"},
    "setting.": set(Settings.model_fields),
    "usage.tls-": {code.removeprefix("tls-") for code in CERTIFICATE},
    "user.role.": set(UserRole),
    "appeal.state.": set(AppealState),
    "appeal.step.": set(Step),
    "appeal.opinion.": set(Opinion),
    "appeal.seat.": set(Seat),
    "sample.which.": set(Which),
    "sample.of.": set(Per),
    "calibration.state.": set(CalibrationState),
    "stage.": {"discover", "identify", "inspect", "rescore"},
    "verdict.": set(Changes().verdicts),
    "doctor.source.": {"option", "environment", "file", "default"},
    "show.open-": set(OpenCause),
    "layout.": {"stereo", "fake-stereo", "mono"},
    "level.": set(Level),
    "change.": {"added", "removed", "moved", "changed"},
    "direction.": {"inbound", "outbound"},
    "purge.remains.": set(Remains),
    "reason.": {*REASON_CODES, PARTIAL, FAULT, GAVE_UP},
}
"""Keys that end in a value: prefix -> all the values there are."""


def literals() -> set[str]:
    """All string constants of the command line's source, parts of f-strings too."""
    found = set()
    for path in Path(pipeline.cli.__file__).parent.rglob("*.py"):
        if path.parent.name != "messages":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found |= {
                n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
            }
    return found


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("key", MESSAGES)
def test_both_languages_are_there_and_fill_in_the_same_facts(key: str) -> None:
    chinese, english = MESSAGES[key]
    assert chinese.strip()
    assert english.strip()
    assert fields(chinese) == fields(english)
    assert english.isascii() or "「" in english


@pytest.mark.parametrize("prefix", FAMILIES)
def test_a_family_is_whole(prefix: str) -> None:
    values = {k.removeprefix(prefix) for k in MESSAGES if k.startswith(prefix)}
    assert values == {str(value) for value in FAMILIES[prefix]}


def test_every_message_is_used() -> None:
    said = literals()
    codes = {f"usage.{text}" for text in said} | {
        f"{family}.{text}" for text in said for family in ("summary", "rescore")
    }
    health = {f"doctor.{value}" for value in ("good", "warning", "bad")}
    known = said | codes | health
    reports = {
        "usage.kind",
        "usage.format",
        "usage.parquet-missing",
        "usage.subtitle-none",
        "usage.subtitle-many",
        "usage.user-name",
        "usage.user-exists",
        "usage.last-admin",
        "usage.password-short",
        "usage.password-long",
        "usage.password-name",
        "usage.password-differs",
    }
    unused = [k for k in MESSAGES if k not in known | reports and not k.startswith(tuple(FAMILIES))]
    assert unused == []


def test_every_message_that_is_said_exists() -> None:
    calls = set()
    for path in Path(pipeline.cli.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("words"):
                calls |= {a.value for a in node.args[:1] if isinstance(a, ast.Constant)}
            if isinstance(node, ast.keyword) and node.arg in ("help", "rich_help_panel"):
                calls |= {node.value.value} if isinstance(node.value, ast.Constant) else set()
    assert calls
    assert calls - set(MESSAGES) == set()


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
