"""Random people do random things to random findings: doubt stays doubt, and everything can be taken back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain import (
    Decision,
    DecisionKind,
    FindingVerdict,
    Outcome,
    Phase,
    ReviewState,
    Role,
    Scorecard,
    Severity,
    Span,
    Verdict,
)
from pipeline.review import blind
from pipeline.review.effective import Effective, effective
from pipeline.review.folding import accused, verdicts
from pipeline.review.priority import Weighed, workload
from tests.examples import examples
from tests.property.test_effective_score import RUBRIC, cards

AT = datetime(2026, 11, 22, tzinfo=UTC)
PEOPLE = ("ann", "bob", "cat", "boss")
BOSS = PEOPLE.index("boss")


@dataclass
class History:
    """Events of one call, written as the store writes them."""

    card: Scorecard
    events: list[Decision] = field(default_factory=list)

    def say(self, criterion: str, by: int, verdict: Verdict, *, add: bool = False) -> None:
        found = next(f for f in self.card.findings if f.criterion == criterion)
        self.events.append(
            Decision(
                id=len(self.events) + 1,
                call_id="c",
                kind=DecisionKind.ADDITION if add else DecisionKind.VERDICT,
                by=by,
                at=AT,
                request=str(len(self.events)),
                criterion=criterion,
                verdict=Verdict.CONFIRMED if add else verdict,
                outcome=found.outcome,
                span=Span(1, 2) if add else None,
                role=Role.AGENT,
                quote="喂",
                details={"final": by == BOSS, "grave": found.severity is Severity.A},
            )
        )

    def undo(self, event: int) -> None:
        """Take an event back that still counts."""
        number = len(self.events) + 1
        self.events.append(
            replace(
                self.events[event - 1],
                id=number,
                kind=DecisionKind.UNDO,
                undoes=event,
                request=str(number),
                verdict=None,
            )
        )

    @property
    def verdicts(self) -> dict[str, FindingVerdict]:
        return verdicts(self.events)

    @property
    def score(self) -> Effective:
        return effective(self.card, self.verdicts, RUBRIC)


steps = st.lists(
    st.tuples(
        st.integers(0, len(PEOPLE) - 1),
        st.integers(0, 10**6),
        st.sampled_from([*Verdict, "add"]),
        st.booleans(),
    ),
    max_size=14,
)


def accusable(card: Scorecard) -> list[str]:
    """What people can speak about: what the machine accuses of or doubts, and a few that passed."""
    doubted = [f for f in card.findings if f.severity is not None]
    order = {Outcome.FAILED: 0, Outcome.UNDETERMINED: 1}
    return [f.criterion for f in sorted(doubted, key=lambda f: (order.get(f.outcome, 2), f.severity or ""))][
        :5
    ]


@settings(max_examples=examples(150))
@given(cards(), steps)
def test_whatever_people_do(card: Scorecard, done: list[tuple[int, int, Verdict | str, bool]]) -> None:
    if card.score is None:
        return
    call, names = History(card), accusable(card)
    outcomes = {f.criterion: f.outcome for f in card.findings}
    undone: set[int] = set()
    for by, where, what, back in done:
        before = call.score
        verdicts_before = call.verdicts
        own = [e.id for e in call.events if e.by == by and e.kind is not DecisionKind.UNDO]
        left = [number for number in own if number not in undone]
        if back and left:
            call.undo(left[-1])
            undone.add(left[-1])
        else:
            name = names[where % len(names)]
            add = what == "add" or outcomes[name] not in (Outcome.FAILED, Outcome.UNDETERMINED)
            call.say(name, by, Verdict.CONFIRMED if what == "add" else Verdict(what), add=add)
            _one_way(call, name, outcomes[name], verdicts_before.get(name), before)
        _holds(call, outcomes)
    for event in reversed([e for e in call.events if e.kind is not DecisionKind.UNDO and e.id not in undone]):
        call.undo(event.id)
    assert call.verdicts == {}
    assert call.score == effective(card, {}, RUBRIC), "undoing everything gives the machine's state back"


def _holds(call: History, outcomes: dict[str, Outcome]) -> None:
    found, said = call.score, call.verdicts
    assert found.low is not None
    assert found.high is not None
    assert found.score is not None
    assert found.low <= found.score <= found.high
    assert found.final or found.passed is None
    unsettled = {
        f.criterion
        for f in call.card.findings
        if (
            said[f.criterion].state is ReviewState.OPEN
            if f.criterion in said
            else f.outcome is Outcome.FAILED
        )
    }
    assert found.final == (not unsettled), "final if and only if nothing that costs is open or not reviewed"
    if found.final:
        assert found.low == found.score == found.high
    for name, one in said.items():
        if one.state is ReviewState.OPEN:
            assert accused(outcomes[name], one), "and it can be appealed"
        for eyes in (None, *range(len(PEOPLE))):
            seen = blind.seen(one, eyes)
            assert (seen.state, seen.cause, seen.next) == (one.state, one.cause, one.next)
            if blind.hides(one):
                assert all(voice.by == eyes for voice in seen.voices)
                assert seen.by in (None, eyes)
    weighed = [
        Weighed(f.outcome, f.severity, f.fatal, None, said.get(f.criterion)) for f in call.card.findings
    ]
    queue = workload(weighed, alerts=False, day="2026-11-22")
    assert queue.pending >= len(unsettled), "whatever is pending stays in somebody's queue"


def _one_way(
    call: History, name: str, outcome: Outcome, before: FindingVerdict | None, score: Effective
) -> None:
    """One settled word moves the score one way only."""
    after = call.verdicts[name]
    now = call.score
    assert now.score is not None
    assert score.score is not None
    fresh = before is None or before.state is ReviewState.OPEN
    if fresh and after.state is ReviewState.OVERTURNED:
        assert now.score >= score.score, "overturning never lowers"
    if fresh and after.state is ReviewState.CONFIRMED and outcome is not Outcome.FAILED:
        assert now.score <= score.score, "confirming a doubt never raises"
    if after.state is ReviewState.OPEN and fresh:
        assert now.score == score.score, "doubt neither convicts nor acquits"


@settings(max_examples=examples(100))
@given(cards(), st.lists(st.sampled_from(Verdict), min_size=2, max_size=6), st.randoms())
def test_the_order_of_two_people_on_different_findings_does_not_matter(
    card: Scorecard, words: list[Verdict], chance: object
) -> None:
    names = accusable(card)
    if card.score is None or len(names) < 2:
        return
    shuffle = getattr(chance, "shuffle")  # noqa: B009 - Hypothesis calls it random.Random
    acts = [(names[n % 2], n % 2, word) for n, word in enumerate(words)]
    mixed = list(range(len(acts)))
    shuffle(mixed)
    # each person's own acts stay in order; those of the two are mixed anew
    ours = {who: [act for act in acts if act[1] == who] for who in (0, 1)}
    again = [ours[acts[at][1]].pop(0) for at in mixed]
    results = []
    for order in (acts, again):
        call = History(card)
        for name, by, word in order:
            outcome = next(f.outcome for f in card.findings if f.criterion == name)
            call.say(name, by, word, add=outcome not in (Outcome.FAILED, Outcome.UNDETERMINED))
        score = call.score
        results.append(
            (
                {name: (one.phase, one.verdict, one.by) for name, one in call.verdicts.items()},
                (score.low, score.score, score.high, score.final, score.passed),
            )
        )
    assert results[0] == results[1]


def test_every_phase_is_reached() -> None:
    """The steps above come everywhere, but where only a migration or an appeal leads."""
    reached: set[Phase] = set()

    @settings(max_examples=300, deadline=None, database=None)
    @given(cards(), steps)
    def play(card: Scorecard, done: list[tuple[int, int, Verdict | str, bool]]) -> None:
        if card.score is None:
            return
        call, names = History(card), accusable(card)
        for by, where, what, _ in done:
            name = names[where % 2]
            call.say(name, by, Verdict.CONFIRMED if what == "add" else Verdict(what), add=what == "add")
            reached.update(one.phase for one in call.verdicts.values())

    play()
    assert reached >= set(Phase) - {Phase.UNREVIEWED, Phase.SOUND, Phase.APPEALED}
