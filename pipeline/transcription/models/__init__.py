"""Model parts: what the manifest names, where it comes from, whether it is whole.

A model is ready when ``FOLDER/NAME`` exists: `fetch` builds it beside that place, checks every digest
and renames.
"""

from pipeline.transcription.models.fetch import fetch
from pipeline.transcription.models.locate import ModelStatus, list_models, locate, model_revision
from pipeline.transcription.models.manifest import Manifest, ModelEntry, ModelFile, Source, load_manifest
from pipeline.transcription.models.progress import Progress, progress_bar
from pipeline.transcription.models.verify import FileCheck, State, verify

__all__ = [
    "FileCheck",
    "Manifest",
    "ModelEntry",
    "ModelFile",
    "ModelStatus",
    "Progress",
    "Source",
    "State",
    "fetch",
    "list_models",
    "load_manifest",
    "locate",
    "model_revision",
    "progress_bar",
    "verify",
]
