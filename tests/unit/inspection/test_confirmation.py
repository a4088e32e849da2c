"""Which phrases of a call are tested against its sound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.domain import How, PhraseHit, Role, Segment, Span, Transcript
from pipeline.inspection.confirmation import phrases_of
from pipeline.transcription import Window, WindowText
from tests.sounds import silence
from tests.unit.phrases.conversations import agent, small_matcher

REQUIRED = """\
codes:
  - code: hold-ask
    kind: required
    title: 保持前征询
    role: agent
    phrases:
      - phrase: 请您稍等片刻
        reason: 保持前要征询
        examples: {hit: [请您稍等片刻]}
"""
SAID, GARBLED = "请您稍等片刻", "请您小蹲片刻"


class Ear:
    """An engine to whom every window sounds like ``SAID``."""

    name = model = "ear"

    def transcribe(self, windows: Sequence[Window]) -> list[WindowText]:
        return [WindowText((), 0.0) for _ in windows]

    def log_probabilities(self, window: Window, texts: Sequence[str]) -> list[float]:
        return [-0.2 if SAID in text else -1.5 for text in texts]


def found(folder: Path, *texts: str) -> tuple[PhraseHit, ...]:
    said = tuple(agent(text, start=10.0 * n) for n, text in enumerate(texts))
    spoken = [
        (
            Window(silence(1), u.span, (u.span,)),
            Segment(party=0, span=u.span, text=u.text, words=(), confidence=0.5),
        )
        for u in said
    ]
    return phrases_of(
        Transcript(said),
        spoken=spoken,
        roles=(Role.AGENT,),
        matcher=small_matcher(folder, REQUIRED),
        transcriber=Ear(),
    )


def test_a_required_phrase_that_was_not_found_is_asked_of_the_sound(tmp_path: Path) -> None:
    (hit,) = found(tmp_path, "好的", GARBLED)
    assert (hit.code, hit.how, hit.span) == ("hold-ask", How.CONFIRMED, Span(10.0, 11.2))


def test_one_that_was_found_needs_no_asking(tmp_path: Path) -> None:
    (hit,) = found(tmp_path, SAID, GARBLED)
    assert (hit.how, hit.span.start) == (How.EXACT, 0.0)
