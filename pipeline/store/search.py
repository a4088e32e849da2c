"""Finding calls by what was said: an index of pairs of characters, on both databases.

Chinese has no spaces between words and most of its words have two characters, so that is what is indexed:
请问您 is 请问, 问您, 您. A phrase is found where its pairs follow each other; the last character alone closes
the utterance, so that no phrase reaches from one utterance into the next. SQLite keeps the pairs in an FTS5
index, PostgreSQL in a ``tsvector``; rows go with the hearing they belong to.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Dialect, Select, exists, func, literal_column, select, text

from pipeline.domain import Role, Span, Utterance
from pipeline.store import codec
from pipeline.store.tables import transcript_grams, utterances

LONGEST = 100
"""Characters of a question that are looked at."""
_POSITIONS = 16383
"""PostgreSQL's highest position in a tsvector. Longer texts start again at 1: neighbours stay neighbours."""
_PAGE = 200
_NONE = codec.corrections(())
_NO_TIME = Span(0.0, 0.0)
COMMON = 20_000
"""Calls beyond which a phrase is common."""


def _characters(words: str) -> str:
    """What counts of a text: letters, Chinese characters and digits, in one form and case."""
    return "".join(c for c in unicodedata.normalize("NFKC", words).casefold() if c.isalnum())


def grams(utterance: str) -> list[str]:
    """The pairs of an utterance, and its last character alone."""
    kept = _characters(utterance)
    return [*(a + b for a, b in pairwise(kept)), kept[-1]] if kept else []


def phrases(question: str) -> list[list[str]]:
    """What must be found: a list of pairs in a row for each part of the question between spaces."""
    parts = [_characters(part) for part in question[:LONGEST].split()]
    return [[a + b for a, b in pairwise(part)] or [part] for part in parts if part]


def index_text(utterances: Iterable[str], dialect: Dialect) -> str:
    """All pairs of a transcript, as the database's index wants them."""
    tokens = [gram for utterance in utterances for gram in grams(utterance)]
    if dialect.name != "postgresql":
        return " ".join(tokens)
    # Letters and digits alone: nothing in a token can end the quotation.
    return " ".join(f"'{token}':{place % _POSITIONS + 1}" for place, token in enumerate(tokens))


def remember(connection: Connection, heard: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Index what was heard: (hearing, texts of its utterances)."""
    rows = [{"hearing": key, "grams": index_text(said, connection.dialect)} for key, said in heard]
    if rows:
        connection.execute(transcript_grams.insert(), rows)


def said(
    question: str, hearing: ColumnElement[int | None], connection: Connection, *, alone: bool = False
) -> ColumnElement[bool] | None:
    """Condition: every part of the question was said in this hearing. None where it asks for nothing.

    ``alone``: nothing else is asked for, so that nearly every call that is looked at will do.
    """
    wanted = phrases(question)
    if not wanted:
        return None
    found = _matches(wanted, connection)
    probed = alone and connection.dialect.name == "sqlite" and not any(map(_single, wanted))
    if probed and common(question, connection):
        # What is said in most calls is looked up call by call: listing them all first takes longer.
        return exists(found.where(literal_column("rowid") == hearing).correlate(hearing.table))
    return hearing.in_(found)


def common(question: str, connection: Connection) -> bool:
    """Whether so many calls have it that nobody should count them."""
    wanted = phrases(question)
    if not wanted:
        return False
    some = _matches(wanted, connection).limit(COMMON + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one() > COMMON


def _matches(wanted: list[list[str]], connection: Connection) -> Select[Any]:
    if connection.dialect.name == "postgresql":
        asked = " & ".join(_tsquery(parts) for parts in wanted)
        match = text("grams @@ CAST(:asked AS tsquery)").bindparams(asked=asked)
        return select(transcript_grams.c.hearing).where(match)
    asked = " AND ".join(_fts5(parts) for parts in wanted)
    match = text("transcript_search MATCH :asked").bindparams(asked=asked)
    return select(literal_column("rowid")).select_from(text("transcript_search")).where(match)


def _single(parts: list[str]) -> bool:
    return len(parts) == 1 and len(parts[0]) == 1


def _tsquery(parts: list[str]) -> str:
    if _single(parts):
        return f"'{parts[0]}':*"
    return "(" + " <-> ".join(f"'{gram}'" for gram in parts) + ")"


def _fts5(parts: list[str]) -> str:
    quoted = f'"{" ".join(parts)}"'
    return f"{quoted} *" if _single(parts) else quoted


def transcripts(connection: Connection) -> Iterator[dict[int, list[str]]]:
    """What is looked for in every stored transcript, by hearing, a page at a time."""
    u, last = utterances.c, -1
    while True:
        query = select(u.hearing).distinct().where(u.hearing > last).order_by(u.hearing).limit(_PAGE)
        page = list(connection.execute(query).scalars())
        if not page:
            return
        texts: dict[int, dict[str, None]] = {key: {} for key in page}
        said = select(u.hearing, u.text, u.corrections).where(u.hearing.between(page[0], page[-1]))
        for row in connection.execute(said.order_by(u.hearing, u.number)):
            texts[row.hearing][row.text] = None
            if row.corrections != _NONE:
                words = Utterance(
                    Role.AGENT, _NO_TIME, row.text, corrections=codec.read_corrections(row.corrections)
                )
                texts[row.hearing][words.corrected] = None
        yield {key: list(found) for key, found in texts.items()}
        last = page[-1]


def index_anew(connection: Connection) -> None:
    """Index every stored transcript where none is indexed yet."""
    for page in transcripts(connection):
        remember(connection, page.items())


def index_stored(connection: Connection) -> None:
    """Index every stored transcript, a page at a time: what the migration that brings the index does."""
    last = -1
    while True:
        query = select(utterances.c.hearing).distinct().where(utterances.c.hearing > last)
        page = list(connection.execute(query.order_by(utterances.c.hearing).limit(_PAGE)).scalars())
        if not page:
            return
        texts: dict[int, list[str]] = {key: [] for key in page}
        of = utterances.c
        for row in connection.execute(
            select(of.hearing, of.text).where(of.hearing.in_(page)).order_by(of.hearing, of.number)
        ):
            texts[row.hearing].append(row.text)
        remember(connection, texts.items())
        last = page[-1]
