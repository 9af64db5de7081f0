"""Exports: each format is read back by the reader its users have, and hands on what was asked and nothing else."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import docx
import feedparser
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from warcio.archiveiterator import ArchiveIterator

import cli
from pipeline.export import FORMATS, pieces
from pipeline.export.about import About
from pipeline.export.comma import COLUMNS
from press import Article, Place, TopicTag
from storage import coverage
from storage.coverage.stories import Membership, assign
from storage.people import audit
from tests.support.archives import at, link, store
from tests.support.webhouse import NOW, House, house

pytestmark = pytest.mark.slow

QUERY = 'nước mặn place:"Trần Đề"'
ARTICLE_FORMATS = [name for name, kind in FORMATS.items() if kind.stream or kind.file]
HOSTILE = '=HYPERLINK("http://x","<b>&amp;")\x01'


def about(count: int, query: str = QUERY) -> About:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    return About(query, NOW, count, zone, {"bao-mot": "Báo Một"}, address="http://127.0.0.1/export.atom?q=x")


def article(number: int = 1, **more: object) -> Article:
    made = Article(
        id=number,
        url=f"https://bao-mot.vn/bai-{number}.html?a=1&b=2",
        outlet="bao-mot",
        title=f"Hạn mặn ở Trần Đề, bài {number}",
        lead="Sáng nay, nước mặn lên cao.",
        body="TOÀN VĂN",
        language="vi",
        published_at=NOW - timedelta(hours=number),
        fetched_at=NOW,
        relevance="focus",
        topics=(TopicTag("environment", 0.8, ("mặn",)), TopicTag("agriculture", 0.6)),
        tone=-1,
        places=(Place("xã Trần Đề", "31673", "Trần Đề", "unit word"),),
        story=7,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def made(form: str, articles: Iterable[Article], said: About) -> bytes:
    kind = FORMATS[form]
    return b"".join(kind.stream(said, articles) if kind.stream else pieces(kind.file(said, articles)))  # type: ignore[misc]


def test_csv_is_a_row_an_article_with_what_was_asked() -> None:
    whole = made("csv", [article(1), article(2, story=None, tone=None, published_at=None)], about(2))
    assert whole.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(whole.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["id"] for row in rows] == ["1", "2"]
    first = rows[0]
    assert (first["title"], first["outlet_name"]) == ("Hạn mặn ở Trần Đề, bài 1", "Báo Một")
    assert (first["topics"], first["tone"], first["places"]) == ("environment; agriculture", "negative", "xã Trần Đề")
    assert first["published_at"] == "2026-08-05T06:00:00+07:00"
    assert (first["query"], first["count"], first["exported_at"]) == (QUERY, "2", "2026-08-05T07:00:00+07:00")
    assert (rows[1]["story"], rows[1]["tone"], rows[1]["published_at"]) == ("", "none", "")


@given(st.text(st.characters(codec="utf-8"), max_size=20), st.sampled_from(["", *"=+-@\t\r"]), st.integers(0, 3))
def test_no_cell_of_csv_is_computed(text: str, begin: str, which: int) -> None:
    hostile = begin + text
    own = replace(article(), **{("title", "lead", "outlet", "url")[which]: hostile})
    (row,) = list(csv.reader(io.StringIO(made("csv", [own], about(1, hostile)).decode("utf-8-sig"), newline="")))[1:]
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    read = row[COLUMNS.index(("title", "lead", "outlet", "url")[which])]
    assert read in (hostile, f"'{hostile}")


def test_xlsx_is_texts_and_real_times_with_the_counts_beside() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx", [article(1, title=HOSTILE), article(2)], about(2))))
    sheet, second = book.worksheets
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:4] == ("Báo", "Thời điểm đăng", "Tiêu đề", "Sa-pô")
    assert rows[1][:2] == ("Báo Một", datetime(2026, 8, 5, 6, 0))  # noqa: DTZ001 - a cell has no zone
    assert {cell.data_type for row in sheet.iter_rows(min_row=2, min_col=3, max_col=3) for cell in row} == {"s"}
    assert rows[1][2].startswith('=HYPERLINK("http://x"')
    assert len(rows) == 3
    said = dict(second.iter_rows(values_only=True, max_col=2))
    assert (said["Câu tìm"], said["Số bài"], said["Thời điểm xuất"]) == (QUERY, 2, "07:00, 5/8/2026")
    assert (said["Báo Một"], said["▼ tiêu cực"], said["Nông nghiệp, thủy sản"]) == (2, 2, 2)


def test_jsonl_is_the_contracts_objects_after_a_line_about_them() -> None:
    first, *rest = [json.loads(line) for line in made("jsonl", [article(1), article(2)], about(2)).splitlines()]
    assert first == {"query": QUERY, "exported_at": NOW.isoformat(), "count": 2}
    assert [row["id"] for row in rest] == [1, 2]
    assert rest[0]["topics"][0] == {"id": "environment", "score": 0.8, "evidence": ["mặn"]}


def test_every_id_of_an_atom_export_is_an_iri() -> None:
    tree = etree.fromstring(made("atom", [article(1), article(2)], about(2)))
    ids = [element.text or "" for element in tree.iter("{http://www.w3.org/2005/Atom}id")]
    assert len(ids) == 1 + 2 * 2, "of the feed, of each entry and of its source"
    assert all(re.match(r"[a-z][a-z0-9+.-]*:\S+\Z", one) for one in ids), ids


def test_atom_is_read_by_a_feed_reader() -> None:
    read = feedparser.parse(made("atom", [article(1, title=HOSTILE), article(2)], about(2)))
    assert not read.bozo
    assert QUERY in read.feed.title
    assert read.feed.subtitle == "2 bài, 07:00, 5/8/2026"
    first, second = read.entries
    assert first.title.startswith("=HYPERLINK")
    assert second.link == second.id == "https://bao-mot.vn/bai-2.html?a=1&b=2"
    assert (second.published, second.source.title) == ("2026-08-05T05:00:00+07:00", "Báo Một")
    assert [tag.term for tag in second.tags] == ["environment", "agriculture"]
    assert not [key for entry in read.entries for key in entry if "author" in key]


def test_the_clipping_book_opens_with_title_contents_and_links() -> None:
    articles = [article(1, title="<Mặn> & \x02ngọt"), article(2), article(30)]
    whole = made("docx", articles, about(3))
    book = docx.Document(io.BytesIO(whole))
    texts = [paragraph.text for paragraph in book.paragraphs]
    assert texts[:2] == ["ĐIỂM BÁO", "TỔNG HỢP TIN, BÀI BÁO CHÍ"]
    assert texts[2:5] == [f"Câu tìm: {QUERY}", "Thời điểm lập: 07:00, 5/8/2026", "Số bài: 3 (số báo: 1)"]
    by_style = {style: [p for p in book.paragraphs if p.style.name == style] for style in ("Contents", "Heading 1")}
    assert [p.text for p in by_style["Heading 1"]] == ["Mục lục", "Thứ Tư, 5/8/2026", "Thứ Ba, 4/8/2026"]
    contents = [p.hyperlinks[0] for p in by_style["Contents"]]
    assert contents[0].text.startswith("1. <Mặn> & ngọt – Báo Một")
    marks = {mark.get(f"{{{mark.nsmap['w']}}}name") for mark in book.element.iter("{*}bookmarkStart")}
    assert {one.fragment for one in contents} <= marks
    headings = [p.text for p in book.paragraphs if p.style.name == "Heading 2"]
    assert headings[1:] == ["2. Hạn mặn ở Trần Đề, bài 2", "3. Hạn mặn ở Trần Đề, bài 30"]
    links = [p.hyperlinks[0].address for p in book.paragraphs if p.style.name == "Link"]
    assert links == [one.url for one in articles]
    assert "Báo Một · 05:00, 5/8/2026" in texts
    tags = next(text for text in texts if text.startswith("Lĩnh vực"))
    assert tags.endswith("Sắc thái: ▼ tiêu cực · Địa danh: xã Trần Đề · Mức liên quan: nói riêng về địa bàn")
    with zipfile.ZipFile(io.BytesIO(whole)) as parts:
        assert not parts.testzip()
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(parts.read(name))


@pytest.mark.slow
@pytest.mark.parametrize("form", ARTICLE_FORMATS)
def test_a_large_export_needs_no_more_memory_than_a_small_one(form: str) -> None:
    held: list[int] = []

    def articles() -> Iterator[Article]:
        for number in range(8_000):
            if number % 500 == 0:
                pages = int(Path("/proc/self/statm").read_text().split()[1])
                held.append(pages * os.sysconf("SC_PAGE_SIZE"))
            yield article(number, lead="Nước mặn lên cao. " * 20)

    kind, said = FORMATS[form], about(8_000)
    for _ in kind.stream(said, articles()) if kind.stream else pieces(kind.file(said, articles())):  # type: ignore[misc]
        pass
    assert max(held[2:]) - held[2] < 4_500_000, [round(one / 1e6) for one in held]


# -- of an archive


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    """A house whose archive holds three articles, two of them of one story."""
    with house(tmp_path) as found:
        ids = [
            store(found.archive, link(1), at(-3), title="Nước mặn vào sâu", published_at=at(-3), body="TOÀN VĂN"),
            store(found.archive, link(2, "bao-hai"), at(-2), title="Nước mặn lên cao", published_at=at(-2)),
            store(found.archive, link(3), at(-1), title="Khai giảng", published_at=at(-1), lead="", body="Trường."),
        ]
        with found.archive.begin() as db:
            story = assign(db, [Membership(ids[0], None)], NOW)[ids[0]]
            assign(db, [Membership(ids[1], story, ids[0]), Membership(ids[2], None)], NOW)
        found.site.index.catch_up()
        yield found


def last_act(home: House) -> audit.Entry:
    with home.archive.read() as db:
        return audit.entries(db, limit=1)[0]


@pytest.mark.parametrize("form", ARTICLE_FORMATS)
def test_pages_and_keys_export_and_the_log_knows(home: House, form: str) -> None:
    client, key = home.browser("analyst"), home.key("analyst", "export")
    answer = client.get(f"/export.{form}", params={"q": "nuoc man"})
    assert answer.status_code == 200
    assert answer.headers["x-articles"] == "2"
    assert answer.headers["content-disposition"] == f'attachment; filename="diem-bao-20260805-0700.{form}"'
    assert answer.headers["content-type"] == FORMATS[form].media
    assert "TOÀN VĂN".encode() not in answer.content
    act = last_act(home)
    assert (act.who, act.action, act.target) == ("analyst@example.vn", "exported", "nuoc man")
    assert act.details == {"format": form, "count": 2}
    assert home.anonymous().get(f"/api/v1/export.{form}?q=x", headers=key).status_code == 200
    if FORMATS[form].file:
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_an_export_is_in_the_order_asked_and_of_a_story(home: House) -> None:
    client = home.browser("analyst")
    rows = [json.loads(line) for line in client.get("/export.jsonl").text.splitlines()]
    assert [row.get("title") for row in rows[1:]] == ["Khai giảng", "Nước mặn lên cao", "Nước mặn vào sâu"]
    story = rows[-1]["story"]
    of_story = [json.loads(line) for line in client.get(f"/export.jsonl?story={story}").text.splitlines()]
    assert of_story[0]["query"] == f"story {story}: Nước mặn vào sâu"
    assert [row["outlet"] for row in of_story[1:]] == ["bao-mot", "bao-hai"]
    assert client.get("/export.jsonl?story=999").status_code == 422
    assert client.get("/export.csv?q=" + '"khong dong').status_code == 422
    assert client.get("/export.pdf").status_code == 422


def test_stored_pages_are_administrators_evidence(home: House) -> None:
    answer = home.browser("admin").get("/export.warc", params={"q": "Nước mặn"})
    records = [
        (one.rec_type, one.rec_headers, one.http_headers, one.content_stream().read())
        for one in ArchiveIterator(io.BytesIO(answer.content), check_digests="raise")
    ]
    assert [kind for kind, *_ in records] == ["warcinfo", "response", "response"]
    assert "query: Nước mặn".encode() in records[0][3]
    assert b"articles: 2" in records[0][3]
    _, headers, http, body = records[2]
    assert headers.get_header("WARC-Target-URI") == "https://bao-mot.vn/bai-1.html?rss"
    assert headers.get_header("WARC-Date") == "2026-08-04T21:00:00Z"
    assert http.get_statuscode() == "200"
    assert b"TO\xc3\x80N V\xc4\x82N" in body
    assert last_act(home).details == {"format": "warc", "count": 2}


@pytest.mark.parametrize("form", FORMATS)
def test_who_may_not_export_gets_nothing(home: House, form: str) -> None:
    reader = home.browser("reader").get(f"/export.{form}")
    assert (reader.status_code, last_act(home).action) == (403, "refused")
    nobody = home.anonymous()
    assert nobody.get(f"/export.{form}").status_code == 303
    assert nobody.get(f"/api/v1/export.{form}").status_code == 401
    path = f"/api/v1/export.{form}"
    assert nobody.get(path, headers=home.key("admin", "read", "correct", "subscribe")).status_code == 403
    assert nobody.get(path, headers=home.key("reader", "export", "admin")).status_code == 403
    assert nobody.get(f"/export.{form}", headers=home.key("admin", "export", "admin")).status_code == 303
    if form == "warc":
        assert home.browser("editor").get("/export.warc").status_code == 403
        assert nobody.get(path, headers=home.key("analyst", "export", "admin")).status_code == 403
        assert nobody.get(path, headers=home.key("admin", "export")).status_code == 403


def test_the_page_offers_the_formats_and_shows_how_far_an_export_is(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, other = home.browser("analyst"), home.browser("analyst", "khac@example.vn")
    page = client.get("/export", params={"q": "nuoc man"})
    assert "<b>2</b> bài" in page.text
    links = re.findall(r'href="(/export\.\w+\?[^"]+)"', page.text)
    assert [re.findall(r"\.(\w+)", path)[0] for path in links] == ["docx", "xlsx", "csv", "jsonl", "atom"]
    assert client.get(links[2].replace("&amp;", "&")).headers["x-articles"] == "2"
    assert client.get("/export?story=1").status_code == 200
    seen: list[str] = []
    load = coverage.articles.load_articles

    def looked_at(*asked: Any) -> list[Article]:
        seen.extend(one.get("/export/running").text for one in (client, other))
        return load(*asked)

    monkeypatch.setattr("storage.coverage.articles.load_articles", looked_at)
    client.get("/export.xlsx")
    assert "Đang xuất xlsx: 0 / 3 bài" in seen[0]
    assert "Đang xuất" not in seen[1] + client.get("/export/running").text


def test_an_export_waits_for_a_whole_index(home: House) -> None:
    home.site.index.drop()
    assert home.browser("analyst").get("/export.csv").status_code == 503
    answer = home.anonymous().get("/api/v1/export.csv", headers=home.key("analyst", "export"))
    assert "being built" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "60"


def test_the_command_line_exports_a_file_whole(home: House, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "settings.toml"
    text = '[storage]\nurl = "sqlite:///web.db"\n[crawl]\noutlets = []\ncontact = "x@example.vn"\n'
    settings.write_text(text, encoding="utf-8")
    out = tmp_path / "bai.xlsx"
    common = ["--settings", str(settings), "--now", "2026-08-05T07:00:00+07:00"]
    assert cli.main(["export", "nuoc man", "--format", "xlsx", "--output", str(out), *common]) == 0
    assert openpyxl.load_workbook(out).worksheets[0].max_row == 3
    act = last_act(home)
    assert (act.who, act.action, act.details) == ("terminal", "exported", {"format": "xlsx", "count": 2})
    capfd.readouterr()
    assert cli.main(["export", "--format", "jsonl", *common]) == 0
    shown = capfd.readouterr()
    assert len(shown.out.splitlines()) == 4
    assert shown.err == "3 articles exported\n"
    assert cli.main(["export", '"dở dang', "--format", "csv", *common]) == 2
    gone = tmp_path / "không" / "có.csv"
    assert cli.main(["export", "--format", "csv", "--output", str(gone), *common]) == 1
