"""How a finding goes from "nobody has looked" to a verdict: one table of state, act and role.

Everything that decides reads this table: the fold of events (:mod:`pipeline.review.folding`), the store that
refuses what the table refuses, the page ``docs/review-states.md`` and the tests, which try every row.

The idea in three sentences. Doubt is a state of its own, which neither convicts nor acquits. Who could not
tell has not voted. What costs an agent most needs two people who agree without knowing each other's word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline.domain import FindingVerdict, Outcome, Phase, Verdict


class Act(StrEnum):
    """What somebody does."""

    CONFIRM = "confirm"
    OVERTURN = "overturn"
    UNSURE = "unsure"
    ADD = "add"
    """A violation, or one more place of it: a confirmation that says where."""
    UNDO = "undo"
    FINISH = "finish"
    REOPEN = "reopen"
    COMMENT = "comment"
    SWAP = "swap"
    """Agent and customer are the other way round in the whole call."""
    FILE = "file"
    """An appeal is filed."""
    UPHOLD = "uphold"
    """The appeal is decided: the agent is right."""
    REJECT = "reject"


class Who(StrEnum):
    """In what part somebody acts on this finding."""

    FIRST = "first"
    """Whose word stands (or who alone could not tell)."""
    SECOND = "second"
    """The other of two who spoke."""
    ANOTHER = "another"
    """A reviewer who has not spoken."""
    SUPERVISOR = "supervisor"
    """Or administrator; also one who spoke, where the last word is asked for."""
    SHELL = "shell"
    """The command line, which acts for the supervisor."""
    LEAD = "lead"
    AGENT = "agent"


class Says(StrEnum):
    """How a word stands to the one that stands already."""

    SAME = "same"
    OTHER = "other"


class Effect(StrEnum):
    MOVES = "moves"
    """The finding goes to ``to``."""
    STAYS = "stays"
    BACK = "back"
    """What stood before the event that is taken back stands again."""
    ASIDE = "aside"
    """What was said counts no more (it was about the other party), until the roles are swapped back."""
    REFUSED = "refused"


class Cost(StrEnum):
    """What a violation of a phase does to the score."""

    RANGE = "range"
    """It counts at the low end and not at the high end; the call has neither passed nor failed."""
    NONE = "none"
    """The machine accuses of nothing."""
    AS_SETTLED = "as-settled"
    """Confirmed counts, overturned does not."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of the table; each tuple stands for all combinations of its members."""

    phases: tuple[Phase, ...]
    acts: tuple[Act, ...]
    whos: tuple[Who, ...]
    effect: Effect
    to: Phase | None = None
    said: bool = False
    """The new word stands; else the one that stood."""
    says: Says | None = None
    """None: whatever they say."""
    grave: bool | None = None
    """Only where two people must agree (True), or where one is enough (False)."""
    stands: Verdict | None = None
    """Only where this stands."""
    code: str = ""
    """Of a refusal."""


P, A, W = Phase, Act, Who
VOTES = (A.CONFIRM, A.OVERTURN, A.ADD)
WORDS = (*VOTES, A.UNSURE)
BOSSES = (W.SUPERVISOR, W.SHELL)
FRESH = (W.ANOTHER, *BOSSES)
"""Who can come to a finding that they have said nothing about."""
REVIEWERS = (W.FIRST, W.SECOND, W.ANOTHER)
WORKERS = (*REVIEWERS, *BOSSES)
EVERY = tuple(Phase)
UNSPOKEN = (P.UNREVIEWED, P.SOUND)
"""Nobody's word counts yet."""
DUE = (P.SECOND, P.SECOND_AGAIN)
PAIRS = (P.UNHEARD_TWICE, P.SECOND_AGAIN, P.DISPUTED, P.AGREED)
"""Phases in which two have spoken."""
SETTLED = (P.SETTLED, P.AGREED, P.ENDED, P.APPEALED)
ACCUSING = tuple(phase for phase in Phase if phase not in SETTLED)


def _moves(
    phases: tuple[Phase, ...], acts: tuple[Act, ...], whos: tuple[Who, ...], to: Phase, **more: Any
) -> Transition:
    return Transition(phases, acts, whos, Effect.MOVES, to, **more)


def _said(
    phases: tuple[Phase, ...], acts: tuple[Act, ...], whos: tuple[Who, ...], to: Phase, **more: Any
) -> Transition:
    return Transition(phases, acts, whos, Effect.MOVES, to, said=True, **more)


def _stays(
    phases: tuple[Phase, ...], acts: tuple[Act, ...], whos: tuple[Who, ...], **more: Any
) -> Transition:
    return Transition(phases, acts, whos, Effect.STAYS, **more)


def _refused(
    phases: tuple[Phase, ...], acts: tuple[Act, ...], whos: tuple[Who, ...], code: str, **more: Any
) -> Transition:
    return Transition(phases, acts, whos, Effect.REFUSED, code=code, **more)


SAME, OTHER, UNSURE = Says.SAME, Says.OTHER, (A.UNSURE,)

TABLE: tuple[Transition, ...] = (
    # Nobody has spoken, or only about sound that may be another.
    _said(UNSPOKEN, VOTES, FRESH, P.SETTLED, grave=False),
    _said(UNSPOKEN, VOTES, FRESH, P.SECOND, grave=True),
    _said(UNSPOKEN, UNSURE, FRESH, P.UNHEARD),
    # One could not tell.
    _said((P.UNHEARD,), VOTES, (W.FIRST, *FRESH), P.SETTLED, grave=False),
    _said((P.UNHEARD,), VOTES, (W.FIRST,), P.SECOND, grave=True),
    _said((P.UNHEARD,), VOTES, FRESH, P.SECOND_AGAIN, grave=True),
    _stays((P.UNHEARD,), UNSURE, (W.FIRST,)),
    _moves((P.UNHEARD,), UNSURE, FRESH, P.UNHEARD_TWICE),
    # Two could not tell.
    _refused((P.UNHEARD_TWICE,), WORDS, REVIEWERS, "unheard"),
    _said((P.UNHEARD_TWICE,), VOTES, BOSSES, P.ENDED),
    _stays((P.UNHEARD_TWICE,), UNSURE, BOSSES),
    # A second person is due, and does not know what the first said.
    _stays(DUE, VOTES, (W.FIRST,), says=SAME),
    _said((P.SECOND,), VOTES, (W.FIRST,), P.SECOND, says=OTHER),
    _said((P.SECOND_AGAIN,), VOTES, (W.FIRST,), P.SECOND_AGAIN, says=OTHER),
    _moves((P.SECOND,), UNSURE, (W.FIRST,), P.UNHEARD),
    _moves((P.SECOND_AGAIN,), UNSURE, (W.FIRST,), P.UNHEARD_TWICE),
    _moves(DUE, VOTES, FRESH, P.AGREED, says=SAME),
    _moves((P.SECOND_AGAIN,), VOTES, (W.SECOND,), P.AGREED, says=SAME),
    _moves(DUE, VOTES, (W.ANOTHER,), P.DISPUTED, says=OTHER),
    _moves((P.SECOND_AGAIN,), VOTES, (W.SECOND,), P.DISPUTED, says=OTHER),
    _said(DUE, VOTES, BOSSES, P.ENDED, says=OTHER),
    _moves((P.SECOND,), UNSURE, FRESH, P.SECOND_AGAIN),
    _stays((P.SECOND_AGAIN,), UNSURE, (W.SECOND,)),
    _moves((P.SECOND_AGAIN,), UNSURE, FRESH, P.UNHEARD_TWICE),
    # Two disagree: one of them gives way, or the supervisor ends it. A third person cannot.
    _stays((P.DISPUTED,), VOTES, (W.FIRST,), says=SAME),
    _said((P.DISPUTED,), VOTES, (W.FIRST,), P.AGREED, says=OTHER),
    _moves((P.DISPUTED,), VOTES, (W.SECOND,), P.AGREED, says=SAME),
    _stays((P.DISPUTED,), VOTES, (W.SECOND,), says=OTHER),
    _stays((P.DISPUTED,), UNSURE, (W.FIRST, W.SECOND, *BOSSES)),
    _refused((P.DISPUTED,), WORDS, (W.ANOTHER,), "disputed"),
    _said((P.DISPUTED,), VOTES, BOSSES, P.ENDED),
    # One person settled it.
    _stays((P.SETTLED,), VOTES, (W.FIRST,), says=SAME),
    _said((P.SETTLED,), VOTES, (W.FIRST,), P.SETTLED, says=OTHER, grave=False),
    _said((P.SETTLED,), VOTES, (W.FIRST,), P.SECOND, says=OTHER, grave=True),
    _moves((P.SETTLED,), UNSURE, (W.FIRST,), P.UNHEARD),
    _moves((P.SETTLED,), VOTES, FRESH, P.AGREED, says=SAME),
    _moves((P.SETTLED,), VOTES, (W.ANOTHER,), P.DISPUTED, says=OTHER),
    _said((P.SETTLED,), VOTES, BOSSES, P.ENDED, says=OTHER),
    _stays((P.SETTLED,), UNSURE, FRESH),
    # Two agreed.
    _stays((P.AGREED,), VOTES, WORKERS, says=SAME),
    _moves((P.AGREED,), VOTES, REVIEWERS, P.DISPUTED, says=OTHER),
    _said((P.AGREED,), VOTES, BOSSES, P.ENDED, says=OTHER),
    _moves((P.AGREED,), UNSURE, (W.FIRST, W.SECOND), P.SETTLED, grave=False),
    _moves((P.AGREED,), UNSURE, (W.FIRST, W.SECOND), P.SECOND_AGAIN, grave=True),
    _stays((P.AGREED,), UNSURE, FRESH),
    # The supervisor had the last word; a supervisor may say otherwise later.
    _stays((P.ENDED,), VOTES, (W.FIRST, *FRESH), says=SAME),
    _said((P.ENDED,), VOTES, (W.FIRST, *BOSSES), P.ENDED, says=OTHER),
    _refused((P.ENDED,), VOTES, (W.ANOTHER,), "ended", says=OTHER),
    _stays((P.ENDED,), UNSURE, (W.FIRST, *FRESH)),
    # An appeal was decided.
    _refused((P.APPEALED,), WORDS, WORKERS, "appeal-decided"),
    # Appeals: whatever costs points or may cost some can be appealed, doubt or not.
    _stays(ACCUSING, (A.FILE,), (W.AGENT, *BOSSES)),
    _stays((P.SETTLED, P.AGREED, P.ENDED), (A.FILE,), (W.AGENT, *BOSSES), stands=Verdict.CONFIRMED),
    _refused(
        (P.SETTLED, P.AGREED, P.ENDED),
        (A.FILE,),
        (W.AGENT, *BOSSES),
        "appeal-nothing",
        stands=Verdict.OVERTURNED,
    ),
    _refused((P.APPEALED,), (A.FILE,), (W.AGENT, *BOSSES), "appeal-decided"),
    _said((*ACCUSING, P.SETTLED, P.AGREED, P.ENDED), (A.UPHOLD, A.REJECT), BOSSES, P.APPEALED),
    _refused((P.APPEALED,), (A.UPHOLD, A.REJECT), BOSSES, "appeal-decided"),
    # Of the whole call: none of these is a word on a finding.
    _stays(EVERY, (A.COMMENT, A.FINISH, A.REOPEN), WORKERS),
    Transition(EVERY, (A.SWAP,), WORKERS, Effect.ASIDE),
    # Everybody takes back their own, a supervisor anybody's; a decision on an appeal is final.
    Transition(tuple(p for p in Phase if p is not P.APPEALED), (A.UNDO,), (W.FIRST, *BOSSES), Effect.BACK),
    _refused(tuple(p for p in Phase if p is not P.APPEALED), (A.UNDO,), (W.SECOND, W.ANOTHER), "not-yours"),
    _refused((P.APPEALED,), (A.UNDO,), WORKERS, "appeal-decided"),
    # At the door: not their work.
    _refused(EVERY, tuple(a for a in Act if a is not A.FILE), (W.AGENT, W.LEAD), "role"),
    _refused(EVERY, (A.FILE,), (W.LEAD, *REVIEWERS), "role"),
    _refused(EVERY, (A.UPHOLD, A.REJECT), REVIEWERS, "role"),
)


def transition(
    phase: Phase, act: Act, who: Who, *, grave: bool = False, stands: Verdict | None = None
) -> Transition:
    """The line that holds. ``stands``: the word that stands, where one does.

    Raises:
        KeyError: nobody can be in that part in this phase.
    """
    found = next(matching(phase, act, who, grave=grave, stands=stands), None)
    if found is None:
        raise KeyError((phase, act, who))
    return found


def matching(
    phase: Phase, act: Act, who: Who, *, grave: bool, stands: Verdict | None
) -> Iterator[Transition]:
    """All lines that fit; the tests see to it that there is never more than one."""
    says = _says(act, stands)
    for one in TABLE:
        if phase in one.phases and act in one.acts and who in one.whos:
            fits = (one.grave in (None, grave), one.stands in (None, stands), one.says in (None, says))
            if all(fits):
                yield one


def _says(act: Act, stands: Verdict | None) -> Says | None:
    if act not in VOTES or stands is None:
        return None
    return Says.SAME if word(act) is stands else Says.OTHER


def word(act: Act) -> Verdict:
    """The verdict that an act is."""
    if act is Act.UNSURE:
        return Verdict.UNSURE
    return Verdict.OVERTURNED if act in (Act.OVERTURN, Act.UPHOLD) else Verdict.CONFIRMED


def act_of(verdict: Verdict) -> Act:
    acts = {Verdict.CONFIRMED: Act.CONFIRM, Verdict.OVERTURNED: Act.OVERTURN, Verdict.UNSURE: Act.UNSURE}
    return acts[verdict]


def parts_in(phase: Phase) -> tuple[Who, ...]:
    """The parts in which somebody can act on a finding of this phase."""
    first = () if phase in UNSPOKEN else (Who.FIRST,)
    second = (Who.SECOND,) if phase in PAIRS else ()
    return (*first, *second, Who.ANOTHER, Who.SUPERVISOR, Who.SHELL, Who.LEAD, Who.AGENT)


def part(before: FindingVerdict | None, act: Act, by: int | None, *, last_word: bool) -> Who:
    """In what part a reviewer, a supervisor or the command line acts.

    A supervisor who has spoken like a reviewer is one of the two; where a dispute or a doubt waits for the
    last word, they have it.
    """
    boss = (Who.SHELL if by is None else Who.SUPERVISOR) if last_word else None
    if before is None or before.phase in UNSPOKEN:
        return boss or Who.ANOTHER
    if boss and before.phase in (Phase.DISPUTED, Phase.UNHEARD_TWICE):
        return boss
    if by == before.by:
        return Who.FIRST
    if boss and act is not Act.UNSURE:
        return boss
    if before.phase in PAIRS and by == before.second:
        return Who.SECOND
    return boss or Who.ANOTHER


def cost(phase: Phase, outcome: Outcome) -> Cost:
    """What a finding of this phase does to the score; ``outcome``: what the machine says."""
    if phase in SETTLED:
        return Cost.AS_SETTLED
    if phase is Phase.UNREVIEWED and outcome is not Outcome.FAILED:
        return Cost.NONE
    return Cost.RANGE
