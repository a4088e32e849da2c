"""What of a call's sound counts as somebody's speech."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.audio import Audio, Channel
from pipeline.conversation.wordlists import default_word_lists
from pipeline.domain import Call, Recording, Role, Segment, Span, Transcript
from pipeline.inspection.hearing import CallSound, timeline_of
from pipeline.speech import SpeakerSegmentation, SpeakerTrack, SpeakerTurn
from pipeline.speech.segmentation import Layout
from pipeline.transcription import SpeechWindow, WindowText

WORDS = default_word_lists()
SOUND = Channel.of(np.zeros(30 * 16_000, np.float32))


def window(start: float, end: float, party: int = 0) -> SpeechWindow:
    span = Span(start, end)
    return SpeechWindow(SOUND, span, (span,), party=party)


def test_speech_that_was_not_understood_is_no_silence() -> None:
    turn = SpeakerTurn(Span(0.0, 30.0), 0, 1.0)
    tracks = tuple(SpeakerTrack(channel, SOUND, (turn,)) for channel in (0, 1))
    call = CallSound(
        Recording(Call("c"), (), "0" * 64),
        Audio((SOUND, SOUND), 30.0, 8000, "pcm"),
        SpeakerSegmentation(Layout.STEREO, 30.0, tracks, ()),
        (),
    )
    spoken = [(w, Segment(0, w.span, "您好", (), 0.9)) for w in (window(1, 3), window(17, 19))]
    roles = (Role.AGENT, Role.CUSTOMER)
    without = timeline_of(call, roles, spoken, Transcript(()), WORDS)
    assert [silence.duration for silence in without.silences] == [pytest.approx(14.0, abs=1.0)]
    lost = [window(4, 16, party=1)]
    assert timeline_of(call, roles, spoken, Transcript(()), WORDS, lost=lost).silences == ()


@pytest.mark.parametrize(
    ("rejected", "expected"), [(None, False), ("no speech", False), ("loop", True), ("credits", True)]
)
def test_a_rejected_text_is_speech_unless_nobody_spoke(rejected: str | None, expected: bool) -> None:
    assert WindowText((), 0.0, rejected=rejected).not_understood is expected
