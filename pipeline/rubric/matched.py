"""How a place proves something, in one line: which phrase, what the recogniser wrote, how it was decided."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.domain import Evidence, How, PhraseHit, PhraseKind
from pipeline.messages import Lang
from pipeline.rubric.proof import MISHEARD, clock
from pipeline.rubric.wording import pick

KINDS = {
    PhraseKind.FORBIDDEN: ("命中忌语", "forbidden phrase"),
    PhraseKind.REQUIRED: ("命中必说用语", "required phrase"),
    PhraseKind.ESCALATION: ("命中升级投诉", "escalation"),
    PhraseKind.PRAISE: ("命中表扬", "praise"),
}
HOWS = {
    How.EXACT: ("逐字命中", "word for word"),
    How.PATTERN: ("规则命中", "by a rule of the phrase"),
    How.SOUND: ("同音", "sounds the same"),
    How.CONFIRMED: ("声音确认", "confirmed by the sound"),
    How.MEANING: ("语义相近", "by its meaning"),
}


def kind_of(item: Evidence, hits: Iterable[PhraseHit]) -> PhraseKind | None:
    """What kind of phrase a place was found by: that of its hit; None where no phrase of the lexicons was."""
    if item.how is None or item.phrase is None:
        return None
    same = [hit for hit in hits if hit.phrase == item.phrase]
    return next((hit.kind for hit in same if hit.span == item.span), same[0].kind if same else None)


def matched(item: Evidence, kind: PhraseKind | None, *, whole: float | None = None, lang: Lang = "zh") -> str:
    """``命中忌语 闭嘴 · 识别写作“必须” · 声音确认 79 %``; empty where no phrase was looked for.

    ``whole``: seconds of the recording, so that a search through all of it is called so. The phrase stands as
    the lexicon lists it, and what the recogniser wrote only where it wrote something else.
    """
    if item.phrase is None:
        return ""
    if item.how is None:
        return _searched(item, whole, lang)
    name = pick(lang, *(KINDS[kind] if kind else ("命中用语", "phrase")))
    differs, misheard = item.quote and not same_words(item.quote, item.phrase), item.how in MISHEARD
    # Another wording of the same phrase was said as it stands; one told by its sound was misheard.
    kin = differs and not misheard and not contains(item.quote, item.phrase)
    if lang == "zh":
        parts = [f"{name} {item.phrase}{' 一类' if kin else ''}"]
    else:
        parts = [f"{name} {'such as ' if kin else ''}“{item.phrase}”"]
    if differs:
        wrote = pick(lang, "识别写作", "recognised as") if misheard else pick(lang, "原话", "said as")
        parts.append(f"{wrote}“{item.quote}”" if lang == "zh" else f"{wrote} “{item.quote}”")
    parts.append(f"{pick(lang, *HOWS[item.how])} {item.confidence * 100:.0f} %")
    return " · ".join(parts)


def _searched(item: Evidence, whole: float | None, lang: Lang) -> str:
    """Which phrase was looked for, and where."""
    if whole is not None and item.span.start <= 0.5 and item.span.end >= whole - 0.5:
        return pick(lang, f"全程没有听到“{item.phrase}”", f"“{item.phrase}” was not heard in the whole call")
    start, end = clock(item.span.start), clock(item.span.end)
    return pick(
        lang,
        f"{start} 至 {end} 没有听到“{item.phrase}”",
        f"“{item.phrase}” was not heard from {start} to {end}",
    )


def same_words(quote: str, phrase: str) -> bool:
    """Whether the recogniser wrote the phrase as it is listed, marks aside."""
    return _words(quote) == _words(phrase)


def contains(quote: str, phrase: str) -> bool:
    """Whether what was written has the phrase in it as it is listed, marks aside."""
    return _words(phrase) in _words(quote)


def _words(text: str) -> str:
    return "".join(c for c in text if c.isalnum())
