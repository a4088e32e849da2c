"""What a command lists: a table for people, or a JSON object a line for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from rich.console import RenderableType

from pipeline.cli.session import Session
from pipeline.cli.words import Words

T = TypeVar("T")


def print_records(records: Iterable[Mapping[str, Any]]) -> None:
    """A JSON object a line."""
    for record in records:
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


def print_list(
    session: Session,
    found: Sequence[T],
    *,
    as_json: bool,
    record: Callable[[T], Mapping[str, Any]],
    table: Callable[[Sequence[T], Words], RenderableType],
    none: str,
) -> int:
    """Print all that was found; the exit status.

    Args:
        none: what people are told where nothing was found, a code of the catalogue.
    """
    if as_json:
        print_records(record(one) for one in found)
    elif found:
        session.out.print(table(found, session.words))
    else:
        session.say(session.words(none), "yellow")
    return 0
