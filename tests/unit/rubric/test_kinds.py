"""Every kind of check and condition is documented and proved by its own examples."""

from __future__ import annotations

from types import ModuleType

import pytest

from pipeline.domain import Outcome
from pipeline.rubric import dialogue
from pipeline.rubric.answer import BARS, Severity
from pipeline.rubric.check import CHECK_KINDS
from pipeline.rubric.condition import CONDITION_KINDS
from pipeline.rubric.example import Example

KINDS = [*CHECK_KINDS.items(), *CONDITION_KINDS.items()]
CHECK_EXAMPLES = [(kind, module, e) for kind, module in CHECK_KINDS.items() for e in module.EXAMPLES]
CONDITION_EXAMPLES = [(kind, module, e) for kind, module in CONDITION_KINDS.items() for e in module.EXAMPLES]


@pytest.mark.parametrize(("kind", "module"), KINDS)
def test_a_kind_says_what_it_does_and_shows_both_ways(kind: str, module: ModuleType) -> None:
    assert (module.__doc__ or "").strip().splitlines()[0].endswith(".")
    assert len({example.expect for example in module.EXAMPLES}) >= 2, f"{kind}: one outcome only"


@pytest.mark.parametrize(("kind", "module"), KINDS)
def test_every_option_is_described(kind: str, module: ModuleType) -> None:
    missing = [name for name, field in module.OPTIONS.model_fields.items() if not field.description]
    assert not missing, f"{kind}: options without a description"


@pytest.mark.parametrize(("kind", "module", "example"), CHECK_EXAMPLES)
def test_examples_of_checks(kind: str, module: ModuleType, example: Example) -> None:
    facts = dialogue(*example.dialogue, **example.facts)
    verdict = module.check(facts, module.OPTIONS.model_validate(example.options), BARS[Severity.D])
    assert verdict.outcome == example.expect, verdict.reason
    assert verdict.reason
    if verdict.outcome is Outcome.FAILED:
        assert verdict.evidence, "an accusation needs evidence"


@pytest.mark.parametrize(("kind", "module", "example"), CONDITION_EXAMPLES)
def test_examples_of_conditions(kind: str, module: ModuleType, example: Example) -> None:
    facts = dialogue(*example.dialogue, **example.facts)
    answer = module.holds(facts, module.OPTIONS.model_validate(example.options))
    assert answer.truth == example.expect, answer.reason
