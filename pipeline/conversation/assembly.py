"""Segments and roles in, a transcript out."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.domain import Role, Segment, Transcript, Utterance


def assemble(segments: Sequence[Segment], roles: Sequence[Role], *, confidence: float) -> Transcript:
    """Put segments in time order under the role of their party.

    Args:
        segments: of both parties, in any order.
        roles: the role of party 0, of party 1, ...
        confidence: how sure the roles are, 0..1; an utterance is at most this sure of its role.
    """
    utterances = [
        Utterance(
            role=roles[s.party],
            span=s.span,
            text=s.text,
            words=s.words,
            confidence=s.confidence,
            role_confidence=confidence * s.party_confidence,
            overlapped=s.overlapped,
        )
        for s in segments
    ]
    return Transcript(tuple(sorted(utterances, key=lambda u: (u.span, u.role, u.text))))
