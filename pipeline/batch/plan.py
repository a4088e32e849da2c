"""What a run has to do: every call of the dump that has no up-to-date inspection."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from pipeline.batch.assignment import AssignedRecording, Assignment
from pipeline.batch.identity import Identified, identify_all
from pipeline.batch.summary import NotRead
from pipeline.batch.work import Job
from pipeline.domain import IdSource, Recording, Revisions, Status
from pipeline.ingest import Candidate, Discovery
from pipeline.messages import Message
from pipeline.store import Freshness, Store, StoredFreshness, StoredProblem, WorkItem

_CHUNK = 256
"""Candidates identified between two writes of their digests, and two looks at the stop request."""
_LONGEST_CALL_ID_BYTES = 1000
"""An index key of PostgreSQL holds 2,704."""
_TRIED_AGAIN = (Status.UNREADABLE, Status.PARTIAL)


@dataclass(slots=True)
class Plan:
    """The jobs of a run, and what became of the other calls."""

    found: int = 0
    """Calls of the dump."""
    identified: list[str] = field(default_factory=list)
    """Their call ids, as far as their audio could be read."""
    jobs: list[Job] = field(default_factory=list)
    up_to_date: int = 0
    unreadable: list[NotRead] = field(default_factory=list)
    """Known from an earlier run, unchanged, and not to be tried again."""
    incomplete: list[NotRead] = field(default_factory=list)
    """The same of those of which a part could be read."""
    taken_up: dict[Status, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))
    """Calls that count again as these revisions judged them earlier: nothing is left to do for them."""
    ruled_otherwise: int = 0
    """Of these: stood as other lexicons or another rubric judged them."""
    problems: list[StoredProblem] = field(default_factory=list)
    retried: int = 0
    """Calls that could not be read, or in part only, and are tried again."""
    left: int = 0
    """Calls beyond the limit (not even looked at)."""
    work: dict[str, list[WorkItem]] = field(default_factory=dict)
    """What the list of work said of their sounds before the store was asked what it has of them."""
    renamed: list[tuple[str, str]] = field(default_factory=list)
    """Ids of stored calls before and after, where the call list names them otherwise now."""
    copies: list[tuple[str, str, tuple[Path, ...]]] = field(default_factory=list)
    """Calls that are new, their sound, and where more of their sound lies."""
    channels: list[tuple[str, str, str]] = field(default_factory=list)
    """Calls by id and sound, whose agent is on this channel, as the list says now and did not say before."""


def chosen(discovery: Discovery, *, since: date | None) -> tuple[list[Candidate], list[StoredProblem]]:
    """The candidates a run is about, and the problems so far."""
    problems = [StoredProblem(p.kind, p.reason, p.path, p.call_id, p.line) for p in discovery.problems]
    out: list[Candidate] = []
    for candidate in discovery.candidates:
        call_id, path = candidate.call.call_id, candidate.paths[0]
        if since is not None and _day(candidate) < since:
            continue
        if len(call_id.encode(errors="surrogatepass")) > _LONGEST_CALL_ID_BYTES:
            problems.append(StoredProblem("call-list", Message("call-list.long-call-id"), path))
        else:
            out.append(candidate)
    return out, problems


def _day(candidate: Candidate) -> date:
    """The day of the call by its own clock; where nobody says, the day the file was last written."""
    if candidate.call.started_at is not None:
        return candidate.call.started_at.date()
    try:
        return datetime.fromtimestamp(candidate.paths[0].stat().st_mtime).astimezone().date()
    except OSError:
        return date.max  # let identification report it


def make_plan(
    candidates: Sequence[Candidate],
    *,
    store: Store,
    run_id: int,
    revisions: Revisions,
    retry: bool,
    limit: int | None,
    step: Callable[[int], bool],
) -> Plan:
    """Identify the candidates and compare with the store.

    Args:
        retry: try again all that could not be read, or in part only; else only what somebody asked for.
        step: called with the number of candidates seen so far; its True ends the planning early.
    """
    plan = Plan()

    def read(some: Sequence[Candidate]) -> list[Identified]:
        found, problems = identify_all(some, store)
        plan.problems += problems
        return found

    wanted = store.failures.to_retry()
    assignment = Assignment(store, run_id, candidates, read)
    for start in range(0, len(candidates), _CHUNK):
        full = limit is not None and len(plan.jobs) >= limit
        if step(start) or full:
            plan.left += len(candidates) - start
            break
        assigned = assignment.assign(read(candidates[start : start + _CHUNK]))
        again = [one.recording.call.call_id for one in assigned] if retry else wanted
        _sort_out(assigned, plan, store=store, run_id=run_id, revisions=revisions, retry=frozenset(again))
    assignment.finish()
    plan.problems = list(dict.fromkeys([*plan.problems, *assignment.problems]))
    plan.renamed, plan.copies = assignment.renamed, assignment.copies
    plan.found = len(candidates) - assignment.repeated
    if limit is not None:
        plan.left += len(plan.jobs[limit:])
        del plan.jobs[limit:]
    items = store.work.enter([job.recording for job in plan.jobs], plan.work, run_id=run_id)
    plan.jobs = [replace(job, item=item) for job, item in zip(plan.jobs, items, strict=True)]
    doing = {job.call_id for job in plan.jobs}
    plan.channels = [one for one in plan.channels if one[0] in doing]
    return plan


def _sort_out(
    assigned: Sequence[AssignedRecording],
    plan: Plan,
    *,
    store: Store,
    run_id: int,
    revisions: Revisions,
    retry: Collection[str],
) -> None:
    recordings = [one.recording for one in assigned]
    items = store.work.of_sounds(recordings)  # first: what another run closes after this is current below
    plan.work |= items
    donors = [Recording(one.donor, (), one.recording.sha256) for one in assigned if one.donor is not None]
    standings, lent = (
        store.inspections.freshness(recordings, revisions),
        store.inspections.freshness(donors, revisions),
    )
    for one in assigned:
        recording, call_id = one.recording, one.recording.call.call_id
        plan.identified.append(call_id)
        known = standings.get(call_id, StoredFreshness(Freshness.ABSENT))
        again = call_id in retry and known.status in _TRIED_AGAIN
        plan.retried += again
        if known.freshness is Freshness.FACTS_CHANGED and not known.heard and not again:
            # Nothing was heard, so there is nothing to judge again, and nothing else to listen to.
            if one.key is not None:
                store.identities.state_facts([(one.key, recording.call)], run_id=run_id)
        elif known.freshness not in (Freshness.CURRENT, Freshness.KNOWN) or again:
            there = items.get(recording.sha256, [])
            if one.source is not IdSource.LIST and any(w.leased and w.call_id != call_id for w in there):
                plan.left += 1  # a copy that came while another run is at its sound: known when that is done
                continue
            plan.jobs.append(_job(one, known, lent, again=again, suspect=any(w.suspect for w in there)))
            if known.listed_otherwise is not None:
                plan.channels.append((call_id, recording.sha256, known.listed_otherwise))
            continue
        elif known.freshness is Freshness.KNOWN:
            store.inspections.choose(
                call_id, replace(revisions, audio_sha256=recording.sha256), run_id=run_id
            )
        if known.status is Status.UNREADABLE:
            plan.unreadable.append(NotRead(call_id, recording.paths, known.reason, known.reason_code))
            continue
        if known.status is Status.PARTIAL:
            plan.incomplete.append(NotRead(call_id, recording.paths, known.reason, known.reason_code))
        if known.freshness is Freshness.KNOWN and known.status is not None:
            plan.taken_up[known.status] += 1
            plan.ruled_otherwise += known.ruled_otherwise
        elif known.status is not Status.PARTIAL:
            plan.up_to_date += 1


def _job(
    one: AssignedRecording, known: StoredFreshness, lent: Mapping[str, StoredFreshness], *, again: bool,
    suspect: bool,
) -> Job:  # fmt: skip
    donor = None
    if one.donor is not None and not known.heard:
        there = lent.get(one.donor.call_id)
        donor = one.donor.call_id if there is not None and there.heard else None
    return Job(
        one.recording,
        one.stamps,
        replaces=again or known.freshness is Freshness.FACTS_CHANGED,
        heard=(known.heard or donor is not None) and not again,
        suspect=suspect,
        source=one.source,
        donor=donor,
        key=one.key,
        ruled_otherwise=known.ruled_otherwise,
    )
