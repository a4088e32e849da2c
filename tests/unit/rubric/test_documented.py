"""The page about rubrics is written from the code: every key has its description."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from pipeline.rubric import sheet
from pipeline.rubric.window import Options

MODELS = [
    m
    for m in vars(sheet).values()
    if isinstance(m, type) and issubclass(m, Options) and m.__module__ == sheet.__name__
]


@pytest.mark.parametrize("model", MODELS)
def test_every_key_of_a_sheet_is_described(model: type[BaseModel]) -> None:
    assert not [name for name, field in model.model_fields.items() if not field.description]
