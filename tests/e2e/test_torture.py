"""The short form of ``make torture``: runs killed, stopped and starved; every call is stored once."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.torture.scenes import SCENES, Scale, Stage
from tests.contract.servers import NoServerError, empty_schema, postgresql

SHORT = Scale(calls=24, kills=3, stops=1, restarts=2, lease_seconds=1.0)


@pytest.mark.parametrize("scene", [name for name, (_, everywhere) in SCENES.items() if everywhere])
def test_on_sqlite(scene: str, tmp_path: Path) -> None:
    stage = Stage(scene, tmp_path / "night", "sqlite", SHORT)
    SCENES[scene][0](stage)
    assert stage.checked().holds, stage.outcome


def test_on_a_server(tmp_path: Path) -> None:
    try:
        with postgresql() as url:
            for scene, (play, _) in SCENES.items():
                empty_schema(url)
                stage = Stage(scene, tmp_path / scene, url, SHORT)
                play(stage)
                assert stage.checked().holds, stage.outcome
                assert stage.outcome.blows or scene == "kills"
    except NoServerError as missing:
        pytest.skip(str(missing))
