"""The present rules are kept in the store as soon as somebody serves it, not only when a run uses them."""

from __future__ import annotations

from pipeline.batch.rulebooks import keep_rules
from pipeline.errors import StoreError, UsageError
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.web.rulebook.book import read_book


def keep_present_rules(settings: Settings, store: Store) -> None:
    """Keep the text of rubric and lexicons as the files say now.

    A store that was filled before texts were kept, and judged by these files, has its scores with people's
    verdicts from then on. Rules that cannot be read are told on the screens that need them, not here.
    """
    try:
        book = read_book(settings)
        keep_rules(store, settings, lexicons=book.lexicons.revision, rubric=book.rubric.revision)
    except (UsageError, StoreError):
        return
