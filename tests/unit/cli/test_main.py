"""Every way to go wrong has one line and a status; tables and filters, in this process to save time."""

from __future__ import annotations

import csv
import json
import re
import socket
from pathlib import Path

import pytest

from pipeline.cli.app import COMMANDS
from pipeline.cli.main import Exit, status
from pipeline.messages import Message, render
from pipeline.rubric import score
from pipeline.store import open_store
from tests.builders import call, service_rubric
from tests.nights import fill
from tests.unit.phrases.conversations import LEXICON, lexicon_file
from tests.unit.rubric.test_doubtful_roles import TALK

PARSERS_OWN = re.compile(
    r"Usage|OPTIONS|ARGS|Show this|Invalid|Error|No such|Missing|Try |Got |requires|<str>|<bool>|<int|"
    r"env var|default:|list\["
)
"""What the parser says where nobody puts it into the reader's words."""


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
        ("export nights -o x", "可选：violations"),
        ("export nights", "可选：violations"),
        ("export calls --format vtt", "不能导出为 vtt"),
        ("export calls --from yesterday", "不是日期"),
        ("export calls --store none.db", "还没有数据库 none.db"),
        ("export calls", "缺少 --out / -o：请写输出文件，如 -o calls.xlsx"),
        ("export hits --format parquet", "-o hits.parquet"),
        ("export transcripts --format vtt -o x.vtt", "--call"),
        ("list --from yesterday", "不是日期"),
        ("list --criterion nope", "没有质检项 nope；最像的有 "),
        ("list --criterion shrik", "最像的有 shirk（推诿）"),
        ("list --criterion 推诿 --json", "最像的有 shirk（推诿）"),
        ("export calls -o c.csv --criterion nope", "没有质检项 nope"),
        ("rescore --dry-run --criterion nope", "没有质检项 nope"),
        ("merge a b", "数据库中没有通话 a；用 callinspect list 查看"),
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
        ("clip O99 --finding shirk", "没有通话 O99"),
        ("clip O02 --finding 99", "没有质检结果 99"),
        ("clip O02", "请用 --finding"),
        ("clip O02 --finding shirk", "缺少 --out / -o：请写输出文件，如 -o O02.wav"),
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
        ("run --flagd", "没有选项 --flagd\n"),
        ("show", "缺少 CALL_ID"),
        ("models fetch", "缺少 NAME\n用法见：callinspect models fetch --help"),
        ("list --limit many", "--limit 的值不对：这里要写整数"),
        ("list --limit 0", "--limit 的值不对：应不小于 1"),
        ("list --doubt maybe", "只能是 unheard、second、disputed、sound"),
        ("list --lang fr", "--lang 的值不对：只能是 zh、en"),
        ("list --agent", "选项 --agent 后面要写一个值\n用法见：callinspect list --help"),
        ("list --flagged=yes", "选项 --flagged 后面不写值"),
        ("list today", "多余的参数：today"),
        ("shwo", "没有命令 shwo，是否想用 show？"),
        ("sample", ""),
    ],
)
def test_a_command_line_that_does_not_parse_points_to_help(
    arguments: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(arguments.split()) == Exit.USAGE
    err = capsys.readouterr().err
    assert says in err
    assert ("--help" in err) == bool(says)
    assert "Traceback" not in err
    assert not PARSERS_OWN.search(err)


def test_what_was_typed_wrong_is_told_in_english_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["list", "--limit", "0", "--lang", "en"]) == Exit.USAGE
    assert capsys.readouterr().err.splitlines() == [
        "usage: --limit has a wrong value: should be 1 or more",
        "see: callinspect list --help",
    ]


@pytest.mark.parametrize(
    "arguments", ["", "list", "clip", "models", "models fetch", "calibrate open", "bench"]
)
def test_help_is_in_the_readers_language_to_its_last_word(
    arguments: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status([*arguments.split(), "--help"]) == Exit.DONE
    chinese = capsys.readouterr().out
    assert "用法：callinspect" in chinese and "显示本说明" in chinese
    assert not PARSERS_OWN.search(chinese)
    assert status(["--lang", "en", *arguments.split(), "--help"]) == Exit.DONE
    assert "Usage: callinspect" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "calls"),
    [
        ("--flagged", ["O02"]),
        ("--agent 8002", ["O02"]),
        ("--agent 志远", ["O02"]),
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


def test_an_export_of_violations_tells_what_it_leaves_out(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "violations.csv"
    assert status(["export", "violations", "-o", str(out)]) == Exit.DONE
    told = capsys.readouterr().err
    assert "--all-rows" in told
    some = len(out.read_text(encoding="utf-8").splitlines())
    assert status(["export", "violations", "-o", str(out), "--all-rows"]) == Exit.DONE
    assert "--all-rows" not in capsys.readouterr().err
    assert len(out.read_text(encoding="utf-8").splitlines()) > some
    assert status(["export", "violations", "-o", "-", "--format", "jsonl"]) == Exit.DONE
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("format", ["csv", "xlsx", "jsonl"])
def test_an_export_counts_what_stands_in_the_file(
    format: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / f"said.{format}"
    assert status(["export", "transcripts", "-o", str(out)]) == Exit.DONE
    told = capsys.readouterr().err
    assert "已导出 4 通电话的转写" in told
    if format == "jsonl":
        assert "行" not in told
        return
    (rows,) = re.findall(r"一句一行，共 (\d+) 行", told)
    if format == "csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            assert int(rows) == len(list(csv.DictReader(file)))
    assert int(rows) > 4


def test_a_row_of_violations_says_what_each_figure_counts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Two violations and one pending: two places in one call."""
    out = tmp_path / "violations.csv"
    assert status(["export", "violations", "-o", str(out)]) == Exit.DONE
    told = capsys.readouterr().err
    with out.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert f"已导出 {len(table)} 行违规统计" in told
    assert "violations 数的是几处" in told
    assert all(row["title"] and not row["title"].isascii() for row in table)


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


def test_a_criterion_that_every_call_passed_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["list", "--criterion", "abuse"]) == Exit.DONE
    assert "没有符合条件的通话" in capsys.readouterr().err


def test_the_folder_above_the_lexicons_is_told_from_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "my" / "zh").mkdir(parents=True)
    lexicon_file(tmp_path / "my" / "zh")
    status(["lexicon", "try", "您好", "--lexicons", str(tmp_path / "my")])
    assert f"它们在 {tmp_path / 'my' / 'zh'} 里" in capsys.readouterr().err


def test_a_sheet_is_counted_as_a_call_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["rubric", "check"]) == Exit.DONE
    (counted,) = re.findall(r"每通电话 (\d+) 条质检结果", capsys.readouterr().out)
    card = score(service_rubric(), call(*TALK, direction="inbound"))
    assert len(card.findings) == int(counted)


def test_a_missing_driver_is_told_with_what_to_type() -> None:
    for lang in ("zh", "en"):
        assert "pip install 'callinspect[postgresql]'" in render(Message("store.no-driver"), lang)


@pytest.mark.parametrize("command", sorted(COMMANDS))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_cuts_nothing_off(
    command: str, lang: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert status(["--lang", lang, command, "--help"]) == Exit.DONE
    inside = [line for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
    assert inside and not [line for line in inside if "…" in line]


def test_a_store_without_a_call_says_what_to_do(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """As a run leaves it that was stopped before its first call was stored."""
    url = f"sqlite:///{tmp_path / 'early.db'}"
    open_store(url).close()
    for arguments in (["list"], ["list", "--flagged"], ["export", "calls", "-o", str(tmp_path / "c.csv")]):
        assert status([*arguments, "--store", url]) == Exit.DONE
        out, err = capsys.readouterr()
        assert out == "" and "没有符合条件" not in err
        assert "数据库里还没有通话" in err and f"callinspect --store {url} run" in err
    assert status(["list", "--store", url, "--lang", "en"]) == Exit.DONE
    assert "holds no call yet" in capsys.readouterr().err
    assert status(["export", "calls", "-o", str(tmp_path / "c.csv"), "--agent", "nobody"]) == Exit.DONE
    assert "没有符合条件的通话" in capsys.readouterr().err


def test_what_nobody_expected_is_one_line_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file where a folder should be, found only by the operating system."""
    monkeypatch.setenv("CALLINSPECT_STORE", "sqlite:///callinspect.db/inside.db")
    assert status(["list"]) in (Exit.USAGE, Exit.STOPPED)
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1


def test_a_port_that_is_taken_is_told_in_the_readers_language(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert status(["serve", "--port", str(port)]) == Exit.USAGE
    err = capsys.readouterr().err
    assert "端口已被别的程序占用" in err
    assert "attempting to bind" not in err


def test_the_doctor_shows_no_python(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLINSPECT_OIDC__CLIENT_SECRET", "hush")
    status(["doctor"])
    out = capsys.readouterr().out
    settings = out[out.index("设置项") :]
    assert not re.search(r"None|SecretStr|columns|\{\}|\(\)|=''|hush|True|False", settings)
    assert "client_secret = ***" in settings
    assert re.search(r"^layer +未设置", settings, re.MULTILINE)


def test_trying_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert status(["lexicon", "try", "这不归我管", "--role", "agent"]) == Exit.DONE
    out = capsys.readouterr().out
    assert "【这不归我管】" in out
    assert "shirk" in out
    assert status(["lexicon", "try", "天气很好"]) == Exit.DONE
    assert "没有命中" in capsys.readouterr().out


def test_trying_a_sentence_tells_what_was_found_and_does_not_count(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert status(["lexicon", "try", "我不投诉你们", "--role", "customer"]) == Exit.DONE
    out = capsys.readouterr().out
    assert "没有命中。\n找到了，但不算：" in out
    assert "在“denied”语境中" in out
    assert "lexicon train" not in out
    assert (
        status(
            ["lexicon", "try", "好的，下个月一号生效", "--lexicons", str(lexicon_file(tmp_path, NEXT_MONTH))]
        )
        == 0
    )
    out = capsys.readouterr().out
    assert "从上下文看并不是这个意思" in out
    assert "callinspect lexicon train" in out


NEXT_MONTH = LEXICON + (
    "      - {phrase: 下个月一号生效, reason: 加的, examples: {hit: [下个月一号生效], quiet: [下月生效]}}\n"
)
"""A phrase of a centre in the words of ordinary talk."""


ROOM = """
phrases:
- code: shirk
  phrase: 你们自己去问那个驿站
  variants: ["你(们)?自己去问那个驿站"]
  patterns: ["等{number}天才能处理您急也没用"]
  reason: O02 3.0–5.0 s
  examples: {hit: [你们自己去问那个驿站, 等三天才能处理您急也没用]}
"""
"""What the review room writes of two sentences that reviewers proposed."""


def test_what_was_learnt_is_told_in_sentences(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "zz-room.yaml").write_text(ROOM, encoding="utf-8")
    monkeypatch.setenv("CALLINSPECT_LAYER", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")
    assert status(["lexicon", "explain", "你们自己去问那个驿站"]) == Exit.DONE
    learnt = capsys.readouterr().out
    assert "另有写法：你自己去问那个驿站／你们自己去问那个驿站、等〔数字〕天才能处理您急也没用" in learnt
    assert not re.search(r"[{}|?*]", learnt)
    assert status(["lexicon", "explain", "你们自己去问那个驿站", "-v"]) == Exit.DONE
    assert "等{number}天才能处理您急也没用" in capsys.readouterr().out


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
    chinese = capsys.readouterr().out
    assert "未下载" in chinese and "多语种" in chinese and "multilingual" not in chinese
    assert status(["models", "list", "--lang", "en"]) == Exit.DONE
    english = capsys.readouterr().out
    assert not re.search("[\u3400-\u9fff]", english)
    assert status(["models", "verify"]) == Exit.USAGE
    assert "models fetch" in capsys.readouterr().err
    (tmp_path / "base").mkdir()
    assert status(["models", "verify"]) == Exit.USAGE
    assert "重新下载" in capsys.readouterr().out
