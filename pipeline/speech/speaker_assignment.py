"""Speaker assignment: from embeddings along stretches of speech to runs of blocks and their speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.clustering import find_centres, likeliest_speakers, unit
from pipeline.speech.embedding import SpeakerEmbedder, SpeechEmbeddings
from pipeline.speech.features import BLOCK_SECONDS, neighbourhoods
from pipeline.speech.window_selection import initial_windows, windows_covering

CHANGE_COST = 1.5
"""What a change of speaker in the middle of speech costs, in blocks that speak clearly for one voice."""
PAUSE_DISCOUNT = 0.25
"""What it costs after a pause, relative to that."""
SHORTEST_VOICE_SECONDS = 1.5
"""A second speaker has this much speech in all; noise taken for speech rarely has."""
PLENTY_SECONDS = 5.0
"""The embedding of so much speech is steady; halves of one voice with less may differ by chance."""
CHANCE = 0.5
"""By how much, at most: taken off the threshold where there is a second of speech."""
ROUNDS = 6
EMBED_DOUBTFUL_IN = 1
"""The round in which doubtful blocks are embedded ..."""
EMBED_ALL_IN = 3
"""... and all the others, where the voices are still not clear: too near, or one of them too rare."""
MOST_BLOCKS_FOR_ALL = 6000
"""Blocks that are embedded for that: ten minutes."""
DOUBT = 0.3
"""Relative to its mean size, how far a prediction must be from zero to be believed."""
CLOSE = 0.1
"""Voices nearer than this to being one are judged on more speech."""
DIP_DISCOUNT = 0.6
"""What is taken off the cost of a change where the sound dips as deep as ..."""
DEEP_NEPERS = 3.0
_A_TURN = 8
"""Blocks; shorter runs are too often neither's."""
SIMILAR_UP_TO = 0.92
"""Voices as near to being one as the halves of one voice usually are (0.79 to 0.95 on 45 channels of three
nights) may still be two: sisters, or two people on a narrow line ..."""
ALTERNATION = 0.85
LEAST_RUNS = 8
"""... if that share of at least so many runs changes the speaker, as people in a conversation do; the halves
of one voice follow each other by chance (0.25 to 0.94). What was said has to decide then, and where voices
are CLOSE to that and do not take turns: two that alternated by 0.67 had been mixed up."""
FEW_SECONDS = 8.0
"""Voices that are CLOSE are in doubt too where one speaks less than this: 5.4 and 6.3 s of one voice had 0.73
and 0.78 with the rest of it."""
UNCLEAR = 0.6
"""A block that is no clearer than this lies between the two voices."""
MOST_UNCLEAR = 0.09
"""Share of such blocks above which voices that may be one are not parted. Where both halves held both voices
(of their seconds, 0.5 to 0.88 went to the right one), it was 0.095 to 0.15; where the voices were parted
(0.95 and more), 0.085 at most, and once 0.125. Voices of two labelled nights in pairs of one sex, and each
with itself shifted by 4 to 15 %: 14 sentences in turn, noise 10 to 20 dB below."""
_RIDGE = 0.1
"""Added to the variances of spectra, relative to their mean: some calls have fewer blocks than bands."""
_BESIDE = 8
"""Blocks to each side against whose loudest a dip is measured."""


@dataclass(frozen=True, slots=True)
class SpeakerRun:
    """Blocks ``first .. last - 1`` of a stretch: one speaker."""

    stretch: int
    first: int
    last: int
    speaker: int
    clearness: float
    """0..1: 0.5 where the voice is as near to the other speaker."""


@dataclass(frozen=True, slots=True)
class SpeakerAssignment:
    """All runs in order, and how many blocks every stretch has."""

    runs: tuple[SpeakerRun, ...]
    lengths: tuple[int, ...]
    doubtful: bool = False
    """The two voices are so alike that they may be one."""


def assign_speakers(speech: SpeechEmbeddings, *, embedder: SpeakerEmbedder) -> SpeakerAssignment:
    """Find the two voices and who has which block; everything goes to speaker 0 where there is one voice.

    Cluster, then segment again with the clusters as models (Viterbi), and repeat with the voices taken from
    whole runs, which mix no speakers as windows over a change do. Blocks that were not embedded go by their
    spectra; those that these leave in doubt are embedded once that shows, and all where the voices remain
    unclear: few windows may take noise for a voice, and the prediction would follow them.
    """
    starts = speech.starts
    lengths = tuple(np.diff(starts).tolist())
    if starts[-1] * BLOCK_SECONDS < 2 * SHORTEST_VOICE_SECONDS:
        return _single_speaker(lengths)
    speech.embed(initial_windows(starts))
    vectors = _block_vectors(speech, embedder.reach)
    costs = _change_costs(speech)
    centres = find_centres(vectors[speech.embedded])
    for number in range(ROUNDS):
        preferences, predicted = _preferences(speech, vectors, centres)
        size = max(float(np.abs(preferences[speech.embedded]).mean()), 1e-9)
        speakers = likeliest_speakers(preferences / size, costs)
        rarer = float(np.bincount(speakers, minlength=2).min()) * BLOCK_SECONDS
        near = float(centres[0] @ centres[1]) > _same_speaker_above(speech, speakers, embedder) - CLOSE
        not_embedded = int((~speech.embedded).sum())
        if number == EMBED_DOUBTFUL_IN and not_embedded:
            doubted = (np.abs(predicted) < DOUBT) | ((predicted > 0) != speakers)
            if near:
                doubted[_more_of_each(speech, speakers)] = True
            speech.embed(windows_covering(doubted & ~speech.embedded, starts))
            vectors = _block_vectors(speech, embedder.reach)
        elif (
            number == EMBED_ALL_IN
            and (near or rarer < PLENTY_SECONDS)
            and 0 < not_embedded <= MOST_BLOCKS_FOR_ALL
        ):
            speech.embed(windows_covering(~speech.embedded, starts))
            vectors = _block_vectors(speech, embedder.reach)
            centres = find_centres(vectors)
            continue
        if rarer < SHORTEST_VOICE_SECONDS and (number > EMBED_DOUBTFUL_IN or not not_embedded):
            return _single_speaker(lengths)
        runs = _runs(speakers, starts)
        if rarer > 0:
            centres = _centres(speech, runs, speakers)
    alike = float(centres[0] @ centres[1])
    clear = np.clip(0.5 + 0.5 * preferences * (2 * speakers - 1) / max(1 - alike, 1e-9), 0.0, 1.0)
    doubtful = doubt(
        alike,
        _same_speaker_above(speech, speakers, embedder),
        alternation=_alternation(speakers, runs),
        unclear=float((clear < UNCLEAR).mean()),
        rarer=rarer,
    )
    if doubtful is None:
        return _single_speaker(lengths)
    return SpeakerAssignment(_speaker_runs(runs, starts, speakers, clear), lengths, doubtful)


def _speaker_runs(
    runs: Sequence[tuple[int, int]],
    starts: NDArray[np.intp],
    speakers: NDArray[np.intp],
    clear: NDArray[np.float64],
) -> tuple[SpeakerRun, ...]:
    """Runs with places within their stretches; speaker 0 is who speaks first."""
    stretches = np.searchsorted(starts, [first for first, _ in runs], side="right") - 1
    return tuple(
        SpeakerRun(
            stretch=stretch,
            first=first - int(starts[stretch]),
            last=last - int(starts[stretch]),
            speaker=int(speakers[first] != speakers[0]),
            clearness=float(clear[first:last].mean()),
        )
        for stretch, (first, last) in zip(stretches.tolist(), runs, strict=True)
    )


def doubt(
    alike: float, bar: float, *, alternation: float | None, unclear: float, rarer: float
) -> bool | None:
    """Whether two voices are in doubt; None where they are one.

    Args:
        alike: cosine between them. bar: above which they may be one.
        alternation: share of turns after which the other voice speaks; None where there are few turns.
        unclear: share of the speech that lies between the voices.
        rarer: seconds of the voice that speaks less.
    """
    in_turn = alternation is not None and alternation >= ALTERNATION
    if alike > bar:
        return None if alike > SIMILAR_UP_TO or not in_turn or unclear > MOST_UNCLEAR else True
    return alike > bar - CLOSE and (rarer < FEW_SECONDS or (alternation is not None and not in_turn))


def _alternation(speakers: NDArray[np.intp], runs: Sequence[tuple[int, int]]) -> float | None:
    """How far the speakers follow each other as people in a conversation do."""
    order = speakers[[first for first, last in runs if last - first >= _A_TURN]]
    return float(np.mean(order[1:] != order[:-1])) if len(order) >= LEAST_RUNS else None


def _single_speaker(lengths: tuple[int, ...]) -> SpeakerAssignment:
    return SpeakerAssignment(
        tuple(SpeakerRun(number, 0, length, 0, 1.0) for number, length in enumerate(lengths)), lengths
    )


def _block_vectors(speech: SpeechEmbeddings, reach: int) -> NDArray[np.float32]:
    """One vector per block: of the run that reaches so many blocks to each side; zeros where not embedded."""
    firsts, lasts = neighbourhoods(speech.starts, reach)
    embedded = speech.vectors(firsts[speech.embedded], lasts[speech.embedded])
    vectors = np.zeros((len(firsts), embedded.shape[1]), np.float32)
    vectors[speech.embedded] = embedded
    return vectors


def _change_costs(speech: SpeechEmbeddings) -> NDArray[np.float64]:
    """What a change of speaker at the start of every block costs: less after a pause, or where sound dips."""
    loudness = speech.loudness
    edged = np.pad(loudness, _BESIDE, mode="edge")
    peaks = np.lib.stride_tricks.sliding_window_view(edged, _BESIDE).max(axis=1)
    before, after = peaks[: len(loudness)], peaks[_BESIDE : _BESIDE + len(loudness)]
    depths = np.minimum(before, after) - np.minimum(loudness, np.append(loudness[:1], loudness[:-1]))
    costs: NDArray[np.float64] = CHANGE_COST * (
        1 - DIP_DISCOUNT * np.clip(depths.astype(np.float64) / DEEP_NEPERS, 0.0, 1.0)
    )
    costs[speech.starts[:-1]] = CHANGE_COST * PAUSE_DISCOUNT
    return costs


def _preferences(
    speech: SpeechEmbeddings, vectors: NDArray[np.float32], centres: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much every block speaks for speaker 1 by its embedding, or its spectrum; and by its spectrum
    alone."""
    preferences = (vectors @ (centres[1] - centres[0])).astype(np.float64)
    if speech.embedded.all():
        return preferences, preferences
    size = max(float(np.abs(preferences[speech.embedded]).mean()), 1e-9)
    predicted = predicted_preferences(speech.spectra, speech.embedded, preferences / size)
    return np.where(speech.embedded, preferences, predicted * size), predicted


def predicted_preferences(
    spectra: NDArray[np.float32], embedded: NDArray[np.bool_], preferences: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Preferences of all blocks (n,) from their spectra, by ridge regression on those embedded.

    Within one call two voices, like ones too, differ in their spectra in ways that a linear rule finds from a
    few seconds of each. On labelled nights mixed down to one channel such a rule, taught the true speakers of
    two blocks in five, names those of 98 % of the others (one real telephone call: 99 %; like voices: 98 %;
    at 10 dB above pink noise: 97 %), and where it is clear, which is in five of six, of 99.5 %. Taught by the
    network, it shares that one's errors.

    Of ``preferences`` only those of embedded blocks count; more than 1 tells no more than 1. The result is 1
    on average in size there.
    """
    known = spectra[embedded].astype(np.float64)
    middle = known.mean(axis=0)
    known -= middle
    target = np.clip(preferences[embedded], -1.0, 1.0)
    bias = target.mean()
    spread = known.T @ known
    spread.flat[:: len(spread) + 1] += _RIDGE * np.trace(spread) / len(spread) + 1e-9
    weights = np.linalg.solve(spread, known.T @ (target - bias))
    predicted: NDArray[np.float64] = spectra @ weights + (bias - middle @ weights)
    return predicted / max(float(np.abs(predicted[embedded]).mean()), 1e-9)


def _embedded_seconds(speech: SpeechEmbeddings, speakers: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.bincount(speakers[speech.embedded], minlength=2) * np.float64(BLOCK_SECONDS)


def _more_of_each(speech: SpeechEmbeddings, speakers: NDArray[np.intp]) -> list[int]:
    """Blocks to embed for a steady vector of each speaker: the first that were not embedded."""
    lacking = np.ceil((PLENTY_SECONDS - _embedded_seconds(speech, speakers)) / BLOCK_SECONDS).astype(int)
    not_embedded = [np.flatnonzero((speakers == speaker) & ~speech.embedded) for speaker in (0, 1)]
    return [int(b) for each, count in zip(not_embedded, lacking, strict=True) for b in each[: max(0, count)]]


def _same_speaker_above(
    speech: SpeechEmbeddings, speakers: NDArray[np.intp], embedder: SpeakerEmbedder
) -> float:
    """Cosine between the speakers' voices above which they are one."""
    rarer = float(_embedded_seconds(speech, speakers).min())
    return embedder.same_speaker_cosine - CHANCE * min(
        1.0, max(0.0, (PLENTY_SECONDS - rarer) / (PLENTY_SECONDS - 1))
    )


def _runs(speakers: NDArray[np.intp], starts: NDArray[np.intp]) -> list[tuple[int, int]]:
    """First and one past the last block of every run of one speaker in one stretch."""
    changes = np.flatnonzero(np.diff(speakers)) + 1
    return list(pairwise(np.union1d(changes, starts).tolist()))


def _centres(
    speech: SpeechEmbeddings, runs: Sequence[tuple[int, int]], speakers: NDArray[np.intp]
) -> NDArray[np.float32]:
    """The voice of each speaker (2, size): the mean over its runs, by how much of each was embedded."""
    firsts, lasts = np.array(runs, dtype=np.intp).T
    before = np.concatenate([[0], np.cumsum(speech.embedded)])
    vectors = speech.vectors(firsts, lasts) * (before[lasts] - before[firsts])[:, None].astype(np.float32)
    return np.stack([unit(vectors[speakers[firsts] == speaker].sum(axis=0)) for speaker in (0, 1)])
