#!/usr/bin/env python3
"""Write the layers in docs/architecture.md from the import contract; with --check, fail when stale."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # runs from a checkout, installed or not

from scripts.pages import write_or_check  # noqa: E402

PAGE = ROOT / "docs" / "architecture.md"
BEGIN = "<!-- layers: written by scripts/document_layers.py -->\n"
END = "<!-- end of layers -->\n"


def layers() -> list[str]:
    """The layers of the contract from top to bottom, as import-linter spells them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (found,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    return [str(layer).replace("pipeline.", "") for layer in found]


def page() -> str:
    """The page as it is, with the layers of today."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    listed = "".join(f"    {layer}\n" for layer in layers())
    return f"{before}{BEGIN}\n{listed}\n{END}{after}"


def main() -> int:
    return write_or_check(PAGE, page(), script="scripts/document_layers.py", about=str(__doc__))


if __name__ == "__main__":
    sys.exit(main())
