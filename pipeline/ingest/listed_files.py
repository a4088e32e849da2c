"""Finding the file that a row of the call list means; CTI systems write paths of their own machines."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.ingest.parties import Source
from pipeline.ingest.scan import Scan
from pipeline.messages import Message


@dataclass(frozen=True, slots=True)
class Found:
    """The files that were meant."""

    paths: tuple[Path, ...]
    guessed: bool
    """True if only the end of the path agrees: not to be believed if another row means the same file."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why no file was taken."""

    reason: Message
    kind: str


class ListedFiles:
    """Looks up files of a dump by what a call list says."""

    def __init__(self, found: Scan, sources: Sequence[Source], list_folder: Path | None) -> None:
        self._found = found
        self._folders = [found.root]
        if list_folder is not None and list_folder.resolve() not in self._folders:
            self._folders.append(list_folder.resolve())
        self._by_name: dict[str, list[Path]] = {}
        self._by_stem: dict[str, list[Source]] = {}
        self._numbered: dict[str, list[Source]] = {}
        for path in (*found.files, *sorted(found.growing)):
            self._by_name.setdefault(_composed(path.name), []).append(path)
        for source in sources:
            self._by_stem.setdefault(_composed(source.stem), []).append(source)
            if source.stem.isdecimal():
                self._numbered.setdefault(source.stem.lstrip("0"), []).append(source)

    def find(self, written: str) -> Found | NotFound:
        """The file that a row writes, or the two per-party files that share its name.

        Tried in turn: the path below the dump; the path beside the call list (if that is in the dump); the
        only recording whose path ends alike (the list of another machine). Names such as ``0001.wav`` return
        every day, so where both sides name a folder it must be the same one: a wrong match would blame the
        wrong agent.
        """
        wanted = PurePosixPath(written.replace("\\", "/"))
        for folder in self._folders:
            path = Path(os.path.normpath(folder / wanted))
            if path.is_relative_to(self._found.root) and _is_file(path):
                real = path.resolve()
                if real.is_relative_to(self._found.root):
                    return Found((real,), guessed=False)
                return NotFound(Message("call-list.link-outside", file=written), "outside")
        if ".." in wanted.parts:
            return NotFound(Message("call-list.file-outside", file=written), "outside")
        alike = self._alike(wanted)
        if len(alike) == 1:
            return Found((alike[0],), guessed=True)
        if alike:
            return NotFound(Message("call-list.same-names", files=len(alike), file=wanted.name), "call-list")
        sources = [s for s in self._by_stem.get(_composed(wanted.stem), []) if self._may_mean(wanted, s.name)]
        if not sources:
            sources = [s for s in self._by_number(wanted.stem) if self._may_mean(wanted, s.name)]
        if len(sources) == 1:
            return Found(sources[0].paths, guessed=True)
        return NotFound(Message("call-list.missing-file", file=written), "missing-file")

    def named(self, stem: str) -> Found | None:
        """The only recording (one file, or one per party) that is called ``stem``."""
        exact = self._by_stem.get(_composed(stem), [])
        sources = exact or self._by_number(stem)
        return Found(sources[0].paths, guessed=not exact) if len(sources) == 1 else None

    def _by_number(self, stem: str) -> list[Source]:
        """The recordings called by this number with the leading zeros that a spreadsheet took away."""
        return self._numbered.get(stem.lstrip("0"), []) if stem.isdecimal() else []

    def _may_mean(self, wanted: PurePosixPath, path: Path) -> bool:
        folder = path.parent
        return _composed(wanted.parent.name) in ("", _composed(folder.name)) or folder == self._found.root

    def _alike(self, wanted: PurePosixPath) -> list[Path]:
        """The recordings that share the most trailing path parts with ``wanted``, at least the name."""
        best, most = list[Path](), 1
        for path in self._by_name.get(_composed(wanted.name), []):
            if not self._may_mean(wanted, path):
                continue
            pairs = zip(reversed(path.parts), reversed(wanted.parts), strict=False)
            differ = (i for i, pair in enumerate(pairs) if _composed(pair[0]) != _composed(pair[1]))
            same = next(differ, len(wanted.parts))
            if same > most:
                best, most = [path], same
            elif same == most:
                best.append(path)
        return best


def _composed(name: str) -> str:
    """A name in the form in which lists write it: some systems store letters and their accents apart."""
    return unicodedata.normalize("NFC", name)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
