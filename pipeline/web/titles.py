"""What phrase codes are called, and what the rules are called in English."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.domain import PhraseKind
from pipeline.errors import UsageError
from pipeline.reports.report_words import ReportWords
from pipeline.settings import Settings
from pipeline.web.access import Visitor
from pipeline.web.rulebook.book import read_book
from pipeline.web.sanitise import sanitise


def code_titles(settings: Settings) -> Mapping[str, str]:
    """Code -> title, as the lexicons say now; empty where they cannot be read."""
    try:
        return {code: one.title for code, one in read_book(settings).lexicons.codes.items()}
    except UsageError:
        return {}


def escalation_codes(settings: Settings) -> Mapping[str, str]:
    """Code -> title of what counts as a threat to go outside, as the lexicons say now."""
    try:
        codes = read_book(settings).lexicons.codes
    except UsageError:
        return {}
    return {code: one.title for code, one in codes.items() if one.kind is PhraseKind.ESCALATION}


def english_titles(settings: Settings) -> Mapping[str, str]:
    """English of titles and flag reasons by their Chinese, as the rules say now; only what has one."""
    try:
        book = read_book(settings)
    except UsageError:
        return {}
    codes = {one.title: one.title_en for one in book.lexicons.codes.values() if one.title_en}
    return codes | book.rubric.in_english


def report_words(visitor: Visitor, settings: Settings) -> ReportWords:
    """The words of a file that this visitor takes away."""
    titles = {} if visitor.lang == "zh" else english_titles(settings)
    return ReportWords(visitor.lang, titles, sanitise)


def neutral_titles(settings: Settings) -> Mapping[str, str]:
    """Criterion -> its title where it did not fail, as the sheet says now; empty where it cannot be read."""
    try:
        return read_book(settings).rubric.neutral_titles
    except UsageError:
        return {}
