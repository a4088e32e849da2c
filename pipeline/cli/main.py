"""``callinspect``: one command line in, one exit status out.

0 done; 1 done, but some recordings could not be inspected; 2 wrong usage or configuration; 3 stopped early,
safe to run again. Nobody sees a traceback unless they ask for it with ``-v``.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import traceback
from collections.abc import Sequence
from enum import IntEnum
from typing import NoReturn

import typer

from pipeline.cli.terminal import tolerate_any_encoding
from pipeline.cli.words import Words, spoken_language
from pipeline.errors import AudioError, CallinspectError, ReviewError, StoreUnusable, UsageError

PROGRAM = "callinspect"

NO_COMMAND = re.compile(r"No such command '(.*?)'")
"""The parser has no type of its own for this mistake."""


class Exit(IntEnum):
    DONE = 0
    SOME_UNREADABLE = 1
    USAGE = 2
    STOPPED = 3


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit status."""
    # a SIGTERM unwinds like Ctrl-C, so that temporary files are removed and the database is closed
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tolerate_any_encoding()
    sys.exit(status(sys.argv[1:] if arguments is None else arguments))


def status(arguments: Sequence[str]) -> int:
    """Run one command; every failure becomes one line and a status."""
    words = Words(spoken_language(arguments))
    verbose = any(a in ("-v", "--verbose") for a in arguments)
    try:
        code = _run(arguments, words)
        sys.stdout.flush()
    except BrokenPipeError:  # `callinspect list | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except (KeyboardInterrupt, typer.Abort):
        return _fail(words("error.stopped"), Exit.STOPPED)
    except typer.TyperException as error:
        return _fail(
            f"{_usage(error, words)}\n{words('error.see-help', command=_command(arguments))}", Exit.USAGE
        )
    except (UsageError, StoreUnusable) as error:
        return _fail(words("error.line", message=error.said(words.lang)), Exit.USAGE, trace=verbose)
    except ReviewError as error:
        return _fail(words("error.line", message=_refused(error, words)), Exit.USAGE, trace=verbose)
    except AudioError as error:
        return _fail(words("error.line", message=error.said(words.lang)), Exit.SOME_UNREADABLE, trace=verbose)
    except CallinspectError as error:
        return _fail(words("error.line", message=error.said(words.lang)), Exit.STOPPED, trace=verbose)
    except Exception as error:  # noqa: BLE001 - the last stop: people get a line, not a traceback
        kind = type(error).__name__
        text = " ".join(str(error).split())
        return _fail(words("error.unexpected", kind=kind, message=text), Exit.STOPPED, trace=verbose)
    return code


def _run(arguments: Sequence[str], words: Words) -> int:
    from pipeline.cli.app import build

    result = build(words, arguments).main(args=list(arguments), prog_name=PROGRAM, standalone_mode=False)
    return result if isinstance(result, int) else Exit.DONE


def _fail(line: str, code: Exit, *, trace: bool = False) -> int:
    if trace:
        traceback.print_exc()
    print(line, file=sys.stderr)
    return code


def _refused(error: ReviewError, words: Words) -> str:
    """What the review room would say to the same person."""
    from pipeline.messages import known, say

    key = f"error.{error.code}"
    return say(words.lang, key, **error.facts) if known(key) else str(error)


def _usage(error: typer.TyperException, words: Words) -> str:
    """One line about a command line that does not parse."""
    message = error.format_message()
    unknown = NO_COMMAND.match(message)
    if unknown:
        return words("parse.no-command", name=unknown[1])
    option = getattr(error, "option_name", None)
    near = words.listed(getattr(error, "possibilities", None) or ())
    if type(error).__name__ == "NoSuchOption":
        return words("parse.no-option-near" if near else "parse.no-option", name=option, near=near)
    parameter = getattr(error, "param", None)
    if type(error).__name__ == "MissingParameter" and parameter is not None:
        return words("parse.missing", name=parameter.get_error_hint().replace("'", ""))
    return words("parse.other", message=message)


def _command(arguments: Sequence[str]) -> str:
    named = next((a for a in arguments if not a.startswith("-")), "")
    from pipeline.cli.app import COMMANDS

    return f"{PROGRAM} {named} --help" if named in COMMANDS else f"{PROGRAM} --help"
