#!/usr/bin/env python3
"""Write docs/review-states.md from the table of states; with --check, fail when the page is stale."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # runs from a checkout, installed or not

from pipeline.domain import Next, Outcome, Phase  # noqa: E402
from pipeline.review.states import (  # noqa: E402
    SETTLED,
    TABLE,
    VOTES,
    WORDS,
    Act,
    Cost,
    Effect,
    Says,
    Transition,
    Who,
    cost,
    parts_in,
)
from scripts.pages import write_or_check  # noqa: E402

PAGE = ROOT / "docs" / "review-states.md"

HEAD = """\
# From a finding to a verdict

How a finding goes from "nobody has looked" to a verdict, who may do what on the way, and what it means for
the score. `pipeline/review/states.py` holds the table; the store reads it for the page, the JSON and the
command line alike, and the tests try every line of it.

* **Doubt is a state of its own.** It neither convicts nor acquits: while a finding that costs points is not
  reviewed or open, the score is a range, the call has neither passed nor failed, and it counts as pending.
  The low end counts everything that is not settled as a violation, the high end nothing of it. A finding that
  the machine could not determine, and that nobody spoke about, makes no range and accuses nobody.
* **Who cannot tell has not voted.** The finding goes to another reviewer; when two could not tell, to the
  supervisor.
* **Class A needs two people who agree**, and the second listens without knowing what the first said: verdict,
  comment, history and name are shown to nobody but the first until both are in, on pages, in JSON, in exports
  and in the shell.
* **Two who disagree** wait for the supervisor, whose word ends it. One of the two may give way; a third
  person cannot decide.
* **Any finding that costs points or may yet can be appealed**, in doubt or not. The decision on an appeal is
  final: it is not taken back, and no word from before it either.
* **Nobody reviews a call of their own agent number**, nor accepts, judges or decides an appeal about it. Who
  has such a call open reads it; whatever they would say of it is refused (`own-call`).
* **What may have been said of another recording** settles nothing: a reviewer begins anew.

Written by `scripts/document_review_states.py`: edit the table there.
"""

PHASES = {
    Phase.UNREVIEWED: "Nobody has spoken.",
    Phase.UNHEARD: "One person could not tell.",
    Phase.UNHEARD_TWICE: "Two people could not tell.",
    Phase.SECOND: "One person said what it is; two must agree.",
    Phase.SECOND_AGAIN: "The same, and another person could not tell.",
    Phase.DISPUTED: "Two people said different things.",
    Phase.SOUND: "What was said may have been said of another recording.",
    Phase.SETTLED: "One person said what it is, and one is enough.",
    Phase.AGREED: "Two people said the same.",
    Phase.ENDED: "The supervisor had the last word.",
    Phase.APPEALED: "An appeal was decided.",
}
NEXT = {
    Next.NOBODY: "nobody",
    Next.REVIEWER: "a reviewer",
    Next.ANOTHER: "a reviewer who has not spoken",
    Next.SUPERVISOR: "the supervisor",
}
WHO = {
    Who.FIRST: "whose word stands",
    Who.SECOND: "the other of the two",
    Who.ANOTHER: "another reviewer",
    Who.SUPERVISOR: "supervisor, administrator",
    Who.SHELL: "command line",
    Who.LEAD: "lead",
    Who.AGENT: "agent",
}
ACTS = {
    Act.CONFIRM: "confirm",
    Act.OVERTURN: "overturn",
    Act.UNSURE: "cannot tell",
    Act.ADD: "add a violation",
    Act.UNDO: "undo",
    Act.FINISH: "finish",
    Act.REOPEN: "reopen",
    Act.COMMENT: "comment",
    Act.SWAP: "swap roles",
    Act.FILE: "file an appeal",
    Act.UPHOLD: "appeal upheld",
    Act.REJECT: "appeal rejected",
}
REFUSED = {
    "unheard": "two could not tell; it is the supervisor's",
    "disputed": "two disagree; it is the supervisor's",
    "ended": "the supervisor has decided",
    "appeal-decided": "an appeal was decided; that is final",
    "appeal-nothing": "it costs no points",
    "not-yours": "somebody else's",
    "role": "not their work",
}


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, *_phases(), *_steps()])


def _phases() -> Iterator[str]:
    yield "## States\n"
    yield "| state | review | why open | means | next to speak | score |\n|---|---|---|---|---|---|"
    for phase in Phase:
        cause = phase.cause.value if phase.cause else ""
        cells = [f"`{phase}`", _review(phase), cause, PHASES[phase], NEXT[phase.next], _score(phase)]
        yield f"| {' | '.join(cells)} |"
    yield ""


def _review(phase: Phase) -> str:
    if phase in SETTLED:
        return "`confirmed` or `overturned`"
    return "`unreviewed`" if phase is Phase.UNREVIEWED else "`open`"


def _score(phase: Phase) -> str:
    found = {cost(phase, outcome) for outcome in Outcome}
    if Cost.NONE in found:
        return "range, where the machine accuses"
    return "range" if Cost.RANGE in found else "confirmed counts, overturned does not"


def _steps() -> Iterator[str]:
    yield "## Steps\n"
    yield "Whoever is not named for an act in a state is never in that part then."
    for phase in Phase:
        yield f"\n### `{phase}`\n\n| act | who | then | next to speak |\n|---|---|---|---|"
        for row in TABLE:
            whos = [WHO[who] for who in parts_in(phase) if who in row.whos]
            if phase in row.phases and whos:
                yield f"| {_acts(row)} | {', '.join(whos)} | {_then(row, phase)} |"
    yield ""


def _acts(row: Transition) -> str:
    acts = ", ".join(ACTS[act] for act in row.acts)
    if set(row.acts) == set(VOTES):
        acts = {
            None: "confirm, overturn, add",
            Says.SAME: "say the same as what stands",
            Says.OTHER: "say the opposite",
        }[row.says]
    elif set(row.acts) == set(WORDS):
        acts = "any word on it"
    elif len(row.acts) > 6:
        acts = "anything else"
    marks = {True: " (class A)", False: " (other classes)", None: ""}[row.grave]
    return acts + marks + (f" ({row.stands.value} stands)" if row.stands else "")


def _then(row: Transition, phase: Phase) -> str:
    match row.effect:
        case Effect.MOVES:
            to = row.to or phase
            what = "what is said" if row.said else "what stood"
            return f"`{to}`: {what}" + f" | {NEXT[to.next]}"
        case Effect.STAYS:
            return f"as it was | {NEXT[phase.next]}"
        case Effect.BACK:
            return "what stood before the event | as then"
        case Effect.ASIDE:
            return f"`{Phase.UNREVIEWED}`, until the roles are swapped back | {NEXT[Next.REVIEWER]}"
        case Effect.REFUSED:
            return f"refused: {REFUSED[row.code]} | {NEXT[phase.next]}"


def main() -> int:
    return write_or_check(PAGE, page(), script="scripts/document_review_states.py", about=str(__doc__))


if __name__ == "__main__":
    sys.exit(main())
