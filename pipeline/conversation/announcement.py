"""Silences that the agent announced, or thanked the customer for: holds without music.

What announces a silence is known in two ways: measures are taken before phrases are looked for and go by the
lists of words, a rubric goes by the hits of its lexicons. Both ask the same question, each with own limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.conversation.wordlists import WordLists
from pipeline.domain import Role, Span, Utterance

LONG_HOLD_S = 8.0
"""A shorter wait is an ordinary pause: nobody asks permission for it. This long and unannounced, it is dead
air."""


@dataclass(frozen=True, slots=True)
class Announcements:
    """Where the agent asks the customer to wait, and thanks for having waited."""

    asked: tuple[Span, ...]
    thanked: tuple[Span, ...]
    asked_within: float
    """Seconds from asking to the silence: the customer's "all right" fits between, not more."""
    thanked_within: float
    """Seconds from the silence to the thanks."""
    blur: float
    """Recognised words may reach so many seconds into a silence."""

    def explain(self, silence: Span) -> bool:
        """Whether the silence was asked for shortly before, or thanked for right after."""
        before = Span(silence.start - self.asked_within, silence.start + self.blur)
        after = Span(silence.end - self.blur, silence.end + self.thanked_within)
        return _any_touches(self.asked, before) or _any_touches(self.thanked, after)


def announced_in_words(utterances: Iterable[Utterance], words: WordLists) -> Announcements:
    """Announcements by the lists of words: an utterance asks where it ends and thanks where it starts."""
    said = [u for u in utterances if u.role is Role.AGENT]
    return Announcements(
        asked=tuple(Span(u.span.end, u.span.end) for u in said if words.hold_announcement.found_in(u.text)),
        thanked=tuple(Span(u.span.start, u.span.start) for u in said if words.hold_thanks.found_in(u.text)),
        asked_within=5.0,
        thanked_within=5.0,
        blur=1.0,
    )


def _any_touches(places: tuple[Span, ...], window: Span) -> bool:
    return any(place.end >= window.start and place.start <= window.end for place in places)
