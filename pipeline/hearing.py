"""A call between listening and judgement: its sound, its windows, who is who."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.audio import Audio, decode
from pipeline.dialogue import assemble
from pipeline.domain import PhraseKind, Recording, Role, Segment, Transcript
from pipeline.measures import Scene
from pipeline.phrases import Matcher
from pipeline.speech import Party, RoleAssignment, SpeakerSegmentation, SpeakerSegmenter, find_roles
from pipeline.transcription import Window, cut_windows

BEYOND_DOUBT = 0.9975
"""Surer roles (log-odds of 6) are not asked about again: it costs a second search for phrases."""
TWO_PARTIES = 0.9997
"""Voices that may be one are two where the words leave as little doubt (log-odds of 8) who of them is the
agent. The halves of one voice gave up to 6.4 on 27 channels of two nights, and more on two monologues, which
their order gave away."""
PHRASE_ODDS = 1.5
"""Log-odds of a sure hit of one more code. On 39 calls of two nights, one of them with wordings that no
lexicon was written for, the true roles gave up to 8 more such hits, and once the opposite ones more."""
FORBIDDEN_ODDS = 0.8
"""The same of a forbidden phrase: angry customers use those words too, and tell what others said."""

Spoken = Sequence[tuple[Window, Segment]]
"""Segments, each with the window that it was heard in."""


@dataclass(frozen=True, slots=True)
class Listened:
    """A call on its way, between listening and recognition."""

    recording: Recording
    audio: Audio
    segmentation: SpeakerSegmentation
    windows: tuple[Window, ...]


def listen(recording: Recording, segmenter: SpeakerSegmenter) -> Listened:
    """Decode a recording, find who speaks where, and cut that into windows.

    Raises:
        AudioError: it cannot be read.
    """
    audio = decode(recording.paths)
    segmentation = segmenter.segment(audio.channels, duration=audio.duration)
    windows = tuple(
        window
        for tracks in (
            [segmentation.tracks] if segmentation.layout.mono else [[track] for track in segmentation.tracks]
        )
        if tracks
        for window in cut_windows(tracks[0].samples, [turn for track in tracks for turn in track.turns])
    )
    return Listened(recording, audio, segmentation, windows)


def roles_of(call: Listened, segments: Sequence[Segment], matcher: Matcher) -> RoleAssignment:
    """Role of each party, and how sure that is."""
    claim = call.recording.call.agent_channel
    parties = []
    for party in range(len(call.segmentation.tracks)):
        own = [s for s in segments if s.party == party]
        claimed = (
            None
            if call.segmentation.layout.mono or claim not in ("left", "right")
            else claim == ("left", "right")[party]
        )
        parties.append(
            Party(
                text="\n".join(s.text for s in own),
                first_at=min((s.span.start for s in own), default=float("inf")),
                claimed=claimed,
                silent=not own,
            )
        )
    found = find_roles(parties, direction=call.recording.call.direction)
    if len(found.roles) == 2 and found.confidence < BEYOND_DOUBT:
        found = found.weighed(_by_phrases(segments, found.roles, matcher))
    if call.segmentation.doubtful and found.confidence < TWO_PARTIES:
        return _one_party(segments)
    return found


def _one_party(segments: Sequence[Segment]) -> RoleAssignment:
    """Both voices are one person's."""
    text = "\n".join(segment.text for segment in segments)
    alone = find_roles([Party(text, min((s.span.start for s in segments), default=0.0), claimed=None)])
    return RoleAssignment(alone.roles * 2, alone.confidence)


def _by_phrases(segments: Sequence[Segment], roles: tuple[Role, ...], matcher: Matcher) -> float:
    """Log-odds for these roles and against the opposite ones: who says what only an agent, or only a
    customer, says. Every code of the lexicons has a role, so that they know far more such words than
    `find_roles`; each code counts once, with its surest hit."""
    ways = [assemble(segments, order, confidence=1.0).utterances for order in (roles, roles[::-1])]
    believed = []
    for hits in matcher.match_all(ways):
        surest: dict[str, float] = {}
        for hit in hits:
            odds = FORBIDDEN_ODDS if hit.kind is PhraseKind.FORBIDDEN else PHRASE_ODDS
            surest[hit.code] = max(surest.get(hit.code, 0.0), odds * hit.confidence)
        believed.append(sum(surest.values()))
    return believed[0] - believed[1]


def scene_of(call: Listened, roles: Sequence[Role], spoken: Spoken, transcript: Transcript) -> Scene:
    """What the measures look at. Sound in which no words were found is nobody's speech."""
    speech = {
        role: tuple(v for window, s in spoken if roles[s.party] is role for v in window.voiced)
        for role in (Role.AGENT, Role.CUSTOMER)
    }
    return Scene(
        duration=call.audio.duration,
        speech=speech,
        hold=call.segmentation.hold,
        utterances=transcript.utterances,
        sound={role: track.samples for role, track in zip(roles, call.segmentation.tracks, strict=True)},
        mono=call.segmentation.layout.mono,
    )
