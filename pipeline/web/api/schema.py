"""The description of the API."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from pipeline.web.access import signed_in

router = APIRouter()


@router.get("/api/openapi.json", dependencies=[Depends(signed_in)], include_in_schema=False)
def openapi(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = request.app.openapi()
    return found
