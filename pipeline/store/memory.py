"""What must outlive a killed run: the calls it had begun, and the digests of the files it had read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select

from pipeline.domain import Recording
from pipeline.store import codec
from pipeline.store.statements import pages, upsert
from pipeline.store.tables import attempts, file_digests
from pipeline.store.views import FileStamp
from pipeline.store.whereabouts import place
from pipeline.store.writing import check_fence


def add_attempts(
    connection: Connection, recordings: Iterable[Recording], *, run_id: int, crashed: bool, reason: str | None
) -> dict[str, int]:
    """Note that these calls begin, or that a worker died on them; call id -> crashes so far."""
    check_fence(connection, run_id)
    out: dict[str, int] = {}
    for recording in recordings:
        insert = upsert(connection, attempts).values(
            call_id=recording.call.call_id,
            audio_sha256=recording.sha256,
            run=run_id,
            crashes=int(crashed),
            reason=reason,
        )
        changed = {"run": run_id, "crashes": attempts.c.crashes + int(crashed)}
        if crashed:
            changed["reason"] = insert.excluded.reason
        statement = insert.on_conflict_do_update(
            index_elements=["call_id", "audio_sha256"], set_=changed
        ).returning(attempts.c.crashes)
        out[recording.call.call_id] = int(connection.execute(statement).scalar_one())
    return out


def suspects(connection: Connection, recordings: Sequence[Recording]) -> dict[str, int]:
    """Digest -> crashes, for sound that some run began, under whatever call id, and did not finish."""
    out: dict[str, int] = {}
    for page in pages(recordings):
        query = (
            select(attempts.c.audio_sha256, func.max(attempts.c.crashes).label("crashes"))
            .where(attempts.c.audio_sha256.in_([r.sha256 for r in page]))
            .group_by(attempts.c.audio_sha256)
        )
        out.update({row.audio_sha256: row.crashes for row in connection.execute(query)})
    return out


def _key(stamps: Sequence[FileStamp]) -> tuple[str, str, str]:
    stamp = codec.dumps([[s.size, s.mtime_ns] for s in stamps])
    return *place(stamp.path for stamp in stamps), stamp


def digests(connection: Connection, files: Sequence[Sequence[FileStamp]]) -> list[str | None]:
    """The remembered digest of each recording's files, None where they are unknown or changed."""
    keys = [_key(stamps) for stamps in files]
    known: dict[tuple[str, str], str] = {}
    for page in pages([key for key, _, _ in keys]):
        for row in connection.execute(select(file_digests).where(file_digests.c.key.in_(page))):
            known[row.key, row.stamp] = row.sha256
    return [known.get((key, stamp)) for key, _, stamp in keys]


def remember_digests(connection: Connection, found: Iterable[tuple[Sequence[FileStamp], str]]) -> None:
    for stamps, sha256 in found:
        key, paths, stamp = _key(stamps)
        insert = upsert(connection, file_digests).values(key=key, paths=paths, stamp=stamp, sha256=sha256)
        changed = {name: insert.excluded[name] for name in ("paths", "stamp", "sha256")}
        connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=changed))
