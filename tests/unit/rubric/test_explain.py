"""A sheet explains itself, and editors can check it while it is written."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pipeline.domain import PhraseKind, Role, Severity
from pipeline.errors import RubricError
from pipeline.messages import Lang, render
from pipeline.phrases import Code, load_lexicons
from pipeline.rubric.check import CHECK_KINDS
from pipeline.rubric.condition import CONDITION_KINDS
from pipeline.rubric.explain import explain
from pipeline.rubric.schema import rubric_schema
from tests.builders import ROOT, service_rubric
from tests.texts import zh


def test_one_item() -> None:
    text = explain(service_rubric(), "shirk")
    assert "【业务合规】首问负责（12分）" in text
    assert "每处扣6分，最多12分" in text
    assert "坐席说到“shirk”类用语" in text
    assert "abuse" not in text


def test_a_criterion_shows_its_items_and_when_it_applies() -> None:
    text = explain(service_rubric(), "holding")
    assert "适用：有通话保持" in text
    assert "hold-no-notice" in text
    assert "hold-no-thanks" in text


def test_the_whole_sheet_names_every_item_and_bonus() -> None:
    rubric = service_rubric()
    for lang in ("zh", "en"):
        text = explain(rubric, lang=lang)
        assert all(part.id in text for part in (*rubric.items, *rubric.bonus))


def test_phrases_are_called_by_their_titles_where_the_lexicons_are_known() -> None:
    codes = {"shirk": Code("shirk", PhraseKind.FORBIDDEN, "推诿", Severity.B, Role.AGENT)}
    assert "坐席说到“推诿”类用语" in explain(service_rubric(), "shirk", codes=codes)


LEXICONS = load_lexicons(ROOT / "lexicons" / "zh")


def told(criterion: str | None = None, lang: Lang = "zh") -> str:
    return explain(service_rubric(), criterion, lang=lang, codes=LEXICONS.codes, phrases=LEXICONS.by_code)


def test_examples_stand_beside_the_sentence() -> None:
    found = LEXICONS.by_code["shirk"][0].hit[0]
    assert f"会判到：“{found}”" in told("shirk")
    assert f"fails, for example: “{found}”" in told("shirk", "en")
    said = LEXICONS.by_code["greeting"][0].hit[0]
    assert f"这样说就算做到：“{said}”" in told("greeting-missing")
    assert "（静音 9 秒）" in told("dead-air")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nobody_has_to_read_patterns_or_phrase_codes(lang: Lang) -> None:
    text = told(lang=lang)
    assert not re.search(r"[{}|\\^]|\.\{", text)
    addressed = {part.id for part in (*service_rubric().items, *service_rubric().bonus)}
    codes = {code for code in LEXICONS.codes if "-" in code} - addressed
    assert codes & set(re.findall(r"[a-z0-9-]+", text)) == set()


@pytest.mark.parametrize("kind", [*CHECK_KINDS.items(), *CONDITION_KINDS.items()], ids=lambda k: k[0])
def test_every_kind_says_in_english_what_its_options_mean(kind: tuple[str, Any]) -> None:
    _, module = kind
    for example in module.EXAMPLES:
        words = render(module.describe(module.OPTIONS.model_validate(example.options)), "en")
        own = [v for v in re.findall(r"[一-鿿]+", words) if v not in str(example.options)]
        assert own == [], words


def test_an_unknown_id_lists_the_known_ones() -> None:
    with pytest.raises(RubricError, match="shirk"):
        explain(service_rubric(), "shirking")


@pytest.mark.parametrize("kind", [*CHECK_KINDS.items(), *CONDITION_KINDS.items()], ids=lambda k: k[0])
def test_every_kind_says_in_chinese_what_its_options_mean(kind: tuple[str, Any]) -> None:
    _, module = kind
    for example in module.EXAMPLES:
        words = zh(module.describe(module.OPTIONS.model_validate(example.options)))
        assert any("一" <= c <= "鿿" for c in words), words


def test_the_schema_knows_every_kind_and_accepts_the_short_forms() -> None:
    definitions = rubric_schema()["$defs"]
    assert set(definitions["Check"]["properties"]) == set(CHECK_KINDS)
    assert set(definitions["Condition"]["properties"]) == set(CONDITION_KINDS)
    assert {"type": "array", "items": {"$ref": "#/$defs/Condition"}, "minItems": 1} in definitions[
        "Condition"
    ]["properties"]["all"]["anyOf"]
    assert definitions["Check"]["maxProperties"] == 1
