"""``callinspect lexicon``: for people who write lexicons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline.cli.session import Session, command
from pipeline.cli.views.conversation import STYLES, marked
from pipeline.cli.views.scorecard import severity
from pipeline.conversation.text import syllable
from pipeline.domain import PhraseHit, Role, Span, Utterance
from pipeline.errors import CommandError
from pipeline.phrases import Lexicons, Phrase, check_lexicons, compile_matcher, load_lexicons
from pipeline.phrases import explain as explain_text
from pipeline.phrases.checking import NOT_MEANT_REMEDY
from pipeline.phrases.explaining import Considered
from pipeline.phrases.matcher import NOT_MEANT
from pipeline.phrases.plain_wording import plain_wording
from pipeline.phrases.vocabulary import read_vocabulary

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")

Folder = Annotated[Path | None, typer.Option("--lexicons", help="option.lexicons", metavar="DIR")]

LEVELS = {"error": "bold red", "warning": "yellow"}

SECONDS_PER_CHARACTER = 0.25
"""240 characters a minute: ordinary speech, for sentences that were typed."""


@app.command("check", help="help.lexicon.check")
@command
def check(session: Session, lexicons: Folder = None) -> int:
    """Exit status 2 where a file or an example is wrong."""
    words = session.words
    loaded, folder = _load(session, lexicons)
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    for key in ("lexicon.code", "lexicon.kind", "column.severity", "lexicon.phrases", "lexicon.title"):
        table.add_column(words(key), justify="right" if key == "lexicon.phrases" else "left")
    for code in loaded.codes.values():
        count = sum(phrase.code == code for phrase in loaded.phrases)
        kind = Text(words(f"kind.{code.kind}"), STYLES[code.kind])
        table.add_row(code.code, kind, severity(code.severity), str(count), words.said(code.text))
    session.out.print(table)
    facts = {"codes": len(loaded.codes), "phrases": len(loaded.phrases), "revision": loaded.revision}
    session.out.print(words("lexicon.summary", path=folder, **facts))
    issues = check_lexicons(folder, session.settings.layers)
    for issue in issues:
        place = str(issue.path) if issue.line is None else f"{issue.path}:{issue.line}"
        line = Text(words(f"level.{issue.level}"), LEVELS[issue.level]).append(f" {place} ", "not bold dim")
        session.out.print(line.append(words.said(issue.message), "not bold not dim"))
    if not issues:
        count = sum(len(phrase.hit) + len(phrase.quiet) for phrase in loaded.phrases)
        session.out.print(words("lexicon.examples-good", count=count), style="green")
    return 2 if any(issue.level == "error" for issue in issues) else 0


@app.command("train", help="help.lexicon.train")
@command
def train_layer(session: Session, lexicons: Folder = None) -> int:
    """Learn the sentences of the centre's own layer; without any, what was learnt earlier goes."""
    from pipeline.files import replace_file
    from pipeline.phrases.increments import packed
    from pipeline.phrases.layer import WEIGHTS_FILE
    from pipeline.phrases.own_sentences import read_sentences
    from pipeline.phrases.training import shipped_sentences, train

    loaded, folder = _load(session, lexicons)
    layer = session.settings.layer
    if layer is None:
        raise CommandError("no-layer")
    own = read_sentences(layer, codes=loaded.codes)
    path = layer / WEIGHTS_FILE
    if own:
        replace_file(path, packed(train(own, loaded, shipped_sentences(folder))))
    else:
        path.unlink(missing_ok=True)
    revision = load_lexicons(folder, session.settings.layers).revision
    session.out.print(session.words("lexicon.trained", count=len(own), path=path, revision=revision))
    return 0


@app.command("try", help="help.lexicon.try")
@command
def try_text(
    session: Session,
    text: Annotated[str, typer.Argument(help="argument.text", metavar="TEXT")],
    role: Annotated[str | None, typer.Option(help="option.role")] = None,
    lexicons: Folder = None,
) -> int:
    """Without ``--role`` the sentence is tried in both mouths. What was found and does not count is told with
    the reason."""
    loaded, _ = _load(session, lexicons)
    matcher = compile_matcher(loaded)
    words = session.words
    found = 0
    spared: list[tuple[Role, Considered]] = []
    for each in _roles(role):
        utterance = _utterance(text, each)
        hits = matcher.match([utterance])
        found += len(hits)
        if hits:
            session.out.print(Text(f"{words(f'role.{each}')} ", "dim") + marked(utterance, hits))
            session.out.print(_hits_table(hits, loaded, session))
        told = explain_text(loaded, text, each, matcher=matcher, near_misses=False)
        spared += [(each, item) for item in told.considered if item.dropped is not None]
    if not found:
        session.out.print(words("lexicon.nothing"), style="yellow")
    if spared:
        session.out.print(words("lexicon.spared"))
        _print_considered(spared, session)
    return 0


@app.command("explain", help="help.lexicon.explain")
@command
def explain(
    session: Session,
    name: Annotated[str, typer.Argument(help="argument.code", metavar="CODE")],
    lexicons: Folder = None,
) -> int:
    loaded, _ = _load(session, lexicons)
    wanted = [p for p in loaded.phrases if name in (p.code.code, p.canonical, *p.variants)]
    words = session.words
    if not wanted:
        if name.isascii():  # a mistyped code; a sentence has Chinese characters
            raise CommandError("no-code", name=name)
        _explain_sentence(name, loaded, session)
        return 0
    for code in dict.fromkeys(p.code for p in wanted):
        heading = Text(f"{code.code}  {words.said(code.text)}  ", "bold")
        heading.append(words(f"kind.{code.kind}"), STYLES[code.kind])
        heading.append(f"  {words(f'role.{code.role}') if code.role else words('lexicon.role-any')}  ")
        session.out.print(heading + severity(code.severity))
        for phrase in (p for p in wanted if p.code == code):
            session.out.print(_explained(phrase, loaded, session))
    return 0


@app.command("names", help="help.lexicon.names")
@command
def names(
    session: Session,
    file: Annotated[Path | None, typer.Argument(help="argument.names", metavar="[FILE]")] = None,
) -> int:
    """The list of the settings where none is named. Exit status 2 where it cannot be used."""
    words, place = session.words, file or session.settings.vocabulary
    if place is None:
        raise CommandError("no-names")
    listed = read_vocabulary(place)
    table = Table(box=None, padding=(0, 1), header_style="dim", pad_edge=False)
    for key in ("names.line", "names.name", "names.sound", "names.note"):
        table.add_column(words(key), justify="right" if key == "names.line" else "left")
    alike = listed.alike
    for number, name in zip(listed.lines, listed.names, strict=True):
        notes = [words("names.like", other=other) for other in alike.get(name, ())]
        table.add_row(str(number), name, " ".join(map(syllable, name)), Text(" ".join(notes), "yellow"))
    session.out.print(table)
    session.out.print(words("names.summary", path=place, count=len(listed.names)), style="green")
    return 0


def _load(session: Session, folder: Path | None) -> tuple[Lexicons, Path]:
    place = folder or session.settings.lexicons
    return load_lexicons(place, session.settings.layers), place


def _roles(role: str | None) -> tuple[Role, ...]:
    if role is None:
        return (Role.AGENT, Role.CUSTOMER)
    if role not in (Role.AGENT, Role.CUSTOMER):
        raise CommandError("role", role=role)
    return (Role(role),)


def _utterance(text: str, role: Role) -> Utterance:
    return Utterance(role, Span(0.0, max(1, len(text)) * SECONDS_PER_CHARACTER), text)


def _hits_table(hits: tuple[PhraseHit, ...], loaded: Lexicons, session: Session) -> Table:
    grid = Table.grid(padding=(0, 2))
    for hit in hits:
        code, words = loaded.codes[hit.code], session.words
        grid.add_row(
            "  " + words(f"kind.{hit.kind}"),
            Text(hit.code, STYLES[hit.kind]),
            words.said(code.text),
            f"“{hit.quote}”",
            f"<- {hit.phrase}",
            f"{words(f'how.{hit.how}')} {hit.confidence:.0%}",
        )
    return grid


def _explain_sentence(text: str, loaded: Lexicons, session: Session) -> None:
    """What was considered in both mouths, and why it was dropped."""
    words, matcher = session.words, compile_matcher(loaded)
    considered: list[tuple[Role, Considered]] = []
    for role in (Role.AGENT, Role.CUSTOMER):
        explanation = explain_text(loaded, text, role, matcher=matcher)
        if role is Role.AGENT:
            session.out.print(Text(f"{explanation.normalised}  {explanation.pinyin}", "dim"))
        considered += [(role, item) for item in explanation.considered]
    if considered:
        _print_considered(considered, session)
    else:
        session.out.print(words("lexicon.nothing"))


def _print_considered(considered: Sequence[tuple[Role, Considered]], session: Session) -> None:
    """Each candidate with what became of it, and the remedy where the sentence spoke against it."""
    words = session.words
    grid = Table.grid(padding=(0, 2))
    for role, item in considered:
        why = words.said(item.dropped)
        verdict = Text(why, "dim") if why else Text(words("lexicon.hit"), "green")
        grid.add_row(
            words(f"role.{role}"),
            item.code,
            f"“{item.quote}” <- {item.phrase}",
            f"{words(f'how.{item.how}')} {item.confidence:.0%}",
            verdict,
        )
    session.out.print(grid)
    if any(item.dropped == NOT_MEANT for _, item in considered):
        session.out.print(words.said(NOT_MEANT_REMEDY), style="dim", soft_wrap=True)


def _explained(phrase: Phrase, loaded: Lexicons, session: Session) -> Text:
    """Wordings as people say them; under ``-v`` as their authors wrote them."""
    words = session.words

    def told(template: str) -> str:
        written = phrase.written[template].text if template in phrase.written else template
        return written if session.shared.verbose else plain_wording(written, loaded.slots, words.lang)

    others = dict.fromkeys(map(told, (*phrase.variants, *phrase.patterns)))
    text = Text(f"  {phrase.canonical}\n", "bold")
    for key, values in (
        ("lexicon.reason", (phrase.reason,)),
        ("lexicon.also", tuple(one for one in others if one != phrase.canonical)),
        ("lexicon.exceptions", tuple(map(told, phrase.exceptions))),
    ):
        if values:
            text.append(f"    {words(key)}{words.colon}{words.listed(values)}\n", "not bold")
    return text.append(f"    {phrase.place}", "dim")
