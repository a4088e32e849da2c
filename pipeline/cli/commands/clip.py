"""``callinspect clip``: hear what a finding rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.session import Session, command
from pipeline.cli.stored import existing_store, stored_call
from pipeline.cli.views.times import stretch
from pipeline.domain import Evidence, Finding, Inspection, Span
from pipeline.errors import CommandError
from pipeline.ingest import identify
from pipeline.reports import STDOUT
from pipeline.reports.files import whole_file


@command
def clip(
    session: Session,
    call_id: Annotated[str, typer.Argument(help="argument.call", metavar="CALL_ID")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="clip.out", metavar="FILE.wav")] = None,
    finding: Annotated[str | None, typer.Option("--finding", help="clip.finding", metavar="N|ID")] = None,
    at: Annotated[str | None, typer.Option("--at", help="clip.at", metavar="FROM-TO")] = None,
    place: Annotated[int, typer.Option("--place", min=1, help="clip.place", metavar="N")] = 1,
    margin: Annotated[float, typer.Option("--margin", min=0, help="clip.margin", metavar="SECONDS")] = 2.0,
) -> int:
    inspection = stored_call(session, call_id)
    if finding is not None:
        chosen = find(inspection, finding)
        title, wanted = chosen.title, _place(chosen, place).span
    elif at is not None:
        title, wanted = call_id, seconds(at)
    else:
        raise CommandError("clip-what")
    if out is None:  # told last: what else is wrong would only come up after it
        raise CommandError("no-out", example=f"{call_id}.wav")
    paths = _lying(session, inspection)
    from pipeline.audio import decode
    from pipeline.audio.playback import write_excerpt

    span = wanted.widened(margin)
    audio = decode(paths)
    with whole_file(out) as file:
        write_excerpt(audio, span, file)
    with existing_store(session) as store:
        store.audit.note("clip", call_id=call_id, place=f"{span.start:.1f}-{span.end:.1f}")
    if out != STDOUT:
        session.say(session.words("clip.done", title=title, times=stretch(wanted), path=out), "green")
    return 0


def _lying(session: Session, inspection: Inspection) -> tuple[Path, ...]:
    """Where the sound that was inspected lies now: never other sound that has taken its place.

    Raises:
        CommandError: nowhere.
    """
    recording = inspection.recording
    with existing_store(session) as store:
        known = store.identities.known(call_ids=[recording.call.call_id])
    places = [paths for call in known for paths in call.files if call.sha256 == recording.sha256]
    for paths in places:
        if all(path.exists() for path in paths) and identify(paths) == recording.sha256:
            return paths
    raise CommandError("no-audio", path=places[0][0] if places else recording.call.call_id)


def seconds(text: str) -> Span:
    """``12.5-20``: from and to, in seconds from the start of the recording.

    Raises:
        CommandError: not two numbers in order.
    """
    start, _, end = text.partition("-")
    try:
        return Span(float(start), float(end))
    except ValueError as error:
        raise CommandError("clip-at", text=text) from error


def find(inspection: Inspection, wanted: str) -> Finding:
    """A finding by its number in ``show`` (from 1) or by its criterion.

    Raises:
        CommandError: there is none like that.
    """
    findings = inspection.scorecard.findings if inspection.scorecard else ()
    for number, finding in enumerate(findings, start=1):
        if wanted in (str(number), finding.criterion):
            return finding
    raise CommandError("no-finding", call=inspection.recording.call.call_id, finding=wanted)


def _place(finding: Finding, place: int) -> Evidence:
    if not finding.evidence:
        raise CommandError("no-evidence", title=finding.title)
    if place > len(finding.evidence):
        raise CommandError("no-place", title=finding.title, count=len(finding.evidence))
    return finding.evidence[place - 1]
