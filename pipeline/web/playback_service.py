"""A call's sound for one request: found, prepared once, with the agent on the left."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Annotated

from cachetools import LRUCache
from fastapi import Depends, FastAPI, Request

from pipeline.audio.peaks import Peaks
from pipeline.audio.playback import Playback
from pipeline.domain import Inspection
from pipeline.errors import AudioError, no_call
from pipeline.messages import Message
from pipeline.settings import Settings
from pipeline.store import CallFilter, Store
from pipeline.web.access import the_settings, the_store
from pipeline.web.lanes import swapped
from pipeline.web.prefetching import Prefetcher
from pipeline.web.sound_cache import SoundCache

_DECODERS = 2
"""Calls decoded at once: the pages of everybody else must go on."""
_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class RecordedSound:
    """What must be known of a call to play it."""

    call_id: str
    sha256: str
    files: tuple[tuple[Path, ...], ...]
    """Where copies of it lie."""
    stands: str
    """Changes with the inspection that says who speaks when."""


@dataclass(frozen=True, slots=True)
class PreparedSound:
    """What is needed to answer a request for the sound of a call."""

    playback: Playback
    swapped: bool
    """True where the agent is on the recording's second channel."""
    etag: str


class PlaybackService:
    """Prepares sound outside the threads that answer pages."""

    def __init__(self, cache: SoundCache, store: Store) -> None:
        self._cache, self._store = cache, store
        self._decoders = ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode")
        self._heard: LRUCache[tuple[int, str], bool] = LRUCache(_REMEMBERED)
        self._sides: LRUCache[tuple[str, ...], bool] = LRUCache(_REMEMBERED)
        self._side_lock = Lock()
        self._prefetcher = Prefetcher()

    def row(self, call_id: str) -> RecordedSound:
        """The sound of the call as it stands, or as it stood when another took its place.

        Raises:
            Missing: no such call.
        """
        found = next(self._store.calls.all(CallFilter(call_id=call_id)), None)
        if found is not None:
            sha256, stands = found.revisions.audio_sha256, found.inspected_at.isoformat()
            return RecordedSound(call_id, sha256, found.files, stands)
        known = next((one for one in self._store.identities.known(call_ids=[call_id])
                      if one.call_id == call_id and one.replaced_by is not None), None)  # fmt: skip
        if known is None:
            raise no_call(call_id)
        return RecordedSound(call_id, known.sha256, known.files, "replaced")

    def has(self, sha256: str) -> bool:
        """True where the sound is prepared already: it can be heard even if the file is gone."""
        return self._cache.known(sha256) is not None

    def there(self, call_id: str) -> bool:
        """True where a copy of the recording lies where it lay; whether it is still the same, shows later."""
        paths = _playable(self.row(call_id))
        return bool(paths) and all(path.is_file() for path in paths)

    async def listen(self, row: RecordedSound) -> PreparedSound:
        """The sound of a call.

        Raises:
            AudioError: it is gone, was changed, or cannot be decoded.
        """
        sha256 = row.sha256
        loop = asyncio.get_running_loop()
        playback = self._cache.known(sha256)
        if playback is None:
            playback = await loop.run_in_executor(self._decoders, self._prepare, row)
        side = await self._side(row)
        return PreparedSound(playback, side, f'"{sha256[:32]}-{"right" if side else "left"}"')

    def first_time(self, user: int, call_id: str) -> bool:
        """True once for each person and call: a player asks for many ranges, and listens once."""
        with _making:
            if (user, call_id) in self._heard:
                return False
            self._heard[user, call_id] = True
            return True

    def prefetch(self, user: int, find: Callable[[], str | None]) -> None:
        """Prepare the call that ``find`` names (None: nothing), in the background: who asks for it next
        hears it at once."""

        def work() -> None:
            call_id = find()
            if call_id is not None:
                self._prepare(self.row(call_id))

        self._prefetcher.prefetch(user, work)

    def idle(self, seconds: float) -> bool:
        """Wait until nothing is prepared ahead any more; False where that took longer."""
        return self._prefetcher.wait(seconds)

    def close(self) -> None:
        """Nothing is prepared any more."""
        self._prefetcher.close()
        self._decoders.shutdown(cancel_futures=True)

    async def peaks(self, row: RecordedSound) -> tuple[Inspection, Peaks]:
        """The inspection and the peaks of the recording as it is, its channels in the file's order.

        Raises:
            AudioError: as `listen`.
        """
        return await asyncio.get_running_loop().run_in_executor(self._decoders, self._peaks, row)

    def _peaks(self, row: RecordedSound) -> tuple[Inspection, Peaks]:
        sha256 = row.sha256
        peaks = self._cache.peaks(sha256)
        if peaks is None:
            self._prepare(row)
            peaks = self._cache.peaks(sha256)
        inspection = standing(self._store, row.call_id)
        if peaks is None or inspection is None:
            raise AudioError(Message("sound.changed"), code="changed")
        return inspection, peaks

    def _prepare(self, row: RecordedSound) -> Playback:
        try:
            return self._cache.prepare(row.sha256, _playable(row))
        except OSError as error:
            raise AudioError(Message("sound.no-room"), code="no-room") from error

    async def _side(self, row: RecordedSound) -> bool:
        """Whether the agent is on the second channel, found out once for each sound and inspection."""
        key = _side_key(row)
        with self._side_lock:
            known = self._sides.get(key)
        if known is not None:
            return known
        side = await asyncio.get_running_loop().run_in_executor(
            self._decoders, lambda: swapped(*self._peaks(row))
        )
        with self._side_lock:
            self._sides[key] = side
        return side


def standing(store: Store, call_id: str) -> Inspection | None:
    """The current inspection of a call, or the last one of a call whose place another took."""
    return store.inspections.current(call_id) or store.merges.last(call_id)


def _playable(row: RecordedSound) -> tuple[Path, ...]:
    """The first copy of the sound that is there; else the first of all, and that it is gone is found out."""
    first = row.files[0] if row.files else ()
    return next((paths for paths in row.files if all(path.is_file() for path in paths)), first)


def _side_key(row: RecordedSound) -> tuple[str, ...]:
    """What the side depends on: the sound, and the inspection that says who speaks when."""
    return (row.call_id, row.sha256, row.stands)


def cache_folder(settings: Settings) -> Path:
    """Where prepared sound is kept: the setting, or the user's cache folder (XDG Base Directory)."""
    chosen = settings.serve.sound_folder
    if chosen is not None:
        return chosen
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "callinspect" / "sound"


_making = Lock()


def the_playback_service(
    request: Request,
    settings: Annotated[Settings, Depends(the_settings)],
    store: Annotated[Store, Depends(the_store)],
) -> PlaybackService:
    """Dependency: the one of this application."""
    state = request.app.state
    with _making:
        if not hasattr(state, "playback_service"):
            limit = settings.serve.sound_mib * 1024 * 1024
            state.playback_service = PlaybackService(
                SoundCache(cache_folder(settings), limit_bytes=limit), store
            )
        found: PlaybackService = state.playback_service
        return found


def close_playback_service(app: FastAPI) -> None:
    """End what runs in the background of an application."""
    service = getattr(app.state, "playback_service", None)
    if isinstance(service, PlaybackService):
        service.close()


ThePlaybackService = Annotated[PlaybackService, Depends(the_playback_service)]
