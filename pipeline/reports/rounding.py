"""Numbers as they are exported: rounded, and never a NaN."""

from __future__ import annotations

import math


def rounded(value: float | None, digits: int = 3) -> float | None:
    """``value`` to ``digits`` decimals (3: milliseconds); None for what is missing or not a finite number."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), digits) + 0.0  # + 0.0 turns -0.0 into 0.0
