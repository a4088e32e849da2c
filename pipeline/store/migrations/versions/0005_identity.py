"""One call, one sound: what people said stays with the sound they said it of.

Until now other sound under a known call id took the place of what was there, verdicts and all. Calls that
have had several sounds become one call for each; the newest keeps the id. Where a decision does not tell any
more which sound it was made on, it is marked.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SOUND = {
    "decisions": "the sound it was made on",
    "cases": "the sound it was made on",
    "appeals": "the sound it was made on",
    "sample_calls": "the sound it was made on",
    "calibration_scores": "the sound it was made on",
    "notes": "the sound it was made on",
}
_PAGE = 500


def upgrade() -> None:
    _add_columns()
    _create_tables()
    connection = op.get_bind()
    _keep_places(connection)
    for call, sounds in _with_several_sounds(connection):
        _Split(connection, call, sounds).run()
    _bind(connection)
    _doubt(connection)
    _name_sources(connection)
    op.execute("ALTER TABLE inspections DROP COLUMN paths")
    op.create_index("ix_calls_audio_sha256", "calls", ["audio_sha256"], unique=False)


def _add_columns() -> None:
    digest = sa.Column(
        "audio_sha256",
        sa.String(length=64),
        server_default="",
        nullable=False,
        comment="the one sound of this call; other sound is another call",
    )
    op.add_column("calls", digest)
    op.add_column(
        "calls",
        sa.Column(
            "id_source",
            sa.String(length=16),
            server_default="path",
            nullable=False,
            comment="who named it: list, template or path",
        ),
    )
    # In SQL: Alembic adds a foreign key as a second step, which SQLite does not have.
    op.execute(
        "ALTER TABLE calls ADD COLUMN replaced_by INTEGER "
        "CONSTRAINT fk_calls_replaced_by REFERENCES calls (id)"
    )
    op.create_index("ix_calls_replaced_by", "calls", ["replaced_by"], unique=False)
    op.add_column(
        "inspections",
        sa.Column(
            "taken_channel",
            sa.String(length=8),
            nullable=True,
            comment="left or right: whom the machine took for the agent",
        ),
    )
    for table, comment in _SOUND.items():
        column = sa.Column(
            "audio_sha256", sa.String(length=64), server_default="", nullable=False, comment=comment
        )
        op.add_column(table, column)
    op.add_column(
        "decisions",
        sa.Column(
            "sound_in_doubt",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="an earlier version may have made it on other sound than the call has",
        ),
    )


def _create_tables() -> None:
    op.create_table(
        "call_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column(
            "key",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the paths: they can be longer than an index key",
        ),
        sa.Column(
            "paths", sa.Text(), nullable=False, comment="JSON [path, ...]: one file, or one for each party"
        ),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_call_files_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_call_files"),
        sa.UniqueConstraint("call", "key", name="uq_call_files"),
    )
    op.create_index("ix_call_files_key", "call_files", ["key"], unique=False)
    op.create_table(
        "merges",
        sa.Column(
            "replaced",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="the call that gave its id away",
        ),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column(
            "former", sa.Text(), nullable=False, comment="JSON: the call as it was, and what was current"
        ),
        sa.Column("at", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["replaced"], ["calls.id"], name="fk_merges_replaced", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_merges_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("replaced", name="pk_merges"),
    )
    op.create_index("ix_merges_call", "merges", ["call"], unique=False)
    op.create_table(
        "former_ids",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False, comment="what the call was called"),
        sa.Column("until", sa.String(length=64), nullable=False, comment="UTC, ISO 8601"),
        sa.ForeignKeyConstraint(["call"], ["calls.id"], name="fk_former_ids_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_former_ids"),
    )
    op.create_index("ix_former_ids_call", "former_ids", ["call"], unique=False)
    op.create_index("ix_former_ids_call_id", "former_ids", ["call_id"], unique=False, postgresql_using="hash")


def _table(name: str, *columns: str) -> Any:
    return sa.table(name, *(sa.column(column) for column in columns))


_FACTS = (
    "id",
    "call_id",
    "agent_id",
    "agent_name",
    "team",
    "queue",
    "started_at",
    "id_source",
    "audio_sha256",
)
_calls = _table("calls", *_FACTS)
_inspections = _table(
    "inspections", "id", "call", "current", "inspected_at", "status", "paths", "audio_sha256", "hearing"
)
_hearings = _table("hearings", "id", "call", "digest")
_files = _table("call_files", "call", "key", "paths")
_decisions = _table("decisions", "id", "call", "inspection", "at", "undoes", "audio_sha256", "sound_in_doubt")


def _pages(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _PAGE):
        yield items[start : start + _PAGE]


def _keep_places(connection: sa.Connection) -> None:
    """Where the newest sound of each call lies; :class:`_Split` does the others."""
    i = _inspections.c
    newest = _newest(connection)
    seen: set[tuple[int, str]] = set()
    rows = []
    for row in connection.execute(sa.select(i.call, i.paths, i.audio_sha256).order_by(i.id)):
        key = hashlib.sha256(row.paths.encode()).hexdigest()
        if row.audio_sha256 == newest[row.call] and (row.call, key) not in seen:
            seen.add((row.call, key))
            rows.append({"call": row.call, "key": key, "paths": row.paths})
    for page in _pages(rows):
        connection.execute(sa.insert(_files), page)


def _newest(connection: sa.Connection) -> dict[int, str]:
    """Call -> its sound: that of the current inspection, else of the last one."""
    i = _inspections.c
    query = sa.select(i.call, i.audio_sha256).order_by(i.current, i.id)
    return {row.call: row.audio_sha256 for row in connection.execute(query)}


def _with_several_sounds(connection: sa.Connection) -> list[tuple[int, list[str]]]:
    """Calls that have had more than one, oldest first; the last one is the sound that keeps the id."""
    i = _inspections.c
    several = sa.select(i.call).group_by(i.call).having(sa.func.count(sa.distinct(i.audio_sha256)) > 1)
    newest = _newest(connection)
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for row in connection.execute(
        sa.select(i.call, i.audio_sha256).where(i.call.in_(several)).order_by(i.id)
    ):
        found[row.call][row.audio_sha256] = None
    return [
        (call, [*(s for s in sounds if s != newest[call]), newest[call]]) for call, sounds in found.items()
    ]


class _Split:
    """One call with several sounds becomes one call for each."""

    def __init__(self, connection: sa.Connection, call: int, sounds: list[str]) -> None:
        self._connection, self._call, self._sounds = connection, call, sounds
        i = _inspections.c
        query = sa.select(i.id, i.audio_sha256, i.inspected_at, i.status, i.paths, i.hearing)
        self._inspections = list(connection.execute(query.where(i.call == call).order_by(i.id)))
        self._sound_of = {row.id: row.audio_sha256 for row in self._inspections}
        self._keys = {sounds[-1]: call}

    def run(self) -> None:
        decided = self._decisions()
        kept = set(decided.values()) | {s for _, _, s in self._others()}
        for sound in self._sounds[:-1]:
            mine = [row for row in self._inspections if row.audio_sha256 == sound]
            if all(row.status == "unreadable" for row in mine) and sound not in kept:
                self._forget([row.id for row in mine])  # nothing was heard, nobody said anything
            else:
                self._keys[sound] = self._new_call(sound)
                self._move(mine, self._keys[sound])
        for decision, sound in decided.items():
            self._set("decisions", [("id", decision)], sound)
        for table, keys, sound in self._others():
            self._set(table, keys, sound)
        verdicts = _table("verdicts", "call")
        # Both are made anew, from what stayed, as soon as all tables are there.
        self._connection.execute(sa.delete(verdicts).where(verdicts.c.call == self._call))
        cases = _table("cases", "call", "inspection")
        self._connection.execute(sa.update(cases).where(cases.c.call == self._call).values(inspection=None))

    def _forget(self, keys: list[int]) -> None:
        i = _inspections.c
        self._connection.execute(sa.delete(_inspections).where(i.id.in_(keys)))

    def _new_call(self, sound: str) -> int:
        """A call of its own; its facts are not known: those of the call are of the newer sound."""
        c = _calls.c
        name = self._connection.execute(sa.select(c.call_id).where(c.id == self._call)).scalar_one()
        for size in (8, 16, 64):
            call_id = f"{name}@{sound[:size]}"
            if self._connection.execute(sa.select(c.id).where(c.call_id == call_id)).first() is None:
                break
        values = {"call_id": call_id, "audio_sha256": sound, "id_source": "path"}
        return int(self._connection.execute(sa.insert(_calls).values(values).returning(c.id)).scalar_one())

    def _move(self, mine: list[Any], key: int) -> None:
        i, h = _inspections.c, _hearings.c
        ids = {row.id for row in mine}
        for hearing in sorted({row.hearing for row in mine if row.hearing is not None}):
            shared = any(row.hearing == hearing and row.id not in ids for row in self._inspections)
            if not shared:
                self._connection.execute(sa.update(_hearings).where(h.id == hearing).values(call=key))
                continue
            copy = self._copy_hearing(hearing, key)
            of_mine = [row.id for row in mine if row.hearing == hearing]
            self._connection.execute(sa.update(_inspections).where(i.id.in_(of_mine)).values(hearing=copy))
        moved = sa.update(_inspections).where(i.id.in_(ids))
        self._connection.execute(moved.values(call=key, current=False))
        self._connection.execute(sa.update(_inspections).where(i.id == max(ids)).values(current=True))
        places = {hashlib.sha256(row.paths.encode()).hexdigest(): row.paths for row in mine}
        taken = _files.c
        theirs = sa.select(taken.key).where(taken.call == self._call)
        there = set(self._connection.execute(theirs).scalars())  # other sound lies there now
        rows = [{"call": key, "key": k, "paths": paths} for k, paths in places.items() if k not in there]
        if rows:
            self._connection.execute(sa.insert(_files), rows)

    def _copy_hearing(self, hearing: int, key: int) -> int:
        h = _hearings.c
        digest = self._connection.execute(sa.select(h.digest).where(h.id == hearing)).scalar_one()
        made = sa.insert(_hearings).values(call=key, digest=digest).returning(h.id)
        copy = int(self._connection.execute(made).scalar_one())
        for table, columns in _PARTS.items():
            names = ", ".join(columns)
            self._connection.execute(
                sa.text(
                    f"INSERT INTO {table} (hearing, {names}) "  # noqa: S608 (names of our own)
                    f"SELECT :copy, {names} FROM {table} WHERE hearing = :hearing"
                ),
                {"copy": copy, "hearing": hearing},
            )
        return copy

    def _decisions(self) -> dict[int, str]:
        """Decision -> the sound it was made on; what takes another back goes with that."""
        d = _decisions.c
        query = sa.select(d.id, d.inspection, d.at, d.undoes).where(d.call == self._call).order_by(d.id)
        out: dict[int, str] = {}
        for row in self._connection.execute(query):
            sound = self._sound_of.get(row.inspection)
            if row.undoes in out:
                sound = out[row.undoes]
            out[row.id] = sound or self._sound_at(row.at)
        return out

    def _sound_at(self, moment: str | None) -> str:
        """The sound that was current at a moment, as far as inspections that are left tell."""
        earlier = [row for row in self._inspections if moment is not None and row.inspected_at <= moment]
        if not earlier:
            return self._sounds[0]
        return str(max(earlier, key=lambda row: str(row.inspected_at)).audio_sha256)

    def _others(self) -> Iterator[tuple[str, list[tuple[str, Any]], str]]:
        """Table, key and sound of whatever else people made of the call."""
        for table, keys, moment in _MADE:
            columns = ", ".join(f"t.{key}" for key in keys)
            found = self._connection.execute(
                sa.text(f"SELECT {columns}, {moment[0]} AS moment FROM {table} t {moment[1]} "  # noqa: S608
                        "WHERE t.call = :call"),
                {"call": self._call},
            ).all()  # fmt: skip
            for row in found:
                yield table, list(zip(keys, row[: len(keys)], strict=True)), self._sound_at(row.moment)

    def _set(self, table: str, keys: list[tuple[str, Any]], sound: str) -> None:
        key = self._keys.get(sound)
        if key is not None and key != self._call:
            it = _table(table, "call", *(name for name, _ in keys))
            where = [it.c[name] == value for name, value in keys]
            if "call" not in dict(keys):
                where.append(it.c.call == self._call)
            self._connection.execute(sa.update(it).where(*where).values(call=key))


_PARTS = {
    "utterances": (
        *("number", "role", "starts", "ends", "text", "words"),
        *("confidence", "role_confidence", "overlapped"),
    ),
    "measurements": ("number", "name", "value", "unit", "spans"),
    "transcript_grams": ("grams",),
}
_MADE = (
    ("appeals", ["id"], ("t.filed_at", "")),
    ("notes", ["id"], ("t.at", "")),
    ("exemplars", ["call"], ("t.at", "")),
    ("sample_calls", ["sample", "call"], ("s.drawn_at", "JOIN samples s ON s.id = t.sample")),
    (
        "calibration_scores",
        ["calibration", "call", "criterion", '"user"'],
        ("t.at", ""),
    ),
    (
        "calibration_calls",
        ["calibration", "call"],
        ("k.opened_at", "JOIN calibrations k ON k.id = t.calibration"),
    ),
)


def _bind(connection: sa.Connection) -> None:
    """Write each call's sound, and with it that of what people made of it."""
    newest = _newest(connection)
    values = [{"of": call, "sound": sound} for call, sound in newest.items()]
    statement = (
        sa.update(_calls).where(_calls.c.id == sa.bindparam("of")).values(audio_sha256=sa.bindparam("sound"))
    )
    for page in _pages(values):
        connection.execute(statement, page)
    for table in _SOUND:
        connection.execute(
            sa.text(
                f"UPDATE {table} SET audio_sha256 = "  # noqa: S608 (names of our own)
                f"(SELECT c.audio_sha256 FROM calls c WHERE c.id = {table}.call) WHERE call IS NOT NULL"
            )
        )


def _doubt(connection: sa.Connection) -> None:
    """Mark decisions that do not tell which sound they were made on."""
    d, i = _decisions.c, _inspections.c
    first = sa.select(i.call, sa.func.min(i.inspected_at).label("since")).group_by(i.call).subquery()
    query = (
        sa.select(d.id, d.call, d.at, first.c.since)
        .select_from(_decisions.outerjoin(first, first.c.call == d.call))
        .where(d.inspection.is_(None))
    )
    lost = list(connection.execute(query))
    if not lost:
        return
    split = set(_split_calls(connection, {row.call for row in lost}))
    doubtful = [
        row.id
        for row in lost
        if row.call in split
        or row.since is None
        or (row.at < row.since and not _same_file_then(connection, row.call, row.at))
    ]
    for page in _pages(doubtful):
        connection.execute(sa.update(_decisions).where(d.id.in_(page)).values(sound_in_doubt=sa.true()))


def _split_calls(connection: sa.Connection, keys: Iterable[int]) -> Iterator[int]:
    """Those of these calls that are one of several which had one id."""
    c = _calls.c
    names = {row.id: row.call_id for row in connection.execute(sa.select(c.id, c.call_id))}
    split = {name.rpartition("@")[0] for name in names.values() if "@" in name}
    for key in keys:
        name = names[key]
        if name in split or ("@" in name and name.rpartition("@")[0] in names.values()):
            yield key


def _same_file_then(connection: sa.Connection, call: int, moment: str) -> bool:
    """Whether the file that holds the call's sound today had not been written since that moment."""
    digests = _table("file_digests", "key", "stamp", "sha256")
    c, f = _calls.c, _files.c
    query = (
        sa.select(digests.c.stamp)
        .select_from(
            _files.join(_calls, c.id == f.call).join(
                digests, sa.and_(digests.c.key == f.key, digests.c.sha256 == c.audio_sha256)
            )
        )
        .where(f.call == call)
    )
    for stamp in connection.execute(query).scalars():
        written = max(mtime for _size, mtime in json.loads(stamp)) / 1e9
        if datetime.fromtimestamp(written, UTC) < datetime.fromisoformat(moment):
            return True
    return False


def _name_sources(connection: sa.Connection) -> None:
    """Who named the calls, as well as names and facts tell."""
    c, f = _calls.c, _files.c
    query = sa.select(c.id, c.call_id, c.agent_name, c.team, f.paths).select_from(
        _calls.outerjoin(_files, f.call == c.id)
    )
    sources: dict[int, str] = {}
    for row in connection.execute(query.order_by(f.paths)):
        name = row.call_id.rpartition("@")[0] or row.call_id
        first = PurePath(json.loads(row.paths)[0]) if row.paths else None
        stem = "" if first is None else str(first.with_suffix(""))
        if row.agent_name is not None or row.team is not None:
            sources[row.id] = "list"
        elif first is not None and name != first.stem and not stem.endswith(f"/{name}"):
            sources[row.id] = "template" if name in first.stem else "list"
    values = [{"of": key, "source": source} for key, source in sources.items()]
    statement = sa.update(_calls).where(c.id == sa.bindparam("of")).values(id_source=sa.bindparam("source"))
    for page in _pages(values):
        connection.execute(statement, page)
