"""Whose words are whose: the line's announcements, channels that change sides, the agent, a second agent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.conversation.wordlists import WordLists
from pipeline.domain import Role, Segment, Span, VoicePiece
from pipeline.inspection.announcing import LINE, announcements_parted, with_line
from pipeline.inspection.cutting import Heard, cut_at_time
from pipeline.inspection.hearing import CallSound
from pipeline.inspection.more_voices import other_voices, third_voice
from pipeline.inspection.roles import roles_of
from pipeline.inspection.second_voice import second_voice
from pipeline.inspection.sides import side_change, turned_round
from pipeline.phrases import Matcher
from pipeline.speech import RoleAssignment, SpeakerSegmenter
from pipeline.speech.announcements import is_centres
from pipeline.transcription import SpeechWindow

LINE_ODDS = 2.5
"""Log-odds that a channel on which the centre's announcements are played is the agent's: as for a switch."""


@dataclass(frozen=True, slots=True)
class HeardParties:
    """A call once it is known whose words are whose."""

    call: CallSound
    """With channels that change sides put right."""
    spoken: tuple[Heard, ...]
    """In time order of the windows; announcements are those of party `announcing.LINE`."""
    assignment: RoleAssignment
    """Of the parties that have tracks."""
    pieces: tuple[VoicePiece, ...]
    """Of each party's voice; none where nobody is named as the agent."""
    turned_at: float = float("inf")
    """Seconds from which on the channels were turned round."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """By party, the line's among them."""
        return with_line(self.assignment.roles)

    def put_right(self, window: SpeechWindow) -> SpeechWindow:
        """A window in which nothing was recognised, as its party's."""
        turned = window.span.middle >= self.turned_at
        return replace(window, party=1 - window.party) if turned else window

    @property
    def segments(self) -> list[Segment]:
        return [segment for _, segment in self.spoken]


def parties_of(
    call: CallSound, spoken: Sequence[Heard], segmenter: SpeakerSegmenter, matcher: Matcher
) -> HeardParties:
    """Find out whose words are whose.

    Args:
        spoken: what was recognised, each with the window that it was heard in.
    """
    words = matcher.lexicons.words
    heard = announcements_parted(call, spoken, segmenter, words)
    people, line = _apart(heard)
    pieces = _pieces(call, people, line, segmenter)
    change = side_change(call, people, pieces, segmenter, words)
    if change is not None and change.proved:
        call, heard = turned_round(call, heard, change)
        people, line = _apart(heard)
        pieces = _pieces(call, people, line, segmenter)
    found = roles_of(call, [segment for _, segment in people], matcher)
    turned_at = change.at if change is not None and change.proved else float("inf")
    found = _by_line(call, spoken, heard, found, words, turned_at=turned_at)
    if change is not None:
        evidence = replace(found.evidence, sides_turn=round(change.at, 3), sides_doubtful=not change.proved)
        found = replace(found, evidence=evidence)
    else:
        heard, found = _with_second_agent(call, heard, people, found, segmenter, words)
    return HeardParties(call, tuple(heard), found, pieces, turned_at)


def _apart(heard: Sequence[Heard]) -> tuple[list[Heard], list[Heard]]:
    """What people say, and what the line plays."""
    return [h for h in heard if h[1].party != LINE], [h for h in heard if h[1].party == LINE]


def _pieces(
    call: CallSound, people: Sequence[Heard], line: Sequence[Heard], segmenter: SpeakerSegmenter
) -> tuple[VoicePiece, ...]:
    """Pieces of each voice, of calls whose agent has other calls to be compared with."""
    if call.recording.call.agent_id is None or not people:
        return ()
    announced = [span for window, _ in line for span in window.voiced]
    return segmenter.voices(call.segmentation, without=announced)


def _by_line(
    call: CallSound,
    spoken: Sequence[Heard],
    heard: Sequence[Heard],
    found: RoleAssignment,
    words: WordLists,
    *,
    turned_at: float,
) -> RoleAssignment:
    """With what it tells that the centre's own announcements are played on one channel; from ``turned_at``
    (seconds) on the parties of ``spoken`` are the other way round."""
    line = [segment for _, segment in heard if segment.party == LINE and is_centres(segment.text, words)]
    if call.segmentation.layout.mono or len(found.roles) != 2 or not line:
        return found
    first = line[0]
    was = (s for _, s in spoken if first.text in s.text and s.span.start <= first.span.start < s.span.end)
    party = next((segment.party for segment in was), None)
    if party is None:
        return found
    if first.span.start >= turned_at:
        party = 1 - party
    return found.weighed(LINE_ODDS if found.roles[party] is Role.AGENT else -LINE_ODDS)


def _with_second_agent(
    call: CallSound,
    heard: Sequence[Heard],
    people: Sequence[Heard],
    found: RoleAssignment,
    segmenter: SpeakerSegmenter,
    words: WordLists,
) -> tuple[list[Heard], RoleAssignment]:
    """With the words of a second agent cut from the first one's, and noted."""
    if set(found.roles) != {Role.AGENT, Role.CUSTOMER}:
        return list(heard), found
    agent = found.roles.index(Role.AGENT)
    theirs = other_voices(call, people, agent, segmenter, words)
    if call.segmentation.layout.mono and third_voice(call, people, agent, theirs, segmenter, words):
        return list(heard), replace(found, evidence=replace(found.evidence, third_voice=True))
    if not theirs:
        change = second_voice(call, people, agent, segmenter, words)
        theirs = () if change is None else (Span(change.start, max(change.end, call.audio.duration)),)
    if not theirs:
        return list(heard), found
    # What goes wrong between the two is nobody's fault: the wait belongs to the one or the other.
    theirs = tuple(Span(round(span.start, 3), max(round(span.start, 3), span.end)) for span in theirs)
    cut = [part for one in heard for part in (_cut(one, theirs) if one[1].party == agent else (one,))]
    return cut, replace(found, evidence=replace(found.evidence, second_agent=theirs))


def _cut(heard: Heard, theirs: Sequence[Span]) -> Iterator[Heard]:
    """What was heard, in two wherever another voice begins or ends."""
    rest: Heard | None = heard
    for moment in sorted({edge for span in theirs for edge in (span.start, span.end)}):
        if rest is None:
            return
        before, rest = cut_at_time(rest, moment)
        if before is not None:
            yield before
    if rest is not None:
        yield rest
