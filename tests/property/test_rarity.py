"""How rare a violation is moves what evidence proves: neutral where it is usual, bounded, never at random."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pipeline.domain import How, Outcome, PhraseHit, PhraseKind, Role, Span
from pipeline.domain.inspection import sheet_revision
from pipeline.review.rarity import (
    MARGIN,
    RarityChange,
    RarityFigures,
    RatedCode,
    SettledPlace,
    factor_of,
    learned_of,
    rarities_of,
)
from pipeline.rubric import dialogue, load_rubric, score
from pipeline.rubric.proof import FAINT
from pipeline.rubric.rarity import (
    COMMONEST,
    NEVER_SURER,
    RAREST,
    REFERENCE,
    LearnedRarity,
    Rarities,
    RarityRule,
    by_reviews,
    moved,
)
from pipeline.rubric.trust import OPEN_GATE, TrustGate, Withheld
from pipeline.settings import Settings

SHEET = load_rubric(Settings().rubric)
USUAL = REFERENCE[PhraseKind.FORBIDDEN]
CODE = "not-know"
RULE = RarityRule.model_validate({})

rates = st.floats(0.001, 100)
shares = st.floats(0, 1)
weighed_kinds = st.sampled_from(sorted(REFERENCE))
found_by = st.sampled_from(How)
one_place = st.builds(SettledPlace, st.floats(0.2, 0.99), st.booleans())
places = st.lists(one_place, max_size=60).map(tuple)
many_places = st.lists(one_place, min_size=RULE.reviews, max_size=60).map(tuple)
figures = st.builds(RarityFigures, places, st.integers(0, 10), st.integers(0, 5000))


def hit(confidence: float, how: How = How.EXACT, kind: PhraseKind = PhraseKind.FORBIDDEN) -> PhraseHit:
    return PhraseHit(CODE, kind, "不知道", Role.AGENT, Span(1, 2), "不知道", how, confidence, 0)


def at(rate: float) -> Rarities:
    return Rarities(RarityRule(per_1000={CODE: rate}, most=9))


@given(shares, rates, rates, found_by, weighed_kinds)
def test_the_commoner_a_violation_the_surer_a_hit(
    told: float, one: float, other: float, how: How, kind: PhraseKind
) -> None:
    rarer, commoner = sorted((one, other))
    evidence = hit(told, how, kind)
    below, above = at(rarer).weighed(evidence), at(commoner).weighed(evidence)
    if told >= FAINT:
        assert below.confidence >= FAINT, "nobody is acquitted by a rate"
    assert 0 <= below.confidence <= above.confidence <= 1
    if how in NEVER_SURER:
        assert above.confidence <= told, "words that nobody wrote down get no surer"


@given(shares, shares, rates)
def test_better_evidence_stays_better(one: float, other: float, rate: float) -> None:
    weaker, stronger = sorted((one, other))
    assert at(rate).weighed(hit(weaker)).confidence <= at(rate).weighed(hit(stronger)).confidence


@given(shares, found_by, st.sampled_from(PhraseKind))
def test_at_the_usual_rate_nothing_moves(told: float, how: How, kind: PhraseKind) -> None:
    evidence = hit(told, how, kind)
    assert Rarities().weighed(evidence) is evidence
    if kind in REFERENCE:
        assert at(REFERENCE[kind]).weighed(evidence) is evidence
    else:
        assert at(0.001).weighed(evidence) is evidence, "what is nobody's fault is not weighed"


@given(st.floats(0.01, 0.99), st.floats(0.01, 100))
def test_odds_move_by_the_factor(told: float, factor: float) -> None:
    there = moved(told, factor)
    assume(0.01 < there < 0.99)
    assert abs(there / (1 - there) / (told / (1 - told)) / factor - 1) < 0.06, "rounded to three digits"


@given(figures, rates)
def test_reviews_move_a_rate_within_bounds_and_alike_each_time(found: RarityFigures, rate: float) -> None:
    factor = factor_of(RULE, found, rate)
    assert 1 / RULE.most <= factor <= RULE.most
    assert factor_of(RULE, found, rate) == factor
    backwards = replace(found, places=found.places[::-1])
    assert abs(factor_of(RULE, backwards, rate) - factor) < 0.002, "the order of reviews says nothing"
    if found.settled < RULE.reviews:
        assert factor == 1


@given(st.builds(RarityFigures, many_places, st.integers(0, 10), st.integers(0, 5000)), st.floats(0.3, 0.98))
def test_one_more_confirmed_never_makes_it_rarer(found: RarityFigures, told: float) -> None:
    def more(right: bool) -> float:
        added = replace(found, places=(*found.places, SettledPlace(told, right)))
        return factor_of(RULE, added, USUAL)

    now = factor_of(RULE, found, USUAL)
    assert more(False) - 0.0011 <= now <= more(True) + 0.0011  # rounded to three digits
    missed = factor_of(RULE, replace(found, added=found.added + 1), USUAL)
    assert missed >= now - 0.0011, "what people add says that it is commoner"


@given(st.integers(1, 19), st.floats(0.3, 0.97))
def test_reviews_that_bear_out_what_was_told_move_nothing(tenths: int, told: float) -> None:
    """Of places told with some confidence as many are right."""
    count = 20 * tenths
    right = round(told * count)
    found = RarityFigures(tuple(SettledPlace(right / count, n < right) for n in range(count)))
    assume(0 < right < count)
    assert abs(factor_of(RULE, found, USUAL) - 1) < 0.01


@given(st.integers(0, 2**32), st.sampled_from([0.15, 0.3, 0.5, 1.0, 2.0]))
@settings(max_examples=25)
def test_after_reviews_of_what_was_flagged_findings_are_right_as_often_as_told(
    seed: int, true: float
) -> None:
    """A centre where the odds of a violation are other than usual, and only findings are reviewed."""
    chance = random.Random(seed)
    told = [t for t in (chance.betavariate(6, 1.5) for _ in range(1500)) if 0.5 <= t < 0.985]
    right = [chance.random() < moved(t, true) for t in told]
    reviewed, rest = slice(200), slice(200, None)
    found = RarityFigures(tuple(map(SettledPlace, told[reviewed], right[reviewed])))
    factor = factor_of(RULE, found, USUAL)
    share = sum(right[rest]) / len(right[rest])
    weighed = sum(moved(t, factor) for t in told[rest]) / len(right[rest])
    assert abs(weighed - share) < 0.15, "within chance of 200 reviews"
    if true <= 0.3:
        assert sum(told[rest]) / len(right[rest]) - share > 0.15 > weighed - share, (
            "as told it was off by more"
        )


@given(st.integers(0, 3), st.sampled_from([0.6, 0.8, 0.94, 0.97]))
def test_few_surprises_do_not_acquit(overturned: int, told: float) -> None:
    """Twenty reviews, three of them overturned: what is written down clearly still accuses."""
    found = RarityFigures(tuple(SettledPlace(told, n >= overturned) for n in range(20)))
    factor = factor_of(RULE, found, USUAL)
    assert moved(0.97, factor) > 0.9
    assert moved(0.3, factor) < 0.7, "and all confirmed convict nobody on weak evidence"


@given(figures, figures, rates)
def test_decided_once_it_holds(found: RarityFigures, later: RarityFigures, rate: float) -> None:
    codes = [RatedCode(CODE, ("c",), USUAL, rate)]
    (first,) = rarities_of(RULE, codes, {CODE: found}, [])
    decided = first.decided("2026-11-20T20:00:00+00:00")
    log = [] if decided.change is None else [replace(decided.change, id=1)]
    (again,) = rarities_of(RULE, codes, {CODE: found}, log)
    assert not again.due and again.rate == decided.rate
    assert learned_of([again]) == learned_of([decided])
    (moved_on,) = rarities_of(RULE, codes, {CODE: later}, log)
    if moved_on.due:
        ratio = moved_on.next_factor / moved_on.factor
        assert max(ratio, 1 / ratio) >= MARGIN * 0.99, "one review more judges nothing again"
    (other,) = rarities_of(RULE, [replace(codes[0], stated=rate / 2)], {}, log)
    assert other.factor == 1, "what was learned over another rate of the sheet holds no longer"
    off = RarityRule(learn=False)
    (stopped,) = rarities_of(off, codes, {CODE: found}, log)
    assert stopped.next_factor == 1 and stopped.due is (stopped.factor != 1)
    gone = [*log, *([] if not stopped.due else [_event(stopped.decided("2026-11-21T20:00:00+00:00").change)])]
    assert rarities_of(off, codes, {CODE: found}, gone)[0].factor == 1


def _event(change: RarityChange | None) -> RarityChange:
    assert change is not None
    return replace(change, id=2)


@given(shares, rates, st.floats(0.01, 100), found_by)
@example(0.5, 100.0, 10.0, How.EXACT)  # every utterance
@example(0.5, 100.0, 50.0, How.EXACT)
def test_whatever_was_learned_nothing_doubtful_gets_certain(
    told: float, stated: float, factor: float, how: How
) -> None:
    taught = (LearnedRarity(CODE, stated, factor, 0, 0, 0, 0),)
    sure = Rarities(RarityRule(per_1000={CODE: stated}, most=9), taught).weighed(hit(told, how)).confidence
    assert 0 <= sure <= 1
    assert (sure in (0, 1)) is (told in (0, 1))
    if stated * factor >= USUAL and how not in NEVER_SURER:
        assert sure >= told - 0.0005, "told in three digits"


@given(
    st.lists(st.builds(SettledPlace, shares, st.booleans()), min_size=20, max_size=40).map(tuple),
    st.integers(0, 2000),
    rates,
    st.floats(1, 1000),
    st.floats(1, 100),
)
@example((SettledPlace(0.0, True),) * 20, 0, 0.001, 10.0, 10.0)
@example((SettledPlace(1.0, False),) * 20, 0, 100.0, 1.0, 9.9)
def test_any_rule_that_a_sheet_may_have_learns_a_rate_that_it_may_say(
    places: tuple[SettledPlace, ...], heard: int, rate: float, strength: float, most: float
) -> None:
    rule = RarityRule(strength=strength, most=most)
    factor = factor_of(rule, RarityFigures(places, 0, heard), rate)
    assert RAREST * 0.99 <= by_reviews(rate, factor) <= COMMONEST
    assert 1 / most - 0.001 <= factor <= most + 0.001


@given(many_places, st.integers(0, 60), rates)
def test_who_takes_the_reviews_back_takes_the_rate_back(
    found: tuple[SettledPlace, ...], left: int, rate: float
) -> None:
    codes = [RatedCode(CODE, ("c",), USUAL, rate)]
    (first,) = rarities_of(RULE, codes, {CODE: RarityFigures(found)}, [])
    log = [] if not first.due else [_event(first.decided("2026-11-20T20:00:00+00:00").change)]
    some = RarityFigures(found[:left])
    (after,) = rarities_of(RULE, codes, {CODE: some}, log)
    if 2 * some.settled < RULE.reviews:
        assert after.next_factor == 1
    elif some.settled < RULE.reviews:
        low, high = sorted((1.0, after.factor))
        assert low <= after.next_factor <= high, "too few are left to move it further"


@given(st.floats(0.3, 3).filter(lambda ratio: ratio != 1))
def test_two_sheets_do_not_forget_each_other_s_rates(ratio: float) -> None:
    found = RarityFigures((SettledPlace(0.62, False),) * 20)
    log: list[RarityChange] = []
    for stated in (USUAL, USUAL * ratio) * 3:
        codes = [RatedCode(CODE, ("c",), USUAL, stated)]
        (one,) = rarities_of(RULE, codes, {CODE: found}, log)
        if one.due:
            log.append(replace(_event(one.decided("2026-11-20T20:00:00+00:00").change), id=len(log)))
    assert [one.learned.per_1000 for one in log] == [USUAL, USUAL * ratio], "each once, over its own rate"


learned = st.builds(
    LearnedRarity, st.just(CODE), st.just(USUAL), st.floats(0.1, 10), *[st.integers(0, 99)] * 4
)


@given(learned, st.booleans())
def test_a_gate_keeps_what_was_learned(one: LearnedRarity, flags: bool) -> None:
    withheld = (Withheld("shirk", False, 1, 19, 0.01, 0.24, 0.75),) if flags else ()
    gate = TrustGate(withheld, (one,))
    assert TrustGate.from_json(gate.as_json()) == gate
    assert gate.of(()) == TrustGate((), (one,))
    named = gate.revision(SHEET.revision)
    assert named != TrustGate(withheld).revision(SHEET.revision)
    assert sheet_revision(named) == SHEET.revision
    assert TrustGate.from_json("[]") == OPEN_GATE, "as stores of earlier versions have it"


SAID = (
    "坐席: 您好，请问有什么可以帮您",
    "客户: 我想问一下送货时间是什么时候",
    "坐席: [not-know|不知道]，您问别人吧",
)


@given(st.floats(0.3, 0.97), rates)
def test_a_score_weighs_and_leaves_the_facts_alone(told: float, rate: float) -> None:
    facts = dialogue(*SAID, hit_confidence=round(told, 3))
    stated = SHEET.model_copy(update={"rarity": RarityRule(per_1000={CODE: rate}, most=9)})
    taught = TrustGate((), (LearnedRarity(CODE, USUAL, rate / USUAL, 0, 20, 0, 0),))
    by_sheet, by_reviews = (
        next(f for f in score(sheet, facts, gate).findings if f.criterion == CODE)
        for sheet, gate in ((stated, OPEN_GATE), (SHEET, taught))
    )
    assert by_sheet.outcome is by_reviews.outcome
    assert facts.hits[0].confidence == round(told, 3), "a stored hit keeps what the evidence told"
    sure = at(rate).weighed(facts.hits[0]).confidence
    bar = SHEET.bars[by_sheet.severity].accuse if by_sheet.severity else 0
    assert by_sheet.outcome is (Outcome.FAILED if sure >= bar else Outcome.UNDETERMINED)
    assert [e.confidence for e in by_sheet.evidence] == [sure]
