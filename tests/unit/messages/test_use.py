"""Every text of the catalogues is said somewhere, and what ends in a value is there for every value."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import get_args

import pytest
from pydantic_core.core_schema import ErrorType

import pipeline
from pipeline.audio import REASON_CODES
from pipeline.batch.faults import FAULT, GAVE_UP
from pipeline.batch.rescoring import Changes
from pipeline.bench.breakdown import NOISE_BANDS
from pipeline.control import ChartKind, Quadrant, Rule, Side
from pipeline.domain import CaseState, How, OpenCause, Outcome, PhraseKind, Role, Satisfaction, Status
from pipeline.domain.people import UserRole
from pipeline.domain.review import AppealState
from pipeline.inspection.judging import PARTIAL
from pipeline.list_rules import Reason
from pipeline.measures import catalogue
from pipeline.messages import known
from pipeline.messages.catalogue import texts
from pipeline.phrases.template import SLOTS
from pipeline.reports.kinds import KINDS
from pipeline.reports.lists import LISTS
from pipeline.reports.readable.asked import ChartStep, ReportKind
from pipeline.reports.readable.heads import HEADS as COLUMNS
from pipeline.reports.readable.kinds.positive import LISTS as POSITIVE_LISTS
from pipeline.reports.violations_book import MEANT, SHEETS
from pipeline.review.appeals import Opinion, Seat, Step
from pipeline.review.calibration import CalibrationState
from pipeline.review.sampling import NoticeGrade, Per, Which
from pipeline.rubric import Level
from pipeline.rubric.diff import NAMED
from pipeline.settings import Settings
from pipeline.settlement import Standing
from pipeline.store import Remains
from pipeline.store.checking import CHECKS
from pipeline.transcription.models import load_manifest
from pipeline.transcription.models.installed import State

HEADS = {
    "number", "title", "code", "eligible", "standing", "rate", "low", "high", "machine", "places",
    "confirmed", "overturned", "pending", "added", "only-flags", "call", "score-low", "score-high",
    "standing-count",
    "settled-count", "violations",
}  # fmt: skip
"""Headings of the workbook of violations."""

FAMILIES: Mapping[str, Collection[object]] = {
    "role.": set(Role),
    "how.": set(How),
    "kind.": set(PhraseKind),
    "outcome.": set(Outcome),
    "status.": set(Status),
    "measure.": {*catalogue(), "none"},
    "unit.": {m.unit for m in catalogue().values()} - {"0..1"},
    "setting.": set(Settings.model_fields),
    "storage.looked.": set(CHECKS),
    "storage.remedy.": set(CHECKS),
    "user.role.": set(UserRole),
    "appeal.state.": set(AppealState),
    "appeal.step.": set(Step),
    "appeal.opinion.": set(Opinion),
    "appeal.seat.": set(Seat),
    "sample.which.": set(Which),
    "sample.of.": set(Per),
    "sample.nth.": set(Per),
    "sample.notice.": set(NoticeGrade),
    "calibration.state.": set(CalibrationState),
    "stage.": {"discover", "identify", "inspect", "rescore", "wait"},
    "verdict.": set(Changes().verdicts),
    "export.kind.": set(KINDS),
    "settlement.standing.": set(Standing),
    "list.name.": set(LISTS),
    "list.head.": {column.name for columns in LISTS.values() for column in columns},
    "list.state.": set(CaseState),
    "book.violations.sheet-": set(SHEETS),
    "book.means.": set(MEANT),
    "book.head.": HEADS,
    "book.filter.": {"from", "to", "team", "agent", "queue", "criterion", "severity", "flagged"},
    "doctor.source.": {"option", "environment", "file", "default"},
    "show.open-": set(OpenCause),
    "rubric.layer-no-": {"section", "criterion", "item", "bonus"},
    "bench.share-": {"party", "codec", "channels", "noise", "calls"},
    "bench.noise-": {name for _, name in NOISE_BANDS},
    "layout.": {"stereo", "fake-stereo", "mono"},
    "level.": set(Level),
    "field.": NAMED,
    "change.": {"added", "removed", "moved", "changed"},
    "direction.": {"inbound", "outbound"},
    "purge.remains.": set(Remains),
    "reason.": {*REASON_CODES, PARTIAL, FAULT, GAVE_UP},
    "model.file-": set(State),
    "slot.": set(SLOTS),
    "report.title.": set(ReportKind),
    "report.about.": set(ReportKind),
    "report.step.": set(ChartStep),
    "report.chart.": set(ChartKind),
    "report.rule.": {f"{rule}-{side}" for rule in Rule for side in Side},
    "report.quadrant.": set(Quadrant),
    "report.column.": set(COLUMNS),
    "report.says.": {"first", "more", "less", "same"},
    "report.criterion.": {"first", "more", "less", "same"},
    "report.positive.list.": set(POSITIVE_LISTS),
    "report.positive.rule.": set(POSITIVE_LISTS),
    "report.need.": {f"{how}-{than}" for how in ("worse", "better", "same") for than in ("group", "before")},
    "report.difference.": {
        f"{how}-{than}" for how in ("worse", "better", "none") for than in ("group", "before")
    },
    "report.groups.": {"team", "queue", "agent"},
    "report.groups-say.": {"team", "queue", "agent"},
    "report.appeals-by.": {"reviewer", "agent"},
    "report.clip.": {"bad", "good", "none"},
    "model.title.": set(load_manifest().names()),
    "model.licence.": {"sense-voice"},
    "satisfaction.": {*Satisfaction, "short"},
    "call-list.doubt.": set(Reason),
    "call-list.not-known.": {"satisfaction", "answered", "talk_seconds", "relation"},
}
"""Keys that end in a value: prefix -> all the values there are."""

CERTIFICATE = ("half", "missing", "unreadable", "not-pem", "encrypted", "pair", "unusable")
PYDANTIC = frozenset(get_args(ErrorType))
"""Kinds of errors that pydantic knows."""

REPORTS = {
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
    *(f"usage.tls-{code}" for code in CERTIFICATE),
}
"""Codes of wrong usage that come from below the command line."""

ROOT = Path(pipeline.__file__).parent
MAKERS = (
    "audio", "batch", "bench", "conversation", "ingest", "list_rules", "messages", "phrases", "reports",
    "review", "rubric", "settlement", "speech", "store", "transcription",
)  # fmt: skip
"""Rooms that make messages."""
LITERAL = re.compile(r"""["']([\w-]+(?:\.[\w-]*)+)["']""")


def constants(folder: Path) -> Iterator[str]:
    """All string constants of the source below a folder, parts of f-strings too."""
    for path in folder.rglob("*.py"):
        yield from constants_of(path)


def constants_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def used_by_shell(key: str, said: Collection[str]) -> bool:
    family, _, code = key.partition(".")
    return (
        key in said
        or (family == "value" and code in PYDANTIC)
        or (family in ("usage", "summary", "rescore") and code in said)
        or key == "error.no-call"
        or (family == "doctor" and code in ("good", "warning", "bad"))
        or key in REPORTS
        or any(key.startswith(prefix) for prefix in FAMILIES)
    )


def used_by_pages(key: str, said: Collection[str], starts: tuple[str, ...]) -> bool:
    family, _, code = key.partition(".")
    return key in said or (family == "error" and code in said) or key.startswith(starts)


def test_every_text_is_used() -> None:
    made = {key for folder in MAKERS for key in constants(ROOT / folder)}
    made |= {key for path in ROOT.glob("*.py") for key in constants_of(path)}
    shell = set(constants(ROOT / "cli"))
    pages = {*constants(ROOT / "web"), *constants_of(ROOT / "errors.py")}
    for path in (ROOT / "web" / "templates").rglob("*.html"):
        pages |= set(LITERAL.findall(path.read_text(encoding="utf-8")))
    setting_up = set(constants_of(ROOT.parent / "scripts" / "setup.py"))
    starts = tuple(text for text in pages if text.endswith(".") and len(text) > 2)
    unused = [
        (context, key)
        for context, key, _ in texts("zh")
        if key not in made
        and not used_by_shell(key, shell)
        and (context or not used_by_pages(key, pages, starts))
        and key not in setting_up
    ]
    assert unused == []


@pytest.mark.parametrize("prefix", FAMILIES)
def test_a_family_is_whole(prefix: str) -> None:
    """Others may begin like it: the pages have more roles than a conversation."""
    values = {key.removeprefix(prefix) for _, key, _ in texts("zh") if key.startswith(prefix)}
    assert {str(value) for value in FAMILIES[prefix]} - values == set()


@pytest.mark.parametrize("prefix", sorted(set(FAMILIES) - {"role.", "verdict."}))
def test_a_family_has_nothing_more(prefix: str) -> None:
    values = {key.removeprefix(prefix) for _, key, _ in texts("zh") if key.startswith(prefix)}
    assert values - {str(value) for value in FAMILIES[prefix]} == set()


def test_every_message_that_is_made_has_a_text() -> None:
    made = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Message", "joined"):
                made |= {arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    assert len(made) > 100
    assert {code for code in made if not known(code)} == set()


def test_every_refusal_of_the_review_room_has_words() -> None:
    kinds = {"ReviewError", "Conflict", "Refused", "Missing"}
    codes = {
        keyword.value.value
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in kinds
        for keyword in node.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    assert len(codes) > 100
    assert {code for code in codes if not known(f"error.{code}")} == set()
