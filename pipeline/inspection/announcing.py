"""Announcements of the line become a party of their own: nobody's greeting, nobody's speech."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.conversation.wordlists import WordLists
from pipeline.domain import Role, Span, clip
from pipeline.inspection.cutting import Heard, cut_at_character
from pipeline.inspection.hearing import CallSound
from pipeline.speech import SpeakerSegmenter
from pipeline.speech.announcements import AnnouncedWords, announced_words
from pipeline.speech.likeness import LEAST_SECONDS, likely_same, side, surely_other

LINE = 2
"""The party that announcements are: beside 0 and 1, which have tracks."""

_NEARLY, _SLACK = 2.0, 0.06
"""Words that are all but sure, where one is expected, let a voice be so much more alike."""
DECIDED_BY_VOICE = 0.5
"""How sure it is that words which agents say too are the line's: a greeting may be among them."""


def with_line(roles: Sequence[Role]) -> tuple[Role, ...]:
    """Roles by party, the line's among them."""
    return (*roles, *[Role.UNKNOWN] * (LINE - len(roles)), Role.ANNOUNCEMENT)


def announcements_parted(
    call: CallSound, heard: Sequence[Heard], segmenter: SpeakerSegmenter, words: WordLists
) -> list[Heard]:
    """What was heard, with announcements as the words of party `LINE`; windows are cut where they end."""
    in_order = sorted(heard, key=lambda one: (one[1].span, one[1].party))
    segments = [segment for _, segment in in_order]
    found = announced_words(segments, words)
    if not found:
        return list(heard)
    by_words = [run for run in found if run.sure]
    chosen = [run for run in found if _is_announced(run, call, in_order, [*by_words, run], segmenter)]
    places = _joined(chosen)
    out: list[Heard] = []
    for number, one in enumerate(in_order):
        out += [one] if number not in places else _parts(one, *places[number])
    return out


def _joined(chosen: Sequence[AnnouncedWords]) -> dict[int, tuple[int, int, bool]]:
    """Number of the window -> first character, one past the last, whether the words alone tell; two
    announcements in a window are one."""
    places: dict[int, tuple[int, int, bool]] = {}
    for run in chosen:
        for number, start, end in run.places:
            first, last, sure = places.get(number, (start, end, run.sure))
            places[number] = min(first, start), max(last, end), sure or run.sure
    return places


def _parts(heard: Heard, start: int, end: int, by_words: bool) -> list[Heard]:
    before, rest = cut_at_character(heard, start) if start else (None, heard)
    announced, after = (None, None) if rest is None else cut_at_character(rest, end - start)
    line = [] if announced is None else [_of_line(announced, 1.0 if by_words else DECIDED_BY_VOICE)]
    return [*([before] if before else []), *line, *([after] if after else [])]


def _of_line(heard: Heard, sure: float) -> Heard:
    window, segment = heard
    return (
        replace(window, party=LINE, party_confidence=sure),
        replace(segment, party=LINE, party_confidence=sure),
    )


def _is_announced(
    run: AnnouncedWords,
    call: CallSound,
    heard: Sequence[Heard],
    not_people: Sequence[AnnouncedWords],
    segmenter: SpeakerSegmenter,
) -> bool:
    """By its words where these are sure and no voice contradicts; by the voice where they are only alike."""
    party = heard[min(number for number, _, _ in run.places)][1].party
    rest = _others(run, party, heard, not_people, mono=call.segmentation.layout.mono)
    sound = call.segmentation.tracks[party].samples
    own = [v for number, _, _ in run.places for v in clip(heard[number][0].voiced, run.span)]
    sides = [side(sound, own), *(side(sound, spans) for spans in rest)]
    told = [number for number, one in enumerate(sides) if one.seconds >= LEAST_SECONDS]
    alike = segmenter.compare([sides[n] for n in told]) if len(told) > 1 and told[0] == 0 else None
    if alike is None:
        return run.sure
    likest = int(alike[0, 1:].argmax()) + 1
    cosine, seconds = float(alike[0, likest]), (sides[0].seconds, sides[told[likest]].seconds)
    if run.sure:
        return not likely_same(cosine, *seconds)
    slack = _SLACK if run.expected and run.weight >= _NEARLY else 0.0
    return surely_other(cosine, *seconds, slack=slack)


def _others(
    run: AnnouncedWords,
    party: int,
    heard: Sequence[Heard],
    not_people: Sequence[AnnouncedWords],
    *,
    mono: bool,
) -> list[list[Span]]:
    """Where people speak on the same channel, each party apart."""
    taken = {number for other in not_people for number, _, _ in other.places}
    rest: dict[int, list[Span]] = {}
    for number, (window, segment) in enumerate(heard):
        here = mono or segment.party == party
        if here and number not in taken and not window.overlapped:
            rest.setdefault(segment.party, []).extend(window.voiced)
    return list(rest.values())
