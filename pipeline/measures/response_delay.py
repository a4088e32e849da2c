"""How long a party lets the other one wait for an answer."""

from __future__ import annotations

from statistics import median

from pipeline.domain import Role, Span
from pipeline.measures.measured import UNMEASURED, Reading, measured_for
from pipeline.measures.scene import Scene
from pipeline.measures.turns import turns


@measured_for("response_delay_{role}", unit="s", roles=(Role.AGENT,))
def response_delay(scene: Scene, role: Role) -> Reading:
    """Median seconds from the end of a turn of the other party to the start of this party's answer; 0 where
    the answer starts before the end. A turn counts where this party is the next to start speaking and no
    music or tone plays in between. None without such a turn.

    Source: response delay of Alibaba's dialogue analysis (silence by the party who was due to answer).
    """
    waits = _waits(scene, role)
    return Reading(median(wait.duration for wait in waits), waits) if waits else UNMEASURED


def _waits(scene: Scene, role: Role) -> tuple[Span, ...]:
    answers, questions = turns(scene, role), turns(scene, role.other)
    tones = scene.heard_hold()
    waits: list[Span] = []
    for number, question in enumerate(questions):
        until = questions[number + 1].start if number + 1 < len(questions) else scene.duration
        answer = next((a for a in answers if question.start < a.start), None)
        if answer is None or answer.start >= until:
            continue  # they spoke again themselves, or nobody answered
        wait = Span(question.end, max(question.end, answer.start))
        if not any(wait.overlap(tone) for tone in tones):
            waits.append(wait)
    return tuple(waits)
