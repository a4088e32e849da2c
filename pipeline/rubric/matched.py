"""How a place proves something, in one line: which phrase, what the recogniser wrote, how it was decided."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.domain import Evidence, How, PhraseHit, PhraseKind, clock
from pipeline.messages import Message
from pipeline.rubric.proof import MISHEARD

KINDS = {
    PhraseKind.FORBIDDEN: Message("matched.forbidden"),
    PhraseKind.REQUIRED: Message("matched.required"),
    PhraseKind.ESCALATION: Message("matched.escalation"),
    PhraseKind.PRAISE: Message("matched.praise"),
    PhraseKind.WORDING: Message("matched.wording"),
}
HOWS = {
    How.EXACT: Message("matched.exact"),
    How.PATTERN: Message("matched.pattern"),
    How.SOUND: Message("matched.sound"),
    How.CONFIRMED: Message("matched.confirmed"),
    How.SENTENCE: Message("matched.sentence"),
    How.MEANING: Message("matched.meaning"),
}


def kind_of(item: Evidence, hits: Iterable[PhraseHit]) -> PhraseKind | None:
    """What kind of phrase a place was found by: that of its hit; None where no phrase of the lexicons was."""
    if item.how is None or item.phrase is None:
        return None
    same = [hit for hit in hits if hit.phrase == item.phrase]
    return next((hit.kind for hit in same if hit.span == item.span), same[0].kind if same else None)


def matched(item: Evidence, kind: PhraseKind | None, *, whole: float | None = None) -> Message | None:
    """``命中忌语 闭嘴 · 识别写作“必须” · 声音确认 79 %``; None where no phrase was looked for.

    ``whole``: seconds of the recording, so that a search through all of it is called so. The phrase stands as
    the lexicon lists it, for its kind where other words were said, and what the recogniser wrote only where
    it wrote something else.
    """
    if item.phrase is None:
        return None
    if item.how is None:
        return _searched(item, item.phrase, whole)
    kin = in_other_words(item, item.phrase)
    name = KINDS[kind] if kind else Message("matched.phrase")
    parts = [Message("matched.such-as" if kin else "matched.listed", kind=name, phrase=item.phrase)]
    if item.wording and not same_words(item.wording, item.phrase):
        parts.append(Message("matched.heard-as", wording=item.wording))
    if item.quote and not same_words(item.quote, item.wording or item.phrase):
        misheard = item.how in MISHEARD
        parts.append(Message("matched.recognised" if misheard else "matched.said-as", quote=item.quote))
    parts.append(Message("matched.sure", how=HOWS[item.how], percent=item.confidence * 100))
    if item.per_1000 is not None:
        parts.append(Message("matched.weighed", rate=item.per_1000))
    return Message("join.dot", parts=tuple(parts))


def in_other_words(item: Evidence | PhraseHit, phrase: str) -> bool:
    """Whether a place holds the phrase in another of its wordings, so that it stands for its kind alone."""
    said = item.wording or item.quote
    return bool(said) and not contains(said, phrase)


def _searched(item: Evidence, phrase: str, whole: float | None) -> Message:
    """Which phrase was looked for, and where."""
    if whole is not None and item.span.start <= 0.5 and item.span.end >= whole - 0.5:
        return Message("matched.not-heard", phrase=phrase)
    start, end = clock(item.span.start), clock(item.span.end)
    return Message("matched.not-heard-there", phrase=phrase, start=start, end=end)


def same_words(quote: str, phrase: str) -> bool:
    """Whether the recogniser wrote the phrase as it is listed, marks aside."""
    return _words(quote) == _words(phrase)


def contains(quote: str, phrase: str) -> bool:
    """Whether what was written has the phrase in it as it is listed, marks aside."""
    return _words(phrase) in _words(quote)


def _words(text: str) -> str:
    return "".join(c for c in text if c.isalnum())
