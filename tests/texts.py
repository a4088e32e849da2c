"""Messages as the tests read them: in Chinese, empty where there is none."""

from __future__ import annotations

from pipeline.messages import Text, render


def zh(text: Text | None) -> str:
    return "" if text is None else render(text, "zh")
