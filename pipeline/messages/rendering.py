"""From a message to a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.messages.catalogue import Lang, say
from pipeline.messages.message import TITLE, VERBATIM, Message, Param, Text

_NO_TITLES: Mapping[str, str] = {}


def render(text: Text, lang: Lang, titles: Mapping[str, str] = _NO_TITLES) -> str:
    """A message in words; a title of the rules in this language, where they have one.

    Args:
        titles: English of what the rules name, by its Chinese. A message that names something carries the
            English that the rules had then; this is for what they had none for.
    """
    if isinstance(text, str):
        return text if lang == "zh" else titles.get(text, text)
    params = dict(text.params)
    if text.code == VERBATIM:
        return str(params["text"])
    if text.code == TITLE:
        chinese = str(params["zh"])
        return chinese if lang == "zh" else str(params.get("en") or titles.get(chinese, chinese))
    if "parts" in params:
        parts = params["parts"]
        assert isinstance(parts, tuple)
        return say(lang, text.code).join(str(_fill(part, lang, titles)) for part in parts)
    return say(lang, text.code, **{name: _fill(value, lang, titles) for name, value in params.items()})


def _fill(value: Param, lang: Lang, titles: Mapping[str, str]) -> object:
    """Numbers stay numbers: the catalogue says how many digits they are shown with."""
    return render(value, lang, titles) if isinstance(value, Message) else value
