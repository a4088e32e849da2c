"""What edited files would flip, found out by a process of its own.

The rules with the edits in them (the rubric, any number of lexicon files, new ones too) are written into a
folder of their own and judged by ``callinspect rescore --dry-run --json`` in a child process with bounded
time and memory: an edit that hangs or swells harms nobody, and nothing is written to the store. Trials live
in memory: a restart of the server forgets them; the edits themselves are drafts in the store.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.domain.acting import WITHIN
from pipeline.packs import as_setting
from pipeline.settings import Settings
from pipeline.web.paths import plain_paths

MOST_SECONDS = 300
MOST_BYTES = 6 << 30
"""Address space of the child; matcher and model of the rules need far less."""
MOST_CHARACTERS = 2_000_000
GRACE_SECONDS = 5
_LEXICON = re.compile(r"[^\W.][\w.-]{0,80}\.ya?ml")
"""Names that a new lexicon may have."""
KEPT = 20
"""Finished trials that are remembered, over all people."""


@dataclass
class Trial:
    """Edited files being tried together."""

    id: str
    user: int
    files: tuple[str, ...]
    since: date | None
    started: float = field(default_factory=time.monotonic)
    seconds: float | None = None
    """None while it runs."""
    error: str | None = None
    result: dict[str, Any] | None = None
    process: subprocess.Popen[str] | None = None
    thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self.seconds is None


def files(settings: Settings) -> dict[str, Path]:
    """Name -> path of every file that can be edited: the rubric and the lexicons."""
    lexicons = sorted(settings.lexicons.glob("*.y*ml"))
    return {settings.rubric.name: settings.rubric, **{f"{p.parent.name}/{p.name}": p for p in lexicons}}


def place(settings: Settings, name: str) -> Path | None:
    """Where a file of the rules stands, or (a new lexicon) would stand; None where it cannot be one."""
    known = files(settings).get(name)
    if known is not None:
        return known
    folder, _, own = name.rpartition("/")
    return settings.lexicons / own if folder == settings.lexicons.name and _LEXICON.fullmatch(own) else None


def changes(settings: Settings, drafts: Mapping[str, str]) -> dict[str, str]:
    """Name -> text of those drafts that say something else than the files do now."""
    found = {name: (place(settings, name), text) for name, text in drafts.items()}
    return {name: text for name, (path, text) in found.items() if path and text != standing(path)}


def standing(path: Path) -> str:
    """What a file says now; nothing where there is none yet."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


class Trials:
    """One running trial per person; a new one ends the old one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trials: dict[str, Trial] = {}

    def get(self, trial_id: str, *, user: int) -> Trial | None:
        """A trial of this person."""
        found = self._trials.get(trial_id)
        return found if found is not None and found.user == user else None

    def start(
        self, settings: Settings, *, user: int, edits: Mapping[str, str], since: date | None, lang: str
    ) -> Trial:
        """Try these texts in the place of the files they are named for, on the calls from a day on (None:
        all of them)."""
        trial = Trial(uuid.uuid4().hex, user, tuple(edits), since)
        with self._lock:
            for other in [t for t in self._trials.values() if t.user == user and t.running]:
                _end(other)
            done = [key for key, t in self._trials.items() if not t.running]
            for key in done[: max(0, len(done) - KEPT)]:
                del self._trials[key]
            self._trials[trial.id] = trial
        trial.thread = threading.Thread(target=_try, args=(trial, settings, dict(edits), lang), daemon=True)
        trial.thread.start()
        return trial

    def stop(self) -> None:
        """End all that runs, and wait until it has tidied up (the server goes down)."""
        with self._lock:
            running = [trial for trial in self._trials.values() if trial.running]
            for trial in running:
                _end(trial)
        for trial in running:
            if trial.thread is not None:
                trial.thread.join(timeout=GRACE_SECONDS)


@cache
def trials() -> Trials:
    """Those of this process."""
    return Trials()


def _end(trial: Trial) -> None:
    if trial.process is not None and trial.process.poll() is None:
        trial.process.kill()


def _try(trial: Trial, settings: Settings, edits: Mapping[str, str], lang: str) -> None:
    with tempfile.TemporaryDirectory(prefix="callinspect-what-if-") as name:
        folder = Path(name)
        try:
            arguments = _edited(folder, settings, edits)
            command = [sys.executable, "-m", "pipeline.cli", "--lang", lang, "--store", settings.store]
            command += ["rescore", "--dry-run", "--json", "--workers", "1", *arguments]
            if trial.since is not None:
                command += ["--from", trial.since.isoformat()]
            own = {"CALLINSPECT_LEXICONS": str(settings.lexicons), "PYTHONUTF8": "1", WITHIN: "1"}
            if settings.layer is not None:
                own["CALLINSPECT_LAYER"] = str(settings.layer)
            own["CALLINSPECT_PACKS"] = as_setting(settings.packs)
            trial.process = subprocess.Popen(  # noqa: S603 (fixed words, paths of our own)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                env={**os.environ, **own},
            )
            bound_process(trial.process.pid)
            out, err = trial.process.communicate(timeout=MOST_SECONDS)
            if trial.process.returncode:
                trial.error = _plain(err, settings, folder)
            else:
                trial.result = json.loads(out)
        except subprocess.TimeoutExpired:
            _end(trial)
            trial.error = f"> {MOST_SECONDS} s"
        except (OSError, ValueError) as error:
            trial.error = plain_paths(error, settings, folder)
        finally:
            trial.seconds = time.monotonic() - trial.started


def bound_process(pid: int) -> None:
    """No more memory or processor time than a trial may need; set from outside, because code between fork
    and exec may hang in a process with threads."""
    with suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        resource.prlimit(pid, resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


def _edited(folder: Path, settings: Settings, edits: Mapping[str, str]) -> list[str]:
    """The rules with the edits in them, and the arguments that name them."""
    rubric, lexicons = folder / settings.rubric.name, folder / settings.lexicons.name
    shutil.copyfile(settings.rubric, rubric)
    shutil.copytree(settings.lexicons, lexicons)
    for name, text in edits.items():
        path = rubric if name == settings.rubric.name else lexicons / Path(name).name
        path.write_text(text, encoding="utf-8")
    return ["--rubric", str(rubric), "--lexicons", str(lexicons)]


def _plain(err: str, settings: Settings, folder: Path) -> str:
    """What the child said, about files as people know them."""
    said = [line for line in err.strip().splitlines() if line.strip()]
    return plain_paths("\n".join(said[-6:]), settings, folder)[:2000]
