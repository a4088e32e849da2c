"""Stretches in which nobody talks and nothing plays."""

from __future__ import annotations

from itertools import chain

from pipeline.domain import Span, subtract
from pipeline.measures.measured import PARTIES, UNMEASURED, Reading, measured
from pipeline.measures.scene import Scene

SILENCE_S = 2.0
"""Shorter pauses are part of talking."""

COUNTED_S = 3.0
"""From here on a silence is an event of its own."""


def silences(scene: Scene) -> tuple[Span, ...]:
    """Silences of at least 2 s between the first and the last words of the call.

    Before the first words the line is being set up and after the last ones it is being dropped: nobody waits.
    """
    speech = tuple(chain.from_iterable(scene.spoken(role) for role in PARTIES))
    if not speech:
        return ()
    talk = Span(min(s.start for s in speech), max(s.end for s in speech))
    quiet = subtract((talk,), (*speech, *scene.heard_hold()))
    return tuple(span for span in quiet if span.duration >= SILENCE_S)


def _anyone_speaks(scene: Scene) -> bool:
    return any(scene.spoken(role) for role in PARTIES)


@measured("silence_total", unit="s")
def silence_total(scene: Scene) -> Reading:
    """Seconds in silences: stretches of at least 2 s, between the first and the last words of the call, in
    which neither party talks and no music or tone plays. A silent hold is silence, hold music is not. None
    where nobody speaks in the whole recording.

    Source: non-talk time of Amazon Contact Lens, at 2 s and without holds that play something.
    """
    if not _anyone_speaks(scene):
        return UNMEASURED
    spans = silences(scene)
    return Reading(sum(span.duration for span in spans), spans)


@measured("silence_longest", unit="s")
def silence_longest(scene: Scene) -> Reading:
    """Seconds of the longest silence (as in silence_total); 0 where no pause reaches 2 s.

    Source: as silence_total.
    """
    if not _anyone_speaks(scene):
        return UNMEASURED
    longest = max(silences(scene), key=lambda span: span.duration, default=None)
    return Reading(0.0) if longest is None else Reading(longest.duration, (longest,))


@measured("silence_count", unit="count")
def silence_count(scene: Scene) -> Reading:
    """Number of silences (as in silence_total) of at least 3 s.

    Source: MiiTel counts silences from 3 s, Amazon Contact Lens counts those over 3 s.
    """
    if not _anyone_speaks(scene):
        return UNMEASURED
    spans = tuple(span for span in silences(scene) if span.duration >= COUNTED_S)
    return Reading(len(spans), spans)
