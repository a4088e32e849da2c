"""The walk through a dump: what is a recording, and what is left alone."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.ingest import discover, identify, printable
from pipeline.settings import CallListSettings


def names(discovery, dump):
    return [str(path.relative_to(dump)) for candidate in discovery.candidates for path in candidate.paths]


def test_order_is_by_path(dump, put, find):
    put("b/2.wav", "a.wav", "b/10.wav", "b.wav", "B/1.wav")

    assert names(find(), dump) == ["B/1.wav", "a.wav", "b/10.wav", "b/2.wav", "b.wav"]


def test_content_or_ending_makes_a_recording(dump, put, find):
    put("sound.bin", "sound")
    (dump / "error.wav").write_text("<html>not found</html>")  # reported when it is decoded
    (dump / "notes.txt").write_text("hello")
    (dump / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (dump / "callinspect.db").write_bytes(b"SQLite format 3\0")

    found = find(settle_seconds=0)

    assert names(found, dump) == ["error.wav", "sound", "sound.bin"]
    assert found.ignored == 3
    assert found.problems == ()


def test_hidden_files_are_skipped(dump, put, find):
    put(".trash/a.wav", "._b.wav", "c.wav")

    assert names(find(), dump) == ["c.wav"]


def test_links_are_not_followed(dump, put, find, tmp_path):
    put("a.wav", "sub/b.wav")
    outside = tmp_path / "secret.wav"
    outside.write_bytes((dump / "a.wav").read_bytes())
    (dump / "loop").symlink_to(dump)
    (dump / "again.wav").symlink_to(dump / "a.wav")
    (dump / "escape.wav").symlink_to(outside)
    (dump / "up").symlink_to(tmp_path)
    (dump / "zero.wav").symlink_to("/dev/zero")
    (dump / "dangling.wav").symlink_to("nowhere")
    (dump / "ring.wav").symlink_to("ring.wav")

    found = find()

    assert names(found, dump) == ["a.wav", "sub/b.wav"]
    assert {(p.path.name, p.kind) for p in found.problems} == {
        ("escape.wav", "outside"),
        ("up", "outside"),
        ("zero.wav", "outside"),
        ("dangling.wav", "bad-link"),
        ("ring.wav", "bad-link"),
    }


def test_pipes_and_sockets_are_reported_and_not_opened(dump, put, find, monkeypatch):
    put("a.wav")
    os.mkfifo(dump / "pipe.wav")
    monkeypatch.chdir(dump)  # the path of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.wav")
        found = find()

    assert names(found, dump) == ["a.wav"]
    assert [(p.path.name, p.kind) for p in found.problems] == [
        ("pipe.wav", "not-a-file"),
        ("socket.wav", "not-a-file"),
    ]


@pytest.mark.parametrize(
    ("raw", "call_id"),
    [
        (b"\xb2\xe2\xca\xd4.wav", "测试"),  # GBK
        (b"\xff\xfe\xff.wav", "\\xff\\xfe\\xff"),
        (b"new\nline.wav", "new\\nline"),
        ("通话 录音.wav".encode(), "通话 录音"),
        (b"x" * 251 + b".wav", "x" * 251),
        (b".wav.wav"[1:], "wav"),
    ],
)
def test_odd_names_survive(dump, put, find, raw, call_id):
    path = put("a.wav").rename(dump / os.fsdecode(raw))

    [candidate] = find().candidates

    assert candidate.paths == (path,)
    assert candidate.call.call_id == call_id
    candidate.call.call_id.encode()  # any database takes it
    assert identify(candidate.paths)


def test_a_growing_file_waits(dump, put, find):
    put("done.wav")
    path = dump / "growing.wav"
    path.write_bytes((dump / "done.wav").read_bytes())
    stop = threading.Event()

    def call() -> None:
        while not stop.is_set():
            with path.open("ab") as file:
                file.write(bytes(160))
            time.sleep(0.05)

    switch = threading.Thread(target=call)
    switch.start()
    try:
        found = find("call_id,file\n1,growing.wav\n")
    finally:
        stop.set()
        switch.join()

    assert names(found, dump) == ["done.wav"]
    assert [(p.path.name, p.kind) for p in found.problems] == [("growing.wav", "still-written")]


def test_a_fresh_file_that_rests_is_taken(dump, put, find):
    os.utime(put("a.wav"))

    assert names(find(), dump) == ["a.wav"]


def test_the_dump_may_be_a_link(dump, put, tmp_path):
    put("a.wav")
    (tmp_path / "link").symlink_to(dump)

    [candidate] = discover(tmp_path / "link", calls=None, settings=CallListSettings()).candidates

    assert candidate.paths == (dump / "a.wav",)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything: needs an ordinary user")
def test_a_forbidden_folder_is_reported(dump, put, find):
    put("a.wav", "secret/b.wav")
    (dump / "secret").chmod(0)
    try:
        found = find()
    finally:
        (dump / "secret").chmod(0o755)

    assert names(found, dump) == ["a.wav"]
    assert [p.kind for p in found.problems] == ["unreadable-folder"]


@pytest.mark.parametrize("name", ["missing", "file.wav"])
def test_a_dump_that_is_no_folder(tmp_path, name):
    (tmp_path / "file.wav").touch()

    with pytest.raises(UsageError, match="no such folder"):
        discover(tmp_path / name, calls=None, settings=CallListSettings())


def test_identity_is_that_of_the_bytes_in_order(tmp_path: Path):
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_bytes(b"ab")
    two.write_bytes(b"c")

    assert identify([one, two]) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # "abc"
    assert identify([two, one]) != identify([one, two])


def test_printable_leaves_chinese_alone():
    assert printable("坐席/甲.wav") == "坐席/甲.wav"


@pytest.mark.parametrize(
    "name", ["0001.wav.filepart", "0001.wav.part", "0001.wav.tmp", "0001.mp3.crdownload"]
)
def test_a_copy_that_was_not_finished_waits_and_is_told(put, find, name):
    put(name, "0002.wav")

    found = find()

    assert [c.paths[0].name for c in found.candidates] == ["0002.wav"]
    assert [(p.path.name, p.kind) for p in found.problems] == [(name, "still-written")]


@pytest.mark.parametrize("name", ["night.zip", "0001.wav.gz", "2026-11.tar.gz", "0001.wav.enc"])
def test_what_may_hold_recordings_is_named(put, find, name):
    put(name)

    found = find()

    assert (found.candidates, [(p.path.name, p.kind) for p in found.problems]) == ((), [(name, "wrapped")])


@pytest.mark.parametrize("name", ["calls.csv.gz", "notes.enc", "list.tmp"])
def test_other_files_are_passed_over_in_silence(dump, put, find, name):
    put("0002.wav")
    (dump / name).write_bytes(b"no sound")

    assert find().problems == ()


@pytest.mark.parametrize("name", ["0832110.V3", "a.pcap"])
def test_endings_of_recorders_that_nobody_reads_are_no_other_files(put, find, name):
    put(name)

    assert [c.paths[0].name for c in find().candidates] == [name]
