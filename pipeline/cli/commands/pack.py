"""``callinspect pack``: the packs of rules that a centre can switch on."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline.cli.session import Session, command
from pipeline.messages import Message, title
from pipeline.packs import Layers, Pack, read_packs, shipped_packs
from pipeline.settings import data_root

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")

Name = Annotated[str, typer.Argument(help="argument.pack", metavar="NAME")]


@app.command("list", help="help.pack.list")
@command
def list_packs(session: Session) -> int:
    """All packs there are, and where each holds."""
    from pipeline.rubric.load import pack_sheet

    words, on = session.words, {pack.name: pack for pack in session.settings.packs}
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    for key in ("pack.name", "pack.on", "pack.what"):
        table.add_column(words(key))
    for pack in read_packs(shipped_packs(data_root()), data_root()):
        sheet = pack_sheet(pack.sheet)
        what = words.said(title(f"{sheet.title}：{sheet.summary}", f"{sheet.title_en}: {sheet.summary_en}"))
        table.add_row(pack.name, Text(_where(session, on.get(pack.name)), "green"), what)
    session.out.print(table)
    return 0


@app.command("show", help="help.pack.show")
@command
def show(session: Session, name: Name) -> int:
    """What a pack looks for, item by item, and its sources."""
    from pipeline.phrases import load_lexicons
    from pipeline.rubric import explain, load_rubric
    from pipeline.rubric.load import pack_sheet

    pack = _pack(session, name)
    settings, words = session.settings, session.words
    layers = Layers(None, (pack,))
    lexicons = load_lexicons(settings.lexicons, layers)
    rubric, sheet = load_rubric(settings.rubric, codes=lexicons.codes, layer=layers), pack_sheet(pack.sheet)
    added = {section["id"] for section in sheet.sections}
    session.out.print(Text(words.said(title(sheet.title, sheet.title_en)), "bold"))
    session.out.print(words.said(title(sheet.summary, sheet.summary_en)))
    for source in sheet.sources:
        session.out.print(Text(f"  {source}", "dim"))
    for section in rubric.sections:
        for item in (i for c in section.criteria for i in c.items if section.id in added):
            codes, phrases = lexicons.codes, lexicons.by_code
            text = explain(rubric, item.id, lang=settings.lang, codes=codes, phrases=phrases, notes={})
            session.out.print()
            session.out.print(text.strip())
    if pack.call_list.exists():
        session.out.print()
        session.out.print(words("pack.call-list", path=pack.call_list))
    return 0


@app.command("check", help="help.pack.check")
@command
def check(session: Session, name: Name) -> int:
    """Exit status 2 where an example, a dialogue or a call of the pack comes out wrong."""
    from pipeline.batch.pack_calls import read_calls, wrong_calls
    from pipeline.inspection.rules import Rules
    from pipeline.phrases import compile_matcher, load_lexicons
    from pipeline.phrases.linter import issues_of
    from pipeline.phrases.ordinary import read_ordinary_talk
    from pipeline.rubric import Level, check_rubric, load_rubric
    from pipeline.rubric.load import pack_sheet

    pack, settings, words = _pack(session, name), session.settings, session.words
    layers = Layers(None, (pack,))
    shipped, lexicons = load_lexicons(settings.lexicons), load_lexicons(settings.lexicons, layers)
    own = [code for code in lexicons.codes if code not in shipped.codes]
    talk = read_ordinary_talk(settings.lexicons)
    wrong = [
        (issue.level, f"{issue.path}:{issue.line}", words.said(issue.message))
        for issue in issues_of(lexicons, compile_matcher(lexicons, only=own), talk, only=own)
    ]
    known = {str(issue.text) for issue in check_rubric(settings.rubric, shipped.codes)}
    wrong += [
        (str(found.level), str(found.path or pack.sheet), words.said(found.text))
        for found in check_rubric(settings.rubric, lexicons.codes, layer=layers)
        if str(found.text) not in known and found.level is not Level.HINT
    ]
    if not any(level == "error" for level, _, _ in wrong):
        calls = read_calls(pack.calls)
        rubric = load_rubric(settings.rubric, codes=lexicons.codes, layer=layers)
        added = {section["id"] for section in pack_sheet(pack.sheet).sections}
        items = [i.id for s in rubric.sections if s.id in added for c in s.criteria for i in c.items]
        problems = wrong_calls(calls, Rules(compile_matcher(lexicons), rubric), items)
        wrong += [("error", str(pack.calls), words.said(problem)) for problem in problems]
        facts = {"codes": len(own), "items": len(items), "calls": len(calls)}
        session.out.print(words("pack.summary", name=name, revision=lexicons.revision, **facts))
    for level, place, text in wrong:
        style = "bold red" if level == "error" else "yellow"
        line = Text(words(f"level.{level}"), style).append(f" {place} ", "not bold dim")
        session.out.print(line.append(text, "not bold not dim"))
    return 2 if any(level == "error" for level, _, _ in wrong) else 0


def _pack(session: Session, name: str) -> Pack:
    """A pack by its name, whether or not it is switched on.

    Raises:
        UsageError: there is none.
    """
    from pipeline.errors import UsageError

    known = shipped_packs(data_root())
    if name not in known:
        names = Message("join.list", parts=known)
        raise UsageError(Message("pack.unknown", name=name, known=names))
    return read_packs([name], data_root())[0]


def _where(session: Session, pack: Pack | None) -> str:
    if pack is None:
        return "-"
    return session.words.listed(pack.queues) if pack.queues else session.words("pack.everywhere")
