"""Which phrases of a call are tested against its sound, and which hits survive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.domain import How, PhraseHit, Role, Segment, Span, Transcript
from pipeline.inspection.hits import find_hits, surviving
from pipeline.inspection.rules import Rules, load_rules
from pipeline.inspection.tools import HearingTools
from pipeline.settings import Settings
from pipeline.speech import Diariser, SpeakerSegmenter
from pipeline.transcription import SpeechWindow, WindowText
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

    def transcribe(self, windows: Sequence[SpeechWindow]) -> list[WindowText]:
        return [WindowText((), 0.0) for _ in windows]

    def log_probabilities(self, window: SpeechWindow, texts: Sequence[str]) -> list[float]:
        return [-0.2 if SAID in text else -1.5 for text in texts]


def found(folder: Path, *texts: str) -> tuple[PhraseHit, ...]:
    said = tuple(agent(text, start=10.0 * n) for n, text in enumerate(texts))
    spoken = [
        (
            SpeechWindow(silence(1), u.span, (u.span,)),
            Segment(party=0, span=u.span, text=u.text, words=(), confidence=0.5),
        )
        for u in said
    ]
    rules = load_rules(Settings())
    return find_hits(
        Transcript(said),
        spoken=spoken,
        roles=(Role.AGENT,),
        tools=HearingTools(SpeakerSegmenter(Diariser(folder)), Ear()),
        rules=Rules(small_matcher(folder, REQUIRED), rules.rubric),
    )


def test_a_required_phrase_that_was_not_found_is_asked_of_the_sound(tmp_path: Path) -> None:
    (hit,) = found(tmp_path, "好的", GARBLED)
    assert (hit.code, hit.how, hit.span) == ("hold-ask", How.CONFIRMED, Span(10.0, 11.2))


def test_one_that_was_found_needs_no_asking(tmp_path: Path) -> None:
    (hit,) = found(tmp_path, SAID, GARBLED)
    assert (hit.how, hit.span.start) == (How.EXACT, 0.0)


EARLIER = Span(10.1, 11.0)


def test_what_lasts_yields_to_the_text_and_the_sound_goes_before_the_meaning(tmp_path: Path) -> None:
    matcher = small_matcher(tmp_path, REQUIRED)
    (text,) = matcher.match((agent(SAID, start=0.0),))
    heard = replace(text, how=How.CONFIRMED, span=Span(10.0, 11.2))
    meant = replace(heard, how=How.MEANING, span=EARLIER)
    elsewhere = replace(meant, span=Span(30.0, 31.0))
    of_customer = replace(heard, role=Role.CUSTOMER)

    def left(written: Sequence[PhraseHit], *lasting: PhraseHit) -> tuple[PhraseHit, ...]:
        return surviving(written, lasting, matcher.lexicons)

    assert left([text], meant, heard, elsewhere) == (text, heard, elsewhere)
    assert left([], meant, of_customer) == (of_customer, meant)
    assert left([], heard, replace(heard, span=EARLIER)) == (heard,)
    assert left([replace(text, span=EARLIER)], heard) == (replace(text, span=EARLIER),)
    assert left([], text) == ()
    assert left([], replace(heard, phrase="不在词库里")) == ()


def test_no_hit_that_lasts_changes_nothing(tmp_path: Path) -> None:
    matcher = small_matcher(tmp_path, REQUIRED)
    hits = matcher.match((agent(SAID, start=0.0), agent(SAID, start=9.0)))
    assert surviving(hits, hits, matcher.lexicons) == hits
