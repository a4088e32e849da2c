"""What must hold for any text, any phrase and any file."""

from __future__ import annotations

import contextlib
import time
from functools import cache
from pathlib import Path

import re2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.domain import How, Role, Span, Utterance
from pipeline.errors import LexiconError
from pipeline.phrases import Matcher, compile_matcher, load_lexicons
from pipeline.phrases.normal_form import normalise, normalised
from pipeline.phrases.pattern import compiled
from pipeline.phrases.syntax import TemplateError
from pipeline.phrases.template import spellings
from tests.examples import examples

LEXICONS = Path(__file__).resolve().parents[2] / "lexicons" / "zh"


@cache
def matcher() -> Matcher:
    return compile_matcher(load_lexicons(LEXICONS))


@cache
def spoken() -> list[tuple[str, str, Role]]:
    """(code, spelling, role) of every plain spelling that its own entry does not silence."""
    out = []
    for phrase in matcher().lexicons.phrases:
        for variant in phrase.variants:
            for spelling in spellings(variant).texts[:3]:
                role = phrase.code.role or Role.AGENT
                alone = [Utterance(role, Span(0, 5), spelling)]
                if any(h.code == phrase.code.code for h in matcher().match(alone)):
                    out.append((phrase.code.code, spelling, role))
    return out


CARRIERS = ("今天下午三点。", "这个月的账单。", "地址是南京路八号。", "订单已经发出。", "")


@given(st.data())
@settings(max_examples=examples(300))
def test_any_phrase_is_found_between_neutral_sentences(data: st.DataObject) -> None:
    code, spelling, role = data.draw(st.sampled_from(spoken()))
    before, after = data.draw(st.sampled_from(CARRIERS)), data.draw(st.sampled_from(CARRIERS))
    text = f"{before}{spelling}。{after}"
    utterance = Utterance(role, Span(10.0, 10.0 + 0.2 * len(text)), text)
    hits = [h for h in matcher().match([utterance]) if h.code == code]
    assert hits
    for hit in hits:
        assert utterance.span.start <= hit.span.start < hit.span.end <= utterance.span.end + 1e-6
        assert hit.quote in text
        assert 0 < hit.confidence <= 1


@given(st.lists(st.tuples(st.sampled_from(Role), st.text(max_size=60), st.floats(0, 3)), max_size=6))
@settings(max_examples=examples(150))
def test_any_conversation_gives_orderly_hits(turns: list[tuple[Role, str, float]]) -> None:
    utterances, at = [], 0.0
    for role, text, pause in turns:
        utterances.append(Utterance(role, Span(at + pause, at + pause + 2), text))
        at += pause + 2
    hits = matcher().match(utterances)
    assert list(hits) == sorted(hits, key=lambda h: (h.span, h.code))
    assert hits == matcher().match(utterances)
    for hit in hits:
        assert utterances[hit.utterance].role is hit.role


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
@settings(max_examples=examples(300))
def test_normal_form_and_its_origin_agree(text: str) -> None:
    result = normalised(text)
    assert result.text == normalise(text)
    assert len(result.origin) == len(result.text)
    assert list(result.origin) == sorted(result.origin)
    assert all(0 <= i < len(text) for i in result.origin)
    assert normalise(result.text) == result.text


@given(st.text(alphabet="不知道我你(|)?.*+{},0123456789[]^$\\啊", max_size=24))
@settings(max_examples=examples(400))
def test_no_template_hangs_or_swells(template: str) -> None:
    started = time.process_time()
    try:
        pattern = compiled(template)
    except (TemplateError, re2.error):
        pattern = None
    with contextlib.suppress(TemplateError):
        assert len(spellings(template).texts) <= 20_000
    if pattern is not None:
        list(pattern.spans("不知道我你" * 400))
    assert time.process_time() - started < 5


def test_classic_catastrophes_are_quick() -> None:
    started = time.process_time()
    for template in ("(不+)+$", "(不|不不)*知$", "(.*)*道", "((((不*)*)*)*)*$"):
        list(compiled(template).spans("不" * 3000 + "我"))
    assert time.process_time() - started < 5


@given(st.binary(max_size=400))
@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "any.yaml").write_bytes(content)
    try:
        lexicons = load_lexicons(tmp_path)
    except LexiconError as error:
        assert "any.yaml" in str(error)
    else:
        assert compile_matcher(lexicons).match([Utterance(Role.AGENT, Span(0, 1), "不知道")]) == ()


def test_every_way_has_its_share() -> None:
    """The three ways differ: each finds something the one before it does not."""
    lexicons = load_lexicons(LEXICONS)
    sentence = [Utterance(Role.AGENT, Span(0, 8), "这布归我们馆。谁接待的你找谁去。我也没办法。")]
    found = [
        len(compile_matcher(lexicons, ways=ways).match(sentence))
        for ways in (frozenset({How.EXACT}), frozenset({How.EXACT, How.PATTERN}), frozenset(How))
    ]
    assert found[0] < found[1] < found[2]
