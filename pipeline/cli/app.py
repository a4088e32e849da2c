"""The commands, and their help in the reader's language.

A command line names one command: only that one's module is imported, since together they load every library.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import typer

from pipeline.cli.session import accept_shared_options
from pipeline.cli.words import Words

COMMANDS = {
    "run": ("running.run", "help.run"),
    "rescore": ("running.rescore", "help.rescore"),
    "list": ("calls.list_calls", "help.list"),
    "show": ("calls.show", "help.show"),
    "clip": ("clip.clip", "help.clip"),
    "export": ("calls.export_records", "help.export"),
    "lexicon": ("lexicon.app", "help.lexicon"),
    "rubric": ("rubric.app", "help.rubric"),
    "models": ("models.app", "help.models"),
    "sample": ("sample.app", "help.sample"),
    "appeal": ("appeal.app", "help.appeal"),
    "calibrate": ("calibrate.app", "help.calibrate"),
    "serve": ("serving.serve", "help.serve"),
    "user": ("user.app", "help.user"),
    "merge": ("maintenance.merge", "help.merge"),
    "purge": ("maintenance.purge", "help.purge"),
    "voices": ("maintenance.voices", "help.voices"),
    "bench": ("bench.bench", "help.bench"),
    "doctor": ("doctor.doctor", "help.doctor"),
}
"""Name -> place (module and function, or the ``app`` of a group) and help; in the order of the help."""

COMPLETION = {
    "install_completion": "option.install-completion",
    "show_completion": "option.show-completion",
}


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
    app.callback()(accept_shared_options(lambda: None))
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
            app.command(name, help=said)(found)
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
    if node.help:
        node.help = words.known(node.help, node.help)
    for parameter in node.params:
        if getattr(parameter, "help", None):
            parameter.help = words.known(parameter.help, parameter.help)
        if getattr(parameter, "rich_help_panel", None):
            parameter.rich_help_panel = words.known(parameter.rich_help_panel, parameter.rich_help_panel)
    for child in getattr(node, "commands", {}).values():
        _translate(child, words)


def _format_help(original: Callable[..., None], words: Words, *context: Any) -> None:
    from typer import rich_utils as look  # costs more than many a command

    look.ARGUMENTS_PANEL_TITLE = words("panel.arguments")
    look.OPTIONS_PANEL_TITLE = words("panel.options")
    look.COMMANDS_PANEL_TITLE = words("panel.commands")
    look.REQUIRED_LONG_STRING = words("panel.required")
    look.DEFAULT_STRING = words("panel.default")
    original(*context)
