"""The JSON Schema of rubric files, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from pipeline.rubric.sheet import Rubric


def rubric_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a rubric file."""
    schema = Rubric.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "callinspect rubric"
    definitions = schema["$defs"]
    for name in ("Check", "Condition"):
        choice = definitions[name]
        choice["minProperties"] = choice["maxProperties"] = 1
        for kind, option in choice["properties"].items():
            choice["properties"][kind] = _given(option)
    condition = definitions["Condition"]["properties"]
    one = {"$ref": "#/$defs/Condition"}
    for kind in ("all", "any"):
        condition[kind] = {**_or(condition[kind], {"type": "array", "items": one, "minItems": 1})}
    condition["not"] = _or(condition["not"], one)
    return schema


def _given(option: dict[str, Any]) -> dict[str, Any]:
    """An option of a choice without the null that only stands for "not chosen"."""
    variants = [v for v in option.get("anyOf", []) if v != {"type": "null"}]
    rest = {k: v for k, v in option.items() if k not in ("anyOf", "default")}
    return {**rest, **variants[0]} if len(variants) == 1 else option


def _or(option: dict[str, Any], short: dict[str, Any]) -> dict[str, Any]:
    """The long form or the short one."""
    described = {"description": option["description"]} if "description" in option else {}
    long = {k: v for k, v in option.items() if k != "description"}
    return {**described, "anyOf": [short, long]}
