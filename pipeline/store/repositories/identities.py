"""Which call a recording is: one call, one sound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.domain import Call
from pipeline.store import identities
from pipeline.store.call_files import Place, add_files, remove_files
from pipeline.store.database import Repository
from pipeline.store.views import KnownCall, Renaming
from pipeline.store.writing import check_fence


class Identities(Repository):
    """The ids, facts and files of calls, as runs find and change them."""

    def known(
        self,
        *,
        sha256s: Sequence[str] = (),
        call_ids: Sequence[str] = (),
        places: Sequence[tuple[Path, ...]] = (),
    ) -> list[KnownCall]:
        """The calls that have one of these sounds or ids, or lie at one of these places; with the calls that
        hold the corrected file of one of them."""
        with self._read() as connection:
            return identities.known(connection, sha256s=sha256s, call_ids=call_ids, places=places)

    def rename(self, renamings: Sequence[Renaming], *, run_id: int) -> None:
        """Give calls other ids, all at once: two may exchange theirs. All that hangs on them stays."""
        with self._write() as connection:
            check_fence(connection, run_id)
            identities.rename(connection, renamings)

    def drop_untouched(self, keys: Sequence[int], *, run_id: int) -> None:
        """Delete those of these calls of which nothing could be read and with which nobody did anything."""
        with self._write() as connection:
            check_fence(connection, run_id)
            identities.drop_untouched(connection, keys)

    def state_facts(self, facts: Sequence[tuple[int, Call]], *, run_id: int) -> None:
        """Write what is known of calls (by key) that need not be judged again; their ids stay."""
        with self._write() as connection:
            check_fence(connection, run_id)
            identities.state_facts(connection, facts)

    def move_files(self, *, there: Sequence[Place], gone: Sequence[Place], run_id: int) -> None:
        """Note where copies of the sound of calls lie, and where they do not lie any more."""
        with self._write() as connection:
            check_fence(connection, run_id)
            remove_files(connection, gone)
            add_files(connection, there)
