"""What a changed rubric or lexicon turns over on a call that was judged before."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.domain import Evidence, Finding, Outcome, Scorecard, Severity
from pipeline.messages import Message


@dataclass(frozen=True, slots=True)
class Flip:
    """One criterion whose outcome changed; None on the side where it was not on the sheet."""

    criterion: str
    title: str
    before: Outcome | None
    after: Outcome | None
    reason: Message | None
    """The new finding's reason, or the old one's where the criterion is gone."""
    severity: Severity | None = None
    evidence: tuple[Evidence, ...] = ()
    """Where to listen: what proves the violation, new or withdrawn; else the newer finding's proof."""

    @property
    def accuses(self) -> bool:
        """A violation that was none before."""
        return self.after is Outcome.FAILED and self.before is not Outcome.FAILED

    @property
    def clears(self) -> bool:
        """A violation that is none any more."""
        return self.before is Outcome.FAILED and self.after is not Outcome.FAILED


def flips(before: Scorecard | None, after: Scorecard | None) -> tuple[Flip, ...]:
    """Every criterion whose outcome differs between two scorecards, in the order of the newer sheet.

    A card without findings (not applicable) counts as having no outcomes.
    """
    old = _by_criterion(before)
    new = _by_criterion(after)
    changed = []
    for name in dict.fromkeys((*new, *old)):
        was, now = old.get(name), new.get(name)
        if (was and was.outcome) is (now and now.outcome):
            continue
        shown = now or was
        assert shown is not None
        withdrawn = was is not None and was.outcome is Outcome.FAILED
        changed.append(
            Flip(
                criterion=name,
                title=shown.title,
                before=was.outcome if was else None,
                after=now.outcome if now else None,
                reason=shown.reason,
                severity=shown.severity,
                evidence=was.evidence if was and withdrawn else shown.evidence,
            )
        )
    return tuple(changed)


def _by_criterion(card: Scorecard | None) -> dict[str, Finding]:
    return {} if card is None else {f.criterion: f for f in card.findings}
