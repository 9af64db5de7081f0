"""The archive for programs: /api/v1."""

from __future__ import annotations

from fastapi import APIRouter

from web import exports

router = APIRouter(prefix="/api/v1")
router.include_router(exports.router)
