"""The demo press's articles and what is true of them: text, instant, place, topics, tone, story, reprint."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from press import TOPICS, Language, Level, Relevance

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = timedelta(days=1)
HERE = Path(__file__).resolve().parent
Expected = Literal["archived", "never", "later"]


@dataclass(frozen=True, slots=True)
class DemoOutlet:
    """One outlet of the demo press and its habits (demo/truth/outlets.toml says what each key means)."""

    slug: str
    name: str
    language: Language
    level: Level
    host: int
    layout: str
    list: str
    url: str
    date: str
    visible: str
    conditions: str
    habits: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    recipe: bool = False
    slow: Mapping[str, float] = field(default_factory=dict)
    busy: int | None = None
    amp: int | None = None
    relative: int | None = None
    undated: int | None = None
    future: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Title, lead and body of one reading of an article; body paragraphs are separated by one newline."""

    title: str
    lead: str
    body: str


#: Fresh articles are numbered from here, above the copies of a multiplied press.
FIRST_FRESH = 5000


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """One article of the demo press with its ground truth; `text` is what a first reading serves, in clean form."""

    key: str
    outlet: str
    url: str
    published_at: datetime  #: UTC, to the minute
    text: Text
    as_written: Text  #: the text with the zero-width spaces that Khmer pages may have
    dateline: str
    section: str
    language: Language
    relevance: Relevance
    places: tuple[str, ...]
    topics: tuple[str, ...]
    tone: int
    story: str  #: empty where the article is alone
    reprint_of: str  #: key of the original, empty where there is none
    edited: Text | None = None  #: what a re-reading serves
    vanishes: bool = False  #: a re-reading finds 404
    copy: int = 0  #: the how-manieth copy of a multiplied press; 0 = the article itself
    day: int = 0  #: the how-manieth day after the anchor it belongs to; 0 = the days before it
    expected: Expected = "archived"


def anchor_before(now: datetime) -> datetime:
    """Return the most recent 06:45 in Vietnam at or before `now` (aware), in UTC."""
    local = now.astimezone(VIETNAM)
    morning = datetime.combine(local.date(), time(6, 45), VIETNAM)
    return (morning if morning <= local else morning - timedelta(days=1)).astimezone(UTC)


@cache
def outlets() -> tuple[DemoOutlet, ...]:
    """Return the outlets of the demo press in the order of their file."""
    rows = tomllib.loads((HERE / "outlets.toml").read_text("utf-8"))["outlet"]
    return tuple(
        DemoOutlet(**{**row, "habits": tuple(row["habits"]), "forms": tuple(row.get("forms", ()))}) for row in rows
    )


@cache
def recipes() -> Mapping[str, Mapping[str, str]]:
    """Return the selectors (title, lead, body, date, and what to drop) of each layout, and of outlets with forms."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads((HERE / "outlets.toml").read_text("utf-8"))["recipe"]
    return found


@cache
def _rows(slug: str) -> tuple[dict[str, Any], ...]:
    path = HERE / "articles" / f"{slug}.toml"
    if not path.is_file():
        return ()
    return tuple(tomllib.loads(path.read_text("utf-8")).get("article", ()))


def articles(
    anchor: datetime, base_url: Callable[[str], str] = lambda slug: f"http://{slug}", *, copies: int = 1, days: int = 0
) -> tuple[DemoArticle, ...]:
    """Return every article of the press published before `anchor` and on the `days` after it, newest first per outlet.

    `base_url` maps an outlet's slug to the root of its addresses. `copies` > 1 lists each article that often, under
    different addresses, with a further paragraph that numbers the copy. What is published on a later day is what the
    last day before the anchor brought, at addresses of its own, with a further paragraph that names the day.
    """
    found: list[DemoArticle] = []
    for outlet in outlets():
        rows = sorted(_rows(outlet.slug), key=lambda row: age(row["before"]))
        base = base_url(outlet.slug)
        fresh = [row for row in rows if age(row["before"]) < DAY]
        found += [
            _article(outlet, row, anchor + day * DAY, base, day=day) for day in range(days, 0, -1) for row in fresh
        ]
        found += [_article(outlet, row, anchor, base, n) for row in rows for n in range(copies)]
    return tuple(found)


def fresh_article(outlet: DemoOutlet, number: int, at: datetime, base: str) -> DemoArticle:
    """Return the `number`-th article that an outlet publishes while it is served: one of its own, told anew at `at`."""
    rows = [row for row in _rows(outlet.slug) if not row.get("edited") and not row.get("vanishes")]
    row = rows[number % len(rows)]
    return _article(outlet, row, at + age(row["before"]), base, FIRST_FRESH + number)


def age(before: str) -> timedelta:
    """Return the age that `before` writes as "1d 03:25" or "03:25"; ValueError for anything else."""
    match = re.fullmatch(r"(?:(\d+)d )?(\d{1,2}):(\d{2})", before.strip())
    if match is None:
        raise ValueError(f'before = "{before}": write it as "1d 03:25"')
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _article(
    outlet: DemoOutlet, row: Mapping[str, Any], anchor: datetime, base: str, copy: int = 0, *, day: int = 0
) -> DemoArticle:
    published = (anchor - age(row["before"])).astimezone(UTC)
    mark = COPY_MARK[outlet.language].format(copy) if copy else DAY_MARK[outlet.language].format(day) if day else ""
    text = _text(row, anchor, outlet.language, mark)
    edited = row.get("edited")
    later = f"+{day}" if day else ""
    unknown = set(row.get("topics", ())) - set(TOPICS)
    if unknown:
        raise ValueError(f"{outlet.slug}/{row['key']}: unknown topics {sorted(unknown)}")
    return DemoArticle(
        key=row["key"] + later + (f"#{copy}" if copy else ""),
        outlet=outlet.slug,
        url=base + _path(outlet, {**row, "key": row["key"] + later}, published, copy),
        published_at=published,
        text=_clean(text),
        as_written=text,
        dateline=row.get("dateline", ""),
        section=row.get("section", "Thời sự"),
        language=outlet.language,
        relevance=cast(Relevance, row["relevance"]),
        places=tuple(row.get("places", ())),
        topics=tuple(row["topics"]),
        tone=row["tone"],
        story=row["story"] + later if row.get("story") else "",
        reprint_of=row["reprint_of"] + later if row.get("reprint_of") else "",
        edited=_clean(_text({**row, **edited}, anchor, outlet.language, mark)) if edited else None,
        vanishes=row.get("vanishes", False),
        copy=copy,
        day=day,
    )


_KHMER_DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
COPY_MARK: Mapping[Language, str] = {"vi": "Bản số {}.", "en": "Copy number {}.", "km": "ច្បាប់លេខ {}។"}
DAY_MARK: Mapping[Language, str] = {"vi": "Tin của ngày thứ {}.", "en": "News of day {}.", "km": "ព័ត៌មានថ្ងៃទី {}។"}


def _text(row: Mapping[str, Any], anchor: datetime, language: Language, mark: str) -> Text:
    days = _days(anchor, language)
    title, lead, body = (_filled(row[part], days) for part in ("title", "lead", "body"))
    lines = [" ".join(line.split(" ")).strip() for line in body.splitlines() if line.strip()]
    if mark:
        lines.append(mark)
    return Text(title.strip(), " ".join(lead.split()), "\n".join(lines))


def _clean(text: Text) -> Text:
    return Text(*(part.replace("\u200b", "") for part in (text.title, text.lead, text.body)))


def _days(anchor: datetime, language: Language) -> dict[str, str]:
    today = anchor.astimezone(VIETNAM).date()
    days = [today - timedelta(days=back) for back in range(10)]
    if language == "en":
        return {f"{{d-{back}}}": f"{day:%B} {day.day}" for back, day in enumerate(days)}
    written = {f"{{d-{back}}}": f"{day.day}/{day.month}" for back, day in enumerate(days)}
    return {key: day.translate(_KHMER_DIGITS) for key, day in written.items()} if language == "km" else written


def _filled(text: str, days: Mapping[str, str]) -> str:
    for placeholder, day in days.items():
        text = text.replace(placeholder, day)
    return unicodedata.normalize("NFC", text)


def slug(text: str) -> str:
    """Return the ASCII form of a Vietnamese or English text as outlets write it into their addresses."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:90].strip("-")


def _path(outlet: DemoOutlet, row: Mapping[str, Any], published: datetime, copy: int) -> str:
    local = published.astimezone(VIETNAM)
    number = f"{zlib.crc32(row['key'].encode()) % 900_000 + 100_000}" + (f"{copy:04d}" if copy else "")
    title = re.sub(r"\{d-\d\}", " ", row["title"])
    return outlet.url.format(
        slug=slug(title) or "article",
        section=slug(row.get("section", "Thời sự")) or "tin",
        id=number,
        hex=hashlib.sha256(f"{row['key']}{copy}".encode()).hexdigest()[:7],
        ym=f"{local:%Y%m}",
        ymd=f"{local:%Y%m%d}",
        ymdhm=f"{local:%y%m%d%H%M}",
    )
