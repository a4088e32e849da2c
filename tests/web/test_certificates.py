"""A certificate or key that cannot be used is told before the address is."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from pipeline.errors import CertificateError
from pipeline.settings import ServeSettings
from pipeline.web import serve
from tests.e2e.commands import callinspect
from tests.nights import fill


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pairs of certificate and key, and one key with a password."""
    made = tmp_path_factory.mktemp("tls")
    for name in ("one", "two"):
        new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        openssl(*new, "-subj", "/CN=localhost", "-keyout", made / f"{name}.key", "-out", made / f"{name}.pem")
    openssl(
        "pkey", "-in", made / "one.key", "-aes256", "-passout", "pass:secret", "-out", made / "locked.key"
    )
    (made / "text.pem").write_text("not a certificate")
    damaged = (made / "one.pem").read_text().replace("MI", "!!", 1)
    (made / "damaged.pem").write_text(damaged)
    os.mkfifo(made / "fifo.pem")
    return made


CASES = [
    ("one.pem", None, "tls-half"),
    ("none.pem", "one.key", "tls-missing"),
    ("one.pem", "none.key", "tls-missing"),
    ("one.pem", "two.key", "tls-pair"),
    ("one.pem", "locked.key", "tls-encrypted"),
    ("text.pem", "one.key", "tls-not-pem"),
    ("one.pem", "text.pem", "tls-not-pem"),
    ("one.key", "one.pem", "tls-not-pem"),
    ("damaged.pem", "one.key", "tls-unusable"),
    ("fifo.pem", "one.key", "tls-unreadable"),
    (".", "one.key", "tls-unreadable"),
]


@pytest.mark.parametrize(("certificate", "key", "code"), CASES)
def test_what_cannot_be_served_is_refused(folder: Path, certificate: str, key: str | None, code: str) -> None:
    given = ServeSettings(certificate=folder / certificate, key=key and folder / key)
    with pytest.raises(CertificateError) as refused:
        serve.check(given)
    assert refused.value.message.code == f"usage.{code}"
    assert "\n" not in str(refused.value)


def test_a_file_that_may_not_be_read_is_told(folder: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("whoever may read everything cannot be kept from reading")
    secret = tmp_path / "secret.key"
    secret.write_bytes((folder / "one.key").read_bytes())
    secret.chmod(0)
    with pytest.raises(CertificateError) as refused:
        serve.check(ServeSettings(certificate=folder / "one.pem", key=secret))
    assert refused.value.message.code == "usage.tls-unreadable"


def test_a_pair_passes(folder: Path) -> None:
    serve.check(ServeSettings(certificate=folder / "one.pem", key=folder / "one.key"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_address_is_printed_before(folder: Path, tmp_path: Path, lang: str) -> None:
    fill(tmp_path / "callinspect.db")
    pair = ("--certificate", str(folder / "one.pem"), "--key", str(folder / "locked.key"))
    done = callinspect("--lang", lang, "serve", "--port", "1", *pair, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert "openssl pkey" in line and "locked.key" in line
