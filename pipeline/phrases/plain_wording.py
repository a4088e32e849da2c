"""A template as people say it: whoever reads what was learnt, or what is looked for, reads no expression."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.messages import Lang, say
from pipeline.phrases.syntax import (
    Alternation,
    CharacterClass,
    Concatenation,
    Literal,
    Node,
    Repetition,
    TemplateError,
    parse,
)
from pipeline.phrases.template import SLOTS, filled, plainest

MOST = 3
"""Sentences that are told one by one; of more the plainest is, and that there are others."""
_GAP = "…"
_SLOT = re.compile(r"\{([a-z]+)\}")
_MARKS = {name: chr(0xE000 + number) for number, name in enumerate(SLOTS)}
"""Characters that nobody writes stand for slots while a template is read."""


def plain_wording(template: str, groups: Mapping[str, str], lang: Lang) -> str:
    """The sentences that a template stands for, with a slash between them; of many the plainest.

    ``您(们)?自己去问`` is 您自己去问／您们自己去问, ``要等{number}天`` is 要等〔数字〕天.

    Args:
        groups: name of a group of words -> its words, as templates are filled with.
        lang: of what stands for a slot, and for further sentences.
    """
    try:
        text = _SLOT.sub(lambda slot: _MARKS.get(slot[1], slot[0]), filled(template, groups))
        found = list(dict.fromkeys(map(_tidy, _said(parse(text)))))
    except TemplateError:  # an expression that is no template: told as it is written
        return template
    shown = "／".join(found) if len(found) <= MOST else say(lang, "wording.others", sentence=found[0])
    return shown.translate({ord(mark): say(lang, f"slot.{name}") for name, mark in _MARKS.items()})


def _tidy(text: str) -> str:
    return re.sub(f"{_GAP}+", _GAP, text)


def _said(node: Node) -> Sequence[str]:
    """What a part may be, the plainest first, and no more than tell that there is more."""
    match node:
        case Literal(text):
            return (text,)
        case CharacterClass(characters):
            return (_GAP,) if characters is None else sorted(characters)[: MOST + 1]
        case Concatenation(parts):
            return plainest([_said(part) for part in parts], MOST + 1)
        case Alternation(options):
            return [text for option in options for text in _said(option)][: MOST + 1]
        case Repetition(part, least, _):
            inner = _said(part)
            return inner if least or inner == (_GAP,) else ("", *inner)
