"""The phrases of one call, and the one rule of which hits survive.

A phrase is found in what the recogniser wrote, in the sound where the recogniser wrote something like it, or
by its meaning. The hits of the text are made anew whenever the lexicons change. What sound or meaning told is
a fact of the hearing that no text gives back, and lasts as long as its phrase is in the lexicons.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.domain import How, PhraseHit, PhraseKind, Role, Segment, Transcript
from pipeline.inspection.rules import Rules
from pipeline.phrases import Lexicons
from pipeline.phrases.confirm import TextScorer, confirm, near_misses
from pipeline.phrases.vocabulary import correct_names
from pipeline.transcription import ScoresTexts, SpeechWindow, Transcriber

if TYPE_CHECKING:
    from pipeline.inspection.tools import HearingTools  # the room of speech: who judges again does without

_BY_SOUND_OR_MEANING = (How.CONFIRMED, How.MEANING)
"""From the surer to the less sure: where both tell of one code at one place, the sound counts."""
_COSTLY = (PhraseKind.FORBIDDEN, PhraseKind.ESCALATION)


def surviving(
    written: Sequence[PhraseHit], heard: Sequence[PhraseHit], lexicons: Lexicons
) -> tuple[PhraseHit, ...]:
    """The hits of a call, in time order: those of the text, and those of sound and meaning that they leave.

    A hit by sound or meaning survives while its phrase is in the lexicons, unless the same code was found at
    the same place in the same party's words by surer means: in the text, by the sound, or earlier in
    ``heard``.

    Args:
        written: what the lexicons find in the text.
        heard: hits of this hearing by any means, those of the newest revision first; hits of the text among
            them are left out.
    """
    if not any(hit.how in _BY_SOUND_OR_MEANING for hit in heard):
        return tuple(written)
    known = {(phrase.code.code, phrase.canonical) for phrase in lexicons.phrases}
    hits = list(written)
    for how in _BY_SOUND_OR_MEANING:
        for hit in heard:
            if hit.how is how and (hit.code, hit.phrase) in known and not _found_already(hit, hits):
                hits.append(hit)
    if len(hits) == len(written):
        return tuple(hits)
    return tuple(sorted(hits, key=lambda h: (h.span, h.code, h.phrase)))


def of_text(hits: Sequence[PhraseHit]) -> tuple[PhraseHit, ...]:
    """Those that were found in the text, which the same lexicons would find there again."""
    return tuple(hit for hit in hits if hit.how not in _BY_SOUND_OR_MEANING)


def _found_already(hit: PhraseHit, hits: Sequence[PhraseHit]) -> bool:
    return any(h.code == hit.code and h.role is hit.role and h.span & hit.span for h in hits)


def find_hits(
    transcript: Transcript,
    *,
    spoken: Sequence[tuple[SpeechWindow, Segment]],
    roles: Sequence[Role],
    tools: HearingTools,
    rules: Rules,
) -> tuple[PhraseHit, ...]:
    """The phrases that were said in a call: written, borne out by the sound, or meant.

    Tested against the sound are forbidden phrases and customer escalations (what costs points or calls for a
    person), and of the required phrases those that were not found: leaving one out costs points too. None
    where the engine cannot score a given text.

    Args:
        spoken: what was recognised, each with the window that it was heard in.
        roles: of party 0, of party 1, ...
    """
    matcher = rules.matcher
    written: Sequence[PhraseHit]
    heard: list[PhraseHit] = []
    if (score := text_scorer(tools.transcriber, spoken, roles)) is not None:
        search = matcher.search(transcript.utterances, near_misses_of=confirmable(matcher.lexicons))
        written = search.hits
        lacking = _of_kind(matcher.lexicons, PhraseKind.REQUIRED) - {hit.code for hit in written}
        near = [
            candidate
            for codes in (_of_kind(matcher.lexicons, *_COSTLY), lacking)
            for candidate in near_misses(search, codes=codes)
        ]
        heard += confirm(near, score)
    else:
        written = matcher.match(transcript.utterances)
    if tools.semantic is not None:
        heard += tools.semantic.match(transcript.utterances)
    return surviving(written, heard, matcher.lexicons)


def with_names(
    transcript: Transcript,
    hits: Sequence[PhraseHit],
    *,
    spoken: Sequence[tuple[SpeechWindow, Segment]],
    roles: Sequence[Role],
    tools: HearingTools,
    rules: Rules,
) -> Transcript:
    """The transcript with the centre's misheard names noted; as it is where the engine cannot score texts.

    Args:
        hits: what was found in it, which stays as it was recognised.
        spoken, roles: as for `find_hits`.
    """
    score = text_scorer(tools.transcriber, spoken, roles)
    if score is None:
        return transcript
    return correct_names(transcript, hits, tools.vocabulary, score, rules.matcher)


def text_scorer(
    transcriber: Transcriber, spoken: Sequence[tuple[SpeechWindow, Segment]], roles: Sequence[Role]
) -> TextScorer | None:
    """What scores a text against the sound of one of these utterances; None where the engine cannot."""
    if not isinstance(transcriber, ScoresTexts):
        return None
    windows = {(roles[segment.party], segment.span): window for window, segment in spoken}
    return lambda role, span, texts: transcriber.log_probabilities(windows[role, span], texts)


def confirmable(lexicons: Lexicons) -> frozenset[str]:
    """The codes whose near misses may be tested against the sound."""
    return _of_kind(lexicons, *_COSTLY, PhraseKind.REQUIRED)


def _of_kind(lexicons: Lexicons, *kinds: PhraseKind) -> frozenset[str]:
    return frozenset(code.code for code in lexicons.codes.values() if code.kind in kinds)
