"""``callinspect doctor``: is everything there that a run needs, and where does each setting come from."""

from __future__ import annotations

import os
import platform
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, SecretStr
from rich.table import Table
from rich.text import Text

import pipeline
from pipeline.batch.machine import cores, free_bytes, worker_bytes, worker_count
from pipeline.cli.session import Session, command
from pipeline.cli.stored import sqlite_file
from pipeline.cli.words import Words
from pipeline.errors import CallinspectError, CommandError
from pipeline.list_rules import load_rule_files
from pipeline.settings import CONFIG_FILE, Settings


class Health(StrEnum):
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


STYLES = {Health.GOOD: "green", Health.WARNING: "yellow", Health.BAD: "bold red"}

GIB = 2**30
LITTLE_MEMORY = 2 * GIB
"""One worker with the base model and a long call takes about half of it."""

LITTLE_DISK = GIB
"""10,000 calls make a database of some hundred megabytes."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report; the remedy stands in the text or in the error it came from."""

    health: Health
    text: str


@command
def doctor(session: Session) -> int:
    """Exit status 2 where something must be mended before a run can work."""
    words = session.words
    table = Table.grid(padding=(0, 1))
    bad = 0
    for check in checks(session):
        bad += check.health is Health.BAD
        table.add_row(Text(words(f"doctor.{check.health}"), style=STYLES[check.health]), check.text)
    session.out.print(table)
    session.out.print()
    session.out.print(Text(words("doctor.settings"), "bold"))
    session.out.print(settings_table(session))
    session.out.print()
    if bad:
        session.out.print(words("doctor.not-fine", count=bad), style="bold red")
        return 2
    session.out.print(words("doctor.fine"), style="green")
    return 0


def checks(session: Session) -> Iterator[Check]:
    words = session.words
    yield Check(
        Health.GOOD, words("doctor.python", version=platform.python_version(), ours=pipeline.__version__)
    )
    yield Check(Health.GOOD, words("doctor.cores", count=cores(), workers=worker_count(session.settings)))
    yield _memory(session)
    yield _disk(session)
    for part in (_model, _device, _speaker_model, _store, _lexicons, _rubric, _call_list, _interface):
        yield _tried(part, session)


def _tried(part: Callable[[Session], Check], session: Session) -> Check:
    try:
        return part(session)
    except CallinspectError as error:
        return Check(Health.BAD, error.said(session.words.lang))


def _memory(session: Session) -> Check:
    free = free_bytes()
    each = worker_bytes(session.settings.model, models=session.settings.models)
    text = session.words("doctor.memory", free=f"{free / GIB:.1f}")
    text += f"; {session.words('doctor.worker-memory', each=f'{each / GIB:.1f}')}"
    if free < LITTLE_MEMORY:
        return Check(Health.WARNING, f"{text}; {session.words('doctor.memory.remedy')}")
    return Check(Health.GOOD, text)


def _disk(session: Session) -> Check:
    place = sqlite_file(session.settings.store) or Path()
    free = free_disk(place)
    text = session.words("doctor.disk", path=place.absolute().parent, free=f"{free / GIB:.1f}")
    if free < LITTLE_DISK:
        return Check(Health.WARNING, f"{text}; {session.words('doctor.disk.remedy')}")
    return Check(Health.GOOD, text)


def _model(session: Session) -> Check:
    from pipeline.transcription.models import load_manifest, locate, verify

    name, folder = session.settings.model, session.settings.models
    place = locate(name, folder=folder)
    if name not in load_manifest():
        return Check(Health.WARNING, session.words("doctor.model-unpinned", name=name, path=place))
    damaged = [str(check) for check in verify(name, folder=folder) if not check.good]
    if damaged:
        problem = session.words.listed(damaged)
        return Check(Health.BAD, session.words("models.damaged", name=name, problem=problem))
    return Check(Health.GOOD, session.words("doctor.model", name=name, path=place))


def _device(session: Session) -> Check:
    from pipeline.transcription.devices import device_of

    settings = session.settings
    device = device_of(settings.device, model=settings.model, models=settings.models)
    return Check(Health.GOOD, session.words("doctor.device", device=device))


def _speaker_model(session: Session) -> Check:
    """Mono calls can do without it, less well."""
    from pipeline.transcription.models import list_models, verify

    folder = session.settings.models
    for model in list_models(folder=folder, kind="speaker-embedding"):
        if not model.ready:
            return Check(Health.WARNING, session.words("doctor.no-speaker-model", name=model.name))
        if not all(check.good for check in verify(model.name, folder=folder)):
            return Check(Health.BAD, session.words("models.damaged", name=model.name, problem="SHA-256"))
    return Check(Health.GOOD, session.words("doctor.speaker-model"))


def _store(session: Session) -> Check:
    from pipeline.store import open_store

    path = sqlite_file(session.settings.store)
    if path is not None and not path.exists():
        place = next(p for p in path.absolute().parents if p.exists())
        if not os.access(place, os.W_OK):
            raise CommandError("folder", path=place)
        return Check(Health.GOOD, session.words("doctor.store-new", url=session.settings.store))
    with open_store(session.settings.store) as store:
        return Check(Health.GOOD, session.words("doctor.store", url=store.url, calls=store.calls.count()))


def _lexicons(session: Session) -> Check:
    from pipeline.phrases import load_lexicons

    path = session.settings.lexicons
    found = load_lexicons(path, session.settings.layers)
    facts = {"codes": len(found.codes), "phrases": len(found.phrases), "revision": found.revision}
    return Check(Health.GOOD, session.words("doctor.lexicons", path=path, **facts))


def _rubric(session: Session) -> Check:
    from pipeline.phrases import load_lexicons
    from pipeline.rubric import load_rubric

    path = session.settings.rubric
    layer = session.settings.layers
    codes = load_lexicons(session.settings.lexicons, layer).codes
    sheet = load_rubric(path, codes=codes, layer=layer)
    facts = {"title": sheet.title, "criteria": len(sheet.criteria), "revision": sheet.revision}
    return Check(Health.GOOD, session.words("doctor.rubric", path=path, **facts))


def _call_list(session: Session) -> Check:
    from pipeline.ingest import check_settings

    chosen = session.settings.calls
    check_settings(chosen)
    load_rule_files(chosen.rules)
    facts = {"columns": len(chosen.columns), "templates": len(chosen.templates)}
    return Check(Health.GOOD, session.words("doctor.call-list", **facts))


def _interface(session: Session) -> Check:
    """Nights are inspected without it."""
    from pipeline.web.vendor import missing, packages

    absent = ", ".join(package.name for package in missing())
    if absent:
        return Check(Health.WARNING, session.words("doctor.no-interface", names=absent))
    found = ", ".join(f"{package.name} {package.version}" for package in packages())
    return Check(Health.GOOD, session.words("doctor.interface", packages=found))


def free_disk(path: Path) -> int:
    """Bytes free where ``path`` is or will be."""
    place = path.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


PASSWORD = re.compile(r"(//[^:/@]*:).*@")


def settings_table(session: Session) -> Table:
    words = session.words
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    table.add_column(words("doctor.setting"), no_wrap=True)
    table.add_column(words("doctor.value"), overflow="fold")
    table.add_column(words("doctor.source"), no_wrap=True)
    table.add_column(words("doctor.meaning"), overflow="fold", style="dim")
    for name, source in sources(session).items():
        value = Text(shown(name, getattr(session.settings, name), words))
        source_text = Text(words(f"doctor.source.{source}"), "dim" if source == "default" else "cyan")
        table.add_row(name, value, source_text, meaning(name, words))
    return table


def meaning(name: str, words: Words) -> str:
    return words.known(f"setting.{name}", Settings.model_fields[name].description or "")


def sources(session: Session) -> dict[str, str]:
    """Setting -> ``option``, ``environment``, ``file`` or ``default``: the first that gives it wins."""
    path = session.shared.config or CONFIG_FILE
    in_file = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    prefix = Settings.model_config.get("env_prefix", "")
    variables = {name.upper() for name, value in os.environ.items() if value}
    out = {}
    for name in Settings.model_fields:
        variable = f"{prefix}{name}".upper()
        if getattr(session.shared, name, None) is not None:
            out[name] = "option"
        elif any(v == variable or v.startswith(f"{variable}__") for v in variables):
            out[name] = "environment"
        else:
            out[name] = "file" if name in in_file else "default"
    return out


def shown(name: str, value: object, words: Words) -> str:
    """The value for people, as the configuration file has it: an address without its password, a secret only
    as being there, of a table what is set in it."""
    unset = words("doctor.unset")
    match value:
        case BaseModel() | dict():
            inside = value.items() if isinstance(value, dict) else value
            told = ((key, shown(key, one, words)) for key, one in inside)
            return "\n".join(f"{key} = {text}" for key, text in told if text != unset) or unset
        case tuple():
            return words.listed([str(one) for one in value]) or unset
        case SecretStr():
            return "***" if value.get_secret_value() else unset
        case bool():
            return str(value).lower()
        case None | "":
            return unset
    return PASSWORD.sub(r"\1***@", str(value)) if name == "store" else str(value)
