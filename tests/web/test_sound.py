"""Sound by the id of its call: any range, the agent on the left, and a clear word where it is gone."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
import soundfile
from fastapi import FastAPI

from pipeline.domain import UserRole
from pipeline.errors import AudioError
from pipeline.ingest import identify
from pipeline.messages import Message
from pipeline.store import Store
from pipeline.web.prefetching import Prefetcher
from pipeline.web.screens.audio import UnsatisfiableError, wanted_range
from pipeline.web.sound_cache import SoundCache
from tests.nights import HEARD, heard_call, put, record
from tests.web.conftest import Browser, Client

AUDIO = f"/calls/{HEARD}/audio"


@pytest.fixture(params=["left", "right"])
def recording(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> Iterator[Path]:
    path = record(tmp_path / "heard.wav", agent_on=request.param)
    put(store, heard_call(path))
    yield path


@pytest.fixture
def left(store: Store, tmp_path: Path) -> Path:
    path = record(tmp_path / "heard.wav")
    put(store, heard_call(path))
    return path


def test_the_agent_is_on_the_left_whatever_the_switch_did(reviewer: Browser, recording: Path) -> None:
    answer = reviewer.get(AUDIO)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    sound, rate_hz = soundfile.read(BytesIO(answer.content))
    agent, customer = np.abs(sound).T
    second = slice(round(1.2 * rate_hz), round(3.2 * rate_hz))  # the agent greets
    assert agent[second].mean() > 0.02
    assert customer[second].max() == 0
    lanes = reviewer.get(f"/calls/{HEARD}/peaks").json()["lanes"]
    assert max(lanes[0][60:160]) > 40
    assert max(lanes[1][60:160]) == 0


def test_ranges(reviewer: Browser, left: Path) -> None:
    everything = reviewer.get(AUDIO)
    size, etag = len(everything.content), everything.headers["etag"]
    assert everything.headers["accept-ranges"] == "bytes"
    for asked, first, last in [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        (f"bytes={size - 5}-", size - 5, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=1000-{size + 99}", 1000, size),
    ]:
        answer = reviewer.get(AUDIO, headers={"Range": asked})
        assert answer.status_code == 206, asked
        assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{size}"
        assert answer.headers["content-length"] == str(last - first)
        assert answer.content == everything.content[first:last]
    beyond = reviewer.get(AUDIO, headers={"Range": f"bytes={size}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    for ignored in ("bytes=5-2", "lines=1-2", "bytes=0-1,5-6", "bytes=-", "bytes=x-y"):
        assert reviewer.get(AUDIO, headers={"Range": ignored}).status_code == 200, ignored
    same = reviewer.get(AUDIO, headers={"Range": "bytes=0-9", "If-Range": etag})
    other = reviewer.get(AUDIO, headers={"Range": "bytes=0-9", "If-Range": '"something else"'})
    assert (same.status_code, other.status_code) == (206, 200)
    assert reviewer.get(AUDIO, headers={"If-None-Match": etag}).status_code == 304


def test_head_tells_the_size_and_sends_nothing(reviewer: Browser, left: Path) -> None:
    size = len(reviewer.get(AUDIO).content)
    answer = reviewer.http.head(AUDIO)
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, str(size), b"")
    assert reviewer.http.head(AUDIO, headers={"Range": "bytes=0-9"}).headers["content-length"] == "10"


@pytest.mark.parametrize(("header", "size"), [("bytes=-0", 10), ("bytes=10-", 10), ("bytes=0-", 0)])
def test_nothing_of_the_file_lies_in_the_range(header: str, size: int) -> None:
    with pytest.raises(UnsatisfiableError):
        wanted_range(header, size, if_range=None, etag='"x"')


def test_listening_is_written_down_once(reviewer: Browser, store: Store, left: Path) -> None:
    for start in (0, 100, 200):
        reviewer.get(AUDIO, headers={"Range": f"bytes={start}-{start + 9}"})
    found = store.audit.entries(action="listen")
    assert [(row.subject, row.user.id if row.user else None) for row in found] == [
        (HEARD, reviewer.user.id if reviewer.user else 0)
    ]


def test_a_download_is_written_down_each_time(reviewer: Browser, store: Store, left: Path) -> None:
    reviewer.get(AUDIO, headers={"Range": "bytes=0-"})  # how players ask for all of it
    assert store.audit.entries(action="download") == ()
    for _ in range(2):
        assert reviewer.get(AUDIO).status_code == 200
    reviewer.http.head(AUDIO)
    found = store.audit.entries(action="download")
    assert [row.subject for row in found] == [HEARD, HEARD]
    assert found[0].user == reviewer.user


def test_a_recording_that_is_gone_says_so_and_the_rest_works(
    reviewer: Browser, store: Store, left: Path
) -> None:
    left.unlink()
    answer = reviewer.get(AUDIO)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "vanished")
    page = reviewer.get(f"/calls/{HEARD}")
    assert page.status_code == 200
    assert "录音文件已不在原处" in page.text
    assert "<audio" not in page.text
    assert "我再跟您说一遍" in page.text


def test_other_sound_than_was_inspected_is_not_played(reviewer: Browser, left: Path) -> None:
    record(left, agent_on="right")
    answer = reviewer.get(AUDIO)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "changed")
    assert "请重新质检" in answer.json()["error"]["message"]
    assert reviewer.get(f"/calls/{HEARD}/peaks").json()["error"]["code"] == "changed"


def test_sound_that_was_prepared_is_heard_after_the_file_is_gone(reviewer: Browser, left: Path) -> None:
    before = reviewer.get(AUDIO).content
    left.unlink()
    assert reviewer.get(AUDIO).content == before
    assert "<audio" in reviewer.get(f"/calls/{HEARD}").text


def test_many_at_once_get_the_same_and_nothing_half_made_stays(tmp_path: Path) -> None:
    paths = [record(tmp_path / "a.wav")]
    digest = identify(paths)
    caches = [SoundCache(tmp_path / "cache", limit_bytes=1 << 30) for _ in range(2)]  # as two servers
    found: list[bytes] = []

    def listen(number: int) -> None:
        playback = caches[number % 2].prepare(digest, paths)
        found.append(b"".join(playback.pieces(0, playback.size)))

    threads = [threading.Thread(target=listen, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1
    assert sorted(path.suffix for path in (tmp_path / "cache").iterdir()) == [".json", ".wav"]


def test_what_was_not_heard_for_longest_makes_room(tmp_path: Path) -> None:
    recordings = [record(tmp_path / f"{n}.wav", seconds=28.0 + n) for n in range(3)]
    digests = [identify([path]) for path in recordings]
    cache = SoundCache(tmp_path / "cache", limit_bytes=4_200_000)  # two of them
    for number, (path, digest) in enumerate(zip(recordings, digests, strict=True)):
        cache.prepare(digest, [path])
        for file in (tmp_path / "cache").glob(f"{digest}.*"):
            os.utime(file, (1_000 + number, 1_000 + number))
        if number == 1:
            assert cache.known(digests[0]) is not None  # heard again: now the second is the oldest
    assert [cache.known(digest) is not None for digest in digests] == [True, False, True]


def test_a_damaged_file_in_the_cache_is_made_again(tmp_path: Path) -> None:
    path = record(tmp_path / "a.wav")
    digest = identify([path])
    cache = SoundCache(tmp_path / "cache", limit_bytes=1 << 30)
    good = cache.prepare(digest, [path])
    good.path.write_bytes(good.path.read_bytes()[:1000])
    assert cache.prepare(digest, [path]).size == good.size


# Ahead of the reviewer


def test_the_next_call_is_prepared_while_this_one_is_open(
    app: FastAPI, reviewer: Browser, store: Store, left: Path
) -> None:
    page = f"/calls/O02?queue={quote('team=客服一组')}"
    assert reviewer.get(page).status_code == 200
    room = app.state.playback_service
    assert room.idle(20)
    digest = identify([left])
    assert room.has(digest), "it is the head of the queue beside this one"
    case = store.cases.case(HEARD)
    assert case is not None
    assert case.claimed is None, "nobody has it yet"
    answer = reviewer.post("/calls/O02/next", {"queue": "team=客服一组"})
    assert answer.headers["location"].startswith(f"/calls/{HEARD}?")


@pytest.mark.parametrize("role", [UserRole.AGENT, UserRole.LEAD])
def test_nothing_is_prepared_for_people_who_do_not_review(
    app: FastAPI, client: Client, left: Path, role: UserRole
) -> None:
    assert client(role).get("/calls/O02").status_code == 200
    assert app.state.playback_service.idle(20)
    assert not app.state.playback_service.has(identify([left]))


def test_a_filter_with_too_many_fields_asks_for_nothing(reviewer: Browser, left: Path) -> None:
    many = "&".join(f"a{n}=1" for n in range(99))
    assert reviewer.get(f"/calls/O02?queue={quote(many)}").status_code == 200
    assert reviewer.post("/calls/O02/next", {"queue": many}).status_code == 303


def test_only_the_latest_request_of_each_is_worked_on() -> None:
    prefetcher, done, go = Prefetcher(), list[str](), threading.Event()
    started = threading.Event()

    def first() -> None:
        started.set()
        go.wait(20)
        done.append("first")
        raise AudioError(Message("audio.vanished"), code="vanished")

    prefetcher.prefetch(1, first)
    assert started.wait(20)
    for name in ("second", "third"):
        prefetcher.prefetch(1, partial(done.append, name))
    prefetcher.prefetch(2, partial(done.append, "other"))
    go.set()
    assert prefetcher.wait(20)
    assert done == ["first", "third", "other"], "an error ends one request, not the thread"
    prefetcher.close()
    prefetcher.prefetch(3, partial(done.append, "late"))
    assert prefetcher.wait(20)
    assert "late" not in done
