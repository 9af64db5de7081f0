# ruff: noqa: E501  (pages are easier to read in one line)
"""What a page is that is no article, or not all of one; and texts that stand beside the HTML."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.reading import kinds
from analysis.reading.extract import extract
from errors import NotArticle
from press import Draft, Link

URL = "https://baovidu.example.vn/tin/bai-1.html"
TITLE = "Xã cù lao khánh thành trạm cấp nước sạch sau hai năm chờ đợi"
STORY = [
    "Sáng 5/8, hơn ba trăm hộ dân ở ấp cuối lần đầu được dùng nước máy, sau hai năm chờ đường ống vượt qua con rạch lớn.",
    "Trạm có công suất 500 m3 mỗi ngày, lấy nước ngầm ở độ sâu 120 m, kinh phí 4,2 tỷ đồng do ngân sách và người dân cùng góp.",
    "Trước đây bà con phải đổi nước ghe với giá 60.000 đồng một khối, mùa khô có khi chờ cả tuần mới tới lượt nhà mình.",
    "Chính quyền xã cho biết giai đoạn hai sẽ kéo ống tới hai ấp còn lại, dự kiến xong trước Tết Nguyên đán năm sau.",
]
TEXT = "".join(f"<p>{line}</p>" for line in STORY)
MENU = "".join(
    f"<li><a href='/{n}'>{name}</a></li>" for n, name in enumerate(["Thời sự", "Kinh tế", "Văn hóa", "Pháp luật"] * 9)
)
LINKS = [f"<a href='/bai-{n}.html'>Một bài báo số {n} của chuyên mục thời sự</a>" for n in range(12)]
SUMMARY = "Tóm tắt của một bài báo khác, dài vừa đủ để trông như một đoạn văn thật."


def page(body: str, *, title: str = TITLE, head: str = "") -> bytes:
    return f"<!doctype html><html><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


def read(body: str, *, title: str = TITLE, head: str = "") -> Draft:
    return extract(page(body, title=title, head=head), URL)


NO_ARTICLES = {
    "teasers": (f"<h1>Thời sự</h1>{''.join(f'<div><h3>{a}</h3><p>{SUMMARY}</p></div>' for a in LINKS)}", "Thời sự - Báo Ví Dụ", kinds.LIST),
    "bare links": (f"<ul>{''.join(f'<li>{a}</li>' for a in LINKS)}</ul>", "Tin tức", kinds.LIST),
    "no heading": ("".join(f"<div class='n'>{a}<span>{SUMMARY}</span></div>" for a in LINKS), "Tin tức - Sự kiện", kinds.LIST),
    "linked headline first": (f"<h1>{LINKS[0]}</h1><p>{SUMMARY}</p>{''.join(f'<div>{a}</div>' for a in LINKS)}", "Báo Ví Dụ", kinds.LIST),
    "gone": ("<h1>404</h1><p>Trang bạn yêu cầu không tồn tại hoặc đã bị xóa.</p>", "Báo Ví Dụ", kinds.GONE),
    "gone in a frame": (f"<ul>{MENU}</ul><h2>Thông báo</h2><p>Bài viết không tồn tại hoặc đã bị gỡ bỏ.</p>", "Báo Ví Dụ", kinds.GONE),
    "gone in English": ("<h1>Page not found</h1><p>Go back to the home page.</p>", "Example", kinds.GONE),
    "challenge": ("<h1>Checking your browser before accessing the site</h1><p>Please wait</p>", "Just a moment...", kinds.CHALLENGE),
    "challenge by script": ("<script>document.cookie='D1N=1';window.location.reload(true)</script>", "", kinds.CHALLENGE),
    "login": ("<h1>Đăng nhập</h1><form><input name=u><input type=password></form>", "Đăng nhập - Báo Ví Dụ", kinds.LOGIN),
    "for members": ("<h3>Nội dung dành riêng cho thành viên</h3><p>Vui lòng đăng nhập để xem.</p><form><input type=password></form>", "Báo Ví Dụ", kinds.LOGIN),
    "nothing": ("<div id='app'></div>", "", kinds.NOTHING),
    "the name of the site behind a menu": (f"<div id='app'></div><ul>{MENU}</ul>", "Cổng thông tin điện tử xã Ví Dụ", kinds.NOTHING),
    "the name of the paper": (f"<div id='app'></div><ul>{MENU}</ul><script src='/a.js'></script>", "Báo Ví Dụ", kinds.NOTHING),
    "under repair": ("<h1>Hệ thống đang bảo trì</h1><p>Mời bạn đọc quay lại sau ít phút.</p>", "Báo Ví Dụ", kinds.CLOSED),
    "an error of the server": ("<h1>500 Internal Server Error</h1><hr>nginx", "500 Internal Server Error", kinds.CLOSED),
    "put in its place by the host": ("<h1>Account Suspended</h1><p>This Account has been suspended.</p>", "Account Suspended", kinds.CLOSED),
    "the server's own page": ("<h1>Welcome to nginx!</h1><p>If you see this page, the web server works.</p>", "Welcome to nginx!", kinds.CLOSED),
    "a folder": ("<h1>Index of /tin</h1><ul><li><a href='/'>Parent Directory</a></ul>", "Index of /tin", kinds.CLOSED),
    "a domain that ran out": ("<h1>Tên miền này đã hết hạn</h1><p>Liên hệ nhà cung cấp.</p>", "Website", kinds.CLOSED),
    "refused by a firewall": ("The requested URL was rejected. Your support ID is: 12", "Request Rejected", kinds.CHALLENGE),
    "asked to be no robot": ("<h3>Vui lòng xác nhận bạn không phải là robot</h3><form><button>Tiếp tục</button></form>", "Xác nhận", kinds.CHALLENGE),
    "what a search found": (f"<h1>Kết quả tìm kiếm cho “nước máy cù lao”</h1>{''.join(f'<div><h3>{a}</h3><p>{SUMMARY}</p></div>' for a in LINKS)}", "Tìm kiếm", kinds.LIST),
    "a notice and no line besides": (f"<ul>{MENU}</ul><h2>Thông báo</h2><p>Bài viết này hiện không khả dụng.</p>", "Thông báo - Báo Ví Dụ", kinds.GONE),
    "only for browsers without scripts": ("<noscript><h1>Please enable JavaScript to view this page.</h1></noscript><div id=root></div>", "", kinds.NOTHING),
    "taken down": (f"<h1>{TITLE}</h1><p>Bài viết này đã được gỡ bỏ theo yêu cầu của cơ quan chức năng.</p>", TITLE, kinds.GONE),
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_ARTICLES)
def test_what_is_no_article_is_named(kind: str) -> None:
    body, title, reason = NO_ARTICLES[kind]
    with pytest.raises(NotArticle) as caught:
        read(body, title=title)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "notice", ["Bài viết đã bị gỡ.", "Tòa soạn đã gỡ bài viết này.", "Bài viết không còn tồn tại trên hệ thống."]
)
def test_a_notice_in_the_place_of_the_text_is_none_whatever_the_head_still_says(notice: str) -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-08-05T08:30:00+07:00"})
    head = f"<script type='application/ld+json'>{data}</script><meta name='description' content='{STORY[0]}'>"
    with pytest.raises(NotArticle) as caught:
        read(f"<article><h1>{TITLE}</h1><p>{notice}</p></article>", head=head)
    assert caught.value.reason == kinds.GONE
    draft = read(f"<article><h1>{TITLE}</h1>{TEXT}<p>{notice}</p></article>", head=head)
    assert draft.body.split("\n")[:3] == STORY[1:]  # its first paragraph is the lead


def test_a_headline_in_the_title_of_a_page_without_text_stays() -> None:
    assert read(f"<div id='app'></div><ul>{MENU}</ul>", title=f"{TITLE} - Báo Ví Dụ").title == TITLE


def test_a_section_with_a_long_name_is_told_by_its_address() -> None:
    body = f"<h1>Nông nghiệp - Nông thôn - Nông dân miền Tây</h1>{''.join(f'<div><h3>{a}</h3><p>{SUMMARY}</p></div>' for a in LINKS)}"
    with pytest.raises(NotArticle, match="a list"):
        extract(page(body), "https://baovidu.example.vn/chuyen-muc/nong-nghiep-5")
    story = f"<h1>{TITLE}</h1>{TEXT}{''.join(f'<div>{a}</div>' for a in LINKS)}"
    assert extract(page(story), "https://baovidu.example.vn/chu-de/nuoc-may-5.html").title == TITLE


def test_the_front_page_is_no_article() -> None:
    html = page(f"<h1>{TITLE}</h1><ul>{''.join(f'<li>{a}</li>' for a in LINKS)}</ul>", title="Báo Ví Dụ")
    for url in ("https://baovidu.example.vn/", "https://baovidu.example.vn/index.html"):
        with pytest.raises(NotArticle, match="front page"):
            extract(html, url)


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>{TITLE}</h1>{TEXT}<ul>{''.join(f'<li>{a}</li>' for a in LINKS)}</ul>",
        f"<h1>Nước sạch về ấp</h1>{TEXT}<ul>{''.join(f'<li>{a}</li>' for a in LINKS)}</ul>",
        f"<h1>{TITLE}</h1><p>Trang tin của xã không tồn tại lâu, nhưng 404 hộ dân vẫn đọc.</p>{TEXT}",
        f"<h1>Không tìm thấy hai thuyền viên mất tích trên biển</h1>{TEXT}",
    ],
)
def test_an_article_among_links_is_one(body: str) -> None:
    draft = read(body, title="Báo Ví Dụ")
    assert draft.body.endswith("\n".join(STORY))


@pytest.mark.shared
def test_real_lists_are_no_articles(shared_data: Path) -> None:
    for line in (shared_data / "gold" / "lists.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        html = gzip.decompress((shared_data / "pages" / gold["file"]).read_bytes())
        with pytest.raises(NotArticle, match="list"):
            extract(html, gold["url"])


@pytest.mark.parametrize(
    "body",
    [f"<ul>{MENU}</ul><h1>{TITLE}</h1>", f"<h1>{TITLE}</h1><div><img src='a.jpg'></div><ul>{MENU}</ul>", f"<ul>{MENU}</ul><h1>{TITLE}</h1><p>Ảnh: Lan Chi</p>",
     f"<h1>{TITLE}</h1><ul>{MENU}</ul><footer><p>Cơ quan chủ quản: Hội Ví Dụ. Giấy phép số 12/GP-BTTTT ngày 01/02/2020.</p></footer>"],
)  # fmt: skip
def test_a_menu_is_no_text(body: str) -> None:
    draft = read(body)
    assert (draft.title, draft.body) == (TITLE, "")
    assert "no body" in draft.problems


@pytest.mark.parametrize(
    "wall",
    [
        "Vui lòng đăng nhập để đọc tiếp bài viết này.",
        "Nội dung này chỉ dành cho thành viên VIP.",
        "Mua gói bạn đọc dài hạn để xem toàn bộ bài viết.",
        "Subscribe to continue reading.",
    ],
)
def test_a_teaser_is_told_and_its_wall_is_no_text(wall: str) -> None:
    draft = read(
        f"<h1>{TITLE}</h1><div class='article-content'><p>{STORY[0]}</p><p>{STORY[1]}</p><div>{wall}</div></div>"
    )
    assert draft.body == "\n".join(STORY[:2])
    assert kinds.PAYWALL in draft.problems


def test_what_is_sold_is_not_taken_from_the_page_s_data() -> None:
    data = {"@type": "NewsArticle", "headline": TITLE, "isAccessibleForFree": "False", "articleBody": "\n".join(STORY)}
    head = f"<script type='application/ld+json'>{json.dumps(data)}</script>"
    draft = read(f"<h1>{TITLE}</h1><p>{STORY[0]}</p>", head=head)
    assert draft.body == STORY[0]
    assert kinds.PAYWALL in draft.problems


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("<div class='pagination'><a href='bai-1.html?page=2'>2</a></div>", "https://baovidu.example.vn/tin/bai-1.html?page=2"),
        ("<div class='pagination'><a href='?page=2'>2</a></div>", "https://baovidu.example.vn/tin/bai-1.html?page=2"),
        ("<div class='phan-trang'><a href='/tin/bai-1-p2.html'>2</a></div>", "https://baovidu.example.vn/tin/bai-1-p2.html"),
        ('<a rel="next" href="https://baovidu.example.vn/tin/bai-1/2">Trang sau</a>', "https://baovidu.example.vn/tin/bai-1/2"),
        ("<div class='pagination'><a href='/tin/bai-khac.html'>2</a><a href='/tin/?page=2'>3</a></div>", ""),
    ],
)  # fmt: skip
def test_further_pages_are_told(link: str, told: str) -> None:
    draft = read(f"<h1>{TITLE}</h1><div class='article-content'>{TEXT}</div>{link}")
    assert [problem for problem in draft.problems if problem.startswith(kinds.CONTINUED)] == (
        [kinds.CONTINUED + told] if told else []
    )


NEXT = json.dumps(
    {
        "props": {
            "article": {"title": TITLE, "content": TEXT, "related": [{"title": "Tin khác dài dòng", "text": SUMMARY}]}
        }
    }
)
BLOCKS = json.dumps({"blocks": [{"type": "paragraph", "data": {"text": line}} for line in STORY]}, ensure_ascii=False)


@pytest.mark.parametrize(
    "script",
    [
        f'<script id="__NEXT_DATA__" type="application/json">{NEXT}</script>',
        f"<script>window.__NUXT__=(function(a,b){{return {{data:[{{body:{json.dumps(TEXT)}}}]}}}}(1,2))</script>",
        f"<script>window.__INITIAL_STATE__={BLOCKS};</script>",
        f"<script>self.__next_f.push([1,{json.dumps(NEXT)}])</script>",
        f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "headline": TITLE, "articleBody": chr(10).join(STORY)})}</script>',
        f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "headline": TITLE, "articleBody": TEXT.replace("<", "&lt;")})}</script>',
    ],
)  # fmt: skip
def test_a_text_that_stands_in_the_page_s_data_only_is_read(script: str) -> None:
    draft = read(f"<h1>{TITLE}</h1><div id='app'></div>{script}")
    assert draft.body.split("\n") == STORY


def test_a_state_of_strings_without_end_takes_no_long_time() -> None:
    for junk in ('"' * 400_000, '"\\' * 200_000, '{"a":"' + "x" * 900_000, '"' + '\\"' * 300_000):
        read(f"<h1>{TITLE}</h1><script>__NEXT_DATA__ {junk}</script>")


WORDS = st.text("ăâbcdđeêghiklmnoôơpqrstuưvxy ", min_size=4, max_size=40).map(str.strip).filter(len)


@settings(max_examples=40)
@given(st.lists(WORDS, min_size=1, max_size=3), WORDS.filter(lambda said: len(said) < 30))
def test_a_page_that_shows_no_date_and_hardly_a_text_is_no_article_whatever_it_says(
    lines: list[str], said: str
) -> None:
    body = f"<h1>{said}</h1>{''.join(f'<p>{line}.</p>' for line in lines)}"
    with pytest.raises(NotArticle):
        read(body, title=said)
    for more in ("<p>05/08/2026 08:30</p>", f"<div>{TEXT}</div>"):
        assert read(body.replace("</h1>", f"</h1>{more}"), title=said).title


def test_a_short_text_without_a_date_is_one_that_a_list_or_its_address_names() -> None:
    body = page(f"<h1>{TITLE}</h1><p>{SUMMARY}</p>")
    with pytest.raises(NotArticle, match=kinds.BARE):
        extract(body, URL)
    named = "https://baovidu.example.vn/tin/xa-cu-lao-khanh-thanh-tram-cap-nuoc-sach-sau-hai-nam-cho-doi-12.html"
    assert extract(body, named).title == TITLE
    assert extract(body, URL, link=Link(URL, URL, "vidu", title=TITLE.upper())).title == TITLE
    with pytest.raises(NotArticle, match=kinds.BARE):
        extract(body, URL, link=Link(URL, URL, "vidu", title="Giá lúa tăng ở miền Tây"))


def test_a_topic_under_a_headline_is_a_list_and_an_article_above_one_is_none() -> None:
    cards = "".join(f"<article><h2>{link}</h2><p>{SUMMARY}</p></article>" for link in LINKS)
    with pytest.raises(NotArticle, match=kinds.LIST):
        read(f"<h1>{TITLE}</h1><p>{SUMMARY}</p>{cards}")
    assert read(f"<h1>{TITLE}</h1><p>05/08/2026 08:30</p><p>{SUMMARY}</p>{cards}").title == TITLE


@pytest.mark.parametrize("hidden", ["", " hidden", " class='modal'"])
def test_a_wall_below_the_text_makes_it_a_teaser_and_a_hidden_one_does_not(hidden: str) -> None:
    wall = f"<div{hidden}><p>Bạn đã hết lượt đọc miễn phí. Vui lòng đăng nhập để đọc tiếp bài viết.</p></div>"
    draft = read(f"<h1>{TITLE}</h1><p>05/08/2026 08:30</p><div class='article-content'>{TEXT}</div>{wall}")
    assert (draft.body.split("\n"), kinds.PAYWALL in draft.problems) == (STORY, not hidden)
