"""A call's sound by its id: any byte range of it, and the peaks its waveform is drawn from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from pipeline.errors import AudioError
from pipeline.messages import Lang, Message, known, say
from pipeline.store import Store
from pipeline.web.access import AudibleCall, Permission, TheStore, Visitor, allowed
from pipeline.web.lanes import party_lanes
from pipeline.web.playback_service import PlaybackService, ThePlaybackService

router = APIRouter(include_in_schema=False)
_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII | re.IGNORECASE)
"""Byte ranges (RFC 9110, section 14), as players ask for them."""
Listener = Annotated[Visitor, Depends(allowed(Permission.LISTEN))]


@router.get("/calls/{call_id}/audio")
@router.head("/calls/{call_id}/audio")
async def audio(
    request: Request, call_id: AudibleCall, visitor: Listener, service: ThePlaybackService, store: TheStore
) -> Response:
    """A WAV file, the agent on the left: whole, one range of it, or just its headers."""
    return await sound_response(request, call_id, visitor, service, store)


async def sound_response(
    request: Request, call_id: str, visitor: Visitor, service: PlaybackService, store: Store
) -> Response:
    """The sound of a call that this visitor may hear.

    Players ask for ranges, also for the whole as one; what asks for no range keeps the file.
    """
    row = await run_in_threadpool(service.row, call_id)
    try:
        found = await service.listen(row)
    except AudioError as error:
        return no_sound(error, visitor.lang)
    size, asked = found.playback.size, request.headers
    headers = {"Accept-Ranges": "bytes", "ETag": found.etag}
    if matches(asked.get("if-none-match"), found.etag):
        return Response(status_code=304, headers=headers)
    try:
        part = wanted_range(asked.get("range"), size, if_range=asked.get("if-range"), etag=found.etag)
    except UnsatisfiableError:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    first, last = part or (0, size)
    headers["Content-Length"] = str(last - first)
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{last - 1}/{size}"
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type="audio/wav")
    try:
        pieces = await run_in_threadpool(found.playback.pieces, first, last, swapped=found.swapped)
    except OSError:  # deleted to make room since it was found
        return no_sound(AudioError(Message("sound.vanished"), code="vanished"), visitor.lang)
    action = "download" if part is None else "listen"
    if part is None or service.first_time(visitor.user.id, call_id):
        await run_in_threadpool(store.audit.note, action, by=visitor.user.id, call_id=call_id)
    return StreamingResponse(pieces, status_code=status, headers=headers, media_type="audio/wav")


@router.get("/calls/{call_id}/peaks")
async def peaks(call_id: AudibleCall, visitor: Listener, service: ThePlaybackService) -> Response:
    """Points of the two lanes, agent first: ``{per_second, duration, lanes: [[0..127, ...], ...]}``."""
    row = await run_in_threadpool(service.row, call_id)
    try:
        inspection, found = await service.peaks(row)
    except AudioError as error:
        return no_sound(error, visitor.lang)
    lanes = await run_in_threadpool(party_lanes, inspection, found)
    content: Mapping[str, object] = {
        "per_second": found.per_second,
        "duration": found.duration,
        "lanes": [lane.tolist() for lane in lanes],
    }
    return JSONResponse(content)


def no_sound(error: AudioError, lang: Lang) -> Response:
    """Why there is nothing to hear."""
    return JSONResponse(
        {"error": {"code": error.code, "message": sound_message(error.code, lang)}}, status_code=404
    )


def sound_message(code: str, lang: Lang) -> str:
    """One line for people about sound that cannot be played."""
    key = f"sound.{code}"
    return say(lang, key if known(key) else "sound.corrupt")


class UnsatisfiableError(ValueError):
    """The range lies outside the file: status 416."""


def wanted_range(header: str | None, size: int, *, if_range: str | None, etag: str) -> tuple[int, int] | None:
    """Bytes ``[first, last)`` that are asked for; None: send everything.

    Several ranges at once, and what is no range at all, may be answered with everything. A range that was
    asked for under the condition that the file is still the same (``If-Range``) counts only if it is.

    Raises:
        UnsatisfiableError: nothing of the file lies in the range.
    """
    found = _ONE_RANGE.fullmatch(header or "")
    if found is None or (if_range is not None and if_range.strip() != etag):
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:  # the last so many bytes
        length = min(int(last), size)
        if not length:
            raise UnsatisfiableError
        return size - length, size
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise UnsatisfiableError
    return int(first), min(int(last) + 1, size) if last else size


def matches(header: str | None, etag: str) -> bool:
    """True where ``If-None-Match`` names this file."""
    return header is not None and (
        header.strip() == "*" or etag in [part.strip().removeprefix("W/") for part in header.split(",")]
    )
