"""The spine: a recording goes in, an inspection comes out. `inspect` shows the whole way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.conversation import Timeline, assemble
from pipeline.domain import (
    SAMPLE_RATE_HZ,
    CallVoices,
    Inspection,
    PhraseHit,
    Recording,
    Revisions,
    Role,
    RoleEvidence,
    Segment,
    Span,
    Status,
    Utterance,
)
from pipeline.errors import AudioError
from pipeline.inspection.hearing import CallSound, segment_sound, sounds_of, timeline_of
from pipeline.inspection.hits import confirmable, find_hits, with_names
from pipeline.inspection.judging import judge, judge_again
from pipeline.inspection.roles import agent_channel, roles_of, voices_of
from pipeline.inspection.rules import Rules, load_rules
from pipeline.inspection.tools import HearingTools, load_hearing_tools, present_revisions
from pipeline.measures import measure
from pipeline.phrases.confirm import near_misses
from pipeline.rubric.trust import OPEN_GATE, TrustGate
from pipeline.settings import Settings
from pipeline.speech import RoleAssignment
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
    texts = iter(tools.transcriber.transcribe([window for call in calls for window in call.windows]))
    for call in calls:
        heard_in = [(window, next(texts)) for window in call.windows]
        recognised = [(window, segment(window, text)) for window, text in heard_in]
        spoken = [(window, found) for window, found in recognised if found is not None]
        lost = [window for window, text in heard_in if text.not_understood]
        segments = [found for _, found in spoken]
        parties = roles_of(call, segments, rules.matcher)
        transcript = assemble(segments, parties.roles, confidence=parties.confidence)
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
            measures=measure(timeline, sounds_of(call, parties.roles)),
            hits=hits,
            agent_channel=agent_channel(call, parties.roles),
            role_evidence=parties.evidence if len(set(parties.roles)) == 2 else RoleEvidence(),
            voices=_voices(call, segments, parties, tools),
        )
        yield judge(heard, timeline, rules)


def _voices(
    call: CallSound, segments: Sequence[Segment], parties: RoleAssignment, tools: HearingTools
) -> CallVoices | None:
    """Whose voices these are is found out once more calls of the agent are known: `batch.voices`."""
    if call.recording.call.agent_id is None or not segments:
        return None
    pieces = tools.segmenter.voices(call.segmentation)
    return voices_of(
        segments,
        parties,
        pieces,
        embedder=tools.segmenter.embedder_name,
        duration=call.audio.duration,
    )


@dataclass(frozen=True)
class CallInspector:
    """What a process that inspects calls holds: the tools that hear and the rules that judge."""

    tools: HearingTools
    rules: Rules
    revisions: Revisions

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        return inspect(recordings, self.tools, self.rules, revisions=self.revisions)

    def judge_again(self, stored: Inspection, *, earlier: Sequence[PhraseHit]) -> Inspection:
        return judge_again(stored, self.rules, earlier=earlier)


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
