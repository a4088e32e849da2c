"""Asking the store, with an answer for people where there is nothing to ask."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.session import Session
from pipeline.domain import Case, FindingVerdict, Inspection
from pipeline.errors import CommandError, RubricError
from pipeline.messages import Message
from pipeline.store import Store, open_store

if TYPE_CHECKING:
    from pipeline.review.effective import Effective
    from pipeline.review.questions import AskedQuestion

SQLITE = "sqlite:///"
ALIKE = 3
"""Names that are told where an unknown one was typed."""


def existing_store(session: Session) -> Store:
    """The store to read from; a mistyped name must not quietly make an empty database.

    Raises:
        CommandError: an SQLite file that is not there.
        StoreError: it cannot be opened.
    """
    need_store(session)
    store = open_store(session.settings.store)
    store.alert_settings = session.settings.alerts
    return store


def need_store(session: Session) -> None:
    """Refuse to go on where there is no store.

    Raises:
        CommandError: an SQLite file that is not there.
    """
    path = sqlite_file(session.settings.store)
    if path is not None and not path.exists():
        raise CommandError("no-store", path=path)


def none_found(session: Session, store: Store) -> str:
    """Why there is nothing to list or to export: no call is stored yet, or none is as it was asked for."""
    if store.calls.count():
        return session.words("list.none")
    return session.words("list.empty", command=f"{session.program} run")


def need_criterion(session: Session, store: Store, criterion: str | None) -> None:
    """Refuse a criterion that neither the sheet nor any stored call has: no call would match a mistyped one.

    Raises:
        CommandError: with the known ones that are most alike, by id or by title.
    """
    if criterion is None:
        return
    titles = _criteria(session)
    if criterion in titles or store.calls.knows_criterion(criterion):
        return
    named = {**{title: one for one, title in titles.items()}, **{one: one for one in titles}}
    near = dict.fromkeys(named[one] for one in difflib.get_close_matches(criterion, named, n=ALIKE, cutoff=0))
    listed = tuple(Message("usage.criterion", id=one, title=titles[one]) for one in near)
    raise CommandError("unknown-criterion", name=criterion, near=Message("join.list", parts=listed))


def _criteria(session: Session) -> dict[str, str]:
    """Id -> title, as the sheet says now; empty where it cannot be read."""
    from pipeline.rubric import load_rubric  # here: only a filter by criterion asks

    try:
        sheet = load_rubric(session.settings.rubric, layer=session.settings.layers)
    except RubricError:
        return {}
    titles = [(one.id, one.title) for one in sheet.items] + [(one.id, one.title) for one in sheet.bonus]
    return {name: session.words.said(title) for name, title in titles}


@dataclass(frozen=True, slots=True)
class ShownCall:
    """A call with what people made of it."""

    inspection: Inspection
    case: Case | None
    said: Mapping[str, FindingVerdict]
    """Criterion -> verdict."""
    now: Effective | None = None
    """What it scores with them, and why it should be looked at; None where the sheet was never used."""
    files: tuple[tuple[Path, ...], ...] = ()
    """Where copies of its sound lie."""
    replaced_by: str | None = None
    """Id of the call that holds the corrected file of this one."""
    replaces: tuple[str, ...] = ()
    """Ids of the calls whose corrected file this one holds."""
    questions: tuple[AskedQuestion, ...] = ()
    """Above the sheet."""


def reviewed_call(session: Session, call_id: str) -> ShownCall:
    """The current inspection of a call, with people's verdicts; the last one of a call that was replaced.

    Raises:
        CommandError: the store has no such call.
    """
    from pipeline.review.questions import asked_questions

    with existing_store(session) as store:
        inspection = store.inspections.current(call_id)
        if inspection is not None:
            case, said = store.cases.case(call_id), store.decisions.verdicts(call_id)
            replaces = store.merges.replaced(call_id)
            now = store.decisions.effective(call_id)
            rubric = store.rulebooks.rubric(inspection.revisions.rubric)
            questions = asked_questions(rubric, inspection, store.decisions.history(call_id), said)
            files = _files(store, call_id)
            return ShownCall(inspection, case, said, now, files, replaces=replaces, questions=questions)
        heir, last = store.merges.replacement(call_id), store.merges.last(call_id)
        if heir is None or last is None:
            raise CommandError("no-call", call=call_id)
        return ShownCall(last, None, {}, files=_files(store, call_id), replaced_by=heir)


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
