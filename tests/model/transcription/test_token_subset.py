"""The base model with the tokens of Mandarin alone: what is written with them comes out as it went in."""

from __future__ import annotations

import pytest

from pipeline.settings import load_settings
from pipeline.transcription.whisper_model import WhisperModel

TEXTS = (
    "您好，请问有什么可以帮您？",
    "卡号是6220 2000 3456 782，金额1,280.50元，涨了3.5%。",
    "我的VIP会员在APP上登录不了，WiFi也连不上，用户名是xiao_ming@example.com。",
    "龘靐齉爩，𠮷野家",
    "Liechtenstein",
)


@pytest.fixture(scope="module")
def model() -> WhisperModel:
    folder = load_settings().models / "base"
    return WhisperModel(folder, language="zh", device="cpu", compute_type="int8", threads=1)


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_can_be_written(model: WhisperModel, text: str) -> None:
    assert model.text(model.tokens(text)) == text


def test_the_decoder_knows_fewer_tokens(model: WhisperModel) -> None:
    assert max(model.tokens("".join(TEXTS))) < 16_000
