"""Asking the store, with an answer for people where there is nothing to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.cli.session import Session
from pipeline.domain import Case, FindingVerdict, Inspection
from pipeline.errors import CommandError
from pipeline.store import Store, open_store

SQLITE = "sqlite:///"


def existing_store(session: Session) -> Store:
    """The store to read from; a mistyped name must not quietly make an empty database.

    Raises:
        CommandError: an SQLite file that is not there.
        StoreError: it cannot be opened.
    """
    need_store(session)
    return open_store(session.settings.store)


def need_store(session: Session) -> None:
    """Refuse to go on where there is no store.

    Raises:
        CommandError: an SQLite file that is not there.
    """
    path = sqlite_file(session.settings.store)
    if path is not None and not path.exists():
        raise CommandError("no-store", path=path)


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A call with what people made of it."""

    inspection: Inspection
    case: Case | None
    said: Mapping[str, FindingVerdict]
    """Criterion -> verdict."""
    files: tuple[tuple[Path, ...], ...] = ()
    """Where copies of its sound lie."""
    replaced_by: str | None = None
    """Id of the call that holds the corrected file of this one."""
    replaces: tuple[str, ...] = ()
    """Ids of the calls whose corrected file this one holds."""


def reviewed_call(session: Session, call_id: str) -> ShownCall:
    """The current inspection of a call, with people's verdicts; the last one of a call that was replaced.

    Raises:
        CommandError: the store has no such call.
    """
    with existing_store(session) as store:
        inspection = store.inspections.current(call_id)
        if inspection is not None:
            case, said = store.cases.case(call_id), store.decisions.verdicts(call_id)
            replaces = store.merges.replaced(call_id)
            return ShownCall(inspection, case, said, _files(store, call_id), replaces=replaces)
        heir, last = store.merges.replacement(call_id), store.merges.last(call_id)
        if heir is None or last is None:
            raise CommandError("no-call", call=call_id)
        return ShownCall(last, None, {}, _files(store, call_id), replaced_by=heir)


def _files(store: Store, call_id: str) -> tuple[tuple[Path, ...], ...]:
    return next(
        (one.files for one in store.identities.known(call_ids=[call_id]) if one.call_id == call_id), ()
    )


def stored_call(session: Session, call_id: str) -> Inspection:
    """The current inspection of a call.

    Raises:
        CommandError: the store has no such call.
    """
    with existing_store(session) as store:
        inspection = store.inspections.current(call_id)
    if inspection is None:
        raise CommandError("no-call", call=call_id)
    return inspection


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite address, None for other databases."""
    name = url.removeprefix(SQLITE).partition("?")[0]
    return Path(name) if url.startswith(SQLITE) and name not in ("", ":memory:") else None
