"""Which conversations hold nothing that looks like any of some phrases.

Most edits of a lexicon touch a few phrases, and most calls hold nothing like them. Such a call has no hit of
theirs, whatever exceptions, contexts and the sentence would have made of one, so nobody needs to match it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from pipeline.domain import How
from pipeline.phrases.candidates import CandidateFinder
from pipeline.phrases.lexicon import Phrase
from pipeline.phrases.passages import Passage
from pipeline.phrases.revision import rule_of
from pipeline.phrases.sound import WITHIN_TOLERANCE
from pipeline.phrases.words import Segmenter


class PhraseScreen:
    """Phrases to look for, of one lexicon or of several that cut texts into the same words."""

    def __init__(
        self, phrases: Iterable[Phrase], *, keywords: Collection[str], words: tuple[str, ...]
    ) -> None:
        """``keywords``: the words of patterns that are put right where they are misheard; ``words``: those
        that a text is cut into."""
        once = {rule_of(phrase): phrase for phrase in phrases}
        self._phrases, self._keywords, self._words = tuple(once.values()), keywords, words

    @cached_property
    def _finder(self) -> CandidateFinder:
        # Compiled when it is first asked: where each call has a hit of an edited code, nobody asks.
        ways = frozenset(How)
        segmenter = Segmenter(self._words)
        return CandidateFinder(self._phrases, ways=ways, keywords=self._keywords, segmenter=segmenter)

    def resembled_in(self, conversations: Sequence[Sequence[Passage]]) -> list[bool]:
        """For each conversation whether anything in it looks or sounds like one of the phrases, before it is
        asked whether it counts."""
        owners = (number for number, some in enumerate(conversations) for _ in some)
        together = [passage for some in conversations for passage in some]
        found = [False] * len(conversations)
        searched = self._finder.find_all(together, radius=WITHIN_TOLERANCE)
        for number, (_, candidates) in zip(owners, searched, strict=True):
            found[number] = found[number] or bool(candidates)
        return found
