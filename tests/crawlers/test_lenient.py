"""What every browser shows is read, what is not the article asked for is not: one crawl of a careless press."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler

import pytest

from crawlers.fetching.refresh import sent_on
from crawlers.gone import another_page
from crawlers.outcomes import Answer, article_trouble, feed_trouble
from press import Feed, Link, Outlet, Section
from press.markup import is_whole
from tests.support.crawlers_press import PAGE, Heard, Route, Site, answer, heard, job, reading, rss, site

pytestmark = pytest.mark.server

WHOLE = PAGE.format("một bài")
FEED = "application/rss+xml"


def _too_long(body: str, kind: str = "text/html; charset=utf-8") -> Route:
    """A length larger than the document, then the connection ends."""

    def route(request: BaseHTTPRequestHandler) -> None:
        answer(body, kind=kind, Content_Length=str(len(body.encode()) + 37))(request)
        request.close_connection = True

    return route


def _unended(body: str) -> Route:
    """Chunks whose last one never comes."""

    def route(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/html; charset=utf-8")
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        data = body.encode()
        request.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        request.close_connection = True

    return route


REFRESH = '<html><head><meta http-equiv="refresh" content="{}"></head><body></body></html>'
AGAIN = ("/long", "/chunks", "/cut")
PAGES = ("/gzip-claimed", "/gzip-silent", "/203", "/meta", "/header", "/base", "/shows", *AGAIN)


def _routes(served: Site) -> dict[str, Route]:
    packed = gzip.compress(WHOLE.encode())
    return {
        "/long": _too_long(WHOLE),
        "/chunks": _unended(WHOLE),
        "/cut": _too_long(WHOLE[:-20]),
        "/gzip-claimed": answer(WHOLE, Content_Encoding="gzip"),
        "/gzip-silent": answer(packed),
        "/203": answer(WHOLE, 203),
        "/meta": answer(REFRESH.format("0; url=/tin/moi-12345.html")),
        "/header": answer("<html></html>", Refresh="1;url='/tin/moi-23456.html'"),
        "/base": answer("<base href='/tin/'>" + REFRESH.format("0;URL=moi-34567.html")),
        "/tin/bai-12345.html": answer("", 302, Location="/"),
        "/thoi-su/bai-12345.html": answer("", 302, Location="/thoi-su"),
        "/xa-hoi/bai-12345.html": answer("", 302, Location="/muc/moi.html"),
        "/loi/bai-12345.html": answer("", 302, Location="/404.html"),
        "/kin/bai-12345.html": answer("", 302, Location="/dang-nhap?tiep=/kin"),
        "/shows": answer("", 301, Location="/dai/han-man"),
        "/dai/han-man": answer(WHOLE),
        "/tin/404-12345.html": answer("<title>Không tìm thấy trang | Báo</title><p>x</p>" + WHOLE),
        "/list-long": _too_long(rss(served.base, "/gzip-claimed"), FEED),
        "/list-moved": answer("", 301, Location="/list-there"),
        "/list-there": answer(rss(served.base, "/203"), kind=FEED),
        "/list-away": answer("", 302, Location="/list-there"),
        "/list-refresh": answer(REFRESH.format("0;url=/list-there")),
        "/list-map": answer(f"<urlset><url><loc>{served.base}/203</loc></url></urlset>"),
        "/list-check": answer("<html><head><script>eval(atob('eA=='))</script></head><body></body></html>"),
    }


LISTS = ("/list-long", "/list-moved", "/list-away", "/list-refresh", "/list-map", "/list-check")
GONE = {
    "/tin/bai-12345.html": "gone: led to a front page",
    "/thoi-su/bai-12345.html": "gone: led to a list",
    "/xa-hoi/bai-12345.html": "gone: led to a list",
    "/loi/bai-12345.html": "gone: led to an error page",
    "/kin/bai-12345.html": "blocked: led to a login",
    "/tin/404-12345.html": "gone: the page says 'Không tìm thấy trang'",
}


@dataclass
class Crawled:
    served: Site
    first: Heard
    second: Heard


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("lenient")
    with site() as served:
        served.routes |= _routes(served)
        outlet = Outlet("o", "o", "vi", "central", sections=(Section(served.base + "/thoi-su", "a"),))
        due = [reading(served.base + path) for path in (*PAGES, *GONE)]
        due = [replace(one, link=replace(one.link, title="một bài")) if "shows" in one.link.url else one for one in due]
        feeds = tuple(Feed("o", "feed", served.base + path) for path in LISTS)
        first = heard(replace(job(*feeds, readings=tuple(due)), outlets={"o": outlet}), folder, follow=False)
        again = tuple(replace(reading(served.base + path), attempt=1) for path in AGAIN)
        yield Crawled(served, first, heard(job(readings=again), folder))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_browsers_show_is_read(crawled: Crawled, path: str) -> None:
    url = crawled.served.base + path
    if path in AGAIN:
        outcome, _ = crawled.first.failed[url]
        assert (outcome.kind, outcome.reason) == ("later", "truncated answer")
    if path == "/cut":  # however often it comes, half a page is half a page
        assert crawled.second.failed[url][0].reason == "truncated answer"
        return
    page = (crawled.second if path in AGAIN else crawled.first).pages[url]
    assert "Xã Cù Lao Dung hôm nay có nắng.".encode() in page.body
    moved = {"/meta": "moi-12345", "/header": "moi-23456", "/base": "moi-34567", "/shows": "han-man"}
    assert moved.get(path, path) in page.final_url


@pytest.mark.parametrize("path", GONE)
def test_what_an_address_leads_to_may_be_no_article(crawled: Crawled, path: str) -> None:
    outcome, _ = crawled.first.failed[crawled.served.base + path]
    assert (outcome.kind, outcome.reason) == ("never", GONE[path])


def test_lists_that_are_whole_moved_or_checked(crawled: Crawled) -> None:
    base = crawled.served.base
    read = {path: crawled.first.feed(base + path) for path in LISTS}
    for path in LISTS[:-1]:
        assert (read[path].outcome.kind, len(read[path].links), read[path].problems) == ("done", 1, ())
    assert read["/list-long"].feed.sha256
    assert [read[path].moved for path in LISTS[:-1]] == ["", base + "/list-there", "", "", ""]
    assert read["/list-check"].outcome.reason == "blocked: a challenge page"


def _answer(body: str, url: str = "https://baothu.vn/tin/bai-12345.html", **headers: str) -> Answer:
    return Answer(url, 200, {"content-type": "text/html", **headers}, body.encode())


@pytest.mark.parametrize(
    ("content", "target"),
    [
        ("0; url=/a", "https://baothu.vn/a"),
        ("0;URL='b.html'", "https://baothu.vn/tin/b.html"),
        ('3, url="https://www.baothu.vn/c"', "https://www.baothu.vn/c"),
        ("0 /d", "https://baothu.vn/d"),
        ("300; url=/a", ""),
        ("0", ""),
        ("0; url=https://khac.vn/a", ""),
        ("0; url=bai-12345.html", ""),
        ("0; url=javascript:alert(1)", ""),
    ],
)
def test_a_page_sends_its_reader_on(content: str, target: str) -> None:
    quoted = content.replace('"', "&quot;")
    assert sent_on(_answer(f'<head><META HTTP-EQUIV="Refresh" CONTENT="{quoted}">')) == target
    assert sent_on(_answer("<p>x</p>", refresh=content)) == target
    assert sent_on(_answer(f'<noscript><meta http-equiv="refresh" content="{quoted}"></noscript>')) == ""
    assert sent_on(_answer(f'<!-- <meta http-equiv="refresh" content="{quoted}"> -->')) == ""


CHECKS = (
    "<script>document.cookie='a=1';location.reload()</script>",
    "<html><head><title>x</title></head><body><script src='/_check.js'></script></body></html>",
    "<body onload='go()'><script>function go(){location.href='/?t='+h()}</script><noscript>Bật JavaScript</noscript>",
    "<script>setTimeout(function(){fetch('/t')},9)</script>Đang kiểm tra trình duyệt, xin chờ vài giây.",
)


@pytest.mark.parametrize("body", CHECKS)
def test_a_bot_check_answered_with_200_is_a_block(body: str) -> None:
    for trouble in (article_trouble(_answer(body)), article_trouble(_answer(body), again=True)):
        assert trouble is not None
        assert trouble.reason == feed_trouble(_answer(body)) == "blocked: a challenge page"


@pytest.mark.parametrize("body", CHECKS)
def test_a_page_cut_off_behind_its_scripts_is_read_again(body: str) -> None:
    """Its article may have stood in what did not come: taken for a bot check it would be lost for good."""
    trouble = article_trouble(replace(_answer(body), truncated=True))
    assert trouble is not None
    assert (trouble.kind, trouble.reason) == ("later", "truncated answer")


def test_a_head_alone_is_a_page_that_was_cut_off_whatever_its_length_says() -> None:
    head = '<html><head><title>Tin</title><meta name="keywords"><script>var a = 1</script>' + "<!-- -->" * 9
    trouble = article_trouble(_answer(head))
    assert trouble is not None
    assert (trouble.kind, trouble.reason) == ("later", "truncated answer")


@pytest.mark.parametrize(
    "body",
    [
        "<div id='app'></div><script src='/app.js'></script>",
        "<script type='application/ld+json'>{}</script><script>x()</script>",
        "<script>x()</script><h1>Ảnh</h1><figure><img src='a.jpg'></figure>",
        "<script>x()</script>" + "Một bài viết không có thẻ đoạn văn nào. " * 9,
        "<rss><channel></channel></rss>",
    ],
)
def test_a_page_with_something_in_it_is_none(body: str) -> None:
    assert article_trouble(_answer(body)) is None


@pytest.mark.parametrize(
    ("head", "gone"),
    [
        ("<title>404 Not Found</title>", True),
        ("<title>Báo Thử - Trang bạn tìm kiếm không tồn tại</title>", True),
        ("<h1>Bài viết này đã bị xóa</h1>", True),
        ("<h2>Xin lỗi, nội dung bạn đang tìm không còn tồn tại</h2>", True),
        ("<title>Page not found | Báo Thử</title>", True),
        ("<title>Không tìm thấy nạn nhân vụ chìm sà lan - Báo Thử</title>", False),
        ("<title>404 héc ta lúa mất trắng vì hạn mặn</title>", False),
        ("<h1>Trang web giả mạo ngân hàng đã bị xóa</h1>", False),
    ],
)
def test_a_page_may_say_that_there_is_no_article(head: str, gone: bool) -> None:
    link = Link("https://baothu.vn/tin/bai-12345.html", "https://baothu.vn/tin/bai-12345.html", "o")
    assert (another_page(link, _answer(head), None) is not None) is gone
    titled = replace(link, title=head.partition(">")[2].partition("<")[0])
    assert another_page(titled, _answer(head), None) is None


@pytest.mark.parametrize(
    ("asked", "final", "gone"),
    [
        ("/tin/bai-12345.html", "/thoi-su/tin-moi-12345.html", False),
        ("/tin/bai-12345.html", "/index.html", True),
        ("/bai-ve-han-man-o-song/amp/", "/bai-ve-han-man-o-song/", False),
        ("/bai-ve-han-man-o-song?x=1", "/bai-ve-han-man-o-song/", False),
        ("/tin/bai-12345.html", "/tin.html", True),
        ("/tin/bai-12345.html", "/tin/", True),
        ("/", "/vi/", False),
        ("/han-man", "/moi/han-man", False),
    ],
)
def test_where_an_address_may_lead(asked: str, final: str, gone: bool) -> None:
    url = f"https://baothu.vn{asked}"
    answer_there = _answer("<h1>x</h1>", f"https://baothu.vn{final}")
    assert (another_page(Link(url, url, "o"), answer_there, None) is not None) is gone


def test_whole_documents() -> None:
    assert is_whole(b"<html></html>\n<!-- x -->")
    assert is_whole(b"<rss></RSS >")
    assert not is_whole(b"<html><p>x")
