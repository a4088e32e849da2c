"""The command line: where the sentences are, and where the weights go."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from pipeline.phrases import load_lexicons
from pipeline.phrases.sentences import save_model
from scripts import train_sentences
from scripts.train_sentences.model import model
from scripts.train_sentences.reading import LEXICONS, MODEL, digest_of, read_sentences
from scripts.train_sentences.table import table
from scripts.train_sentences.training import Training


def main() -> None:
    options = argparse.ArgumentParser(
        prog="python -m scripts.train_sentences", description=train_sentences.__doc__
    )
    options.add_argument("--sentences", type=Path, default=LEXICONS / "sentences", help="folder")
    options.add_argument("--output", type=Path, default=MODEL, help="where the weights go")
    chosen = options.parse_args()
    lexicons = load_lexicons(LEXICONS)
    known = read_sentences(chosen.sentences, lexicons)
    trained = Training(known, lexicons)
    kept = model(trained, digest_of(chosen.sentences))
    save_model(kept, chosen.output)
    innocent = sum(not s.codes for s in known)
    print(f"{len(known)} sentences, {innocent} of them innocent; {len(kept.features)} features, ", end="")
    print(f"{len(kept.in_context)} of contexts; {chosen.output.stat().st_size / 1e6:.2f} MB")
    Console(width=130).print(table(trained))


if __name__ == "__main__":
    main()
