"""What a run has to do: every call of the dump that has no up-to-date inspection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from pipeline.batch.identity import Identified, identify_all
from pipeline.batch.summary import NotRead
from pipeline.batch.work import Job
from pipeline.domain import Recording, Revisions, Status
from pipeline.ingest import Candidate, Discovery
from pipeline.store import Standing, Store, StoredProblem, StoredStanding

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
    problems: list[StoredProblem] = field(default_factory=list)
    left: int = 0
    """Calls beyond the limit (not even looked at)."""


def chosen(discovery: Discovery, *, since: date | None) -> tuple[list[Candidate], list[StoredProblem]]:
    """The candidates a run is about, each call id once, and the problems so far."""
    problems = [StoredProblem(p.kind, p.reason, p.path, p.call_id, p.line) for p in discovery.problems]
    out: dict[str, Candidate] = {}
    for candidate in discovery.candidates:
        call_id, path = candidate.call.call_id, candidate.paths[0]
        if since is not None and _day(candidate) < since:
            continue
        if len(call_id.encode(errors="surrogatepass")) > _LONGEST_CALL_ID_BYTES:
            problems.append(
                StoredProblem("call-list", "the call id is too long; correct the call list", path)
            )
        elif call_id in out:
            reason = f"another recording has the same call id: {out[call_id].paths[0]}"
            problems.append(StoredProblem("duplicate", reason, path, call_id))
        else:
            out[call_id] = candidate
    return list(out.values()), problems


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
        step: called with the number of candidates seen so far; its True ends the planning early.
    """
    plan = Plan(found=len(candidates))
    for start in range(0, len(candidates), _CHUNK):
        full = limit is not None and len(plan.jobs) >= limit
        if step(start) or full:
            plan.left += len(candidates) - start
            break
        identified, problems = identify_all(candidates[start : start + _CHUNK], store)
        plan.problems += problems
        _sort_out(identified, plan, store=store, run_id=run_id, revisions=revisions, retry=retry)
    if limit is not None:
        plan.left += len(plan.jobs[limit:])
        del plan.jobs[limit:]
    return plan


def _sort_out(
    identified: Sequence[Identified],
    plan: Plan,
    *,
    store: Store,
    run_id: int,
    revisions: Revisions,
    retry: bool,
) -> None:
    recordings = [one.recording for one in identified]
    standings = store.standings(recordings, revisions)
    suspects = store.suspects(recordings)
    moved: list[Recording] = []
    for one in identified:
        recording, call_id = one.recording, one.recording.call.call_id
        plan.identified.append(call_id)
        known = standings.get(call_id, StoredStanding(Standing.ABSENT))
        again = retry and known.status in _TRIED_AGAIN
        if known.standing not in (Standing.CURRENT, Standing.KNOWN) or again:
            job = Job(
                recording,
                one.stamps,
                replaces=again or known.standing is Standing.FACTS_CHANGED,
                heard=known.heard and not again,
                suspect=call_id in suspects,
            )
            plan.jobs.append(job)
            continue
        if known.standing is Standing.KNOWN:
            store.choose(call_id, replace(revisions, audio_sha256=recording.sha256), run_id=run_id)
        if known.paths != recording.paths:
            moved.append(recording)
        if known.status is Status.UNREADABLE:
            plan.unreadable.append(NotRead(call_id, recording.paths, known.reason or "", known.reason_code))
        else:
            plan.up_to_date += 1
    if moved:
        store.relocate(moved, run_id=run_id)
