"""A phrase in its sentence: the weights fit the sentences they were trained on, and weigh as they should."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.domain import How, PhraseHit, Role, Span, Utterance
from pipeline.phrases import Matcher, compile_matcher, explain, load_lexicons
from pipeline.phrases.checking import sentence
from pipeline.phrases.matcher import NOT_MEANT
from pipeline.phrases.normal_form import normalise
from pipeline.phrases.revision import PACKAGE, SENTENCES
from pipeline.phrases.sentences import PARTY_WEIGHTS, load_model, runs, save_model
from pipeline.phrases.whole_sentences import FLAGGED, GRAVE, SURE_ENOUGH
from pipeline.phrases.word_classes import class_runs, classed
from scripts.train_sentences.reading import LEXICONS, MODEL, digest_of, read_sentences


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return compile_matcher(load_lexicons(LEXICONS))


def test_the_weights_are_those_of_the_sentences() -> None:
    """Otherwise: ``python -m scripts.train_sentences``, and ``python -m scripts.train_sentences.parties``."""
    assert load_model().digest == digest_of(LEXICONS / "sentences")
    assert load_model(MODEL.with_name(PARTY_WEIGHTS)).digest == digest_of(LEXICONS / "sentences")


def test_every_sentence_names_codes_of_the_lexicons() -> None:
    known = read_sentences(LEXICONS / "sentences", load_lexicons(LEXICONS))
    assert {code for one in known if one.written for code in one.codes} == set(load_model().codes)
    assert sum(not one.codes for one in known) > len(known) / 2


def test_the_same_weights_are_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    save_model(load_model(), first)
    save_model(load_model(first), second)
    assert first.read_bytes() == second.read_bytes()


def test_what_ships_is_small() -> None:
    assert (PACKAGE / SENTENCES).stat().st_size < 2_600_000


def test_a_text_without_known_words_tells_nothing() -> None:
    assert set(load_model().log_ratios("").values()) == {0.0}


def test_a_phrase_that_its_sentence_explains_is_no_hit(matcher: Matcher) -> None:
    text = "我也不知道您说的是哪一款，您看下型号"
    plain = Matcher(matcher.lexicons, weighed=False)
    assert {h.code for h in plain.match([sentence(text, Role.AGENT)])} == {"not-know", "complaint-repeat"}
    assert {h.code for h in matcher.match([sentence(text, Role.AGENT)])} == {"complaint-repeat"}
    considered = explain(matcher.lexicons, text, matcher=matcher).considered
    assert NOT_MEANT in {one.dropped for one in considered}


def test_what_was_heard_badly_says_little(matcher: Matcher) -> None:
    plain = Matcher(matcher.lexicons, weighed=False)
    text = "没钱你借什么钱，借的时候怎么不说没钱"
    clear, unclear = (
        Utterance(Role.AGENT, Span(0.0, 4.0), text, confidence=confidence) for confidence in (1.0, 0.3)
    )

    def ratio(said: Utterance) -> float:
        code = "attitude-impatient"
        told, sure = (max(h.confidence for h in m.match([said]) if h.code == code) for m in (matcher, plain))
        return told / sure

    assert ratio(clear) <= ratio(unclear) <= 1.0


def test_codes_of_a_centre_that_the_model_does_not_know_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "codes:\n"
        "  - code: own-rule\n    kind: forbidden\n    title: 自定\n    severity: C\n    role: agent\n"
        "    phrases:\n      - phrase: 打九折\n        reason: 自定\n"
        "        examples: {hit: ['我给您打九折'], quiet: []}\n",
        encoding="utf-8",
    )
    said = [sentence("没有打九折的活动，您看看别的好吗", Role.AGENT)]
    (hit,) = compile_matcher(load_lexicons(tmp_path)).match(said)
    (plain,) = Matcher(load_lexicons(tmp_path), weighed=False).match(said)
    assert hit == plain


def test_a_sentence_that_no_phrase_finds_is_a_hit_as_a_whole(matcher: Matcher) -> None:
    """Those that stand in the repository are the surest; what they cost is what their class may."""
    plain = Matcher(matcher.lexicons, weighed=False)
    labelled = [one for one in read_sentences(LEXICONS / "sentences", matcher.lexicons) if one.codes]
    said = [[sentence(one.text, one.role)] for one in labelled]
    missed = [each for each, hits in zip(said, plain.match_all(said), strict=True) if not hits]
    found: list[PhraseHit] = [hit for hits in matcher.match_all(missed) for hit in hits]
    assert len(found) > 20
    by_code = matcher.lexicons.by_code
    for hit in found:
        severity = matcher.lexicons.codes[hit.code].severity
        assert hit.how is How.SENTENCE
        assert hit.phrase in {phrase.canonical for phrase in by_code[hit.code]}
        assert severity not in GRAVE or hit.confidence >= SURE_ENOUGH or hit.confidence <= FLAGGED


def test_nothing_is_found_as_a_whole_where_another_way_was_asked_for(matcher: Matcher) -> None:
    exact = compile_matcher(matcher.lexicons, ways=frozenset({How.EXACT}))
    written = read_sentences(LEXICONS / "sentences", matcher.lexicons)
    said = [[sentence(one.text, one.role)] for one in written[:300]]
    hits = [hit for hits in exact.match_all(said) for hit in hits]
    assert {hit.how for hit in hits} == {How.EXACT}


@pytest.mark.parametrize("text", ["", "您", "您丈母娘", "您丈母娘在二中教书吧，老刘", "好的谢谢"])
def test_runs_over_classes_hold_a_class(text: str) -> None:
    whole = classed(normalise(text))
    every = runs(whole, 1, 2, 3, 4)
    plain = {run for run in every if not any(0xF000 <= ord(c) <= 0xF8FF for c in run)}
    assert class_runs(whole) == every - plain
    assert every == {
        whole[start:end] for end in range(len(whole) + 1) for start in range(max(0, end - 4), end)
    }
