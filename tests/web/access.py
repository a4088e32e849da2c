"""Who may do what: one row per route. `test_access.py` asks every route as every kind of person.

HOW TO ADD YOUR ROUTE. A row is ``"METHOD /path": Row(who, form=..., ...)``, keyed as the router declares it
(``"POST /calls/{call_id}/verdicts"``). ``who`` is one of

* ``ANYONE``        also without signing in,
* ``EVERYBODY``     whoever is signed in,
* ``{P.REVIEW}``    the roles that have one of these permissions,

and ``scoped=True`` says that the path names a call: the test then asks for a call of one's own team and
agent (allowed), and for one of another team (404). Parameters in the path are filled from PATH, or from
``path={"appeal": "1"}`` in the row. ``form`` are the fields a write needs to get past validation. The test
only looks at whether access was granted: any answer but 401, 403 and a way to the sign-in page is fine, also
a 400, 404, 409 or 422 of your own; a 5xx never is. Keep the rows of one screen together.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from pipeline.domain import Openness
from pipeline.web.access import Permission

ANYONE = frozenset({"anyone"})
EVERYBODY = frozenset({"everybody"})


P = Permission


@dataclass(frozen=True)
class Row:
    who: Set[P] | frozenset[str]
    scoped: bool = False
    form: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)


PATH = {"token": "no-such-token", "user_id": "1", "name": "x"}
"""Values of path parameters (``call_id`` is filled by the test)."""

PANEL = {P.APPEAL, P.ACCEPT, P.JUDGE, P.DECIDE}
"""Whoever has a part in an appeal."""

ALERT, GOAL = {"alert": "1"}, {"goal": "1"}
JURY = {"jury": "1", "place": "1"}

ROUTES: dict[str, Row] = {
    # signing in
    "GET /sign-in": Row(ANYONE),
    "POST /sign-in": Row(ANYONE, form={"name": "x", "password": "y"}),
    "GET /sign-in/oidc": Row(ANYONE),
    "GET /sign-in/oidc/back": Row(ANYONE),
    "POST /sign-out": Row(EVERYBODY),
    "GET /session": Row(ANYONE),
    "GET /invitation/{token}": Row(ANYONE),
    "POST /invitation/{token}": Row(ANYONE),
    "POST /preferences": Row(ANYONE, form={"theme": "dark"}),
    # the overview, the queue, agents
    "GET /": Row(EVERYBODY),
    "GET /overview/run": Row(EVERYBODY),
    "GET /overview/problems": Row({P.REVIEW, P.ASSIGN, P.SAMPLE}),
    "GET /queue": Row({P.LISTEN}),
    "POST /queue/next": Row({P.REVIEW}),
    "POST /queue/claim": Row({P.REVIEW}, form={"call_id": "O02"}),
    "POST /queue/release": Row({P.REVIEW}, form={"call_id": "O02"}),
    "POST /queue/assign": Row({P.ASSIGN}, form={"calls": "O02"}),
    "POST /queue/filters": Row({P.REVIEW, P.ASSIGN}, form={"name": "mine"}),
    "POST /queue/filters/{filter_id}/delete": Row({P.REVIEW, P.ASSIGN}, path={"filter_id": "1"}),
    "GET /agents": Row({P.LISTEN}),
    "GET /agents/{agent_id}": Row({P.LISTEN}, path={"agent_id": "8002"}),
    # the settlement of a month
    "GET /settlement": Row({P.SETTLE}),
    "GET /settlement/errors": Row({P.SETTLE}),
    "GET /api/v1/settlement": Row({P.SETTLE}),
    # reports
    "GET /reports": Row({P.REPORTS}),
    "GET /reports/{kind}": Row({P.REPORTS}, path={"kind": "agent"}),
    # account
    "GET /account": Row(EVERYBODY),
    "POST /account/password": Row(EVERYBODY),
    "POST /account/sessions": Row(EVERYBODY),
    "POST /account/mail": Row(EVERYBODY),
    # notices
    "GET /notices": Row(EVERYBODY),
    "POST /notices/read": Row(EVERYBODY),
    "POST /notices/{notice}/open": Row(EVERYBODY, path={"notice": "1"}),
    # administration
    "GET /admin": Row({P.USERS, P.AUDIT, P.RETENTION}),
    "GET /admin/users": Row({P.USERS}),
    "POST /admin/users": Row({P.USERS}, form={"name": "new", "role": "reviewer"}),
    "GET /admin/users/{user_id}": Row({P.USERS}),
    "POST /admin/users/{user_id}": Row({P.USERS}, form={"role": "administrator"}),
    "POST /admin/users/{user_id}/disable": Row({P.USERS}, form={"disabled": "false"}),
    "POST /admin/users/{user_id}/invite": Row({P.USERS}),
    "GET /admin/teams": Row({P.USERS}),
    "GET /admin/audit": Row({P.AUDIT}),
    "GET /admin/retention": Row({P.RETENTION}),
    "POST /admin/retention/check": Row({P.RETENTION}, form={"token": "x", "calls": "0"}),
    "POST /admin/retention": Row({P.RETENTION}, form={"token": "x"}),
    # runs, and what watches the server
    "GET /runs": Row({P.RUNS}),
    "GET /runs/{run}": Row({P.RUNS}, path={"run": "1"}),
    "GET /failures": Row({P.RUNS}),
    "POST /failures": Row({P.RUNS}, form={"name": "O07", "kind": "retry"}),
    "GET /api/v1/runs": Row({P.RUNS}),
    "GET /api/v1/runs/{run}": Row({P.RUNS}, path={"run": "1"}),
    "GET /api/v1/failures": Row({P.RUNS}),
    "POST /api/v1/failures": Row({P.RUNS}),
    "GET /healthz": Row(ANYONE),
    "GET /readyz": Row(ANYONE),
    "GET /metrics": Row({P.USERS}),
    # appeals
    "GET /appeals": Row(PANEL),
    "POST /appeals": Row({P.APPEAL}, form={"call_id": "O02", "criterion": "shirk", "reason": "x"}),
    "GET /appeals/new": Row({P.APPEAL}),
    "GET /appeals/{appeal}": Row(PANEL, path={"appeal": "1"}),
    "POST /appeals/{appeal}/accept": Row({P.ACCEPT}, path={"appeal": "1"}, form={"seen": "1"}),
    "POST /appeals/{appeal}/return": Row({P.ACCEPT}, path={"appeal": "1"}, form={"seen": "1"}),
    "POST /appeals/{appeal}/opinion": Row({P.JUDGE}, path={"appeal": "1"}, form={"opinion": "uphold"}),
    "POST /appeals/{appeal}/decide": Row(
        {P.DECIDE}, path={"appeal": "1"}, form={"seen": "1", "opinion": "uphold"}
    ),
    "POST /appeals/{appeal}/withdraw": Row(PANEL, path={"appeal": "1"}, form={"seen": "1"}),
    "POST /appeals/{appeal}/comment": Row(PANEL, path={"appeal": "1"}, form={"comment": "x"}),
    # alerts
    "GET /alerts": Row({P.ALERT}),
    "POST /alerts": Row({P.ALERT}, form={"call_id": "O02", "code": "esc-media", "start": "1", "end": "2"}),
    "GET /alerts/report": Row({P.ALERT}),
    "GET /alerts/report/file": Row({P.EXPORT}),
    "GET /alerts/{alert}": Row({P.ALERT}, path=ALERT),
    "POST /alerts/{alert}/take": Row({P.ALERT}, path=ALERT, form={"seen": "1"}),
    "POST /alerts/{alert}/report": Row({P.ALERT}, path=ALERT, form={"seen": "1", "to": "x"}),
    "POST /alerts/{alert}/degree": Row({P.ALERT}, path=ALERT, form={"seen": "1", "degree": "will"}),
    "POST /alerts/{alert}/liability": Row({P.LIABILITY}, path=ALERT, form={"seen": "1", "liability": "none"}),
    "POST /alerts/{alert}/analysis": Row({P.ALERT}, path=ALERT, form={"seen": "1", "cause": "x"}),
    "POST /alerts/{alert}/close": Row({P.ALERT}, path=ALERT, form={"seen": "1", "comment": "x"}),
    "POST /alerts/{alert}/overturn": Row({P.ALERT}, path=ALERT, form={"seen": "1", "comment": "x"}),
    "POST /alerts/{alert}/undo": Row({P.ALERT}, path=ALERT, form={"seen": "1"}),
    "POST /alerts/{alert}/comment": Row({P.ALERT}, path=ALERT, form={"comment": "x"}),
    # call list
    "GET /call-list": Row({P.REVIEW, P.ASSIGN}),
    "GET /callbacks": Row({P.ALERT}),
    "POST /callbacks": Row({P.ALERT}, form={"call_id": "O02", "kind": "take", "seen": "0"}),
    # samples
    "GET /samples": Row({P.SAMPLE, P.HEAR, P.ANNOUNCED}),
    "POST /samples": Row({P.SAMPLE}, form={"title": "x", "date_from": "2026-11-20", "date_to": "2026-11-20"}),
    "GET /samples/new": Row({P.SAMPLE}),
    "GET /samples/{sample}": Row({P.SAMPLE, P.HEAR, P.ANNOUNCED}, path={"sample": "1"}),
    "POST /samples/{sample}/draw": Row({P.SAMPLE}, path={"sample": "1"}),
    "POST /samples/{sample}/heard": Row(
        {P.HEAR}, path={"sample": "1"}, form={"call_id": "O02", "misses": "0"}
    ),
    # calibrations
    "GET /calibrations": Row({P.CALIBRATE}),
    "POST /calibrations": Row({P.CALIBRATE}, form={"title": "x", "calls": "O02"}),
    "GET /calibrations/new": Row({P.CALIBRATE}),
    "GET /calibrations/{calibration}": Row({P.CALIBRATE}, path={"calibration": "1"}),
    "POST /calibrations/{calibration}/close": Row({P.CALIBRATE}, path={"calibration": "1"}),
    "GET /calibrations/{calibration}/calls/{place}": Row(
        {P.CALIBRATE}, path={"calibration": "1", "place": "1"}
    ),
    "POST /calibrations/{calibration}/calls/{place}": Row(
        {P.CALIBRATE}, path={"calibration": "1", "place": "1"}
    ),
    # agents as judges in turn
    "GET /juries": Row({P.TURN, P.COACH}),
    "POST /juries": Row({P.COACH}, form={"title": "x", "date_from": "2026-11-20", "date_to": "2026-11-20"}),
    "GET /juries/new": Row({P.COACH}),
    "GET /juries/{jury}": Row({P.TURN, P.COACH}, path=JURY),
    "POST /juries/{jury}/close": Row({P.COACH}, path=JURY),
    "GET /juries/{jury}/calls/{place}": Row({P.TURN}, path=JURY),
    "POST /juries/{jury}/calls/{place}": Row({P.TURN}, path=JURY),
    "GET /juries/{jury}/calls/{place}/audio": Row({P.TURN}, path=JURY),
    "GET /api/v1/juries": Row({P.TURN, P.COACH}),
    "POST /api/v1/juries": Row({P.COACH}),
    "GET /api/v1/juries/{jury}": Row({P.TURN, P.COACH}, path=JURY),
    "POST /api/v1/juries/{jury}/close": Row({P.COACH}, path=JURY),
    "GET /api/v1/juries/{jury}/calls/{place}": Row({P.TURN}, path=JURY),
    "POST /api/v1/juries/{jury}/calls/{place}": Row({P.TURN}, path=JURY),
    # coaching
    "GET /coaching": Row({P.LISTEN}),
    "POST /coaching/notes": Row({P.COACH}, form={"agent_id": "8002", "text": "x"}),
    "POST /coaching/notes/{note}/read": Row({P.LISTEN}, path={"note": "1"}),
    "GET /coaching/plan": Row({P.COACH}),
    "GET /coaching/goals/{goal}": Row({P.LISTEN}, path=GOAL),
    "POST /coaching/goals": Row({P.COACH}, form={"agent_id": "8002", "criterion": "shirk"}),
    "POST /coaching/goals/{goal}/acknowledge": Row({P.LISTEN}, path=GOAL),
    "POST /coaching/goals/{goal}/step": Row({P.COACH}, path=GOAL, form={"kind": "talk"}),
    "GET /exemplars": Row({P.LISTEN}),
    "POST /exemplars": Row({P.LISTEN}, form={"call_id": "O02", "title": "x"}),
    "POST /exemplars/approve": Row({P.DECIDE}, form={"call_id": "O02"}),
    "POST /exemplars/withdraw": Row({P.DECIDE}, form={"call_id": "O02"}),
    # rules
    "GET /rules": Row({P.RULES}),
    "GET /rules/phrases": Row({P.RULES}),
    "GET /rules/phrases/{code}": Row({P.RULES}, path={"code": "greeting"}),
    "GET /rules/try": Row({P.RULES}),
    "GET /rules/trust": Row({P.RULES}),
    "POST /rules/trust/{criterion}": Row(
        {P.TRUST}, path={"criterion": "shirk"}, form={"act": "only-flag", "reason": "x"}
    ),
    "GET /rules/what-if": Row({P.WHAT_IF}),
    "POST /rules/what-if": Row({P.WHAT_IF}),
    "GET /rules/what-if/{trial_id}": Row({P.WHAT_IF}, path={"trial_id": "1"}),
    "GET /rules/edits": Row({P.EDIT_RULES}),
    "POST /rules/edits": Row({P.EDIT_RULES}, form={"title": "x"}),
    "GET /rules/edits/{edit_id}": Row({P.EDIT_RULES}, path={"edit_id": "1"}),
    "POST /rules/edits/{edit_id}/phrases": Row(
        {P.EDIT_RULES}, path={"edit_id": "1"}, form={"seen": "1", "sentences": "x", "reason": "x"}
    ),
    "POST /rules/edits/{edit_id}/wordings": Row(
        {P.EDIT_RULES}, path={"edit_id": "1"}, form={"seen": "1", "part": "phrases", "number": "0"}
    ),
    "POST /rules/edits/{edit_id}/changes": Row(
        {P.EDIT_RULES}, path={"edit_id": "1"}, form={"seen": "1", "phrase": "x/y", "reason": "x"}
    ),
    "POST /rules/edits/{edit_id}/sheet": Row({P.EDIT_RULES}, path={"edit_id": "1"}, form={"seen": "1"}),
    "POST /rules/edits/{edit_id}/remove": Row(
        {P.EDIT_RULES}, path={"edit_id": "1"}, form={"seen": "1", "part": "phrases"}
    ),
    "POST /rules/edits/{edit_id}/try": Row({P.EDIT_RULES}, path={"edit_id": "1"}),
    "POST /rules/edits/{edit_id}/publish": Row({P.EDIT_RULES}, path={"edit_id": "1"}, form={"seen": "1"}),
    "POST /rules/edits/{edit_id}/roll-back": Row({P.EDIT_RULES}, path={"edit_id": "1"}, form={"seen": "1"}),
    "POST /rules/edits/{edit_id}/abandon": Row({P.EDIT_RULES}, path={"edit_id": "1"}, form={"seen": "1"}),
    "POST /rules/edits/{edit_id}/drop": Row({P.EDIT_RULES}, path={"edit_id": "1"}, form={"seen": "1"}),
    "GET /rules/proposals": Row({P.EDIT_RULES}),
    "POST /rules/proposals/{proposal_id}": Row({P.EDIT_RULES}, path={"proposal_id": "1"}),
    # api
    "GET /api/openapi.json": Row(EVERYBODY),
    "GET /api/v1/me": Row(EVERYBODY),
    "GET /api/v1/overview": Row({P.LISTEN}),
    "GET /api/v1/agents": Row({P.LISTEN}),
    "GET /api/v1/agents/{agent_id}": Row({P.LISTEN}, path={"agent_id": "8002"}),
    "GET /api/v1/calls": Row({P.LISTEN}),
    "GET /api/v1/calls/{call_id}": Row({P.LISTEN}, scoped=True),
    "GET /api/v1/calls/{call_id}/findings": Row({P.LISTEN}, scoped=True),
    "GET /api/v1/calls/{call_id}/decisions": Row({P.LISTEN}, scoped=True),
    "GET /api/v1/calls/{call_id}/verdicts": Row({P.LISTEN}, scoped=True),
    "POST /api/v1/calls/{call_id}/decisions": Row({P.REVIEW}, scoped=True),
    "POST /api/v1/calls/{call_id}/corrects": Row({P.MERGE}, scoped=True),
    "DELETE /api/v1/calls/{call_id}/corrects": Row({P.MERGE}, scoped=True),
    "GET /api/v1/queue": Row({P.REVIEW, P.ASSIGN}),
    "POST /api/v1/queue/next": Row({P.REVIEW}),
    "POST /api/v1/queue/assign": Row({P.ASSIGN}),
    "POST /api/v1/queue/{call_id}/claim": Row({P.REVIEW}, scoped=True),
    "POST /api/v1/queue/{call_id}/release": Row({P.REVIEW}, scoped=True),
    "GET /api/v1/appeals": Row(PANEL),
    "GET /api/v1/alerts": Row({P.ALERT}),
    "GET /api/v1/alerts/{alert}": Row({P.ALERT}, path=ALERT),
    "POST /api/v1/alerts/{alert}/steps": Row({P.ALERT}, path=ALERT),
    "POST /api/v1/calls/{call_id}/alerts": Row({P.ALERT}, scoped=True),
    "GET /api/v1/goals": Row({P.LISTEN}),
    "POST /api/v1/goals": Row({P.COACH}),
    "GET /api/v1/goals/{goal}": Row({P.LISTEN}, path=GOAL),
    "POST /api/v1/goals/{goal}/steps": Row({P.LISTEN}, path=GOAL),
    "GET /api/v1/coaching/plan": Row({P.COACH}),
    "GET /api/v1/notices": Row(EVERYBODY),
    "POST /api/v1/notices/read": Row(EVERYBODY),
    "GET /api/v1/call-list": Row({P.REVIEW, P.ASSIGN}),
    "GET /api/v1/callbacks": Row({P.ALERT}),
    "POST /api/v1/calls/{call_id}/callback": Row({P.ALERT}, scoped=True),
    "GET /api/v1/samples": Row({P.SAMPLE, P.HEAR, P.ANNOUNCED}),
    "GET /api/v1/calibrations": Row({P.CALIBRATE}),
    "GET /api/v1/trust": Row({P.RULES}),
    "POST /api/v1/trust/{criterion}": Row({P.TRUST}, path={"criterion": "shirk"}),
    "GET /api/v1/reports/{kind}": Row({P.REPORTS}, path={"kind": "agent"}),
    "GET /api/v1/exports/{what}": Row({P.EXPORT}, path={"what": "calls"}),
    "GET /api/v1/lists/{name}": Row({P.EXPORT}, path={"name": "agents"}),
    # the call screen
    "GET /calls/{call_id}": Row({P.LISTEN}, scoped=True),
    "GET /calls/{call_id}/audio": Row({P.LISTEN}, scoped=True),
    "GET /calls/{call_id}/peaks": Row({P.LISTEN}, scoped=True),
    "POST /calls/{call_id}/verdicts": Row(
        {P.REVIEW}, scoped=True, form={"criterion": "shirk", "verdict": "confirmed", "seen": "1"}
    ),
    "POST /calls/{call_id}/additions": Row(
        {P.REVIEW}, scoped=True, form={"criterion": "shirk", "start": "1", "end": "2"}
    ),
    "POST /calls/{call_id}/proposals": Row({P.REVIEW}, scoped=True, form={"criterion": "shirk"}),
    "POST /calls/{call_id}/items": Row(
        {P.REVIEW}, scoped=True, form={"criterion": "shirk", "said": "passed", "seen": "9"}
    ),
    "POST /calls/{call_id}/answers": Row(
        {P.REVIEW}, scoped=True, form={"question": "solved", "said": "solved"}
    ),
    "POST /calls/{call_id}/comments": Row({P.REVIEW}, scoped=True, form={"comment": "x"}),
    "POST /calls/{call_id}/undo": Row({P.REVIEW}, scoped=True, form={"event": "1"}),
    "POST /calls/{call_id}/roles": Row({P.REVIEW}, scoped=True),
    "POST /calls/{call_id}/finish": Row({P.REVIEW}, scoped=True),
    "POST /calls/{call_id}/reopen": Row({P.REVIEW}, scoped=True),
    "POST /calls/{call_id}/next": Row({P.REVIEW}, scoped=True),
    "POST /calls/{call_id}/claim": Row({P.REVIEW}, scoped=True),
    "POST /calls/{call_id}/keep": Row({P.REVIEW}, scoped=True),
    "GET /calls/{call_id}/corrects": Row({P.MERGE}, scoped=True),
    "POST /calls/{call_id}/corrects": Row(
        {P.MERGE}, scoped=True, form={"call": "O01", "sound": "x", "old_sound": "y"}
    ),
    "POST /calls/{call_id}/corrects/undo": Row({P.MERGE}, scoped=True),
    "POST /calls/{call_id}/release": Row({P.REVIEW}, scoped=True),
}

NAMED = frozenset({Openness.TEAM, Openness.ALL})
"""With these, others have names."""
EVERY, NEVER = frozenset(Openness), frozenset[Openness]()

SEEN: dict[str, frozenset[Openness]] = {
    # themselves
    "/agents/8002": EVERY,
    "/reports/agent?agent=8002": EVERY,
    # a team-mate, and somebody of another team
    "/agents/8001": NAMED,
    "/agents/QX7730": frozenset({Openness.ALL}),
    "/reports/agent?agent=8001": NAMED,
    # many together
    "/reports/night": NAMED,
    "/reports/day": NAMED,
    "/reports/week": NAMED,
    "/reports/month": NAMED,
    "/reports/team?team=客服一组": NAMED,
    "/reports/queue?queue=快递查询": NAMED,
    "/reports/positive": NAMED | {Openness.ANONYMISED},
    "/reports/positive?team=客服一组": NAMED,
    # places in calls of others, and who reviewed
    "/reports/training": NEVER,
    "/reports/criterion?criterion=shirk": NEVER,
    "/reports/quality": NEVER,
    # calls of others: of a team-mate, and of another team
    "/calls/O01": NEVER,
    "/calls/{call}": NEVER,
    "/api/v1/calls/O01": NEVER,
    "/api/v1/calls/{call}/findings": NEVER,
    "/coaching?agent=8001": NEVER,
}
"""Addresses that tell of somebody else -> the values of the setting with which the agent 8002 may read them
(supervisors always do). `test_openness.py` asks them all, reports and agents as page, twin and API."""
