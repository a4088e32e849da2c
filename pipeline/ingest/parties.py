"""Recorders that write one file per party: two names that differ only in who speaks are one call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_ROLES = (
    ("agent", "seat", "staff", "operator", "坐席", "座席", "客服"),
    ("customer", "caller", "client", "user", "cust", "客户", "用户"),
)
"""Names that say who it is: the agent's, the customer's."""
_LEGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # Asterisk's Monitor() names the directions as the monitored channel sees them, mostly the caller's:
    # "in" is what came from the customer. On outbound calls it is the other way round, so it is a guess.
    "direction": (("out",), ("in",)),
    "call": (("callee", "called", "被叫"), ("caller", "calling", "主叫")),
    # Recorders at the agent's device: what goes up, out or through the microphone is the agent.
    "link": (("uplink", "ul", "up", "上行"), ("downlink", "dl", "down", "下行")),
    "way": (("tx", "send", "sent", "mic", "发送"), ("rx", "recv", "received", "spk", "speaker", "接收")),
    "side": (("local", "near", "nearend", "本端"), ("remote", "far", "farend", "远端", "对端")),
    "leg": (("lega", "leg1", "a-leg", "aleg"), ("legb", "leg2", "b-leg", "bleg")),
    "channel": (("left", "l", "ch0", "channel0", "左声道"), ("right", "r", "ch1", "channel1", "右声道")),
    "channel1": (("ch1", "channel1"), ("ch2", "channel2")),
}
"""Names of two legs, first the one that more often is the agent's: words and voices have to say who it is."""
_ANYWHERE = frozenset({"role", "link", "way", "side"})
"""Families whose words may stand before a name, or as its folder. Calls that came in and calls that went out
have folders too, with names such as 0001.wav in both: joined, they would be no call that ever was."""
_MIXED = ("mix", "mixed", "all", "both", "stereo", "混音", "合成")
_FAMILIES = {"role": _ROLES, **_LEGS}
_WORDS = sorted(
    {word for sides in _FAMILIES.values() for side in sides for word in side}, key=len, reverse=True
)
_PARTY = "|".join(map(re.escape, _WORDS))
_BEHIND = re.compile(rf"(?P<call>.+?)[-_. ]+(?P<party>{_PARTY})", re.IGNORECASE)
_BEFORE = re.compile(rf"(?P<party>{_PARTY})[-_. ]+(?P<call>.+)", re.IGNORECASE)
_MIX = re.compile(rf"(?P<call>.+?)[-_. ]+(?:{'|'.join(_MIXED)})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """The files of one call, before anything is known of the call but their name."""

    name: Path
    """What the call is called: the only file, or the common part of two files (no ending)."""
    paths: tuple[Path, ...]
    agent_first: bool = False
    """True if the names say which of two files is the agent's."""
    mixes: tuple[Path, ...] = ()
    """Files that hold both parties of two files once more."""

    @property
    def stem(self) -> str:
        return self.name.name if len(self.paths) == 2 else self.name.stem or self.name.name


def join_parties(files: Sequence[Path]) -> list[Source]:
    """Join per-party files; everything else stays a call of its own. Keeps the order.

    The party stands behind the call's name, before it, or as the folder (``agent/0001.wav``). Beside such a
    pair, a file with the call's bare name or called its mix is no further call.
    """
    parties: dict[tuple[Path, str], dict[int, list[Path]]] = {}
    for path in files:
        for name, party, behind in _split(path):
            for family, sides in _FAMILIES.items():
                if not behind and family not in _ANYWHERE:
                    continue
                for side, words in enumerate(sides):
                    if party in words:
                        parties.setdefault((name, family), {}).setdefault(side, []).append(path)
    pairs: dict[Path, Source] = {}
    for (name, family), sides_found in sorted(parties.items(), key=lambda item: item[0][1] != "role"):
        if len(sides_found.get(0, ())) == len(sides_found.get(1, ())) == 1:
            pair = (sides_found[0][0], sides_found[1][0])
            if not any(path in pairs for path in pair):
                mixes = tuple(path for path in files if path not in pair and _mixes(path, name))
                source = Source(name, pair, agent_first=family == "role", mixes=mixes)
                pairs.update(dict.fromkeys((*pair, *mixes), source))
    out: dict[Source, None] = {}
    for path in files:
        out[pairs.get(path) or Source(path, (path,))] = None
    return list(out)


def _split(path: Path) -> Iterator[tuple[Path, str, bool]]:
    """The ways to read a path as a call's name and a party, and whether that stands behind the name."""
    for pattern in (_BEHIND, _BEFORE):
        match = pattern.fullmatch(path.stem)
        if match is not None:
            yield path.with_name(match["call"]), match["party"].lower(), pattern is _BEHIND
    if path.parent.name.lower() in _WORDS:
        yield path.parent.parent / path.stem, path.parent.name.lower(), False


def _mixes(path: Path, name: Path) -> bool:
    """Whether a file holds the mix of a pair that is called ``name``."""
    if path.parent != name.parent:
        return False
    match = _MIX.fullmatch(path.stem)
    return path.stem == name.name or (match is not None and match["call"] == name.name)
