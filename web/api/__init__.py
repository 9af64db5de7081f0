"""The archive for programs: /api/v1, said by OpenAPI, with what the pages can do.

Keys and sessions are checked by `web.site.access`, how often they ask by `web.site.limit`; what is wrong is
problem+json, made in `web.pages`. docs/api.md is the guide.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse

from web.api import archive, corrections, coverage, desk, matters, people, searches, service, stories
from web.archive import exports
from web.site.access import COOKIE
from web.site.limit import limited
from web.site.site import HEADERS

PREFIX = "/api/v1"
_SCHEMAS = "#/components/schemas/"
_SECURITY = {
    "key": {"type": "http", "scheme": "bearer", "description": "Authorization: Bearer dbt_…; made under /me"},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "unsafe methods: x-csrf-token too"},
}

router = APIRouter(prefix=PREFIX)
for room in (archive, coverage, stories, corrections, searches, matters, service, people):
    router.include_router(room.router, dependencies=[Depends(limited)])
router.include_router(exports.files)


@router.get("/openapi.json", include_in_schema=False)
def openapi() -> JSONResponse:
    """Return the description of the API; it holds nothing of the archive, so nobody needs to log in for it."""
    return JSONResponse(_described(), headers=HEADERS)


@cache
def _described() -> dict[str, Any]:
    said = get_openapi(title="Điểm Báo", version="1", summary="The press archive of a province", routes=router.routes)
    schemas = said["components"]["schemas"]
    schemas["Problem"] = desk.Problem.model_json_schema(ref_template=f"{_SCHEMAS}{{model}}")
    for name in ("HTTPValidationError", "ValidationError"):  # never answered: everything wrong is a problem
        schemas.pop(name, None)
    wrong = {
        "description": "What is wrong: 401, 403, 404, 409, 422, 429 (with Retry-After), 503",
        "content": {"application/problem+json": {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
    }
    for methods in said["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = wrong
    said["components"]["securitySchemes"] = _SECURITY
    said["security"] = [{name: []} for name in _SECURITY]
    return said
