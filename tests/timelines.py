"""Small hand-made calls: ``timeline("坐席 1-5 您好", "客户 6-8")``."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation import Timeline
from pipeline.domain import SAMPLE_RATE_HZ, Role, Span, Utterance, Word

ROLES = {"坐席": Role.AGENT, "客户": Role.CUSTOMER}


def timeline(
    *turns: str,
    duration: float = 60.0,
    tones: tuple[tuple[float, float], ...] = (),
    mono: bool = False,
) -> Timeline:
    """A call from lines ``role start-end [text]``; text makes an utterance over the same time."""
    utterances: list[Utterance] = []
    spoken: dict[Role, tuple[Span, ...]] = {Role.AGENT: (), Role.CUSTOMER: ()}
    for turn in turns:
        name, times, *text = turn.split(maxsplit=2)
        start, end = map(float, times.split("-"))
        role, span = ROLES[name], Span(start, end)
        spoken[role] = (*spoken[role], span)
        if text:
            utterances.append(Utterance(role, span, text[0]))
    return Timeline.heard(
        duration=duration,
        speech=spoken,
        tones=tuple(Span(*times) for times in tones),
        utterances=tuple(utterances),
        mono=mono,
    )


def words(text: str, start: float, end: float) -> tuple[Word, ...]:
    """One word per character, evenly spaced."""
    step = (end - start) / len(text)
    return tuple(Word(c, Span(start + i * step, start + (i + 1) * step), 0.9) for i, c in enumerate(text))


def sine(frequency_hz: float, seconds: float, *, peak: float = 0.1) -> NDArray[np.float32]:
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (peak * np.sin(2 * np.pi * frequency_hz * time)).astype(np.float32)
