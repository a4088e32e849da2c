"""Who may do what: the ONE place where roles and team scope are checked.

Every route depends on ``allowed(Permission.X)``, ``signed_in`` or ``anyone``; ``create_app`` refuses a route
that depends on none of them. What belongs to a call depends on ``visible_call`` too (its sound alone: on
``audible_call``); queries take ``visitor.scope``.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from pipeline.domain.acting import acting_user
from pipeline.domain.people import Outlook, Scope, User, UserRole, outlook_of, scope_of
from pipeline.errors import no_call
from pipeline.messages import Lang
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.store.repositories.sessions import SessionRow
from pipeline.web.cookies import preferred_lang, preferred_theme, session_cookie
from pipeline.web.names import Name
from pipeline.web.secrets import digest


class Permission(StrEnum):
    """What a role may allow."""

    LISTEN = "listen"
    """Open calls in scope, hear them."""
    REVIEW = "review"
    ASSIGN = "assign"
    APPEAL = "appeal"
    """File an appeal (agents, about their own calls)."""
    ACCEPT = "accept"
    """Let an appeal through to the panel (leads)."""
    JUDGE = "judge"
    """Give an opinion on the panel."""
    DECIDE = "decide"
    """Decide an appeal."""
    HEAR = "hear"
    """Listen to the calls of a sample and count what the machine missed."""
    SAMPLE = "sample"
    """Announce and draw samples."""
    CALIBRATE = "calibrate"
    COACH = "coach"
    RULES = "rules"
    WHAT_IF = "what-if"
    """Try an edited rubric or lexicon on stored calls."""
    TRUST = "trust"
    """Say whether a criterion takes points or only flags."""
    EDIT_RULES = "edit-rules"
    """Change the centre's own rules, and answer what reviewers propose."""
    USERS = "users"
    AUDIT = "audit"
    RETENTION = "retention"
    EXPORT = "export"
    REPORTS = "reports"
    """Read reports (agents: about themselves, and as far as the centre lets them see others)."""
    TURN = "turn"
    """Judge calls of others blind, where one is named for it (agents)."""
    ANNOUNCED = "announced"
    """Read how samples were announced (agents: without what was found in them)."""
    SETTLE = "settle"
    """Read the settlement of a month (agents: their own row)."""
    ALERT = "alert"
    """Take, report and close a customer's threat to go outside."""
    LIABILITY = "liability"
    """Judge who is to blame for it."""
    MERGE = "merge"
    """Say that a call holds the corrected file of another."""
    RUNS = "runs"
    """Read what runs left uninspected, with its path, and say what becomes of it."""


P = Permission
ROLE_PERMISSIONS: Mapping[UserRole, frozenset[Permission]] = {
    UserRole.AGENT: frozenset({P.LISTEN, P.APPEAL, P.RULES, P.SETTLE, P.REPORTS, P.ANNOUNCED, P.TURN}),
    UserRole.REVIEWER: frozenset(
        {P.LISTEN, P.REVIEW, P.ALERT, P.JUDGE, P.HEAR, P.CALIBRATE, P.RULES, P.EXPORT, P.REPORTS}
    ),
    UserRole.LEAD: frozenset(
        {P.LISTEN, P.ASSIGN, P.COACH, P.ACCEPT, P.ALERT, P.LIABILITY, P.JUDGE, P.CALIBRATE, P.RULES, P.EXPORT}
        | {P.REPORTS}
    ),
    UserRole.SUPERVISOR: frozenset(Permission) - {P.USERS, P.RETENTION},
    UserRole.ADMINISTRATOR: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. ``session`` is the digest of their session, ``csrf`` what their writes must carry."""

    user: User
    scope: Scope
    csrf: str
    lang: Lang
    theme: str | None
    session: str
    outlook: Outlook
    """Whose figures they may see. The calls that they may open are those of ``scope`` alone."""

    def may(self, permission: Permission) -> bool:
        return permission in ROLE_PERMISSIONS[self.user.role]

    @property
    def works(self) -> bool:
        """True for those who have a queue: they review calls, or give them to others."""
        return self.may(Permission.REVIEW) or self.may(Permission.ASSIGN)

    @property
    def judged(self) -> bool:
        """True for agents: they see others as far as the centre lets them (``outlook``)."""
        return self.user.role is UserRole.AGENT

    @property
    def sees_reviewers(self) -> bool:
        """True for those who may know who reviewed: not for those who are judged."""
        return self.works


class NotSignedIn(Exception):  # noqa: N818 - a direction, not an error: people are sent to sign in
    """Nobody is signed in, or their session has ended."""


class Forbidden(Exception):  # noqa: N818
    """Signed in, but this role may not. ``reason`` is a key of the words."""

    def __init__(self, reason: str = "error.forbidden", *, visitor: Visitor | None = None) -> None:
        super().__init__(reason)
        self.reason, self.visitor = reason, visitor


READING = ("GET", "HEAD", "OPTIONS")


def the_store(request: Request) -> Store:
    """The open store of this application."""
    found: Store = request.app.state.store
    return found


def the_settings(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


async def visitor_of(request: Request) -> Visitor | None:
    """Who asks, or None. Looked up once per request."""
    if not hasattr(request.state, "visitor"):
        request.state.visitor = await _look_up(request)
    found: Visitor | None = request.state.visitor
    return found


async def _look_up(request: Request) -> Visitor | None:
    cookie = session_cookie(request)
    if not cookie:
        return None
    settings = the_settings(request)
    idle, store = settings.serve.idle_minutes * 60.0, the_store(request)

    def read() -> tuple[SessionRow, frozenset[str]] | None:
        row = store.sessions.find(digest(cookie), idle_seconds=idle)
        return None if row is None else (row, store.calibrations.sealed(row.user.id))

    known = await run_in_threadpool(read)
    if known is None:
        return None
    found, sealed = known
    user = found.user
    acting_user(user.id)
    outlook = outlook_of(user, settings.openness)
    return Visitor(
        user=user,
        scope=replace(scope_of(user), sealed=sealed),
        outlook=replace(outlook, scope=replace(outlook.scope, sealed=sealed)),
        csrf=found.csrf,
        lang=preferred_lang(request, user.lang),
        theme=preferred_theme(request, user.theme),
        session=found.token,
    )


async def anyone(request: Request) -> Visitor | None:
    """Dependency of the few routes that need nobody signed in."""
    return await visitor_of(request)


async def signed_in(request: Request) -> Visitor:
    """Dependency: somebody is signed in, and a write carries their csrf token.

    Raises:
        NotSignedIn: nobody is.
        Forbidden: a write without the token.
    """
    visitor = await visitor_of(request)
    if visitor is None:
        raise NotSignedIn
    if request.method not in READING and not hmac.compare_digest(
        (await _token(request)).encode(), visitor.csrf.encode()
    ):
        raise Forbidden("error.csrf", visitor=visitor)
    if request.method not in READING:
        request.app.state.waiting.forget(visitor.user.id)  # what waits for them will be less
    return visitor


async def _token(request: Request) -> str:
    header = request.headers.get("x-csrf-token")
    if header is not None:
        return header
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return ""
    field = (await request.form()).get("csrf")
    return field if isinstance(field, str) else ""


def allowed(*permissions: Permission) -> Callable[..., Awaitable[Visitor]]:
    """Dependency: the visitor's role has one of these permissions. Else a 403, as page or JSON."""

    async def check(request: Request, visitor: Annotated[Visitor, Depends(signed_in)]) -> Visitor:
        if not any(visitor.may(permission) for permission in permissions):
            raise Forbidden(visitor=visitor)
        return visitor

    check.permissions = permissions  # type: ignore[attr-defined]  # for the table of routes
    return check


def check_unsealed(visitor: Visitor, *call_ids: str) -> None:
    """Who is still to score a call blind reads nothing about it, wherever that stands.

    Raises:
        Forbidden: one of these calls is such a one.
    """
    if not visitor.scope.sealed.isdisjoint(call_ids):
        raise Forbidden("error.sealed", visitor=visitor)


def nothing_sealed(visitor: Annotated[Visitor, Depends(signed_in)]) -> None:
    """Dependency of what tells about all calls at once and cannot leave some out.

    Raises:
        Forbidden: the visitor is still to score calls blind.
    """
    if visitor.scope.sealed:
        raise Forbidden("error.sealed-all", visitor=visitor)


def audible_call(
    request: Request,
    call_id: Name,
    visitor: Annotated[Visitor, Depends(signed_in)],
    store: Annotated[Store, Depends(the_store)],
) -> str:
    """Dependency on the path's ``call_id`` for its sound alone: a call outside the scope answers like one
    that does not exist.

    Approved examples, and calls of a calibration the visitor is invited to, can be read and heard whatever
    the scope; nothing can be written about them.

    Raises:
        Missing: either.
    """
    reading = request.method in READING
    if not store.queue.sees(visitor.scope, call_id) and not (
        reading and store.coaching.shared(call_id, user=visitor.user.id)
    ):
        raise no_call(call_id)
    return call_id


def visible_call(
    call_id: Annotated[str, Depends(audible_call)], visitor: Annotated[Visitor, Depends(signed_in)]
) -> str:
    """Dependency on the path's ``call_id`` for everything about a call.

    Raises:
        Missing: there is none that this visitor may see.
        Forbidden: they are still to score it blind.
    """
    check_unsealed(visitor, call_id)
    return call_id


SignedIn = Annotated[Visitor, Depends(signed_in)]
TheStore = Annotated[Store, Depends(the_store)]
TheSettings = Annotated[Settings, Depends(the_settings)]
VisibleCall = Annotated[str, Depends(visible_call)]
AudibleCall = Annotated[str, Depends(audible_call)]
