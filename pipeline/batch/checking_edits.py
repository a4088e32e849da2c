"""``python -m pipeline.batch.checking_edits``: checks an edit of a centre's rules before it judges anybody.

A process of its own with bounded time and memory runs this: whatever somebody wrote harms nobody else. It
reads a JSON object (``lexicons``, ``rubric``, ``old``, ``new``: paths; ``packs``, ``lang``) from its input,
trains the weights of the new layer where its sentences are others, and writes what it found as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.domain import PhraseHit, Role
from pipeline.errors import UsageError
from pipeline.files import replace_file
from pipeline.messages import Lang, render
from pipeline.packs import Layers, Pack, read_packs
from pipeline.phrases import Lexicons, Matcher, compile_matcher, load_lexicons
from pipeline.phrases.candidates import ACCUSING
from pipeline.phrases.checking import sentence
from pipeline.phrases.increments import packed
from pipeline.phrases.layer import WEIGHTS_FILE
from pipeline.phrases.linter import issues_of
from pipeline.phrases.ordinary import read_ordinary_talk
from pipeline.phrases.own_sentences import digest_of, read_sentences, sentences_of
from pipeline.phrases.revision import rules_by_code
from pipeline.phrases.training import shipped_sentences, train
from pipeline.rubric import check_rubric
from pipeline.settings import data_root

MOST_SHOWN = 50
"""Ordinary sentences that are listed; all are counted."""
ORDINARY = "sentences/ordinary.jsonl"
"""More talk in which nothing is wrong, in the folder of lexicons."""


def check(
    *, lexicons: Path, rubric: Path, old: Path | None, new: Path, lang: Lang, packs: tuple[Pack, ...] = ()
) -> dict[str, Any]:
    """What is wrong or doubtful, and which ordinary talk would be accused that is not now.

    The result is JSON: ``error`` (the rules cannot be read) or ``issues`` (place, level, message), ``codes``
    (whose hits may change), ``ordinary`` (text, role, code, phrase, quote) and ``accused`` (their number).
    """
    try:
        below, above = Layers(old, packs), Layers(new, packs)
        before = load_lexicons(lexicons, below)
        _train(lexicons, new, above)
        after = load_lexicons(lexicons, above)
        codes = _changed(before, after)
        accused = list(_accused(lexicons, before, after, codes))
    except UsageError as error:
        return {"error": error.said(lang), "issues": [], "codes": [], "ordinary": [], "accused": 0}
    issues = [
        {"place": _place(i.path, i.line), "level": i.level, "message": render(i.message, lang)}
        for i in issues_of(after, compile_matcher(after, only=codes), only=codes)
    ]
    known = {str(issue.text) for issue in check_rubric(rubric, before.codes, layer=below)}
    issues += [
        {
            "place": _place(issue.path, issue.line) if issue.path else rubric.name,
            "level": str(issue.level),
            "message": render(issue.text, lang),
        }
        for issue in check_rubric(rubric, after.codes, layer=above)
        if str(issue.text) not in known
    ]
    found = {"issues": issues, "codes": sorted(codes), "accused": len(accused)}
    return {"error": "", "ordinary": accused[:MOST_SHOWN], **found}


def _train(lexicons: Path, layer: Path, over: Layers) -> None:
    """Make the weights those of the layer's sentences; none where it has none."""
    path = layer / WEIGHTS_FILE
    own = read_sentences(layer)
    if not own:
        path.unlink(missing_ok=True)
        return
    known = load_lexicons(lexicons, over)
    read_sentences(layer, codes=known.codes)
    if known.increment is None or known.increment.trained_on != digest_of(own):
        replace_file(path, packed(train(own, known, shipped_sentences(lexicons))))


def _changed(before: Lexicons, after: Lexicons) -> frozenset[str]:
    """Codes whose hits may be others."""
    old, new = rules_by_code(before), rules_by_code(after)
    known = set(before.phrases)
    examples = {p.code.code for p in after.phrases if p not in known}
    codes = {code for code in new if old.get(code) != new[code]} | examples
    one, other = before.increment, after.increment
    if (one.digest if one else "") != (other.digest if other else ""):
        codes |= {code for some in (one, other) if some is not None for code in some.codes}
    return frozenset(codes & after.codes.keys())


def _accused(
    lexicons: Path, before: Lexicons, after: Lexicons, codes: frozenset[str]
) -> Iterator[dict[str, str]]:
    """Ordinary sentences in which the codes are found now and were not."""
    talk = [(one.text, one.role) for one in read_ordinary_talk(lexicons)]
    talk += _talk(lexicons / ORDINARY)
    if not codes or not talk:
        return
    utterances = [[sentence(text, role)] for text, role in talk]
    # By the words alone, too: what its sentence excuses here stands alone in another call.
    ways = [
        [Matcher(one, only=codes, weighed=weighed).match_all(utterances) for one in (before, after)]
        for weighed in (True, False)
    ]
    for number, (text, role) in enumerate(talk):
        found = (_new(then[number], now[number], after) for then, now in ways)
        hit = next((hit for hit in found if hit is not None), None)
        if hit is not None:
            yield {
                "text": text,
                "role": role.value,
                "code": hit.code,
                "phrase": hit.phrase,
                "quote": hit.quote,
            }


def _new(then: Sequence[PhraseHit], now: Sequence[PhraseHit], lexicons: Lexicons) -> PhraseHit | None:
    """The first accusation of a code that was none before."""
    known = {hit.code for hit in then}
    return next((h for h in now if h.code not in known and lexicons.codes[h.code].kind in ACCUSING), None)


def _talk(path: Path) -> Iterator[tuple[str, Role]]:
    if path.exists():
        yield from ((one.text, Role(one.role)) for one in sentences_of(path) if not one.codes)


def _place(path: Path, line: int | None) -> str:
    return str(path) if line is None else f"{path}:{line}"


def main() -> None:
    """One check, from standard input to standard output."""
    asked = json.load(sys.stdin)
    lexicons, rubric, new = (Path(asked[name]) for name in ("lexicons", "rubric", "new"))
    old = Path(asked["old"]) if asked["old"] else None
    packs = read_packs(json.loads(asked["packs"]), data_root())
    found = check(lexicons=lexicons, rubric=rubric, old=old, new=new, lang=asked["lang"], packs=packs)
    json.dump(found, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
