"""Putting together the files of a dump and the rows of a call list."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from pipeline.domain import Call, IdSource, ListedCall, Recorded
from pipeline.errors import UsageError
from pipeline.ingest.call_list import Row, read_call_list
from pipeline.ingest.columns import recognise
from pipeline.ingest.discovery import Candidate, Discovery, Problem
from pipeline.ingest.listed_files import Found, ListedFiles, NotFound
from pipeline.ingest.parties import Source, join_parties
from pipeline.ingest.scan import Scan, scan
from pipeline.ingest.templates import Template, printable, read_name
from pipeline.messages import Message
from pipeline.settings import CallListSettings

_LONGEST_PATH_ID_BYTES = 900
"""An id is a key in the database; a suffix must still fit behind it."""


def discover(dump: Path, *, calls: Path | None, settings: CallListSettings) -> Discovery:
    """Find every call of a dump.

    The rows of the call list come first, in their order; then the recordings without a row, sorted by path,
    with what their names tell. Everything that does not add up is a problem; it never stops the others.

    Raises:
        UsageError: the dump is no folder, a template or a column mapping is wrong.
        CallListError: the call list cannot be read at all.
    """
    templates = compiled(settings)
    listed = read_call_list(calls, settings) if calls is not None else None
    found = scan(dump, settle_seconds=settings.settle_seconds)
    sources = join_parties(found.files)
    problems = [*found.problems, *(listed.problems if listed else ())]
    candidates: list[Candidate] = []
    entries: tuple[ListedCall, ...] = ()
    if listed is not None and calls is not None:
        files = ListedFiles(found, sources, calls.parent)
        outcomes = [_listed(row, files, found, calls) for row in listed.rows]
        candidates, contested = _uncontested([o for o in outcomes if isinstance(o, _Match)], calls)
        problems += [*(o for o in outcomes if isinstance(o, Problem)), *contested]
        kept = {id(candidate) for candidate in candidates}
        entries = tuple(
            _entry(row, outcome, kept, found.root) for row, outcome in zip(listed.rows, outcomes, strict=True)
        )
        entries += listed.repeated
    known = {path for candidate in candidates for path in candidate.paths}
    rest = join_parties([path for path in found.files if path not in known])
    unlisted = _unlisted(rest, found.root, templates)
    problems += [
        Problem(mix, None, None, Message("dump.mix-of-legs", name=printable(source.name.name)), "duplicate")
        for source in rest
        for mix in source.mixes
    ]
    named = tuple(_named(candidate, found.root) for candidate in (*candidates, *unlisted))
    recordings = len(found.files) + len(found.growing)
    return Discovery(named, tuple(problems), found.ignored, recordings, entries)


def compiled(settings: CallListSettings) -> list[Template]:
    """The file-name templates.

    Raises:
        UsageError: one of them is wrong.
    """
    return [Template(text) for text in settings.templates]


def check_settings(settings: CallListSettings) -> None:
    """Find before a run what would stop it.

    Raises:
        UsageError: a template, the mapping of columns or the encoding is wrong.
    """
    compiled(settings)
    recognise((), settings.columns)
    if settings.encoding != "auto":
        try:
            codecs.lookup(settings.encoding)
        except LookupError:
            raise UsageError(Message("call-list.encoding", encoding=settings.encoding)) from None


@dataclass(frozen=True, slots=True)
class _Match:
    """A row and its files."""

    line: int
    candidate: Candidate
    guessed: bool


def _entry(row: Row, outcome: _Match | Problem | None, kept: Collection[int], root: Path) -> ListedCall:
    """The row, with whether its sound is there and which call that is."""
    if isinstance(outcome, Problem):
        missing = outcome.kind == "missing-file"
        return replace(row.listed, recorded=Recorded.MISSING if missing else Recorded.UNCLEAR)
    if outcome is None:
        return replace(row.listed, recorded=Recorded.MISSING if row.soundless else Recorded.UNCLEAR)
    if id(outcome.candidate) not in kept:
        return row.listed
    call = _named(outcome.candidate, root).call
    return replace(row.listed, recorded=Recorded.FOUND, call_id=call.call_id)


def _uncontested(matches: Sequence[_Match], calls: Path) -> tuple[list[Candidate], list[Problem]]:
    """Drop guesses at a file that another row means as well: one of them would blame the wrong agent."""
    claims: dict[Path, list[_Match]] = {}
    for match in matches:
        for path in match.candidate.paths:
            claims.setdefault(path, []).append(match)
    candidates, problems = [], []
    for match in matches:
        rivals = [m.line for path in match.candidate.paths for m in claims[path] if m is not match]
        if match.guessed and rivals:
            reason = Message("call-list.ambiguous", file=match.candidate.paths[0].name, line=rivals[0])
            problems.append(
                Problem(calls, match.candidate.call.call_id or None, match.line, reason, "call-list")
            )
        else:
            candidates.append(match.candidate)
    return candidates, problems


def _listed(row: Row, files: ListedFiles, found: Scan, calls: Path) -> _Match | Problem | None:
    """The files of a row; a problem if its sound is not there; None if that is reported already."""
    call_id = row.call.call_id
    paths: tuple[Path, ...] = ()
    guessed = False
    for written in row.files:
        match files.find(written):
            case NotFound(reason=reason, kind=kind):
                return Problem(calls, call_id or None, row.line, reason, kind)
            case Found() as several:
                paths += several.paths
                guessed = guessed or several.guessed
    if not row.files:
        by_name = files.named(call_id) if call_id else None
        if by_name is None and row.soundless:
            return None
        if by_name is None:
            reason = Message("call-list.names-no-file", call_id=call_id)
            return Problem(calls, call_id, row.line, reason, "missing-file")
        paths, guessed = by_name.paths, by_name.guessed
    if len(paths) > 2 or len(set(paths)) < len(paths):
        reason = Message("call-list.same-file-twice")
        return Problem(calls, call_id or None, row.line, reason, "call-list")
    if found.growing.intersection(paths):
        return None
    call = row.call
    if len(row.files) == 2 and call.agent_channel is None:
        call = replace(call, agent_channel="left")
    return _Match(row.line, Candidate(call, paths, IdSource.LIST, listed=True), guessed)


def _unlisted(sources: Sequence[Source], root: Path, templates: Sequence[Template]) -> list[Candidate]:
    out = []
    for source in sources:
        name = source.name.relative_to(root)
        # A pair's common name has no ending, but may hold a dot: give it one that can be taken off.
        facts = read_name(name if len(source.paths) == 1 else name.with_name(name.name + ".pair"), templates)
        channel = "left" if source.agent_first else None
        named = Call("", started_at=facts.started_at, agent_channel=channel)
        call = replace(named, **facts.values)  # type: ignore[arg-type]  # texts, each of a field of text
        out.append(Candidate(call, source.paths, IdSource.TEMPLATE))
    return out


def _named(candidate: Candidate, root: Path) -> Candidate:
    """A candidate with the id it has where nothing is stored yet: the list's, a template's, or its path.

    What else lies in the folder does not matter: a tree that grows names nothing anew.
    """
    if candidate.call.call_id:
        return candidate
    call_id = printable(_stem(candidate, root))
    if len(call_id.encode()) > _LONGEST_PATH_ID_BYTES:
        digest = hashlib.sha256(call_id.encode()).hexdigest()
        call_id = f"{call_id[-80:]}~{digest[:8]}"
    return replace(candidate, call=replace(candidate.call, call_id=call_id), source=IdSource.PATH)


def _stem(candidate: Candidate, root: Path) -> PurePath:
    """The path of a call below the dump, without ending; of two files, their common name."""
    if len(candidate.paths) == 2:
        joined = join_parties(candidate.paths)
        if len(joined) == 1:
            return joined[0].name.relative_to(root)
    path = candidate.paths[0].relative_to(root)
    return path.with_name(path.stem or path.name)
