"""The pages of the archive put together: their rooms, their static files, and what is said when something is wrong."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

import logs
from errors import Conflict, DiemBaoError, RetryLater, UsageError
from storage.search import QueryError
from web import api
from web.archive import exports, figures, reading, search, searches, today
from web.desk import correcting, mails, sources
from web.people import accounts as people
from web.people import entrance
from web.register import handing, letters, matters, office, reports
from web.site.access import API, NotLoggedInError, RefusedError
from web.site.guard import TOO_LARGE, Guard
from web.site.limit import Limit, TooOftenError
from web.site.site import HEADERS, Site, show, site_of, tongue_of
from web.site.words import mistake

LOG = logs.logger()
STATIC = Path(__file__).parent / "static"
ROOMS = (
    entrance, people, today, exports, search, searches, reading, correcting, reports, office, letters, handing, matters,
    api, figures, sources, mails,
)  # fmt: skip
PROBLEM = "application/problem+json"


class Assets(StaticFiles):
    """Our static files, kept by browsers for an hour."""

    async def get_response(self, path: str, scope: object) -> Response:
        """Answer with the file and how long it may be kept."""
        answer = await super().get_response(path, scope)  # type: ignore[arg-type]
        answer.headers.update({"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"})
        return answer


def add_to(app: FastAPI, site: Site) -> None:
    """Add the pages of the archive to an application."""
    app.state.site = site
    app.state.limit = Limit()
    app.state.running = exports.Running()
    for room in ROOMS:  # as they are: to be included, each route would be worked out anew for every application
        app.router.routes.extend(room.router.routes)
    # Pages are not packed: together with what a visitor typed their length would tell of the forgery token in them.
    app.mount("/static", GZipMiddleware(Assets(directory=STATIC), minimum_size=1000), name="static")
    app.add_middleware(Guard, trouble=trouble)
    app.add_exception_handler(NotLoggedInError, _not_logged_in)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(HTTPException, _not_there)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(TooOftenError, _too_often)
    app.add_exception_handler(UsageError, _cannot_be)
    app.add_exception_handler(RetryLater, _later)
    app.add_exception_handler(Conflict, _conflict)
    app.add_exception_handler(DiemBaoError, _wrong)
    app.add_exception_handler(Exception, _bug)


def trouble(request: Request, status: int, title: str, detail: str = "", **more: Any) -> Response:
    """Return what is wrong: a page for a person, problem+json (RFC 9457, with `more`) for the API."""
    if request.url.path.startswith(API):
        body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
        headers = {**HEADERS, **getattr(request.state, "limit", {})}
        said = json.dumps(body, ensure_ascii=False).replace("<", "\\u003c")  # words of strangers stay words anywhere
        return Response(said, status_code=status, media_type=PROBLEM, headers=headers)
    return show(request, "site/trouble.html.j2", status=status, title=title, detail=detail)


def _not_logged_in(request: Request, _: Exception) -> Response:
    if request.url.path.startswith(API):
        answer = trouble(request, 401, "", "log in, or send an API key: Authorization: Bearer dbt_…")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    query = f"?{request.url.query}" if request.url.query else ""
    here = request.url.path + query if request.method == "GET" else "/"
    if request.headers.get("hx-request"):  # a fragment cannot hold the login: the browser is led there
        return Response(status_code=401, headers={**HEADERS, "HX-Redirect": f"/login?next={quote(here)}"})
    return RedirectResponse(f"/login?next={quote(here)}", status_code=303, headers=HEADERS)


def _refused(request: Request, error: Exception) -> Response:
    return trouble(request, 403, "Không được phép", str(error) if request.url.path.startswith(API) else "")


def _not_there(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    titles = {404: "Không có trang này", 405: "Không làm được như vậy", 413: TOO_LARGE}
    said = str(getattr(error, "detail", ""))
    if said == HTTPStatus(status).phrase and not request.url.path.startswith(API):
        said = ""  # the title says it already, and in the visitor's language
    return trouble(request, status, titles.get(status, "Có lỗi"), "" if said == TOO_LARGE else said)


def _not_understood(request: Request, error: Exception) -> Response:
    if not request.url.path.startswith(API):
        return trouble(request, 422, "Không hiểu yêu cầu")
    wrong = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [{"where": ".".join(map(str, one["loc"])), "detail": one["msg"]} for one in wrong]
    return trouble(request, 422, "", "; ".join(f"{one['where']}: {one['detail']}" for one in errors), errors=errors)


def _cannot_be(request: Request, error: Exception) -> Response:
    if not isinstance(error, QueryError):
        return trouble(request, 422, "Không hiểu yêu cầu", str(error))
    said = str(error) if request.url.path.startswith(API) else mistake(error, tongue_of(request))
    return trouble(
        request, 422, "Không hiểu yêu cầu", said, at=error.at, length=error.length, mended=error.mended or None
    )


def _too_often(request: Request, error: Exception) -> Response:
    answer = trouble(request, 429, "Hỏi quá nhiều lần", str(error) if request.url.path.startswith(API) else "")
    answer.headers.update(error.headers if isinstance(error, TooOftenError) else {})
    return answer


def _bug(request: Request, _: Exception) -> Response:
    said = "an error of the program; its log has the details" if request.url.path.startswith(API) else ""
    return trouble(request, 500, "Có lỗi", said)


def _later(request: Request, error: Exception) -> Response:
    answer = trouble(request, 503, "Xin thử lại sau ít phút", str(error) if request.url.path.startswith(API) else "")
    if isinstance(error, RetryLater):
        wait = error.at - site_of(request).clock()
        answer.headers["Retry-After"] = str(max(1, int(wait.total_seconds())))
    return answer


def _conflict(request: Request, error: Exception) -> Response:
    said = str(error) if request.url.path.startswith(API) else ""
    return trouble(request, 409, "Không làm được: kho tin đã thay đổi, xin xem lại", said)


def _wrong(request: Request, error: Exception) -> Response:
    LOG.error("page failed", path=request.url.path, error=str(error))  # it may name files and servers: not for visitors
    return trouble(request, 503, "Kho tin đang bận hoặc có lỗi")
