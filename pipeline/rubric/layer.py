"""A centre's own changes of a score sheet, applied over the sheet as it stands in its file.

A file of the layer may hold ``pass_mark``, ``rarity`` (its rates are added to those of the sheet, its other
keys replace the sheet's), ``changes`` (of an item, criterion, section or bonus that exists: each key that is
given replaces that of the sheet, null takes it out, ``off`` takes the part itself out), ``criteria`` (more of
them, each with its ``section``) and ``items`` (each with its ``criterion``). Files apply in the order of
their names, entries in the order of the file, and after each the sheet must still be one: so whatever is
wrong is told with the line that brought it in.

The file of a pack (see `pipeline.packs`) says what it is and brings ``sections``, nothing else: switched on
it adds to the sheet and takes nothing out of it. Packs apply before the layer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from pipeline.errors import RubricError
from pipeline.messages import Message, Text, ValueRefused
from pipeline.packs import Layered, layers_of
from pipeline.yaml_file import line_of

FOLDER = "rubric"
"""Of a layer."""
TARGETS = ("item", "criterion", "section", "bonus")

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class LayerEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SheetChange(LayerEntry):
    """What is different about one part of the sheet. Other keys than these are the part's own."""

    model_config = ConfigDict(extra="allow", frozen=True)

    item: Name | None = None
    criterion: Name | None = None
    section: Name | None = None
    bonus: Name | None = None
    off: bool = False
    reason: Reason

    @model_validator(mode="after")
    def _names_one(self) -> SheetChange:
        if len(self.targets) != 1:
            raise ValueRefused(Message("rubric.layer-names-one"))
        if not self.off and not self.values:
            raise ValueRefused(Message("rubric.layer-idle"))
        for key in ("id", "items", "criteria"):
            if key in self.values:
                raise ValueRefused(Message("rubric.layer-key", key=key))
        return self

    @property
    def targets(self) -> list[tuple[str, str]]:
        """(kind, id) of what it names; exactly one."""
        return [(kind, name) for kind in TARGETS if (name := getattr(self, kind)) is not None]

    @property
    def values(self) -> dict[str, Any]:
        """The keys of the part that it gives."""
        return dict(self.model_extra or {})


class AddedCriterion(LayerEntry):
    section: Name
    criterion: dict[str, Any]
    reason: Reason


class AddedItem(LayerEntry):
    criterion: Name
    item: dict[str, Any]
    reason: Reason


class SheetLayer(LayerEntry):
    """A file of the layer."""

    pass_mark: Annotated[float, Field(ge=0, le=100, strict=True)] | None = None
    rarity: dict[str, Any] | None = None
    changes: tuple[SheetChange, ...] = ()
    criteria: tuple[AddedCriterion, ...] = ()
    items: tuple[AddedItem, ...] = ()


class PackSheet(LayerEntry):
    """The file of a pack: what it is, and its part of the sheet."""

    title: Name
    title_en: Name
    summary: Reason
    summary_en: Reason
    sources: tuple[Reason, ...] = ()
    """Laws, standards and rules of the trade that it follows."""
    sections: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]


class SheetFile(NamedTuple):
    """A file that changes the sheet."""

    path: Path
    queues: tuple[str, ...] | None
    """None of a layer; of a pack, where it holds: everywhere where there is none."""


def rubric_files(layer: Layered) -> list[SheetFile]:
    """The files of packs and of a layer that change the sheet, in the order in which they count."""
    layers = layers_of(layer)
    own = () if layers.own is None else sorted((layers.own / FOLDER).glob("*.yaml"))
    return [
        *(SheetFile(pack.sheet, pack.queues) for pack in layers.packs),
        *(SheetFile(path, None) for path in own),
    ]


_F = TypeVar("_F", SheetLayer, PackSheet)


def read_layer(document: Any, path: Path, explained: Callable[[ValidationError], Text]) -> SheetLayer:
    """
    Raises:
        RubricError: with file, line and remedy.
    """
    return _read(SheetLayer, document, path, explained)


def read_pack(document: Any, path: Path, explained: Callable[[ValidationError], Text]) -> PackSheet:
    """
    Raises:
        RubricError: with file, line and remedy.
    """
    return _read(PackSheet, document, path, explained)


def _read(kind: type[_F], document: Any, path: Path, explained: Callable[[ValidationError], Text]) -> _F:
    try:
        return kind.model_validate(document)
    except ValidationError as error:
        line = line_of(document, error.errors()[0]["loc"])
        raise RubricError(explained(error), path=path, line=line) from error


def apply_layer(
    sheet: dict[str, Any],
    document: Any,
    path: Path,
    *,
    queues: tuple[str, ...] | None = None,
    validate: Callable[[dict[str, Any]], object],
    explained: Callable[[ValidationError], Text],
) -> None:
    """Change the sheet, a mapping as its file holds it, by a file of the layer or of a pack.

    Args:
        queues: of a pack (see `SheetFile`).
        validate: raises ValidationError where the sheet is none any more.

    Raises:
        RubricError: with file, line and remedy.
    """

    def checked(*where: str | int) -> None:
        try:
            validate(sheet)
        except ValidationError as error:
            raise RubricError(explained(error), path=path, line=line_of(document, where)) from error

    if queues is not None:
        for number, section in enumerate(read_pack(document, path, explained).sections):
            sheet["sections"].append(_in_queues(plain(section), queues))
            checked("sections", number)
        return
    layer = read_layer(document, path, explained)
    if layer.pass_mark is not None:
        sheet["pass_mark"] = layer.pass_mark
        checked("pass_mark")
    if layer.rarity is not None:
        sheet["rarity"] = _added(sheet.get("rarity") or {}, plain(layer.rarity))
        checked("rarity")
    for number, added in enumerate(layer.criteria):
        _part(sheet, "section", added.section, path, line_of(document, ("criteria", number)))[
            "criteria"
        ].append(plain(added.criterion))
        checked("criteria", number)
    for number, one in enumerate(layer.items):
        _part(sheet, "criterion", one.criterion, path, line_of(document, ("items", number)))["items"].append(
            plain(one.item)
        )
        checked("items", number)
    for number, change in enumerate(layer.changes):
        ((kind, name),) = change.targets
        part = _part(sheet, kind, name, path, line_of(document, ("changes", number, kind)))
        if change.off:
            siblings = next(some for k, some in _lists(sheet) if k == kind and part in some)
            siblings.remove(part)
        else:
            for key, value in change.values.items():
                if value is None:
                    part.pop(key, None)
                else:
                    part[key] = plain(value)
        checked("changes", number)


def _in_queues(section: dict[str, Any], queues: tuple[str, ...]) -> dict[str, Any]:
    """A section of a pack where it holds in some queues only."""
    if queues:
        here: list[Any] = [{"call": {"queue": list(queues)}}]
        section["when"] = {"all": [*here, section["when"]] if "when" in section else here}
    return section


def _added(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """The rarity of a sheet with that of a layer in it. What is none is left for validation to refuse."""
    rates = [part.get("per_1000") or {} for part in (below, above)]
    if not all(isinstance(one, Mapping) for one in rates):
        return {**below, **above}
    return {**below, **above, "per_1000": {**rates[0], **rates[1]}}


def plain(value: Any) -> Any:
    """A copy of mappings and lists that knows no lines."""
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, list | tuple) else value


def parts(sheet: Mapping[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """All parts of a kind, as mappings."""
    for found, some in _lists(sheet):
        if found == kind:
            yield from some


def _lists(sheet: Mapping[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    yield "section", sheet["sections"]
    for section in sheet["sections"]:
        yield "criterion", section["criteria"]
        for criterion in section["criteria"]:
            yield "item", criterion["items"]
    yield "bonus", sheet.get("bonus") or []


def _part(sheet: dict[str, Any], kind: str, name: str, path: Path, line: int) -> dict[str, Any]:
    for part in parts(sheet, kind):
        if part.get("id") == name:
            return part
    known = Message("join.list", parts=tuple(str(part.get("id")) for part in parts(sheet, kind)) or ("-",))
    raise RubricError(Message(f"rubric.layer-no-{kind}", name=name, known=known), path=path, line=line)
