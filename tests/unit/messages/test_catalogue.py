"""A catalogue is compiled once, never stale, and a further language is a file."""

from __future__ import annotations

import re
import shutil
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.messages import Lang, catalogue, known, languages, say
from pipeline.messages.catalogue import LOCALE, texts

CHINESE = re.compile("[\u3400-\u9fff]")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the catalogues to edit, read instead of the package's."""
    copy = tmp_path / "locale"
    shutil.copytree(LOCALE, copy, ignore=shutil.ignore_patterns("*.mo"))
    monkeypatch.setattr(catalogue, "LOCALE", copy)
    forget()
    yield copy
    forget()


def forget() -> None:
    """What another process would not know."""
    languages.cache_clear()
    catalogue._chain.cache_clear()


def source(folder: Path, lang: str) -> Path:
    return folder / lang / "LC_MESSAGES" / "callinspect.po"


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_the_same_texts_with_the_same_facts() -> None:
    chinese, english = (
        {(context, key): forms for context, key, forms in texts(lang)} for lang in ("zh", "en")
    )
    assert list(chinese) == list(english)
    for identity, forms in chinese.items():
        for form in (*forms, *english[identity]):
            assert form.strip(), identity
            # a singular may say "one" where the plural has the number
            assert fields(form) in (fields(forms[0]), fields(forms[0]) - {"count"}), identity
        assert not any(CHINESE.search(form) for form in english[identity]), identity


def test_a_key_has_a_text_of_its_own_for_the_shell_or_everybodys() -> None:
    assert say("en", "appeal.number") == "No."
    assert say("en", "appeal.number", "shell") == "number of the appeal"
    assert say("en", "page.range", "shell", first=1, last=5, total=9) == "1–5 of 9"
    assert known("appeal.number", "shell")
    assert not known("no.such.key")
    with pytest.raises(KeyError):
        say("zh", "no.such.key")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_braces_are_meant_alike_with_and_without_facts(lang: Lang) -> None:
    assert say(lang, "panel.default").format(7).strip("[]").endswith("7")
    assert '{"role"' in say(lang, "lexicon.talk-line")


def test_an_edited_catalogue_is_read_anew(folder: Path) -> None:
    assert say("en", "board.team") == "Team"
    assert source(folder, "en").with_suffix(".mo").is_file()
    text = source(folder, "en").read_text(encoding="utf-8")
    source(folder, "en").write_text(text.replace('msgstr "Team"', 'msgstr "Crew"'), encoding="utf-8")
    forget()
    assert say("en", "board.team") == "Crew"


@pytest.mark.parametrize("content", [b"", b"\xde\x12\x04\x95", b"\xde\x12\x04\x95" + b"\xff" * 40])
def test_a_torn_compiled_file_is_made_anew(folder: Path, content: bytes) -> None:
    source(folder, "en").with_suffix(".mo").write_bytes(content)
    assert say("en", "board.team") == "Team"


def test_a_folder_that_cannot_be_written_to_is_read(folder: Path) -> None:
    compiled = source(folder, "en").with_suffix(".mo")
    compiled.mkdir()
    assert say("en", "board.team") == "Team"
    assert sorted(path.name for path in compiled.parent.iterdir()) == ["callinspect.mo", "callinspect.po"]


def test_a_further_language_is_a_file(folder: Path) -> None:
    german = source(folder, "de")
    german.parent.mkdir(parents=True)
    german.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "board.team"\nmsgstr "Gruppe"\n\nmsgid "board.agent"\nmsgstr ""\n',
        encoding="utf-8",
    )
    assert languages() == ("zh", "de", "en")
    assert say("de", "board.team") == "Gruppe"
    assert say("de", "board.agent") == "Agent"
    assert say("zh", "board.agent") == "坐席"


def test_a_count_chooses_the_form(folder: Path) -> None:
    with source(folder, "en").open("a", encoding="utf-8") as file:
        file.write(
            '\nmsgid "x.calls"\nmsgid_plural "x.calls"\nmsgstr[0] "one call"\nmsgstr[1] "{count} calls"\n'
        )
    with source(folder, "zh").open("a", encoding="utf-8") as file:
        file.write('\nmsgid "x.calls"\nmsgstr "{count}通"\n')
    assert [say("en", "x.calls", count=n) for n in (0, 1, 2)] == ["0 calls", "one call", "2 calls"]
    assert say("zh", "x.calls", count=1) == "1通"


def test_a_compiled_file_with_a_foreign_header_is_made_anew(folder: Path) -> None:
    assert say("en", "board.team") == "Team"
    compiled = source(folder, "en").with_suffix(".mo")
    compiled.write_bytes(compiled.read_bytes().replace(b"charset=", b"charsex="))
    forget()
    assert say("en", "board.team") == "Team"


@pytest.mark.parametrize(
    ("lang", "plural"), [("zh-TW", "n != 1"), ("xx", "(n >"), ("fr", 'n > 1;\\n"\nmsgid "torn')]
)
def test_a_language_that_is_wrong_or_unknown_to_babel_stops_nobody(
    folder: Path, lang: str, plural: str
) -> None:
    further = source(folder, lang)
    further.parent.mkdir(parents=True)
    further.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: nplurals=2; plural={plural};\\n"\n\nmsgid "board.team"\nmsgstr "Gruppe"\n',
        encoding="utf-8",
    )
    assert say(lang, "board.team") == ("Gruppe" if lang == "zh-TW" else "Team")
    assert say(lang, "board.agent") == "Agent"
