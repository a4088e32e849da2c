"""A deferred matcher finds what a compiled one finds, and does nothing before it is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.domain import Role, Span, Utterance
from pipeline.phrases import compile_matcher, load_lexicons
from pipeline.phrases.matcher import LazyMatcher

LEXICON = """\
codes:
  - code: shirk
    kind: forbidden
    title: 推诿
    role: agent
    phrases:
      - phrase: 不归我管
        reason: test
        examples: {hit: [这不归我管]}
"""


def test_it_compiles_at_first_use(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(LEXICON, encoding="utf-8")
    lexicons = load_lexicons(tmp_path)
    said = [Utterance(Role.AGENT, Span(0, 2), "这个布归我管的")]
    matcher = LazyMatcher(lexicons)
    assert matcher.lexicons.revision == lexicons.revision
    assert not matcher.compiled
    assert matcher.match(said) == compile_matcher(lexicons).match(said) != ()
    assert matcher.compiled


def test_what_a_matcher_lacks_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(LEXICON, encoding="utf-8")
    with pytest.raises(AttributeError, match="nothing"):
        _ = LazyMatcher(load_lexicons(tmp_path)).nothing
