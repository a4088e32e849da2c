"""Which engine a model asks for, and what is said where it cannot be had."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from pathlib import Path

import pytest

from pipeline.errors import ModelError
from pipeline.transcription import Transcriber, load_transcriber
from pipeline.transcription.engines import Engine, EngineChoice, choose, engine_revision
from pipeline.transcription.sherpa import SherpaTranscriber
from tests import tiny_sherpa


def load(model: str | Path, models: Path) -> Transcriber:
    return load_transcriber(str(model), models=models, language="zh", device="cpu", compute_type="int8")


def test_a_folder_with_tokens_is_sherpas_by_path_name_and_prefix(tmp_path: Path) -> None:
    folder = tiny_sherpa.sense_voice(tmp_path / "sv")
    for model in (str(folder), "sv", f"sherpa:{folder}"):
        assert choose(model, models=tmp_path) == EngineChoice(Engine.SHERPA, folder)


def test_a_folder_with_a_ctranslate2_model_is_whispers(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"{}")
    assert choose(str(tmp_path), models=tmp_path) == EngineChoice(Engine.WHISPER, tmp_path)


@pytest.mark.parametrize(
    "model", ["sherpa:/no/such/folder", "recorded:/no/such/file", "no-such-model", "c:\\x"]
)
def test_no_such_model(model: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        choose(model, models=tmp_path)


def test_the_engine_is_named_as_it_names_itself(tmp_path: Path) -> None:
    folder = tiny_sherpa.sense_voice(tmp_path / "sv")
    told, engine = engine_revision("sv", models=tmp_path), load("sv", tmp_path)
    assert told.engine == f"sherpa-onnx {version('sherpa-onnx')}"
    assert engine.name.startswith(told.engine)
    assert "sense-voice" in engine.name
    assert told.model == engine.model
    assert folder.name in told.model


def test_another_network_is_another_revision(tmp_path: Path) -> None:
    tiny_sherpa.sense_voice(tmp_path / "a" / "m")
    tiny_sherpa.paraformer(tmp_path / "b" / "m")
    names = {engine_revision("m", models=tmp_path / side).model for side in "ab"}
    assert len(names) == 2


def test_the_int8_network_is_preferred_and_the_other_taken_alone(tmp_path: Path) -> None:
    folder = tiny_sherpa.paraformer(tmp_path / "pf")
    (folder / "model.int8.onnx").rename(folder / "model.onnx")
    assert "paraformer" in load(folder, tmp_path).name
    tiny_sherpa.sense_voice(folder)
    assert "sense-voice" in load(folder, tmp_path).name


def test_a_folder_without_a_network_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "tokens.txt").write_text("<blank> 0\n")
    with pytest.raises(ModelError, match=r"lacks model\.int8\.onnx or model\.onnx"):
        load(tmp_path, tmp_path)


def test_a_folder_without_tokens_says_so(tmp_path: Path) -> None:
    folder = tiny_sherpa.sense_voice(tmp_path / "sv")
    (folder / "tokens.txt").unlink()
    with pytest.raises(ModelError, match=r"lacks tokens\.txt"):
        load(f"sherpa:{folder}", tmp_path)


def test_a_network_that_lacks_metadata_is_refused_before_it_ends_the_process(tmp_path: Path) -> None:
    folder = tiny_sherpa.sense_voice(tmp_path / "sv", leave_out="neg_mean")
    with pytest.raises(ModelError, match="lacks neg_mean"):
        load(folder, tmp_path)


@pytest.mark.parametrize("keep", [0, 10, 1000])
def test_a_damaged_network_is_an_error_not_a_crash(tmp_path: Path, keep: int) -> None:
    folder = tiny_sherpa.sense_voice(tmp_path / "sv")
    network = folder / "model.int8.onnx"
    network.write_bytes(network.read_bytes()[:keep])
    with pytest.raises(ModelError, match=r"model\.int8\.onnx"):
        load(folder, tmp_path)


def test_something_else_in_place_of_a_network(tmp_path: Path) -> None:
    folder = tiny_sherpa.sense_voice(tmp_path / "sv")
    (folder / "model.int8.onnx").write_bytes(b"<html>404 Not Found</html>" * 10)
    with pytest.raises(ModelError):
        load(folder, tmp_path)


def test_without_the_extra_the_message_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_sherpa.sense_voice(tmp_path / "sv")
    hidden = tmp_path / "site"
    hidden.mkdir()
    monkeypatch.setattr("sys.path", [str(hidden)])  # importlib.metadata looks along sys.path
    with pytest.raises(ModelError, match=r"pip install .callinspect\[sherpa\]"):
        SherpaTranscriber(folder)


def test_a_model_may_be_moved(tmp_path: Path) -> None:
    folder = tiny_sherpa.sense_voice(tmp_path / "sv")
    before = engine_revision(str(folder), models=tmp_path)
    shutil.copytree(folder, tmp_path / "elsewhere" / "sv")
    assert engine_revision(str(tmp_path / "elsewhere" / "sv"), models=tmp_path) == before
