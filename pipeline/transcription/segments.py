"""From windows and their texts to segments: text with words and times in the recording."""

from __future__ import annotations

import math
from collections.abc import Iterable

from pipeline.domain import Segment, Span
from pipeline.transcription.protocol import Window, WindowText
from pipeline.transcription.timing import sounding, spread

_ENDS_A_CLAUSE = tuple("，。？！；：、,.?!")


def segment(window: Window, recognised: WindowText) -> Segment | None:
    """One window's text as a segment; None where nothing is to be written down."""
    if not any(char.isalnum() for char in recognised.text):
        return None
    probability = math.exp(min(0.0, recognised.log_probability))
    voiced = sounding(window.voiced)
    words = tuple(
        word
        for piece in recognised.pieces
        for word in spread(piece.text, piece.span, voiced, probability=probability)
    )
    text = _joined(piece.text for piece in recognised.pieces)
    span = Span(window.voiced[0].start, window.voiced[-1].end)
    return Segment(window.party, span, text, words, probability, window.party_confidence, window.overlapped)


def _joined(texts: Iterable[str]) -> str:
    """Pieces as one text: a comma between two of them where the recogniser wrote no mark; in other scripts
    a space."""
    out = ""
    for text in texts:
        if out and text and out[-1].isascii() and text[0].isascii():
            out += " " + text
        else:
            out += text if not out or out.endswith(_ENDS_A_CLAUSE) else "，" + text
    return out
