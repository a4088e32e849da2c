"""Every setting with its value, where the value came from, and what it means."""

from __future__ import annotations

import os
import re
import tomllib

from rich.table import Table
from rich.text import Text

from pipeline.cli.session import Session
from pipeline.cli.words import Words
from pipeline.settings import CONFIG_FILE, Settings

PASSWORD = re.compile(r"(//[^:/@]*:).*@")


def settings_table(session: Session) -> Table:
    words = session.words
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    table.add_column(words("doctor.setting"), no_wrap=True)
    table.add_column(words("doctor.value"), overflow="fold")
    table.add_column(words("doctor.source"), no_wrap=True)
    table.add_column(words("doctor.meaning"), overflow="fold", style="dim")
    for name, source in sources(session).items():
        value = Text(shown(name, getattr(session.settings, name)))
        source_text = Text(words(f"doctor.source.{source}"), "dim" if source == "default" else "cyan")
        table.add_row(name, value, source_text, meaning(name, words))
    return table


def meaning(name: str, words: Words) -> str:
    return words.known(f"setting.{name}", Settings.model_fields[name].description or "")


def sources(session: Session) -> dict[str, str]:
    """Setting -> ``option``, ``environment``, ``file`` or ``default``: the first that gives it wins."""
    path = session.shared.config or CONFIG_FILE
    in_file = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    prefix = Settings.model_config.get("env_prefix", "")
    variables = {name.upper() for name in os.environ}
    out = {}
    for name in Settings.model_fields:
        variable = f"{prefix}{name}".upper()
        if getattr(session.shared, name, None) is not None:
            out[name] = "option"
        elif any(v == variable or v.startswith(f"{variable}__") for v in variables):
            out[name] = "environment"
        else:
            out[name] = "file" if name in in_file else "default"
    return out


def shown(name: str, value: object) -> str:
    """The value for people: an address without its password."""
    return PASSWORD.sub(r"\1***@", str(value)) if name == "store" else str(value)
