"""Packs: rules of one trade that a centre switches on, and what is read over the shipped rules in order.

A pack is data: lexicon files in ``lexicons/packs/NAME/``, a part of the score sheet in
``rubrics/packs/NAME.yaml``, calls that show what it finds in ``rubrics/packs/NAME.calls.yaml``, and for some
rules over the call list in ``rubrics/call-list/NAME.yaml``. Packs are read after the shipped rules, in the
order in which they are named, and before the centre's own layer, which may change what they say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pipeline.messages import Message, ValueRefused

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
MOST = 20
"""Packs at once."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that is switched on."""

    name: str
    root: Path
    """The folder that holds ``lexicons/`` and ``rubrics/``."""
    queues: tuple[str, ...] = ()
    """It holds where one of these stands in the queue's name; everywhere where there is none."""

    def __str__(self) -> str:
        return f"{self.name} = {list(self.queues)}" if self.queues else self.name

    @property
    def folder(self) -> Path:
        """Where its lexicon files lie."""
        return self.root / "lexicons" / "packs" / self.name

    @property
    def lexicons(self) -> tuple[Path, ...]:
        """Its lexicon files, in the order in which they count."""
        return tuple(sorted(self.folder.glob("*.yaml")))

    @property
    def sheet(self) -> Path:
        """Its part of the score sheet."""
        return self.root / "rubrics" / "packs" / f"{self.name}.yaml"

    @property
    def calls(self) -> Path:
        """Calls that show what it finds, with the truth."""
        return self.root / "rubrics" / "packs" / f"{self.name}.calls.yaml"

    @property
    def call_list(self) -> Path:
        """Its rules over the call list; few packs have any."""
        return self.root / "rubrics" / "call-list" / f"{self.name}.yaml"


@dataclass(frozen=True, slots=True)
class Layers:
    """What is read over the shipped lexicons and the score sheet: packs, and the centre's own folder."""

    own: Path | None = None
    packs: tuple[Pack, ...] = ()


Layered: TypeAlias = Layers | Path | None
"""Packs and the centre's own layer, the layer alone, or nothing."""


def layers_of(given: Layered) -> Layers:
    """The same in one form."""
    return given if isinstance(given, Layers) else Layers(given)


def shipped_packs(root: Path) -> tuple[str, ...]:
    """The names of all packs there are."""
    return tuple(
        sorted(p.stem for p in (root / "rubrics" / "packs").glob("*.yaml") if _NAME.fullmatch(p.stem))
    )


def read_packs(given: Any, root: Path) -> tuple[Pack, ...]:
    """Packs as a setting names them: names, or a mapping of names to parts of the names of queues.

    Raises:
        ValueError: neither of them, a name twice, or no pack of that name.
    """
    chosen = _chosen(given)
    known = shipped_packs(root)
    for name, _ in chosen:
        if name not in known:
            listed = Message("join.list", parts=known or ("-",))
            raise ValueRefused(Message("pack.unknown", name=name, known=listed))
    if len({name for name, _ in chosen}) < len(chosen) or len(chosen) > MOST:
        raise ValueRefused(Message("pack.twice"))
    return tuple(Pack(name, root, queues) for name, queues in chosen)


def _chosen(given: Any) -> list[tuple[str, tuple[str, ...]]]:
    if isinstance(given, Mapping):
        pairs: Iterable[tuple[Any, Any]] = given.items()
    elif isinstance(given, Sequence) and not isinstance(given, str):
        pairs = ((one.name, one.queues) if isinstance(one, Pack) else (one, ()) for one in given)
    else:
        raise ValueRefused(Message("pack.form"))
    found = []
    for name, queues in pairs:
        parts = (queues,) if isinstance(queues, str) else queues
        listed = isinstance(parts, Sequence) and all(isinstance(part, str) and part.strip() for part in parts)
        if not isinstance(name, str) or not listed:
            raise ValueRefused(Message("pack.form"))
        found.append((name, tuple(parts)))
    return found


def as_setting(packs: Sequence[Pack]) -> str:
    """The same packs as the environment names them (JSON)."""
    return json.dumps({pack.name: pack.queues for pack in packs}, ensure_ascii=False)
