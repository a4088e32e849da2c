"""What of the program itself decides a judgement, rules and facts being the same."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
PARTS = (
    "conversation",
    "domain",
    "phrases",
    "rubric",
    "intervals.py",
    "inspection/hits.py",
    "inspection/judging.py",
    "messages/message.py",
    "store/codec.py",
    "store/rows.py",
)
"""Folders and files: from what is stored of a call to its findings and score, and how these are stored."""


@cache
def judging_revision(package: Path = PACKAGE) -> str:
    """Digest (16 hex digits) of the source of all that judges. A stored judgement by other source may not be
    what this program says, and is never taken over."""
    digest = hashlib.sha256()
    for part in PARTS:
        place = package / part
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.relative_to(package).as_posix().encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()[:16]
