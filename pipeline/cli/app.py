"""The commands, and their help in the reader's language.

A command line names one command: only that one's module is imported, since together they load every library.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib import import_module
from typing import Any

import typer

from pipeline.cli.session import accept_shared_options
from pipeline.cli.words import Words

COMMANDS = {
    "run": ("running.run", "help.run"),
    "watch": ("watching.watch", "help.watch"),
    "status": ("status.status", "help.status"),
    "failed": ("failed.app", "help.failed"),
    "rescore": ("running.rescore", "help.rescore"),
    "list": ("calls.list_calls", "help.list"),
    "show": ("calls.show", "help.show"),
    "clip": ("clip.clip", "help.clip"),
    "export": ("calls.export_records", "help.export"),
    "call-list": ("call_list.app", "help.call-list"),
    "report": ("report.app", "help.report"),
    "lexicon": ("lexicon.app", "help.lexicon"),
    "rubric": ("rubric.app", "help.rubric"),
    "pack": ("pack.app", "help.pack"),
    "models": ("models.app", "help.models"),
    "sample": ("sample.app", "help.sample"),
    "appeal": ("appeal.app", "help.appeal"),
    "calibrate": ("calibrate.app", "help.calibrate"),
    "notify": ("notify.notify", "help.notify"),
    "serve": ("serving.serve", "help.serve"),
    "user": ("user.app", "help.user"),
    "store": ("store.app", "help.store"),
    "merge": ("maintenance.merge", "help.merge"),
    "purge": ("maintenance.purge", "help.purge"),
    "voices": ("maintenance.voices", "help.voices"),
    "bench": ("bench.bench", "help.bench"),
    "doctor": ("doctor.doctor", "help.doctor"),
}
"""Name -> place (module and function, or the ``app`` of a group) and help; in the order of the help."""

PARSING = {"watch": {"ignore_unknown_options": True}}
"""Name -> how its command line is read: what ``watch`` does not know is an option of ``run``."""

COMPLETION = {
    "install_completion": "option.install-completion",
    "show_completion": "option.show-completion",
}

TYPES = {
    "str": "panel.type-text",
    "int": "panel.type-whole",
    "float": "panel.type-number",
    "path": "panel.type-path",
    "list[str]": "panel.type-texts",
}
"""What the parser calls a kind of value -> what people are told; other kinds list their values."""


def build(words: Words, arguments: Sequence[str]) -> Any:
    """The parser with every help text put into words; texts in the code are keys of the catalogue.

    Args:
        arguments: whose command is built whole; of the others there is only what the list of commands says.
    """
    completing = any(name.endswith("_COMPLETE") for name in os.environ)
    app = typer.Typer(
        name="callinspect",
        help="help.callinspect",
        no_args_is_help=True,
        rich_markup_mode="rich",
        add_completion=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(accept_shared_options(lambda: None))
    for name, (place, said) in COMMANDS.items():
        module, _, attribute = place.partition(".")
        group = attribute == "app"
        if completing or name in arguments:
            found = getattr(import_module(f"pipeline.cli.commands.{module}"), attribute)
        else:
            found = typer.Typer() if group else _elsewhere
        if group:
            app.add_typer(found, name=name, help=said)
        else:
            app.command(name, help=said, context_settings=PARSING.get(name))(found)
    root: Any = typer.main.get_command(app)
    for parameter in root.params:  # completion is typer's own and comes with English help
        if parameter.name in COMPLETION:
            parameter.help = COMPLETION[parameter.name]
    _translate(root, words)
    return root


def _elsewhere() -> None:
    """In the place of a command that the command line does not name."""


def _translate(node: Any, words: Words) -> None:
    node.format_help = partial(_format_help, node.format_help, words)
    node.format_usage = partial(_format_usage, node, words)
    node.get_help_option = partial(_help_option, node.get_help_option, words)
    node.options_metavar = words("panel.usage-options")
    if hasattr(node, "commands"):
        node.subcommand_metavar = words("panel.usage-command")
    if node.help:
        node.help = words.known(node.help, node.help)
    for parameter in node.params:
        _translate_parameter(parameter, words)
    for child in getattr(node, "commands", {}).values():
        _translate(child, words)


def _translate_parameter(parameter: Any, words: Words) -> None:
    parameter.display_type = partial(_type, parameter.display_type, words)
    if getattr(parameter, "help", None):
        parameter.help = words.known(parameter.help, parameter.help)
    if getattr(parameter, "rich_help_panel", None):
        parameter.rich_help_panel = words.known(parameter.rich_help_panel, parameter.rich_help_panel)


def _help_option(original: Callable[[Any], Any], words: Words, context: Any) -> Any:
    """The parser makes it when it is first asked for."""
    found = original(context)
    if found is not None and found.help != words("option.help"):
        found.help = words("option.help")
        _translate_parameter(found, words)
    return found


def _type(original: Callable[..., str], words: Words, context: Any = None, **given: Any) -> str | None:
    """What kind of value an option takes, for people; None for one that takes none."""
    said = original(context, **given) if context is not None else original(**given)
    name = said.strip("<>").removesuffix(" range")
    if name == "bool":
        return None
    if name in TYPES:
        return words(TYPES[name])
    several = name.removeprefix("list[").removesuffix("]")  # values that may be given several times
    return said if several == name else f"<{several}>..."


def _format_usage(node: Any, words: Words, context: Any, formatter: Any) -> None:
    pieces = " ".join(node.collect_usage_pieces(context))
    formatter.write_usage(context.command_path, pieces, prefix=words("panel.usage"))


def _format_help(original: Callable[..., None], words: Words, *context: Any) -> None:
    from typer import rich_utils as look  # costs more than many a command

    look.ARGUMENTS_PANEL_TITLE = words("panel.arguments")
    look.OPTIONS_PANEL_TITLE = words("panel.options")
    look.COMMANDS_PANEL_TITLE = words("panel.commands")
    look.REQUIRED_LONG_STRING = words("panel.required")
    look.DEFAULT_STRING = words("panel.default")
    look.ENVVAR_STRING = words("panel.environment")
    vars(look)["Columns"] = _folding()
    original(*context)


@cache
def _folding() -> Any:
    """How the help lays out what it says of an option, with nothing cut off: Chinese has no spaces to break a
    line at, and what is longer than its column would end in dots."""
    from rich.columns import Columns
    from rich.text import Text

    def columns(parts: Sequence[Any]) -> Columns:
        for part in parts:
            if isinstance(part, Text):
                part.overflow = "fold"
        return Columns(parts)

    return columns
