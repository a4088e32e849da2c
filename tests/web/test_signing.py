"""Signing in and out."""

from __future__ import annotations

import pytest

from pipeline.domain.people import UserRole
from pipeline.store import Store
from pipeline.web import passwords
from tests.web.conftest import Browser

PASSWORD = "three plain words"


@pytest.fixture
def wang(store: Store) -> None:
    store.desk.people.add(
        "Wang", display_name="王芳", role=UserRole.REVIEWER, password=passwords.make(PASSWORD)
    )


def test_a_page_sends_people_to_sign_in_and_back(nobody: Browser, wang: None) -> None:
    answer = nobody.get("/account")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Faccount"
    assert nobody.get("/sign-in").status_code == 200
    answer = nobody.post("/sign-in", {"name": " WANG ", "password": PASSWORD, "next": "/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "王芳" in nobody.get("/account").text
