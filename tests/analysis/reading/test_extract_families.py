# ruff: noqa: E501  (pages are easier to read in one line)
"""Pages of further publishing systems with their traps, read without a recipe: with their known names and with none."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from analysis.reading.extract import extract

AT = datetime(2026, 8, 4, 15, 20, tzinfo=timezone(timedelta(hours=7)))
NOW = datetime(2026, 8, 6, tzinfo=UTC)
URL = "https://bao.example.vn/kinh-te/nong-dan-cu-lao-doi-tu-mia-sang-dua-sap-post771.html"
TITLE = "Nông dân cù lao đổi từ mía sang dừa sáp, thu nhập tăng gấp ba"
LEAD = "Sau mười năm chật vật với cây mía, hơn 600 hộ trên cù lao đã chuyển sang trồng dừa sáp theo hợp đồng bao tiêu."
STORY = [
    "Những ngày đầu tháng 8, ghe thu mua dừa nối nhau cập bến sông ở đầu cù lao, nơi ba năm trước còn là những rẫy mía bạt ngàn.",
    "Ông Trần Văn Bảy, 61 tuổi, có 8 công đất, cho biết mỗi tháng vườn dừa cho thu hoạch một lần, trừ chi phí còn lãi 9 triệu đồng.",
    "Mía không còn chỗ đứng",
    "Theo Phòng Kinh tế xã, diện tích mía giảm từ 2.100 ha năm 2016 xuống còn 380 ha, nhà máy đường gần nhất đã đóng cửa từ năm 2022.",
    "“Bán một tấn mía không đủ trả công đốn, bà con bỏ ruộng đi làm công ty gần hết”, ông Bảy kể lại quãng thời gian khó khăn nhất.",
    "Hợp tác xã Dừa sáp Bình Minh thành lập năm 2023 với 74 thành viên, nay đã ký được hợp đồng với hai doanh nghiệp chế biến.",
    "Giữ giá bằng hợp đồng",
    "Giám đốc hợp tác xã nói giá sàn 45.000 đồng một trái được ghi vào hợp đồng, thị trường xuống thấp hơn thì doanh nghiệp vẫn mua.",
    "Đến cuối năm 2027, xã đặt mục tiêu có 500 ha dừa sáp được cấp mã số vùng trồng, phục vụ xuất khẩu sang ba thị trường lớn.",
]
HEADS = {2, 6}
ITEMS = [
    "Chọn cây giống ở vườn ươm được cấp phép, có ghi nguồn gốc rõ ràng.",
    "Bón phân hữu cơ hai lần một năm, vào đầu và cuối mùa mưa ở vùng cù lao.",
    "Đắp mô cao từ 40 cm để rễ không bị úng khi triều cường lên.",
]
ROWS = ["Năm Diện tích (ha)", "2016 2.100", "2026 380"]
SIDE = "".join(
    f'<article class="story"><h3><a href="/tin-{n}.html">Bản tin khác số {n} của chuyên mục kinh tế trong tuần này</a></h3><time>0{n}/08/2026 08:1{n}</time><p>Tóm tắt của bản tin khác số {n}, dài vừa đủ để trông giống một đoạn văn.</p></article>'
    for n in range(1, 7)
)


def text(sub: str = "h2", mark: str = "p", **put: str) -> str:
    """The story in markup; `put` adds after{n}=… markup behind paragraph n."""
    parts = []
    for n, line in enumerate(STORY):
        kind = sub if n in HEADS else mark
        parts.append(f"<{kind}>{line}</{kind.partition(' ')[0]}>" + put.get(f"after{n}", ""))
    return "".join(parts)


def page(body: str, head: str = "") -> str:
    menu = "<header><a class='logo' href='/'>Báo Ví Dụ</a><span class='today'>Thứ năm, 06/08/2026</span><ul><li><a href='/kt'>Kinh tế</a></li><li><a href='/xh'>Xã hội</a></li></ul></header>"
    foot = "<footer><p>Cơ quan chủ quản: Hội Ví Dụ. Tổng biên tập: Ngô Thị Mực. Giấy phép số 12/GP-BTTTT ngày 01/02/2020.</p></footer>"
    return f"<!doctype html><html lang='vi'><head><meta charset='utf-8'><title>{TITLE} - Báo Ví Dụ</title>{head}</head><body>{menu}{body}<div class='right-col'>{SIDE}</div>{foot}</body></html>"


def ld() -> str:
    data = {
        "@type": "NewsArticle",
        "headline": TITLE,
        "description": LEAD,
        "datePublished": "2026-08-04T15:20:00+07:00",
    }
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def epi() -> str:
    """Title, sapo, meta, audio player; related list, picture table, quote box and source inside the body."""
    picture = '<table class="picture" align="center"><tbody><tr><td class="pic"><img src="a.jpg"></td></tr><tr><td class="caption">Vườn dừa sáp trên cù lao. Ảnh: MINH HÀ</td></tr></tbody></table>'
    related = '<div class="cms-relate"><ul><li><a href="/cu-1.html">Giá dừa khô tăng mạnh ở các tỉnh miền Tây trong tháng 7</a></li><li><a href="/cu-2.html">Nhà máy đường cuối cùng của vùng ngừng ép mía</a></li></ul></div>'
    audio = '<div class="article__audio"><audio controls src="a.mp3"></audio><span>Nghe đọc bài</span><span>Giọng nữ miền Nam</span><span>0:00 / 4:12</span></div>'
    tags = '<div class="article__tag"><h3>Từ khóa:</h3><a href="/t1">#dừa sáp</a><a href="/t2">#cù lao</a></div>'
    return page(
        f"""<div class="article"><h1 class="article__title cms-title">{TITLE}</h1><div class="article__meta"><a class="name">MINH HÀ</a><time class="time" datetime="2026-08-04T15:20:00+0700">04/08/2026 15:20</time><span>Chia sẻ</span></div>
    {audio}<div class="article__sapo cms-desc">TPO - {LEAD}</div><div class="article__body cms-body" itemprop="articleBody">{text("h3", after0=picture, after3=related)}<p class="article__author"><strong>MINH HÀ</strong></p></div>{tags}</div>"""
    )


def vccorp() -> str:
    """Photo boxes, a related box, a quote frame and a table of data inside the body."""
    photo = '<figure class="VCSortableInPreviewMode" type="Photo"><div><img src="a.jpg"></div><figcaption class="PhotoCMS_Caption"><p data-placeholder="Nhập chú thích">Thu hoạch dừa sáp vào buổi sáng - Ảnh: THÁI HÒA</p></figcaption></figure>'
    related = '<div class="VCSortableInPreviewMode" type="RelatedOneNews" data-style="align-right"><a href="/cu.htm" class="VCObjectBoxRelatedNewsItemTitle">Trồng dừa sáp: đừng chạy theo phong trào</a><p class="VCObjectBoxRelatedNewsItemSapo">Ngành nông nghiệp khuyến cáo bà con không mở rộng ồ ạt khi chưa có hợp đồng.</p></div>'
    return page(
        f"""<div class="detail__cmain"><div class="detail-top"><a href="/kt">Kinh tế</a><div data-role="publishdate">04/08/2026 15:20 GMT+7</div></div><h1 class="detail-title" data-role="title">{TITLE}</h1>
    <h2 class="detail-sapo" data-role="sapo">{LEAD}</h2><div class="detail-cmain"><div class="detail-content afcbc-body" data-role="content" itemprop="articleBody">{text(after1=photo, after5=related)}</div></div>
    <div class="detail-author"><a class="name">THÁI HÒA</a></div><div class="detail-tab"><a href="/x">Trở lại chủ đề</a></div></div>""",
        ld(),
    )


def news_agency() -> str:
    """baotintuc: figure tables, bold author, „Chia sẻ:“ line and keywords behind the text, no linked data."""
    return page(
        f"""<div class="detail"><div class="date">Thứ Ba, 04/08/2026 15:20 | Kinh tế</div><h1 class="detail-title">{TITLE}</h1><h2 class="sapo">{LEAD}</h2>
    <div class="contents"><figure class="img-w"><img src="a.jpg"><figcaption>Dừa sáp được phân loại. Ảnh: Tuấn Kiệt/TTXVN</figcaption></figure>{text("p><strong").replace("</p>", "</p>")}<div class="author"><strong>Tuấn Kiệt (TTXVN)</strong></div></div>
    <div class="social-share"><span>Chia sẻ:</span><a>Facebook</a><a>Zalo</a></div><div class="keysword">Từ khóa: <a href="/k">dừa sáp</a></div></div>"""
    )


def party_paper() -> str:
    """baocantho: one div, captions as centred italic lines, author in bold at the right, bold lead inside the body."""
    caption = '<p style="text-align: center;"><img src="a.jpg"></p><p style="text-align: center;"><em>Nông dân chăm sóc vườn dừa sáp.</em></p>'
    return page(
        f"""<div class="newsdetail"><h1 class="news-title">{TITLE}</h1><div class="ngaydang">04/08/2026 - 15:20</div><div id="newscontents"><p><strong>{LEAD}</strong></p>{text("p", after0=caption)}
    <p style="text-align: right;"><strong>Bài, ảnh: HỒNG VÂN</strong></p></div><div class="chiase"><a>Chia sẻ bài viết</a></div></div>"""
    )


def army() -> str:
    """qdnd: lead in div.post-summary, list of tips in the body, „* Mời bạn đọc …“ line, author with a rank."""
    tips = "<ul>" + "".join(f"<li>{item}</li>" for item in ITEMS) + "</ul>"
    return page(
        f"""<div class="post"><h1 class="post-title">{TITLE}</h1><span class="post-subinfo">Thứ ba, 04/08/2026 - 15:20</span><div class="post-summary">QĐND - {LEAD}</div>
    <div class="post-content"><p class="t-c"><img src="a.jpg"></p><p class="t-c"><em>Bộ đội giúp dân thu hoạch dừa. Ảnh: QUANG HUY</em></p>{text("p", after5=tips)}<p class="author">Bài và ảnh: QUANG HUY</p>
    <p><em>* Mời bạn đọc vào chuyên mục <a href="/kt">Kinh tế</a> xem các tin, bài liên quan.</em></p></div></div>""",
        ld(),
    )


def tv() -> str:
    """vtcnews: edittor-content, expNoEdit captions, a related box of links, a video line."""
    figure = '<figure class="expNoEdit"><img src="a.jpg"><figcaption><p>Ghe chở dừa sáp trên sông. (Ảnh: Lương Ý)</p></figcaption></figure>'
    box = '<div class="box-related-inner"><p><a href="/a.html">Giá dừa tươi lập đỉnh mới sau hai tháng tăng liên tục</a></p></div>'
    return page(
        f"""<section class="nd-detail"><header><h1 class="font28">{TITLE}</h1><span class="time-update mr10">Thứ Ba, 04/08/2026 15:20:00 +07:00</span></header><h2 class="font18 bold inline-nb">{LEAD}</h2>
    <div class="edittor-content box-cont mt15" itemprop="articleBody">{figure}{text("h3", after1=box)}<p>Video: Thu hoạch dừa sáp trên cù lao.</p></div><div class="author-make"><span>Lương Ý</span></div></section>""",
        ld(),
    )


def zing() -> str:
    """znews: summary, picture tables, a quote box of the story's own, tags and a box of books."""
    picture = '<table class="picture"><tbody><tr><td class="pic"><img></td></tr><tr><td class="pCaption caption"><p>Cù lao nhìn từ trên cao. Ảnh: <em>Chí Hùng.</em></p></td></tr></tbody></table>'
    return page(
        f"""<article class="the-article"><header class="the-article-header"><p class="the-article-category"><a href="/kt">Kinh tế</a></p><h1 class="the-article-title">{TITLE}</h1><ul class="the-article-meta"><li class="the-article-author">Chí Hùng</li><li class="the-article-publish">Thứ ba, 4/8/2026 15:20 (GMT+7)</li></ul></header>
    <section class="main"><p class="the-article-summary">{LEAD}</p><div class="the-article-body">{text("h3", after3=picture)}</div><p class="the-article-tags"><a>dừa sáp</a></p><p class="the-article-credit">Chí Hùng</p></section></article>"""
    )


def ministry() -> str:
    """congthuong: __MASTERCMS_CONTENT, a lead in <strong>, a table of prices, „Theo …“ as the last line."""
    table = "<table border='1'><tr><td>Năm</td><td>Diện tích (ha)</td></tr><tr><td>2016</td><td>2.100</td></tr><tr><td>2026</td><td>380</td></tr></table>"
    photo = '<table class="MASTERCMS_TPL_TABLE"><tr><td><img src="a.jpg"></td></tr><tr><td>Sản phẩm từ dừa sáp tại hội chợ. Ảnh: Ngân Thương</td></tr></table>'
    return page(
        f"""<div class="article-detail"><h1 class="detail-title f0">{TITLE}</h1><span class="format_time">15:20</span> | <span class="format_date">04/08/2026</span><div class="desc f0"><strong>{LEAD}</strong></div>
    <div class="__MASTERCMS_CONTENT f1 clearfix">{photo}{text("p", after3=table)}<p><i>Theo Báo Ví Dụ</i></p></div><div class="tag"><b>Từ khoá:</b> <a href="/t">dừa sáp</a></div></div>""",
        ld(),
    )


def portal() -> str:
    """A local portal of the oldest kind: nested tables, line breaks instead of paragraphs, buttons above the text."""
    lines = "<br/><br/>\n".join(f"<b>{line}</b>" if n in HEADS else line for n, line in enumerate(STORY))
    return page(
        f"""<table width="100%"><tr><td><div class="nav">Trang chủ &gt; Kinh tế</div><h1 class="tit">{TITLE}</h1><div><a>In trang</a> | <a>Gửi mail</a> | <span>04/08/2026 15:20</span></div>
    <div class="tom-tat"><b>{LEAD}</b></div><div class="chi-tiet">{lines}<br/><div align="right"><b>Hoàng Yến</b></div></div></td></tr></table>"""
    )


FAMILIES: dict[str, tuple[Callable[[], str], list[str]]] = {
    "epi": (epi, STORY),
    "vccorp": (vccorp, STORY),
    "news agency": (news_agency, STORY),
    "party paper": (party_paper, STORY),
    "army": (army, [*STORY[:6], *ITEMS, *STORY[6:]]),
    "tv": (tv, STORY),
    "zing": (zing, STORY),
    "ministry": (ministry, [*STORY[:4], *ROWS, *STORY[4:]]),
    "portal": (portal, STORY),
}
_NAMES = re.compile(r' (?:class|id|itemprop|data-role|type)=(?:"(?!application)[^"]*"|\'[^\']*\')')


def unnamed(html: str) -> str:
    """The page of an outlet nobody knows: every class and id is a hash of the one it was."""
    return _NAMES.sub(lambda found: f' class="c{sum(map(ord, found[0])) * 7919 % 99991:x}"', html)


def f1(one: str, two: str) -> float:
    first, second = (Counter(re.findall(r"\w+", part.lower())) for part in (one, two))
    return 2 * (first & second).total() / max(first.total() + second.total(), 1)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_with_its_known_names(family: str) -> None:
    build, story = FAMILIES[family]
    draft = extract(build().encode(), URL, now=NOW)
    assert (draft.title, draft.lead) == (TITLE, LEAD)
    assert draft.published_at == AT
    assert draft.body == "\n".join(story)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_page_without_any_known_name(family: str) -> None:
    build, story = FAMILIES[family]
    draft = extract(unnamed(build()).encode(), URL, now=NOW)
    assert (draft.title, draft.lead) == (TITLE, LEAD)
    assert draft.published_at == AT
    assert f1(draft.body, "\n".join(story)) >= 0.97
    assert not re.search("bản tin khác|chú thích|Chia sẻ|Từ kh|Tổng biên tập|giá dừa (?:khô|tươi)", draft.body, re.I)
