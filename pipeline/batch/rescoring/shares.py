"""Shares of the stored calls, judged again here or by worker processes that read the store themselves.

Only rows that are ready to be written and what changed come back: no transcript ever travels.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.batch.faults import FAULT, FaultKind, fault_of
from pipeline.batch.lifeline import die_with_parent
from pipeline.batch.machine import worker_environment
from pipeline.batch.rescoring.changes import CallChange, compare
from pipeline.batch.rescoring.rematching import Rematcher
from pipeline.domain import How, Inspection, PhraseHit
from pipeline.errors import CallinspectError
from pipeline.inspection.judging import rejudge
from pipeline.inspection.tools import Rules, read_rules
from pipeline.messages import Message
from pipeline.phrases.matcher import LazyMatcher
from pipeline.settings import Settings
from pipeline.store import Judgement, Store, StoredProblem, judgement, open_store

SHARE = 50
"""Calls per share, and per transaction: about a second of work at most."""
_WORTH_A_PROCESS = 300
"""Calls that take longer than it takes a process to start and to compile the lexicons."""
_AHEAD = 2
"""Shares in hand per worker: the one in work, and the next, so that it never waits."""


class RuleRevisions(NamedTuple):
    lexicons: str
    rubric: str


@dataclass(frozen=True, slots=True)
class Share:
    """Some calls judged again; the first two lists run in parallel."""

    judgements: list[Judgement]
    """Empty where nothing is to be written."""
    changes: list[CallChange]
    failed: list[StoredProblem]
    """Calls that the program failed on: they keep the judgement they have."""


def judge_share(
    store: Store,
    rules: Rules,
    rematcher: Rematcher,
    keys: Sequence[int],
    *,
    wanted: RuleRevisions,
    write: bool,
) -> Share:
    """Judge these stored inspections again.

    Raises:
        CallinspectError: the rules are not those wanted: their files changed after the run began.
    """
    if (rules.lexicons, rules.rubric.revision) != wanted:
        raise CallinspectError(
            "the lexicons or the rubric were edited while calls were being judged; run the same command again"
        )
    share = Share([], [], [])
    found = dict(store.heard(keys))
    stale = [key for key, before in found.items() if rematcher.outdated(before)]
    confirmed = store.confirmed(stale)
    known = [_knowing(before, confirmed.get(key, ())) for key, before in found.items()]
    try:
        current = rematcher.brought_up(known)
    except Exception as error:
        if not _own(error):
            raise
        current = known  # together they cannot be searched: each is, and who is to blame comes out below
    for (key, before), one in zip(found.items(), current, strict=True):
        try:
            after = rejudge(one, rules)
            change, made = compare(before, after), [judgement(key, after)] if write else []
        except Exception as error:
            if not _own(error):
                raise
            problem = Message("batch.fault", detail=fault_of(error).line)
            call_id, paths = before.recording.call.call_id, before.recording.paths
            share.failed.append(StoredProblem(FAULT, problem, paths[0], call_id))
            continue
        share.changes.append(change)
        share.judgements.extend(made)
    return share


def _own(error: Exception) -> bool:
    """Whether our code failed on one call: that is no reason to leave the others."""
    return not isinstance(error, CallinspectError) and fault_of(error).kind is FaultKind.OWN


def _knowing(inspection: Inspection, confirmed: Sequence[PhraseHit]) -> Inspection:
    """The inspection with what the sound confirmed for an earlier revision too: a hit that other lexicons hid
    behind a written one must come back with them."""
    hits = inspection.hits
    own = [h for h in hits if h.how is How.CONFIRMED]
    for hit in confirmed:
        if not any(h.code == hit.code and h.role is hit.role and h.span & hit.span for h in own):
            own.append(hit)
            hits = (*hits, hit)
    return replace(inspection, hits=hits) if hits is not inspection.hits else inspection


def _rules(settings: Settings) -> Rules:
    lexicons, rubric = read_rules(settings)
    return Rules(LazyMatcher(lexicons), rubric)


def judged(
    keys: Sequence[int],
    *,
    store: Store,
    settings: Settings,
    wanted: RuleRevisions,
    workers: int,
    write: bool,
) -> Generator[Share, None, None]:
    """All keys in shares, in their order, by as many processes as pay.

    Raises:
        LexiconError, RubricError: with file, line and remedy.
        CallinspectError: a worker process died.
    """
    shares = [keys[start : start + SHARE] for start in range(0, len(keys), SHARE)]
    workers = min(workers, -(-len(keys) // _WORTH_A_PROCESS))
    if workers <= 1:
        rules = _rules(settings)
        rematcher = Rematcher(rules, store.rulebooks.book)
        for share in shares:
            yield judge_share(store, rules, rematcher, share, wanted=wanted, write=write)
        return
    yield from _by_processes(shares, settings=settings, wanted=wanted, workers=workers, write=write)


def _by_processes(
    shares: Sequence[Sequence[int]],
    *,
    settings: Settings,
    wanted: RuleRevisions,
    workers: int,
    write: bool,
) -> Generator[Share, None, None]:
    # Spawned: forked children would share our database connections and threads' locks.
    pool = ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start, initargs=(settings,)
    )
    try:
        with worker_environment():
            waiting = deque(shares)
            running: deque[Future[Share]] = deque()
            while waiting or running:
                while waiting and len(running) < workers * (_AHEAD + 1):
                    running.append(pool.submit(_judge, waiting.popleft(), wanted, write))
                yield running.popleft().result()
    except BrokenProcessPool as error:
        raise CallinspectError(
            "a worker process died while it judged stored calls, perhaps for lack of memory; what was "
            "judged so far is stored: run the same command again, if need be with --workers 1"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


class _Worker:
    """What one worker process keeps between its shares."""

    store: Store
    rules: Rules
    rematcher: Rematcher


def _start(settings: Settings) -> None:
    die_with_parent()
    # Ctrl-C reaches all processes of the terminal; only the parent decides what that means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _Worker.store = open_store(settings.store)
    _Worker.rules = _rules(settings)
    _Worker.rematcher = Rematcher(_Worker.rules, _Worker.store.rulebooks.book)
    # The rules live as long as the process: the collector need not look through them again and again.
    gc.freeze()


def _judge(keys: Sequence[int], wanted: RuleRevisions, write: bool) -> Share:
    return judge_share(_Worker.store, _Worker.rules, _Worker.rematcher, keys, wanted=wanted, write=write)
