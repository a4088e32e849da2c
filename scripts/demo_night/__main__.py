"""``python -m scripts.demo_night``: make the demonstration night anew (needs the voices group)."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.errors import CallinspectError
from pipeline.settings import data_root
from pipeline.transcription.models import fetch, progress_bar
from scripts.demo_night.cache import cached
from scripts.demo_night.make import HERE, make_night
from scripts.demo_night.packs import pack_night


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m scripts.demo_night", description=__doc__)
    options.add_argument(
        "--out", type=Path, default=HERE / "night", help="folder to write (default: the committed one)"
    )
    options.add_argument(
        "--dialogues", type=Path, default=HERE / "dialogues", help="folder of YAML files, one per call"
    )
    options.add_argument("--pack", help="speak the written calls of a pack of rules instead; needs --out")
    options.add_argument(
        "--models", type=Path, default=data_root() / "models", help="folder of fetched models"
    )
    options.add_argument(
        "--spoken", type=Path, default=Path("build/demo_night"), help="cache of spoken turns"
    )
    options.add_argument("--seed", type=int, default=20261119, help="seed of pauses, noise and music")
    chosen = options.parse_args()
    if chosen.pack and chosen.out == HERE / "night":
        options.error("--pack needs --out: its calls are not part of the committed night")
    try:
        night = pack_night(chosen.pack) if chosen.pack else None
    except (CallinspectError, ValueError) as error:
        raise SystemExit(str(error)) from error
    try:
        from scripts.demo_night.voices import SAMPLE_RATE_HZ, Samples, Speaker
    except ImportError as error:
        raise SystemExit(
            f"{error}; install the voices first (Python 3.11 or 3.12): pip install --group voices"
        ) from error
    try:
        with progress_bar() as progress:
            folder = fetch("kokoro", folder=chosen.models, manifest=HERE / "voices.toml", progress=progress)
    except CallinspectError as error:
        raise SystemExit(str(error)) from error
    speaker = Speaker(folder)

    def say(text: str, voice: str, speed: float) -> Samples:
        return cached(
            chosen.spoken,
            text=text,
            voice=voice,
            speed=speed,
            say=lambda: speaker.say(text, voice=voice, speed=speed),
        )

    where = {"dialogues": chosen.dialogues, "night": night}
    make_night(chosen.out, say=say, rate_hz=SAMPLE_RATE_HZ, seed=chosen.seed, **where)


if __name__ == "__main__":
    main()
