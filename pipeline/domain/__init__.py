"""The vocabulary: frozen values, standard library only. Every other room imports from here.

Times are seconds as ``float`` in half-open spans; any other unit stands in the name.
"""

from pipeline.domain.call import (
    AUDIO_CHANNELS,
    PARTIES,
    Call,
    CallHeader,
    IdSource,
    Recording,
    Role,
    other_ids,
)
from pipeline.domain.finding import (
    Evidence,
    Finding,
    LedgerEntry,
    Outcome,
    Scorecard,
    Section,
    Severity,
)
from pipeline.domain.inspection import ROLES_CORRECTED, Inspection, Revisions, Status
from pipeline.domain.listed import PLEASED, ListedCall, Recorded, Relation, Satisfaction
from pipeline.domain.measurement import Measurement, Measures
from pipeline.domain.people import Openness, Outlook, Scope, User, UserRole, outlook_of, scope_of
from pipeline.domain.phases import Next, OpenCause, Phase, ReviewState
from pipeline.domain.phrase import How, PhraseHit, PhraseKind
from pipeline.domain.review import (
    Addition,
    AppealState,
    Case,
    CaseState,
    Decision,
    DecisionKind,
    FindingVerdict,
    Origin,
    Verdict,
    Voice,
)
from pipeline.domain.roles import NO_EVIDENCE, RoleEvidence
from pipeline.domain.sound import SAMPLE_RATE_HZ, Sound
from pipeline.domain.span import Span, clip, clock, covered, intersect, merge, subtract, total
from pipeline.domain.transcript import (
    Correction,
    Segment,
    Transcript,
    Utterance,
    Word,
    characters,
    latin_words,
    spoken_units,
)
from pipeline.domain.voices import CallVoices, VoicePiece

__all__ = [
    "AUDIO_CHANNELS",
    "NO_EVIDENCE",
    "PARTIES",
    "PLEASED",
    "ROLES_CORRECTED",
    "SAMPLE_RATE_HZ",
    "Addition",
    "AppealState",
    "Call",
    "CallHeader",
    "CallVoices",
    "Case",
    "CaseState",
    "Correction",
    "Decision",
    "DecisionKind",
    "Evidence",
    "Finding",
    "FindingVerdict",
    "How",
    "IdSource",
    "Inspection",
    "LedgerEntry",
    "ListedCall",
    "Measurement",
    "Measures",
    "Next",
    "OpenCause",
    "Openness",
    "Origin",
    "Outcome",
    "Outlook",
    "Phase",
    "PhraseHit",
    "PhraseKind",
    "Recorded",
    "Recording",
    "Relation",
    "ReviewState",
    "Revisions",
    "Role",
    "RoleEvidence",
    "Satisfaction",
    "Scope",
    "Scorecard",
    "Section",
    "Segment",
    "Severity",
    "Sound",
    "Span",
    "Status",
    "Transcript",
    "User",
    "UserRole",
    "Utterance",
    "Verdict",
    "Voice",
    "VoicePiece",
    "Word",
    "characters",
    "clip",
    "clock",
    "covered",
    "intersect",
    "latin_words",
    "merge",
    "other_ids",
    "outlook_of",
    "scope_of",
    "spoken_units",
    "subtract",
    "total",
]
