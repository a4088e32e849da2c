"""The conversation of a call: its utterances, its timeline, and the forms and lists of words.

Measures and rubric both look at a call through one `Timeline`.
"""

from pipeline.conversation.assembly import assemble
from pipeline.conversation.timeline import Timeline

__all__ = ["Timeline", "assemble"]
