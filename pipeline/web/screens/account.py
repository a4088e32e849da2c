"""The account of who is signed in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pipeline.web.access import SignedIn
from pipeline.web.render import page

router = APIRouter(prefix="/account")


@router.get("")
def account(request: Request, visitor: SignedIn) -> Response:
    return page(request, "account/index.html", visitor=visitor)
