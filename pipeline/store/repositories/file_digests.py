"""The files that runs have read: what they hold, so that they need not be read again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from pipeline.store import codec
from pipeline.store.call_files import place
from pipeline.store.database import Repository
from pipeline.store.run_tables import file_digests
from pipeline.store.statements import pages, upsert
from pipeline.store.views import FileStamp


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
