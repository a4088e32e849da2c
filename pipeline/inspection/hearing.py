"""A call between listening and judgement: its sound, its windows, who is who."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.audio import Audio, decode
from pipeline.conversation import Timeline, assemble
from pipeline.conversation.wordlists import WordLists
from pipeline.domain import PARTIES, PhraseKind, Recording, Role, Segment, Sound, Transcript
from pipeline.measures import trimmed
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
    found = find_roles(parties, direction=call.recording.call.direction, words=matcher.lexicons.words)
    if len(found.roles) == 2 and found.confidence < BEYOND_DOUBT:
        found = found.weighed(_by_phrases(segments, found.roles, matcher))
    if call.segmentation.doubtful and found.confidence < TWO_PARTIES:
        return _one_party(segments, matcher.lexicons.words)
    return found


def _one_party(segments: Sequence[Segment], words: WordLists) -> RoleAssignment:
    """Both voices are one person's."""
    text = "\n".join(segment.text for segment in segments)
    first_at = min((s.span.start for s in segments), default=0.0)
    alone = find_roles([Party(text, first_at, claimed=None)], words=words)
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


def sounds_of(call: Listened, roles: Sequence[Role]) -> dict[Role, Sound]:
    """Each party's channel."""
    return {role: track.samples for role, track in zip(roles, call.segmentation.tracks, strict=True)}


def timeline_of(
    call: Listened, roles: Sequence[Role], spoken: Spoken, transcript: Transcript, words: WordLists
) -> Timeline:
    """What measures and rubric look at. Sound in which no words were found is nobody's speech."""
    speech = {
        role: tuple(v for window, s in spoken if roles[s.party] is role for v in window.voiced)
        for role in PARTIES
    }
    duration, tones, mono = call.audio.duration, call.segmentation.hold, call.segmentation.layout.mono
    return Timeline.heard(
        duration=duration,
        speech=trimmed(speech, sounds_of(call, roles), duration=duration, tones=tones, mono=mono),
        tones=tones,
        utterances=transcript.utterances,
        mono=mono,
        words=words,
    )
