"""Times that people read to the second."""

from __future__ import annotations

import pytest

from pipeline.cli.views.times import length
from pipeline.domain import clock
from pipeline.web import render


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (43.6, "0:43"), (59.6, "0:59"), (61.5, "1:01"), (3599.9, "59:59"), (3723.9, "1:02:03")],
)
def test_pages_and_shell_write_a_length_alike(seconds: float, text: str) -> None:
    assert clock(seconds) == length(seconds) == render.clock(seconds) == text


def test_what_has_no_length() -> None:
    assert (length(None), render.clock(None), render.clock(float("inf"))) == ("-", "–", "–")
