"""What each stage makes of four calls of the demo night, as JSON: recorded once with the real models.

``make golden`` records again (`python -m tests.golden.stages`); read the difference before it is committed.
With ``--exports`` only what follows from the texts is made anew: for a change of rubric, lexicons or words.

* ``speech.json``   per call and lane: where somebody speaks, in seconds
* ``windows.json``  the texts of the real engine, as `pipeline.transcription.recorded` plays them back
* ``transcripts``, ``calls`` (measures and score), ``hits``, ``findings``: the exports, a line per record

What comes after the engine is exact: those exports are made with the recorded texts on whatever machine.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from pipeline.cli.main import status
from pipeline.domain import Call, Recording
from pipeline.ingest import identify
from pipeline.inspection.hearing import CallSound, segment_sound
from pipeline.inspection.tools import SPEAKER_MODEL
from pipeline.settings import Settings
from pipeline.speech import Diariser, SpeakerSegmenter
from pipeline.transcription import load_transcriber
from pipeline.transcription.recorded import Recorder

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
NIGHT = ROOT / "scripts" / "demo_night" / "night"
CALLS = ("N02", "N06", "N08", "N13")
"""Two channels with slips, one channel with two voices, abuse, and a voicemail."""

EXPORTS = ("transcripts", "calls", "hits", "findings")
LEFT_OUT = ("revisions", "paths")
"""Fields that say which version made a record and where its file lies: they change with every edit."""


def dump(folder: Path) -> Path:
    """The calls as a dump with its call list beside it."""
    with (NIGHT / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["call_id"] in CALLS]
    for row in rows:
        target = folder / "dump" / row["file"]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(NIGHT / row["file"], target)
    with (folder / "calls.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder / "dump"


def segmented() -> dict[str, CallSound]:
    """Each call decoded, its speech found and cut into windows, with the real networks."""
    segmenter = SpeakerSegmenter(Diariser(ROOT / "models" / SPEAKER_MODEL))
    found = {}
    for call_id in CALLS:
        (path,) = (NIGHT / "audio").glob(f"{call_id}.*")
        found[call_id] = segment_sound(Recording(Call(call_id), (path,), identify([path])), segmenter)
    return found


def speech(sounds: dict[str, CallSound]) -> dict[str, list[list[list[float]]]]:
    """Call -> lane -> spans."""
    return {
        call_id: [
            [[round(span.start, 2), round(span.end, 2)] for span in track.speech]
            for track in sound.segmentation.tracks
        ]
        for call_id, sound in sounds.items()
    }


def recognise(sounds: dict[str, CallSound], path: Path) -> None:
    """Write the texts of all windows by the real engine."""
    settings = Settings(models=ROOT / "models")
    recorder = Recorder(
        load_transcriber(
            "base",
            models=settings.models,
            language=settings.language,
            device=settings.device,
            compute_type=settings.compute_type,
        )
    )
    recorder.transcribe([window for sound in sounds.values() for window in sound.windows])
    recorder.save(path)


def exports(folder: Path, texts: Path) -> dict[str, list[dict[str, Any]]]:
    """What a whole run with these texts stores, from the command line: kind -> records."""
    store = ("--store", f"sqlite:///{folder / 'store.db'}")
    calls = ("--calls", str(folder / "calls.csv"), "--workers", "1", "--quiet")
    arguments = ("run", str(dump(folder)), *calls, "--model", f"recorded:{texts}", *store)
    assert status(list(arguments)) == 0
    found = {}
    for kind in EXPORTS:
        out = folder / f"{kind}.jsonl"
        assert status(["export", kind, "-o", str(out), "--quiet", *store]) == 0
        records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        found[kind] = [{k: v for k, v in record.items() if k not in LEFT_OUT} for record in records]
    return found


def written(value: Any) -> str:
    """As the recordings are written: a record a line, keys in order."""
    lines = value if isinstance(value, list) else [value]
    return "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines)


def main() -> None:
    if "--exports" not in sys.argv:
        sounds = segmented()
        (FOLDER / "speech.json").write_text(written(speech(sounds)), encoding="utf-8")
        recognise(sounds, FOLDER / "windows.json")
    with tempfile.TemporaryDirectory() as folder:
        for kind, records in exports(Path(folder), FOLDER / "windows.json").items():
            (FOLDER / f"{kind}.jsonl").write_text(written(records), encoding="utf-8")


if __name__ == "__main__":
    main()
