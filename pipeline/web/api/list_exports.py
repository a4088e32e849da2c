"""Lists of the review room as files: with the list's own filters, within the scope of who asks."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from pipeline.errors import Missing
from pipeline.reports.fields import Record, rounded
from pipeline.reports.lists import list_finding_records, write_list
from pipeline.reports.report_words import Places, ReportWords
from pipeline.store import Store
from pipeline.store.filter import CallFilter, QueueState
from pipeline.store.repositories.callbacks import CallbackGroup
from pipeline.web.access import Forbidden, Permission, TheSettings, TheStore, Visitor, allowed
from pipeline.web.api.answers import failures
from pipeline.web.api.exports import IN_MEMORY, LEFT_OUT, MEDIA, Format, pieces
from pipeline.web.links import room_address
from pipeline.web.queue_link import day_of, read_link
from pipeline.web.redact import redact_appeal, redact_calibration, redact_exemplars, redact_queue
from pipeline.web.scopes import within_scope
from pipeline.web.screens.admin_audit import audit_rows, read_audit_filter
from pipeline.web.screens.appeals import GROUPS
from pipeline.web.screens.call_list import read_filter
from pipeline.web.screens.overview import violating
from pipeline.web.titles import report_words

router = APIRouter(prefix="/api/v1/lists", tags=["exports"])
P = Permission
Exporter = Annotated[Visitor, Depends(allowed(P.EXPORT))]
ListName = Literal[
    "queue",
    "agents",
    "appeals",
    "samples",
    "sample-calls",
    "calibrations",
    "exemplars",
    "audit",
    "call-list",
    "callbacks",
]
PAGE = 1_000
"""Calls that are read at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a list, of what."""

    store: Store
    visitor: Visitor
    query: Mapping[str, str]
    words: ReportWords


Rows = Callable[[Asked], Iterator[Record]]


@router.get(
    "/{name}",
    response_class=StreamingResponse,
    responses={200: {"content": {media: {} for media in MEDIA.values()}}, **failures(404)},
)
def export_list(
    request: Request,
    name: ListName,
    visitor: Exporter,
    store: TheStore,
    settings: TheSettings,
    format: Format = "xlsx",
) -> StreamingResponse:
    """A list as a file, with the query string of its page. Written to disk first, so that an error never ends
    in half a file."""
    permissions, rows = LISTS[name]
    if not any(visitor.may(one) for one in permissions):
        raise Forbidden(visitor=visitor)
    query = {key: value for key, value in request.query_params.items() if key != "format"}
    words = report_words(visitor, settings)
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when it is sent
    try:
        count = write_list(
            name,
            rows(Asked(store, visitor, query, words)),
            format,
            file,  # type: ignore[arg-type]
            words=words,
            places=Places(room_address(request)),
        )
    except BaseException:
        file.close()
        raise
    file.seek(0)
    store.audit.note(
        "export",
        by=visitor.user.id,
        subject=f"list {name}",
        format=format,
        records=count,
        filters=query or None,
    )
    headers = {"Content-Disposition": f'attachment; filename="{name}.{format}"'}
    if name == "queue" and (left := _left_out(store, visitor, query)):
        headers[LEFT_OUT] = str(left)
    return StreamingResponse(pieces(file), media_type=MEDIA[format], headers=headers)


def _left_out(store: Store, visitor: Visitor, query: Mapping[str, str]) -> int:
    """Calls of the list that whoever asks is still to score blind."""
    wanted = within_scope(read_link(query).conditions, visitor.scope)
    if not visitor.scope.sealed or wanted.state is QueueState.MINE:
        return 0
    return store.calls.count(replace(wanted, without=frozenset())) - store.calls.count(wanted)


def _queue(asked: Asked) -> Iterator[Record]:
    link = read_link(asked.query)
    wanted: CallFilter = link.conditions
    after: str | None = None
    while True:
        page = asked.store.queue.page(
            wanted, asked.visitor.scope, by=asked.visitor.user.id, after=after, limit=PAGE
        )
        for row in redact_queue(page, asked.visitor).rows:
            yield {
                "call_id": row.call_id,
                "counted_at": row.started_at or row.counted_at,
                **_who(row),
                "queue": row.queue,
                "duration": rounded(row.duration),
                "score_low": rounded(row.score_low, 2),
                "score_high": rounded(row.score_high, 2),
                "final": row.final,
                "satisfaction": row.satisfaction and row.satisfaction.value,
                "worst": row.worst and row.worst.value,
                "flag_reasons": "；".join(asked.words.said(one) for one in row.flag_reasons),
                "pending": row.pending,
                "state": row.state,
                "holder": row.finished_name or row.claimed_name or row.assigned_name,
            }
        after = page.after
        if after is None:
            return


def _agents(asked: Asked) -> Iterator[Record]:
    found = asked.store.agents.all(
        asked.visitor.scope,
        date_from=day_of(asked.query.get("from", "")),
        date_to=day_of(asked.query.get("to", "")),
        team=asked.query.get("team") or None,
    )
    for one in found:
        share = violating(one.tally)
        means, passing = one.tally.means or (None, None), one.tally.pass_shares or (None, None)
        yield {
            "agent_name": one.agent.name,
            "agent_id": one.agent.agent_id,
            "team": one.agent.team,
            "calls": one.tally.calls,
            "mean_low": rounded(means[0], 2),
            "mean_high": rounded(means[1], 2),
            "pass_share_low": rounded(passing[0], 4),
            "pass_share_high": rounded(passing[1], 4),
            "flagged": one.tally.flagged,
            "open": one.tally.open,
            "confirmed": one.confirmed,
            "overturned": one.overturned,
            "violating": one.tally.violating,
            "per_100_calls": _hundred(share.value),
            "low": _hundred(share.low),
            "high": _hundred(share.high),
        }


def _appeals(asked: Asked) -> Iterator[Record]:
    states = GROUPS.get(asked.query.get("group", "open"), GROUPS["open"])
    for found in asked.store.appeals.all(scope=asked.visitor.scope, states=states):
        one = redact_appeal(found, asked.visitor)
        yield {
            "id": one.id,
            "appeal_state": one.state.value,
            "call_id": one.call.call_id,
            **_who(one.call),
            "severity": one.severity and one.severity.value,
            "title": asked.words.said(one.title),
            "criterion": one.criterion,
            "reason": one.reason,
            "filed_at": _moment(one.filed_at),
            "due_at": _moment(one.due_at),
            "overdue": one.overdue,
            "decided_at": _moment(one.decided_at),
        }


def _samples(asked: Asked) -> Iterator[Record]:
    for one in asked.store.samples.all():
        yield {
            "id": one.id,
            "title": one.title,
            "date_from": one.rule.date_from.isoformat(),
            "date_to": one.rule.date_to.isoformat(),
            "count": one.rule.count,
            "per": one.rule.per.value,
            "which": one.rule.which.value,
            "turns": "、".join(map(str, one.rule.turns)),
            "announced_at": one.announced_at,
            "in_advance": one.in_advance,
            "notice": one.notice.value,
            "drawn_at": one.drawn_at,
            "population": one.population,
            "drawn": one.drawn,
            "heard": one.heard,
            "seed": one.seed,
        }


def _sample_calls(asked: Asked) -> Iterator[Record]:
    number = asked.query.get("sample", "")
    if not number.isdecimal() or len(number) > 9:
        raise Missing(f"there is no sample {number!r}", code="no-sample", sample=number)
    for one in asked.store.samples.calls(int(number), scope=asked.visitor.scope):
        yield {
            "call_id": one.call.call_id,
            "counted_at": _moment(one.call.started_at),
            **_who(one.call),
            "stratum": one.stratum,
            "duration": rounded(one.duration),
            "score_low": rounded(one.score_low, 2),
            "score_high": rounded(one.score_high, 2),
            "flagged_call": one.flagged,
            "heard_call": one.misses is not None,
            "misses": one.misses,
            "additions": one.additions,
        }


def _calibrations(asked: Asked) -> Iterator[Record]:
    by = None if asked.visitor.may(P.DECIDE) else asked.visitor.user.id
    for found in asked.store.calibrations.all(user=by):
        one = redact_calibration(found)
        yield {
            "id": one.id,
            "title": one.title,
            "calibration_state": one.state.value,
            "calls": len(one.calls),
            "scorers": "、".join(scorer.name for scorer in one.scorers),
            "opened_at": one.opened_at,
            "closed_at": one.closed_at,
        }


def _exemplars(asked: Asked) -> Iterator[Record]:
    for one in redact_exemplars(asked.store.coaching.exemplars(scope=asked.visitor.scope), asked.visitor):
        yield {
            "call_id": one.call.call_id,
            "title": one.title,
            **_who(one.call),
            "duration": rounded(one.duration),
            "note": one.note,
            "nominated_by": one.nominated_by,
            "at": one.at,
            "approved": one.approved,
        }


def _audit(asked: Asked) -> Iterator[Record]:
    wanted, before = read_audit_filter(asked.query), None
    while rows := audit_rows(asked.store, asked.visitor, wanted, before=before, limit=PAGE):
        for row in rows:
            yield {
                "id": row.id,
                "at": row.at,
                "who": row.user.display_name if row.user else None,
                "action": row.action,
                "subject": row.subject,
                "details": json.dumps(row.details, ensure_ascii=False, sort_keys=True)
                if row.details
                else None,
                "address": row.address,
                "call_id": row.call_id,
            }
        before = rows[-1].id


def _call_list(asked: Asked) -> Iterator[Record]:
    q = asked.query
    wanted = read_filter(
        q.get("from", ""), q.get("to", ""), q.get("rule", ""), q.get("team", ""), q.get("agent", ""),
        q.get("hour", ""),
    )  # fmt: skip
    found = asked.store.listed.findings(wanted, asked.visitor.scope)
    return list_finding_records(found, asked.words)


def _callbacks(asked: Asked) -> Iterator[Record]:
    named = asked.query.get("group", "")
    group = CallbackGroup(named) if named in set(CallbackGroup) else CallbackGroup.OPEN
    start, by = 0, asked.visitor.user.id
    while True:
        page = asked.store.callbacks.page(group, by=by, scope=asked.visitor.scope, limit=PAGE, offset=start)
        for one in page.rows:
            yield {
                "call_id": one.call_id,
                **_who(one),
                "started_at": one.started_at,
                "due": one.due.isoformat(),
                "overdue": one.late,
                "owner": one.owner_name,
                "done_at": one.done_at,
                "done_by": one.done_name,
                "remark": one.remark or None,
            }
        start += PAGE
        if start >= page.total:
            return


LISTS: Mapping[str, tuple[tuple[Permission, ...], Rows]] = {
    "queue": ((P.LISTEN,), _queue),
    "agents": ((P.LISTEN,), _agents),
    "appeals": ((P.ACCEPT, P.JUDGE, P.DECIDE), _appeals),
    "samples": ((P.SAMPLE, P.HEAR), _samples),
    "sample-calls": ((P.SAMPLE, P.HEAR), _sample_calls),
    "calibrations": ((P.CALIBRATE,), _calibrations),
    "exemplars": ((P.LISTEN,), _exemplars),
    "audit": ((P.AUDIT,), _audit),
    "call-list": ((P.REVIEW, P.ASSIGN), _call_list),
    "callbacks": ((P.ALERT,), _callbacks),
}
"""Name -> permissions of which one opens the list's page, and what makes its rows."""


def _who(one: Any) -> Record:
    return {"agent_name": one.agent_name, "agent_id": one.agent_id, "team": one.team}


def _moment(value: Any) -> str | None:
    return None if value is None else str(value.isoformat())


def _hundred(share: float | None) -> float | None:
    return None if share is None else rounded(100 * share, 2)
