"""The parts of an inspection that are stored as compact JSON: what is only ever read with its row.

Lists by position instead of objects: a night of calls has millions of words. Floats keep all their digits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline import messages as texts
from pipeline.domain import (
    Correction,
    Evidence,
    How,
    LedgerEntry,
    Role,
    RoleEvidence,
    Section,
    Span,
    Word,
)
from pipeline.messages import Message, Text, message_json
from pipeline.store.text import escape_json

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=float)


def dumps(value: Any) -> str:
    """Compact JSON that every database can hold; numbers of other libraries become floats."""
    return escape_json(_ENCODER.encode(value))


def loads(text: str) -> Any:
    return json.loads(text)


def strings(values: Iterable[str]) -> str:
    return dumps(list(values))


def read_strings(text: str) -> tuple[str, ...]:
    return tuple(loads(text))


def paths(values: Iterable[Path]) -> str:
    return dumps([str(path) for path in values])


def read_paths(text: str) -> tuple[Path, ...]:
    return tuple(Path(path) for path in loads(text))


def spans(values: Iterable[Span]) -> str:
    return dumps([[s.start, s.end] for s in values])


def read_spans(text: str) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in loads(text)) if text != "[]" else ()


def words(values: Iterable[Word]) -> str:
    return dumps([[w.text, w.span.start, w.span.end, w.probability] for w in values])


def read_words(text: str) -> tuple[Word, ...]:
    return tuple(Word(t, Span(start, end), p) for t, start, end, p in loads(text)) if text != "[]" else ()


def corrections(values: Iterable[Correction]) -> str:
    return dumps([[c.start, c.name, c.confidence] for c in values])


def read_corrections(text: str) -> tuple[Correction, ...]:
    return tuple(Correction(*one) for one in loads(text)) if text != "[]" else ()


def _evidence(values: Iterable[Evidence]) -> list[Any]:
    return [
        [
            *(e.span.start, e.span.end, e.role, e.quote, e.phrase, e.how, e.confidence),
            *([e.wording] if e.wording or e.per_1000 else []),
            *([e.per_1000] if e.per_1000 else []),
        ]
        for e in values
    ]


def _read_evidence(values: Sequence[Any]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            span=Span(start, end),
            role=None if role is None else Role(role),
            quote=quote,
            phrase=phrase,
            how=None if how is None else How(how),
            confidence=confidence,
            wording=more[0] if more else "",
            per_1000=more[1] if len(more) > 1 else None,
        )
        for start, end, role, quote, phrase, how, confidence, *more in values
    )


def evidence(values: Iterable[Evidence]) -> str:
    return dumps(_evidence(values))


def read_evidence(text: str) -> tuple[Evidence, ...]:
    return _read_evidence(loads(text)) if text != "[]" else ()


def role_evidence(value: RoleEvidence) -> str | None:
    """By name, what says nothing left out; None where nothing says anything."""
    named = {name: odds for name in _WITNESSES if (odds := getattr(value, name)) is not None}
    if value.stranger:
        named["stranger"] = True
    if value.second_agent:
        named["second_agent"] = [[s.start, s.end] for s in value.second_agent]
    if value.third_voice:
        named["third_voice"] = True
    if value.like_voices:
        named["like_voices"] = True
    if value.sides_doubtful:
        named["sides_doubtful"] = True
    return dumps(named) if named else None


def read_role_evidence(text: str | None) -> RoleEvidence:
    if not text:
        return RoleEvidence()
    named = loads(text)
    spans = tuple(Span(start, end) for start, end in named.pop("second_agent", ()))
    return RoleEvidence(**named, second_agent=spans)


_WITNESSES = ("claim", "words", "order", "voice", "sides_turn")


def message(value: Message | None) -> str | None:
    return None if value is None else dumps(message_json(value))


def read_message(text: str | None) -> Message | None:
    return message_of(text) if text else None


@lru_cache(maxsize=4096)  # most findings of a night say one of a few things
def message_of(text: str) -> Message:
    return texts.read_message(loads(text))


def messages(values: Iterable[Message]) -> str:
    return dumps([message_json(value) for value in values])


def read_messages(text: str) -> tuple[Message, ...]:
    return tuple(texts.read_message(value) for value in loads(text))


def _text(value: Text | None) -> Any:
    """A title of the rules is a string, a sentence of ours an object."""
    return message_json(value) if isinstance(value, Message) else value


def ledger(values: Iterable[LedgerEntry]) -> str:
    return dumps(
        [[e.criterion, _text(e.title), e.points, _evidence(e.evidence), _text(e.note)] for e in values]
    )


def read_ledger(text: str) -> tuple[LedgerEntry, ...]:
    return tuple(
        LedgerEntry(
            criterion,
            title if isinstance(title, str) else texts.read_message(title),
            points,
            _read_evidence(proof),
            None if note is None else texts.read_message(note),
        )
        for criterion, title, points, proof, note in loads(text)
    )


def sections(values: Iterable[Section]) -> str:
    return dumps([[s.title, s.points, s.maximum] for s in values])


def read_sections(text: str) -> tuple[Section, ...]:
    return tuple(Section(title, points, maximum) for title, points, maximum in loads(text))
