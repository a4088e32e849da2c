"""The phrases of one call: as they are written, and near misses that its sound bears out."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.domain import How, PhraseHit, PhraseKind, Role, Segment, Span, Transcript
from pipeline.phrases import Lexicons, Matcher
from pipeline.phrases.confirm import confirm, near_misses
from pipeline.transcription import ScoresTexts, Transcriber, Window

_LASTING = (How.CONFIRMED, How.MEANING)
_COSTLY = (PhraseKind.FORBIDDEN, PhraseKind.ESCALATION)


def phrases_of(
    transcript: Transcript,
    *,
    spoken: Sequence[tuple[Window, Segment]],
    roles: Sequence[Role],
    matcher: Matcher,
    transcriber: Transcriber,
) -> tuple[PhraseHit, ...]:
    """Phrases that the recogniser wrote, and those it wrote differently that the sound bears out.

    Tested against the sound are forbidden phrases and customer escalations (what costs points or calls for a
    person), and of the required phrases those that were not found: leaving one out costs points too. None
    where the engine cannot score a given text.
    """
    if not isinstance(transcriber, ScoresTexts):
        return matcher.match(transcript.utterances)
    search = matcher.search(transcript.utterances, near_misses_of=worth_asking(matcher.lexicons))
    hits = search.hits
    windows = {(roles[segment.party], segment.span): window for window, segment in spoken}

    def score(role: Role, span: Span, texts: Sequence[str]) -> Sequence[float]:
        return transcriber.log_probabilities(windows[role, span], texts)

    found = {hit.code for hit in hits}
    lacking = _of_kind(matcher.lexicons, PhraseKind.REQUIRED) - found
    near = [
        candidate
        for codes in (_of_kind(matcher.lexicons, *_COSTLY), lacking)
        for candidate in near_misses(search, codes=codes)
    ]
    return joined(hits, confirm(near, score))


def kept(hits: Sequence[PhraseHit], lexicons: Lexicons) -> tuple[PhraseHit, ...]:
    """The hits by sound or meaning whose phrase is still in the lexicons: facts that no text gives."""
    known = {(phrase.code.code, phrase.canonical) for phrase in lexicons.phrases}
    return tuple(hit for hit in hits if hit.how in _LASTING and (hit.code, hit.phrase) in known)


def joined(hits: Sequence[PhraseHit], more: Sequence[PhraseHit]) -> tuple[PhraseHit, ...]:
    """All hits in time order; of those in ``more`` only what overlaps no hit of its code."""
    new = [
        extra
        for extra in more
        if not any(h.code == extra.code and h.role is extra.role and h.span & extra.span for h in hits)
    ]
    return tuple(sorted([*hits, *new], key=lambda h: (h.span, h.code, h.phrase))) if new else tuple(hits)


def worth_asking(lexicons: Lexicons) -> frozenset[str]:
    """The codes whose near misses may be tested against the sound."""
    return _of_kind(lexicons, *_COSTLY, PhraseKind.REQUIRED)


def _of_kind(lexicons: Lexicons, *kinds: PhraseKind) -> frozenset[str]:
    return frozenset(code.code for code in lexicons.codes.values() if code.kind in kinds)
