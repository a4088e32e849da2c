"""A centre's own layer over the lexicons: what it may say, what wins, and where its errors are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.phrases import check_lexicons, compile_matcher, load_lexicons
from pipeline.phrases.checking import sentence
from pipeline.phrases.increments import load_increment, packed
from pipeline.phrases.layer import WEIGHTS_FILE
from pipeline.phrases.own_sentences import OwnSentence, masked, read_sentences, written
from pipeline.phrases.training import shipped_sentences, train

BELOW = """\
codes:
  - code: cold
    kind: forbidden
    title: 冷漠
    severity: D
    role: agent
    exceptions: ['{surname}先生说.{0,3}']
    phrases:
      - phrase: 随便你
        reason: 晾着客户。
        examples: {hit: [随便你], quiet: [今天天气好, 王先生说随便你]}
      - phrase: 爱要不要
        reason: 轻慢。
        examples: {hit: [爱要不要]}
"""


def folders(tmp_path: Path, **files: str) -> tuple[Path, Path]:
    below, layer = tmp_path / "below", tmp_path / "layer"
    (layer / "lexicons").mkdir(parents=True)
    below.mkdir()
    (below / "a.yaml").write_text(BELOW, encoding="utf-8")
    for name, text in files.items():
        (layer / "lexicons" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return below, layer


def found(below: Path, layer: Path | None, text: str) -> list[str]:
    matcher = compile_matcher(load_lexicons(below, layer))
    return [hit.phrase for hit in matcher.match([sentence(text, None)])]


ADDED = """\
phrases:
  - code: cold
    phrase: 谁管你呢
    reason: 不管客户。
    examples: {hit: [谁管你呢]}
"""


def test_a_layer_adds_phrases_to_a_code_and_what_spares_the_code_spares_them(tmp_path: Path) -> None:
    below, layer = folders(tmp_path, own=ADDED)
    assert found(below, None, "谁管你呢") == []
    assert found(below, layer, "谁管你呢") == ["谁管你呢"]
    assert load_lexicons(below, layer).revision != load_lexicons(below).revision
    (phrase,) = [p for p in load_lexicons(below, layer).phrases if p.canonical == "谁管你呢"]
    assert phrase.exceptions and phrase.place.path.name == "own.yaml" and phrase.place.line == 2


def test_a_layer_switches_off_and_later_files_win(tmp_path: Path) -> None:
    off = "changes:\n  - {code: cold, phrase: 爱要不要, off: true, reason: 我们这里不算}\n"
    below, layer = folders(tmp_path, own=ADDED, z=off)
    assert found(below, layer, "爱要不要") == []
    assert found(below, None, "爱要不要") == ["爱要不要"]
    (layer / "lexicons" / "zz.yaml").write_text(
        "changes:\n  - {code: cold, phrase: 谁管你呢, off: true, reason: 又不要了}\n", encoding="utf-8"
    )
    assert found(below, layer, "谁管你呢") == []


def test_a_change_adds_wordings_exceptions_and_examples(tmp_path: Path) -> None:
    change = """\
changes:
  - code: cold
    phrase: 随便你
    variants: [你高兴就好]
    exceptions: [随便你选]
    examples: {hit: [你高兴就好], quiet: [随便你选哪个]}
    reason: 选套餐时不算。
"""
    below, layer = folders(tmp_path, own=change)
    assert found(below, layer, "你高兴就好") == ["随便你"]
    assert found(below, layer, "随便你选哪个") == []
    assert found(below, None, "随便你选哪个") == ["随便你"]
    assert [i for i in check_lexicons(below, layer) if i.level == "error"] == []


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("changes:\n  - code: cold\n    phrase: 没有的\n    off: true\n    reason: x\n", 3, "no phrase"),
        ("phrases:\n  - code: none\n    phrase: 一\n    reason: x\n"
         "    examples: {hit: [一]}\n", 2, "no lexicon"),
        ("changes:\n  - {code: cold, phrase: 随便你, reason: x}\n", 2, "changes nothing"),
        ("changes:\n  - code: cold\n    phrase: 随便你\n    variants:\n      - 你高兴\n      - '('\n"
         "    reason: x\n", 6, "bracket"),
        ("# ours\nphrasess: []\n", 2, "phrasess"),
        ("phrases:\n  - code: cold\n    phrase: 随便你\n    reason: x\n"
         "    examples: {hit: [随便你]}\n", 3, "duplicate"),
    ],
)  # fmt: skip
def test_errors_name_the_file_and_the_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    below, layer = folders(tmp_path, own=text)
    with pytest.raises(LexiconError) as told:
        load_lexicons(below, layer)
    assert told.value.path == layer / "lexicons" / "own.yaml"
    assert told.value.line == line and said in str(told.value)


def test_a_layer_that_is_not_there_is_told(tmp_path: Path) -> None:
    below, _ = folders(tmp_path)
    with pytest.raises(LexiconError, match="no such folder"):
        load_lexicons(below, tmp_path / "nothing")


DEFAULT = Path(__file__).parents[3] / "lexicons" / "zh"
ACCUSED = "那随便您吧"
OWN = (OwnSentence(text=ACCUSED, role="agent", **{"not": ("attitude-dismissive",)}),)


def test_a_quiet_sentence_is_learnt_and_others_stay(tmp_path: Path) -> None:
    lexicons = load_lexicons(DEFAULT)
    code = frozenset({"attitude-dismissive", "shirk"})
    judged = replace(lexicons, phrases=tuple(p for p in lexicons.phrases if p.code.code in code))
    increment = train(OWN, judged, shipped_sentences(DEFAULT))
    (tmp_path / WEIGHTS_FILE).write_bytes(packed(increment))
    learnt = load_lexicons(DEFAULT, tmp_path)
    assert learnt.revision != lexicons.revision, "weights decide hits"
    before, after = (compile_matcher(one, only=code) for one in (lexicons, learnt))
    assert before.match([sentence(ACCUSED, None)]) and not after.match([sentence(ACCUSED, None)])
    for other in ("这事不归我管，您打别的电话吧", "您爱找谁找谁"):
        then, now = (one.match([sentence(other, None)]) for one in (before, after))
        assert [(h.code, h.quote) for h in now] == [(h.code, h.quote) for h in then], other
    assert packed(load_increment(tmp_path / WEIGHTS_FILE)) == packed(increment)


def test_a_sentence_of_fillers_teaches_nothing_and_stops_nothing() -> None:
    lexicons = load_lexicons(DEFAULT)
    fillers = OwnSentence(text="哦，嗯", role="agent", codes=("attitude-dismissive",))
    assert packed(train((fillers,), lexicons, ["哦", "您好"]))


def test_weights_that_are_none_are_told(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS_FILE).write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(LexiconError, match="train it again"):
        load_lexicons(DEFAULT, tmp_path)


def test_sentences_are_read_with_their_lines(tmp_path: Path) -> None:
    folder = tmp_path / "sentences"
    folder.mkdir()
    (folder / "own.jsonl").write_text(written(OWN) + '{"text": "x", "role": "boss"}\n', encoding="utf-8")
    with pytest.raises(LexiconError) as told:
        read_sentences(tmp_path)
    assert told.value.line == 2
    (folder / "own.jsonl").write_text(written(OWN), encoding="utf-8")
    assert read_sentences(tmp_path) == OWN
    with pytest.raises(LexiconError, match="no lexicon has the code"):
        read_sentences(tmp_path, codes=["cold"])


def test_digits_are_masked() -> None:
    assert (
        masked("卡号6222 0212，电话一三八零零一三八零零零，三天内")
        == "卡号0000 0000，电话零零零零零零零零零零零，三天内"
    )
