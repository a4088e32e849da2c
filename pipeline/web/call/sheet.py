"""The findings of a call with what people said about them, in the order in which a reviewer works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.domain import (
    Addition,
    AppealState,
    Evidence,
    Finding,
    FindingVerdict,
    Next,
    Outcome,
    Scorecard,
    Severity,
    Span,
    User,
    UserRole,
    Verdict,
)
from pipeline.messages import Message
from pipeline.review.appeals import Appeal
from pipeline.review.folding import accused, outcome_with
from pipeline.review.trust_words import grounds
from pipeline.rubric.answer import BARS, Bar
from pipeline.rubric.rarity import Rarities
from pipeline.rubric.trust import OPEN_GATE, TrustGate, Withheld
from pipeline.web.call.weight import OPEN_OUTCOMES, why_not

PLACES_SHOWN = 4
"""Places that stand there at once; the rest is folded."""


class FindingStanding(StrEnum):
    """Where a finding stands for people."""

    UNREVIEWED = "unreviewed"
    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"
    UNHEARD = "unheard"
    SECOND = "second"
    DISPUTED = "disputed"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding as the screen shows it."""

    number: int
    """From 1, the label of its marks; passed criteria have 0."""
    finding: Finding
    verdict: FindingVerdict | None
    outcome: Outcome
    """With people's verdict in it."""
    usual_place: Span | None = None
    """Where to listen for a phrase that was searched through all of the call and not found."""
    appeal: Appeal | None = None
    """The latest one about this finding."""
    withheld: Withheld | None = None
    """Why the machine took no points for it, where its criterion only flagged."""
    bar: float | None = None
    """Confidence (0..1) from which on a phrase of its class accuses; None where it has no class."""
    advice: Message | None = None
    """How to do it instead, for a hint."""

    @property
    def why_not(self) -> Message | None:
        """Why it takes no points; None where it does, or where nobody suspects anything."""
        return why_not(self.finding, self.verdict, self.bar)

    @property
    def appealable(self) -> bool:
        """True where it costs points or may yet, and no appeal runs or was decided."""
        if self.appeal is not None and self.appeal.state not in (AppealState.RETURNED, AppealState.WITHDRAWN):
            return False
        return self.finding.severity is not None and accused(self.finding.outcome, self.verdict)

    @property
    def grounds(self) -> tuple[Message, ...]:
        """The same in sentences."""
        return grounds(self.withheld) if self.withheld else ()

    @property
    def standing(self) -> FindingStanding:
        if self.verdict is None:
            return FindingStanding.UNREVIEWED
        return FindingStanding(self.verdict.cause or self.verdict.state)

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
        spans = spans or [self.usual_place or e.span for e in self.places]
        return (spans[0].start, spans[0].end) if spans else None

    @property
    def teaches(self) -> bool:
        """True where it is settled, and words that the rules could learn from are behind it."""
        said = any(e.how is not None and e.phrase for e in self.places)
        if self.standing is FindingStanding.CONFIRMED:
            return said or bool(self.additions)
        return said and self.standing is FindingStanding.OVERTURNED

    def word_of(self, user: int) -> Verdict | None:
        """What this person said, as far as it counts."""
        voices = self.verdict.voices if self.verdict else ()
        return next((voice.verdict for voice in voices if voice.by == user), None)

    def waits_for(self, user: User) -> bool:
        """True where this person's word is waited for."""
        if self.verdict is None:
            return self.finding.outcome in OPEN_OUTCOMES or self.finding.required
        match self.verdict.next:
            case Next.REVIEWER:
                return True
            case Next.ANOTHER:
                return self.word_of(user.id) is None
            case Next.SUPERVISOR:
                return user.role in (UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
            case _:
                return False


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """A section of the sheet."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """How many findings of a call are what."""

    failed: int
    doubtful: int

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> FindingCounts:
        found = Counter(outcomes)
        return cls(found[Outcome.FAILED], found[Outcome.UNDETERMINED])


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    groups: tuple[SheetGroup, ...]
    """What a person should look at: failed, undetermined, and what people added."""
    rest: tuple[SheetGroup, ...]
    """Passed."""
    not_applicable: tuple[Finding, ...]
    checklist: tuple[Entry, ...] = ()
    """What people answer, in the order of the sheet; what they failed stands among the groups too."""
    hints: tuple[Entry, ...] = ()
    """What could be done better; no violations."""

    @property
    def unanswered(self) -> tuple[Entry, ...]:
        """What nobody has answered."""
        return tuple(entry for entry in self.checklist if entry.verdict is None)

    @property
    def required(self) -> int:
        """How many of those must be answered."""
        return sum(entry.finding.required for entry in self.unanswered)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for group in self.groups for entry in group.entries)

    @property
    def counts(self) -> FindingCounts:
        """With people's verdicts in them."""
        return FindingCounts.of(entry.outcome for entry in self.entries)

    @property
    def machine_counts(self) -> FindingCounts:
        return FindingCounts.of(entry.finding.outcome for entry in self.entries)

    @property
    def weights(self) -> dict[str, Message]:
        """Criterion -> why it takes no points; those that do are left out."""
        found = ((e.finding.criterion, e.why_not) for e in self.entries)
        return {criterion: why for criterion, why in found if why is not None}

    def entry(self, criterion: str) -> Entry | None:
        every = [e for g in (*self.groups, *self.rest) for e in g.entries]
        return next((e for e in (*every, *self.checklist) if e.finding.criterion == criterion), None)


@dataclass(frozen=True, slots=True)
class FindingContext:
    """What else is known about findings, by criterion."""

    usual_places: Mapping[str, Span] = field(default_factory=dict)
    appeals: Mapping[str, Appeal] = field(default_factory=dict)
    gate: TrustGate = OPEN_GATE
    """Under which the call was judged."""
    bars: Mapping[Severity, Bar] = field(default_factory=lambda: BARS)
    rarities: Rarities = field(default_factory=Rarities)
    """What its evidence was weighed against."""
    advice: Mapping[str, Message] = field(default_factory=dict)
    """How to do it instead, by hint."""

    def entry(self, number: int, finding: Finding, held: FindingVerdict | None, outcome: Outcome) -> Entry:
        name = finding.criterion
        usual, appeal = self.usual_places.get(name), self.appeals.get(name)
        withheld = next((w for w in self.gate.withheld if w.criterion == name and finding.only_flags), None)
        bar = None if finding.severity is None else self.bars[finding.severity].accuse
        return Entry(number, finding, held, outcome, usual, appeal, withheld, bar, self.advice.get(name))


NO_CONTEXT = FindingContext()


def sheet(
    card: Scorecard | None, verdicts: Mapping[str, FindingVerdict], context: FindingContext = NO_CONTEXT
) -> ReviewSheet:
    """Sections that have something to look at, the gravest first, inside each too; the order never depends on
    verdicts, so that nothing jumps while somebody works through it."""
    if card is None:
        return ReviewSheet((), (), ())
    shown: list[tuple[Finding, FindingVerdict | None]] = []
    passed: list[Finding] = []
    idle: list[Finding] = []
    checklist: list[Entry] = []
    hints: list[Finding] = []
    for finding in card.findings:
        held = verdicts.get(finding.criterion)
        held = held if held is not None and held.holds(finding.outcome) else None
        if finding.asked:
            outcome = outcome_with(finding.outcome, held)
            checklist.append(context.entry(0, finding, held, outcome))
            if held is not None and not (held.settled and outcome is not Outcome.FAILED):
                shown.append((finding, held))
        elif finding.outcome is Outcome.HINT:
            hints.append(finding)
        elif finding.outcome in OPEN_OUTCOMES or held is not None:
            shown.append((finding, held))
        elif finding.outcome is Outcome.PASSED:
            passed.append(finding)
        else:
            idle.append(finding)
    return ReviewSheet(
        _numbered(_by_section(shown), context),
        _grouped(passed, context),
        tuple(idle),
        tuple(checklist),
        tuple(context.entry(0, finding, None, finding.outcome) for finding in hints),
    )


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


def _numbered(
    sections: Mapping[str, Sequence[tuple[Finding, FindingVerdict | None]]], context: FindingContext
) -> tuple[SheetGroup, ...]:
    groups: list[SheetGroup] = []
    number = 0
    for title, pairs in sections.items():
        entries: list[Entry] = []
        for finding, held in pairs:
            number += 1
            outcome = outcome_with(finding.outcome, held)
            entries.append(context.entry(number, finding, held, outcome))
        groups.append(SheetGroup(title, tuple(entries)))
    return tuple(groups)


def _grouped(findings: Sequence[Finding], context: FindingContext) -> tuple[SheetGroup, ...]:
    sections: dict[str, list[Entry]] = {}
    for finding in findings:
        sections.setdefault(finding.section, []).append(context.entry(0, finding, None, finding.outcome))
    return tuple(SheetGroup(title, tuple(entries)) for title, entries in sections.items())
