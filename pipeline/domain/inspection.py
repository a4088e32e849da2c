"""The result of inspecting one call: everything that is stored, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from pipeline.domain.call import Recording, Role
from pipeline.domain.finding import Scorecard
from pipeline.domain.measurement import Measures
from pipeline.domain.phrase import PhraseHit
from pipeline.domain.roles import NO_EVIDENCE, RoleEvidence
from pipeline.domain.transcript import Transcript, Utterance
from pipeline.domain.voices import CallVoices
from pipeline.messages.message import Message


class Status(StrEnum):
    INSPECTED = "inspected"
    PARTIAL = "partial"
    """Judged, but some of the audio could not be read."""
    NOT_APPLICABLE = "not-applicable"
    """Heard, but there is no service dialogue to judge."""
    UNREADABLE = "unreadable"


ROLES_CORRECTED = ", roles corrected by a person"
"""What the engine of an inspection says besides, where people said that agent and customer were swapped."""

BETWEEN = "~"
"""Stands between the revision of a sheet and the digest of the gate."""
LEARNED = "r"
"""Stands behind the digest of a gate in which rates were learned."""


def sheet_revision(revision: str) -> str:
    """The revision of the sheet alone, of one that may name a gate too."""
    return revision.partition(BETWEEN)[0]


@dataclass(frozen=True, slots=True)
class Revisions:
    """What made an inspection. The same revisions give the same inspection."""

    audio_sha256: str
    engine: str
    model: str
    lexicons: str
    rubric: str
    settings: str
    """Digest of the settings that can change a result."""

    @property
    def roles_corrected(self) -> bool:
        """Whether this is the inspection of a call whose roles a person swapped."""
        return self.engine.endswith(ROLES_CORRECTED)

    @property
    def with_roles_swapped(self) -> Revisions:
        """The revisions of the same inspection with the roles the other way round."""
        engine = self.engine.removesuffix(ROLES_CORRECTED)
        return replace(self, engine=engine if self.roles_corrected else engine + ROLES_CORRECTED)


@dataclass(frozen=True, slots=True)
class Inspection:
    """One call, inspected."""

    recording: Recording
    status: Status
    reason: Message | None
    """Why the status is not ``inspected``; None otherwise."""
    revisions: Revisions
    duration: float | None = None
    """Seconds of audio, None where it could not be read."""
    layout: str | None = None
    """``stereo``, ``fake-stereo`` or ``mono``; None where it could not be read."""
    transcript: Transcript = field(default_factory=Transcript)
    measures: Measures = field(default_factory=Measures)
    hits: tuple[PhraseHit, ...] = ()
    scorecard: Scorecard | None = None
    reason_code: str | None = None
    """Stable name of the reason where it has one (of an AudioError), by which interfaces translate it."""
    agent_channel: str | None = None
    """``left`` or ``right``: the channel that was taken for the agent's, where each party has one."""
    role_evidence: RoleEvidence = NO_EVIDENCE
    """What the roles rest on."""
    voices: CallVoices | None = field(default=None, repr=False, compare=False)
    """On its way from the worker that heard the call to the store: never read back with the inspection."""

    def says_other_agent(self, utterance: Utterance) -> bool:
        """Whether another agent than the call's says this, after a transfer or up to one."""
        theirs = self.role_evidence.second_agent
        return utterance.role is Role.AGENT and any(utterance.span.middle in span for span in theirs)
