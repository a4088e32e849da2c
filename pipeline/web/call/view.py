"""Everything the call screen shows, read from the store once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from pipeline.domain import (
    Case,
    CaseState,
    Decision,
    DecisionKind,
    Finding,
    FindingVerdict,
    Inspection,
    LedgerEntry,
    Next,
    PhraseHit,
    PhraseKind,
    Scorecard,
    Severity,
)
from pipeline.errors import no_call
from pipeline.messages import Text, title
from pipeline.reports.kinds import calls, findings
from pipeline.review.claims import own_call
from pipeline.review.effective import Effective
from pipeline.review.questions import AskedQuestion, asked_questions
from pipeline.rubric import Rubric
from pipeline.rubric.answer import BARS, Bar
from pipeline.rubric.rarity import Rarities
from pipeline.store import CallFilter, Store
from pipeline.web.access import Permission, Visitor
from pipeline.web.call.places import searched, usual_places
from pipeline.web.call.sheet import Entry, FindingContext, ReviewSheet, sheet
from pipeline.web.call.weight import WeakHit, weak_hits
from pipeline.web.openness import inspection_seen
from pipeline.web.redact import redact_case, redact_history, redact_questions, redact_verdicts
from pipeline.web.sanitise import sanitise


@dataclass(frozen=True)
class CallView:
    """One call for one visitor."""

    visitor: Visitor
    inspection: Inspection
    sheet: ReviewSheet
    verdicts: Mapping[str, FindingVerdict]
    """Criterion -> what stands, as far as this visitor may know it."""
    case: Case | None
    history: tuple[Decision, ...]
    effective: Effective | None
    replaced_by: str | None = None
    """Id of the call that holds the corrected recording of this one; nothing more is said here then."""
    replaces: tuple[str, ...] = ()
    """Ids of the calls whose corrected recording this one holds."""
    bars: Mapping[Severity, Bar] = field(default_factory=lambda: BARS)
    """Class -> how good proof had to be when the call was judged."""
    rarities: Rarities = field(default_factory=Rarities)
    """What its evidence was weighed against."""
    questions: tuple[AskedQuestion, ...] = ()
    """Above the sheet; without signs where the transcript was not read."""
    words: bool = True
    """False where only findings were read, without the transcript."""

    @property
    def call_id(self) -> str:
        return self.inspection.recording.call.call_id

    @property
    def sound(self) -> str:
        """What whoever speaks here has heard."""
        return self.inspection.recording.sha256

    @property
    def card(self) -> Scorecard | None:
        return self.inspection.scorecard

    @property
    def version(self) -> int:
        """What a decision made on this page has seen."""
        return self.case.version if self.case else 0

    @property
    def reviews(self) -> bool:
        """True for those who review at all."""
        return self.visitor.may(Permission.REVIEW)

    @property
    def merges(self) -> bool:
        """True for those who say which recording corrects which."""
        return self.visitor.may(Permission.MERGE)

    @property
    def held_by_other(self) -> bool:
        return self.case is not None and self.case.claimed not in (None, self.visitor.user.id)

    @property
    def own(self) -> bool:
        """True for a reviewer whose own call it is: somebody else reviews it."""
        return self.reviews and own_call(self.inspection.recording.call.agent_id, self.visitor.user.agent_id)

    @property
    def writable(self) -> bool:
        """True where this visitor decides now."""
        free = not self.held_by_other and not self.own
        return self.reviews and free and self.card is not None and not self.replaced_by

    @property
    def claimable(self) -> bool:
        """True where there is something to review that nobody else has open."""
        return self.writable and self.case is not None and self.case.state is CaseState.OPEN

    @property
    def mine(self) -> bool:
        return self.case is not None and self.case.claimed == self.visitor.user.id

    @property
    def done(self) -> bool:
        return self.case is not None and self.case.state is CaseState.DONE

    @property
    def may_add(self) -> bool:
        """True where there is a sheet on which something can be added."""
        severities = (f.severity for f in self.card.findings) if self.card else iter(())
        return self.writable and not self.done and any(severities)

    @property
    def appeals(self) -> bool:
        """True for the agent whose call it is, where it still counts."""
        agent = self.inspection.recording.call.agent_id
        return self.replaced_by is None and agent is not None and self.visitor.user.agent_id == agent

    @property
    def shows_people(self) -> bool:
        """Who reviewed is no business of those who are judged."""
        return self.visitor.sees_reviewers

    @cached_property
    def last_own(self) -> Decision | None:
        """What an undo takes back: this visitor's latest event that still counts."""
        own = (
            event
            for event in reversed(self.history)
            if event.by == self.visitor.user.id and not event.undone and event.kind is not DecisionKind.UNDO
        )
        return next(own, None)

    @property
    def events(self) -> tuple[Decision, ...]:
        """The history, newest first."""
        return tuple(reversed(self.history))

    def remarks(self, criterion: str) -> tuple[Decision, ...]:
        """What was remarked on a finding without a verdict, and stands; the oldest first."""
        return tuple(
            event
            for event in self.history
            if event.kind is DecisionKind.COMMENT and event.criterion == criterion and not event.undone
        )

    @cached_property
    def awaited(self) -> Mapping[Next, int]:
        """Findings that are open and wait for somebody else, by whom they wait for."""
        open_ = ((e, e.verdict) for e in self.sheet.entries if e.verdict is not None)
        user = self.visitor.user
        return Counter(v.next for e, v in open_ if not v.settled and not e.waits_for(user))

    @property
    def others(self) -> int:
        """How many those are."""
        return sum(self.awaited.values())

    @property
    def undecided(self) -> int:
        """Findings on which this visitor can still speak, as the case counts them."""
        return max(0, self.case.pending - self.others) if self.case else 0

    @property
    def ledger(self) -> Sequence[LedgerEntry]:
        """The account of the score that counts: people's, where they changed anything that can be counted."""
        if self.effective is not None and self.effective.score is not None:
            return self.effective.ledger
        return self.card.ledger if self.card else ()

    def points(self, finding: Finding) -> float:
        """What a finding moves the score by that counts; the machine's where that cannot be said."""
        if self.effective is None or self.effective.score is None:
            return finding.points
        return self.effective.points.get(finding.criterion, 0.0)

    @property
    def reviewed(self) -> bool:
        """True where people have settled what there was to settle, whether or not the score moved."""
        now = self.effective
        spoken = self.done or any(held.settled for held in self.verdicts.values())
        return spoken and now is not None and now.final and now.score is not None

    @property
    def escalations(self) -> tuple[PhraseHit, ...]:
        """What was said that must reach a person the same day."""
        codes = self.card.alerts if self.card else ()
        return tuple(h for h in self.inspection.hits if h.kind is PhraseKind.ESCALATION and h.code in codes)

    @property
    def minutes_left(self) -> int:
        """Until somebody else's claim ends by itself, if they go away."""
        until = self.case.claimed_until if self.case else None
        return 0 if until is None else max(1, round((until - datetime.now(UTC)).total_seconds() / 60))

    @cached_property
    def weak(self) -> tuple[WeakHit, ...]:
        """Forbidden phrases that were found and take no points."""
        weighed = map(self.rarities.weighed, self.inspection.hits)
        return weak_hits(weighed, self.sheet.entries, self.bars)

    def beside(self, criterion: str) -> tuple[WeakHit, ...]:
        """Those that would be proof of this criterion, had they counted."""
        return tuple(one for one in self.weak if one.beside and one.criterion == criterion)

    def entry(self, criterion: str) -> Entry | None:
        return self.sheet.entry(criterion)

    def title(self, criterion: str | None) -> Text:
        """What a criterion or a question is called on this call's sheet."""
        return self._titles.get(criterion or "", criterion or "")

    @cached_property
    def _titles(self) -> Mapping[str, Text]:
        asked: dict[str, Text] = {one.id: one.title for one in self.questions}
        return asked | {f.criterion: sanitise(f.title) for f in self.card.findings} if self.card else asked


def call_twin(view: CallView) -> dict[str, Any]:
    """What the twin of the page has of the call: the records of the exports, and what people made of it."""
    visitor, inspection = view.visitor, view.inspection
    return {
        "call": {**calls.record(inspection, view.case, now=view.effective), "paths": []},
        "findings": list(findings.of_call(inspection, redact_verdicts(view.verdicts, visitor))),
        "appeals": {
            entry.finding.criterion: {"id": entry.appeal.id, "state": entry.appeal.state}
            for entry in view.sheet.entries
            if entry.appeal
        },
        "questions": redact_questions(view.questions, visitor),
        "ledger": view.ledger,
        "effective": view.effective,
        "case": redact_case(view.case, visitor),
        "history": redact_history(view.history, visitor),
        "replaced_by": view.replaced_by,
        "replaces": view.replaces,
        "writable": view.writable,
        "claimable": view.claimable,
    }


def look(store: Store, call_id: str, visitor: Visitor, *, words: bool = True) -> CallView:
    """Read a call. Looking never takes it.

    Raises:
        Missing: no such call.
    """
    found = inspection_seen(visitor, _inspection(store, call_id, words=words))
    if not words and searched(found):
        # words tell where to listen
        found = inspection_seen(visitor, _inspection(store, call_id, words=True))
    decisions, cases, eyes = store.decisions, store.cases, visitor.user.id
    case, merging = cases.case(call_id), store.merges
    verdicts = decisions.verdicts(call_id, eyes=eyes)
    rubric = store.rulebooks.rubric(found.revisions.rubric)
    context = _context(store, found, visitor, rubric)
    history = decisions.history(call_id, eyes=eyes)
    return CallView(
        visitor=visitor,
        inspection=found,
        sheet=sheet(found.scorecard, verdicts, context),
        verdicts=verdicts,
        case=case,
        history=history,
        effective=decisions.effective(call_id),
        replaced_by=merging.replacement(call_id),
        replaces=merging.replaced(call_id),
        bars=context.bars,
        rarities=context.rarities,
        questions=asked_questions(rubric, found, history, verdicts, listen=words),
        words=words,
    )


def _inspection(store: Store, call_id: str, *, words: bool) -> Inspection:
    found = next(store.inspections.all(CallFilter(call_id=call_id), transcripts=words), None)
    found = found or store.merges.last(call_id)
    if found is None:
        raise no_call(call_id)
    return found


def _context(store: Store, inspection: Inspection, visitor: Visitor, rubric: Rubric | None) -> FindingContext:
    """The usual places of what was not found, and the appeals that this visitor may read."""
    appeals = store.appeals.of_call(inspection.recording.call.call_id)
    gate = store.trust.gate(inspection.revisions.rubric)
    return FindingContext(
        usual_places(inspection, rubric),
        {
            one.criterion: one
            for one in sorted(appeals, key=lambda one: one.id)
            if visitor.scope.holds(agent_id=one.standing.agent_id, team=one.standing.team)
        },
        gate,
        rubric.bars if rubric is not None else BARS,
        Rarities(rubric.rarity, gate.learned) if rubric is not None else Rarities(),
        {i.id: title(i.advice, i.advice_en) for i in rubric.items if i.hint} if rubric is not None else {},
    )
