"""What was said, in the formats that people have: STM, CTM, TextGrid, SRT, Kaldi's ``text``, JSON.

Small readers of plain text. Each gives utterances with the party as the file names it; which party is the
agent is told by that name (``agent``, 坐席), by the channel (1, A and left are the first), or by nobody.

Formats: STM and CTM as in NIST's SCTK (sclite documentation), TextGrid as Praat writes it (long and short
form), SRT as SubRip wrote it, ``text`` and ``segments`` as in Kaldi's data preparation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.files import FileRefused, read_plain
from pipeline.messages import Message, system_problem

MAX_BYTES = 64 << 20
_AGENT = frozenset(
    {"agent", "seat", "operator", "staff", "service", "坐席", "座席", "客服", "客服人员", "a:agent"}
)
_CUSTOMER = frozenset({"customer", "caller", "client", "user", "客户", "用户", "顾客", "来电人"})
_FIRST, _SECOND = frozenset({"1", "a", "l", "left", "ch0", "0"}), frozenset({"2", "b", "r", "right", "ch1"})
_IGNORED = re.compile(r"<[^>]*>|\{[^}]*\}|\[[^\]]*\]|\(%[^)]*\)|%\w+")
"""Marks of noises and hesitations, tags of subtitles."""
_SPOKEN_BY = re.compile(
    r"\s*[\[(【<]?\s*(?P<party>[A-Za-z]+|[坐座]席|客服|客户|用户)\s*[\])】>]?\s*[:：]\s*(?P<said>.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance as a file has it."""

    recording: str
    """The recording's name as written; empty where the file itself is one recording's."""
    party: str
    """As written: a name, a channel, a tier; empty where nobody says."""
    start: float
    """Seconds; the order in the file where it has no times."""
    text: str


def side(party: str) -> str | None:
    """``agent``, ``customer``, ``first`` or ``second`` (channel); None where a name tells nothing."""
    name = party.strip().casefold()
    for sides, words in (("agent", _AGENT), ("customer", _CUSTOMER), ("first", _FIRST), ("second", _SECOND)):
        if name in words or (len(name) > 3 and any(word in name for word in words if len(word) > 3)):
            return sides
    return None


def read_said(path: Path) -> list[Said]:
    """All utterances of a file, by its ending; Kaldi's ``text`` by its name.

    Raises:
        UsageError: it is no such file; with the line where that shows.
    """
    reader = READERS.get(path.suffix.lower()) or (_kaldi if path.name == "text" else None)
    if reader is None:
        raise UsageError(Message("bench.truth-format"), path=path)
    return list(reader(path))


def is_truth(path: Path) -> bool:
    """True for a file that one of the readers may read."""
    return path.suffix.lower() in READERS or path.name == "text"


def _text(path: Path) -> str:
    try:
        raw = read_plain(path, most=MAX_BYTES, remedy=Message("bench.truth-split"))
    except FileRefused as error:
        raise UsageError(error.message, path=path) from error
    except OSError as error:
        raise UsageError(system_problem(error), path=path) from error
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(Message("bench.truth-encoding"), path=path)


def _seconds(text: str, path: Path, line: int) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(Message("bench.truth-seconds", text=text), path=path, line=line) from None


def _clean(text: str) -> str:
    return _IGNORED.sub("", text).strip()


def _stm(path: Path) -> Iterator[Said]:
    """``waveform channel speaker begin end [<labels>] text``"""
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip() or line.startswith(";;"):
            continue
        fields = line.split(None, 5)
        if len(fields) < 5:
            raise UsageError(Message("bench.truth-stm"), path=path, line=number)
        recording, channel, speaker, begin = fields[:4]
        text = fields[5] if len(fields) > 5 else ""
        if "ignore_time_segment_in_scoring" in text.casefold() or "inter_segment_gap" in speaker.casefold():
            continue
        party = speaker if side(speaker) in ("agent", "customer") else channel
        yield Said(recording, party, _seconds(begin, path, number), _clean(text))


def _ctm(path: Path) -> Iterator[Said]:
    """``waveform channel begin duration word [confidence]``"""
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip() or line.startswith(";;"):
            continue
        fields = line.split()
        if len(fields) < 5:
            raise UsageError(Message("bench.truth-ctm"), path=path, line=number)
        yield Said(fields[0], fields[1], _seconds(fields[2], path, number), _clean(fields[4]))


def _kaldi(path: Path) -> Iterator[Said]:
    """``utterance text`` with ``segments`` (utterance, recording, begin, end) and ``utt2spk`` beside it."""
    segments, speakers = _table(path.with_name("segments")), _table(path.with_name("utt2spk"))
    for number, line in enumerate(_text(path).splitlines(), 1):
        name, _, text = line.strip().partition(" ")
        if not name:
            continue
        recording, start = name, float(number)
        if name in segments:
            place = segments[name].split()
            if len(place) != 3:
                raise UsageError(Message("bench.truth-segments"), path=path.with_name("segments"))
            recording, start = place[0], _seconds(place[1], path.with_name("segments"), number)
        yield Said(recording, speakers.get(name, ""), start, _clean(text))


def _table(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = (line.strip().partition(" ") for line in _text(path).splitlines() if line.strip())
    return {key: value.strip() for key, _, value in pairs}


_CUE = re.compile(r"(\d+):(\d{2}):(\d{2})[,.](\d{1,3})\s*-->")


def _srt(path: Path) -> Iterator[Said]:
    """Blocks of a number, ``begin --> end`` and text; the party stands before the text (``坐席：您好``)."""
    for block in re.split(r"\n\s*\n", _text(path).replace("\r\n", "\n").replace("\r", "\n")):
        lines = [line for line in block.split("\n") if line.strip()]
        at = next((i for i, line in enumerate(lines) if _CUE.search(line)), None)
        if at is None:
            continue
        hours, minutes, seconds, fraction = _CUE.search(lines[at]).groups()  # type: ignore[union-attr]
        start = int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000
        said = "\n".join(lines[at + 1 :])
        named = _SPOKEN_BY.fullmatch(said)
        party = named["party"] if named and side(named["party"]) else ""
        yield Said("", party, start, _clean(named["said"] if named and party else said))


_QUOTED = re.compile(r'"((?:[^"]|"")*)"|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|<exists>')


def _textgrid(path: Path) -> Iterator[Said]:
    """Interval tiers; a tier is a party. The long form is the short one with names in front of each value."""
    text = _text(path)
    if "ooTextFile" not in text[:200]:
        raise UsageError(Message("bench.truth-textgrid"), path=path)
    values: list[str | float] = []
    for match in _QUOTED.finditer(
        re.sub(
            r"(?m)^\s*(?:item|intervals|points)\s*\[\d*\]:?|^\s*\w[\w ]*[:=]\s*(?:size\s*=\s*)?", " ", text
        )
    ):
        if match[1] is not None:
            values.append(match[1].replace('""', '"'))
        elif match[2] is not None:
            values.append(float(match[2]))
    at = 0
    while at < len(values):
        if values[at] != "IntervalTier" or at + 4 >= len(values):
            at += 1
            continue
        tier, count = str(values[at + 1]), values[at + 4]
        at += 5
        for _ in range(int(count) if isinstance(count, float) else 0):
            begin, _end, said = (*values[at : at + 3], "", "", "")[:3]
            if isinstance(begin, float) and isinstance(said, str) and _clean(said):
                yield Said("", tier, begin, _clean(said))
            at += 3


_TEXT_KEYS = ("text", "transcript", "sentence", "content", "words", "value")
_PARTY_KEYS = ("role", "speaker", "party", "channel", "spk")
_START_KEYS = ("start", "start_time", "begin", "begin_time", "offset", "from")
_RECORDING_KEYS = ("audio", "audio_filepath", "recording", "file", "wav", "path", "call_id", "id")


def _json(path: Path) -> Iterator[Said]:
    """A list of utterances, a dictionary with one (``turns``, ``segments``, ...), or one per line."""
    text = _text(path)
    try:
        values = json.loads(text)
    except ValueError:
        try:
            values = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise UsageError(Message("bench.not-truth", reason=str(error)), path=path) from error
    if not values:
        raise UsageError(Message("bench.truth-empty"), path=path)
    yield from _utterances(values, "", path)


def _utterances(values: Any, recording: str, path: Path) -> Iterator[Said]:
    if isinstance(values, list):
        for position, value in enumerate(values):
            if not isinstance(value, dict):
                raise UsageError(Message("bench.truth-list"), path=path)
            own = _value(value, _RECORDING_KEYS) or recording
            inner = next(
                (value[k] for k in ("turns", "segments", "utterances") if isinstance(value.get(k), list)),
                None,
            )
            if inner is not None:
                yield from _utterances(inner, own, path)
                continue
            said = _value(value, _TEXT_KEYS)
            if said is None:
                raise UsageError(Message("bench.truth-no-text"), path=path)
            start = _value(value, _START_KEYS)
            yield Said(
                own,
                _value(value, _PARTY_KEYS) or "",
                float(start) if start else float(position),
                _clean(said),
            )
    elif isinstance(values, dict):
        yield from _utterances([values], recording, path)
    else:
        raise UsageError(Message("bench.truth-list"), path=path)


def _value(value: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    return next((str(value[key]) for key in keys if value.get(key) not in (None, "")), None)


READERS: Mapping[str, Callable[[Path], Iterator[Said]]] = {
    ".stm": _stm,
    ".ctm": _ctm,
    ".textgrid": _textgrid,
    ".srt": _srt,
    ".json": _json,
    ".jsonl": _json,
}
