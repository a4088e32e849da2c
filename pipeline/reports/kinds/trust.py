"""One record per criterion: how far it can be trusted, and whether it takes points.

``precision`` is the share of what the machine found that people confirmed, of what they settled (the latest
reviews); ``miss_rate`` that of unflagged calls, heard by lot, in which a person added what it missed. Both
with a 95 % Wilson interval. The sheet is the one that was put into use last; the filters of calls do not
matter: points are taken alike from everybody.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.reports.fields import Field, Record, boolean, integer, number, rounded, sentence, text
from pipeline.review.trust import Trust
from pipeline.review.trust_words import told
from pipeline.rubric.sheet import Item
from pipeline.store import CallFilter, Store

FIELDS: tuple[Field, ...] = (
    text("criterion", 24),
    text("title", 24),
    text("severity", 9),
    boolean("takes_points"),
    text("since", 40),
    boolean("changes_next"),
    integer("confirmed"),
    integer("overturned"),
    number("precision"),
    number("precision_low", 13),
    number("precision_high", 13),
    number("bar"),
    integer("reviews_needed", 14),
    integer("heard"),
    integer("missed"),
    number("miss_rate"),
    number("miss_low"),
    number("miss_high"),
)
"""``since`` says when and why it began to take points or to only flag, where that ever changed;
``changes_next`` that the next run or rescoring changes it."""


def record(one: Trust, item: Item, *, names: bool = True) -> Record:
    """``names``: who said something is told."""
    precision, missed = one.figures.precision, one.figures.missed
    return {
        "criterion": one.criterion,
        "title": item.title,
        "severity": one.severity.value,
        "takes_points": not one.only_flags,
        "since": sentence(told(one.change, names=names)) if one.change else None,
        "changes_next": one.due,
        "confirmed": precision.count,
        "overturned": one.figures.overturned,
        "precision": rounded(precision.value, 4),
        "precision_low": rounded(precision.low, 4),
        "precision_high": rounded(precision.high, 4),
        "bar": one.bar,
        "reviews_needed": one.reviews,
        "heard": missed.total,
        "missed": missed.count,
        "miss_rate": rounded(missed.value, 4),
        "miss_low": rounded(missed.low, 4),
        "miss_high": rounded(missed.high, 4),
    }


def records(store: Store, wanted: CallFilter) -> Iterator[Record]:
    """In the order of the sheet; nothing where no sheet was ever used."""
    rubric = store.rulebooks.latest()
    if rubric is not None:
        items = {item.id: item for item in rubric.items}
        yield from (record(one, items[one.criterion]) for one in store.trust.criteria(rubric))
