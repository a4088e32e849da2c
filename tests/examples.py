"""How many examples a property is tried with: few in every run, many on demand.

``THOROUGH=1`` looks where nobody has looked yet, for as long as it takes. Without it a run tries the same
examples as the run before, so that what fails was broken by a change and not by luck.
"""

from __future__ import annotations

import os

THOROUGH = os.environ.get("THOROUGH", "") not in ("", "0")


def examples(many: int) -> int:
    """``many`` where time is no matter, a quarter of them in every run."""
    return many if THOROUGH else max(8, many // 4)
