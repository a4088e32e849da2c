"""What stands in forms and addresses of many screens, within what any database can hold."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Path

REQUEST = "^[!-~]{1,64}$"
"""What the name of a press of a button is made of: a UUID, or a little more."""

RequestName = Annotated[str, Form(alias="request", pattern=REQUEST)]
"""In a form: made in the browser, new for each press."""

MOST = 2**31 - 1
"""The greatest key in any database."""

Number = Annotated[int, Path(ge=1, le=MOST)]
"""A key in an address."""
