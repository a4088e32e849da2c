"""Messages of programs name files by where they lie on the server. Readers of a page get the name of the
file; where it lies is nobody's business but the administrator's."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from pipeline.settings import Settings, data_root

_ABSOLUTE = re.compile(r"(?<![\w.~:/-])/(?:[^\s/:;,'\"()<>|]+/)+([^\s/:;,'\"()<>|]*)")
_STORE = re.compile(r"\b(?:sqlite|postgresql)(?:\+\w+)?:/\S*?(?=[:;,]?(?:\s|$))")
"""The address of the database, which holds a path or a host."""


def plain_paths(message: object, settings: Settings, *folders: Path) -> str:
    """The message with every absolute path of this machine cut down to what is below a folder of ours, or to
    its last part."""
    text = _STORE.sub("(store)", str(message))
    for root in sorted({*map(str, folders), *_roots(settings)}, key=len, reverse=True):
        text = text.replace(f"{root}/", "")
    return _ABSOLUTE.sub(r"\1", text)


def _roots(settings: Settings) -> set[str]:
    """Folders below which our files lie, as written and as they really are. They may have spaces in their
    names, by which a path cannot be told from the words around it."""
    rules = (settings.lexicons.parent, settings.rubric.parent, settings.models.parent)
    others = (Path.cwd(), Path.home(), data_root(), Path(tempfile.gettempdir()))
    layer = () if settings.layer is None else (settings.layer.parent,)
    given = {path for path in (*rules, *layer, *others) if path.is_absolute()}
    return {str(path) for one in given for path in (one, one.resolve()) if len(path.parts) > 1}
