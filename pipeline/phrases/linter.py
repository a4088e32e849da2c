"""The linter for lexicons: ``callinspect lexicon check``."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.phrases.checking import LexiconIssue, dangers, written_twice, wrong_examples
from pipeline.phrases.matcher import compile_matcher
from pipeline.phrases.ordinary import accusing_rules, read_ordinary_talk
from pipeline.phrases.proofs import crowded_phrases, unproven_exceptions, unproven_wordings
from pipeline.phrases.reading import load_lexicons


def check_lexicons(folder: Path) -> list[LexiconIssue]:
    """Everything wrong or doubtful in a folder of lexicons; an unreadable one gives the one error that
    stops it.

    A run reads lexicons and does not check them: what is an error here stops no night.
    """
    try:
        lexicons = load_lexicons(folder)
        talk = read_ordinary_talk(folder)
    except LexiconError as error:
        place = f"{error.path}:{error.line}: " if error.line is not None else f"{error.path}: "
        return [LexiconIssue(error.path or folder, error.line, "error", str(error).removeprefix(place))]
    matcher = compile_matcher(lexicons)
    issues = [
        *wrong_examples(lexicons, matcher),
        *(issue for phrase in lexicons.phrases for issue in dangers(phrase)),
        *written_twice(lexicons),
        *crowded_phrases(lexicons),
        *unproven_wordings(lexicons),
        *unproven_exceptions(lexicons),
        *accusing_rules(lexicons, matcher, talk),
    ]
    return sorted(issues, key=lambda issue: (str(issue.path), issue.line or 0, issue.message))
