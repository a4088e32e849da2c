"""Speech to text: the Transcriber protocol, its engines, packing of windows, guards, text normalisation."""

from pipeline.transcription.engines import load_transcriber
from pipeline.transcription.protocol import Piece, ScoresTexts, SpeechWindow, Transcriber, WindowText
from pipeline.transcription.segments import segment
from pipeline.transcription.windows import cut_windows

__all__ = [
    "Piece",
    "ScoresTexts",
    "SpeechWindow",
    "Transcriber",
    "WindowText",
    "cut_windows",
    "load_transcriber",
    "segment",
]
