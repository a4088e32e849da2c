"""The commands of the README, in both languages, run in order over two calls of the demo night."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli.main import status
from tests.e2e.commands import ROOT, callinspect

NIGHT = ROOT / "scripts" / "demo_night" / "night"
READMES = ("README.md", "README.zh-CN.md")
CALL, CORRECTED = "N08", "N14"

LEFT_OUT = {
    r"make .*": "installs packages and fetches models",
    r"callinspect serve.*": "goes on until it is stopped; the tests in a browser start it",
    r"callinspect models fetch.*": "needs the network",
    r"callinspect run .* --model small": "needs a model that set-up does not fetch",
    r"callinspect bench": "measures for minutes",
    r"callinspect user add .*": "asks for nothing but prints a secret; tests/unit/cli runs it",
}
"""Commands that are not run here, and why."""

pytestmark = pytest.mark.skipif(
    not (ROOT / "models" / "base" / "model.bin").is_file(),
    reason="the speech model is missing; run `make setup` or `callinspect models fetch base`",
)


def commands(readme: str) -> Iterator[str]:
    """What a reader would type, in order: indented lines, and code in sentences."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    for line in text.splitlines():
        indented = re.match(r"    (?:\$ )?(?:\.venv/bin/)?((?:callinspect|make) .*)", line)
        spans = re.findall(r"`(?:\.venv/bin/)?((?:callinspect|make) [^`]+)`", line)
        for found in [indented[1]] if indented else spans:
            yield re.sub(r"\s+#.*", "", found).strip()


def is_left_out(command: str) -> bool:
    return any(re.fullmatch(pattern, command) for pattern in LEFT_OUT)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working directory with a dump of two calls, copies of rubric and lexicons, and nothing run yet."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "dump" / "audio").mkdir(parents=True)
    with (NIGHT / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["call_id"] in (CALL, CORRECTED)]
    for row in rows:
        shutil.copy2(NIGHT / row["file"], folder / "dump" / row["file"])
    with (folder / "calls.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    shutil.copytree(ROOT / "lexicons" / "zh", folder / "my" / "lexicons")
    shutil.copy(ROOT / "rubrics" / "service.yaml", folder / "my" / "rubric.yaml")
    done = callinspect("run", "dump", "--calls", "calls.csv", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


PLACES = {
    r"/path/to/recordings|/path(?!/)|/录音文件夹": "dump",
    r"/path/to/calls\.csv|/话单\.csv": "calls.csv",
    r"通话编号": CALL,
    r"NEW OLD|新 旧": f"{CORRECTED} {CALL}",
    r"dry-run$": "dry-run",
}


def typed(readme: str) -> dict[str, None]:
    """What is run of a README, here: in its order, each command once."""
    found = dict.fromkeys(command for command in commands(readme) if not is_left_out(command))
    for pattern, place in PLACES.items():
        found = dict.fromkeys(re.sub(pattern, place, command) for command in found)
    return found


def test_the_commands_run(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What stands in both languages is the same command here, and runs once."""
    monkeypatch.chdir(work)
    monkeypatch.setenv("COLUMNS", "120")
    both = [typed(readme) for readme in READMES]
    assert all(len(found) >= 15 for found in both)
    # a call that another takes the place of cannot be shown any more: that command is the last
    for command in sorted(both[0] | both[1], key=lambda command: command.startswith("callinspect merge")):
        found = status(shlex.split(command)[1:])
        said = capsys.readouterr()
        assert found == 0, f"{command}: {said.out}\n{said.err}"


def test_both_languages_have_the_same_commands() -> None:
    both = [
        {re.sub(r"[^\x00-\x7f]+|/path\S*|[A-Z]+ [A-Z]+|NAME", "…", c) for c in commands(r)} for r in READMES
    ]
    shapes = [{" ".join(command.split()[:3]) for command in found} for found in both]
    assert len(shapes[0] ^ shapes[1]) <= 6, shapes[0] ^ shapes[1]


@pytest.mark.parametrize("pattern", LEFT_OUT)
def test_what_is_left_out_is_in_the_readme(pattern: str) -> None:
    assert any(re.fullmatch(pattern, command) for readme in READMES for command in commands(readme))
