"""Silent holds: silences that the agent announced."""

from __future__ import annotations

import re

from pipeline.domain import Role, Span
from pipeline.measures.scene import Scene
from pipeline.measures.silence import silences

ANNOUNCED_S = 5.0
"""A shorter silence after "one moment" is thinking, not a hold."""

JUST_BEFORE_S = 5.0
"""The announcement ends, or the customer agrees to it, at most this long before the silence."""

ANNOUNCEMENT = re.compile(
    r"[稍少]等|[稍少]候|[请您你]等|等一[下会]|等我|等您?一|别挂|不要挂|先不挂|保持(通话|在线|线上)|帮[您你]转接|音乐"
)
"""What agents say before they leave the line, with 少 for 稍 as recognisers write it."""


def announced_holds(scene: Scene) -> tuple[Span, ...]:
    """Silences of at least 5 s before which the agent asked the customer to wait."""
    asked = tuple(u.span for u in scene.said(Role.AGENT) if ANNOUNCEMENT.search(u.text))
    return tuple(
        silence
        for silence in silences(scene)
        if silence.duration >= ANNOUNCED_S
        and any(-1.0 <= silence.start - announcement.end <= JUST_BEFORE_S for announcement in asked)
    )
