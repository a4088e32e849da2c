"""Everything the call screen shows, read from the store once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from pipeline.domain import (
    Case,
    CaseState,
    Decision,
    DecisionKind,
    FindingVerdict,
    Inspection,
    LedgerEntry,
    PhraseHit,
    PhraseKind,
    Scorecard,
)
from pipeline.errors import no_call
from pipeline.reports.kinds import calls, findings
from pipeline.review.effective import Effective
from pipeline.store import CallFilter, Store
from pipeline.web.access import Permission, Visitor
from pipeline.web.call.places import searched, usual_places
from pipeline.web.call.sheet import Entry, FindingContext, ReviewSheet, sheet
from pipeline.web.redact import redact_case, redact_history, redact_verdicts
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
    def writable(self) -> bool:
        """True where this visitor decides now."""
        return self.reviews and not self.held_by_other and self.card is not None and not self.replaced_by

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

    @property
    def others(self) -> int:
        """Findings that are open and wait for somebody else."""
        open_ = (e for e in self.sheet.entries if e.verdict is not None and not e.verdict.settled)
        return sum(not entry.waits_for(self.visitor.user) for entry in open_)

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

    def entry(self, criterion: str) -> Entry | None:
        return self.sheet.entry(criterion)

    def title(self, criterion: str | None) -> str:
        """What a criterion is called on this call's sheet."""
        return self._titles.get(criterion or "", criterion or "")

    @cached_property
    def _titles(self) -> Mapping[str, str]:
        return {f.criterion: sanitise(f.title) for f in self.card.findings} if self.card else {}


def call_twin(view: CallView) -> dict[str, Any]:
    """What the twin of the page has of the call: the records of the exports, and what people made of it."""
    visitor, inspection = view.visitor, view.inspection
    return {
        "call": {**calls.record(inspection, view.case), "paths": []},
        "findings": list(findings.of_call(inspection, redact_verdicts(view.verdicts, visitor))),
        "appeals": {
            entry.finding.criterion: {"id": entry.appeal.id, "state": entry.appeal.state}
            for entry in view.sheet.entries
            if entry.appeal
        },
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
    found = _inspection(store, call_id, words=words)
    if not words and searched(found):
        found = _inspection(store, call_id, words=True)  # words tell where to listen
    decisions, cases, eyes = store.decisions, store.cases, visitor.user.id
    case, merging = cases.case(call_id), store.merges
    verdicts = decisions.verdicts(call_id, eyes=eyes)
    return CallView(
        visitor=visitor,
        inspection=found,
        sheet=sheet(found.scorecard, verdicts, _context(store, found, visitor)),
        verdicts=verdicts,
        case=case,
        history=decisions.history(call_id, eyes=eyes),
        effective=decisions.effective(call_id),
        replaced_by=merging.replacement(call_id),
        replaces=merging.replaced(call_id),
        words=words,
    )


def _inspection(store: Store, call_id: str, *, words: bool) -> Inspection:
    found = next(store.inspections.all(CallFilter(call_id=call_id), transcripts=words), None)
    found = found or store.merges.last(call_id)
    if found is None:
        raise no_call(call_id)
    return found


def _context(store: Store, inspection: Inspection, visitor: Visitor) -> FindingContext:
    """The usual places of what was not found, and the appeals that this visitor may read."""
    rubric = store.rulebooks.rubric(inspection.revisions.rubric) if searched(inspection) else None
    appeals = store.appeals.of_call(inspection.recording.call.call_id)
    return FindingContext(
        usual_places(inspection, rubric),
        {
            one.criterion: one
            for one in sorted(appeals, key=lambda one: one.id)
            if visitor.scope.holds(agent_id=one.standing.agent_id, team=one.standing.team)
        },
        store.trust.gate(inspection.revisions.rubric),
    )
