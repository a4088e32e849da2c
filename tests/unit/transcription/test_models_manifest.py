"""The manifest and the way from a name or a path to a ready folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import ModelError
from pipeline.messages import say
from pipeline.transcription.models import load_manifest, locate

HUB = '{hub="a/b"}'
ENTRY = f'kind="asr"\ntitle="t"\nlicence="MIT"\nsources=[{HUB}]\nfiles=[{{name="model.bin"}}]\n'


def test_the_shipped_manifest_pins_the_default_model() -> None:
    base = load_manifest()["base"]
    assert base.size == 147_882_941
    assert all(file.sha256 and file.members for file in base.files)
    assert [source.hub for source in base.sources] == [None, "Systran/faster-whisper-base"]


def test_every_model_is_told_in_both_languages_and_in_english_as_the_manifest_tells_it() -> None:
    for name in load_manifest().names():
        assert say("en", f"model.title.{name}") == load_manifest()[name].title
        assert say("zh", f"model.title.{name}") != load_manifest()[name].title


@pytest.mark.parametrize("name", ["tiny", "small", "medium", "large-v3", "large-v3-turbo"])
def test_the_other_sizes_come_from_the_hub(name: str) -> None:
    entry = load_manifest()[name]
    assert [source.hub is not None for source in entry.sources] == [True]
    assert {"model.bin", "config.json", "tokenizer.json"} <= {file.name for file in entry.files}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[base", "not valid TOML"),
        (f"[base]\n{ENTRY}colour='red'", r"base\.colour"),
        (f"[base]\n{ENTRY.replace('model.bin', '../model.bin')}", "should have the form"),
        (f'["../base"]\n{ENTRY}', "cannot name a folder"),
        (f"[base]\n{ENTRY}".replace(HUB, '{wheels=["a"]}'), "needs members, size and sha256"),
        (f"[base]\n{ENTRY}".replace(HUB, "{}"), "one of packages"),
    ],
)
def test_a_bad_manifest_says_where(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(text)
    with pytest.raises(ModelError, match=says) as caught:
        load_manifest(path)
    assert str(caught.value).startswith(str(path))


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match='no model named "huge"; known: base, tiny'):
        locate("huge", folder=tmp_path)


def test_a_model_that_is_not_there_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="callinspect models fetch base"):
        locate("base", folder=tmp_path)


def test_a_folder_given_by_path(tmp_path: Path) -> None:
    own = tmp_path / "finetuned"
    own.mkdir()
    with pytest.raises(ModelError, match=r"lacks model\.bin, config\.json, tokenizer\.json"):
        locate(str(own), folder=tmp_path / "models")
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (own / name).write_bytes(b"{}")
    assert locate(str(own), folder=tmp_path / "models") == own
    assert locate("finetuned", folder=tmp_path) == own
