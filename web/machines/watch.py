"""What machines ask: is it alive, is it ready, how does it do. Nothing here names a reader or a secret."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from errors import DiemBaoError, StorageError
from pipeline.running import lease
from pipeline.watching.condition import Condition, Outlets, acting, look
from pipeline.watching.reasons import Reason, reasons
from settings import Settings
from storage import Archive
from storage.upkeep.leases import get_lease
from web.machines.metrics import ArchiveCollector

Row = dict[str, object]
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}  # errors quote what a page said


def add_routes(
    app: FastAPI, archive: Archive, settings: Settings, clock: Callable[[], datetime], outlets: Outlets
) -> None:
    """Add `/health`, `/health/live`, `/health/ready` and `/metrics`."""

    def looked() -> Condition:
        return look(archive, settings, clock(), outlets.latest)

    registry = CollectorRegistry()
    registry.register(ArchiveCollector(archive, looked))

    @app.get("/health/live")
    def live() -> Response:
        """Say that the process answers: whatever else is wrong, starting it anew would not mend it."""
        return _answer({"status": "ok"})

    @app.get("/health/ready")
    def ready() -> Response:
        """Say whether the archive answers and some service acts on it; 503 with the reason otherwise."""
        try:
            with archive.read() as db:
                row = get_lease(db, lease.NAME)
        except StorageError as error:
            return _answer({"status": "down", "reasons": [str(error)]}, 503)
        if acting(row, clock()):
            return _answer({"status": "ok", "reasons": []})
        return _answer({"status": "down", "reasons": ["no service acts on this archive"]}, 503)

    @app.get("/health")
    def health() -> Response:
        """Say how everything does, with the reasons where it does not; 503 only where the archive does not answer."""
        try:
            found = looked()
        except DiemBaoError as error:
            return _answer({"status": "down", "archive": str(error), "reasons": [str(error)]}, 503)
        return _answer(_told(found))

    @app.get("/metrics")
    def metrics() -> Response:
        """Answer Prometheus."""
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST, headers=HEADERS)


def _answer(row: Row, code: int = 200) -> Response:
    return JSONResponse(row, status_code=code, headers=HEADERS)


def _told(found: Condition) -> Row:
    why = reasons(found)
    trouble = any(reason.about != "outlets" for reason in why)  # one outlet or another fails every day
    states = [one.state for one in found.outlets]
    return {
        "status": "trouble" if trouble else "ok",
        "archive": "ok",
        "acts": lease.told(found.lease),
        "verbs": {verb: {"ended_at": run.ended_at.isoformat(), "error": run.error} for verb, run in found.runs.items()},
        "outlets": {state: states.count(state) for state in dict.fromkeys(states)},
        "search": {"state": found.index.state, "left": found.index.left},
        "disk_free": found.disk.free if found.disk else None,
        "reasons": [_reason(reason) for reason in why],
    }


def _reason(reason: Reason) -> Row:
    since = reason.since.isoformat() if reason.since else None
    return {"about": reason.about, "what": reason.words, "since": since, "do": reason.act}
