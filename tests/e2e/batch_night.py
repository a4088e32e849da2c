"""A run over a dump as a program of its own, to be killed: DUMP STORE-URL.

Prints a line per call that is done, and the summary at last. Each worker process imports this module anew, as
multiprocessing does with every main program: what only the run needs is imported where it begins.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    from pipeline.batch.run import run
    from pipeline.batch.summary import Progress
    from pipeline.batch.work import Limits
    from pipeline.errors import StoreError
    from pipeline.settings import Settings
    from tests.unit.batch.tiny import REVISIONS, tiny

    dump, store = Path(sys.argv[1]), sys.argv[2]

    def report(step: Progress) -> None:
        if step.stage == "inspect":
            print("done", step.calls_done, flush=True)

    try:
        summary = run(
            dump,
            settings=Settings(store=store, workers=2),
            inspector=tiny,
            revisions=REVISIONS,
            report=report,
            limits=Limits(group_calls=3),
        )
    except StoreError as error:
        print(f"refused: {error}", file=sys.stderr)
        return 3
    print("inspected", summary.inspected, "up to date", summary.up_to_date, flush=True)
    return summary.exit_status


if __name__ == "__main__":
    sys.exit(main())
