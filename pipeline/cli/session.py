"""What every command starts from: settings, words, consoles, and the store when it asks."""

from __future__ import annotations

import functools
import getpass
import inspect
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

import typer
from rich.console import Console

from pipeline import __version__
from pipeline.cli.invocation import PROGRAM, program
from pipeline.cli.terminal import open_console
from pipeline.cli.words import Words
from pipeline.domain.acting import Acting, acting_as
from pipeline.environment import misspelt
from pipeline.errors import CommandError, StoreError
from pipeline.messages import Lang, Message, ValueRefused, languages
from pipeline.settings import Settings, load_settings

P = ParamSpec("P")
R = TypeVar("R")

PANEL = "panel.shared"
LANGUAGES = f"[{'|'.join(languages())}]"


def _language(given: str) -> Lang:
    if given not in languages():
        raise ValueRefused(Message("config.one-of", known=Message("join.list", parts=languages())))
    return given


@dataclass(frozen=True, slots=True)
class Shared:
    """The options that may stand before or after the command's name; None or False: not given."""

    store: Annotated[str | None, typer.Option(help="option.store", metavar="URL", rich_help_panel=PANEL)] = (
        None
    )
    config: Annotated[
        Path | None, typer.Option(help="option.config", metavar="FILE", rich_help_panel=PANEL)
    ] = None
    lang: Annotated[
        Lang | None,
        typer.Option(help="option.lang", metavar=LANGUAGES, parser=_language, rich_help_panel=PANEL),
    ] = None
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="option.quiet", rich_help_panel=PANEL)] = False
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="option.verbose", rich_help_panel=PANEL)
    ] = False

    def over(self, earlier: Shared | None) -> Shared:
        """What stands after the command wins over what stands before it."""
        if earlier is None:
            return self
        return Shared(
            store=self.store if self.store is not None else earlier.store,
            config=self.config if self.config is not None else earlier.config,
            lang=self.lang if self.lang is not None else earlier.lang,
            quiet=self.quiet or earlier.quiet,
            verbose=self.verbose or earlier.verbose,
        )


@dataclass(frozen=True, slots=True)
class Session:
    shared: Shared
    settings: Settings
    words: Words
    out: Console
    err: Console

    def say(self, text: str, style: str | None = None) -> None:
        """A remark on standard error, in one piece since it may hold what is to be copied; silent under
        ``-q``."""
        if not self.shared.quiet:
            self.err.print(text, style=style, soft_wrap=True)

    @property
    def program(self) -> str:
        """What people type to call us again on the same store."""
        return program(self.settings.store)

    def override(self, **settings: Any) -> Session:
        """The same session with settings that a command's own options gave; None counts as not given."""
        given = {"store": self.shared.store, "lang": self.shared.lang, **settings}
        return replace(self, settings=load_settings(self.shared.config, **given))


def open_session(shared: Shared) -> Session:
    """Read the settings.

    Raises:
        UsageError: the configuration cannot be used.
    """
    settings = load_settings(shared.config, store=shared.store, lang=shared.lang)
    if "://" not in settings.store:  # the store would refuse it too, but as a database that is down
        raise CommandError("store-url", url=settings.store)
    session = Session(
        shared,
        settings,
        Words(settings.lang, settings.rubric, settings.layers),
        open_console(sys.stdout),
        open_console(sys.stderr),
    )
    for name, meant in misspelt(Settings):
        session.say(session.words("config.misspelt", name=name, meant=meant), "yellow")
    return session


_SHARED = tuple(
    inspect.Parameter(p.name, inspect.Parameter.KEYWORD_ONLY, default=p.default, annotation=p.annotation)
    for p in inspect.signature(Shared, eval_str=True).parameters.values()
)


def command(function: Callable[Concatenate[Session, P], R]) -> Callable[..., R]:
    """Give a command the shared options; it receives them as an open Session, its first argument."""
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + [*_SHARED, context]

    @functools.wraps(function)
    def run(*, context: typer.Context, **given: Any) -> R:
        shared = Shared(**{p.name: given.pop(p.name) for p in _SHARED}).over(context.obj)
        with acting_as(Acting(shell=_os_user())):
            return function(open_session(shared), **given)  # type: ignore[call-arg]

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def _os_user() -> str:
    """Whose shell this is; a user id that no table of users knows has a number only."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid()) if hasattr(os, "getuid") else "?"


def _say_version(shared: Shared) -> None:
    """One line; with ``-v`` also the store's, where there is one that can be read."""
    typer.echo(f"{PROGRAM} {__version__}")
    if not shared.verbose:
        return
    from pipeline.cli.stored import need_store
    from pipeline.store import look_at_store
    from pipeline.store.tables import REVISION

    session = open_session(shared)
    typer.echo(f"Python {platform.python_version()}")
    typer.echo(session.words("version.tables", number=REVISION))
    try:
        need_store(session)
        with look_at_store(session.settings.store) as store:
            facts = store.operation.facts()
            said = session.words(
                "situation.store-value", url=facts.url, version=facts.version, server=facts.server
            )
    except (StoreError, CommandError) as error:
        said = error.said(session.words.lang)
    typer.echo(said)


def accept_shared_options(function: Callable[[], None]) -> Callable[..., None]:
    """Let the group above the commands take the shared options too, and say the version where it is asked."""
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)

    @functools.wraps(function)
    def run(*, context: typer.Context, version: bool = False, **given: Any) -> None:
        context.obj = Shared(**given)
        if version:
            _say_version(context.obj)
            raise typer.Exit
        if context.invoked_subcommand is None:
            context.fail("Missing command.")

    shown = Annotated[bool, typer.Option("--version", help="option.version")]
    version = inspect.Parameter("version", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=shown)
    run.__signature__ = inspect.Signature([version, *_SHARED, context])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in (version, *_SHARED, context)}
    return run
