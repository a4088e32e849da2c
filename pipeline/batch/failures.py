"""What a run could not inspect: which of it people have accepted, and what is kept for the run's report."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from pipeline.batch.summary import NotRead, RunSummary
from pipeline.domain import Status
from pipeline.store import Store
from pipeline.store.repositories.failures import LEFT_OUT, Accepted, RunFailure


def set_apart(summary: RunSummary, store: Store) -> RunSummary:
    """The summary, in which nothing that was accepted ends the run with status 1; it is named still."""
    accepted = store.failures.accepted()
    if not (accepted.calls or accepted.stamps):
        return summary
    those = [one for one in (*summary.unreadable, *summary.incomplete) if one.call_id in accepted.calls]
    files = [one for one in summary.problems if one.kind in LEFT_OUT and accepted.lets_be(one.path)]
    return replace(
        summary,
        unreadable=_others(summary.unreadable, accepted),
        incomplete=_others(summary.incomplete, accepted),
        problems=tuple(one for one in summary.problems if one not in files),
        accepted=(*those, *(NotRead(str(p.path), (p.path,) if p.path else (), p.reason) for p in files)),
    )


def _others(items: Sequence[NotRead], accepted: Accepted) -> tuple[NotRead, ...]:
    return tuple(one for one in items if one.call_id not in accepted.calls)


def kept(before: RunSummary, after: RunSummary, tried: Collection[str]) -> Iterator[RunFailure]:
    """What the run left uninspected, one by one.

    Args:
        before: the summary with everything in it. ``after``: without what was accepted.
        tried: ids of the calls that this run listened to.
    """
    open_ = {one.call_id for one in (*after.unreadable, *after.incomplete)}
    for status, items in ((Status.UNREADABLE, before.unreadable), (Status.PARTIAL, before.incomplete)):
        for one in items:
            path = one.paths[0] if one.paths else None
            accepted = one.call_id not in open_
            yield RunFailure(
                one.call_id, path, status.value, one.reason, one.reason_code, accepted, one.call_id in tried
            )
    for problem in before.problems:
        if problem.kind in LEFT_OUT:
            accepted = problem not in after.problems
            yield RunFailure(
                problem.call_id, problem.path, problem.kind, problem.reason, None, accepted, tried=True
            )
