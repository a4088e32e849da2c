"""The sieve drops no place that a closer look would have taken, and many texts give what each gives alone."""

from __future__ import annotations

import random

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.phrases.costs import codes
from pipeline.phrases.fragments import FragmentTrie
from pipeline.phrases.prefilter import DistanceLimits
from pipeline.phrases.sound import WITHIN_TOLERANCE, SearchRadius, SoundIndex
from pipeline.phrases.text_batch import TextBatch

PHRASES = (
    "不归我", "谁知道", "不归我管", "你爱投诉", "随便你投诉", "我要去投诉你", "有什么可以帮你",
    "感谢你的耐心等待", "请问还有其他可以帮你", "请你对我的服务做出评价谢谢",
    "查", "验证码", "没有其他办法了",
)  # fmt: skip
ALIKE = dict(zip("不归我管投诉你的等待帮查验证码没有", "布鬼沃关头述泥底邓带邦插燕正马莫又", strict=True))


class _NoPrefilter:
    """Lets every place through."""

    def __init__(self, index: SoundIndex) -> None:
        self._prefilter = index._prefilter

    def bounds(self, farthest: NDArray[np.float64]) -> DistanceLimits:
        return self._prefilter.bounds(farthest)

    def places(self, texts: TextBatch, bounds: DistanceLimits) -> list[tuple[int, int, int]]:
        prefilter, out = self._prefilter, []
        for fragment, first in zip(
            *(found.tolist() for found in prefilter._fragments.find(texts.codes)), strict=True
        ):
            which = int(texts.owner[first - 1])
            for member in range(int(prefilter._first[fragment]), int(prefilter._first[fragment + 1])):
                spelling = int(prefilter._member[member])
                begin = first - int(prefilter._offset[member]) - int(texts.starts[which])
                if begin >= -int(prefilter._slack[spelling]):
                    out.append((which, spelling, max(0, begin)))
        return out


def _texts(count: int) -> list[str]:
    dice = random.Random(11)
    out = []
    for _ in range(count):
        text = "".join(dice.choice(PHRASES) for _ in range(dice.randint(1, 3)))
        spoilt = [ALIKE.get(c, c) if dice.random() < 0.3 else c for c in text]
        kept = [c for c in spoilt if dice.random() > 0.06]
        out.append("".join(c + "那" if dice.random() < 0.05 else c for c in kept))
    return out


@pytest.mark.parametrize(
    "radius",
    [
        WITHIN_TOLERANCE,
        SearchRadius(1.2),
        SearchRadius(1.2, 0.31),
        SearchRadius(1.2, 0.31, frozenset({1, 7})),
    ],
)
def test_nothing_is_lost(radius: SearchRadius, monkeypatch: pytest.MonkeyPatch) -> None:
    index = SoundIndex((phrase, k, None) for k, phrase in enumerate(PHRASES))
    texts = _texts(400)
    found = index.find_all(texts, radius=radius)
    monkeypatch.setattr(index, "_prefilter", _NoPrefilter(index))
    assert found == index.find_all(texts, radius=radius)
    assert sum(map(len, found)) > 200


@pytest.mark.parametrize("fragments", [("ab", "b", "bab", "xyz", "abab"), ("𠀀a",), ()])
def test_fragments_are_found_wherever_they_stand(fragments: tuple[str, ...]) -> None:
    dice = random.Random(3)
    for size in (0, 1, 2, 40):
        text = "".join(dice.choice("ab𠀀\U0010ffff") for _ in range(size))
        which, first = FragmentTrie(fragments).find(codes(text))
        places = [
            (end, -len(fragment), number)
            for number, fragment in enumerate(fragments)
            for end in range(len(fragment), size + 1)
            if text[end - len(fragment) : end] == fragment
        ]
        expected = [(number, end + length) for end, length, number in sorted(places)]
        assert list(zip(which.tolist(), first.tolist(), strict=True)) == expected


def test_together_as_one_by_one() -> None:
    index = SoundIndex((phrase, k, None) for k, phrase in enumerate(PHRASES))
    texts = ["", *_texts(60), "", "abc한글🙂"]
    assert index.find_all(texts) == [index.find(text) for text in texts]
