"""Both parties at once."""

from __future__ import annotations

from pipeline.domain import Role, intersect, total
from pipeline.measures.measured import UNMEASURED, Reading, measured
from pipeline.measures.scene import Scene


@measured("overlap_total", unit="s")
def overlap_total(scene: Scene) -> Reading:
    """Seconds in which both parties talk. None in a mono recording whose speaker separation cannot hear two
    people at once.

    Source: talk-over time of Amazon Transcribe Call Analytics.
    """
    if not scene.overlap_measurable:
        return UNMEASURED
    spans = intersect(scene.spoken(Role.AGENT), scene.spoken(Role.CUSTOMER))
    return Reading(total(spans), spans)
