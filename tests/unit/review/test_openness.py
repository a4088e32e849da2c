"""Letters for agents: the same on one page, another order elsewhere, none where too few could be meant."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.errors import Refused
from pipeline.review.openness import Disguise

OTHERS = [f"{number}" for number in range(6101, 6107)]


def disguise(page: str, *, secret: bytes = b"s" * 32, own: str | None = "6100") -> Disguise:
    return Disguise(secret, page, own, lambda letter: f"<{letter}>")


def test_a_page_keeps_its_letters_whatever_the_order() -> None:
    names = disguise("p").names([*OTHERS, "6100"])
    assert names == disguise("p").names(["6100", *reversed(OTHERS)])
    assert names["6100"] == "6100" and next(iter(names)) == "6100"
    assert [name for agent, name in names.items() if agent != "6100"] == [f"<{one}>" for one in "ABCDEF"]


def test_neither_numbers_nor_other_pages_tell_who_has_a_letter() -> None:
    """Over 600 pages each agent has each letter about as often: 100 times, within 5 sigma."""
    seen = Counter(
        (agent, name) for n in range(600) for agent, name in disguise(f"{n}").names(OTHERS).items()
    )
    counts = [seen[agent, f"<{letter}>"] for agent in OTHERS for letter in "ABCDEF"]
    sigma = (600 / 6 * 5 / 6) ** 0.5
    assert all(abs(count - 100) < 5 * sigma for count in counts)
    assert disguise("p").names(OTHERS) != disguise("p", secret=b"t" * 32).names(OTHERS)


def test_too_few_others_have_no_letters() -> None:
    with pytest.raises(Refused):
        disguise("p").names([*OTHERS[:4], "6100"])
    assert len(disguise("p").names([*OTHERS[:5], "6100"])) == 6
    assert disguise("p").names(["6100"]) == {"6100": "6100"}
    assert disguise("p").names(OTHERS[:1], fewest=0) == {"6101": "<A>", "6100": "6100"}


def test_after_z_comes_aa() -> None:
    names = disguise("p", own=None).names([f"{n}" for n in range(60)])
    assert list(names.values())[24:28] == ["<Y>", "<Z>", "<AA>", "<AB>"]
    assert len(set(names.values())) == 60
