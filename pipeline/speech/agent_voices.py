"""Which party is the agent, told by the voices of all calls of one agent: the voice that returns.

An agent speaks in dozens of calls of a night, a customer in one. The roles of an agent's calls are settled
together: of all ways to name the agent in them, the best agrees with what claim, words and order say of each
call, and makes the agents' voices most alike. How much the voices say about one call is how much worse the
best way becomes that names its other party, so that two people who call each other again and again prove
nothing by their voices alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import CallVoices, Role, RoleEvidence, Span, VoicePiece, subtract
from pipeline.speech.clustering import unit
from pipeline.speech.roles import RoleAssignment

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]

GAIN = 8.0
"""Log-odds for a voice that is wholly alike in many other calls while the other party's is not at all. True
agents were ahead by 0.65 to 1.5 on a labelled night of 16 calls."""
FEW = 0.6
"""With so many other calls the voice counts half."""
MOST_BASE = 4.0
"""Log-odds that claim, words and order count for at most beside the voice: customers quote greetings."""
MOST_VOICE = 8.0
FITS = 0.3
"""Two calls more alike than this have the same speaker: 0.46 to 0.97 on that night, others up to 0.05."""
STRANGE = 0.15
"""A voice less alike than this, on average, to those of the agent's other calls is somebody else's."""
ENOUGH_CALLS = 3
"""Other calls, all of one voice, before a stranger is called one."""
OWN_VOICE = 0.45
"""Pieces of the agent's voice are more like its other calls than this on average: 19 of 20 single ones."""
SECOND_PIECES = 2
"""Pieces before and after a change of voice: one may be noise."""
ONE_VOICE_MARGIN = 0.35
"""Halves of one voice are equally like the agent's, give or take 0.2; parties this far apart are two."""
OWN_SIDE_MARGIN = 0.25
"""By so much the later of two voices on one side is more like the agent's before it is the agent's."""
TAKE_ALL = 10
"""Up to so many calls all ways are tried; beyond, they are improved call by call from many beginnings."""
MOST_BEGINNINGS = 40
ENOUGH_FOR_MIDDLE = 8
"""Calls from which their mean is what all voices on the line have in common."""
_COMMON, _RANGE = 0.6, 0.4
"""Cosine of unlike voices without that, and how much further the same voice is."""


def middle_of(calls: Sequence[CallVoices]) -> Vectors | None:
    """What all voices of a run have in common (size,), to be taken off; None where there are too few.

    Each call counts once for each party; the order of ``calls`` must not depend on chance.
    """
    pairs = [vectors for one in calls if (vectors := party_vectors(one)).any(axis=1).all()]
    return np.concatenate(pairs).mean(axis=0) if len(pairs) >= ENOUGH_FOR_MIDDLE else None


def party_vectors(voices: CallVoices) -> Vectors:
    """The voice of party 0 and party 1 (2, size); zeros for one that says too little."""
    pieces = piece_vectors(voices)
    which = np.array([piece.party for piece in voices.pieces])
    return np.stack([unit(pieces[which == party].sum(axis=0)) for party in (0, 1)])


def piece_vectors(voices: CallVoices) -> Vectors:
    """The vectors of all pieces (n, size)."""
    return np.stack([np.frombuffer(piece.vector, "<f4") for piece in voices.pieces])


def vectors_of(pieces: Sequence[VoicePiece]) -> Vectors | None:
    """One voice by its pieces (size,); None without any."""
    if not pieces:
        return None
    return unit(np.stack([np.frombuffer(piece.vector, "<f4") for piece in pieces]).sum(axis=0))


def settle(calls: Sequence[CallVoices], middle: Vectors | None) -> list[RoleAssignment | None]:
    """The roles of one agent's calls, each with its evidence; None where voices say nothing.

    Args:
        calls: of one agent, each with both voices, in an order that does not depend on chance.
        middle: see `middle_of`.
    """
    if len(calls) < 2:
        return [None] * len(calls)
    voices = np.concatenate([_apart(party_vectors(one), middle) for one in calls])
    likeness = _likeness(voices, middle)
    base = np.array([min(MOST_BASE, max(-MOST_BASE, one.evidence.total)) for one in calls])
    first, odds = _agents(likeness, base)
    chosen = np.where(first, 0, 1)
    index = np.arange(len(calls))
    own, other = 2 * index + chosen, 2 * index + 1 - chosen
    ahead = _mean_likeness(likeness, own, own) - _mean_likeness(likeness, other, own)
    strange = _strangers(likeness, own)
    settled: list[RoleAssignment | None] = []
    for number, one in enumerate(calls):
        together = one.roles[0] is one.roles[1]
        if together and (strange[number] or ahead[number] < ONE_VOICE_MARGIN):
            settled.append(None)
        elif strange[number]:  # so the voices say nothing of who is who
            evidence = one.evidence if one.roles[0] is Role.AGENT else one.evidence.turned
            settled.append(_assigned(one.roles, replace(evidence, stranger=True)))
        else:
            roles, evidence = (
                ((Role.AGENT, Role.CUSTOMER), one.evidence)
                if first[number]
                else ((Role.CUSTOMER, Role.AGENT), one.evidence.turned)
            )
            evidence = replace(evidence, voice=round(float(odds[number]), 2))
            profile = unit(np.delete(voices[own], number, axis=0).sum(axis=0))
            agent = roles.index(Role.AGENT)
            theirs = second_agent(one, agent, profile, middle) if len(calls) > ENOUGH_CALLS else ()
            if not theirs and one.roles[agent] is Role.AGENT:
                theirs = _as_heard(one, agent, profile, middle)
            settled.append(_assigned(roles, replace(evidence, second_agent=theirs)))
    return settled


def _assigned(roles: tuple[Role, ...], evidence: RoleEvidence) -> RoleAssignment:
    return RoleAssignment(roles, evidence.confidence, evidence)


def _apart(vectors: Vectors, middle: Vectors | None) -> Vectors:
    """Unit vectors (n, size) without what all voices have in common; zeros stay."""
    if middle is None:
        return vectors
    return np.stack([unit(v - middle) if v.any() else v for v in vectors])


def _scaled(cosines: NDArray[np.float32], middle: Vectors | None) -> Floats:
    """About 0 for other people, about 0.8 for one person."""
    found = cosines.astype(np.float64)
    return found if middle is not None else np.clip((found - _COMMON) / _RANGE, -1.0, 1.0)


def _likeness(voices: Vectors, middle: Vectors | None) -> Floats:
    """How alike the parties of all calls are (2n, 2n); 0 within a call, and where a party says too little."""
    there = voices.any(axis=1)
    found = _scaled(voices @ voices.T, middle) * np.outer(there, there)
    call = np.arange(len(voices)) // 2
    found[call[:, None] == call[None, :]] = 0.0
    return found


def second_agent(call: CallVoices, agent: int, profile: Vectors, middle: Vectors | None) -> tuple[Span, ...]:
    """Where another voice than the agent's speaks on the agent's side, up to the end or from the beginning.

    Args:
        agent: the party.
        profile: the agent's voice in other calls.
    """
    mine = [number for number, piece in enumerate(call.pieces) if piece.party == agent]
    pieces = [call.pieces[number].span for number in mine]
    if len(mine) < 2 * SECOND_PIECES:
        return ()
    alike = _scaled(_apart(piece_vectors(call)[mine], middle) @ profile, middle)
    cuts = range(SECOND_PIECES, len(mine) - SECOND_PIECES + 1)
    end = max(call.duration, pieces[-1].end)
    after = [(alike[:cut], alike[cut:], Span(pieces[cut - 1].end, end)) for cut in cuts]
    before = [(alike[cut:], alike[:cut], Span(0.0, pieces[cut].start)) for cut in cuts]
    own, other, where = max((*after, *before), key=lambda way: float(way[0].mean() - way[1].mean()))
    found = own.mean() >= OWN_VOICE and other.mean() <= STRANGE and own.min() > other.max()
    return (where,) if found else ()


def _as_heard(call: CallVoices, agent: int, profile: Vectors, middle: Vectors | None) -> tuple[Span, ...]:
    """Where the call itself told of a second agent: of its two voices the one that is less like the agent's
    other calls, or the later one where that is not clear."""
    heard = call.evidence.second_agent
    if not heard or heard[0].start <= 0:
        return heard
    mine = [number for number, piece in enumerate(call.pieces) if piece.party == agent]
    theirs = np.array([any(call.pieces[n].span.middle in span for span in heard) for n in mine], np.bool_)
    if not theirs.any() or theirs.all():
        return heard
    alike = _scaled(_apart(piece_vectors(call)[mine], middle) @ profile, middle)
    first_is_other = alike[theirs].mean() - alike[~theirs].mean() >= OWN_SIDE_MARGIN
    return subtract([Span(0.0, max(call.duration, heard[-1].end))], heard) if first_is_other else heard


def _mean_likeness(likeness: Floats, of: NDArray[np.intp], agents: NDArray[np.intp]) -> Floats:
    """Of every call's party ``of``, to the agents of the other calls (n,)."""
    means: Floats = likeness[np.ix_(of, agents)].sum(axis=1) / max(1, len(agents) - 1)
    return means


def _agents(likeness: Floats, base: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Whether party 0 is the agent (n,), and the log-odds of the voices for that choice (n,)."""
    others = len(base) - 1
    gain = GAIN * others / (others + FEW) / others
    return _best_of_all(likeness * gain, base) if len(base) <= TAKE_ALL else _improved(likeness * gain, base)


def _best_of_all(pull: Floats, base: Floats) -> tuple[NDArray[np.bool_], Floats]:
    count = len(base)
    ways = (np.arange(1 << count)[:, None] >> np.arange(count)[None, :]) & 1 == 0  # party 0 is the agent
    taken = np.zeros((len(ways), 2 * count))
    taken[:, 0::2], taken[:, 1::2] = ways, ~ways
    worth = ways @ base + 0.5 * np.einsum("wi,wi->w", taken @ pull, taken)
    first = ways[int(worth.argmax())]
    as_chosen = ways == first
    best = np.where(as_chosen, worth[:, None], -np.inf).max(axis=0)
    opposite = np.where(~as_chosen, worth[:, None], -np.inf).max(axis=0)
    odds = best - opposite - np.where(first, base, -base)
    return first, np.clip(odds, -MOST_VOICE, MOST_VOICE)


def _improved(pull: Floats, base: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """The best that is found from the roles without voices, and from many a voice as the agent's."""
    count = len(base)
    leads = pull[0::2] - pull[1::2]  # of party 0 over party 1, in likeness to every party
    seeds = np.unique(np.linspace(0, 2 * count - 1, MOST_BEGINNINGS).astype(int))
    beginnings = [base >= 0, *(leads[:, seed] >= 0 for seed in seeds)]
    index = 2 * np.arange(count)
    best, most = beginnings[0], -np.inf
    for beginning in {row.tobytes(): row for row in beginnings}.values():
        first = beginning.copy()
        for _ in range(count):
            before = first.copy()
            for number in range(count):
                first[number] = base[number] + leads[number, np.where(first, index, index + 1)].sum() >= 0
            if np.array_equal(before, first):
                break
        own = np.where(first, index, index + 1)
        worth = float(base[first].sum() + 0.5 * pull[np.ix_(own, own)].sum())
        if worth > most + 1e-9:
            best, most = first, worth
    ahead = leads[:, np.where(best, index, index + 1)].sum(axis=1)
    return best, np.clip(np.where(best, ahead, -ahead), -MOST_VOICE, MOST_VOICE)


def _strangers(likeness: Floats, own: NDArray[np.intp]) -> NDArray[np.bool_]:
    """The calls (n,) in which neither voice is that of the others, where these have one voice."""
    count = len(own)
    among = likeness[np.ix_(own, own)] >= FITS
    at_home = among.sum(axis=1) >= np.maximum(1, (count - 1) // 2)
    out = np.zeros(count, np.bool_)
    for number in range(count):
        others = np.delete(np.arange(count), number)
        if len(others) < ENOUGH_CALLS or at_home[others].mean() < 1.0:
            continue
        agents = own[others]
        nearest = likeness[2 * number : 2 * number + 2, agents]
        out[number] = nearest.mean(axis=1).max() < STRANGE and nearest.max() < FITS
    return out
