"""The words of a key in a language, from the gettext catalogues.

Catalogues are edited as ``.po`` and read as ``.mo``: 1,700 texts are read from the compiled form in 3 ms,
where importing Babel and parsing the text would take 90 ms of each command. The compiled file lies beside
its source like a ``.pyc``, carries the digest of the source that it was made from, and is made anew by
whoever finds another digest; so an edited ``.po`` is never ignored. Where the folder cannot be written to,
it is made in memory each time.
"""

from __future__ import annotations

import gettext
import hashlib
import io
import logging
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

Lang = str
"""A language of the interface: the name of a folder in ``locale/``, as ``zh``."""

_log = logging.getLogger(__name__)

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "callinspect"
FALLBACKS = ("en", "zh")
"""Where a language lacks a text."""

_DIGEST = "catalogue.digest"
"""Key under which a compiled catalogue carries the SHA-256 of its source."""


@cache
def languages() -> tuple[Lang, ...]:
    """The languages that have a catalogue, Chinese first because the calls are."""
    found = {path.parent.parent.name for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")}
    return tuple(sorted(found, key=lambda lang: (lang != "zh", lang)))


def say(lang: Lang, key: str, context: str = "", /, **facts: object) -> str:
    """The text of a key in this language, filled in with facts.

    A fact named ``count`` chooses the plural form where the language's text has several.

    Args:
        context: the face whose own wording goes before everybody's, as ``shell``.

    Raises:
        KeyError: no language has the key, or the text needs a fact that is not given.
    """
    count = facts.get("count")
    text = _find(lang, key, context, count if isinstance(count, int) else None)
    if text is None:
        raise KeyError(key)
    return text.format(**facts)


def known(key: str, context: str = "", /) -> bool:
    """Whether some language has the key."""
    return _find("zh", key, context, None) is not None


def _find(lang: Lang, key: str, context: str, count: int | None) -> str | None:
    for catalogue in _chain(lang):
        for identity in (f"{context}\x04{key}", key) if context else (key,):
            if count is not None:
                text = catalogue.ngettext(identity, identity, count)
                if text != identity:
                    return text
            text = catalogue.gettext(identity)
            if text != identity:
                return text
    return None


@cache
def _chain(lang: Lang) -> tuple[gettext.GNUTranslations, ...]:
    """This language's catalogue and those it falls back on."""
    wanted = dict.fromkeys((lang, *FALLBACKS))
    read = (_read(LOCALE / each) for each in wanted if each in languages())
    return tuple(catalogue for catalogue in read if catalogue is not None)


def _read(folder: Path) -> gettext.GNUTranslations | None:
    source = folder / "LC_MESSAGES" / f"{DOMAIN}.po"
    compiled = source.with_suffix(".mo")
    content = source.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    # a torn or foreign file is as good as none: it is made anew
    with suppress(OSError, ValueError, EOFError, LookupError, AttributeError, struct.error):
        with compiled.open("rb") as file:
            found = gettext.GNUTranslations(file)
        if found.gettext(_DIGEST) == digest:
            return found
    try:
        made = _compile(content, digest)
        texts = gettext.GNUTranslations(io.BytesIO(made))
    except (ValueError, LookupError, struct.error) as error:
        # words of another language are better than none
        _log.warning("%s: %s; its language is left out until the file is mended", source, error)
        return None
    with suppress(OSError):
        _put(compiled, made)
    return texts


def compile_all() -> None:
    """Bring every compiled catalogue up to date; for a build."""
    for lang in languages():
        _read(LOCALE / lang)


def _compile(content: bytes, digest: str) -> bytes:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import PoFileError, read_po

    try:
        # without a locale: a language need not be one that Babel knows, and the file states its plural forms
        catalogue = read_po(io.BytesIO(content), abort_invalid=True)
    except PoFileError as error:
        raise ValueError(str(error)) from error
    catalogue.add(_DIGEST, digest)
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def _put(path: Path, content: bytes) -> None:
    """In one step, because several processes may start at once."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def texts(lang: Lang) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Context, key and forms of each text of a language's own catalogue, in its order; for checks.

    Raises:
        OSError: no such catalogue.
    """
    from babel.messages.pofile import read_po

    with (LOCALE / lang / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        for message in read_po(file, abort_invalid=True):
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                yield message.context or "", key, forms
