"""Switches that write one file per party: two names that differ only in who speaks are one call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_AGENT = ("agent", "seat", "staff", "operator", "坐席", "座席", "客服")
_CUSTOMER = ("customer", "caller", "client", "user", "cust", "客户", "用户")
_PARTY = re.compile(
    rf"(?P<call>.+)[-_. ](?P<party>{'|'.join((*_AGENT, *_CUSTOMER, 'in', 'out'))})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Source:
    """The files of one call, before anything is known of the call but their name."""

    name: Path
    """What the call is called: the only file, or the common part of two files (no ending)."""
    paths: tuple[Path, ...]
    agent_first: bool = False
    """True if the names say which of two files is the agent's."""

    @property
    def stem(self) -> str:
        return self.name.name if len(self.paths) == 2 else self.name.stem or self.name.name


def join_parties(files: Sequence[Path]) -> list[Source]:
    """Join per-party files of the same folder; everything else stays a call of its own. Keeps the order."""
    parties: dict[tuple[Path, str], dict[str, list[Path]]] = {}
    for path in files:
        match = _PARTY.fullmatch(path.stem)
        if match is not None:
            side, family = _side(match["party"].lower())
            parties.setdefault((path.with_name(match["call"]), family), {}).setdefault(side, []).append(path)
    pairs: dict[Path, Source] = {}
    for (name, family), sides in parties.items():
        if len(sides.get("agent", ())) == len(sides.get("customer", ())) == 1:
            pair = (sides["agent"][0], sides["customer"][0])
            if not any(path in pairs for path in pair):
                source = Source(name, pair, agent_first=family == "role")
                pairs.update(dict.fromkeys(pair, source))
    out: dict[Source, None] = {}
    for path in files:
        out[pairs.get(path) or Source(path, (path,))] = None
    return list(out)


def _side(party: str) -> tuple[str, str]:
    """Whose file it is, and by which family of names we know."""
    if party in ("in", "out"):
        # Asterisk's Monitor() names the directions as the monitored channel sees them, mostly the caller's:
        # "in" is what came from the customer. On outbound calls it is the other way round, so it is a guess.
        return ("customer" if party == "in" else "agent"), "direction"
    return ("agent" if party in _AGENT else "customer"), "role"
