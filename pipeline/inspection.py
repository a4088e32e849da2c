"""The spine: a recording goes in, an inspection comes out. `inspect` shows the whole way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline import __version__
from pipeline.audio import Audio, decode
from pipeline.confirmation import confirmed, joined, kept
from pipeline.dialogue import assemble
from pipeline.domain import (
    SAMPLE_RATE_HZ,
    Call,
    Inspection,
    Measures,
    PhraseHit,
    Recording,
    Revisions,
    Role,
    Scorecard,
    Segment,
    Span,
    Status,
    Transcript,
    Utterance,
)
from pipeline.errors import AudioError
from pipeline.measures import Scene, measure
from pipeline.phrases import Lexicons, Matcher, compile_matcher, load_lexicons
from pipeline.rubric import Facts, Rubric, load_rubric, score
from pipeline.settings import Settings
from pipeline.speech import Heard, Listener, Party, SpeakerSplitter, find_roles
from pipeline.speech.embedding import WEIGHTS_FILE
from pipeline.transcription import Transcriber, Window, WindowText, cut_windows, load_transcriber, segment
from pipeline.transcription.engines import engine_revision

SPEAKER_MODEL = "campplus"
"""Folder of the model that tells voices apart; without it a weaker way does."""
PARTIAL = "incomplete"
"""Reason code of a call of which only a part could be read."""


@dataclass(frozen=True)
class Tools:
    """Everything that is built once per process and used for each call."""

    listener: Listener
    transcriber: Transcriber
    matcher: Matcher
    rubric: Rubric
    revisions: Revisions
    """Of these tools; ``audio_sha256`` is filled in per recording."""

    def inspect(self, recordings: Sequence[Recording]) -> Iterator[Inspection]:
        return inspect(recordings, self)

    def rejudge(self, inspection: Inspection) -> Inspection:
        return rejudge(inspection, Rules(self.matcher, self.rubric))


@dataclass(frozen=True)
class Rules:
    """The part of the tools that judges what was heard: no speech model is needed."""

    matcher: Matcher
    rubric: Rubric

    @property
    def lexicons(self) -> str:
        """Revision of the lexicons."""
        return self.matcher.lexicons.revision


def inspect(recordings: Sequence[Recording], tools: Tools) -> Iterator[Inspection]:
    """Inspect a few calls; their windows are recognised together, which is cheaper than one by one.

    A recording that cannot be read gives an inspection with status ``unreadable`` and the reason.
    """
    listened: list[_Listened] = []
    for recording in recordings:
        try:
            listened.append(_listen(recording, tools))
        except AudioError as error:
            yield _unreadable(recording, error, tools)
    texts = iter(tools.transcriber.transcribe([window for call in listened for window in call.windows]))
    for call in listened:
        yield _judge(call, [next(texts) for _ in call.windows], tools)


@dataclass(frozen=True, slots=True)
class _Listened:
    """A call on its way, between listening and recognition."""

    recording: Recording
    audio: Audio
    heard: Heard
    windows: tuple[Window, ...]


def _listen(recording: Recording, tools: Tools) -> _Listened:
    audio = decode(recording.paths)
    heard = tools.listener.listen(audio.channels, duration=audio.duration)
    windows = tuple(
        window
        for lanes in ([heard.lanes] if heard.layout.mono else [[lane] for lane in heard.lanes])
        if lanes
        for window in cut_windows(lanes[0].samples, [turn for lane in lanes for turn in lane.turns])
    )
    return _Listened(recording, audio, heard, windows)


def _judge(call: _Listened, texts: Sequence[WindowText], tools: Tools) -> Inspection:
    said = [(window, segment(window, text)) for window, text in zip(call.windows, texts, strict=True)]
    segments = [found for _, found in said if found is not None]
    roles, confidence = _roles(call, segments)
    transcript = assemble(segments, roles, confidence=confidence)
    spoken = [(window, found) for window, found in said if found is not None]
    measures = measure(_scene(call, roles, spoken, transcript))
    written = tools.matcher.match(transcript.utterances)
    heard = confirmed(
        transcript,
        spoken=spoken,
        roles=roles,
        matcher=tools.matcher,
        transcriber=tools.transcriber,
    )
    hits = joined(written, heard)
    scorecard = judge(call.recording.call, call.audio.duration, transcript, measures, hits, tools.rubric)
    status, reason, code = _status(call.audio.warning, scorecard)
    return Inspection(
        recording=call.recording,
        status=status,
        reason=reason,
        revisions=replace(tools.revisions, audio_sha256=call.recording.sha256),
        duration=call.audio.duration,
        layout=str(call.heard.layout),
        transcript=transcript,
        measures=measures,
        hits=hits,
        scorecard=scorecard,
        reason_code=code,
    )


def judge(
    call: Call,
    duration: float,
    transcript: Transcript,
    measures: Measures,
    hits: tuple[PhraseHit, ...],
    rubric: Rubric,
) -> Scorecard:
    """Score a call from what is stored of it: no sound is needed."""
    speech = {role: _spans(measures, f"speech_{role}") for role in (Role.AGENT, Role.CUSTOMER)}
    hold = _spans(measures, "hold_total")
    return score(rubric, Facts(call, duration, transcript, measures, hits, speech, hold))


def rejudge(inspection: Inspection, rules: Rules) -> Inspection:
    """Judge a stored inspection again by the present lexicons and rubric, without its sound.

    Needs of it the recording, status, duration, transcript, measures and the hits that the sound confirmed;
    the rest is made anew.
    """
    if inspection.duration is None or inspection.status is Status.UNREADABLE:
        return inspection
    hits = inspection.hits
    if inspection.revisions.lexicons != rules.lexicons:  # else the same lexicons would find the same again
        written = rules.matcher.match(inspection.transcript.utterances)
        hits = joined(written, kept(inspection.hits, rules.matcher.lexicons))
    scorecard = judge(
        inspection.recording.call,
        inspection.duration,
        inspection.transcript,
        inspection.measures,
        hits,
        rules.rubric,
    )
    warning = inspection.reason if inspection.status is Status.PARTIAL else None
    status, reason, code = _status(warning, scorecard)
    revisions = replace(inspection.revisions, lexicons=rules.lexicons, rubric=rules.rubric.revision)
    return replace(
        inspection,
        status=status,
        reason=reason,
        reason_code=code,
        hits=hits,
        scorecard=scorecard,
        revisions=revisions,
    )


def build_tools(settings: Settings) -> Tools:
    """Load the model, compile the lexicons, read the rubric.

    Raises:
        ModelError, LexiconError, RubricError: with file, line and remedy.
    """
    rules = load_rules(settings)
    transcriber = load_transcriber(
        settings.model,
        models=settings.models,
        language=settings.language,
        device=settings.device,
        compute_type=settings.compute_type,
    )
    _warm_up(rules)
    return Tools(
        listener=Listener(SpeakerSplitter(settings.models / SPEAKER_MODEL)),
        transcriber=transcriber,
        matcher=rules.matcher,
        rubric=rules.rubric,
        revisions=_revisions(settings, rules.matcher.lexicons, rules.rubric),
    )


def _warm_up(rules: Rules) -> None:
    """Let what loads on first use (dictionaries, compiled numerics) do so before the first call."""
    tone = np.sin(2 * np.pi * 150 * np.arange(3 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ).astype(np.float32)
    whole = Span(0.0, 3.0)
    measure(Scene(duration=3.0, speech={Role.AGENT: (whole,)}, sound={Role.AGENT: tone}))
    rules.matcher.match([Utterance(Role.AGENT, whole, "您好，请问有什么可以帮您？")])


def load_rules(settings: Settings) -> Rules:
    """Compile the lexicons and read the rubric.

    Raises:
        LexiconError, RubricError: with file, line and remedy.
    """
    lexicons, rubric = read_rules(settings)
    return Rules(compile_matcher(lexicons), rubric)


def revisions_of(settings: Settings) -> Revisions:
    """What inspections made now would say they were made from, without loading the model.

    Raises:
        ModelError, LexiconError, RubricError: as `build_tools`, so that a run fails before it begins.
    """
    return _revisions(settings, *read_rules(settings))


def read_rules(settings: Settings) -> tuple[Lexicons, Rubric]:
    """Lexicons and rubric as written, not compiled: enough to know their revisions."""
    lexicons = load_lexicons(settings.lexicons)
    return lexicons, load_rubric(settings.rubric, codes=lexicons.codes)


def _revisions(settings: Settings, lexicons: Lexicons, rubric: Rubric) -> Revisions:
    engine = engine_revision(settings.model, models=settings.models)
    return Revisions(
        audio_sha256="",
        engine=f"callinspect {__version__}, {engine.engine}, voices by {_voices(settings)}",
        model=engine.model,
        lexicons=lexicons.revision,
        rubric=rubric.revision,
        settings=settings.fingerprint(),
    )


def _voices(settings: Settings) -> str:
    """What tells two voices of one channel apart, without loading it: the speaker model, or plain timbre."""
    weights = settings.models / SPEAKER_MODEL / WEIGHTS_FILE
    return SPEAKER_MODEL if weights.is_file() else "timbre"


def _roles(call: _Listened, segments: Sequence[Segment]) -> tuple[tuple[Role, ...], float]:
    """Role of each party, and how sure that is."""
    claim = call.recording.call.agent_channel
    parties = []
    for party in range(len(call.heard.lanes)):
        own = [s for s in segments if s.party == party]
        claimed = (
            None
            if call.heard.layout.mono or claim not in ("left", "right")
            else claim == ("left", "right")[party]
        )
        parties.append(
            Party(
                text="\n".join(s.text for s in own),
                first_at=min((s.span.start for s in own), default=float("inf")),
                claimed=claimed,
                silent=not own,
            )
        )
    found = find_roles(parties, direction=call.recording.call.direction)
    return found.roles, found.confidence


def _scene(
    call: _Listened, roles: Sequence[Role], spoken: Sequence[tuple[Window, Segment]], transcript: Transcript
) -> Scene:
    """What the measures look at. Sound in which no words were found is nobody's speech."""
    speech: dict[Role, tuple[Span, ...]] = {Role.AGENT: (), Role.CUSTOMER: ()}
    for party, role in enumerate(roles):
        speech[role] = tuple(v for window, s in spoken if s.party == party for v in window.voiced)
    return Scene(
        duration=call.audio.duration,
        speech=speech,
        hold=call.heard.hold,
        utterances=transcript.utterances,
        sound={role: lane.samples for role, lane in zip(roles, call.heard.lanes, strict=True)},
        mono=call.heard.layout.mono,
    )


def _spans(measures: Measures, name: str) -> tuple[Span, ...]:
    return next((m.spans for m in measures if m.name == name), ())


def _status(warning: str | None, scorecard: Scorecard) -> tuple[Status, str | None, str | None]:
    """Status of a call that was heard, the reason, and its code; ``warning``: why the audio is not whole."""
    if warning:
        return Status.PARTIAL, warning, PARTIAL
    if scorecard.not_applicable:
        return Status.NOT_APPLICABLE, scorecard.not_applicable, None
    return Status.INSPECTED, None, None


def _unreadable(recording: Recording, error: AudioError, tools: Tools) -> Inspection:
    revisions = replace(tools.revisions, audio_sha256=recording.sha256)
    return Inspection(recording, Status.UNREADABLE, str(error), revisions, reason_code=error.code)
