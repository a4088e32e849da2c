"""The commands, and their help in the reader's language."""

from __future__ import annotations

from typing import Any

import typer
from typer import rich_utils as look

from pipeline.cli.commands import (
    appeal,
    bench,
    calibrate,
    calls,
    clip,
    doctor,
    lexicon,
    maintenance,
    models,
    rubric,
    running,
    sample,
    serving,
    trust,
    user,
)
from pipeline.cli.session import accept_shared_options
from pipeline.cli.words import Words

app = typer.Typer(
    name="callinspect",
    help="help.callinspect",
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback()(accept_shared_options(lambda: None))
app.command("run", help="help.run")(running.run)
app.command("rescore", help="help.rescore")(running.rescore)
app.command("list", help="help.list")(calls.list_calls)
app.command("show", help="help.show")(calls.show)
app.command("clip", help="help.clip")(clip.clip)
app.command("export", help="help.export")(calls.export_records)
app.add_typer(lexicon.app, name="lexicon", help="help.lexicon")
rubric.app.command("trust", help="help.rubric.trust")(trust.trust)
app.add_typer(rubric.app, name="rubric", help="help.rubric")
app.add_typer(models.app, name="models", help="help.models")
app.add_typer(sample.app, name="sample", help="help.sample")
app.add_typer(appeal.app, name="appeal", help="help.appeal")
app.add_typer(calibrate.app, name="calibrate", help="help.calibrate")
app.command("serve", help="help.serve")(serving.serve)
app.add_typer(user.app, name="user", help="help.user")
app.command("merge", help="help.merge")(maintenance.merge)
app.command("purge", help="help.purge")(maintenance.purge)
app.command("voices", help="help.voices")(maintenance.voices)
app.command("bench", help="help.bench")(bench.bench)
app.command("doctor", help="help.doctor")(doctor.doctor)

COMMANDS = frozenset(
    [c.name for c in app.registered_commands if c.name] + [g.name for g in app.registered_groups if g.name]
)

COMPLETION = {
    "install_completion": "option.install-completion",
    "show_completion": "option.show-completion",
}


def build(words: Words) -> Any:
    """The parser with every help text put into words; texts in the code are keys of the catalogue."""
    look.ARGUMENTS_PANEL_TITLE = words("panel.arguments")
    look.OPTIONS_PANEL_TITLE = words("panel.options")
    look.COMMANDS_PANEL_TITLE = words("panel.commands")
    look.REQUIRED_LONG_STRING = words("panel.required")
    look.DEFAULT_STRING = words("panel.default")
    root: Any = typer.main.get_command(app)
    for parameter in root.params:  # completion is typer's own and comes with English help
        if parameter.name in COMPLETION:
            parameter.help = COMPLETION[parameter.name]
    _translate(root, words)
    return root


def _translate(node: Any, words: Words) -> None:
    if node.help:
        node.help = words.known(node.help, node.help)
    for parameter in node.params:
        if getattr(parameter, "help", None):
            parameter.help = words.known(parameter.help, parameter.help)
        if getattr(parameter, "rich_help_panel", None):
            parameter.rich_help_panel = words.known(parameter.rich_help_panel, parameter.rich_help_panel)
    for child in getattr(node, "commands", {}).values():
        _translate(child, words)
