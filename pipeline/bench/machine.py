"""What a measurement was made on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from pipeline.batch.machine import cores

LIBRARIES = ("ctranslate2", "faster-whisper", "onnxruntime", "numpy", "av", "openai-whisper", "torch")


class Machine(BaseModel):
    """The computer; what it does not say is empty or 0."""

    model_config = ConfigDict(frozen=True)

    processor: str
    cores: int
    """That this process may use."""
    memory_bytes: int
    system: str
    python: str


def this_machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=cores(),
        memory_bytes=psutil.virtual_memory().total,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
    )


def libraries() -> dict[str, str]:
    """Versions of what is installed of the libraries that matter for speed."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def load_average() -> float:
    """Processes that wanted to run, mean over the last minute."""
    return float(psutil.getloadavg()[0])


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()
