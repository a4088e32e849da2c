#!/usr/bin/env python3
"""Draw what the commands really print, over the demo night: docs/run.svg and docs/show.svg.

The pictures load nothing from elsewhere: their fonts are those of the reader.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
NIGHT = ROOT / "scripts" / "demo_night" / "night"
COLUMNS = 100

FONTS = re.compile(r"@font-face\s*\{\{.*?\}\}", re.DOTALL)
FORMAT = re.sub("<!--.*?-->", "", FONTS.sub("", CONSOLE_SVG_FORMAT)).replace(
    "font-family: Fira Code, monospace",
    "font-family: 'Noto Sans Mono CJK SC', 'Sarasa Mono SC', 'PingFang SC', monospace",
)


def main() -> int:
    with tempfile.TemporaryDirectory() as work:
        relative = NIGHT.relative_to(ROOT)
        said = printed(work, "run", str(NIGHT), "--calls", str(NIGHT / "calls.csv"), status=1)
        draw(said.replace(f"{ROOT}/", ""), f"callinspect run {relative} --calls {relative}/calls.csv", "run")
        said = printed(work, "show", "N08", status=0)
        draw(said, "callinspect show N08", "show")
    return 0


def printed(work: str, *arguments: str, status: int) -> str:
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pipeline.cli", "--lang", "zh", *arguments]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != status:
        raise SystemExit(f"{' '.join(arguments)}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def draw(said: str, title: str, name: str) -> None:
    with Path(os.devnull).open("w") as nowhere:
        console = Console(
            record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor"
        )
        console.print(Text(f"$ {title}", style="bold"))
        for line in said.rstrip().splitlines():
            console.print(Text.from_ansi(line), crop=False, soft_wrap=True)
        svg = console.export_svg(title="callinspect", code_format=FORMAT, unique_id=name)
    (ROOT / "docs" / f"{name}.svg").write_text(svg + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
