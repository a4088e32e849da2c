"""From a driver's error to a sentence with a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import DataError, DBAPIError, SQLAlchemyError, StatementError

from pipeline.errors import StoreError, Unstorable

_BY_CODE = {
    "SQLITE_FULL": "the disk is full; free some space and run again: what was finished is kept",
    "SQLITE_BUSY": "another program keeps it locked; close that program (or wait) and run again",
    "SQLITE_LOCKED": "another program keeps it locked; close that program (or wait) and run again",
    "SQLITE_READONLY": "it is read-only; give this user write permission on the file and its folder",
    "SQLITE_CANTOPEN": "it cannot be opened; check that the folder exists and that this user may write there",
    "SQLITE_PERM": "permission denied; give this user write permission on the file and its folder",
    "SQLITE_NOTADB": "the file is not an SQLite database; choose another --store",
    "SQLITE_CORRUPT": "the file is damaged; restore it from a copy, or move it away and run again",
    "SQLITE_IOERR": "the disk gave an input/output error; check the disk and its free space, then run again",
    "53100": "the server's disk is full; free some space and run again: what was finished is kept",
    "53300": "the database server has no free connection; raise max_connections or close other programs",
    "25006": "the database is read-only; connect to the primary server",
    "42501": "permission denied; grant this user CREATE and write rights on the schema",
    "28P01": "the password is wrong; check the --store URL",
    "28000": "the server refuses this user; check the --store URL and the server's pg_hba.conf",
    "3D000": "there is no such database; create it first (createdb) or correct the --store URL",
    "55P03": "another program keeps a table locked; wait and run again",
    "40P01": "two programs blocked each other; run again",
    "57P01": "the database server is shutting down; start it and run again: what was finished is kept",
}


def shown(url: URL) -> str:
    """The address for people: never the password."""
    return url.render_as_string(hide_password=True)


def explain(error: DBAPIError, url: URL) -> StoreError:
    """The remedy by the driver's error code; the driver's own words where the code is not known."""
    origin = error.orig
    code = str(getattr(origin, "sqlite_errorname", None) or getattr(origin, "sqlstate", None) or "")
    first_line = str(origin).strip().splitlines()[0] if str(origin).strip() else type(origin).__name__
    remedy = next((text for known, text in _BY_CODE.items() if code.startswith(known)), None)
    if remedy is None and url.get_backend_name() == "postgresql" and not code:
        remedy = "the database server does not answer; check that it runs and that the --store URL is right"
    if remedy is None:
        kind = Unstorable if isinstance(error, DataError) else StoreError
        return kind(f"{shown(url)}: the database refused: {first_line}")
    return StoreError(f"{shown(url)}: {remedy} ({first_line})")


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn any database error inside the block into a StoreError."""
    try:
        yield
    except DBAPIError as error:
        raise explain(error, url) from error
    except StatementError as error:  # a value that no column takes: nothing was sent
        raise Unstorable(f"{shown(url)}: {error.orig}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"{shown(url)}: {error}") from error
