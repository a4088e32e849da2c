"""What a run must remember even if it is killed: the calls it had begun, and the files it had read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select

from pipeline.domain import Recording
from pipeline.store import codec
from pipeline.store.call_files import place
from pipeline.store.database import Repository
from pipeline.store.run_tables import attempts, file_digests
from pipeline.store.statements import pages, upsert
from pipeline.store.views import FileStamp
from pipeline.store.writing import check_fence


class Attempts(Repository):
    """Calls that were begun, and on which workers died; a saved inspection ends the attempts at its sound."""

    def begin(self, recordings: Sequence[Recording], *, run_id: int) -> None:
        """Note that a worker begins these calls: if everything dies now, the next run knows where."""
        with self._write() as connection:
            _add(connection, recordings, run_id=run_id, crashed=False, reason=None)

    def add_crash(self, recording: Recording, reason: str, *, run_id: int) -> int:
        """Note that a worker died on this call alone; how often that has happened, over all runs."""
        with self._write() as connection:
            found = _add(connection, [recording], run_id=run_id, crashed=True, reason=reason)
            return found[recording.call.call_id]

    def suspects(self, recordings: Sequence[Recording]) -> dict[str, int]:
        """Digest -> crashes, of sound that was begun (by this run or by one that died, under whatever call
        id) and not finished."""
        out: dict[str, int] = {}
        with self._read() as connection:
            for page in pages(recordings):
                query = (
                    select(attempts.c.audio_sha256, func.max(attempts.c.crashes).label("crashes"))
                    .where(attempts.c.audio_sha256.in_([r.sha256 for r in page]))
                    .group_by(attempts.c.audio_sha256)
                )
                out.update({row.audio_sha256: row.crashes for row in connection.execute(query)})
        return out


def _add(
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


class FileDigests(Repository):
    """What files hold, by path, size and time of change, so that they need not be read again."""

    def known(self, files: Sequence[Sequence[FileStamp]]) -> list[str | None]:
        """The digest of each recording's files as remembered, None where they are new or changed."""
        keys = [_key(stamps) for stamps in files]
        found: dict[tuple[str, str], str] = {}
        with self._read() as connection:
            for page in pages([key for key, _, _ in keys]):
                for row in connection.execute(select(file_digests).where(file_digests.c.key.in_(page))):
                    found[row.key, row.stamp] = row.sha256
        return [found.get((key, stamp)) for key, _, stamp in keys]

    def remember(self, found: Iterable[tuple[Sequence[FileStamp], str]]) -> None:
        """Remember what files hold."""
        with self._write() as connection:
            for stamps, sha256 in found:
                key, paths, stamp = _key(stamps)
                insert = upsert(connection, file_digests).values(
                    key=key, paths=paths, stamp=stamp, sha256=sha256
                )
                changed = {name: insert.excluded[name] for name in ("paths", "stamp", "sha256")}
                connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=changed))


def _key(stamps: Sequence[FileStamp]) -> tuple[str, str, str]:
    stamp = codec.dumps([[s.size, s.mtime_ns] for s in stamps])
    return *place(stamp.path for stamp in stamps), stamp
