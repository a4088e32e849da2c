"""Everything the command line says, once per language: key -> (Chinese, English), a module per subject.

Keys that end in the value of an enumeration (``role.agent``) are looked up by that value; a test checks that
each family is whole, that every key is used, and that both languages fill in the same facts.
"""

from __future__ import annotations

import importlib
import pkgutil

MESSAGES: dict[str, tuple[str, str]] = {}
for _module in pkgutil.iter_modules(__path__):
    MESSAGES |= importlib.import_module(f"{__name__}.{_module.name}").MESSAGES
