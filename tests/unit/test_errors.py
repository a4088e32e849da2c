"""A fault in the rules, a call list or a setting is told in the language of whoever reads."""

from __future__ import annotations

import ast
import errno
import os
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import pipeline
from pipeline.errors import CallListError, LexiconError, RubricError, UsageError
from pipeline.ingest.call_list import read_call_list
from pipeline.ingest.templates import Template
from pipeline.messages import message_json, read_message, render, system_problem
from pipeline.phrases import check_lexicons, load_lexicons
from pipeline.rubric import check_rubric, load_rubric
from pipeline.settings import CallListSettings, load_settings

CHINESE = re.compile("[\u3400-\u9fff]")

LEXICON = """\
codes:
  - code: rude
    kind: forbidden
    title: 无礼
    role: agent
    phrases:
      - phrase: {phrase}
        reason: 无礼
        {key}: {{hit: [随便你吧]}}
"""


def lexicon(text: str) -> Callable[[Path], object]:
    def read(folder: Path) -> object:
        (folder / "rude.yaml").write_text(text, encoding="utf-8")
        return load_lexicons(folder)

    return read


def rubric(text: str) -> Callable[[Path], object]:
    def read(folder: Path) -> object:
        path = folder / "sheet.yaml"
        path.write_text(text, encoding="utf-8")
        return load_rubric(path)

    return read


def call_list(content: bytes) -> Callable[[Path], object]:
    def read(folder: Path) -> object:
        path = folder / "calls.csv"
        path.write_bytes(content)
        return read_call_list(path, CallListSettings())

    return read


def config(text: str) -> Callable[[Path], object]:
    def read(folder: Path) -> object:
        path = folder / "callinspect.toml"
        path.write_text(text, encoding="utf-8")
        return load_settings(path)

    return read


BROKEN: dict[str, tuple[Callable[[Path], object], type[UsageError], int | None]] = {
    "lexicon: an unknown key": (lexicon(LEXICON.format(phrase="随便你", key="example")), LexiconError, 9),
    "lexicon: a bracket": (lexicon(LEXICON.format(phrase="随便(你", key="examples")), LexiconError, 7),
    "lexicon: an unknown slot": (
        lexicon(LEXICON.format(phrase="'{nobody}'", key="examples")),
        LexiconError,
        7,
    ),
    "lexicon: no YAML": (lexicon("codes: [a\nb: {"), LexiconError, 2),
    "lexicon: an alias": (lexicon("codes: &a []\n"), LexiconError, 1),
    "rubric: a word twice": (rubric("rubric: a\nrubric: b\n"), RubricError, 2),
    "rubric: an unknown key": (rubric("rubric: a\ntitle: 甲\npass_mark: 80\nsection: []\n"), RubricError, 4),
    "rubric: out of range": (rubric("rubric: a\ntitle: 甲\npass_mark: 180\nsections: []\n"), RubricError, 3),
    "rubric: no mapping": (rubric("- a\n"), RubricError, 1),
    "call list: a workbook": (call_list(b"PK\x03\x04rest"), CallListError, None),
    "call list: no key": (call_list("姓名,备注\n甲,乙\n".encode()), CallListError, 1),
    "call list: empty": (call_list(b"\n"), CallListError, None),
    "settings: no TOML": (config('lang = "zh"\nstore = [\n'), UsageError, 2),
    "settings: a range": (config('lang = "zh"\n[serve]\nport = 99999\n'), UsageError, 3),
    "settings: a language": (config('lang = "xx"\n'), UsageError, 1),
    "settings: an unknown key": (config('lang = "zh"\nstor = "x.db"\n'), UsageError, 2),
    "settings: a network": (config('[serve]\ntrusted_proxies = ["me"]\n'), UsageError, 2),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_is_told_in_both_languages_with_its_place(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALLINSPECT_LANG", raising=False)
    read, kind, line = BROKEN[name]
    with pytest.raises(kind) as caught:
        read(tmp_path)
    error = caught.value
    assert error.path is not None and error.line == line
    place = f"{error.path}: " if line is None else f"{error.path}:{line}: "
    assert error.said("zh").startswith(place) and error.said("en").startswith(place)
    chinese, english = (error.said(lang).removeprefix(place) for lang in ("zh", "en"))
    assert CHINESE.search(chinese) and chinese != english
    assert not re.search("[，。；：（）]", english), "a sentence of ours in Chinese"
    assert str(error) == error.said("en")


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_is_code_and_parameters_for_programs_and_travels_between_processes(
    name: str, tmp_path: Path
) -> None:
    read, kind, _ = BROKEN[name]
    with pytest.raises(kind) as caught:
        read(tmp_path)
    error = caught.value
    assert read_message(message_json(error.message)) == error.message
    again = pickle.loads(pickle.dumps(error))
    assert (again.said("zh"), again.path, again.line) == (error.said("zh"), error.path, error.line)


def test_a_template_of_file_names_is_told_in_both_languages() -> None:
    with pytest.raises(UsageError) as caught:
        Template("{agent}{call_id}")
    assert "两个字段相连" in caught.value.said("zh") and "two fields touch" in caught.value.said("en")


def test_what_the_environment_says_is_not_blamed_on_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "callinspect.toml").write_text('model = "base"\n', encoding="utf-8")
    monkeypatch.setenv("CALLINSPECT_WORKERS", "many")
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert caught.value.path is None
    assert caught.value.said("zh") == (
        "环境变量 CALLINSPECT_WORKERS 的值不对（设置 workers）：这里要写整数；全部设置见 callinspect doctor"
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("store = night.db", "值的写法不对；文字要放在双引号里"),
        ('store = "night.db', "引号没有在同一行闭合"),
        ("store = 'night.db", "引号没有闭合"),
        ('store = "C:\\x"', "Windows 路径可以改用单引号"),
        ('store "night.db"', "键后面缺少“=”"),
        ('store = "a" b', "值的后面多出了内容"),
        ("store = [1", "括号没有闭合"),
        ("[calls", "写成 [表名]"),
        ("workers = 1\nworkers = 2", "写了两次"),
        ("= 1", "写成 键 = 值"),
        ('device = "gpu"', "只能是 cpu、cuda、auto；"),
    ],
)
def test_a_wrong_configuration_is_told_with_its_remedy_in_the_readers_language(
    line: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "callinspect.toml").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert says in caught.value.said("zh")


@pytest.mark.parametrize(
    "number", ["ENOENT", "EACCES", "ENOSPC", "EADDRINUSE", "EISDIR", "EROFS", "EIO"], ids=str
)
def test_what_the_operating_system_refuses_is_told_in_chinese(number: str) -> None:
    code = getattr(errno, number)
    said = render(system_problem(OSError(code, os.strerror(code))), "zh")
    assert said.isascii() is False
    assert os.strerror(code) not in said


def test_what_the_operating_system_seldom_says_is_told_in_its_words() -> None:
    said = system_problem(OSError(errno.EMFILE, os.strerror(errno.EMFILE)))
    assert render(said, "zh") == os.strerror(errno.EMFILE)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("night.db", "sqlite:///night.db"),
        ("/data/质检 1.db", "sqlite:////data/质检 1.db"),
        ("sqlite:///x.db", "sqlite:///x.db"),
        ("postgresql://me@host/calls", "postgresql://me@host/calls"),
        ("postgres:calls", "postgres:calls"),
        ("", ""),
    ],
)
def test_a_path_is_an_sqlite_store(
    written: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(store=written).store == url


def test_the_linters_find_messages(tmp_path: Path) -> None:
    lexicon_file = tmp_path / "rude.yaml"
    lexicon_file.write_text(LEXICON.format(phrase="随便(你", key="examples"), encoding="utf-8")
    (found,) = check_lexicons(tmp_path)
    assert (found.line, found.message.code) == (7, "lexicon.template")
    sheet = tmp_path / "sheet.yaml.txt"
    sheet.write_text("- a\n", encoding="utf-8")
    (issue,) = check_rubric(sheet)
    assert issue.text.code == "lint.unusable" and message_json(issue.text)["detail"]["code"]


FAULTS = {"LexiconError", "RubricError", "CallListError", "YamlError", "TemplateError", "FileRefused"}


def test_no_fault_of_a_file_is_a_sentence_in_the_code() -> None:
    root = Path(pipeline.__file__).parent
    found = []
    for path in root.rglob("*.py"):
        own = path.parent.name == "ingest" or path.name == "settings.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name, first = ast.unparse(node.func), node.args[0]
                sentence = isinstance(first, ast.JoinedStr | ast.Constant) or "str(" in ast.unparse(first)[:4]
                if sentence and (name in FAULTS or (own and name == "UsageError")):
                    found.append(f"{path.relative_to(root)}:{node.lineno}")
    assert found == []
