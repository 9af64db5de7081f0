"""The register's pages: the list with its filters, one matter, opening one; readers see, editors work.

Every form carries the version of the matter it was shown with: whoever was slower changes nothing and is told what
changed meanwhile, and by whom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from errors import Conflict, DiemBaoError, UsageError
from pipeline.register import acts, show, units
from pipeline.register.acts import Office, Opening
from press.dates import VIETNAM
from press.deadlines import end_of
from press.matters import AFTER, FORMS, LETTERS, STATES, WAITING, State, may_follow
from press.persons import Named, named
from storage import register
from storage.register.law import Law
from storage.register.lists import Wanted
from storage.register.matters import Changed, Letter, Matter
from web.site import register_words as terms
from web.site.access import Editor, Reader
from web.site.acts import REGISTER
from web.site.site import HEADERS, Number, office_of, site_of
from web.site.site import show as render
from web.site.visitor import Visitor

router = APIRouter()
Text = Annotated[str, Form()]
Texts = Annotated[list[str], Form()]
PAGE = 50
OTHERS = [state for state in STATES if state not in WAITING]
#: what the list shows, beside single states: (code, Vietnamese)
VIEWS = {
    "waiting": "chờ trả lời",
    "overdue": "quá hạn",
    "soon": "sắp đến hạn",
    "all": "tất cả",
}


@router.get("/matters")
def listing(
    request: Request, visitor: Reader, view: str = "waiting", unit: str = "", kind: str = "", field: str = "",
    q: Annotated[str, Query(max_length=200)] = "", page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:  # fmt: skip
    """List the matters that are asked for, late ones by deadline."""
    site, office = site_of(request), office_of(request, visitor)
    with site.archive.read() as db:
        law = register.law.load(db, office.area)
        view, wanted = asked(law, office, view, unit, kind, field, q)
        counts = register.lists.counts(db, office.area, wanted)
        found = register.lists.find(
            db, office.area, wanted[view], PAGE, (page - 1) * PAGE, by_deadline=view == "waiting"
        )
        rows = show.rows(db, site.settings, found, office.now)
        known = register.units.all_units(db, office.area)
    site.note(visitor, "register read", view, count=counts[view])
    given = {"view": view, "unit": unit, "kind": kind, "field": field, "q": q.strip()}
    kept = {name: value for name, value in given.items() if value}
    more = urlencode({**kept, "page": page + 1}) if counts[view] > page * PAGE else ""
    back = urlencode({**kept, "page": page - 1}) if page > 1 else ""
    return render(
        request, "register/list.html.j2", visitor, rows=rows, counts=counts, given=given, units=known, views=VIEWS,
        kinds=law.kinds(), more=more, back=back, others=OTHERS, **words(visitor),
    )  # fmt: skip


def asked(
    law: Law, office: Office, view: str, unit: str, kind: str, field: str, q: str
) -> tuple[str, dict[str, Wanted]]:
    """Return the view that is meant, and what it and the usual ones want with these filters."""
    view = view if view in VIEWS or view in STATES else "waiting"
    until = show.soon(law, office.settings, office.now)
    base = Wanted(unit=id_of(unit), kind=kind, field=field, words=q.strip())
    return view, {name: _view(base, name, office.now, until) for name in (*VIEWS, view)}


@router.get("/matters/new")
def new(request: Request, visitor: Editor, story: Number | None = None, article: Number | None = None) -> Response:
    """Show the form that opens a matter, from a story, an article, or nothing."""
    return _new(request, visitor, {"story": story, "article": article})


@router.post("/matters")
def open_matter(
    request: Request, visitor: Editor, kind: Text = "ordered", subject: Text = "", story: Text = "", article: Text = "",
    received: Text = "", letter: Text = "", date_: Annotated[str, Form(alias="date")] = "", link: Text = "",
) -> Response:  # fmt: skip
    """Open a matter; from a story or an article one press of a button is enough."""
    given: dict[str, Any] = {"kind": kind, "subject": subject, "received": received, "letter": letter, "date": date_}
    given |= {"story": id_of(story), "article": id_of(article), "link": link}
    try:
        at = _instant(received)
        wanted = Opening(
            kind, subject, given["story"], given["article"], at,
            letter=_letter("", letter, date_, link, f"{at.astimezone(VIETNAM):%Y-%m-%d}" if at else ""),
        )  # fmt: skip
        if not subject.strip() and wanted.story is None and wanted.article is None:
            raise UsageError("a matter needs a subject")
        row = acts.open_matter(office_of(request, visitor), wanted)
    except DiemBaoError as error:
        return _new(request, visitor, given, _problem(error), 422, str(error))
    return _go(str(row["number"]))


@router.get("/matters/{year}/{number}")
def matter(request: Request, visitor: Reader, year: Number, number: Number) -> Response:
    """Show one matter."""
    return _matter(request, visitor, f"{number}/{year}")


@router.post("/matters/{year}/{number}/assign")
def assign(
    request: Request, visitor: Editor, year: Number, number: Number, version: Text = "", lead: Text = "",
    others: Texts = [], letter: Text = "", date_: Annotated[str, Form(alias="date")] = "", until: Text = "",  # noqa: B006 - FastAPI copies it
    link: Text = "",
) -> Response:  # fmt: skip
    """Give a matter to a unit."""

    def act(office: Office, name: str) -> None:
        helping = [one for one in others if one.strip()]
        acts.assign(
            office, name, lead=lead, others=helping, letter=_letter("order", letter, date_, link), until=_day(until),
            version=id_of(version),
        )  # fmt: skip

    return done(request, visitor, year, number, act)


@router.post("/matters/{year}/{number}/answer")
def answer(
    request: Request, visitor: Editor, year: Number, number: Number, version: Text = "", form: Text = "written",
    letter: Text = "", date_: Annotated[str, Form(alias="date")] = "", to: Text = "", at: Text = "", link: Text = "",
) -> Response:  # fmt: skip
    """Note what was answered."""

    def act(office: Office, name: str) -> None:
        sent = _letter("answer", letter, date_, link)
        acts.answer(office, name, letter=sent, form=form, to=to, at=_instant(at), version=id_of(version))

    return done(request, visitor, year, number, act)


@router.post("/matters/{year}/{number}/end")
def end(
    request: Request, visitor: Editor, year: Number, number: Number, version: Text = "", how: Text = "close",
    words: Text = "", to: Text = "", into: Text = "",
) -> Response:  # fmt: skip
    """Close a matter, pass it on, refuse an answer, or merge it into another one."""

    def act(office: Office, name: str) -> None:
        if how == "pass":
            acts.pass_on(office, name, to, version=id_of(version))
        elif how == "refuse":
            acts.refuse(office, name, words, version=id_of(version))
        elif how == "merge":
            acts.merge(office, name, into, version=id_of(version))
        else:
            acts.close(office, name, words, version=id_of(version))

    return done(request, visitor, year, number, act)


@router.post("/matters/{year}/{number}/change")
async def change(request: Request, visitor: Editor, year: Number, number: Number) -> Response:
    """Change what is noted of a matter: the fields that the form has."""
    form = {name: str(value) for name, value in (await request.form()).items()}

    def act(office: Office, name: str) -> None:
        values: dict[str, Any] = {
            key: form[key]
            for key in ("subject", "kind", "field", "state", "outlet_after", "outlet_after_on")
            if key in form
        }
        if "received" in form:
            values["received_at"] = _instant(form["received"])
        if "until" in form:
            last = _day(form["until"])
            values["until"] = end_of(last) if last else None
        if "places" in form:
            values["places"] = tuple(word.strip() for word in form["places"].split(",") if word.strip())
        number, day, link = (form.get(key, "") for key in ("letter", "date", "link"))
        sent = _letter("", number, day, link, form.get("received", "")[:10])
        acts.change(office, name, values, letter=sent, version=id_of(form.get("version", "")))

    return await _threaded(done, request, visitor, year, number, act)


@router.post("/matters/{year}/{number}/cover")
def cover(request: Request, visitor: Editor, year: Number, number: Number, what: Text = "") -> Response:
    """Put a matter on one more story or article, by its number or address."""

    def act(office: Office, name: str) -> None:
        kind, found = _addressed(what)
        acts.cover(office, name, **{kind: found})

    return done(request, visitor, year, number, act)


async def _threaded(call: Callable[..., Response], *args: Any) -> Response:
    from starlette.concurrency import run_in_threadpool

    return await run_in_threadpool(call, *args)


def done(request: Request, visitor: Visitor, year: int, number: int, act: Callable[[Office, str], None]) -> Response:
    """Do something to a matter and show it; what went wrong is said on its page."""
    name = f"{number}/{year}"
    try:
        act(office_of(request, visitor), name)
    except Changed as error:
        told = [_meanwhile(entry.who, entry.details, visitor) for entry in error.entries]
        problem = "Sự việc vừa được người khác sửa, thay đổi của anh/chị chưa được ghi. Xin xem lại rồi làm lại."
        return _matter(request, visitor, name, problem, 409, told)
    except Conflict as error:
        return _matter(request, visitor, name, "Không làm được như vậy với sự việc này.", 409, [str(error)])
    except UsageError as error:
        return _matter(request, visitor, name, _problem(error), 422, [str(error)])
    return _go(name)


def _matter(
    request: Request, visitor: Visitor, name: str, problem: str = "", status: int = 200, told: list[str] | None = None
) -> HTMLResponse:
    """Return the page of a matter, noted in the audit log first; 404 where there is none."""
    site, office = site_of(request), office_of(request, visitor)
    known = units.filled(site.archive, site.settings, office.now) if visitor.may("editor") else []
    with site.archive.read() as db:
        try:
            found = acts.load(db, office, name)
        except DiemBaoError:
            raise HTTPException(404) from None
        (row,) = show.rows(db, site.settings, [found], office.now)
        law = register.law.load(db, office.area)
        letters = register.matters.letters_of(db, [found.id]).get(found.id, [])
        deadlines = show.terms_of(law, found, letters)
        history = register.matters.history(db, found)[::-1]
        stories = register.covered.stories_of(db, found.id)
        files = register.files.of_matter(db, found.id) if visitor.may("editor") else []
    site.note(visitor, "matter read", found.name)
    said = _kinds(law, visitor)
    day = f"{office.now.astimezone(VIETNAM):%Y-%m-%d}"
    return render(
        request, "register/matter.html.j2", visitor, status, row=row, found=found, deadlines=deadlines, stories=stories,
        history=[(entry, list(terms.changes(entry.details, visitor.account.language, said))) for entry in history],
        files=files, kept_for=site.settings.retention.letters, units=[unit for unit in known if unit.stands(day)],
        kinds=law.kinds(), problem=problem, told=told or [],
        doubts=list(_doubts(found)), may=[state for state in STATES if may_follow(found.state, state)], today=day,
        link=f"/matters/{found.year}/{found.number}", **words(visitor),
    )  # fmt: skip


def _new(
    request: Request, visitor: Visitor, given: dict[str, Any], problem: str = "", status: int = 200, detail: str = ""
) -> HTMLResponse:
    from storage import coverage

    site, office = site_of(request), office_of(request, visitor)
    with site.archive.read() as db:
        law = register.law.load(db, office.area)
        story = next(iter(coverage.stories.stories(db, ids=[given["story"]])), None) if given.get("story") else None
        article = coverage.articles.get_article(db, given["article"]) if given.get("article") else None
    if (given.get("story") and story is None) or (given.get("article") and article is None):
        raise HTTPException(404)
    blank = {"kind": "ordered", "subject": "", "received": "", "letter": "", "date": "", "link": ""}
    return render(
        request, "register/new.html.j2", visitor, status, given={**blank, **given}, story=story, article=article,
        kinds=law.kinds(), problem=problem, detail=detail, **words(visitor),
    )  # fmt: skip


def _doubts(found: Matter) -> Iterator[tuple[str, list[Named]]]:
    """Give the free texts of a matter that look as if they named a person."""
    for name in ("subject", "answer_to", "result", "ground"):
        if doubtful := named(getattr(found, name), found.places):
            yield name, doubtful


def _kinds(law: Law, visitor: Visitor) -> dict[str, str]:
    english = visitor.account.language == "en"
    return {code: rule.what_en if english else rule.what for code, rule in law.kinds().items()}


def _meanwhile(who: str, details: Any, visitor: Visitor) -> str:
    return f"{who}: {'; '.join(terms.changes(details, visitor.account.language)) or '…'}"


def _view(base: Wanted, name: str, now: datetime, until: datetime) -> Wanted:
    values = {key: getattr(base, key) for key in ("kind", "field", "unit", "words")}
    if name == "overdue":
        return Wanted(overdue_at=now, **values)
    if name == "soon":
        return Wanted(due_before=until + timedelta(seconds=1), due_after=now, **values)
    states: tuple[State, ...] = tuple(
        one for one in STATES if name in (one, "all") or (name == "waiting" and one in WAITING)
    )
    return Wanted(states=states, **values)


def words(visitor: Visitor) -> dict[str, Any]:
    """Return what the templates say codes with, in the visitor's language."""
    language = visitor.account.language
    tables = {
        "state": terms.STATES, "form": terms.FORMS, "letter": terms.LETTERS, "unit": terms.UNITS, "after": terms.AFTER,
        "column": terms.COLUMNS,
    }  # fmt: skip
    names = {name: (lambda code, table=table: terms.said(table, code, language)) for name, table in tables.items()}
    return {
        "names": names,
        "forms": FORMS,
        "letters": LETTERS,
        "afters": AFTER,
        "english": language == "en",
        "acts": REGISTER,
        "written": lambda day: f"{date.fromisoformat(day):%d/%m/%Y}",
    }


def _problem(error: DiemBaoError) -> str:
    said = str(error)
    for part, words in _PROBLEMS.items():
        if part in said:
            return words
    return "Chưa ghi được: xin xem lại các ô đã điền."


_PROBLEMS = {
    "needs a subject": "Xin ghi sự việc là gì.",
    "names": "Không có đơn vị này trong danh sách, hoặc có nhiều đơn vị cùng tên.",
    "future": "Thời điểm không thể ở tương lai.",
    "is needed": "Xin ghi kết quả hoặc lý do.",
    "day such as": "Ngày chưa đúng.",
    "the file is neither": "Chỉ nhận tệp PDF, PNG, JPEG còn nguyên vẹn. Không lưu gì.",
    "the file is empty": "Tệp rỗng. Không lưu gì.",
    "the file has more": "Tệp lớn hơn 8 MB. Không lưu gì.",
    "the PDF": "Tệp PDF bị hỏng, hoặc có mã chạy, tệp kèm theo: xin in lại thành PDF thường. Không lưu gì.",
    "https://": "Đường dẫn phải bắt đầu bằng https://",
    "no number of a matter": "Số sự việc có dạng 7/2026.",
    "number of a story": "Xin ghi số của sự kiện, hoặc địa chỉ trang sự kiện hay bài.",
}


def id_of(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise UsageError(f"{text!r} is no day such as 2026-08-05") from None


def _instant(text: str) -> datetime | None:
    """Return the instant that a form's date and time mean in Vietnam; a day alone begins it."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=VIETNAM) if text.strip() else None
    except ValueError:
        raise UsageError(f"{text!r} is no day such as 2026-08-05T09:00") from None


def _letter(kind: str, number: str, day: str, link: str, received: str = "") -> Letter | None:
    return Letter(kind, number, day, received, link) if number.strip() or day.strip() or link.strip() else None


def _addressed(what: str) -> tuple[str, int]:
    """Return whether a text means a story or an article, and its number: "7", ".../stories/7", ".../articles/9"."""
    kind = "article" if "/articles/" in what else "story"
    number = id_of(what.rstrip("/").rpartition("/")[2].strip())
    if number is None:
        raise UsageError(f"{what!r} is no number of a story")
    return kind, number


def _go(name: str) -> Response:
    number, _, year = name.partition("/")
    return RedirectResponse(f"/matters/{year}/{number}", status_code=303, headers=HEADERS)
