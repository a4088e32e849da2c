"""The spine: a recording goes in, an inspection comes out. `inspect` shows the whole way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.conversation import Timeline, assemble
from pipeline.domain import (
    SAMPLE_RATE_HZ,
    Inspection,
    PhraseHit,
    Recording,
    Revisions,
    Role,
    Span,
    Status,
    Utterance,
)
from pipeline.errors import AudioError
from pipeline.inspection.hearing import CallSound, segment_sound, sounds_of, timeline_of
from pipeline.inspection.hits import confirmable, find_hits, with_names
from pipeline.inspection.judging import judge, judge_again
from pipeline.inspection.parties import parties_of
from pipeline.inspection.roles import agent_channel, evidence_of, voices_of
from pipeline.inspection.rules import Rules, load_rules
from pipeline.inspection.stage_times import Stage, timed
from pipeline.inspection.tools import HearingTools, load_hearing_tools, present_revisions
from pipeline.measures import measure
from pipeline.phrases.confirm import near_misses
from pipeline.rubric.rarity import NO_WORDS, Words
from pipeline.rubric.trust import OPEN_GATE, TrustGate
from pipeline.settings import Settings
from pipeline.transcription import segment


def inspect(
    recordings: Sequence[Recording], tools: HearingTools, rules: Rules, *, revisions: Revisions
) -> Iterator[Inspection]:
    """Inspect a few calls; their windows are recognised together, which is cheaper than one by one.

    A recording that cannot be read gives an inspection with status ``unreadable`` and the reason.

    Args:
        revisions: of tools and rules; ``audio_sha256`` is filled in per recording.
    """
    calls: list[CallSound] = []
    for recording in recordings:
        try:
            calls.append(segment_sound(recording, tools.segmenter))
        except AudioError as error:
            made = replace(revisions, audio_sha256=recording.sha256)
            yield Inspection(recording, Status.UNREADABLE, error.reason, made, reason_code=error.code)
    with timed(Stage.RECOGNITION):
        texts = iter(tools.transcriber.transcribe([window for call in calls for window in call.windows]))
    for call in calls:
        with timed(Stage.RECOGNITION):  # a transcriber may work while it is asked
            heard_in = [(window, next(texts)) for window in call.windows]
        recognised = [(window, segment(window, text)) for window, text in heard_in]
        heard_words = [(window, found) for window, found in recognised if found is not None]
        with timed(Stage.PARTIES):
            parties = parties_of(call, heard_words, tools.segmenter, rules.matcher)
        lost = [parties.put_right(window) for window, text in heard_in if text.not_understood]
        call, spoken, roles = parties.call, parties.spoken, parties.assignment.roles
        with timed(Stage.JUDGING):
            transcript = assemble(parties.segments, parties.roles, confidence=parties.assignment.confidence)
            timeline = timeline_of(
                call, parties.roles, spoken, transcript, rules.matcher.lexicons.words, lost=lost
            )
            hits = find_hits(transcript, spoken=spoken, roles=parties.roles, tools=tools, rules=rules)
            heard = Inspection(
                recording=call.recording,
                status=Status.PARTIAL if call.audio.warning else Status.INSPECTED,
                reason=call.audio.warning,
                revisions=replace(revisions, audio_sha256=call.recording.sha256),
                duration=call.audio.duration,
                layout=str(call.segmentation.layout),
                transcript=with_names(
                    transcript, hits, spoken=spoken, roles=parties.roles, tools=tools, rules=rules
                ),
                measures=measure(timeline, sounds_of(call, roles)),
                hits=hits,
                agent_channel=agent_channel(call, roles),
                role_evidence=evidence_of(parties.assignment),
                voices=voices_of(
                    parties.segments,
                    parties.assignment,
                    parties.pieces,
                    embedder=tools.segmenter.embedder_name,
                    duration=call.audio.duration,
                ),
            )
            judged = judge(heard, timeline, rules)
        yield judged


@dataclass(frozen=True)
class CallInspector:
    """What a process that inspects calls holds: the tools that hear and the rules that judge."""

    tools: HearingTools
    rules: Rules
    revisions: Revisions

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        return inspect(recordings, self.tools, self.rules, revisions=self.revisions)

    def judge_again(
        self,
        stored: Inspection,
        *,
        earlier: Sequence[PhraseHit],
        words: Words = NO_WORDS,
    ) -> Inspection:
        with timed(Stage.JUDGING):
            return judge_again(stored, self.rules, earlier=earlier, words=words)


def load_inspector(settings: Settings, gate: TrustGate = OPEN_GATE) -> CallInspector:
    """Load the models, compile the lexicons, read the rubric.

    Args:
        gate: the criteria that only flag in this run.

    Raises:
        ModelError, LexiconError, RubricError: with file, line and remedy.
    """
    rules = load_rules(settings).under(gate)
    tools = load_hearing_tools(settings, rules)
    _warm_up(rules)
    return CallInspector(tools, rules, present_revisions(settings, rules))


def _warm_up(rules: Rules) -> None:
    """Let what loads on first use (dictionaries, compiled numerics) do so before the first call."""
    tone = np.sin(2 * np.pi * 150 * np.arange(3 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ).astype(np.float32)
    whole = Span(0.0, 3.0)
    measure(Timeline.heard(duration=3.0, speech={Role.AGENT: (whole,)}), {Role.AGENT: tone})
    said = [Utterance(Role.AGENT, whole, "您好，请问有什么可以帮您？", confidence=0.0)]
    near_misses(rules.matcher.search(said, near_misses_of=confirmable(rules.matcher.lexicons)))
