"""Small written dialogues become Facts: for tests, the examples of checks, and those in a rubric file.

坐席: [greeting|您好，很高兴为您服务]。     what is said; [code|words] is a phrase hit
客户@12.5: 喂？                            starts at second 12.5 (otherwise 0.4 s after the last turn)
坐席(480): ...                             speaks 480 characters per minute (otherwise 300)
静音: 9                                    nobody talks for 9 seconds
保持: 20                                   20 seconds of hold music
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from pipeline.conversation import Timeline
from pipeline.conversation.timeline import BEEP_PAUSE_S
from pipeline.domain import (
    Call,
    How,
    Measurement,
    Measures,
    PhraseHit,
    PhraseKind,
    Role,
    Satisfaction,
    Span,
    Utterance,
    characters,
    merge,
)
from pipeline.messages import Message, ValueRefused
from pipeline.rubric.facts import Facts

SPEAKERS = {"坐席": Role.AGENT, "客户": Role.CUSTOMER, "某人": Role.UNKNOWN}
PAUSES = {"静音": "silence", "保持": "hold"}
REQUIRED = frozenset(
    ("greeting", "closing", "rating-prompt", "identity", "hold-ask", "hold-thanks", "empathy", "surname")
)
"""Codes of the default lexicons that are required phrases."""
WORDINGS = frozenset(
    (
        "complaint-repeat",
        "answer-when",
        "offers-way",
        "argues",
        "suggestion",
        "suggestion-thanks",
        "hold-reason",
        "hold-time",
        "better-wording",
        "free-now",
        "fee-plain",
    )
)
"""Codes of the default lexicons that only hints look for."""
GAP_S = 0.4
_FORMS = Message("join.list", parts=("坐席: ...", "客户: ...", "静音: 秒", "保持: 秒"))
LINE = re.compile(r"^(?P<who>\w+?)(?:@(?P<at>[\d.]+))?(?:\((?P<rate>\d+)\))?\s*[:：]\s*(?P<text>.*)$")
MARK = re.compile(r"\[([a-z0-9-]+)\|([^\]]*)\]")


def dialogue(
    *lines: str,
    call_id: str = "D01",
    direction: str | None = None,
    queue: str | None = None,
    team: str | None = None,
    started_at: datetime | None = None,
    satisfaction: str | None = None,
    measures: Mapping[str, float | None] | None = None,
    confidence: float = 1.0,
    hit_confidence: float = 1.0,
    role_confidence: float = 1.0,
    tail: float = 0.5,
) -> Facts:
    """Facts of a written dialogue.

    Raises:
        ValueError: a line that is not written as above.
    """
    utterances: list[Utterance] = []
    hits: list[PhraseHit] = []
    hold: list[Span] = []
    now, gap = 0.5, 0.0
    for line in lines:
        read = LINE.match(line.strip())
        if read is None or read["who"] not in (*SPEAKERS, *PAUSES):
            raise ValueRefused(Message("rubric.no-dialogue", line=line, known=_FORMS))
        if read["who"] in PAUSES:
            seconds = float(read["text"])
            if PAUSES[read["who"]] == "hold":
                hold.append(Span(now, now + seconds))
            now, gap = now + seconds, 0.0
            continue
        role, marked = SPEAKERS[read["who"]], read["text"]
        text = MARK.sub(r"\2", marked)
        start = float(read["at"]) if read["at"] else now + gap
        seconds = max(0.2, characters(text) * 60 / float(read["rate"] or 300))
        span = Span(start, start + seconds)
        hits += _marks(marked, text, span, role, len(utterances), hit_confidence)
        overlapped = any(u.role is not role and u.span.overlap(span) > span.duration / 2 for u in utterances)
        utterances.append(Utterance(role, span, text, (), confidence, role_confidence, overlapped))
        now, gap = max(now, span.end), GAP_S
    return Facts(
        call=Call(
            call_id,
            direction=direction,
            queue=queue,
            team=team,
            started_at=started_at,
            satisfaction=Satisfaction(satisfaction) if satisfaction else None,
        ),
        timeline=Timeline(
            duration=now + tail,
            speech=_speech(utterances),
            utterances=tuple(utterances),
            holds=merge(hold, gap=BEEP_PAUSE_S),
            tones=merge(hold),
        ),
        measures=Measures(tuple(Measurement(n, v, "") for n, v in (measures or {}).items())),
        hits=tuple(hits),
    )


def _marks(marked: str, text: str, span: Span, role: Role, index: int, confidence: float) -> list[PhraseHit]:
    """The phrase hits marked in one line, placed by character."""
    hits, removed = [], 0
    for mark in MARK.finditer(marked):
        code, words = mark.groups()
        first = mark.start() - removed
        removed += len(mark.group()) - len(words)
        per_character = span.duration / max(1, len(text))
        start = span.start + first * per_character
        place = Span(start, min(span.end, start + max(1, len(words)) * per_character))
        hits.append(PhraseHit(code, _kind(code), words, role, place, words, How.EXACT, confidence, index))
    return hits


def _kind(code: str) -> PhraseKind:
    """What a code is for, by its name; any code not known is a forbidden phrase."""
    if code.startswith("esc-"):
        return PhraseKind.ESCALATION
    if code in REQUIRED:
        return PhraseKind.REQUIRED
    if code in WORDINGS:
        return PhraseKind.WORDING
    return PhraseKind.PRAISE if code == "praise" else PhraseKind.FORBIDDEN


def _speech(utterances: Sequence[Utterance]) -> dict[Role, tuple[Span, ...]]:
    speakers = {Role.AGENT, Role.CUSTOMER, *(u.role for u in utterances)}
    return {role: merge(u.span for u in utterances if u.role is role) for role in Role if role in speakers}
