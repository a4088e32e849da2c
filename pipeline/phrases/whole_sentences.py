"""What no phrase of the lexicon finds: sentences that as a whole can hardly be anything else."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence

from pipeline.domain import How, PhraseHit, Role, Severity
from pipeline.phrases.candidates import ACCUSING
from pipeline.phrases.lexicon import Code, Phrase
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.passages import Passage
from pipeline.phrases.sentences import SentenceModel, runs

LEAST_HEARD = 0.5
"""Confidence of the utterance: what was not heard well is no sentence."""
SHORTEST, LONGEST = 5, 40
"""Characters of an utterance in normal form; the model was trained on such."""
GRAVE = frozenset({Severity.A, Severity.B})
SURE_ENOUGH, FLAGGED = 0.97, 0.55
"""Below the first, an accusation of class A or B is never surer than the second, which is below what either
needs to take points: a person listens."""


def rivals(phrases: Iterable[Phrase], model: SentenceModel) -> dict[str, tuple[Code, float]]:
    """The codes among which a sentence has its likeliest, each with the bar that it must reach."""
    bars = dict(zip(model.codes, map(float, model.bars), strict=True))
    return {
        code.code: (code, bars[code.code])
        for code in (phrase.code for phrase in phrases)
        if code.kind in ACCUSING and math.isfinite(bars.get(code.code, math.inf))
    }


class WholeSentences:
    """The codes that both the lexicons and the model know, with the examples of each."""

    def __init__(
        self, phrases: Sequence[Phrase], model: SentenceModel, *, only: frozenset[str] | None = None
    ) -> None:
        """``only``: the codes of which hits are given; a sentence that another code is likelier for is none
        of theirs, whichever are asked for."""
        self._model, self._only = model, only
        self._codes = rivals(phrases, model)
        self._phrases: dict[str, list[Phrase]] = {}
        for phrase in phrases:
            if phrase.code.code in self._codes:
                self._phrases.setdefault(phrase.code.code, []).append(phrase)

    def find(self, passage: Passage, *, without: Collection[str]) -> Iterator[PhraseHit]:
        """The utterances of a passage that are hits: each of the likeliest code, if that is none of
        ``without``."""
        if passage.role is Role.UNKNOWN or not self._codes:
            return
        if self._only is not None and self._only.isdisjoint(self._codes):
            return
        ends = (*passage.offsets[1:], len(passage.text))
        for part, (start, end) in enumerate(zip(passage.offsets, ends, strict=True)):
            heard = passage.utterances[part].confidence
            if not SHORTEST <= end - start <= LONGEST or heard < LEAST_HEARD:
                continue
            named = "《" in passage.utterances[part].text
            if named and any(passage.in_title(at) for at in range(start, end)):
                continue  # what a film or a book is called says nothing of the speaker
            ratios = self._model.log_ratios(passage.text[start:end])
            beyond = [
                (ratios[name] - bar, name)
                for name, (code, bar) in self._codes.items()
                if ratios[name] >= bar and code.role in (None, passage.role)
            ]
            if not beyond:
                continue
            likeliest = max(beyond)
            asked = self._only is None or likeliest[1] in self._only
            if asked and likeliest[1] not in without:
                yield self._hit(passage, part, (start, end), *likeliest)

    def _hit(
        self, passage: Passage, part: int, place: tuple[int, int], beyond: float, name: str
    ) -> PhraseHit:
        code, _ = self._codes[name]
        utterance = passage.utterances[part]
        # At the bar it is as likely as not: so rare are sentences of the kind.
        sure = min(1.0, utterance.confidence) * utterance.role_confidence / (1 + math.exp(-beyond))
        if code.severity in GRAVE and sure < SURE_ENOUGH:
            sure = min(sure, FLAGGED)
        return PhraseHit(
            code=name,
            kind=code.kind,
            phrase=self._most_alike(name, passage.text[slice(*place)]).canonical,
            role=passage.role,
            span=passage.span(*place),
            quote=passage.quote(*place),
            how=How.SENTENCE,
            confidence=round(sure, 3),
            utterance=passage.indexes[part],
        )

    def _most_alike(self, name: str, text: str) -> Phrase:
        """The phrase with an example that shares most with a text, so that a reader sees what kind it is."""
        own = runs(text)

        def alike(phrase: Phrase) -> float:
            shared = (runs(normalise(example)) for example in phrase.hit)
            return max(len(own & theirs) / len(own | theirs) for theirs in shared)

        return max(self._phrases[name], key=alike)
