"""Judgement: rubric files, one kind of check per file, scoring.

``load_rubric`` reads a score sheet, ``score`` judges the facts of one call by it. Nothing here sees sound,
the database or the clock.
"""

from pipeline.rubric.dialogue import dialogue
from pipeline.rubric.facts import Facts
from pipeline.rubric.load import load_rubric
from pipeline.rubric.score import score
from pipeline.rubric.sheet import Rubric

__all__ = ["Facts", "Rubric", "dialogue", "load_rubric", "score"]
