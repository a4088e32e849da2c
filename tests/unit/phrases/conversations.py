"""Small conversations for the tests of this room, with utterance times a person can check by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

from pipeline.domain import Role, Span, Utterance
from pipeline.phrases import Lexicons, Matcher, compile_matcher, load_lexicons
from pipeline.phrases.confirm import NearMiss, near_misses

LEXICONS = Path(__file__).resolve().parents[3] / "lexicons" / "zh"
SECONDS_PER_CHARACTER = 0.2


@cache
def default_lexicons() -> Lexicons:
    return load_lexicons(LEXICONS)


@cache
def default_matcher() -> Matcher:
    return compile_matcher(default_lexicons())


def said(text: str, *, role: Role = Role.AGENT, start: float = 0.0, confidence: float = 1.0) -> Utterance:
    return Utterance(
        role, Span(start, start + SECONDS_PER_CHARACTER * len(text)), text, confidence=confidence
    )


def agent(text: str, *, start: float = 0.0) -> Utterance:
    return said(text, start=start)


def customer(text: str, *, start: float = 0.0) -> Utterance:
    return said(text, role=Role.CUSTOMER, start=start)


def near_misses_of(
    matcher: Matcher, utterances: Sequence[Utterance], *, codes: Collection[str] | None = None
) -> tuple[NearMiss, ...]:
    """The near misses of these codes, or of all."""
    return near_misses(matcher.search(utterances, near_misses_of=codes or matcher.lexicons.codes))


LEXICON = """\
contexts:
  - {name: negated, reason: 否定, before: ['(不|没|不能)(要|会)?']}
  - {name: quoted, reason: 转述, near: ['跟我说'], reach: 12}
codes:
  - code: shirk
    kind: forbidden
    title: 推诿
    severity: B
    role: agent
    negative_contexts: [negated, quoted]
    phrases:
      - phrase: 这不归我管
        variants: ['不归(我|我们)管']
        patterns: ['谁.{1,4}的找谁']
        exceptions: [不归我管辖]
        reason: 推诿
        examples: {hit: [这不归我管, 谁卖的找谁], quiet: [归我管, 这不归我管辖]}
"""


def lexicon_file(folder: Path, text: str = LEXICON, name: str = "one.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def small_matcher(folder: Path, text: str = LEXICON) -> Matcher:
    return compile_matcher(load_lexicons(lexicon_file(folder, text)))
