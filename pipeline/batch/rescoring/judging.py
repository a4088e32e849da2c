"""Stored calls, some at a time, judged again here or by worker processes that read the store themselves.

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
from dataclasses import dataclass

from pipeline.batch.faults import FAULT, FaultKind, fault_of
from pipeline.batch.machine import collector_paused, worker_environment
from pipeline.batch.rescoring.changes import CallChange, compare
from pipeline.batch.rescoring.rematching import Rematcher
from pipeline.batch.worker import exit_with_parent
from pipeline.domain import Inspection, PhraseHit
from pipeline.errors import CallinspectError
from pipeline.inspection.judging import hits_again, judge_again
from pipeline.inspection.program import judging_revision
from pipeline.inspection.rules import RuleRevisions, Rules, load_rules
from pipeline.messages import Message
from pipeline.rubric.rarity import NO_WORDS
from pipeline.rubric.trust import OPEN_GATE, TrustGate
from pipeline.settings import Settings
from pipeline.store import Judgement, KeptJudgement, Store, StoredProblem, judgement, open_store

CALLS_PER_TRANSACTION = 50
"""Judged together too: about a second of work at most."""
_WORTH_A_PROCESS = 300
"""Calls that take longer than it takes a process to start and to compile the lexicons."""
_AHEAD = 2
"""Batches that wait for each worker besides the one in work, so that it never waits."""


@dataclass(frozen=True, slots=True)
class JudgedCalls:
    """Some calls judged again."""

    judgements: list[Judgement | KeptJudgement]
    """Empty where nothing is to be written."""
    changes: list[CallChange]
    failed: list[StoredProblem]
    """Calls that the program failed on: they keep the judgement they have."""


def judge_calls(
    store: Store,
    rules: Rules,
    rematcher: Rematcher,
    keys: Sequence[int],
    *,
    wanted: RuleRevisions,
    write: bool,
) -> JudgedCalls:
    """Judge these stored inspections again.

    Raises:
        CallinspectError: the rules are not those wanted: their files changed after the run began.
    """
    with collector_paused():
        return _judge_calls(store, rules, rematcher, keys, wanted=wanted, write=write)


def _judge_calls(
    store: Store,
    rules: Rules,
    rematcher: Rematcher,
    keys: Sequence[int],
    *,
    wanted: RuleRevisions,
    write: bool,
) -> JudgedCalls:
    if rules.revisions != wanted:
        raise CallinspectError(Message("rescore.rules-edited"))
    done, changes = JudgedCalls([], [], []), dict[int, CallChange]()
    unreached = _unreached(store, rematcher, keys, wanted)

    def keep(key: int, before: Inspection) -> None:
        changes[key] = compare(before, before)
        if write:
            done.judgements.append(KeptJudgement(key, wanted.lexicons))

    for key in unreached.certain:
        keep(key, unreached.calls[key])
    found = dict(store.judgements.heard([key for key in keys if key not in unreached.certain]))
    confirmed = store.judgements.confirmed(
        [key for key, before in found.items() if rematcher.outdated(before)]
    )
    upheld = store.judgements.upheld(list(found))
    written: Sequence[Sequence[PhraseHit] | None]
    try:
        written = rematcher.written(list(found.values()))
    except Exception as error:
        if not _own(error):
            raise
        written = [None] * len(found)  # together they cannot be searched: each is, and the one at fault shows
    for (key, before), text_hits in zip(found.items(), written, strict=True):
        earlier = confirmed.get(key, ())
        try:
            if key in unreached.calls and text_hits is not None:
                now = hits_again(before, rules, earlier=earlier, written=text_hits)
                if now == before.hits:
                    keep(key, before)
                    continue
            said = upheld.get(key, NO_WORDS)
            after = judge_again(before, rules, written=text_hits, earlier=earlier, words=said)
            change, made = compare(before, after), [judgement(key, after)] if write else []
        except Exception as error:
            if not _own(error):
                raise
            problem = Message("batch.fault", detail=fault_of(error).line)
            call_id, paths = before.recording.call.call_id, before.recording.paths
            done.failed.append(StoredProblem(FAULT, problem, paths[0], call_id))
            continue
        changes[key] = change
        done.judgements.extend(made)
    done.changes.extend(changes[key] for key in keys if key in changes)
    return done


@dataclass(frozen=True, slots=True)
class _Unreached:
    """Calls that come out as they are if their hits do."""

    calls: dict[int, Inspection]
    """By key, as the store gives them (``store.judgements.standing``)."""
    certain: frozenset[int]
    """Those of them whose hits are the same for certain: nobody need match them."""


def _unreached(store: Store, rematcher: Rematcher, keys: Sequence[int], wanted: RuleRevisions) -> _Unreached:
    stored = store.judgements.standing(keys, rubric=wanted.rubric, program=judging_revision())
    found = {key: one for key, one in stored if rematcher.hits_decide(one)}
    for key in store.judgements.upheld(list(found)):
        del found[key]  # how a rate weighs them hangs on what people said meanwhile
    confirmed = store.judgements.confirmed(list(found))
    try:
        same = rematcher.unchanged(list(found.values()), [confirmed.get(key, ()) for key in found])
    except Exception as error:
        if not _own(error):
            raise
        same = [False] * len(found)  # each is judged, and the one at fault shows
    return _Unreached(found, frozenset(key for key, kept in zip(found, same, strict=True) if kept))


def _own(error: Exception) -> bool:
    """Whether our code failed on one call: that is no reason to leave the others."""
    return not isinstance(error, CallinspectError) and fault_of(error).kind is FaultKind.OWN


def judged(
    keys: Sequence[int],
    *,
    store: Store,
    settings: Settings,
    wanted: RuleRevisions,
    workers: int,
    write: bool,
    gate: TrustGate = OPEN_GATE,
) -> Generator[JudgedCalls, None, None]:
    """All keys, some at a time and in their order, by as many processes as pay.

    Raises:
        LexiconError, RubricError: with file, line and remedy.
        CallinspectError: a worker process died.
    """
    batches = [
        keys[start : start + CALLS_PER_TRANSACTION] for start in range(0, len(keys), CALLS_PER_TRANSACTION)
    ]
    workers = min(workers, -(-len(keys) // _WORTH_A_PROCESS))
    if workers <= 1:
        rules = load_rules(settings).under(gate)
        rematcher = Rematcher(rules, store.rulebooks.book)
        for batch in batches:
            yield judge_calls(store, rules, rematcher, batch, wanted=wanted, write=write)
        return
    yield from _by_processes(
        batches, settings=settings, gate=gate, wanted=wanted, workers=workers, write=write
    )


def _by_processes(
    batches: Sequence[Sequence[int]],
    *,
    settings: Settings,
    gate: TrustGate,
    wanted: RuleRevisions,
    workers: int,
    write: bool,
) -> Generator[JudgedCalls, None, None]:
    # Spawned: forked children would share our database connections and threads' locks.
    pool = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start,
        initargs=(settings, gate),
    )
    try:
        with worker_environment():
            waiting = deque(batches)
            running: deque[Future[JudgedCalls]] = deque()
            while waiting or running:
                while waiting and len(running) < workers * (_AHEAD + 1):
                    running.append(pool.submit(_judge, waiting.popleft(), wanted, write))
                yield running.popleft().result()
    except BrokenProcessPool as error:
        raise CallinspectError(Message("rescore.worker-died")) from error
    finally:
        pool.shutdown(cancel_futures=True)


class _Worker:
    """What one worker process keeps between its batches."""

    store: Store
    rules: Rules
    rematcher: Rematcher


def _start(settings: Settings, gate: TrustGate) -> None:
    exit_with_parent()
    # Ctrl-C reaches all processes of the terminal; only the parent decides what that means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _Worker.store = open_store(settings.store)
    _Worker.rules = load_rules(settings).under(gate)
    _Worker.rematcher = Rematcher(_Worker.rules, _Worker.store.rulebooks.book)
    # The rules live as long as the process: the collector need not look through them again and again.
    gc.freeze()


def _judge(keys: Sequence[int], wanted: RuleRevisions, write: bool) -> JudgedCalls:
    return judge_calls(_Worker.store, _Worker.rules, _Worker.rematcher, keys, wanted=wanted, write=write)
