"""Do several people who score the same calls mean the same thing?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import combinations


def percent_agreement(items: Sequence[Sequence[Hashable]]) -> float | None:
    """The share of pairs of scorers that agree, over all items.

    Args:
        items: for each item what each scorer said; items that fewer than two scored say nothing.

    Returns:
        0..1, or None where no item has two scores.
    """
    pairs = [a == b for item in items for a, b in combinations(item, 2)]
    return sum(pairs) / len(pairs) if pairs else None


def cohen_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Agreement of two scorers beyond chance: (observed - expected) / (1 - expected).

    Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
    Measurement 20 (1960). Expected is the chance of agreement when each keeps to their own shares of the
    categories.

    Args:
        pairs: for each item what the first and what the second said.

    Returns:
        -1..1; None where there is no item, or where both always said one and the same: then chance alone
        explains everything and the coefficient is 0/0.
    """
    count = len(pairs)
    if not count:
        return None
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    # In whole numbers up to the end: 1 - expected must be exactly 0 where it is 0.
    expected = sum(first[category] * second[category] for category in first)
    if expected == count * count:
        return None
    observed = sum(a == b for a, b in pairs) * count
    return (observed - expected) / (count * count - expected)


def fleiss_kappa(items: Sequence[Sequence[Hashable]]) -> float | None:
    """Agreement of any number of scorers beyond chance.

    Source: J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76
    (1971). With n scores of an item, n_j of them in category j, the agreement on it is
    (sum n_j^2 - n) / (n (n - 1)); observed is its mean over the items, expected the sum of the squared shares
    of the categories. The paper has the same n for all items; where somebody left an item out, its own n is
    taken, which changes nothing for complete tables.

    Args:
        items: for each item what each scorer said; items that fewer than two scored are left out.

    Returns:
        At most 1; None where no item has two scores, or everybody always said one and the same.
    """
    counted = [Counter(item) for item in items if len(item) > 1]
    total = sum((item for item in counted), Counter[Hashable]())
    if len(total) < 2:
        return None
    ratings = total.total()
    expected = sum((count / ratings) ** 2 for count in total.values())
    agreements = []
    for item in counted:
        size = item.total()
        agreements.append((sum(count * count for count in item.values()) - size) / (size * (size - 1)))
    observed = sum(agreements) / len(agreements)
    return (observed - expected) / (1 - expected)
