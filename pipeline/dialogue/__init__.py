"""The conversation: segments of two parties, put in time order under their roles."""

from pipeline.dialogue.assembly import assemble

__all__ = ["assemble"]
