"""Utterances with the spotted phrases in colour."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from pipeline.domain import PhraseHit, PhraseKind, Utterance
from pipeline.phrases.highlights import highlights

STYLES = {
    PhraseKind.FORBIDDEN: "bold red",
    PhraseKind.REQUIRED: "green",
    PhraseKind.ESCALATION: "bold magenta",
    PhraseKind.PRAISE: "cyan",
}


def marked(utterance: Utterance, hits: Sequence[PhraseHit]) -> Text:
    """The utterance with coloured phrases, in brackets as well: colours do not survive a pipe."""
    out, at = Text(), 0
    for mark in highlights(utterance, hits):
        out.append(utterance.text[at : mark.start])
        out.append(f"【{utterance.text[mark.start : mark.end]}】", style=STYLES[mark.kind])
        at = mark.end
    out.append(utterance.text[at:])
    return out
