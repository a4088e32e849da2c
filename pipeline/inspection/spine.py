"""The spine: a recording goes in, an inspection comes out. `inspect` shows the whole way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.conversation import assemble
from pipeline.domain import Inspection, Recording, Role, Status
from pipeline.errors import AudioError
from pipeline.inspection.confirmation import joined, phrases_of
from pipeline.inspection.hearing import Listened, listen, roles_of, sounds_of, timeline_of
from pipeline.inspection.judging import rejudge, status_of
from pipeline.inspection.tools import Rules, Toolbox, fill_toolbox
from pipeline.measures import measure
from pipeline.messages import verbatim
from pipeline.rubric import Facts, score
from pipeline.settings import Settings
from pipeline.transcription import WindowText, segment


def inspect(recordings: Sequence[Recording], tools: Toolbox) -> Iterator[Inspection]:
    """Inspect a few calls; their windows are recognised together, which is cheaper than one by one.

    A recording that cannot be read gives an inspection with status ``unreadable`` and the reason.
    """
    listened: list[Listened] = []
    for recording in recordings:
        try:
            listened.append(listen(recording, tools.segmenter))
        except AudioError as error:
            yield _unreadable(recording, error, tools)
    texts = iter(tools.transcriber.transcribe([window for call in listened for window in call.windows]))
    for call in listened:
        yield _judge(call, [next(texts) for _ in call.windows], tools)


def _judge(call: Listened, texts: Sequence[WindowText], tools: Toolbox) -> Inspection:
    said = [(window, segment(window, text)) for window, text in zip(call.windows, texts, strict=True)]
    spoken = [(window, found) for window, found in said if found is not None]
    segments = [found for _, found in spoken]
    parties = roles_of(call, segments, tools.matcher)
    transcript = assemble(segments, parties.roles, confidence=parties.confidence)
    timeline = timeline_of(call, parties.roles, spoken, transcript, tools.matcher.lexicons.words)
    measures = measure(timeline, sounds_of(call, parties.roles))
    hits = phrases_of(
        transcript,
        spoken=spoken,
        roles=parties.roles,
        matcher=tools.matcher,
        transcriber=tools.transcriber,
    )
    if tools.meanings is not None:
        hits = joined(hits, tools.meanings.match(transcript.utterances))
    scorecard = score(tools.rubric, Facts(call.recording.call, timeline, measures, hits))
    warning = verbatim(call.audio.warning) if call.audio.warning else None
    status, reason, code = status_of(warning, scorecard)
    return Inspection(
        recording=call.recording,
        status=status,
        reason=reason,
        revisions=replace(tools.revisions, audio_sha256=call.recording.sha256),
        duration=call.audio.duration,
        layout=str(call.segmentation.layout),
        transcript=transcript,
        measures=measures,
        hits=hits,
        scorecard=scorecard,
        reason_code=code,
        agent_channel=_agent_channel(call, parties.roles),
    )


def _agent_channel(call: Listened, roles: Sequence[Role]) -> str | None:
    """The channel that is the agent's, where each party has one."""
    if call.segmentation.layout.mono or Role.AGENT not in roles or Role.CUSTOMER not in roles:
        return None
    return ("left", "right")[list(roles).index(Role.AGENT)]


def _unreadable(recording: Recording, error: AudioError, tools: Toolbox) -> Inspection:
    revisions = replace(tools.revisions, audio_sha256=recording.sha256)
    reason = verbatim(str(error))
    return Inspection(recording, Status.UNREADABLE, reason, revisions, reason_code=error.code)


class Tools(Toolbox):
    """What a worker process holds: a toolbox that knows what to do with calls."""

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        return inspect(recordings, self)

    def rejudge(self, inspection: Inspection) -> Inspection:
        return rejudge(inspection, Rules(self.matcher, self.rubric))


def build_tools(settings: Settings) -> Tools:
    """Load the model, compile the lexicons, read the rubric.

    Raises:
        ModelError, LexiconError, RubricError: with file, line and remedy.
    """
    return Tools(**vars(fill_toolbox(settings)))
