"""The entrance: log in, log out, one-time links, the language; and what a person sets for herself."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from errors import DiemBaoError
from storage.people import accounts
from storage.people.accounts import SESSION_AT_MOST, Account, Invitation
from storage.people.audit import Act, record
from web.people import passwords
from web.site.access import COOKIE, Reader, known_visitor
from web.site.site import HEADERS, Number, Site, show, site_of
from web.site.tries import sender

router = APIRouter()
Text = Annotated[str, Form()]
WRONG = "Địa chỉ hoặc mật khẩu không đúng."
#: what a key may do, by its scope and as far as its owner's role goes
MAY = {
    "read": "tìm và đọc",
    "export": "xuất bài",
    "correct": "sửa nhãn và sự kiện",
    "subscribe": "lưu tìm kiếm, người nhận bản tin",
    "admin": "tài khoản, nhật ký, mục đã ngừng",
}
TOO_OFTEN = "Quá nhiều lần sai. Xin thử lại sau ít phút."


@router.get("/login")
def login_form(request: Request, next: str = "/") -> Response:
    """Show the login; who is logged in goes on."""
    if known_visitor(request) is not None:
        return _go(own_path(next))
    return show(request, "people/login.html.j2", next=own_path(next), email="", problem="", ask_code=False)


@router.post("/login")
def login(request: Request, email: Text = "", password: Text = "", code: Text = "", next: Text = "/") -> Response:
    """Open a session. Wrong tries are counted: after some of them an account, or an address, waits longer each time."""
    site = site_of(request)
    with site.archive.read() as db:
        account = accounts.find_account(db, email)
    if _waits(site, account, email, sender(request)):
        return _again(request, TOO_OFTEN, email, next, status=429)
    usable = account is not None and account.ended_at is None
    if not passwords.right(account.password if account and usable else None, password) or account is None:
        return _failed(request, site, account, email, next)
    if account.second_factor:
        if not code:
            return _again(request, "", email, next, ask_code=True, status=200)
        if not _use_code(site, account, account.second_factor, code):
            return _failed(request, site, account, email, next)
    return enter(request, account, own_path(next), "login")


def _waits(site: Site, account: Account | None, email: str, where: str) -> bool:
    """Whether a try is not even looked at; an account that does not exist waits as one that does."""
    now = site.clock()
    if site.tries.waits(where, now):
        return True
    until = account.locked_until if account else None
    waits = until > now if until else account is None and site.tries.waits(_unknown(email), now)
    if waits:
        site.tries.wrong(where, now, address=True)
        site.log.add(Act(account.email if account else "", "login refused", email[:200], {"from": where}))
    return waits


def _unknown(email: str) -> str:
    return f"account {email.strip().casefold()[:200]}"


def _use_code(site: Site, account: Account, factor: str, code: str) -> bool:
    """Whether a code is right; each is good once."""
    step = passwords.code_step(factor, code, site.clock())
    if step is None:
        return False
    with site.archive.begin() as db:
        return accounts.use_code(db, account.id, step)


def _failed(request: Request, site: Site, account: Account | None, email: str, next: str) -> HTMLResponse:
    now, where = site.clock(), sender(request)
    site.tries.wrong(where, now, address=True)
    if account is None:
        site.tries.wrong(_unknown(email), now)
    with site.archive.begin() as db:
        if account is not None:
            accounts.note_failure(db, account.id, now)
        record(db, [Act(account.email if account else "", "login failed", email[:200], {"from": where})], now)
    return _again(request, WRONG, email, next, ask_code=bool(account and account.second_factor))


def _again(
    request: Request, problem: str, email: str, next: str, *, ask_code: bool = False, status: int = 401
) -> HTMLResponse:
    context: dict[str, Any] = {"next": own_path(next), "email": email[:200], "problem": problem, "ask_code": ask_code}
    return show(request, "people/login.html.j2", status=status, **context)


def enter(request: Request, account: Account, next: str, action: str) -> RedirectResponse:
    """Open a session for an account and lead on; whatever session the browser had before is over."""
    site, now = site_of(request), site_of(request).clock()
    with site.archive.begin() as db:
        accounts.note_success(db, account.id)
        accounts.end_session(db, request.cookies.get(COOKIE, ""))
        secret = accounts.open_session(db, account.id, now)
        record(db, [Act(account.email, action, details={"from": sender(request)})], now)
    answer = _go(next)
    _set_cookie(site, answer, COOKIE, secret)
    return answer


def _set_cookie(site: Site, answer: Response, name: str, value: str) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=int(SESSION_AT_MOST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=site.settings.web.public_url.startswith("https:"),
    )


@router.post("/logout")
def logout(request: Request, visitor: Reader) -> Response:
    """End the session."""
    site = site_of(request)
    with site.archive.begin() as db:
        accounts.end_session(db, request.cookies.get(COOKIE, ""))
        record(db, [Act(visitor.account.email, "logout")], site.clock())
    answer = _go("/login")
    answer.delete_cookie(COOKIE)
    return answer


@router.post("/language")
def language(request: Request, to: Text = "vi", next: Text = "/") -> Response:
    """Switch between Vietnamese and English; who is logged in keeps it with the account."""
    site, chosen = site_of(request), "en" if to == "en" else "vi"
    visitor = known_visitor(request)
    if visitor is not None:
        with site.archive.begin() as db:
            accounts.change_account(db, visitor.account.id, language=chosen)
    answer = _go(own_path(next))
    _set_cookie(site, answer, "language", chosen)
    return answer


@router.get("/start")
def start_form(request: Request, token: str = "") -> Response:
    """Show what a one-time link is for: a new account, or a new password."""
    site = site_of(request)
    link, account = _link(site, token)
    if link is None:
        return show(request, "people/start.html.j2", status=410, link=None)
    email = account.email if account else link.email
    return show(
        request, "people/start.html.j2", link=link, account=account, token=token, email=email, name="", problem=""
    )


def _link(site: Site, token: str) -> tuple[Invitation | None, Account | None]:
    """Return what a link is good for, and the account whose password it sets; nothing where that account has ended."""
    with site.archive.read() as db:
        link = accounts.invitation(db, token, site.clock())
        account = accounts.find_account(db, link.account) if link and link.account else None
    return (None, None) if account and account.ended_at else (link, account)


@router.post("/start")
def start(request: Request, token: Text = "", email: Text = "", name: Text = "", password: Text = "") -> Response:
    """Make the account a link is for, or set its new password, and log in."""
    site, now = site_of(request), site_of(request).clock()
    link, account = _link(site, token)
    if link is None:
        return show(request, "people/start.html.j2", status=410, link=None)
    email = account.email if account else link.email or email.strip()
    problem = passwords.wrong(password, email)
    if not account and ("@" not in email or any(letter.isspace() for letter in email)):
        problem = "Xin ghi địa chỉ thư điện tử."
    context: dict[str, Any] = {"link": link, "account": account, "token": token, "email": email, "name": name}
    if problem:
        return show(request, "people/start.html.j2", status=422, problem=problem, **context)
    kept = passwords.hashed(password)
    try:
        with site.archive.begin() as db:
            if not accounts.use_invitation(db, token, now):
                return show(request, "people/start.html.j2", status=410, link=None)
            if account is None:
                account = accounts.add_account(db, email, name=name, role=link.role, password=kept, now=now)
            else:
                accounts.change_account(db, account.id, password=kept, second_factor=None)
    except DiemBaoError:
        taken = "Địa chỉ này đã có tài khoản; xin dùng địa chỉ khác hoặc nhờ quản trị đặt lại mật khẩu."
        return show(request, "people/start.html.j2", status=409, problem=taken, **context)
    return enter(request, account, "/", "password set" if link.account else "account made")


@router.get("/me")
def me(request: Request, visitor: Reader) -> Response:
    """Show what a person sets for herself."""
    return _me(request, visitor)


@router.post("/me")
def change_me(
    request: Request, visitor: Reader, name: Text = "", old: Text = "", password: Text = "", code: Text = "",
    factor: Text = "", act: Text = "name",
) -> Response:  # fmt: skip
    """Change the name, the password or the second factor; the latter two ask for the password again."""
    site, account = site_of(request), visitor.account
    if act == "name":
        with site.archive.begin() as db:
            accounts.change_account(db, account.id, name=name.strip()[:100])
        return _go("/me")
    if account.locked_until is not None and account.locked_until > site.clock():
        return _me(request, visitor, TOO_OFTEN, 429)
    if not passwords.right(account.password, old):
        with site.archive.begin() as db:
            accounts.note_failure(db, account.id, site.clock())
            record(db, [Act(account.email, "password wrong", details={"from": sender(request)})], site.clock())
        return _me(request, visitor, "Mật khẩu hiện tại không đúng.", 422)
    if act == "password":
        if problem := passwords.wrong(password, account.email):
            return _me(request, visitor, problem, 422)
        values: dict[str, object] = {"password": passwords.hashed(password)}
    elif act == "factor off":
        values = {"second_factor": None}
    elif act != "factor on":
        return _me(request, visitor, "Không có việc này.", 422)
    else:
        if not _use_code(site, account, factor, code):
            return _me(request, visitor, "Mã xác thực không đúng; xin thử lại.", 422)
        values = {"second_factor": factor}
    with site.archive.begin() as db:
        accounts.change_account(db, account.id, **values)
        record(db, [Act(account.email, f"changed own {act}")], site.clock())
    return enter(request, account, "/me", "login") if act == "password" else _go("/me")


def _me(request: Request, visitor: Reader, problem: str = "", status: int = 200) -> HTMLResponse:
    site = site_of(request)
    with site.archive.read() as db:
        keys = accounts.tokens(db, visitor.account.id)
    factor = passwords.new_factor()
    address = passwords.factor_address(factor, visitor.account.email)
    context: dict[str, Any] = {
        "keys": keys,
        "factor": factor,
        "factor_address": address,
        "scopes": accounts.SCOPES,
        "may": MAY,
    }
    return show(request, "people/me.html.j2", visitor, status, problem=problem, new_key="", **context)


@router.post("/me/keys")
def make_key(request: Request, visitor: Reader, name: Text = "", scopes: Annotated[list[str], Form()] = []) -> Response:  # noqa: B006 - FastAPI copies it
    """Make a key of the API; it is shown this once."""
    site = site_of(request)
    try:
        with site.archive.begin() as db:
            secret = accounts.add_token(db, visitor.account.id, name, scopes, site.clock())
            record(db, [Act(visitor.account.email, "key made", name, {"scopes": scopes})], site.clock())
    except DiemBaoError:
        return _me(request, visitor, "Khóa cần một cái tên và ít nhất một quyền.", 422)
    with site.archive.read() as db:
        keys = accounts.tokens(db, visitor.account.id)
    context: dict[str, Any] = {"keys": keys, "factor": "", "factor_address": "", "scopes": accounts.SCOPES, "may": MAY}
    return show(request, "people/me.html.j2", visitor, problem="", new_key=secret, **context)


@router.post("/me/keys/{key}/end")
def end_key(request: Request, visitor: Reader, key: Number) -> Response:
    """End one of one's own keys."""
    site = site_of(request)
    with site.archive.begin() as db:
        if accounts.end_token(db, visitor.account.id, key, site.clock()):
            record(db, [Act(visitor.account.email, "key ended", str(key))], site.clock())
    return _go("/me")


def own_path(path: str) -> str:
    """Return a path of this site; whatever could lead elsewhere becomes the first page."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if safe and "\\" not in path else "/"


def _go(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303, headers=HEADERS)
