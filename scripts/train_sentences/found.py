"""What the lexicons find in the labelled sentences, meant or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.phrases import Lexicons, Matcher
from pipeline.phrases.acceptance import TOO_FAR, AssessedMatch
from pipeline.phrases.checking import sentence
from pipeline.phrases.passages import Passage, passages
from pipeline.phrases.sentences import PhraseInContext
from scripts.train_sentences.reading import LabelledSentence


@dataclass(frozen=True, slots=True)
class Found:
    """Something that the lexicons found in a sentence."""

    sentence: int
    place: PhraseInContext
    dropped: bool
    right: bool


def find(known: Sequence[LabelledSentence], lexicons: Lexicons, codes: Sequence[str]) -> list[Found]:
    """What the lexicons find of these codes, in the order of the sentences."""
    matcher = Matcher(lexicons, weighed=False)
    said = [
        (number, passage)
        for number, s in enumerate(known)
        for passage in passages([sentence(s.text, s.role)])
        if passage.text
    ]
    assessed = matcher.assess_all([passage for _, passage in said])  # at once: faster than one by one
    return [
        f
        for (number, _), (passage, some) in zip(said, assessed, strict=True)
        for f in _found(matcher, (number, known[number]), passage, some, codes)
    ]


def _found(
    matcher: Matcher,
    said: tuple[int, LabelledSentence],
    passage: Passage,
    assessed: Sequence[AssessedMatch],
    codes: Sequence[str],
) -> list[Found]:
    """What looks like a phrase: the surest of each code, and in innocent sentences what an exception or a
    context spares, for that too shows how a phrase is not meant."""
    number, one = said
    best: dict[tuple[str, bool], tuple[float, Found]] = {}
    for a in assessed:
        c, code = a.candidate, matcher.phrase_of(a.candidate).code.code
        dropped, right = a.dropped is not None, code in one.codes
        if code not in codes or a.dropped == TOO_FAR or (one.codes and (dropped or not right)):
            continue
        place = PhraseInContext.of(passage.text, c.start, c.end, code=code, how=c.how)
        sure = matcher.hit(passage, c).confidence
        if sure > best.get((code, dropped), (0.0, None))[0]:
            best[code, dropped] = sure, Found(number, place, dropped, right)
    return [found for _, found in best.values()]
