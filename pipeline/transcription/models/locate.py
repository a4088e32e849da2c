"""Where a model lies on this machine, whether it is ready, and which revision it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.errors import ModelError
from pipeline.transcription.models.manifest import load_manifest
from pipeline.transcription.models.verify import check_files, digest

CTRANSLATE2_FILES = ("model.bin", "config.json", "tokenizer.json")
"""What a folder given by path must hold; without tokenizer.json faster-whisper asks the network for one."""


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One line of ``callinspect models list``."""

    name: str
    kind: str
    title: str
    licence: str
    size: int | None
    """Bytes, None where the manifest does not say."""
    ready: bool
    path: Path


def locate(name_or_path: str, *, folder: Path, manifest: Path | None = None) -> Path:
    """The folder of a ready model: a manifest name fetched into ``folder``, or any
    CTranslate2 folder by path.

    Looks at presence and sizes only, so that each worker process can afford it; `verify` checks digests.

    Raises:
        ModelError: not fetched yet, damaged, or no such name or folder; the message says what to do.
    """
    known = load_manifest(manifest)
    if name_or_path in known:
        place = folder / name_or_path
        if not place.is_dir():
            raise ModelError(
                f'model "{name_or_path}" is not in {folder}; run `callinspect models fetch {name_or_path}`'
            )
        bad = [check for check in check_files(known[name_or_path], place, digests=False) if not check.good]
        if bad:
            raise ModelError(f"damaged ({bad[0]}); run `callinspect models fetch {name_or_path}`", path=place)
        return place
    for place in (Path(name_or_path).expanduser(), folder / name_or_path):
        if place.is_dir():
            lacks = [name for name in CTRANSLATE2_FILES if not (place / name).is_file()]
            if lacks:
                raise ModelError(f"not a CTranslate2 model folder: it lacks {', '.join(lacks)}", path=place)
            return place
    known[name_or_path]  # raises, and lists the names
    raise AssertionError("unreachable")


def list_models(
    *, folder: Path, kind: str | None = None, manifest: Path | None = None
) -> tuple[ModelStatus, ...]:
    """Every model of the manifest (of one kind), in its order, with whether it is ready in ``folder``."""
    known = load_manifest(manifest)
    return tuple(
        ModelStatus(
            name=name,
            kind=entry.kind,
            title=entry.title,
            licence=entry.licence,
            size=entry.size,
            ready=all(check.good for check in check_files(entry, folder / name, digests=False)),
            path=folder / name,
        )
        for name in known.names()
        if (entry := known[name]) and kind in (None, entry.kind)
    )


@cache
def model_revision(place: Path) -> str:
    """What names a model's weights in an inspection: ``NAME@`` and 12 digits of model.bin's SHA-256.

    The digest and not a claimed revision, because a folder given by path claims nothing.
    """
    try:
        return f"{place.name}@{digest(place / 'model.bin')[:12]}"
    except OSError as error:
        raise ModelError(f"cannot read model.bin: {error.strerror}", path=place) from error
