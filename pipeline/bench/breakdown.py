"""Where the errors are: by party, codec, number of channels and noise; and who was accused for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from pipeline.bench.accuracy import Accuracy, LabelledCall, Text, assess, distance, plain
from pipeline.bench.job import BenchmarkCall
from pipeline.domain import Inspection, Outcome, Role

NOISE_BANDS = ((15.0, "noisy"), (30.0, "line"), (float("inf"), "clean"))
"""Up to so many decibels between speech and noise; 15 dB is where recognisers begin to suffer."""


class Share(BaseModel):
    """The errors in some of the calls, or of one party."""

    model_config = ConfigDict(frozen=True)

    dimension: str
    """``party``, ``codec``, ``channels`` or ``noise``."""
    value: str
    calls: int
    characters: int
    errors: int

    @property
    def error_rate(self) -> float | None:
        return self.errors / self.characters if self.characters else None


class Accusations(BaseModel):
    """Findings against the agents of a folder in which nobody did wrong."""

    model_config = ConfigDict(frozen=True)

    hours: float
    """Of recordings."""
    findings: int
    """All that failed."""
    heard: int
    """Of them, those that rest on words which were heard, rather than on something left out."""

    @property
    def per_hour(self) -> float:
        return self.findings / self.hours if self.hours else 0.0

    @property
    def heard_per_hour(self) -> float:
        return self.heard / self.hours if self.hours else 0.0


def shares(
    truths: Mapping[str, LabelledCall], texts: Mapping[str, Text], calls: Sequence[BenchmarkCall]
) -> tuple[Share, ...]:
    """Errors by each dimension, without regard to roles but for the parties'."""
    out = [*_parties(truths, texts)]
    known = [call for call in calls if call.call_id in truths]
    for dimension, value_of in (("codec", _codec), ("channels", _channels), ("noise", _noise)):
        groups: dict[str, list[str]] = {}
        for call in known:
            groups.setdefault(value_of(call), []).append(call.call_id)
        for value, ids in sorted(groups.items()):
            found = assess({call_id: truths[call_id] for call_id in ids}, texts)
            out.append(_share(dimension, value, len(ids), found))
    return tuple(out)


def _share(dimension: str, value: str, calls: int, found: Accuracy) -> Share:
    return Share(
        dimension=dimension,
        value=value,
        calls=calls,
        characters=found.characters,
        errors=found.errors_any_role,
    )


def _parties(truths: Mapping[str, LabelledCall], texts: Mapping[str, Text]) -> Iterable[Share]:
    known = {call_id: truth for call_id, truth in truths.items() if truth.roles_known}
    heard = {call_id: text for call_id, text in texts.items() if text.roles is not None}
    if not known or not heard:
        return
    for role in (Role.AGENT, Role.CUSTOMER):
        said = {call_id: truth.by(role) for call_id, truth in known.items()}
        errors = sum(
            distance(text, (heard[call_id].roles or {}).get(role, "") if call_id in heard else "")
            for call_id, text in said.items()
        )
        characters = sum(len(plain(text)) for text in said.values())
        yield Share(dimension="party", value=str(role), calls=len(said), characters=characters, errors=errors)


def _codec(call: BenchmarkCall) -> str:
    return call.codec or "?"


def _channels(call: BenchmarkCall) -> str:
    return str(call.channels)


def _noise(call: BenchmarkCall) -> str:
    return next(name for most, name in NOISE_BANDS if call.speech_over_noise <= most)


def accusations(inspections: Iterable[Inspection]) -> Accusations:
    """What was found against people, per hour of recordings."""
    hours, findings, heard = 0.0, 0, 0
    for inspection in inspections:
        hours += (inspection.duration or 0.0) / 3600
        card = inspection.scorecard
        failed = [found for found in (card.findings if card else ()) if found.outcome is Outcome.FAILED]
        findings += len(failed)
        heard += sum(any(piece.how is not None for piece in found.evidence) for found in failed)
    return Accusations(hours=hours, findings=findings, heard=heard)
