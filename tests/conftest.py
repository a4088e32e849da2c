"""What every test starts from: nobody's own settings, nobody's own words, the same examples each time."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Generator
from datetime import date, datetime, timedelta

import pytest
from hypothesis import settings

from tests.examples import THOROUGH, examples
from tests.missing import refuse, summary

for name in [name for name in os.environ if name.startswith("CALLINSPECT_")]:
    # a developer's settings must not decide a test, in this process or in commands it starts
    del os.environ[name]

# Thousands of tests and compiled rules are objects that stay: a fifth of the time of collecting the tests
# went into looking through them for garbage.
gc.set_threshold(50_000, 20, 20)

# Hundreds of commands and workers are started: each would compile the whole program anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# No deadline: how long one example takes says how loaded the machine is. pytest ends what hangs.
settings.register_profile("same", derandomize=True, deadline=None, max_examples=examples(100))
settings.register_profile("thorough", derandomize=False, deadline=None, max_examples=examples(100))
settings.load_profile("thorough" if THOROUGH else "same")

DEAR = (
    "tests/e2e/test_demo_night.py",  # makes the night that the browsers are shown
    "tests/e2e/test_batch_kill.py",
    "tests/e2e/test_cli_rescore.py",
    "tests/model/",
    "tests/golden/",
    "tests/e2e/",
    "tests/contract/",
    "tests/web/",
    "tests/property/",
    "tests/unit/batch/",
)
"""What takes minutes, in the order in which it begins: it must not when the other workers have nothing left.
Files that wait for the same thing to be made do not begin together."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The dear files first. `make test` hands out whole files in this order: many make something once."""
    items.sort(
        key=lambda item: next((n for n, one in enumerate(DEAR) if item.nodeid.startswith(one)), len(DEAR))
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Half as many workers again as there are processors: many a test waits, for a process or a page."""
    cores = len(os.sched_getaffinity(0))
    return cores + (cores + 1) // 2


@pytest.fixture
def today() -> date:
    """The day, which does not end while the test goes on: its last minutes are waited out."""
    now = datetime.now()
    if (now.hour, now.minute) >= (23, 57):
        time.sleep((datetime.combine(now.date() + timedelta(days=1), datetime.min.time()) - now).seconds + 2)
    return date.today()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    refuse(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many tests were skipped for want of what."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("skipped")
        for line in summary(skipped):
            terminalreporter.write_line(line)
