"""Everything a measure may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.domain import Role, Sound, Span, Utterance, merge


@dataclass(frozen=True, slots=True)
class Scene:
    """One call as the earlier stages saw it. Times are seconds from the start of the recording."""

    duration: float
    speech: Mapping[Role, tuple[Span, ...]]
    """Where each party talks."""
    hold: tuple[Span, ...] = ()
    """Music, ringback, beeps, and holds known from elsewhere."""
    utterances: tuple[Utterance, ...] = ()
    sound: Mapping[Role, Sound] = field(default_factory=dict)
    """That party's channel; in mono both roles map to the same one. Empty: no sound at hand."""
    mono: bool = False
    tones: tuple[Span, ...] | None = None
    """The part of ``hold`` in which music or a tone is heard; None: all of it."""
    overlap_known: bool = False
    """In mono: the speaker separation can hear two people at once. Ignored in stereo."""

    def spoken(self, role: Role) -> tuple[Span, ...]:
        """Where ``role`` talks: sorted, disjoint, inside the recording."""
        whole = Span(0.0, self.duration)
        return merge(part for span in self.speech.get(role, ()) if (part := span & whole) is not None)

    def heard_hold(self) -> tuple[Span, ...]:
        """Where music or a tone plays: sorted, disjoint, inside the recording."""
        whole = Span(0.0, self.duration)
        spans = self.hold if self.tones is None else self.tones
        return merge(part for span in spans if (part := span & whole) is not None)

    def said(self, role: Role) -> tuple[Utterance, ...]:
        """The utterances of ``role`` in time order."""
        return tuple(sorted((u for u in self.utterances if u.role is role), key=lambda u: u.span))

    @property
    def overlap_measurable(self) -> bool:
        """Two people at once can be told apart: on two channels, or where the speaker separation can."""
        return not self.mono or self.overlap_known
