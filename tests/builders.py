"""Small calls for tests, written as dialogues: ``call("坐席: 您好", "客户: 喂")``.

The notation is that of ``pipeline.rubric.dialogue``: ``[code|words]`` marks a phrase hit, ``静音: 9`` a
silence, ``保持: 20`` a hold, ``坐席(480): ...`` the speaking rate, ``客户@12.5: ...`` the start in seconds.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipeline.domain import Transcript
from pipeline.rubric import Rubric, dialogue, load_rubric

call = dialogue
ROOT = Path(__file__).resolve().parent.parent


def transcript(*lines: str) -> Transcript:
    """Only what was said."""
    return Transcript(dialogue(*lines).timeline.utterances)


@cache
def service_rubric() -> Rubric:
    """The rubric that comes with the software."""
    return load_rubric(ROOT / "rubrics" / "service.yaml")
