"""SenseVoice and Paraformer through sherpa-onnx: fewer errors in Mandarin than Whisper, and faster on a CPU.

An optional extra (``pip install "callinspect[sherpa]"``). A model is a folder as its publishers hand it out:
``tokens.txt`` and ``model.int8.onnx`` (or ``model.onnx``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.conversation.text import written
from pipeline.conversation.wordlists import WordLists, default_word_lists
from pipeline.domain import SAMPLE_RATE_HZ, Span
from pipeline.errors import ModelError
from pipeline.messages import Message
from pipeline.transcription.guards import check_text, cut_out
from pipeline.transcription.models.installed import digest
from pipeline.transcription.protocol import Piece, SpeechWindow, WindowText

NETWORKS = ("model.int8.onnx", "model.onnx")
"""In the order in which they are preferred: int8 costs a third and loses next to nothing."""
TOKENS = "tokens.txt"

_SENSE_VOICE_ENTRIES = frozenset({"lfr_window_size", "lfr_window_shift", "neg_mean", "inv_stddev", "lang_zh"})
_PARAFORMER_ENTRIES = frozenset({"lfr_window_size", "lfr_window_shift", "neg_mean", "inv_stddev"})
_PAUSE_SECONDS = 0.6
"""Between the beginnings of two characters: a piece ends here. Slow speech has 0.35 s each."""
_TOKEN_SECONDS = 0.25
"""How long the last character of a piece lasts; recognisers of this kind say only where one begins."""
_UNSAID = math.log(0.9)
"""Log-probability where the model gives none (SenseVoice, Paraformer): about one character in ten is
wrong on telephone calls, and nobody knows which."""


def is_sherpa_folder(folder: Path) -> bool:
    return (folder / TOKENS).is_file()


def sherpa_version() -> str:
    """Raises ModelError where the extra is not installed."""
    try:
        return version("sherpa-onnx")
    except PackageNotFoundError as error:
        raise ModelError(Message("model.no-sherpa")) from error


def sherpa_revision(folder: Path) -> str:
    """``NAME@`` and 12 digits of the network's SHA-256.

    Raises:
        ModelError: there is none.
    """
    return f"{folder.name}@{digest(_network(folder))[:12]}"


class SherpaTranscriber:
    """One SenseVoice or Paraformer model. Built once per process.

    Windows are decoded one by one: in a batch the padding of one window changes the numbers of the next.
    """

    def __init__(
        self,
        folder: Path,
        *,
        language: str = "zh",
        device: str = "cpu",
        threads: int = 1,
        words: WordLists | None = None,
    ) -> None:
        self._words = words or default_word_lists()
        installed = sherpa_version()
        network = _network(folder)
        self._sense_voice = sense_voice = _is_sense_voice(network)
        import sherpa_onnx  # an optional extra: only who uses it needs it

        common = {
            "tokens": str(folder / TOKENS),
            "num_threads": threads,
            "provider": "cuda" if device == "cuda" else "cpu",
        }
        try:
            self._recognizer: Any = (
                sherpa_onnx.OfflineRecognizer.from_sense_voice(
                    model=str(network), language=language, use_itn=True, **common
                )
                if sense_voice
                else sherpa_onnx.OfflineRecognizer.from_paraformer(paraformer=str(network), **common)
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelError(Message("model.sherpa", reason=str(error)), path=network) from error
        self._model = sherpa_revision(folder)
        kind = "sense-voice" if sense_voice else "paraformer"
        self._name = f"sherpa-onnx {installed} {kind} {common['provider']}-{language}"

    @property
    def name(self) -> str:
        return self._name

    @property
    def model(self) -> str:
        return self._model

    def transcribe(self, windows: Sequence[SpeechWindow]) -> list[WindowText]:
        """See `Transcriber`."""
        return [self._hear(window) if window.voiced else WindowText((), 0.0) for window in windows]

    def _hear(self, window: SpeechWindow) -> WindowText:
        stream = self._recognizer.create_stream()
        stream.accept_waveform(SAMPLE_RATE_HZ, np.asarray(window.samples, np.float32))
        self._recognizer.decode_stream(stream)
        result = stream.result
        pieces = cut_out(
            tuple(_pieces(window.span, result.tokens, result.timestamps, glued=self._sense_voice)),
            self._words,
        )
        if not pieces or "nospeech" in result.lang:
            return WindowText((), 0.0)
        scores = [float(score) for score in result.ys_log_probs]
        log_probability = min(0.0, sum(scores) / len(scores)) if scores else _UNSAID
        check = check_text(
            "".join(piece.text for piece in pieces),
            voiced_seconds=window.voiced_seconds,
            log_probability=log_probability,
            no_speech=0.0,
            floor=-float("inf"),
            words=self._words,
        )
        if check.impossible is not None:
            return WindowText((), 0.0, rejected=check.impossible)
        return WindowText(pieces, log_probability)


def _network(folder: Path) -> Path:
    if not is_sherpa_folder(folder):
        raise ModelError(Message("model.no-sherpa-folder", lacks=TOKENS), path=folder)
    for name in NETWORKS:
        if (folder / name).is_file():
            return folder / name
    raise ModelError(
        Message("model.no-sherpa-folder", lacks=Message("model.or", parts=NETWORKS)), path=folder
    )


def _is_sense_voice(network: Path) -> bool:
    """Which of the two families a network belongs to, by its metadata.

    sherpa-onnx ends the whole process when a model lacks an entry that it needs; a look beforehand turns that
    into a message.
    """
    import onnxruntime  # here: only who hears needs it

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the errors of onnxruntime have no base of their own
        raise ModelError(Message("model.onnx", reason=str(error)), path=network) from error
    entries = set(session.get_modelmeta().custom_metadata_map)
    if entries >= _SENSE_VOICE_ENTRIES:
        return True
    if entries >= _PARAFORMER_ENTRIES:
        return False
    raise ModelError(
        Message("model.no-family", lacks=", ".join(sorted(_PARAFORMER_ENTRIES - entries))), path=network
    )


def _pieces(window: Span, tokens: Sequence[str], times: Sequence[float], *, glued: bool) -> Iterator[Piece]:
    """Tokens with the seconds at which they begin, as text between pauses."""
    if not times:  # a model without timestamps
        text = written(_joined(tokens, glued=glued))
        if text:
            yield Piece(window, text)
        return
    group: list[int] = []
    for i in range(len(times) + 1):
        ends = i == len(times) or (group and times[i] - times[i - 1] > _PAUSE_SECONDS)
        if ends and group:
            text = written(_joined([tokens[k] for k in group], glued=glued))
            if text:
                start = min(window.start + times[group[0]], window.end)
                end = min(window.start + times[group[-1]] + _TOKEN_SECONDS, window.end)
                yield Piece(Span(start, max(start, end)), text)
            group = []
        if i < len(times):
            group.append(i)


def _joined(tokens: Sequence[str], *, glued: bool) -> str:
    """Tokens as text. A Latin word begins with ``▁`` or a space where its parts are ``glued`` (SenseVoice);
    elsewhere each token is a word unless ``@@`` says that it goes on (Paraformer)."""
    out = ""
    for token in tokens:
        if token.startswith("<|"):
            continue  # <|zh|>, <|BGM|>: descriptions, not speech
        goes_on, out = out.endswith("@@"), out.removesuffix("@@")
        apart = not glued and not goes_on and _latin(out[-1:]) and _latin(token[:1])
        out += (" " if apart else "") + token.replace("▁", " ")
    return out.removesuffix("@@")


def _latin(character: str) -> bool:
    return character.isascii() and character.isalpha()
