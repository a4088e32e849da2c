"""Silent holds: silences that the agent announced, or thanked the customer for."""

from __future__ import annotations

import re

from pipeline.domain import Role, Span
from pipeline.measures.scene import Scene
from pipeline.measures.silence import silences

ANNOUNCED_S = 8.0
"""A shorter silence after "one moment" is looking something up; unannounced, this long is dead air."""

NEAR_S = 5.0
"""Between the announcement and the silence fits the customer's "all right", not more."""

SLACK_S = 1.0
"""Utterances may reach this far into a silence."""

ANNOUNCEMENT = re.compile(
    r"[稍少]等|[稍少]候|[请您你]等|等一[下会]|等我|等您?一|别挂|不要挂|先不挂|保持(通话|在线|线上)|帮[您你]转接|音乐"
)
"""What agents say before they leave the line, with 少 for 稍 as recognisers write it."""


THANKS = re.compile(r"久等|耐心等")
"""What agents say when they are back."""


def announced_holds(scene: Scene) -> tuple[Span, ...]:
    """Silences of at least 8 s before which the agent asked the customer to wait, or after which the agent
    thanked for waiting.
    """
    said = scene.said(Role.AGENT)
    asked = [u.span.end for u in said if ANNOUNCEMENT.search(u.text)]
    thanked = [u.span.start for u in said if THANKS.search(u.text)]
    return tuple(
        silence
        for silence in silences(scene)
        if silence.duration >= ANNOUNCED_S
        and (
            any(-SLACK_S <= silence.start - end <= NEAR_S for end in asked)
            or any(-SLACK_S <= start - silence.end <= NEAR_S for start in thanked)
        )
    )
