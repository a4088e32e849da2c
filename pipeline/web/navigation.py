"""The places in the top bar, and who sees them."""

from __future__ import annotations

from pipeline.web.access import Permission, Visitor

P = Permission
NAVIGATION: tuple[tuple[str, str, tuple[Permission, ...]], ...] = (
    ("/", "nav.tonight", ()),
    ("/queue", "nav.queue", (P.REVIEW, P.ASSIGN)),
    ("/agents", "nav.agents", (P.LISTEN,)),
    ("/appeals", "nav.appeals", (P.APPEAL, P.ACCEPT, P.JUDGE, P.DECIDE)),
    ("/samples", "nav.samples", (P.SAMPLE, P.HEAR)),
    ("/calibrations", "nav.calibrations", (P.CALIBRATE,)),
    ("/exemplars", "nav.exemplars", (P.LISTEN,)),
    ("/rules", "nav.rules", (P.RULES,)),
    ("/admin", "nav.admin", (P.USERS, P.AUDIT, P.RETENTION)),
)
"""Address, words, and the permissions of which one is enough (none: everybody)."""


def is_here(path: str, place: str) -> bool:
    return path == place or (place != "/" and path.startswith(place + "/"))


def may_any(visitor: Visitor, permissions: tuple[Permission, ...]) -> bool:
    return any(visitor.may(permission) for permission in permissions)
