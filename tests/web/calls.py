"""A call with sound that can be heard, in the store of a test."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile

from pipeline.domain import SAMPLE_RATE_HZ, Inspection, Recording
from pipeline.ingest import identify
from pipeline.store import Store
from tests.nights import bad_call
from tests.sounds import noise, silence

HEARD = "HEARD"
"""Of TEAM and AGENT, as O02, but its recording is there."""


def record(path: Path, *, agent_on: str = "left", seconds: float = 28.0) -> Path:
    """Noise where the parties of `tests.nights.bad_call` speak, in mu-law at 8 kHz."""
    lanes = {"agent": silence(seconds), "customer": silence(seconds)}
    for utterance in bad_call().transcript.utterances:
        first = round(utterance.span.start * SAMPLE_RATE_HZ)
        sound = noise(utterance.span.duration, db=-20)
        lanes[utterance.role.value][first : first + len(sound)] = sound
    order = ("agent", "customer") if agent_on == "left" else ("customer", "agent")
    soundfile.write(path, np.stack([lanes[name] for name in order], axis=1)[::2], 8_000, subtype="ULAW")
    return path


def put(store: Store, inspection: Inspection) -> None:
    run = store.start_run()
    store.save(inspection, run_id=run)
    store.finish_run(run)


def heard_call(path: Path, *, call_id: str = HEARD) -> Inspection:
    """`tests.nights.bad_call` with this recording."""
    base, digest = bad_call(), identify([path])
    call = replace(base.recording.call, call_id=call_id)
    revisions = replace(base.revisions, audio_sha256=digest)
    return replace(base, recording=Recording(call, (path,), digest), revisions=revisions, duration=28.0)
