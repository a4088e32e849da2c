"""What a changed rubric or lexicon turns over on a call that was judged before."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.domain import Finding, Outcome, Scorecard


@dataclass(frozen=True, slots=True)
class Flip:
    """One criterion whose outcome changed; None on the side where it was not on the sheet."""

    criterion: str
    title: str
    before: Outcome | None
    after: Outcome | None
    reason: str
    """The new finding's reason, or the old one's where the criterion is gone."""

    @property
    def accuses(self) -> bool:
        """A violation that was none before."""
        return self.after is Outcome.FAILED and self.before is not Outcome.FAILED


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
        changed.append(
            Flip(name, shown.title, was.outcome if was else None, now.outcome if now else None, shown.reason)
        )
    return tuple(changed)


def _by_criterion(card: Scorecard | None) -> dict[str, Finding]:
    return {} if card is None else {f.criterion: f for f in card.findings}
