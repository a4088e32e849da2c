"""What people said is for its owner alone, whatever the umask; only plain files of a sensible size are
read.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.errors import CallListError, CertificateError, LexiconError, RubricError, UsageError
from pipeline.ingest.call_list import read_call_list
from pipeline.phrases import load_lexicons
from pipeline.reports.files import whole_file
from pipeline.rubric import load_rubric
from pipeline.settings import CallListSettings, ServeSettings, load_settings
from pipeline.store import open_store
from pipeline.web.serve import check
from pipeline.web.sound_cache import SoundCache
from tests.inspections import inspection

NIGHT = Path(__file__).resolve().parents[2] / "scripts" / "demo_night" / "night" / "audio"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_umask")
def test_the_store_and_what_stands_beside_it(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.inspections.save(inspection("a"), run_id=store.runs.start())
        modes = {path.name: mode(path) for path in tmp_path.iterdir()}
    assert {"store.db", "store.db-wal", "store.db.run-lock"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_a_store_that_people_share_stays_shared(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.calls.count()
    (tmp_path / "store.db").chmod(0o660)
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.inspections.save(inspection("a"), run_id=store.runs.start())
        assert (mode(tmp_path / "store.db"), mode(tmp_path / "store.db-wal")) == (0o660, 0o660)


@pytest.mark.usefixtures("_umask")
def test_what_is_exported(tmp_path: Path) -> None:
    fresh, known = tmp_path / "new.csv", tmp_path / "known.csv"
    known.touch()
    known.chmod(0o640)
    for path in (fresh, known):
        with whole_file(path) as file:
            file.write(b"x")
            (part,) = tmp_path.glob(".*.part")
            assert mode(part) == 0o600
    assert (mode(fresh), mode(known)) == (0o600, 0o640)


@pytest.mark.usefixtures("_umask")
def test_prepared_sound(tmp_path: Path) -> None:
    from pipeline.ingest import identify

    recording = NIGHT / "N13.wav"
    if not recording.exists():
        recording = next(NIGHT.iterdir())
    folder = tmp_path / "cache" / "sound"
    SoundCache(folder, limit_bytes=1 << 30).prepare(identify([recording]), [recording])
    assert {mode(folder), mode(folder.parent)} == {0o700}
    assert {path.suffix: mode(path) for path in folder.iterdir()} == {".wav": 0o600, ".json": 0o600}


def lexicons(path: Path) -> None:
    load_lexicons(path.parent)


def call_list(path: Path) -> None:
    read_call_list(path, CallListSettings())


def certificate(path: Path) -> None:
    check(ServeSettings(certificate=path, key=path))


READERS: dict[str, tuple[Callable[[Path], object], type[UsageError]]] = {
    "lexicon": (lexicons, LexiconError),
    "rubric": (load_rubric, RubricError),
    "call list": (call_list, CallListError),
    "configuration": (load_settings, UsageError),
    "certificate": (certificate, CertificateError),
}


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 34)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("make", [pipe, endless, huge, Path.mkdir])
def test_what_is_no_plain_file_is_refused_at_once(
    tmp_path: Path, reader: str, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "x.yaml"
    make(path)
    read, error = READERS[reader]
    caught: list[BaseException] = []

    def attempt() -> None:
        try:
            read(path)
        except BaseException as raised:  # noqa: BLE001 - looked at below, in the thread of the test
            caught.append(raised)

    thread = threading.Thread(target=attempt, daemon=True)  # a pipe would block it for ever
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), "it waits"
    assert [type(one) for one in caught] == [error], caught
    assert str(tmp_path) in str(caught[0])


def test_the_default_configuration_is_looked_at_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pipe(tmp_path / "callinspect.toml")
    with pytest.raises(UsageError, match=r"callinspect\.toml: is no plain file"):
        load_settings()


def test_a_configuration_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes('lang = "中"'.encode("gb18030"))
    with pytest.raises(UsageError, match="not UTF-8"):
        load_settings(path)
