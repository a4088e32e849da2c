"""The shape of a lexicon file, checked by pydantic."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pipeline.domain import PhraseKind, Severity

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]

Slot = Annotated[str, StringConstraints(pattern=r"^[a-z]+$", max_length=30)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Examples(_Strict):
    """Sentences that prove a phrase: a test runs all of them."""

    hit: Annotated[tuple[Text, ...], Field(min_length=1, max_length=100)]
    quiet: Annotated[tuple[Text, ...], Field(max_length=100)] = ()


class PhraseEntry(_Strict):
    phrase: Text
    variants: Annotated[tuple[Text, ...], Field(max_length=200)] = ()
    patterns: Annotated[tuple[Text, ...], Field(max_length=100)] = ()
    exceptions: Annotated[tuple[Text, ...], Field(max_length=200)] = ()
    negative_contexts: tuple[Name, ...] | None = None
    tolerance: Annotated[float, Field(ge=0, le=6)] | None = None
    whole_words: bool = True
    reason: Text
    examples: Examples


class CodeEntry(_Strict):
    code: Name
    kind: PhraseKind
    title: Text
    title_en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""
    severity: Severity | None = None
    role: Literal["agent", "customer", "any"]
    exceptions: tuple[Text, ...] = ()
    negative_contexts: tuple[Name, ...] = ()
    phrases: Annotated[tuple[PhraseEntry, ...], Field(min_length=1)]


class ContextEntry(_Strict):
    name: Name
    before: tuple[Text, ...] = ()
    after: tuple[Text, ...] = ()
    near: tuple[Text, ...] = ()
    then: tuple[Text, ...] = ()
    earlier: tuple[Text, ...] = ()
    reach: Annotated[int, Field(ge=1, le=40)] = 16
    reason: Text


class LexiconFile(_Strict):
    slots: dict[Slot, Words] = Field(default_factory=dict)
    codes: tuple[CodeEntry, ...] = ()
    contexts: tuple[ContextEntry, ...] = ()
