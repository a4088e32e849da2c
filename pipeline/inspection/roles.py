"""Who is the agent: what the call list claims, what is said, and which phrases each party uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.conversation import assemble
from pipeline.conversation.wordlists import WordLists
from pipeline.domain import CallVoices, PhraseKind, Role, RoleEvidence, Segment, VoicePiece
from pipeline.inspection.announcing import with_line
from pipeline.inspection.hearing import CallSound
from pipeline.inspection.like_voices import two_said
from pipeline.phrases import Matcher
from pipeline.speech import Party, RoleAssignment, find_roles

BEYOND_DOUBT = 0.9975
"""Surer roles (log-odds of 6) are not asked about again: it costs a second search for phrases."""
TWO_PARTIES = 0.9997
"""Voices that may be one are two where the words leave as little doubt (log-odds of 8) who of them is the
agent. The halves of one voice gave up to 6.4 on 27 channels of two nights, and more on two monologues, which
their order gave away."""
PHRASE_ODDS = 1.5
"""Log-odds of a sure hit of one more code. On 39 calls of two nights, one of them with wordings that no
lexicon was written for, the true roles gave up to 8 more such hits, and once the opposite ones more."""
FORBIDDEN_ODDS = 0.8
"""The same of a forbidden phrase: angry customers use those words too, and tell what others said."""


def roles_of(call: CallSound, segments: Sequence[Segment], matcher: Matcher) -> RoleAssignment:
    """Role of each party, and how sure that is."""
    claim = call.recording.call.agent_channel
    parties = []
    for party in range(len(call.segmentation.tracks)):
        own = [s for s in segments if s.party == party]
        claimed = (
            None
            if call.segmentation.layout.mono or claim not in ("left", "right")
            else claim == ("left", "right")[party]
        )
        parties.append(
            Party(
                text="\n".join(s.text for s in own),
                first_at=min((s.span.start for s in own), default=float("inf")),
                claimed=claimed,
                silent=not own,
            )
        )
    found = find_roles(parties, direction=call.recording.call.direction, words=matcher.lexicons.words)
    if len(found.roles) == 2 and found.confidence < BEYOND_DOUBT:
        found = found.weighed(_by_phrases(segments, found.roles, matcher))
    if call.segmentation.doubtful and found.confidence < TWO_PARTIES:
        found = _one_party(segments, matcher.lexicons.words, found)
    speaking = {found.roles[segment.party] for segment in segments}
    if (
        call.segmentation.layout.mono
        and len(speaking) == 1
        and two_said([s.text for s in segments], matcher.lexicons.words)
    ):
        return replace(found, evidence=replace(found.evidence, like_voices=True))
    return found


def evidence_of(assignment: RoleAssignment) -> RoleEvidence:
    """What the roles of a call rest on; of one party, whether it may be two."""
    if len(set(assignment.roles)) == 2:
        return assignment.evidence
    return RoleEvidence(like_voices=assignment.evidence.like_voices)


def voices_of(
    segments: Sequence[Segment],
    parties: RoleAssignment,
    pieces: Sequence[VoicePiece],
    *,
    embedder: str,
    duration: float,
) -> CallVoices | None:
    """What the voices of this call are compared by; None where no voice could be heard."""
    if not pieces or len(parties.roles) != 2:
        return None
    roles = with_line(parties.roles)
    in_order = sorted(segments, key=lambda s: (s.span, roles[s.party], s.text))  # as `assemble`
    as_agent_first = parties.roles[0] is Role.AGENT or parties.roles[0] is parties.roles[1]
    evidence = parties.evidence if as_agent_first else parties.evidence.turned
    if parties.roles[0] is parties.roles[1] and len({segment.party for segment in segments}) == 2:
        evidence = replace(evidence, like_voices=False)  # the agent's other calls may tell the two apart
    return CallVoices(
        embedder=embedder,
        roles=parties.roles,
        parties=tuple(segment.party for segment in in_order),
        evidence=evidence,
        duration=duration,
        pieces=tuple(pieces),
    )


def _one_party(segments: Sequence[Segment], words: WordLists, two: RoleAssignment) -> RoleAssignment:
    """Both voices are one person's; the evidence stays that of two, the agent first."""
    text = "\n".join(segment.text for segment in segments)
    first_at = min((s.span.start for s in segments), default=0.0)
    alone = find_roles([Party(text, first_at, claimed=None)], words=words)
    evidence = two.evidence if two.roles[0] is Role.AGENT else two.evidence.turned
    return RoleAssignment(alone.roles * 2, alone.confidence, evidence)


def _by_phrases(segments: Sequence[Segment], roles: tuple[Role, ...], matcher: Matcher) -> float:
    """Log-odds for these roles and against the opposite ones: who says what only an agent, or only a
    customer, says. Every code of the lexicons has a role, so that they know far more such words than
    `find_roles`; each code counts once, with its surest hit."""
    ways = [assemble(segments, order, confidence=1.0).utterances for order in (roles, roles[::-1])]
    believed = []
    for hits in matcher.match_all(ways):
        surest: dict[str, float] = {}
        for hit in hits:
            if hit.kind is PhraseKind.WORDING:
                continue
            odds = FORBIDDEN_ODDS if hit.kind is PhraseKind.FORBIDDEN else PHRASE_ODDS
            surest[hit.code] = max(surest.get(hit.code, 0.0), odds * hit.confidence)
        believed.append(sum(surest.values()))
    return believed[0] - believed[1]


def agent_channel(call: CallSound, roles: Sequence[Role]) -> str | None:
    """The channel that is the agent's, ``left`` or ``right``, where each party has one."""
    if call.segmentation.layout.mono or Role.AGENT not in roles or Role.CUSTOMER not in roles:
        return None
    return ("left", "right")[list(roles).index(Role.AGENT)]
