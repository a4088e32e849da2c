"""What every test starts from: nobody's own settings, nobody's own words, the same examples each time."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

from tests.missing import refuse, summary

for name in [name for name in os.environ if name.startswith("CALLINSPECT_")]:
    # a developer's settings must not decide a test, in this process or in commands it starts
    del os.environ[name]

# No deadline: how long one example takes says how loaded the machine is. pytest ends what hangs.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", derandomize=False, deadline=None)
# A run of the tests says the same twice; HYPOTHESIS_PROFILE=search looks for examples nobody has seen yet.
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

MADE_ONCE = ("tests/e2e", "tests/golden", "tests/model")
"""Folders whose files make something dear once for all their tests: a night, a server, a model."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """What a file makes once stays with one worker (``--dist loadgroup``); others are shared out by test.

    Whole files come first: what takes long must not begin when the other workers have nothing left.
    """
    place, _, _ = item.nodeid.partition("::")
    if place.startswith(MADE_ONCE) or any(scope in SHARED for scope in _scopes(item)):
        item.add_marker(pytest.mark.xdist_group(place))


SHARED = ("module", "package", "class")


def _scopes(item: pytest.Item) -> set[str]:
    """Of the fixtures that a test uses and that are written beside it."""
    found = getattr(item, "_fixtureinfo", None)
    definitions = found.name2fixturedefs.values() if found else ()
    return {fixtures[-1].scope for fixtures in definitions if fixtures[-1].baseid.endswith(".py")}


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
