"""From a driver's error to a sentence with a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, SQLAlchemyError, StatementError

from pipeline.errors import StoreAway, StoreError, Unstorable
from pipeline.messages import Message

_BY_CODE = {
    "SQLITE_FULL": Message("store.full"),
    "SQLITE_BUSY": Message("store.busy"),
    "SQLITE_LOCKED": Message("store.busy"),
    "SQLITE_READONLY": Message("store.read-only"),
    "SQLITE_CANTOPEN": Message("store.cannot-open"),
    "SQLITE_PERM": Message("store.permission"),
    "SQLITE_NOTADB": Message("store.not-sqlite"),
    "SQLITE_CORRUPT": Message("store.damaged"),
    "SQLITE_IOERR": Message("store.disk"),
    "53100": Message("store.server-full"),
    "53300": Message("store.no-connection"),
    "25006": Message("store.standby"),
    "42501": Message("store.rights"),
    "28P01": Message("store.password"),
    "28000": Message("store.user"),
    "3D000": Message("store.no-database"),
    "55P03": Message("store.table-locked"),
    "40P01": Message("store.deadlock"),
    "57P01": Message("store.shutting-down"),
}
"""Code of a driver's error, or how it begins -> what to do."""
_AWAY = ("08", "57P", "25P03")
"""How codes of PostgreSQL begin that say: the connection is gone, the server shuts down or starts, or it has
ended a transaction in which nothing happened for too long."""


def shown(url: URL) -> str:
    """The address for people: never the password."""
    return url.render_as_string(hide_password=True)


def explain(error: DBAPIError, url: URL) -> StoreError:
    """The remedy by the driver's error code; the driver's own words where the code is not known."""
    origin = error.orig
    code = str(getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None) or "")
    first_line = str(origin).strip().splitlines()[0] if str(origin).strip() else type(origin).__name__
    remedy = next((text for known, text in _BY_CODE.items() if code.startswith(known)), None)
    if remedy is None and url.get_backend_name() == "postgresql" and (not code or away(error)):
        remedy = Message("store.no-answer")
    if remedy is None:
        kind = Unstorable if isinstance(error, DataError) else StoreError
        return kind(Message("store.refused", url=shown(url), problem=first_line))
    if url.get_backend_name() == "postgresql" and away(error):
        return StoreAway(Message("store.remedy", url=shown(url), remedy=remedy, problem=first_line))
    return StoreError(Message("store.remedy", url=shown(url), remedy=remedy, problem=first_line))


def away(error: DBAPIError) -> bool:
    """Whether a server does not answer, which may change."""
    code = str(getattr(error.orig, "sqlstate", None) or "")
    unanswered = isinstance(error, OperationalError) and not code
    return unanswered or error.connection_invalidated or code.startswith(_AWAY)


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn any database error inside the block into a StoreError."""
    try:
        yield
    except DBAPIError as error:
        raise explain(error, url) from error
    except StatementError as error:  # a value that no column takes: nothing was sent
        raise Unstorable(Message("store.value", url=shown(url), problem=str(error.orig))) from error
    except SQLAlchemyError as error:
        raise StoreError(Message("store.refused", url=shown(url), problem=str(error))) from error
