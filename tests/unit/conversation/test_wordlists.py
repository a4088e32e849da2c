"""Lists of words as data: read, checked, and part of what made a judgement."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pipeline.conversation.wordlists import WORDS_FILE, WordLists, default_word_lists, load_word_lists
from pipeline.errors import LexiconError
from pipeline.phrases import check_lexicons, load_lexicons

ROOT = Path(__file__).resolve().parents[3]
DEFAULT = ROOT / "lexicons" / "zh" / WORDS_FILE
LEXICON = """\
codes:
  - code: shirk
    kind: forbidden
    title: 推诿
    severity: B
    role: agent
    phrases:
      - phrase: 这不归我管
        reason: 推诿。
        examples: {hit: [这不归我管], quiet: [这归我管]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A centre's own folder of lexicons, with the default lists of words."""
    (tmp_path / "own.yaml").write_text(LEXICON, encoding="utf-8")
    shutil.copy(DEFAULT, tmp_path / WORDS_FILE)
    return tmp_path


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / WORDS_FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_folder_without_lists_uses_the_default_ones(folder: Path) -> None:
    (folder / WORDS_FILE).unlink()
    assert load_word_lists(folder) == default_word_lists()
    assert load_lexicons(folder).words == default_word_lists()


def test_a_centre_may_have_its_own(folder: Path) -> None:
    edit(folder, "    - 别挂", "    - 别挂\n    - 我去问问")
    words = load_lexicons(folder).words
    assert words.hold_announcement.found_in("我去问问同事")
    assert not default_word_lists().hold_announcement.found_in("我去问问同事")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    为您服务: 3.0", "    为您服务: 3.5"),
        ("    - 别挂", "    - 别挂\n    - 我去问问"),
        ("words: [消协, ", "words: [消协, 证监会, "),
        ("characters: 嗯", "characters: 嘛嗯"),
    ],
)
def test_other_words_are_other_rules(folder: Path, old: str, new: str) -> None:
    before = load_lexicons(folder).revision
    edit(folder, old, new)
    assert load_lexicons(folder).revision != before


def test_reasons_examples_and_comments_change_no_rule(folder: Path) -> None:
    before = load_lexicons(folder).revision
    edit(folder, "事先请客户等", "请客户等")
    edit(folder, "quiet: [这个不行, 让您久等了]", "quiet: [这个不行]")
    edit(folder, "# 坐席的道别。", "# 道别。")
    assert load_lexicons(folder).revision == before


def line_with(folder: Path, text: str) -> int:
    lines = (folder / WORDS_FILE).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("hold_thanks:", "hold_thank:", "hold_thank: no such key"),
        ("    为您服务: 3.0", "    为您服务: heavy", "agent.weights.为您服务: .*number"),
        ("    - 保持(通话|在线|线上)", "    - 保持(通话", "not a valid pattern"),
        ("hit: [让您久等了, ", "hit: [马上就好, ", "马上就好"),
        ("quiet: [请您稍等]", "quiet: [久等]", "quiet example “久等”"),
        ("  reason: 坐席说了道别的话，通话就是正常结束。\n", "", "farewell.reason: is missing"),
        ("words: [消协, ", "words: [消, ", "dictionary.words.0"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(folder: Path, old: str, new: str, message: str) -> None:
    edit(folder, old, new)
    with pytest.raises(LexiconError, match=message) as caught:
        load_lexicons(folder)
    assert caught.value.path == folder / WORDS_FILE
    assert caught.value.line
    issues = check_lexicons(folder)
    assert [(issue.level, issue.path) for issue in issues] == [("error", folder / WORDS_FILE)]


def test_the_line_is_that_of_the_mistake(folder: Path) -> None:
    edit(folder, "    为您服务: 3.0", "    为您服务: heavy")
    with pytest.raises(LexiconError) as caught:
        load_word_lists(folder)
    assert caught.value.line == line_with(folder, "heavy")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"- a list\n", b"agent: [\n"])
def test_a_file_that_is_no_mapping_is_refused(folder: Path, content: bytes) -> None:
    (folder / WORDS_FILE).write_bytes(content)
    with pytest.raises(LexiconError):
        load_word_lists(folder)


def test_every_list_says_why() -> None:
    words = default_word_lists()
    assert all(getattr(words, name).reason for name in WordLists.model_fields)


def test_lists_of_before_announcements_had_words_are_still_read(folder: Path) -> None:
    path = folder / WORDS_FILE
    text = path.read_text(encoding="utf-8")
    keys = ("announcement", "unreachable", "handover")
    blocks = re.split(r"(?m)^(?=[a-z_]+:)", text)
    path.write_text("".join(b for b in blocks if b.split(":")[0] not in keys), encoding="utf-8")
    words = load_word_lists(folder)
    assert (words.announcement, words.handover) == (None, None)
    assert words.revision != default_word_lists().revision
