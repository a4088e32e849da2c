"""What holds for the measures of every call."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain import Role, Span, Utterance, merge, total
from pipeline.measures import Scene, measure
from pipeline.measures.hold import holds
from pipeline.measures.measured import PARTIES
from pipeline.measures.rate import speaking_rate
from pipeline.measures.silence import silences
from pipeline.measures.turns import turns

DURATION = 120.0

times = st.integers(0, 1200).map(lambda tenths: tenths / 10)
spans = st.tuples(times, times).map(lambda pair: Span(min(pair), max(pair)))
speech = st.lists(spans, max_size=12).map(lambda drawn: merge(s for s in drawn if s.duration))
text = st.text("您好请稍等一下让您久了12315，。嗯A", max_size=40)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    roles = st.sampled_from(PARTIES)
    said = draw(st.lists(st.builds(Utterance, role=roles, span=spans, text=text), max_size=8))
    return Scene(
        duration=DURATION,
        speech={role: draw(speech) for role in PARTIES},
        hold=draw(speech),
        tones=draw(st.none() | st.just(())),
        utterances=tuple(said),
        mono=draw(st.booleans()),
        overlap_known=draw(st.booleans()),
    )


def mirrored(scene: Scene) -> Scene:
    """The same call with the roles exchanged."""
    return replace(
        scene,
        speech={role: scene.speech[role.other] for role in PARTIES},
        utterances=tuple(replace(u, role=u.role.other) for u in scene.utterances),
    )


def shifted(scene: Scene, seconds: float) -> Scene:
    """The same call after ``seconds`` in which nothing happens."""
    return replace(
        scene,
        duration=scene.duration + seconds,
        speech={role: tuple(s.shifted(seconds) for s in spoken) for role, spoken in scene.speech.items()},
        hold=tuple(span.shifted(seconds) for span in scene.hold),
        utterances=tuple(replace(u, span=u.span.shifted(seconds)) for u in scene.utterances),
    )


@given(scenes())
def test_speech_silence_and_hold_fit_into_the_recording(scene: Scene) -> None:
    talk = [span for role in PARTIES for span in turns(scene, role)]
    assert total((*talk, *silences(scene), *holds(scene))) <= DURATION + 1e-9
    measures = measure(scene)
    for name in ("speech_agent", "speech_customer", "silence_total", "hold_total", "overlap_total"):
        assert 0 <= (measures.value(name) or 0) <= DURATION


@given(scenes())
def test_nobody_talks_in_a_silence(scene: Scene) -> None:
    for silence in silences(scene):
        assert not any(silence & span for role in PARTIES for span in scene.spoken(role))


@given(scenes())
def test_numbers_keep_their_bounds(scene: Scene) -> None:
    measures = measure(scene)
    share = measures.value("talk_share_agent")
    assert share is None or 0 <= share <= 1
    for item in measures:
        assert item.value is None or item.value >= 0, item.name
        assert all(0 <= span.start <= span.end <= DURATION for span in item.spans), item.name
    longest, every = measures.value("silence_longest"), measures.value("silence_total")
    assert (longest is None) == (every is None)
    assert (longest or 0) <= (every or 0) + 0.001


@given(scenes())
def test_exchanging_the_roles_exchanges_the_measures(scene: Scene) -> None:
    here, there = measure(scene), measure(mirrored(scene))
    for name in ("speech_{}", "speaking_rate_{}", "interruptions_by_{}"):
        assert here.value(name.format("agent")) == there.value(name.format("customer"))
        assert here.value(name.format("customer")) == there.value(name.format("agent"))
    for name in ("overlap_total", "silence_total", "silence_longest", "silence_count"):
        assert here[name] == there[name]
    share, other = here.value("talk_share_agent"), there.value("talk_share_agent")
    assert (share is None) == (other is None)
    assert share is None or other is None or share + other == pytest.approx(1, abs=0.002)


@given(scenes())
def test_measuring_twice_gives_the_same(scene: Scene) -> None:
    assert measure(scene) == measure(scene)


@given(scenes(), st.integers(1, 64))
def test_when_the_call_begins_changes_no_measure(scene: Scene, seconds: int) -> None:
    # Eighths of a second add up exactly, so that no threshold is missed by the last bit of a float.
    exact = _on_eighths(scene)
    here, there = measure(exact), measure(shifted(exact, seconds))
    for item in here:
        assert there.value(item.name) == pytest.approx(item.value, abs=0.002), item.name


@given(scenes(), st.text("，。！？… ", min_size=1, max_size=5))
def test_punctuation_is_not_heard(scene: Scene, marks: str) -> None:
    louder = replace(scene, utterances=tuple(replace(u, text=u.text + marks) for u in scene.utterances))
    assert measure(louder).as_dict() == measure(scene).as_dict()


@given(scenes())
def test_an_interruption_is_an_overlap(scene: Scene) -> None:
    measures = measure(replace(scene, mono=False))
    for name in ("interruptions_by_agent", "interruptions_by_customer"):
        spans = measures[name].spans
        assert measures.value(name) == len(spans)
        assert all(span.duration > 0 for span in spans)


def _on_eighths(scene: Scene) -> Scene:
    def snap(span: Span) -> Span:
        return Span(round(span.start * 8) / 8, round(span.end * 8) / 8)

    return replace(
        scene,
        speech={role: merge(map(snap, spoken)) for role, spoken in scene.speech.items()},
        hold=merge(map(snap, scene.hold)),
        utterances=tuple(replace(u, span=snap(u.span)) for u in scene.utterances),
    )


def test_rate_of_one_party_only() -> None:
    said = Utterance(Role.AGENT, Span(0, 10), "字" * 50)
    scene = Scene(DURATION, {Role.AGENT: (Span(0, 10),), Role.CUSTOMER: ()}, utterances=(said,))
    assert [each(scene).value for each in speaking_rate] == [300, None]
