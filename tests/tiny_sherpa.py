"""Models in the formats of SenseVoice and Paraformer, a few kilobytes large: they write 這, 個 and 對 for
tones of 500, 1200 and 3000 Hz, and nothing where no tone sounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TOKENS = ("<blank>", "<s>", "</s>", "這", "個", "對", "<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|withitn|>")
HERTZ = {"這": 500.0, "個": 1200.0, "對": 3000.0}
_MELS, _STACKED = 80, 7
_SURE = 12.0
_OPSET = [helper.make_opsetid("", 17)]


def sense_voice(folder: Path, *, leave_out: str = "") -> Path:
    """Logits per frame of 60 ms, after four that name language, emotion, event and number format."""
    prompt = np.full((1, 4, len(TOKENS)), -_SURE, dtype=np.float32)
    prompt[0, range(4), range(6, 10)] = _SURE
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["mw"]),
        helper.make_node("Add", ["mw", "b"], ["frames"]),
        helper.make_node("Concat", ["prompt", "frames"], ["logits"], axis=1),
    ]
    inputs = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", "t", _MELS * _STACKED]),
        *(
            helper.make_tensor_value_info(n, TensorProto.INT32, ["n"])
            for n in ("x_length", "language", "text_norm")
        ),
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", "u", len(TOKENS)])]
    entries = {
        "model_type": "sense_voice_ctc",
        "with_itn": "14",
        "without_itn": "15",
        "normalize_samples": "0",
    }
    entries |= {f"lang_{name}": str(i) for i, name in enumerate(("auto", "zh", "en", "yue", "ja", "ko"))}
    constants = _constants() | {"prompt": prompt}
    return _write(folder, nodes, inputs, outputs, constants, entries, leave_out)


def paraformer(folder: Path) -> Path:
    """One token for the whole window, or the end of the sentence."""
    nodes = [
        helper.make_node("ReduceMean", ["speech"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("MatMul", ["mean", "w"], ["mw"]),
        helper.make_node("Add", ["mw", "b2"], ["logits"]),
        helper.make_node("Identity", ["one"], ["token_num"]),
    ]
    inputs = [
        helper.make_tensor_value_info("speech", TensorProto.FLOAT, ["n", "t", _MELS * _STACKED]),
        helper.make_tensor_value_info("speech_lengths", TensorProto.INT32, ["n"]),
    ]
    outputs = [
        helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", "u", len(TOKENS)]),
        helper.make_tensor_value_info("token_num", TensorProto.INT32, [1]),
    ]
    constants = _constants()
    ends = constants["b"].copy()
    ends[[0, 2]] = ends[[2, 0]]  # what is blank there ends the sentence here
    ends[3:6] = -0.7  # a tone fills only a part of the window
    constants |= {"b2": ends, "one": np.array([1], dtype=np.int32)}
    return _write(folder, nodes, inputs, outputs, constants, {"model_type": "paraformer"}, "")


def _constants() -> dict[str, np.ndarray]:
    """A character scores where its band stands out of the mean of all bands."""
    mel = 1127 * np.log1p(np.array([20, 8000]) / 700)
    centres = 700 * np.expm1(np.linspace(*mel, _MELS + 2)[1:-1] / 1127)
    weights = np.zeros((_MELS, len(TOKENS)), dtype=np.float32)
    for character, hertz in HERTZ.items():
        near = np.abs(np.log2(centres / hertz)) < 0.12
        weights[:, TOKENS.index(character)] = near / near.sum() - 1 / _MELS
    bias = np.full(len(TOKENS), -_SURE, dtype=np.float32)
    bias[0] = 0.0
    bias[3:6] = -4.0
    return {"w": np.tile(weights, (_STACKED, 1)) / _STACKED, "b": bias}


def _write(
    folder: Path,
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    constants: dict[str, np.ndarray],
    entries: dict[str, str],
    leave_out: str,
) -> Path:
    graph = helper.make_graph(
        nodes,
        "tiny",
        inputs,
        outputs,
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=_OPSET, ir_version=8)
    size = _MELS * _STACKED
    entries = entries | {
        "vocab_size": str(len(TOKENS)),
        "lfr_window_size": str(_STACKED),
        "lfr_window_shift": "6",
        "neg_mean": ",".join(["0"] * size),
        "inv_stddev": ",".join(["1"] * size),
    }
    for key, value in entries.items():
        if key != leave_out:
            model.metadata_props.add(key=key, value=value)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(folder / "model.int8.onnx"))
    lines = [f"{token} {index}\n" for index, token in enumerate(TOKENS)]
    (folder / "tokens.txt").write_text("".join(lines), encoding="utf-8")
    return folder
