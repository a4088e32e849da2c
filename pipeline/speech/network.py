"""Networks on onnxruntime whose graphs are ours and whose weights stay in the files as published.

The graphs are `pipeline/speech/*.onnx`, written by `scripts.export_networks`. They hold no weights but point
into a file, and name its digest: nothing is converted, and no other file is taken for it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pipeline.errors import ModelError
from pipeline.messages import Message


def load_network(graph: Path, weights: Path) -> Any:
    """An onnxruntime session, on one core, of a graph whose weights lie in another file.

    Raises:
        ModelError: that file is missing, or is not the one that the graph was made for.
    """
    import onnxruntime  # here: only who hears needs it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", str(weights.parent.absolute())
    )
    try:
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        session = onnxruntime.InferenceSession(
            graph.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise ModelError(Message("model.weights", reason=str(error)), path=weights) from error
    expected = session.get_modelmeta().custom_metadata_map
    if (weights.name, digest) != (expected["weights_file"], expected["weights_sha256"]):
        raise ModelError(
            Message("model.other-weights", graph=graph.stem, sha256=expected["weights_sha256"]),
            path=weights,
        )
    return session
