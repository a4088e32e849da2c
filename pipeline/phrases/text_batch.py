"""Texts of a conversation as arrays of sound classes and sounds, so that all are searched at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.conversation.text import syllable
from pipeline.phrases.costs import BOUNDARY, SOUNDS, codes
from pipeline.phrases.syllables import sound_class

_Numbers = NDArray[np.int64]
SEPARATOR = "\xff"
"""A class that no syllable has: that of the line break between texts."""


class _ClassTable(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = sound_class(syllable(chr(code)))
        return self[code]


_TABLE = _ClassTable({ord("\n"): SEPARATOR})


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Several texts, end to end with boundaries between them, as sound classes and as sounds."""

    classes: str
    codes: NDArray[np.uint32]
    heard: NDArray[np.uint32]
    starts: _Numbers
    ends: _Numbers
    owner: _Numbers
    """For each character, the text it belongs to."""

    @classmethod
    def of(cls, texts: Sequence[str], classes: dict[int, str]) -> TextBatch:
        """``classes`` gives the class of each code point, one character."""
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        ends = np.cumsum(lengths + 1)
        joined = "\n" + "\n".join(texts) + "\n"
        sounding = joined.translate(classes)
        return cls(
            sounding,
            codes(sounding),
            SOUNDS.heard(joined),
            ends - lengths,
            ends,
            np.repeat(np.arange(len(texts)), lengths + 1),
        )


def end_to_end(texts: Sequence[str]) -> TextBatch:
    """Several texts as one, ready for :meth:`SoundIndex.find_all`."""
    return TextBatch.of(texts, _TABLE)


def class_bit(classes: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """One of 64 bits for each class; few classes share one."""
    return np.uint64(1) << (classes.astype(np.uint64) % np.uint64(61))


class PaddedBatch:
    """A batch of texts with room on both sides, so that nobody needs to ask whether a place is inside."""

    def __init__(self, texts: TextBatch, room: int, most: int) -> None:
        """``most``: how far from its place a syllable may be sought."""
        self.heard = np.pad(texts.heard.astype(np.int64), room, constant_values=BOUNDARY)
        self.size = len(self.heard)
        bits = class_bit(np.pad(texts.codes, room, constant_values=ord(SEPARATOR)))
        reached = [np.zeros_like(bits), bits.copy()]
        for by in range(1, most + 1):
            wider = reached[-1].copy()
            wider[by:] |= bits[:-by]
            wider[:-by] |= bits[by:]
            reached.append(wider)
        self.near = np.concatenate([reached[0], *reached[2:]])
        """For 0, 1, .. ``most`` in turn and each character, the bits of all classes at most so far away."""
