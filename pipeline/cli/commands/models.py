"""``callinspect models``: which speech models there are, fetching them, checking them."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline.cli.session import Session, command
from pipeline.transcription.models import fetch, list_models, progress_bar, verify

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")


@app.command("list", help="help.models.list")
@command
def list_them(session: Session) -> int:
    words = session.words
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    for key in ("models.name", "models.state", "models.size", "models.licence", "models.title"):
        table.add_column(words(key), overflow="fold", justify="right" if key == "models.size" else "left")
    for model in list_models(folder=session.settings.models):
        state = Text(words("models.ready"), "green") if model.ready else Text(words("models.absent"), "dim")
        if model.name == session.settings.model:
            state.append(f" ({words('models.chosen')})")
        licence = words.known(f"model.licence.{model.name}", model.licence)
        title = words.known(f"model.title.{model.name}", model.title)
        table.add_row(model.name, state, size(model.size), licence, title)
    session.out.print(table)
    return 0


@app.command("fetch", help="help.models.fetch")
@command
def fetch_one(
    session: Session,
    name: Annotated[str, typer.Argument(help="argument.model", metavar="NAME")],
    mirror: Annotated[
        str | None,
        typer.Option("--from", help="models.from", metavar="DIR|URL", envvar="CALLINSPECT_MODELS_FROM"),
    ] = None,
) -> int:
    silent = session.shared.quiet or not session.err.is_terminal
    with progress_bar(disable=silent) as progress:
        place = fetch(name, folder=session.settings.models, progress=progress, mirror=mirror)
    session.say(session.words("models.fetched", name=name, path=place), "green")
    return 0


@app.command("verify", help="help.models.verify")
@command
def verify_them(
    session: Session,
    names: Annotated[list[str] | None, typer.Argument(help="argument.models", metavar="NAME")] = None,
) -> int:
    """Exit status 2 where a file is missing or damaged."""
    words, folder = session.words, session.settings.models
    chosen = names or [m.name for m in list_models(folder=folder) if m.path.is_dir()]
    if not chosen:
        session.err.print(words("models.none-ready"), style="red")
        return 2
    bad = 0
    for name in chosen:
        checks = verify(name, folder=folder)
        problems = [words.said(check.message) for check in checks if not check.good]
        bad += bool(problems)
        if problems:
            session.out.print(words("models.damaged", name=name, problem=words.listed(problems)), style="red")
        else:
            session.out.print(words("models.verified", name=name, count=len(checks)), style="green")
    return 2 if bad else 0


def size(count: int | None) -> str:
    return "-" if count is None else f"{count / 2**20:.0f} MiB"
