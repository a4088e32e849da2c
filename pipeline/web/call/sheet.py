"""The findings of a call with what people said about them, in the order in which a reviewer works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain import Addition, Evidence, Finding, FindingVerdict, Outcome, Scorecard
from pipeline.review.folding import outcome_with

OPEN_OUTCOMES = (Outcome.FAILED, Outcome.UNDETERMINED)
PLACES_SHOWN = 4
"""Places that stand there at once; the rest is folded."""


class Standing(StrEnum):
    """Where a finding stands for people."""

    UNREVIEWED = "unreviewed"
    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"
    UNSURE = "unsure"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding as the screen shows it."""

    number: int
    """From 1, the label of its marks; passed criteria have 0."""
    finding: Finding
    verdict: FindingVerdict | None
    outcome: Outcome
    """With people's verdict in it."""

    @property
    def standing(self) -> Standing:
        if self.verdict is None:
            return Standing.UNREVIEWED
        return Standing.DISPUTED if self.verdict.disputed else Standing(self.verdict.verdict.value)

    @property
    def places(self) -> tuple[Evidence, ...]:
        return self.finding.evidence

    @property
    def additions(self) -> tuple[Addition, ...]:
        return self.verdict.additions if self.verdict else ()

    @property
    def first_place(self) -> tuple[float, float] | None:
        """Where to begin listening; None where nothing has a place."""
        spans = [e.span for e in self.places if e.how is not None or not e.phrase]
        spans += [a.span for a in self.additions]
        spans = spans or [e.span for e in self.places]
        return (spans[0].start, spans[0].end) if spans else None

    @property
    def waits(self) -> bool:
        """True where somebody is still to speak about it."""
        return self.verdict is None or not self.verdict.settled


@dataclass(frozen=True, slots=True)
class Group:
    """A section of the sheet."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    groups: tuple[Group, ...]
    """What a person should look at: failed, undetermined, and what people added."""
    rest: tuple[Group, ...]
    """Passed."""
    not_applicable: tuple[Finding, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for group in self.groups for entry in group.entries)

    def entry(self, criterion: str) -> Entry | None:
        every = (*self.groups, *self.rest)
        return next((e for g in every for e in g.entries if e.finding.criterion == criterion), None)


def sheet(card: Scorecard | None, verdicts: Mapping[str, FindingVerdict]) -> Sheet:
    """Sections that have something to look at, the gravest first, inside each too; the order never depends on
    verdicts, so that nothing jumps while somebody works through it."""
    if card is None:
        return Sheet((), (), ())
    shown: list[tuple[Finding, FindingVerdict | None]] = []
    passed: list[Finding] = []
    idle: list[Finding] = []
    for finding in card.findings:
        held = verdicts.get(finding.criterion)
        held = held if held is not None and held.holds(finding.outcome) else None
        if finding.outcome in OPEN_OUTCOMES or held is not None:
            shown.append((finding, held))
        elif finding.outcome is Outcome.PASSED:
            passed.append(finding)
        else:
            idle.append(finding)
    return Sheet(_numbered(_by_section(shown)), _grouped(passed), tuple(idle))


def _by_section(
    shown: Sequence[tuple[Finding, FindingVerdict | None]],
) -> dict[str, list[tuple[Finding, FindingVerdict | None]]]:
    sections: dict[str, list[tuple[Finding, FindingVerdict | None]]] = {}
    for pair in shown:
        sections.setdefault(pair[0].section, []).append(pair)
    for pairs in sections.values():
        pairs.sort(key=lambda pair: _rank(pair[0]))
    gravest = {name: min(_rank(finding) for finding, _ in pairs) for name, pairs in sections.items()}
    return dict(sorted(sections.items(), key=lambda item: gravest[item[0]]))


def _rank(finding: Finding) -> tuple[int, str]:
    order = {Outcome.FAILED: 0, Outcome.UNDETERMINED: 1}
    return order.get(finding.outcome, 2), finding.severity or "Z"


def _numbered(sections: Mapping[str, Sequence[tuple[Finding, FindingVerdict | None]]]) -> tuple[Group, ...]:
    groups: list[Group] = []
    number = 0
    for title, pairs in sections.items():
        entries: list[Entry] = []
        for finding, held in pairs:
            number += 1
            entries.append(
                Entry(number, finding, held, outcome_with(finding.outcome, held) or finding.outcome)
            )
        groups.append(Group(title, tuple(entries)))
    return tuple(groups)


def _grouped(findings: Sequence[Finding]) -> tuple[Group, ...]:
    sections: dict[str, list[Entry]] = {}
    for finding in findings:
        sections.setdefault(finding.section, []).append(Entry(0, finding, None, finding.outcome))
    return tuple(Group(title, tuple(entries)) for title, entries in sections.items())
