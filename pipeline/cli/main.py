"""``callinspect``: one command line in, one exit status out.

0 done; 1 done, but some recordings could not be inspected; 2 wrong usage or configuration; 3 stopped early,
safe to run again. Nobody sees a traceback unless they ask for it with ``-v``.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from enum import IntEnum
from typing import NoReturn

import typer

from pipeline.cli.invocation import PROGRAM
from pipeline.cli.parsing import mistake
from pipeline.cli.terminal import tolerate_any_encoding
from pipeline.cli.words import Words, spoken_language
from pipeline.environment import named_in
from pipeline.errors import AudioError, CallinspectError, ReviewError, StoreUnusable, UsageError


class Exit(IntEnum):
    DONE = 0
    SOME_UNREADABLE = 1
    USAGE = 2
    STOPPED = 3


COLLECTION = (50_000, 20, 20)
"""Objects made between two looks of the garbage collector, and looks between the deeper ones. Modules and
compiled rules are many objects that stay: looking through them every 700 new ones took a tenth of the
processor time of a command."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit status."""
    # a SIGTERM unwinds like Ctrl-C, so that temporary files are removed and the database is closed
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tolerate_any_encoding()
    gc.set_threshold(*COLLECTION)
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
        said = mistake(error, words)
        see = words("error.see-help", command=_command(error, arguments))
        return _fail(f"{said}\n{see}" if said else "", Exit.USAGE)
    except (UsageError, StoreUnusable) as error:
        return _fail(words("error.line", message=_placed(error, words)), Exit.USAGE, trace=verbose)
    except ReviewError as error:
        return _fail(words("error.line", message=_refused(error, words)), Exit.USAGE, trace=verbose)
    except AudioError as error:
        return _fail(words("error.line", message=error.said(words.lang)), Exit.SOME_UNREADABLE, trace=verbose)
    except CallinspectError as error:
        return _fail(words("error.line", message=_placed(error, words)), Exit.STOPPED, trace=verbose)
    except Exception as error:  # noqa: BLE001 - the last stop: people get a line, not a traceback
        kind = type(error).__name__
        text = _unexpected(error, words)
        return _fail(words("error.unexpected", kind=kind, message=text), Exit.STOPPED, trace=verbose)
    return code


def _run(arguments: Sequence[str], words: Words) -> int:
    from pipeline.cli.app import build

    result = build(words, arguments).main(args=list(arguments), prog_name=PROGRAM, standalone_mode=False)
    return result if isinstance(result, int) else Exit.DONE


def _fail(line: str, code: Exit, *, trace: bool = False) -> int:
    if trace:
        traceback.print_exc()
    if line:
        print(line, file=sys.stderr)
    return code


def _unexpected(error: Exception, words: Words) -> str:
    """What nobody foresaw in one line: as the operating system says it, with the path, or as Python does."""
    if isinstance(error, OSError) and error.errno is not None:
        from pipeline.messages import system_problem

        said = words.said(system_problem(error))
        return f"{said}{words.colon}{error.filename}" if error.filename else said
    return " ".join(str(error).split())


def _refused(error: ReviewError, words: Words) -> str:
    """What the review room would say to the same person, where the shell has no words of its own for it."""
    return words.known(f"error.{error.code}", str(error), **error.facts)


def _placed(error: CallinspectError, words: Words) -> str:
    """What is wrong, with the variables of the environment that the wrong value came from."""
    said = error.said(words.lang)
    names = words.listed(sorted(named_in(said)))
    return words("error.variable", message=said, names=names) if names else said


def _command(error: typer.TyperException, arguments: Sequence[str]) -> str:
    """The command whose help tells how to do it right."""
    from pipeline.cli.app import COMMANDS

    context = getattr(error, "ctx", None)
    named = [PROGRAM, *(a for a in arguments if a in COMMANDS)][:2]
    return f"{' '.join(named) if context is None else context.command_path} --help"
