"""No message on a page says where files lie on the server."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.errors import Missing, UsageError
from pipeline.settings import Settings, data_root
from pipeline.store import Store
from pipeline.web.app import create_app
from pipeline.web.paths import plain_paths
from pipeline.web.rulebook.what_if import Trial, Trials
from tests.web.conftest import Browser, Client


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Rules in a folder whose name has spaces."""
    place = tmp_path / "我们 的 rules"
    shutil.copytree(data_root() / "lexicons" / "zh", place / "lexicons" / "zh")
    shutil.copy(data_root() / "rubrics" / "service.yaml", place / "service.yaml")
    return place


@pytest.fixture
def settings(store: Store, rules: Path) -> Settings:
    return Settings(store=store.url, lexicons=rules / "lexicons" / "zh", rubric=rules / "service.yaml")


@pytest.fixture
def app(settings: Settings, store: Store) -> Iterator[FastAPI]:
    yield create_app(settings, store)


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        ("/srv/qa/lexicons/x.yaml:14: duplicate phrase", "x.yaml:14: duplicate phrase"),
        ("cannot open '/srv/qa/录音/a.wav' or (/var/lib/b.db)", "cannot open 'a.wav' or (b.db)"),
        ('  File "/usr/lib/python3.11/json/decoder.py", line 3', '  File "decoder.py", line 3'),
        ("sqlite:////srv/qa/callinspect.db: no such table", "(store): no such table"),
        ("postgresql+psycopg://qa@db.internal/qa: refused", "(store): refused"),
        (
            "语速 180 字/分钟, and/or, 1/2, https://id.example/a/b",
            "语速 180 字/分钟, and/or, 1/2, https://id.example/a/b",
        ),
        (f"{tempfile.gettempdir()}/x y/z.yaml:3: bad", "x y/z.yaml:3: bad"),
    ],
)
def test_what_is_left_of_a_path(settings: Settings, message: str, plain: str) -> None:
    assert plain_paths(message, settings) == plain


def finished(settings: Settings, text: str, file: str = "service.yaml") -> Trial:
    trial = Trials().start(settings, user=1, edits={file: text}, since=None, lang="en")
    assert trial.thread is not None
    trial.thread.join(60)
    assert trial.error
    return trial


@pytest.mark.parametrize("file", ["service.yaml", "zh/contexts.yaml"])
def test_an_edit_that_cannot_be_read(settings: Settings, rules: Path, file: str) -> None:
    error = finished(settings, "codes: [", file).error or ""
    assert Path(file).name in error
    assert not any(part in error for part in (str(rules), tempfile.gettempdir(), str(Path.cwd()), "what-if-"))


def test_a_store_that_is_not_there(settings: Settings, tmp_path: Path) -> None:
    gone = settings.model_copy(update={"store": f"sqlite:///{tmp_path}/nowhere/s.db"})
    error = finished(gone, settings.rubric.read_text("utf-8")).error or ""
    assert "s.db" in error and tempfile.gettempdir() not in error


def test_rules_that_are_broken_now(
    client: Client, supervisor: Browser, reviewer: Browser, rules: Path
) -> None:
    (rules / "lexicons" / "zh" / "broken.yaml").write_text("codes: [")
    for path in ("/rules", "/rules/phrases", "/rules/try?text=x", "/rules/phrases/shirk"):
        page = supervisor.get(path).text
        assert str(rules) not in page and "我们 的" not in page, path
    assert "broken.yaml" in supervisor.get("/rules").text
    assert reviewer.post("/calls/O02/claim").status_code == 303
    as_json = reviewer.http.post(
        "/api/v1/calls/O02/decisions",
        json={"kind": "roles", "request": "r"},
        headers={"X-CSRF-Token": reviewer.csrf},
    )
    for answer in (reviewer.post("/calls/O02/roles"), reviewer.htmx("/calls/O02/roles"), as_json):
        assert answer.status_code == 400
        assert "broken.yaml" in answer.text and "我们 的" not in answer.text


@pytest.mark.parametrize("path", ["/fails", "/api/v1/fails"])
@pytest.mark.parametrize("code", ["missing", "no-such-words", "rules-broken"])
def test_any_other_error(app: FastAPI, supervisor: Browser, path: str, code: str) -> None:
    inner = UsageError("cannot be used", path=Path("/srv/qa/secret place/x.yaml"))

    @app.get(path)
    def fails() -> None:
        raise Missing(f"it says: {inner}", code=code, reason=inner, path=Path("/srv/qa/y.yaml"))

    text = supervisor.get(path).text
    assert "/srv" not in text
