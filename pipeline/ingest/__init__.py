"""Finding recordings: the dump folder, the call list, and what file names tell."""

from pipeline.ingest.discover import check_settings, discover
from pipeline.ingest.discovery import PROBLEM_KINDS, Candidate, Discovery, Problem
from pipeline.ingest.identity import identify
from pipeline.ingest.templates import Template, printable

__all__ = [
    "PROBLEM_KINDS",
    "Candidate",
    "Discovery",
    "Problem",
    "Template",
    "check_settings",
    "discover",
    "identify",
    "printable",
]
