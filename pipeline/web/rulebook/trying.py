"""Checking an edit of the centre's rules and trying it on stored calls, in processes of their own.

What was found is kept with the edit; how far it is, in memory: a restart of the server forgets a running
trial, and the edit is tried again.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.batch.publishing import layer_of, present_basis, write_edited
from pipeline.batch.rule_edits import EditContent
from pipeline.domain.acting import WITHIN
from pipeline.errors import CallinspectError
from pipeline.packs import as_setting
from pipeline.phrases.layer import WEIGHTS_FILE
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.repositories.rule_edit_rows import RuleEdit
from pipeline.web.paths import plain_paths
from pipeline.web.rulebook.what_if import MOST_SECONDS, bound_process

KEPT_CALLS = 50
"""Changed calls that are kept with a report; all are counted."""


class EditTrials:
    """The edits that are being tried by this process: one trial per edit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, tuple[int, str]] = {}
        """Edit -> (its version, what is being done)."""

    def step(self, edit: RuleEdit) -> str | None:
        """What is being done about this edit now: ``checking`` or ``trying``; None: nothing."""
        found = self._running.get(edit.id)
        return found[1] if found else None

    def start(
        self, settings: Settings, store: Store, edit: RuleEdit, *, by: int, since: date | None, lang: str
    ) -> threading.Thread | None:
        """Check and try an edit, in the background; nothing where that is going on already.

        Raises:
            Refused: ``no-layer``.
        """
        layer_of(settings)
        with self._lock:
            if edit.id in self._running:
                return None
            self._running[edit.id] = edit.version, "checking"
        thread = threading.Thread(
            target=self._run, args=(settings, store, edit, by, since, lang), daemon=True
        )
        thread.start()
        return thread

    def _run(
        self, settings: Settings, store: Store, edit: RuleEdit, by: int, since: date | None, lang: str
    ) -> None:
        try:
            try:
                basis = present_basis(settings)
            except CallinspectError as error:
                basis, report = "", {"error": plain_paths(error, settings), "issues": []}
            else:
                with tempfile.TemporaryDirectory(prefix="callinspect-edit-") as name:
                    report = self._report(Path(name), settings, edit, since, lang)
            with suppress(CallinspectError):
                store.rule_edits.keep_report(edit.id, report, basis=basis, seen=edit.version, by=by)
        finally:
            with self._lock:
                self._running.pop(edit.id, None)

    def _report(
        self, folder: Path, settings: Settings, edit: RuleEdit, since: date | None, lang: str
    ) -> dict[str, Any]:
        layer, present = folder / "layer", layer_of(settings)
        try:
            if present.exists():
                shutil.copytree(present, layer, ignore=shutil.ignore_patterns(".*"))
            layer.mkdir(exist_ok=True)
            write_edited(layer, EditContent.model_validate(edit.content))
            asked = {
                "lexicons": str(settings.lexicons), "rubric": str(settings.rubric),
                "old": str(present) if present.exists() else "", "new": str(layer), "lang": lang,
                "packs": as_setting(settings.packs),
            }  # fmt: skip
            told = _child([sys.executable, "-m", "pipeline.batch.checking_edits"], {}, json.dumps(asked))
            report: dict[str, Any] = json.loads(told)
            weights = layer / WEIGHTS_FILE
            report["weights"] = base64.b64encode(weights.read_bytes()).decode() if weights.exists() else ""
            if not report["error"] and not any(i["level"] == "error" for i in report["issues"]):
                self._running[edit.id] = edit.version, "trying"
                report["result"] = _shortened(json.loads(_rescored(settings, layer, since, lang)))
        except subprocess.TimeoutExpired:
            report = {"error": f"> {MOST_SECONDS} s", "issues": []}
        except (OSError, ValueError, _ChildError, CallinspectError) as error:
            report = {"error": str(error), "issues": []}
        report["error"] = plain_paths(report["error"], settings, folder, present)
        for issue in report["issues"]:
            issue["place"] = plain_paths(issue["place"], settings, folder, present)
            if "message" in issue:
                issue["message"] = plain_paths(issue["message"], settings, folder, present)
        return report


class _ChildError(Exception):
    """What a child process said before it failed."""


def _rescored(settings: Settings, layer: Path, since: date | None, lang: str) -> str:
    command = [sys.executable, "-m", "pipeline.cli", "--lang", lang, "--store", settings.store]
    command += ["rescore", "--dry-run", "--json", "--workers", "1"]
    command += ["--rubric", str(settings.rubric), "--lexicons", str(settings.lexicons)]
    if since is not None:
        command += ["--from", since.isoformat()]
    own = {"CALLINSPECT_LAYER": str(layer), "CALLINSPECT_PACKS": as_setting(settings.packs)}
    return _child(command, own, "")


def _child(command: list[str], environment: Mapping[str, str], given: str) -> str:
    """
    Raises:
        TimeoutExpired. _ChildError: with the last lines of what it said.
    """
    with subprocess.Popen(  # noqa: S603 (fixed words, paths of our own)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONUTF8": "1", WITHIN: "1", **environment},
    ) as process:
        bound_process(process.pid)
        try:
            out, err = process.communicate(given, timeout=MOST_SECONDS)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise _ChildError("\n".join([line for line in err.strip().splitlines() if line.strip()][-6:])[:2000])
    return out


def _shortened(result: dict[str, Any]) -> dict[str, Any]:
    """Without what was said in the calls: they may be deleted, and what is kept with an edit stays."""
    calls = [
        {
            **call,
            "flips": [
                {
                    **{key: flip[key] for key in ("criterion", "title", "severity", "before", "after")},
                    "evidence": [{"start": e["start"], "end": e["end"]} for e in flip["evidence"][:2]],
                }
                for flip in call["flips"]
            ],
        }
        for call in result["calls"][:KEPT_CALLS]
    ]
    kept = ("found", "outdated", "judged", "changed", "criteria")
    return {**{key: result[key] for key in kept}, "calls": calls}


@cache
def edit_trials() -> EditTrials:
    """Those of this process."""
    return EditTrials()
