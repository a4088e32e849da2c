"""Who speaks where: voice activity, hold sounds, cross-talk, roles, diarisation of mono calls."""

from pipeline.speech.campplus import WEIGHTS_FILE
from pipeline.speech.diarisation import Diariser, SpeakerTurn
from pipeline.speech.layout import Layout
from pipeline.speech.roles import Party, RoleAssignment, find_roles
from pipeline.speech.segmentation import SpeakerSegmentation, SpeakerSegmenter, SpeakerTrack

__all__ = [
    "WEIGHTS_FILE",
    "Diariser",
    "Layout",
    "Party",
    "RoleAssignment",
    "SpeakerSegmentation",
    "SpeakerSegmenter",
    "SpeakerTrack",
    "SpeakerTurn",
    "find_roles",
]
