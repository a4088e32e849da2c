"""Who speaks where: voice activity, hold music, cross-talk, roles, speakers of mono calls."""

from pipeline.speech.diarisation import SpeakerSplitter, SpeakerTurn
from pipeline.speech.layout import Layout
from pipeline.speech.listening import Heard, Lane, Listener
from pipeline.speech.roles import Party, Roles, find_roles

__all__ = [
    "Heard",
    "Lane",
    "Layout",
    "Listener",
    "Party",
    "Roles",
    "SpeakerSplitter",
    "SpeakerTurn",
    "find_roles",
]
