"""Voices made up for tests: vectors that are alike for one person and unlike for two."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import (
    NO_EVIDENCE,
    CallVoices,
    Inspection,
    Measurement,
    Measures,
    Recording,
    Revisions,
    Role,
    RoleEvidence,
    Span,
    Status,
    Transcript,
    Utterance,
    VoicePiece,
)
from pipeline.inspection.judging import judge_again
from pipeline.inspection.rules import Rules

SIZE = 192
SAID = (
    "您好，客服中心，工号八零零一，请问有什么可以帮您？",
    "我的快递三天了还没有到，你们怎么回事？",
    "请问您的单号是多少？我帮您查询一下。",
    "神经病，我说了三遍了，你烦不烦啊。",
    "好的，已经为您登记了，感谢您的来电，再见。",
)


@cache
def person(number: int) -> NDArray[np.float64]:
    """A voice: what all voices share, and as much of its own."""
    shared = np.random.default_rng(0).standard_normal(SIZE)
    own = np.random.default_rng(1000 + number).standard_normal(SIZE)
    voice = shared / np.linalg.norm(shared) + own / np.linalg.norm(own)
    return np.asarray(voice / np.linalg.norm(voice))


def voices_of_call(
    first: int | list[int],
    second: int | list[int],
    evidence: RoleEvidence = NO_EVIDENCE,
    *,
    seed: int = 0,
    roles: tuple[Role, Role] | None = None,
) -> CallVoices:
    """A call of two persons, or of several in turn on one side; each piece a little off its voice."""
    chance = np.random.default_rng(seed)
    pieces = []
    for party, who in enumerate((first, second)):
        for number, one in enumerate(who if isinstance(who, list) else [who] * 4):
            noise = chance.standard_normal(SIZE)
            vector = person(one) + 0.35 * noise / np.linalg.norm(noise)
            vector /= np.linalg.norm(vector)
            start = 10.0 * number + 4 * party
            pieces.append(VoicePiece(party, Span(start, start + 3), vector.astype("<f4").tobytes()))
    as_heard = (Role.AGENT, Role.CUSTOMER) if evidence.total >= 0 else (Role.CUSTOMER, Role.AGENT)
    return CallVoices("campplus", roles or as_heard, (0, 1), evidence, 60.0, tuple(pieces))


def heard_call(
    recording: Recording, made: Revisions, rules: Rules, *, persons: tuple[int, int], words: float | None,
    claim: float | None = None, seed: int = 0,
) -> Inspection:  # fmt: skip
    """A call on one channel as workers write it. Its agent is party 0, whom ``words`` and ``claim`` mean."""
    evidence = RoleEvidence(claim=claim, words=words)
    roles = (Role.AGENT, Role.CUSTOMER) if evidence.total >= 0 else (Role.CUSTOMER, Role.AGENT)
    as_assigned = evidence if evidence.total >= 0 else evidence.turned
    said = tuple(
        Utterance(roles[n % 2], Span(n * 10.0, n * 10.0 + 6.0), text, role_confidence=as_assigned.confidence)
        for n, text in enumerate(SAID)
    )
    turns = {role: tuple(u.span for u in said if u.role is role) for role in roles}
    measures = (Measurement(f"speech_{role}", 6.0 * len(turns[role]), "s", turns[role]) for role in turns)
    heard = Inspection(
        recording=recording,
        status=Status.INSPECTED,
        reason=None,
        revisions=replace(made, audio_sha256=recording.sha256, lexicons=""),
        duration=60.0,
        layout="mono",
        transcript=Transcript(said),
        measures=Measures(tuple(measures)),
        role_evidence=as_assigned,
        voices=replace(voices_of_call(*persons, evidence, seed=seed), parties=(0, 1, 0, 1, 0)),
    )
    return judge_again(heard, rules, earlier=())
