"""The rooms of the mails: the digests as they were sent, what became of them, and who gets them."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from errors import DeliveryError, DiemBaoError, SettingsError, UsageError
from pipeline.desk import readers, settle
from pipeline.desk.readers import Wishes
from press import TOPICS, Days, Edition, EditionState
from settings import clock_time
from storage import delivery
from storage.upkeep.figures import Entry, ledger
from web.site.access import Admin, Editor, Reader
from web.site.site import HEADERS, POLICY, Number, show, site_of
from web.site.visitor import Visitor

router = APIRouter()
Text = Annotated[str, Form()]
Kind = Literal["plain", "html"]
PAGE = 50
#: A mail brings its own styles and nothing else; it runs no script, and its links open a page of their own.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_TOKEN = re.compile(r"(unsubscribe\?token=)[\w.%=~+-]+")
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


@router.get("/editions")
def editions(request: Request, visitor: Reader, state: str = "", before: Number | None = None) -> Response:
    """Show the digests, newest first; whom they went to is for editors."""
    site = site_of(request)
    known = get_args(EditionState)
    with site.archive.read() as db:
        rows = ledger(db, state=state if state in known else "", before=before, limit=PAGE)
        counts = delivery.editions.edition_counts(db)
    more = rows[-1].id if len(rows) == PAGE else None
    return show(
        request, "desk/editions.html.j2", visitor, rows=rows, counts=counts, states=known, state=state, more=more
    )


@router.get("/editions/{number}")
def edition(request: Request, visitor: Reader, number: Number) -> Response:
    """Show one digest as it was sent, and what can be done about it."""
    return _edition(request, visitor, number)


@router.post("/editions/{number}")
def settle_edition(request: Request, visitor: Editor, number: Number, act: Text = "") -> Response:
    """Send an edition again, or close one as arrived or lost: as `diembao edition` does."""
    site, who = site_of(request), visitor.account.email
    if act not in ("resend", "sent", "lost"):
        return _edition(request, visitor, number, "Không có việc này.", 422)
    site.note(visitor, f"edition {act}", number)
    try:
        if act == "resend":
            settle.resend(site.archive, site.settings, number, who, site.clock())
        else:
            settle.close(site.archive, number, who, site.clock(), arrived=act == "sent")
    except DeliveryError as error:
        return _edition(request, visitor, number, "Thư chưa gửi được; lần gửi sau sẽ thử lại.", 502, str(error))
    except DiemBaoError as error:
        return _edition(request, visitor, number, "Không làm được với bản này.", 409, str(error))
    return RedirectResponse(f"/editions/{number}", status_code=303, headers=HEADERS)


@router.get("/editions/{number}/mail")
def mail(request: Request, visitor: Reader, number: Number) -> Response:
    """Answer with the HTML of a mail under a policy of its own, to be framed by its page."""
    row, digest = found(request, number)
    site_of(request).note(visitor, "read edition", number)
    text = safe(digest, "html", row, visitor)
    opening = _HEAD.search(text)
    at = opening.end() if opening else 0
    framed = f'{text[:at]}<base target="_blank">{text[at:]}'
    return HTMLResponse(framed, headers={**HEADERS, "Content-Security-Policy": MAIL_POLICY})


def _edition(
    request: Request, visitor: Visitor, number: int, problem: str = "", status: int = 200, detail: str = ""
) -> HTMLResponse:
    row, digest = found(request, number)
    site_of(request).note(visitor, "read edition", number)
    text = safe(digest, "plain", row, visitor)
    context: dict[str, Any] = {"row": row, "text": text, "has_html": bool(_part(digest, "html")), "edition": digest}
    answer = show(request, "desk/edition.html.j2", visitor, status, problem=problem, detail=detail, **context)
    answer.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return answer


def found(request: Request, number: int) -> tuple[Entry, Edition]:
    """Return the row of the ledger and the edition; 404 where there is none."""
    with site_of(request).archive.read() as db:
        row = next(iter(ledger(db, only=number)), None)
        edition = delivery.editions.get_edition(db, number)
    if row is None or edition is None:
        raise HTTPException(404)
    return row, edition


def _part(edition: Edition, kind: Kind) -> str:
    """Return one part of a mail as text, "" where it has none."""
    message = message_from_bytes(edition.message, _class=EmailMessage, policy=policy.default)
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())


def safe(edition: Edition, kind: Kind, row: Entry, visitor: Visitor) -> str:
    """Return a part of a mail without the link that ends its subscription; below an editor without its address too."""
    text = _TOKEN.sub(r"\1…", _part(edition, kind))
    return text if visitor.may("editor") else text.replace(row.email, "…")


@router.get("/subscriptions")
def subscriptions(request: Request, visitor: Admin, edit: Number | None = None) -> Response:
    """Show who gets the digest, and the form to add or change somebody."""
    row = next((one for one in readers.active(site_of(request).archive) if one.id == edit), None)
    given: dict[str, Any] = {"days": "daily", "language": "vi", "at": "", "topics": (), "places": ()}
    if row is not None:
        given = {"email": row.email, "name": row.name, "at": row.at, "days": row.days, "language": row.language}
        given |= {"topics": row.topics, "places": row.places}
    return _subscriptions(request, visitor, given)


@router.post("/subscriptions")
def subscribe(
    request: Request, visitor: Admin, email: Text = "", name: Text = "", at: Text = "", days: Text = "daily",
    topics: Annotated[list[str], Form()] = [], places: Text = "", language: Text = "vi",  # noqa: B006 - FastAPI copies it
) -> Response:  # fmt: skip
    """Add a reader, or give one who is there new wishes: as `diembao subscribe` does."""
    site = site_of(request)
    wanted = tuple(word.strip() for word in places.split(",") if word.strip())
    given = {"email": email, "name": name, "at": at, "days": days, "language": language}
    given_all: dict[str, Any] = {**given, "topics": tuple(topics), "places": wanted}
    try:
        time = f"{clock_time(at.strip()):%H:%M}" if at.strip() else f"{site.settings.digest.at:%H:%M}"
    except ValueError:
        return _subscriptions(request, visitor, given_all, "Giờ gửi cần có dạng 06:45.", 422)
    which: Days | None = next((one for one in get_args(Days) if one == days), None)
    if which is None or not set(topics) <= set(TOPICS):
        return _subscriptions(request, visitor, given_all, "Ngày gửi hoặc lĩnh vực không có trong danh sách.", 422)
    tongue: Literal["vi", "en"] = "en" if language == "en" else "vi"
    wishes = Wishes(name.strip()[:100], time, which, tuple(topics), wanted, tongue)
    try:
        row = readers.subscribe(site.archive, site.settings, email, wishes, site.clock())
    except SettingsError:
        return _subscriptions(request, visitor, given_all, "Địa chỉ thư điện tử không đúng.", 422)
    except UsageError as error:
        problem = "Có địa danh không thuộc địa bàn theo dõi."
        return _subscriptions(request, visitor, given_all, problem, 422, str(error))
    site.note(visitor, "subscribed", row.email, at=row.at, days=row.days)
    return RedirectResponse("/subscriptions", status_code=303, headers=HEADERS)


@router.post("/subscriptions/{number}/end")
def unsubscribe(request: Request, visitor: Admin, number: Number) -> Response:
    """End a subscription: as `diembao unsubscribe` does."""
    site = site_of(request)
    row = next((one for one in readers.active(site.archive) if one.id == number), None)
    if row is None:
        return _subscriptions(request, visitor, {}, "Người nhận này đã dừng nhận thư.", 404)
    readers.unsubscribe(site.archive, row.email, site.clock())
    site.note(visitor, "unsubscribed", row.email)
    return RedirectResponse("/subscriptions", status_code=303, headers=HEADERS)


def _subscriptions(
    request: Request, visitor: Admin, given: dict[str, Any], problem: str = "", status: int = 200, detail: str = ""
) -> HTMLResponse:
    site, now = site_of(request), site_of(request).clock()
    blank: dict[str, Any] = {"email": "", "name": "", "at": "", "days": "daily", "language": "vi"}
    rows = [(row, readers.next_due(row, site.settings, now)) for row in readers.active(site.archive)]
    context = {"rows": rows, "given": {**blank, "topics": (), "places": (), **given}, "days": get_args(Days)}
    return show(request, "desk/subscriptions.html.j2", visitor, status, problem=problem, detail=detail, **context)
