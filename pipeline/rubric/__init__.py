"""Judgement: rubric files, one kind of check per file, scoring.

``load_rubric`` reads a score sheet, ``score`` judges the facts of one call by it. Nothing here sees sound,
the database or the clock. For authors: ``check_rubric``, ``diff_rubrics``, ``explain``, ``rubric_schema``.
"""

from pipeline.rubric.dialogue import dialogue
from pipeline.rubric.diff import Change, diff_rubrics
from pipeline.rubric.explain import explain
from pipeline.rubric.facts import Facts
from pipeline.rubric.flips import Flip, flips
from pipeline.rubric.issue import Issue, Level
from pipeline.rubric.lint import check_rubric
from pipeline.rubric.load import load_rubric, parse_rubric, rubric_of_revision, rubric_text
from pipeline.rubric.schema import rubric_schema
from pipeline.rubric.score import score
from pipeline.rubric.sheet import Rubric

__all__ = [
    "Change",
    "Facts",
    "Flip",
    "Issue",
    "Level",
    "Rubric",
    "check_rubric",
    "dialogue",
    "diff_rubrics",
    "explain",
    "flips",
    "load_rubric",
    "parse_rubric",
    "rubric_of_revision",
    "rubric_schema",
    "rubric_text",
    "score",
]
