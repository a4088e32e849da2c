"""What holds for the measures of every call."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.conversation import Timeline
from pipeline.domain import (
    PARTIES,
    Call,
    Inspection,
    Recording,
    Revisions,
    Role,
    Span,
    Status,
    Transcript,
    Utterance,
    merge,
    total,
)
from pipeline.measures import measure
from pipeline.measures.rate import speaking_rate

DURATION = 120.0

times = st.integers(0, 1200).map(lambda tenths: tenths / 10)
spans = st.tuples(times, times).map(lambda pair: Span(min(pair), max(pair)))
speech = st.lists(spans, max_size=12).map(lambda drawn: merge(s for s in drawn if s.duration))
text = st.text("您好请稍等一下让您久了12315，。嗯A", max_size=40)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    roles = st.sampled_from(PARTIES)
    said = draw(st.lists(st.builds(Utterance, role=roles, span=spans, text=text), max_size=8))
    return Timeline.heard(
        duration=DURATION,
        speech={role: draw(speech) for role in PARTIES},
        tones=draw(speech),
        utterances=tuple(said),
        mono=draw(st.booleans()),
    )


def mirrored(call: Timeline) -> Timeline:
    """The same call with the roles exchanged."""
    return replace(
        call,
        speech={role: call.speech[role.other] for role in PARTIES},
        utterances=tuple(replace(u, role=u.role.other) for u in call.utterances),
    )


def shifted(call: Timeline, seconds: float) -> Timeline:
    """The same call after ``seconds`` in which nothing happens."""
    return Timeline.heard(
        duration=call.duration + seconds,
        speech={role: tuple(s.shifted(seconds) for s in spoken) for role, spoken in call.speech.items()},
        tones=tuple(span.shifted(seconds) for span in call.tones),
        utterances=tuple(replace(u, span=u.span.shifted(seconds)) for u in call.utterances),
        mono=call.mono,
    )


@given(timelines())
def test_speech_silence_and_hold_fit_into_the_recording(call: Timeline) -> None:
    assert total((*call.talk, *call.silences, *call.holds)) <= DURATION + 1e-9
    measures = measure(call)
    for name in ("speech_agent", "speech_customer", "silence_total", "hold_total", "overlap_total"):
        assert 0 <= (measures.value(name) or 0) <= DURATION


@given(timelines())
def test_nobody_talks_in_a_silence(call: Timeline) -> None:
    for silence in call.silences:
        assert not any(silence & span for role in PARTIES for span in call.spoken[role])


@given(timelines())
def test_numbers_keep_their_bounds(call: Timeline) -> None:
    measures = measure(call)
    share = measures.value("talk_share_agent")
    assert share is None or 0 <= share <= 1
    for item in measures:
        assert item.value is None or item.value >= 0, item.name
        assert all(0 <= span.start <= span.end <= DURATION for span in item.spans), item.name
    longest, every = measures.value("silence_longest"), measures.value("silence_total")
    assert (longest is None) == (every is None)
    assert (longest or 0) <= (every or 0) + 0.001


@given(timelines())
def test_exchanging_the_roles_exchanges_the_measures(call: Timeline) -> None:
    here, there = measure(call), measure(mirrored(call))
    for name in ("speech_{}", "speaking_rate_{}", "interruptions_by_{}"):
        assert here.value(name.format("agent")) == there.value(name.format("customer"))
        assert here.value(name.format("customer")) == there.value(name.format("agent"))
    for name in ("overlap_total", "silence_total", "silence_longest", "silence_count"):
        assert here[name] == there[name]
    share, other = here.value("talk_share_agent"), there.value("talk_share_agent")
    assert (share is None) == (other is None)
    assert share is None or other is None or share + other == pytest.approx(1, abs=0.002)


@given(timelines())
def test_measuring_twice_gives_the_same(call: Timeline) -> None:
    assert measure(call) == measure(call)


@given(timelines(), st.integers(1, 64))
def test_when_the_call_begins_changes_no_measure(call: Timeline, seconds: int) -> None:
    # Eighths of a second add up exactly, so that no threshold is missed by the last bit of a float.
    exact = _on_eighths(call)
    here, there = measure(exact), measure(shifted(exact, seconds))
    for item in here:
        assert there.value(item.name) == pytest.approx(item.value, abs=0.002), item.name


@given(timelines(), st.text("，。！？… ", min_size=1, max_size=5))
def test_punctuation_is_not_heard(call: Timeline, marks: str) -> None:
    louder = replace(call, utterances=tuple(replace(u, text=u.text + marks) for u in call.utterances))
    assert measure(louder).as_dict() == measure(call).as_dict()


@given(timelines())
def test_an_interruption_is_an_overlap(call: Timeline) -> None:
    measures = measure(replace(call, mono=False))
    for name in ("interruptions_by_agent", "interruptions_by_customer"):
        spans = measures[name].spans
        assert measures.value(name) == len(spans)
        assert all(span.duration > 0 for span in spans)


def _on_eighths(call: Timeline) -> Timeline:
    def snap(span: Span) -> Span:
        return Span(round(span.start * 8) / 8, round(span.end * 8) / 8)

    return Timeline.heard(
        duration=call.duration,
        speech={role: merge(map(snap, spoken)) for role, spoken in call.speech.items()},
        tones=merge(map(snap, call.tones)),
        utterances=tuple(replace(u, span=snap(u.span)) for u in call.utterances),
        mono=call.mono,
    )


def test_rate_of_one_party_only() -> None:
    said = Utterance(Role.AGENT, Span(0, 10), "字" * 50)
    call = Timeline(DURATION, {Role.AGENT: (Span(0, 10),)}, (said,))
    assert [each(call).value for each in speaking_rate] == [300, None]


@given(timelines())
def test_what_is_stored_gives_the_same_timeline_again(call: Timeline) -> None:
    stored = Timeline.of(
        Inspection(
            recording=Recording(Call("c"), (), ""),
            status=Status.INSPECTED,
            reason=None,
            revisions=Revisions("", "", "", "", "", ""),
            duration=call.duration,
            layout="mono" if call.mono else "stereo",
            transcript=Transcript(call.utterances),
            measures=measure(call),
        )
    )
    for view in ("turns", "talk", "quiet", "holds", "said", "passages", "turn_characters", "mono"):
        assert getattr(stored, view) == getattr(call, view), view
