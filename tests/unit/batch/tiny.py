"""A real inspector small enough for tests: it reads each file's first line and does what that says.

An empty file is ``bad``.

``ok``, ``sleep 0.2``, ``die``, ``kill``, ``die-once MARKER``, ``fault [COUNTER]``, ``memory``,
``memory-once MARKER``, ``unstorable``, ``bad``, ``silent``, ``grow``, ``leave``, ``hang``, ``partial``.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.domain import (
    Evidence,
    Finding,
    Inspection,
    Measurement,
    Measures,
    Outcome,
    PhraseHit,
    Recording,
    Revisions,
    Role,
    Scorecard,
    Severity,
    Span,
    Status,
    Transcript,
    Utterance,
)
from pipeline.errors import AudioError, ModelError
from pipeline.messages import verbatim
from pipeline.rubric.rarity import NO_WORDS, Words
from pipeline.settings import Settings

REVISIONS = Revisions(audio_sha256="", engine="tiny", model="m1", lexicons="l1", rubric="r1", settings="s1")


class TinyInspector:
    """Obeys the text in the recordings."""

    def __init__(self, *, revisions: Revisions = REVISIONS) -> None:
        self._revisions = revisions

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        for recording in recordings:
            yield from self._one(recording)

    def judge_again(
        self,
        stored: Inspection,
        *,
        earlier: Sequence[PhraseHit],
        words: Words = NO_WORDS,
    ) -> Inspection:
        made = self._made(stored.recording, stored.status, stored.reason, "judged again")
        corrected = stored.revisions.roles_corrected
        revisions = made.revisions.with_roles_swapped if corrected else made.revisions
        return replace(made, transcript=stored.transcript, revisions=revisions)

    def _one(self, recording: Recording) -> Iterator[Inspection]:
        try:
            order, *rest = (recording.paths[0].read_text().splitlines() or ["bad"])[0].split()
            if order == "bad":
                raise AudioError(verbatim("the header says nothing"))
        except (OSError, AudioError) as error:
            yield self._made(recording, Status.UNREADABLE, str(error))
            return
        match order:
            case "sleep":
                time.sleep(float(rest[0]))
            case "hang":
                time.sleep(1000)
            case "die":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "die-once":
                marker = Path(rest[0])
                if not marker.exists():
                    marker.touch()
                    os.kill(os.getpid(), signal.SIGKILL)
            case "die-twice-then-fine":
                marks = Path(rest[0])
                marks.mkdir(exist_ok=True)
                if len(list(marks.iterdir())) < 2:
                    (marks / str(time.time_ns())).touch()
                    os.kill(os.getpid(), signal.SIGKILL)
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "memory":
                raise MemoryError
            case "memory-once":
                marker = Path(rest[0])
                if not marker.exists():
                    marker.touch()
                    raise MemoryError
            case "fault":
                if rest:
                    with Path(rest[0]).open("a") as tried:
                        tried.write("x")
                raise ZeroDivisionError("somebody divided")
            case "grow":
                with recording.paths[0].open("a") as file:
                    file.write("more\n")
            case "leave":
                recording.paths[0].unlink()
            case "silent":
                return
        status = Status.PARTIAL if order == "partial" else Status.INSPECTED
        said = {
            "pid": str(os.getpid()),
            "env": os.environ.get(rest[0], "") if rest else "",
            "say": "heard",
        }.get(order, "喂")
        made = self._made(recording, status, "cut short" if order == "partial" else None, said)
        yield replace(made, layout=object()) if order == "unstorable" else made  # type: ignore[arg-type]

    def _made(self, recording: Recording, status: Status, reason: str | None, said: str = "") -> Inspection:
        revisions = replace(self._revisions, audio_sha256=recording.sha256)
        if status is Status.UNREADABLE:
            return Inspection(recording, status, verbatim(reason or ""), revisions)
        span = Span(0.0, 10.0)
        finding = Finding(
            criterion="greeting",
            title="开场白",
            section="服务用语",
            severity=Severity.D,
            outcome=Outcome.FAILED,
            points=-5.0,
            evidence=(Evidence(span, Role.AGENT, "喂"),),
            reason=verbatim("前十秒没有开场白"),
        )
        return Inspection(
            recording,
            status,
            verbatim(reason) if reason else None,
            revisions,
            duration=60.0,
            layout="stereo",
            transcript=Transcript((Utterance(Role.AGENT, span, said),)),
            measures=Measures((Measurement("silence_total", 3.0, "s", (span,)),)),
            scorecard=Scorecard(
                (finding,), 95.0, True, False, (), flagged=True, flag_reasons=(verbatim("grave"),)
            ),
        )


def tiny(_settings: Settings) -> TinyInspector:
    return TinyInspector()


def revised(_settings: Settings) -> TinyInspector:
    return TinyInspector(revisions=replace(REVISIONS, rubric="r2"))


def remodelled(_settings: Settings) -> TinyInspector:
    return TinyInspector(revisions=replace(REVISIONS, model="m2"))


def overstated(_settings: Settings) -> TinyInspector:
    return TinyInspector(revisions=replace(REVISIONS, engine="another"))


def without_model(_settings: Settings) -> TinyInspector:
    raise ModelError("no such model; fetch it first")


def dies_loading(_settings: Settings) -> TinyInspector:
    os._exit(7)


def cannot_load(_settings: Settings) -> TinyInspector:
    raise RuntimeError("libfoo.so not found")


def loads_once(_settings: Settings) -> TinyInspector:
    try:
        Path(os.environ["TINY_MARK"]).touch(exist_ok=False)
    except FileExistsError as error:
        raise ModelError("the model went away") from error
    return TinyInspector()
