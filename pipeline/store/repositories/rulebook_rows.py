"""The rules that judged: the text of every rubric and lexicon revision, kept as long as the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, select

from pipeline.domain.inspection import sheet_revision
from pipeline.errors import RubricError
from pipeline.store.auditing import note
from pipeline.store.rule_tables import rulebooks
from pipeline.store.statements import now, upsert

if TYPE_CHECKING:
    from pipeline.rubric import Rubric


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One revision of the rules, as it was written."""

    revision: str
    kind: Literal["rubric", "lexicons", "trust"]
    content: str
    """The rubric file; or JSON: lexicon file name -> text, or the criteria that only flag."""


def remember(connection: Connection, books: Iterable[Rulebook]) -> None:
    """Keep these; what is there already stays as it is. New rules are an act of whoever uses them first."""
    for book in books:
        values = {
            "revision": book.revision,
            "kind": book.kind,
            "content": book.content,
            "first_used": now(),
        }
        statement = upsert(connection, rulebooks).values(values)
        new = statement.on_conflict_do_nothing(index_elements=["revision"]).returning(rulebooks.c.revision)
        if connection.execute(new).scalar() is not None:
            note(connection, "rules-publish", subject=book.revision, kind=book.kind)


def rubric_of(connection: Connection, revision: str) -> Rubric | None:
    """The rubric of this revision; None where its text is not kept, or is not what its name says.

    What only flagged under a gate stands in the findings: the sheet is the same.
    """
    revision = sheet_revision(revision)
    query = select(rulebooks.c.content).where(rulebooks.c.revision == revision, rulebooks.c.kind == "rubric")
    content = connection.execute(query).scalar()
    return None if content is None else _parsed(content, revision)


@lru_cache(maxsize=32)
def _parsed(content: str, revision: str) -> Rubric | None:
    from pipeline.rubric import rubric_of_revision  # all kinds of checks with it: a list of calls needs none

    try:
        return rubric_of_revision(content, revision)
    except RubricError:  # written by another version, whose rules this one cannot read
        return None
