"""Whether a store is whole: what the database says of its file, and what must agree in its rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, func, literal, or_, select, text

from pipeline.errors import StoreError
from pipeline.store import codec, search
from pipeline.store.call_files import place
from pipeline.store.contents import counts
from pipeline.store.database import Database
from pipeline.store.migrate import revision_of
from pipeline.store.review_tables import cases
from pipeline.store.run_tables import file_digests
from pipeline.store.statements import pages
from pipeline.store.tables import REVISION, call_files, calls, inspections, metadata, transcript_grams

CHECKS = (
    "version", "file", "references", "sound", "current", "cases", "places", "transcripts", "index",
)  # fmt: skip
"""Stable names of what is looked at."""
_EXAMPLES = 3
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at."""

    name: str
    """One of `CHECKS`."""
    looked_at: int
    wrong: int = 0
    examples: tuple[str, ...] = ()


def check_store(database: Database) -> Iterator[Checked]:
    """Look at one thing after the other, in one snapshot: nobody need stop meanwhile.

    Raises:
        StoreError: the database cannot be read at all.
    """
    sqlite = database.url.get_backend_name() == "sqlite"
    if sqlite:
        file = _file(database)
        yield file
        if file.wrong:  # nothing that is read from it can be relied on
            return
    with database.snapshot() as connection:
        found = revision_of(connection)
        yield Checked("version", 1, int(found != REVISION), () if found == REVISION else (str(found),))
        if found != REVISION:
            return
        rows = sum(counts(connection).values())
        yield _references(connection, rows)
        yield _sound(connection)
        yield _current(connection)
        yield _cases(connection)
        yield _places(connection)
        yield from _search(connection, sqlite)


def _file(database: Database) -> Checked:
    try:
        with database.snapshot() as connection:
            pages_used = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
            lines = list(connection.exec_driver_sql(f"PRAGMA integrity_check({_EXAMPLES})").scalars())
    except StoreError as error:
        origin = getattr(error.__cause__, "orig", None)
        if getattr(origin, "sqlite_errorname", "") in _DAMAGED:
            return Checked("file", 1, 1, (str(origin),))
        raise
    wrong = [] if lines == ["ok"] else lines
    return Checked("file", pages_used, len(wrong), tuple(" ".join(line.split()) for line in wrong))


def _references(connection: Connection, rows: int) -> Checked:
    """Rows that point to rows that are not there."""
    wrong, examples = 0, []
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            query = _orphans(table, key.parent, key.column)
            if orphans := connection.execute(query).scalar_one():
                wrong += orphans
                examples.append(f"{table.name}.{key.parent.name} -> {key.column.table.name}: {orphans}")
    return Checked("references", rows, wrong, tuple(examples[:_EXAMPLES]))


def _orphans(table: Table, column: Any, target: Any) -> Select[Any]:
    parent = target.table.alias("parent")
    there = select(literal(1)).where(parent.c[target.name] == column).exists()
    return select(func.count()).select_from(table).where(column.is_not(None), ~there)


def _sound(connection: Connection) -> Checked:
    """An inspection is of the sound of its call."""
    joined = inspections.join(calls, inspections.c.call == calls.c.id)
    differs = select(calls.c.call_id).select_from(joined)
    differs = differs.where(inspections.c.audio_sha256 != calls.c.audio_sha256)
    return _listed(connection, "sound", _size(connection, inspections), differs)


def _current(connection: Connection) -> Checked:
    """Every call that was not replaced has one inspection that counts, a replaced one has none."""
    i = inspections.c
    some = select(literal(1)).where(i.call == calls.c.id, i.current).exists()
    replaced = calls.c.replaced_by.is_not(None)
    wrong = select(calls.c.call_id).where(or_(and_(replaced, some), and_(~replaced, ~some)))
    return _listed(connection, "current", _size(connection, calls), wrong)


def _cases(connection: Connection) -> Checked:
    """What people review is the inspection that counts."""
    joined = inspections.join(calls, inspections.c.call == calls.c.id)
    joined = joined.outerjoin(cases, cases.c.call == calls.c.id)
    other = or_(cases.c.inspection.is_(None), cases.c.inspection != inspections.c.id)
    wrong = select(calls.c.call_id).select_from(joined).where(inspections.c.current, other)
    return _listed(connection, "cases", _size(connection, cases), wrong)


def _places(connection: Connection) -> Checked:
    """The digests under which files are looked for are those of their paths."""
    looked_at, wrong = 0, []
    for table in (call_files, file_digests):
        found = connection.execute(select(table.c.key, table.c.paths), execution_options={"yield_per": 2_000})
        for row in found:
            looked_at += 1
            if place(codec.read_paths(row.paths))[0] != row.key:
                wrong.append(row.paths)
    return Checked("places", looked_at, len(wrong), tuple(wrong[:_EXAMPLES]))


def _search(connection: Connection, sqlite: bool) -> Iterator[Checked]:
    """What search looks in is what was said: first the pairs of each transcript, then the index of them."""
    looked_at, wrong = 0, list[int]()
    documents: Counter[str] = Counter()
    g = transcript_grams.c
    kept = g.grams if sqlite else func.array_to_string(func.tsvector_to_array(g.grams), " ")
    for page in search.transcripts(connection):
        found: dict[int, set[str]] = {}
        for keys in pages(list(page)):
            query = select(g.hearing, kept.label("grams")).where(g.hearing.in_(keys))
            found |= {row.hearing: set(row.grams.split()) for row in connection.execute(query)}
        for hearing, texts in page.items():
            said = {gram for one in texts for gram in search.grams(one)}
            looked_at += 1
            if said != found.get(hearing, set()):
                wrong.append(hearing)
            documents.update(found.get(hearing, ()))
    yield Checked("transcripts", looked_at, len(wrong), tuple(map(str, wrong[:_EXAMPLES])))
    if sqlite:
        yield _index(connection, documents)


def _index(connection: Connection, documents: Counter[str]) -> Checked:
    """In how many transcripts the index of SQLite has each pair. Read through a table of this connection's
    own: SQLite's own check of the index writes, and would keep everybody waiting."""
    connection.exec_driver_sql(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.indexed USING fts5vocab('main', 'transcript_search', 'row')"
    )
    found = connection.execute(text("SELECT term, doc FROM temp.indexed"))
    indexed = {str(term): int(documents_with) for term, documents_with in found}
    differ = [term for term in documents.keys() | indexed.keys() if _plain(term)]
    wrong = sorted(term for term in differ if documents[term] != indexed.get(term, 0))
    return Checked("index", len(indexed), len(wrong), tuple(wrong[:_EXAMPLES]))


def _plain(term: str) -> bool:
    """Of other characters SQLite may know another small form than we do."""
    return all(0x4E00 <= ord(c) <= 0x9FFF or (c.isascii() and c.isalnum()) for c in term)


def _listed(connection: Connection, name: str, looked_at: int, query: Select[Any]) -> Checked:
    wrong = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    examples = list(connection.execute(query.limit(_EXAMPLES)).scalars()) if wrong else []
    return Checked(name, looked_at, int(wrong), tuple(examples))


def _size(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
