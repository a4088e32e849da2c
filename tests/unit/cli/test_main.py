"""Every way to go wrong has one line and a status; tables and filters, in this process to save time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli.app import COMMANDS
from pipeline.cli.main import Exit, status
from tests.nights import fill


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("night")
    fill(folder / "callinspect.db")
    return folder


@pytest.fixture(autouse=True)
def there(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("COLUMNS", "120")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("show O99", "没有通话 O99"),
        ("export nights --format csv -o x", "可选：violations"),
        ("export calls --format vtt -o x", "不能导出为 vtt"),
        ("export calls -o x", "请用 --format"),
        ("export transcripts --format vtt -o x.vtt", "--call"),
        ("list --from yesterday", "不是日期"),
        ("list --store night.db", "还没有数据库 night.db"),
        ("list --store postgres:night", "不是数据库地址"),
        ("list --store sqlite:///none.db", "还没有数据库 none.db"),
        ("list --config none.toml", "none.toml"),
        ("run nowhere", "不是文件夹"),
        ("run . --engine magic", "没有引擎 magic"),
        ("run . --since soon", "不是日期"),
        ("clip O02 --finding 99 -o x.wav", "没有质检结果 99"),
        ("clip O02 --finding hold-no-notice -o x.wav", "没有对应的录音片段"),
        ("clip O02 --finding shirk --place 2 -o x.wav", "只有 1 处证据"),
        ("clip O02 --finding shirk -o x.wav", "录音文件已不在"),
        ("lexicon try 您好 --role boss", "--role 只能是"),
        ("lexicon explain no-such-code", "词库中没有 no-such-code"),
        ("lexicon check --lexicons nowhere", "nowhere"),
        ("rubric explain --rubric none.yaml", "none.yaml"),
        ("models fetch no-such-model", "no-such-model"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(
    arguments: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(arguments.split()) == Exit.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert len(err.splitlines()) == 1
    assert not Path("none.db").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("shw", "没有命令 shw"),
        ("list --flaged", "是否想用 --flagged"),
        ("list --zzz", "没有选项 --zzz"),
        ("show", "缺少 CALL_ID"),
        ("export calls", "缺少 --out / -o"),
        ("list --limit many", "用法错误"),
        ("list --lang fr", "用法错误"),
    ],
)
def test_a_command_line_that_does_not_parse_points_to_help(
    arguments: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(arguments.split()) == Exit.USAGE
    err = capsys.readouterr().err
    assert says in err
    assert "--help" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        ("--flagged", ["O02"]),
        ("--agent 8002", ["O02"]),
        ("--criterion shirk", ["O02"]),
        ("--from 2026-11-21", ["O03", "O04"]),
        ("--to 20261120", ["O01", "O02"]),
        ("--limit 1", ["O01"]),
        ("--team 客服九组", []),
    ],
)
def test_lists_and_exports_share_their_filters(
    arguments: str, calls: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert status(["list", *arguments.split(), "--json"]) == Exit.DONE
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [call["call_id"] for call in listed] == calls
    out = tmp_path / "calls.jsonl"
    assert status(["export", "calls", "-o", str(out), *arguments.split()]) == Exit.DONE
    assert [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] == listed


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself_in_both_languages(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert status([command, "--help"]) == Exit.DONE
    chinese = capsys.readouterr().out
    monkeypatch.setenv("CALLINSPECT_LANG", "en")
    assert status([command, "--help"]) == Exit.DONE
    english = capsys.readouterr().out
    for key in ("help.", "option.", "argument.", "filter.", "panel."):
        assert key not in chinese + english
    assert chinese != english


def test_an_empty_list_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["list", "--agent", "nobody"]) == Exit.DONE
    out, err = capsys.readouterr()
    assert (out, err.strip()) == ("", "没有符合条件的通话。")


def test_what_nobody_expected_is_one_line_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file where a folder should be, found only by the operating system."""
    monkeypatch.setenv("CALLINSPECT_STORE", "sqlite:///callinspect.db/inside.db")
    assert status(["list"]) in (Exit.USAGE, Exit.STOPPED)
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1


def test_trying_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["lexicon", "try", "这不归我管", "--role", "agent"]) == Exit.DONE
    out = capsys.readouterr().out
    assert "【这不归我管】" in out
    assert "shirk" in out
    assert status(["lexicon", "try", "天气很好"]) == Exit.DONE
    assert "没有命中" in capsys.readouterr().out


def test_the_rubric_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["rubric", "explain", "shirk"]) == Exit.DONE
    assert "推诿" in capsys.readouterr().out
    assert (
        status(["rubric", "diff", str(Path(__file__).parents[3] / "rubrics" / "service.yaml")]) == Exit.DONE
    )
    assert "没有区别" in capsys.readouterr().err


def test_models(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLINSPECT_MODELS", str(tmp_path))
    assert status(["models", "list"]) == Exit.DONE
    assert "未下载" in capsys.readouterr().out
    assert status(["models", "verify"]) == Exit.USAGE
    assert "models fetch" in capsys.readouterr().err
    (tmp_path / "base").mkdir()
    assert status(["models", "verify"]) == Exit.USAGE
    assert "重新下载" in capsys.readouterr().out
