"""Passwords: argon2id, and how long one must be."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from pipeline.errors import Refused

SHORTEST = 10
"""NIST SP 800-63B-4 asks for 15 where nothing else is checked; guesses are throttled here, so 10."""

LONGEST = 256
"""So that nobody makes the server hash a megabyte."""

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
"""RFC 9106, second recommended option: 64 MiB, 3 passes, 4 lanes."""


def check(password: str, again: str, *, name: str) -> None:
    """Refuse what is too short, too long, the name itself, or typed differently the second time.

    Raises:
        Refused: with the reason.
    """
    if len(password) < SHORTEST:
        raise Refused("the password is too short", code="password-short", count=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("the password is too long", code="password-long", count=LONGEST)
    if password.strip().casefold() == name.strip().casefold():
        raise Refused("the password is the name", code="password-name")
    if password != again:
        raise Refused("the two passwords differ", code="password-differs")


def make(password: str) -> str:
    """The argon2id string to store."""
    return _hasher.hash(password.encode("utf-8", "surrogatepass"))


def fits(stored: str | None, password: str) -> bool:
    """Compare, in the same time for an account without a password or one that does not exist."""
    known = stored or _nobody()
    try:
        _hasher.verify(known, password[: LONGEST + 1].encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def outdated(stored: str) -> bool:
    """Made with other parameters than we use now."""
    return _hasher.check_needs_rehash(stored)


_NOBODY: list[str] = []


def _nobody() -> str:
    """A hash that no password fits, made with the parameters of real ones."""
    if not _NOBODY:
        import secrets

        _NOBODY.append(make(secrets.token_hex(32)))
    return _NOBODY[0]
