"""A centre's own names (products, companies, people), and where the recogniser misheard one of them.

The recogniser does not know that 飞猪 is a travel agency and writes 非诸. A list of names mends that
afterwards: where a few written characters sound like a name, the speech model is asked how well the sentence
with the name explains the sound. Nothing is prompted, so a name that nobody says is never written.

A correction is a note beside the text and not a change of it. Phrases are sought in what was recognised, so
that no correction accuses anybody and none takes a proof away; people read the name, marked as corrected.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from pipeline.conversation.text import syllable
from pipeline.domain import Correction, PhraseHit, Transcript, Utterance
from pipeline.errors import VocabularyError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Message
from pipeline.phrases.alignment import Wording, wording
from pipeline.phrases.confirm import TextScorer, confidence_of
from pipeline.phrases.highlights import place_of
from pipeline.phrases.matcher import Matcher
from pipeline.phrases.words import Segmenter

SHORTEST, LONGEST = 2, 12
"""Characters of a name."""
MOST_NAMES = 2000
_LARGEST_FILE = 256 << 10

FARTHEST_SHORT, FARTHEST = 0.05, 0.1
"""Largest distance per syllable (see `pipeline.phrases.syllables`) of a name of two syllables, of a longer
one: the same sound but for what Mandarin speakers do not keep apart. Two syllables that are less alike were
as often another word."""
LEAST_GAIN_SHORT, LEAST_GAIN = -2.5, -4.0
"""Smallest gain (nats per changed character) of the sentence with a name of two syllables, of a longer one.

The decoder wrote what it likes best, so that even the right name loses. On 125 sentences of people (11.5
minutes) with 30 names of which 20 are spoken, right names lost 3.7 at most, of two syllables 2.3; with 200
names that nobody says the nearest was 宝马 for (投)报吗 with 3.5, the next lost 4.9."""
LEAST_GAIN_WORD = 0.0
"""... where the written characters are a word of their own: it explains itself."""
ORDINARY = 3
"""How often jieba's dictionary counted a word that explains itself."""
PER_UTTERANCE = 3


@dataclass(frozen=True)
class Vocabulary:
    """The names of a centre, each once, in the order of the list."""

    names: tuple[str, ...] = ()
    lines: tuple[int, ...] = field(default=(), compare=False)
    """Where each stands in its file."""

    @property
    def revision(self) -> str:
        """Digest (16 hex digits) of the names; their order does not matter. Empty where there are none."""
        listed = "\n".join(sorted(self.names))
        return hashlib.sha256(listed.encode()).hexdigest()[:16] if listed else ""

    @property
    def alike(self) -> dict[str, tuple[str, ...]]:
        """Names that sound like others of the list, with those: which of them was said no sound can tell."""
        found = {name: tuple(p.name for p in self._like(name)) for name in self.names}
        return {name: others for name, others in found.items() if others}

    def _like(self, name: str) -> list[NameCandidate]:
        whole = (p for p in self._nearby(name) if len(p.name) == len(name))
        return sorted(whole, key=lambda p: (p.distance, p.name))

    @cached_property
    def _by_first_sound(self) -> dict[str, tuple[Wording, ...]]:
        return {}

    @cached_property
    def _wordings(self) -> tuple[Wording, ...]:
        return tuple(map(wording, self.names))

    def _near(self, sound: str) -> tuple[Wording, ...]:
        """The names that may begin with this sound."""
        known = self._by_first_sound.get(sound)
        if known is None:
            near = (w for w in self._wordings if w.costs[0][sound] <= len(w.costs) * _farthest(w))
            known = self._by_first_sound[sound] = tuple(near)
        return known

    def sounding_like(self, text: str) -> tuple[NameCandidate, ...]:
        """Where a text may mean a name that it does not have, the nearest first, none across another."""
        chosen: list[NameCandidate] = []
        for candidate in sorted(
            self._nearby(text), key=lambda p: (p.distance - len(p.name), p.start, p.name)
        ):
            apart = all(candidate.end <= c.start or c.end <= candidate.start for c in chosen)
            if apart and not self._is_named(text, candidate):
                chosen.append(candidate)
        return tuple(chosen[:PER_UTTERANCE])

    def _nearby(self, text: str) -> list[NameCandidate]:
        """Every place of a text that sounds like a name and is not written so."""
        sounds = [syllable(c) for c in text]
        found: list[NameCandidate] = []
        for start, sound in enumerate(sounds):
            for wanted in self._near(sound) if text[start].isalpha() else ():
                size = len(wanted.costs)
                heard = text[start : start + size]
                if len(heard) < size or not _chinese(heard) or heard == wanted.spelling:
                    continue
                apart = sum(c[s] for c, s in zip(wanted.costs, sounds[start : start + size], strict=True))
                if apart <= size * _farthest(wanted) + 1e-9:
                    found.append(NameCandidate(start, wanted.spelling, heard, round(apart, 3)))
        return found

    def _is_named(self, text: str, candidate: NameCandidate) -> bool:
        """Whether a name of the list stands there already, as it should."""
        return any(
            at < candidate.end and candidate.start < at + len(name)
            for name in self.names
            for at in _places(text, name)
        )


@dataclass(frozen=True, slots=True)
class NameCandidate:
    """A name that may have been said where something else is written."""

    start: int
    name: str
    heard: str
    """As many characters as the name has."""
    distance: float
    """Of their sounds, summed over the syllables."""

    @property
    def end(self) -> int:
        return self.start + len(self.name)

    @property
    def changed(self) -> int:
        return sum(a != b for a, b in zip(self.name, self.heard, strict=True))

    def least_gain(self, segmenter: Segmenter) -> float:
        """What the sound must say for it, in nats per changed character."""
        if segmenter.occurrences(self.heard) >= ORDINARY:
            return LEAST_GAIN_WORD
        return LEAST_GAIN_SHORT if len(self.name) == SHORTEST else LEAST_GAIN

    def in_place(self, text: str) -> str:
        return text[: self.start] + self.name + text[self.end :]


def correct_names(
    transcript: Transcript,
    hits: Sequence[PhraseHit],
    vocabulary: Vocabulary,
    score_text: TextScorer,
    matcher: Matcher,
) -> Transcript:
    """The transcript with the names that the sound bears out noted beside what was written for them.

    Where a phrase was found nothing is corrected, nor where the corrected sentence would hold a phrase that
    the recognised one does not hold.
    """
    if not vocabulary.names:
        return transcript
    segmenter = Segmenter(matcher.lexicons.words.dictionary.words)
    out = list(transcript.utterances)
    for number, utterance in enumerate(transcript.utterances):
        candidates = vocabulary.sounding_like(utterance.text)
        if not candidates:
            continue
        here = [hit for hit in hits if hit.utterance == number]
        proofs = [place for h in here if (place := place_of(utterance, h.quote, h.span.start))]
        free = [p for p in candidates if not any(p.start < end and start < p.end for start, end in proofs)]
        noted = replace(utterance, corrections=_confirmed(utterance, free, score_text, segmenter))
        if noted.corrections and not _says_more(matcher, noted, here):
            out[number] = noted
    return Transcript(tuple(out))


def _confirmed(
    utterance: Utterance, candidates: Sequence[NameCandidate], score_text: TextScorer, segmenter: Segmenter
) -> tuple[Correction, ...]:
    if not candidates:
        return ()
    texts = [utterance.text, *(p.in_place(utterance.text) for p in candidates)]
    # Marks that the recogniser set cost a text that lacks them, or that has them, more than a wrong word.
    spoken = ["".join(filter(str.isalnum, text)) for text in texts]
    written, *scores = score_text(utterance.role, utterance.span, spoken)
    out = []
    for candidate, score in zip(candidates, scores, strict=True):
        gain = (score - written) * len(spoken[0]) / candidate.changed
        least = candidate.least_gain(segmenter)
        if gain >= least:
            sure = confidence_of(gain, least=least)
            out.append(Correction(candidate.start, candidate.name, sure))
    return tuple(sorted(out, key=lambda c: c.start))


def _says_more(matcher: Matcher, noted: Utterance, hits: Sequence[PhraseHit]) -> bool:
    """Whether the corrected sentence holds a phrase that was not found in the recognised one."""
    read = replace(noted, text=noted.corrected, words=(), corrections=())
    return bool({hit.code for hit in matcher.match([read])} - {hit.code for hit in hits})


def _farthest(wanted: Wording) -> float:
    return FARTHEST_SHORT if len(wanted.costs) == SHORTEST else FARTHEST


def _chinese(text: str) -> bool:
    return all("\u4e00" <= c <= "\u9fff" for c in text)


def _places(text: str, name: str) -> list[int]:
    places, at = [], text.find(name)
    while at >= 0:
        places.append(at)
        at = text.find(name, at + 1)
    return places


def read_vocabulary(path: Path) -> Vocabulary:
    """Read a list of names: one a line, in Chinese characters; what follows a ``#`` is a remark.

    Raises:
        VocabularyError: with file, line and remedy.
    """
    try:
        raw = read_plain(path, most=_LARGEST_FILE, remedy=Message("vocabulary.split"))
        text = raw.decode("utf-8-sig")
    except FileRefused as error:
        raise VocabularyError(error.message, path=path) from error
    except UnicodeDecodeError as error:
        raise VocabularyError(Message("file.not-utf8", byte=error.start), path=path) from error
    first: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name = line.split("#", 1)[0].strip()
        if not name:
            continue
        shown = name[: LONGEST + 1]
        if not _chinese(name):
            problem = Message("vocabulary.not-chinese", name=shown)
        elif not SHORTEST <= len(name) <= LONGEST:
            problem = Message("vocabulary.length", name=shown, least=SHORTEST, most=LONGEST)
        elif name in first:
            problem = Message("vocabulary.twice", name=name, line=first[name])
        elif len(first) == MOST_NAMES:
            problem = Message("vocabulary.too-many", most=MOST_NAMES)
        else:
            first[name] = number
            continue
        raise VocabularyError(problem, path=path, line=number)
    return Vocabulary(tuple(first), tuple(first.values()))
