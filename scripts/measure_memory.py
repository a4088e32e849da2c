"""Of what the memory of a worker is made: resident MiB after each part, and what that part added.

    python -m scripts.measure_memory --model base [RECORDING ...]

The parts in the order in which a worker loads them; then the recordings (the demo night's first two where
none is named), one after the other, for what a call adds.
"""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

from pipeline.memory import peak_bytes, resident_bytes

ROOT = Path(__file__).resolve().parent.parent
MIB = 1 << 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("recordings", nargs="*", type=Path)
    parser.add_argument("--model", default="base")
    given = parser.parse_args()
    gc.disable()  # as a worker does while it loads
    before = resident_bytes()

    def told(part: str) -> None:
        nonlocal before
        now = resident_bytes()
        print(f"{part:44} {now / MIB:6.0f} MiB {(now - before) / MIB:+6.0f}", flush=True)
        before = now

    told("Python and this script")
    from pipeline.settings import load_settings

    settings = load_settings(model=given.model)
    told("settings")
    import pipeline.batch.worker
    from pipeline.inspection import spine
    from pipeline.inspection.rules import load_rules
    from pipeline.inspection.tools import load_hearing_tools, present_revisions

    told("modules of a worker")
    rules = load_rules(settings)
    told("lexicons and sheet read")
    rules.matcher.match([])
    told("lexicons compiled")
    tools = load_hearing_tools(settings, rules)
    told(f"models ({given.model}, voices)")
    spine._warm_up(rules)
    told("warm-up: measures, near misses")
    inspector = spine.CallInspector(tools, rules, present_revisions(settings, rules))
    gc.freeze()
    gc.enable()
    from pipeline.domain import Call, Recording
    from pipeline.ingest import identify

    named = given.recordings or sorted((ROOT / "scripts/demo_night/night/audio").iterdir())[:2]
    for path in named:
        recording = Recording(Call(path.stem), (path,), identify([path]))
        for found in inspector.inspect([recording]):
            told(f"{path.name}, {found.duration or 0:.0f} s")
    print(f"{'at most':44} {peak_bytes() / MIB:6.0f} MiB")
    return 0 if pipeline.batch.worker else 1


if __name__ == "__main__":
    sys.exit(main())
