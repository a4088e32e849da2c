"""``callinspect rubric``: for people who write score sheets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline.cli.commands import trust
from pipeline.cli.selection import Sheet
from pipeline.cli.session import Session, command
from pipeline.cli.stored import sqlite_file
from pipeline.messages import Message
from pipeline.rubric import Rubric
from pipeline.store import open_store

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
app.command("trust", help="help.rubric.trust")(trust.trust)

LEVELS = {"error": "bold red", "warning": "yellow", "hint": "dim"}
CHANGES = {"added": "green", "removed": "red", "moved": "cyan", "changed": "yellow"}


@app.command("check", help="help.rubric.check")
@command
def check(
    session: Session,
    file: Annotated[Path | None, typer.Argument(help="argument.rubric", metavar="FILE")] = None,
    rubric: Sheet = None,
) -> int:
    """Exit status 2 where the sheet cannot be used; warnings and hints leave it at 0."""
    from pipeline.phrases import load_lexicons
    from pipeline.rubric import Level, check_rubric, load_rubric

    words = session.words
    path = file or rubric or session.settings.rubric
    layer = None if file or rubric else session.settings.layers
    codes = load_lexicons(session.settings.lexicons, session.settings.layers).codes
    issues = check_rubric(path, codes, layer=layer)
    table = Table.grid(padding=(0, 1))
    for issue in issues:
        file_ = issue.path or path
        place = str(file_) if issue.line is None else f"{file_}:{issue.line}"
        text = words.said(issue.text)
        table.add_row(Text(words(f"level.{issue.level}"), LEVELS[issue.level]), Text(place, "dim"), text)
    if issues:
        session.out.print(table)
    if any(issue.level is Level.ERROR for issue in issues):
        return 2
    sheet = load_rubric(path, codes=codes, layer=layer)
    counts = {"criteria": len(sheet.criteria), "items": len(sheet.accusing), "bonus": len(sheet.bonus)}
    hints = len(sheet.items) - len(sheet.accusing)
    findings = len(sheet.accusing) + len(sheet.bonus)
    facts = {**counts, "findings": findings, "hints": hints, "revision": sheet.revision}
    session.out.print(words("rubric.summary", path=path, title=sheet.title, **facts), style="green")
    return 0


@app.command("explain", help="help.rubric.explain")
@command
def explain(
    session: Session,
    criterion: Annotated[str | None, typer.Argument(help="argument.criterion", metavar="ID")] = None,
    rubric: Sheet = None,
) -> int:
    """Phrases are named and shown by the lexicons; where those cannot be read, the sheet explains itself.

    What the store knows of how far each criterion can be trusted and how rare violations are stands beside
    it.
    """
    from pipeline.errors import LexiconError
    from pipeline.phrases import load_lexicons
    from pipeline.rubric import explain, load_rubric

    settings = session.settings
    sheet = load_rubric(rubric or settings.rubric, layer=None if rubric else settings.layers)
    try:
        lexicons = load_lexicons(settings.lexicons, settings.layers)
        codes, phrases = lexicons.codes, lexicons.by_code
    except LexiconError:
        codes, phrases = {}, {}
    notes = _reviewed(session, sheet)
    text = explain(sheet, criterion, lang=session.settings.lang, codes=codes, phrases=phrases, notes=notes)
    session.out.print(text.rstrip())
    return 0


def _reviewed(session: Session, sheet: Rubric) -> dict[str, tuple[Message, ...]]:
    """Criterion -> the rate that its evidence is weighed against, and what reviews and samples say of it;
    the rate of the sheet alone where there is no store yet."""
    from pipeline.review.rarity import rarities_of, rated
    from pipeline.review.rarity_words import by_criterion
    from pipeline.review.trust_words import sentences

    path = sqlite_file(session.settings.store)
    if path is not None and not path.exists():
        return by_criterion(rarities_of(sheet.rarity, rated(sheet), {}, ()))
    with open_store(session.settings.store) as store:
        rates = by_criterion(store.trust.rarities(sheet))
        return {
            one.criterion: (*rates.get(one.criterion, ()), *sentences(one))
            for one in store.trust.criteria(sheet)
        }


@app.command("diff", help="help.rubric.diff")
@command
def diff(
    session: Session,
    old: Annotated[Path, typer.Argument(help="argument.old", metavar="OLD")],
    new: Annotated[Path | None, typer.Argument(help="argument.new", metavar="NEW")] = None,
) -> int:
    """What changes from one sheet to another (default: the one in use)."""
    from pipeline.rubric import diff_rubrics, load_rubric

    changes = diff_rubrics(
        load_rubric(old),
        load_rubric(new or session.settings.rubric, layer=None if new else session.settings.layers),
    )
    table = Table.grid(padding=(0, 1))
    for change in changes:
        text = session.words.said(change.text)
        table.add_row(Text(session.words(f"change.{change.kind}"), CHANGES[change.kind]), change.part, text)
    if changes:
        session.out.print(table)
    else:
        session.say(session.words("rubric.same"), "green")
    return 0
