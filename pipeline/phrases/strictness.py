"""Which sound-alikes count: fewer of short phrases, and none that a harmless wording explains as well."""

from __future__ import annotations

from pipeline.phrases.sound import SoundMatch, tolerance_for
from pipeline.phrases.syllables import syllable
from pipeline.phrases.words import Segmenter

SHORT = 3
SHORT_TOLERANCE = 0.3
"""A phrase of SHORT syllables has its full tolerance only where all characters but one sound right."""
COMMON_TOLERANCE = 0.25
"""Up to one syllable more than SHORT: tolerance where a character that sounds otherwise is a common word. A
recogniser led astray writes odd characters; 给我跟 for 给我滚 and 你知道 for 谁知道 were said."""
EXCEPTION_SLACK = 0.05
"""Sound distance per syllable by which an exception may fit worse than the phrase: one slightly confused
syllable in six."""


def counts_up_to(text: str, match: SoundMatch, distance: float, segmenter: Segmenter) -> float:
    """What counts, in short phrases less: the usual there is meant for strange characters."""
    size = len(match.spelling)
    if size not in (SHORT, SHORT + 1) or match.tolerance != tolerance_for(size) or not distance:
        return match.tolerance
    written = text[match.start : match.end]
    pairs = zip(written, match.spelling, strict=False)
    other = [a for a, b in pairs if a != b and syllable(a) != syllable(b)]
    if any(segmenter.common_word(character) for character in other):
        return COMMON_TOLERANCE
    if size > SHORT or distance <= SHORT_TOLERANCE:
        return match.tolerance
    return match.tolerance if len(other) == 1 and distance == match.distance else SHORT_TOLERANCE


PERSONS = "你我他它"
"""Who or what is spoken of. 它 sounds like 他 and is never a person."""


def means_another(written: str, spelling: str) -> bool:
    """True where the text names somebody whom the phrase does not name (那你知道 is not 那里知道): a
    recogniser takes other words for one another sooner than these, the commonest of all."""
    return any(person in written and person not in spelling for person in PERSONS)


def explains(exception: SoundMatch, found: SoundMatch) -> bool:
    """An exception that sounds somewhat like what was said must not hide a phrase that sounds more so."""
    if exception.start >= found.end or found.start >= exception.end:
        return False
    return _per_syllable(exception) <= _per_syllable(found) + EXCEPTION_SLACK


def _per_syllable(match: SoundMatch) -> float:
    return match.distance / len(match.spelling)
