"""``python -m scripts.torture``: one row per scene and store; exit status 1 where anything does not hold.

Runs are real processes over real stores (SQLite, and a PostgreSQL server of the test packages); what takes
milliseconds is the inspector, for what is tried is that each call is stored once. The long form:
``--kills 500 --calls 2000``. ``--without-fence`` takes out what refuses a late result: the checks fail.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from scripts.torture.night import without_fence
from scripts.torture.scenes import SCENES, Outcome, Scale, Stage
from tests.contract.servers import empty_schema, postgresql

COLUMNS = ("scene", "store", "calls", "blows", "lost", "doubled", "torn", "dropped", "sound", "seconds")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.torture", description=__doc__)
    parser.add_argument("--calls", type=int, default=60, help="recordings of a scene")
    parser.add_argument("--kills", type=int, default=6, help="SIGKILLs of the scene kills")
    parser.add_argument("--stops", type=int, default=1, help="SIGSTOPs past the lease")
    parser.add_argument("--rounds", type=int, default=1, help="of kills at each step")
    parser.add_argument("--restarts", type=int, default=2, help="restarts of the server")
    parser.add_argument("--milliseconds", type=int, default=4, help="that inspecting a call takes")
    parser.add_argument("--moment", type=float, default=0.5, help="seconds within which a run is killed")
    parser.add_argument("--lease", type=float, default=1.5, help="seconds of a lease")
    parser.add_argument("--scene", action="append", choices=list(SCENES), help="only these")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), help="only this kind")
    parser.add_argument("--without-fence", action="store_true", help="let late results in")
    chosen = parser.parse_args(arguments)
    if chosen.without_fence:
        without_fence()
    scale = Scale(
        calls=chosen.calls,
        kills=chosen.kills,
        stops=chosen.stops,
        restarts=chosen.restarts,
        rounds=chosen.rounds,
        milliseconds=chosen.milliseconds,
        moment_seconds=chosen.moment,
        lease_seconds=chosen.lease,
    )
    names = chosen.scene or list(SCENES)
    outcomes: list[Outcome] = []
    print(" ".join(f"{name:>10}" for name in COLUMNS))
    with tempfile.TemporaryDirectory(prefix="callinspect-torture-") as folder:
        if chosen.store != "postgresql":
            outcomes += [play(n, Path(folder), "sqlite", scale) for n in names if SCENES[n][1]]
        if chosen.store != "sqlite":
            with postgresql() as url:
                for name in names:
                    empty_schema(url)
                    outcomes.append(play(name, Path(folder), url, scale))
    return 0 if all(one.holds for one in outcomes) else 1


def play(name: str, folder: Path, url: str, scale: Scale) -> Outcome:
    stage = Stage(name, folder / f"{name}-{url[:6]}", url, scale)
    SCENES[name][0](stage)
    out = stage.checked()
    cells = [getattr(out, column) for column in COLUMNS]
    row = " ".join(f"{cell:10.1f}" if isinstance(cell, float) else f"{cell!s:>10}" for cell in cells)
    print(row, *out.remarks, flush=True)
    return out


if __name__ == "__main__":
    sys.exit(main())
