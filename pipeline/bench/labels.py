"""Labelled calls of a folder, in whatever format its truth stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from pipeline.bench.accuracy import LabelledCall, LabelledUtterance, read_labelled
from pipeline.bench.job import BenchmarkCall
from pipeline.bench.truth_files import Said, is_truth, read_said, side
from pipeline.domain import Role
from pipeline.errors import UsageError
from pipeline.messages import Message


def read_truth(where: Path) -> dict[str, LabelledCall]:
    """Labelled calls by the name of their recording, from a file or from all truth files of a folder.

    Of several files of one call (``0001.agent.srt`` and ``0001.customer.srt``) the last part of the name is
    the party.

    Raises:
        UsageError: no such folder, nothing in it that is read here, or a file that is no truth.
    """
    if where.is_file():
        files = [where]
    elif where.is_dir():
        files = sorted(path for path in where.rglob("*") if path.is_file() and is_truth(path))
    else:
        raise UsageError(Message("bench.no-truth"), path=where)
    calls: dict[str, LabelledCall] = {}
    said: dict[str, list[Said]] = {}
    for path in files:
        if path.suffix.lower() == ".json" and (own := read_labelled(path)) is not None:
            calls[own.call_id] = own
            continue
        for one in read_said(path):
            name, party = _named(path, one)
            said.setdefault(name, []).append(replace(one, party=party))
    return calls | {name: _labelled(name, found) for name, found in said.items()}


def labelled(truths: Mapping[str, LabelledCall], calls: Sequence[BenchmarkCall]) -> dict[str, LabelledCall]:
    """The truth of calls, by call id: its own, or that of a file of its name."""
    found: dict[str, LabelledCall] = {}
    by_stem: dict[str, list[LabelledCall]] = {}
    for name, truth in truths.items():
        by_stem.setdefault(PurePath(name).name, []).append(truth)
    for call in calls:
        stems = {PurePath(call.call_id).name, *(PurePath(path).stem for path in call.paths)}
        own = truths.get(call.call_id)
        alike = [truth for stem in sorted(stems) for truth in by_stem.get(stem, ())]
        if own is None and len({id(truth) for truth in alike}) == 1:
            own = alike[0]
        if own is not None:
            found[call.call_id] = own
    return found


def _named(path: Path, said: Said) -> tuple[str, str]:
    """The recording of an utterance, and its party."""
    if said.recording:
        written = PurePath(said.recording.replace("\\", "/"))
        known = len(written.suffix) in (4, 5) and not written.suffix[1:].isdecimal()
        return (written.stem if known else written.name), said.party
    stem, dot, last = path.stem.rpartition(".")
    if not dot:
        stem, dot, last = path.stem.rpartition("_")
    if dot and not said.party and side(last):
        return stem, last
    return path.stem, said.party


def _labelled(name: str, said: Sequence[Said]) -> LabelledCall:
    """A call with its parties; those that nobody names are nobody's, and count together."""
    sides = {one.party: side(one.party) for one in said}
    named = {"agent", "customer"} & {found for found in sides.values() if found}
    channels = {"first", "second"} & {found for found in sides.values() if found}
    roles = {
        "agent": Role.AGENT,
        "customer": Role.CUSTOMER,
        # Whose channel it is, nobody says: errors are counted for the better of both ways.
        "first": Role.AGENT,
        "second": Role.CUSTOMER,
    }
    parties = [sides[party] for party in sides]
    if None in parties and named and len(sides) == 2:  # "agent" and a name: the other is the customer
        other = "customer" if "agent" in named else "agent"
        sides = {party: found or other for party, found in sides.items()}
    elif None in parties:
        sides = dict.fromkeys(sides)
    in_order = sorted(said, key=lambda one: one.start)
    return LabelledCall(
        call_id=name,
        turns=tuple(
            LabelledUtterance(roles.get(sides[one.party] or "", Role.UNKNOWN), one.text) for one in in_order
        ),
        phrases=(),
        agent_channel=0 if channels and None not in sides.values() else None,
        roles_known=bool(named) and None not in sides.values(),
    )
