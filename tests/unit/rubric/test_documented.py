"""The page about rubrics is written from the code and up to date."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import BaseModel

from pipeline.rubric import sheet
from pipeline.rubric.window import Options
from tests.builders import ROOT

MODELS = [
    m
    for m in vars(sheet).values()
    if isinstance(m, type) and issubclass(m, Options) and m.__module__ == sheet.__name__
]


def test_the_page_is_up_to_date() -> None:
    script = ROOT / "scripts" / "document_rubrics.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("model", MODELS)
def test_every_key_of_a_sheet_is_described(model: type[BaseModel]) -> None:
    assert not [name for name, field in model.model_fields.items() if not field.description]
