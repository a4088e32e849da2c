"""The command line: parse, call, print."""

from pipeline.cli.main import main

__all__ = ["main"]
