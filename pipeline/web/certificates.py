"""Whether https can be served with this certificate and key, found out before anything is promised."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import NoReturn

from pipeline.errors import CertificateError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Message

_LARGEST = 1 << 20
"""Bytes: a chain of certificates takes a hundredth of it."""


def check_pair(certificate: Path | None, key: Path | None) -> None:
    """Refuse a certificate or key that a server could not use. Nothing is asked of whoever sits there.

    Raises:
        CertificateError: one of them is absent, unreadable, not PEM or encrypted, or they are no pair.
    """
    if (certificate is None) != (key is None):
        raise CertificateError("tls-half")
    if certificate is None or key is None:
        return
    settings = {certificate: "serve.certificate", key: "serve.key"}
    texts = {path: _read(path, setting) for path, setting in settings.items()}
    if b"-----BEGIN CERTIFICATE-----" not in texts[certificate]:
        raise CertificateError(
            "tls-not-pem", path=certificate, what="CERTIFICATE", setting="serve.certificate"
        )
    if b"PRIVATE KEY-----" not in texts[key]:
        raise CertificateError("tls-not-pem", path=key, what="PRIVATE KEY", setting="serve.key")

    def no_password() -> NoReturn:
        raise CertificateError("tls-encrypted", path=key)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key, password=no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise CertificateError("tls-pair", certificate=certificate, path=key) from error
        reason = (error.reason or "damaged").replace("_", " ").lower()
        raise CertificateError("tls-unusable", certificate=certificate, reason=reason) from error


def _read(path: Path, setting: str) -> bytes:
    if not path.exists():
        raise CertificateError("tls-missing", path=path, setting=setting)
    try:
        return read_plain(path, most=_LARGEST, remedy=Message("config.check", setting=setting))
    except FileRefused as error:
        raise CertificateError("tls-unreadable", path=path, reason=error.message) from error
