"""Model parts: what the manifest names, where it comes from, whether it is whole.

A model is ready when ``FOLDER/NAME`` exists: `fetch` builds it beside that place, checks every digest
and renames.
"""

from pipeline.transcription.models.fetch import fetch
from pipeline.transcription.models.installed import (
    FileCheck,
    ModelStatus,
    Progress,
    State,
    list_models,
    locate,
    model_revision,
    progress_bar,
    verify,
)
from pipeline.transcription.models.manifest import Manifest, ModelEntry, ModelFile, ModelSource, load_manifest

__all__ = [
    "FileCheck",
    "Manifest",
    "ModelEntry",
    "ModelFile",
    "ModelSource",
    "ModelStatus",
    "Progress",
    "State",
    "fetch",
    "list_models",
    "load_manifest",
    "locate",
    "model_revision",
    "progress_bar",
    "verify",
]
