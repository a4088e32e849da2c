"""Calls: lists, one with everything about it, what people said of it, and saying it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import BaseModel, create_model

from pipeline.batch.merging import merge, undo_merge
from pipeline.domain import Case, Decision, FindingVerdict
from pipeline.errors import no_call
from pipeline.reports.kinds import calls, findings, hits, transcripts
from pipeline.review.effective import Effective
from pipeline.review.questions import AskedQuestion, asked_questions
from pipeline.store import Store
from pipeline.store.repositories.merges import Merged
from pipeline.store.repositories.queue import QueuePage
from pipeline.web.access import (
    Permission,
    TheSettings,
    TheStore,
    VisibleCall,
    Visitor,
    allowed,
    check_unsealed,
)
from pipeline.web.api.answers import RECORDS, failures, list_of, model_of
from pipeline.web.call.acts import CallAct, Corrects, act, present_rules
from pipeline.web.openness import inspection_seen
from pipeline.web.playback_service import standing
from pipeline.web.queue_link import QueueQuery, read_link
from pipeline.web.redact import redact_case, redact_history, redact_questions, redact_queue, redact_verdicts
from pipeline.web.sanitise import SanitisedJSON

router = APIRouter(prefix="/api/v1/calls", tags=["calls"], default_response_class=SanitisedJSON)

Listener = Annotated[Visitor, Depends(allowed(Permission.LISTEN))]
Reviewer = Annotated[Visitor, Depends(allowed(Permission.REVIEW))]
Merger = Annotated[Visitor, Depends(allowed(Permission.MERGE))]

UTTERANCE = model_of("Utterance", transcripts.UTTERANCE.fields)
MAYBE_CASE: Any = Case | None
MAYBE_EFFECTIVE: Any = Effective | None
HITS, FINDINGS = list_of(RECORDS["hits"]), list_of(RECORDS["findings"])
UTTERANCES = list_of(UTTERANCE)
THE_CALL: Any = RECORDS["calls"]
WholeCall: type[BaseModel] = create_model(
    "WholeCall",
    call=(THE_CALL, ...),
    utterances=(UTTERANCES, ...),
    hits=(HITS, ...),
    findings=(FINDINGS, ...),
    case=(MAYBE_CASE, ...),
    effective=(MAYBE_EFFECTIVE, ...),
    questions=(list[AskedQuestion], ...),
    replaced_by=(str | None, ...),
    replaces=(list[str], ...),
)


@router.get("", response_model=QueuePage, responses=failures())
def list_calls(
    request: Request,
    visitor: Listener,
    store: TheStore,
    _: Annotated[QueueQuery, Query()],
    after: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Any:
    """Calls by the filters of the queue; ``state=all`` (the newest first) unless told otherwise."""
    wanted = read_link({"state": "all", **request.query_params}).conditions
    found = store.queue.page(wanted, visitor.scope, by=visitor.user.id, after=after, limit=limit)
    return redact_queue(found, visitor)


@router.get("/{call_id}", response_model=WholeCall, responses=failures(404))
def call(call_id: VisibleCall, visitor: Listener, store: TheStore) -> Any:
    """One call with its transcript, what was found, and what people made of it.

    Where the files of its sound lie is told to those who review calls alone.
    """
    inspection = standing(store, call_id)
    if inspection is None:
        raise no_call(call_id)
    inspection = inspection_seen(visitor, inspection)
    case = store.cases.case(call_id)
    verdicts = store.decisions.verdicts(call_id, eyes=visitor.user.id)
    said = redact_verdicts(verdicts, visitor)
    rubric, events = store.rulebooks.rubric(inspection.revisions.rubric), store.decisions.history(call_id)
    now = store.decisions.effective(call_id)
    record = calls.record(inspection, case, now=now, files=_files(store, call_id))
    return {
        "call": record if visitor.may(Permission.REVIEW) else {**record, "paths": []},
        "utterances": transcripts.record(inspection)["utterances"],
        "hits": [hits.record(call_id, hit) for hit in inspection.hits],
        "findings": list(findings.of_call(inspection, said)),
        "case": redact_case(case, visitor),
        "effective": now,
        "questions": redact_questions(asked_questions(rubric, inspection, events, verdicts), visitor),
        "replaced_by": store.merges.replacement(call_id),
        "replaces": list(store.merges.replaced(call_id)),
    }


def _files(store: Store, call_id: str) -> tuple[tuple[Path, ...], ...]:
    known = store.identities.known(call_ids=[call_id])
    return next((one.files for one in known if one.call_id == call_id), ())


@router.get("/{call_id}/findings", response_model=FINDINGS, responses=failures(404))
def list_findings(call_id: VisibleCall, visitor: Listener, store: TheStore) -> Any:
    """Each criterion of the call, with what people said, as far as you may know it."""
    inspection = store.inspections.current(call_id)
    said = redact_verdicts(store.decisions.verdicts(call_id, eyes=visitor.user.id), visitor)
    return [] if inspection is None else list(findings.of_call(inspection_seen(visitor, inspection), said))


@router.get("/{call_id}/decisions", response_model=list[Decision], responses=failures(404))
def history(call_id: VisibleCall, visitor: Listener, store: TheStore) -> Any:
    """What people said of the call, in order; what was taken back is marked. Left out is what you may not
    know before a second listening is done; an agent, who is not to know who reviewed, reads none of it."""
    return redact_history(store.decisions.history(call_id, eyes=visitor.user.id), visitor)


@router.get("/{call_id}/verdicts", response_model=dict[str, FindingVerdict], responses=failures(404))
def verdicts(call_id: VisibleCall, visitor: Listener, store: TheStore) -> Any:
    """Criterion -> what stands."""
    return redact_verdicts(store.decisions.verdicts(call_id, eyes=visitor.user.id), visitor)


@router.post("/{call_id}/decisions", response_model=Case, responses=failures(404, 409))
def decide(
    call_id: VisibleCall,
    visitor: Reviewer,
    store: TheStore,
    settings: TheSettings,
    said: Annotated[CallAct, Body(discriminator="kind")],
) -> Any:
    """Say something of the call. The same ``request`` again changes nothing and answers the same.

    Needs the header ``X-CSRF-Token`` (``GET /api/v1/me`` tells it). 409: somebody else was first, and who.
    """
    return act(store, settings, call_id, visitor, said)


@router.post("/{call_id}/corrects", response_model=Merged, responses=failures(404, 409))
def correct(
    call_id: VisibleCall,
    visitor: Merger,
    store: TheStore,
    settings: TheSettings,
    what: Corrects,
) -> Any:
    """Say that this call holds the corrected file of another and takes its place, without its verdicts."""
    check_unsealed(visitor, what.call)
    rules, by = partial(present_rules, store, settings), visitor.user.id
    return merge(store, rules, call_id, what.call, by=by)


@router.delete("/{call_id}/corrects", response_model=Merged, responses=failures(404, 409))
def undo_correct(call_id: VisibleCall, visitor: Merger, store: TheStore, settings: TheSettings) -> Any:
    """Let both calls stand on their own again."""
    rules, by = partial(present_rules, store, settings), visitor.user.id
    return undo_merge(store, rules, call_id, by=by)
