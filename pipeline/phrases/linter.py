"""The linter for lexicons: ``callinspect lexicon check``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.messages import render
from pipeline.packs import Layered
from pipeline.phrases.checking import (
    LexiconIssue,
    dangers,
    spared_in_sentences,
    written_twice,
    wrong_examples,
)
from pipeline.phrases.lexicon import Lexicons
from pipeline.phrases.matcher import Matcher, compile_matcher
from pipeline.phrases.ordinary import OrdinarySentence, accusing_rules, read_ordinary_talk
from pipeline.phrases.proofs import crowded_phrases, unproven_exceptions, unproven_wordings
from pipeline.phrases.reading import load_lexicons


def check_lexicons(folder: Path, layer: Layered = None) -> list[LexiconIssue]:
    """Everything wrong or doubtful in a folder of lexicons, packs and a centre's layer over it; an unreadable
    one gives the one error that stops it.

    A run reads lexicons and does not check them: what is an error here stops no run.
    """
    try:
        lexicons = load_lexicons(folder, layer)
        talk = read_ordinary_talk(folder)
    except LexiconError as error:
        return [LexiconIssue(error.path or folder, error.line, "error", error.message)]
    return issues_of(lexicons, compile_matcher(lexicons), talk)


def issues_of(
    lexicons: Lexicons,
    matcher: Matcher,
    talk: Sequence[OrdinarySentence] = (),
    *,
    only: Collection[str] | None = None,
) -> list[LexiconIssue]:
    """Everything wrong or doubtful in lexicons that could be read, or in these codes of them.

    Args:
        matcher: of these lexicons, or of these codes.
        talk: in which nothing may be accused.
    """
    if only is not None:
        lexicons = replace(lexicons, phrases=tuple(p for p in lexicons.phrases if p.code.code in only))
    issues = [
        *wrong_examples(lexicons, matcher),
        *spared_in_sentences(lexicons, matcher),
        *(issue for phrase in lexicons.phrases for issue in dangers(phrase)),
        *written_twice(lexicons),
        *crowded_phrases(lexicons),
        *unproven_wordings(lexicons),
        *unproven_exceptions(lexicons),
        *accusing_rules(lexicons, matcher, talk),
    ]
    return sorted(issues, key=lambda issue: (str(issue.path), issue.line or 0, render(issue.message, "en")))
