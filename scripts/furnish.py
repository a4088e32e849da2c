"""Put what people say into a store of inspected calls, so that every screen has something to show.

The pictures of the documentation and the tests of screens use it; nothing in it is random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count

from pipeline.domain import Finding, Inspection, Outcome, Role, Span, User, UserRole, Verdict
from pipeline.review.alert_rules import NewStep
from pipeline.review.alerts import AlertStep, Analysis, Liability
from pipeline.review.appeals import Opinion
from pipeline.review.calibration import ScoreEntry
from pipeline.review.sampling import SampleRule, Which
from pipeline.store import CallFilter, Store

Say = Callable[[str], str]
"""What kind of text ("comment", "reason", "title", "note", "name", "to", "cause", ...) -> a text."""


@dataclass(frozen=True)
class Furnished:
    """Who is there, and where there is something to see."""

    people: Mapping[str, User]
    call: str
    """Reviewed in part: a verdict of each kind, a comment, an addition."""
    finding: str
    """A criterion that failed on it, for an appeal."""
    appeal: int
    sample: int
    calibration: int
    closed: int
    agent: str


def furnish(store: Store, *, say: Say, password: str, on: date, call: str | None = None) -> Furnished:
    """People, verdicts, an appeal that is decided and one that waits, a sample, two calibrations, notes.

    Args:
        password: argon2id string of everybody's password.
        on: a day on which the calls of the store were taken.
        call: the one to review; the first with three violations where it is not said.

    Raises:
        LookupError: the store has no call with three violations, or no other with one.
    """
    failing = [each for each in store.inspections.all(CallFilter()) if failed(each)]
    chosen = next(each for each in failing if call in (None, id_of(each)) and len(failed(each)) > 2)
    other = next(each for each in failing if each is not chosen and each.recording.call.agent_id)
    people = everybody(store, chosen, other, say=say, password=password)
    names = requests()
    review(store, chosen, people, say=say, names=names)
    appeal = appeals(store, chosen, other, people, say=say, names=names)
    alerts(store, people, say=say, names=names)
    rule = SampleRule(date_from=on, date_to=on, count=1, which=Which.ALL)
    sample = store.samples.announce(
        say("title"), rule, seed="2026-11", by=people["chief"].id, request=next(names)
    )
    store.samples.draw(sample.id)
    for place, drawn in enumerate(store.samples.calls(sample.id)[:4]):
        added = sum(each.added for each in store.decisions.verdicts(drawn.call.call_id).values())
        store.samples.hear(sample.id, drawn.call.call_id, misses=added + (place == 2), by=people["rev1"].id)
    running, closed = (calibrate(store, failing[:4], people, say=say, request=next(names)) for _ in range(2))
    store.calibrations.close(closed)
    first = failed(chosen)[0]
    owner = chosen.recording.call.agent_id or ""
    store.coaching.write(
        owner, say("note"), by=people["lead"].id, request=next(names), call_id=id_of(chosen),
        criterion=first.criterion, starts=first.evidence[0].span.start if first.evidence else None,
    )  # fmt: skip
    store.coaching.nominate(id_of(other), title=say("title"), note=say("note"), by=people["lead"].id)
    store.coaching.approve(id_of(other), by=people["chief"].id)
    store.queue.save_filter(people["rev1"].id, say("name"), "severity=A&severity=B")
    return Furnished(people, id_of(chosen), first.criterion, appeal, sample.id, running, closed, owner)


def everybody(
    store: Store, chosen: Inspection, other: Inspection, *, say: Say, password: str
) -> dict[str, User]:
    """One of each role; agents and lead are those of the calls."""
    one, two = chosen.recording.call, other.recording.call

    def add(name: str, role: UserRole, *, team: str | None = None, agent_id: str | None = None) -> User:
        return store.accounts.add(
            name, display_name=say("name"), role=role, team=team, agent_id=agent_id, password=password
        )

    return {
        "admin": add("admin", UserRole.ADMINISTRATOR),
        "chief": add("chief", UserRole.SUPERVISOR),
        "lead": add("lead", UserRole.LEAD, team=one.team),
        "lead2": add("lead2", UserRole.LEAD, team=two.team),
        "rev1": add("rev1", UserRole.REVIEWER),
        "rev2": add("rev2", UserRole.REVIEWER),
        "agent": add("agent", UserRole.AGENT, team=one.team, agent_id=one.agent_id),
        "agent2": add("agent2", UserRole.AGENT, team=two.team, agent_id=two.agent_id),
    }


def review(
    store: Store, chosen: Inspection, people: Mapping[str, User], *, say: Say, names: Iterator[str]
) -> None:
    """A verdict of each kind, one taken back, a remark, and a violation that the machine missed."""
    decisions, call_id, by = store.decisions, id_of(chosen), people["rev1"].id
    for finding, verdict in zip(failed(chosen)[1:], (Verdict.OVERTURNED, Verdict.UNSURE), strict=False):
        decisions.decide(
            call_id, finding.criterion, verdict, by=by, request=next(names), seen=0, comment=say("comment")
        )
    decisions.undo(decisions.history(call_id)[-1].id, by=by, request=next(names))
    decisions.comment(call_id, say("comment"), by=by, request=next(names))
    passed = [each for each in findings(chosen) if each.outcome is Outcome.PASSED and each.severity]
    if passed:
        decisions.add(
            call_id, passed[0].criterion, Span(1.0, 2.0), Role.AGENT, say("quote"), by=by,
            request=next(names), comment=say("comment"),
        )  # fmt: skip


def appeals(
    store: Store, chosen: Inspection, other: Inspection, people: Mapping[str, User], *, say: Say,
    names: Iterator[str],
) -> int:  # fmt: skip
    """One that was decided; the number of one that waits for the panel."""
    appeals = store.appeals
    done = appeals.file(
        id_of(other), failed(other)[0].criterion, say("reason"), by=people["agent2"], request=next(names),
        late=True,
    )  # fmt: skip
    appeals.accept(done.id, by=people["lead2"], request=next(names), comment=say("comment"))
    for name in ("lead2", "rev2", "chief"):
        appeals.opine(done.id, Opinion.UPHOLD, by=people[name], request=next(names), comment=say("comment"))
    appeals.decide(done.id, Opinion.UPHOLD, by=people["chief"], request=next(names), comment=say("reason"))
    waits = appeals.file(
        id_of(chosen), failed(chosen)[0].criterion, say("reason"), by=people["agent"], request=next(names),
        late=True,
    )  # fmt: skip
    appeals.accept(waits.id, by=people["lead"], request=next(names), comment=say("comment"))
    appeals.opine(waits.id, Opinion.REJECT, by=people["lead"], request=next(names), comment=say("comment"))
    return waits.id


def alerts(store: Store, people: Mapping[str, User], *, say: Say, names: Iterator[str]) -> None:
    """Some of the threats are dealt with: one closed, one reported, one taken, as many as there are."""
    report = NewStep(AlertStep.REPORT, reported_to=say("to"))
    blame = NewStep(AlertStep.LIABILITY, liability=Liability.LIGHT)
    why = NewStep(AlertStep.ANALYSE, analysis=Analysis(say("cause"), say("handling"), say("prevention")))
    end = NewStep(AlertStep.CLOSE, say("end"))
    ways = ((report, blame, why, end), (report,), (NewStep(AlertStep.TAKE),))
    common = [one for one in store.alerts.every() if not one.first]
    for found, way in zip(common, ways, strict=False):
        for step in way:
            by = people["chief" if step.kind is AlertStep.LIABILITY else "rev1"]
            store.alerts.step(found.id, step, by=by, request=next(names))


def calibrate(
    store: Store, scored: list[Inspection], people: Mapping[str, User], *, say: Say, request: str
) -> int:
    """Three people score the same calls; each differs from the machine somewhere."""
    calibrations = store.calibrations
    who = [people[name].id for name in ("rev1", "rev2", "lead", "chief")]
    opened = calibrations.open(
        say("title"), call_ids=[id_of(each) for each in scored], scorers=who, expert=people["chief"].id,
        by=people["chief"].id, request=request,
    )  # fmt: skip
    for each in scored:
        for place, user in enumerate([*who[:2], who[3]]):
            said = {}
            for number, finding in enumerate(findings(each)):
                said[finding.criterion] = ScoreEntry(
                    finding.outcome
                )  # a call is sealed until its sheet is whole
                if finding.outcome in (Outcome.PASSED, Outcome.FAILED) and finding.severity:
                    differs = (number + 5 * place) % 17 == 0
                    turned = Outcome.PASSED if finding.outcome is Outcome.FAILED else Outcome.FAILED
                    if differs:
                        said[finding.criterion] = ScoreEntry(turned, say("comment"))
            calibrations.score(opened.id, id_of(each), said, user=user)
    return opened.id


def requests() -> Iterator[str]:
    return (f"furnished-{number}" for number in count(1))


def id_of(inspection: Inspection) -> str:
    return inspection.recording.call.call_id


def findings(inspection: Inspection) -> tuple[Finding, ...]:
    return inspection.scorecard.findings if inspection.scorecard else ()


def failed(inspection: Inspection) -> list[Finding]:
    return [each for each in findings(inspection) if each.outcome is Outcome.FAILED and each.severity]
