"""The written calls of a pack as dialogues that voices can speak."""

from __future__ import annotations

from pipeline.batch.pack_calls import PackCall, read_calls
from pipeline.packs import read_packs
from pipeline.rubric.dialogue import LINE, MARK, PAUSES, SPEAKERS
from pipeline.rubric.load import pack_sheet
from pipeline.settings import data_root
from scripts.demo_night.dialogue import Dialogue, Filler, Turn, parse_line

DESKS = ("6101", "6102", "6103", "6104", "6105", "6106")
VOICES = ("zm_yunxia", "zf_xiaoni")
CODECS = ("wav-alaw", "mp3-8k", "opus")


def pack_night(name: str) -> tuple[Dialogue, ...]:
    """The calls of a pack.

    Raises:
        UsageError: the pack cannot be read.
        ValueError: there is none of that name.
    """
    (pack,) = read_packs([name], data_root())
    sections = pack_sheet(pack.sheet).sections
    severities = {i["id"]: str(i["severity"]) for s in sections for c in s["criteria"] for i in c["items"]}
    return tuple(_dialogue(call, n, severities) for n, call in enumerate(read_calls(pack.calls)))


def _dialogue(call: PackCall, number: int, severities: dict[str, str]) -> Dialogue:
    turns = tuple(_turn(line, call) for line in call.lines)
    said = {label.code for turn in turns if isinstance(turn, Turn) for label in turn.labels}
    return Dialogue(
        call_id=call.id,
        topic=call.title,
        shows=call.title_en,
        agent=DESKS[number % len(DESKS)],
        queue=call.queue,
        direction=call.direction,
        started_at=f"2026-11-19T{10 + number}:05:27+08:00",
        customer_number=f"170000055{number:02d}",
        customer_voice=VOICES[number % len(VOICES)],
        layout="stereo",
        codec=CODECS[number % len(CODECS)],
        turns=turns,
        expect=None,
        unsaid=tuple(item for item in call.fails if item not in said),
        severities=severities,
    )


def _turn(line: str, call: PackCall) -> Turn | Filler:
    """A line of the call; marks become labels: of a violation where the item of that name fails."""
    read = LINE.match(line.strip())
    assert read is not None, line
    if read["who"] in PAUSES:
        return Filler("hold-music" if PAUSES[read["who"]] == "hold" else "hold-silence", float(read["text"]))
    marked = MARK.sub(lambda m: f"[{'v' if m[1] in call.fails else 'r'}:{m[1]}|{m[2]}]", read["text"])
    text, labels = parse_line(marked)
    return Turn(SPEAKERS[read["who"]].value, text, labels)
