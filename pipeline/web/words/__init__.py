"""What the screens say, in Chinese and English: one module per screen, each with ``WORDS``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from pipeline.settings import Lang


@cache
def catalogue() -> dict[str, tuple[str, str]]:
    """Key -> (Chinese, English) of all modules here.

    Raises:
        ValueError: two modules give the same key different words.
    """
    found: dict[str, tuple[str, str]] = {}
    for words in _modules():
        for key, pair in words.items():
            if found.setdefault(key, pair) != pair:
                raise ValueError(f"two texts for {key!r} in pipeline/web/words")
    return found


def _modules() -> Iterator[dict[str, tuple[str, str]]]:
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        yield importlib.import_module(f"{__name__}.{module.name}").WORDS


def say(lang: Lang, key: str, /, **values: object) -> str:
    """The text of a key in this language.

    Raises:
        KeyError: no such key.
    """
    text = catalogue()[key][1 if lang == "en" else 0]
    return text.format(**values) if values else text


def known(key: str) -> bool:
    return key in catalogue()
