# ruff: noqa: E501  (pages are easier to read in one line)
"""Pages that show dates of an article, and of other things, in the ways publishing systems do."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

VN = timezone(timedelta(hours=7))
URL = "https://bao.example.vn/thoi-su/be-ke-song-trang.html"
TITLE = "Kè sông Trang sạt lở, ba mươi hộ dân phải di dời"
PARAGRAPHS = (
    "Đoạn kè dài gần trăm mét ở bờ Nam sông Trang bị nước xoáy cuốn trôi, kéo theo một phần con đường đất và hai gian bếp của người dân.",
    "Chính quyền xã đã căng dây cảnh báo, chuyển người già và trẻ nhỏ sang trường học bên kia đường, đồng thời cử người trực suốt đêm.",
    "Theo đơn vị quản lý công trình, vết nứt xuất hiện từ đầu mùa mưa nhưng chưa được gia cố vì thiếu đá hộc và phương tiện thi công.",
)
TEXT = f"<div class='article-content'>{''.join(f'<p>{text}</p>' for text in PARAGRAPHS)}</div>"
NOW = datetime(2026, 8, 6, 18, 40, tzinfo=VN)
AT = datetime(2026, 8, 5, 8, 30, tzinfo=VN)


def page(body: str, head: str = "") -> bytes:
    shown = body.replace("TITLE", TITLE).replace("TEXT", TEXT)
    return f"<!doctype html><html><head><meta charset=utf-8><title>{TITLE}</title>{head}</head><body>{shown}</body></html>".encode()


#: What it is, the head, the body, the instant an article has by it.
PAGES = [
    (
        "clock div top",
        "",
        "<div class='top'><span class='date'>Thứ Năm, 06/08/2026 18:40</span></div><ul><li><a href=/>A</a></li><li><a href=/b>B</a></li></ul><h1>TITLE</h1>TEXT",
        None,
    ),
    (
        "clock div top bare",
        "",
        "<div>Thứ Năm, 06/08/2026</div><div><a href=/>A</a> <a href=/b>B</a></div><h1>TITLE</h1>TEXT",
        None,
    ),
    (
        "clock div hidden far",
        "",
        "<div id=wrap><div class=hd><div class='l'>Thứ Năm, 06/08/2026 | 10:02</div></div><div class=nv><a href=/1>1</a><a href=/2>1</a><a href=/3>1</a><a href=/4>1</a></div><div class=main><h1>TITLE</h1>TEXT</div></div>",
        None,
    ),
    (
        "clock and date",
        "",
        "<div class='top'><span class='date'>Thứ Năm, 06/08/2026 18:40</span></div><h1>TITLE</h1><div>Thứ Tư, 05/08/2026 - 08:30</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "comment ykien",
        "",
        "<main><article><h1>TITLE</h1>TEXT</article><div class='list-ykien'><div><b>An</b><span class='time'>06/08/2026 17:00</span><p>Hay</p></div></div></main>",
        None,
    ),
    (
        "comment unnamed",
        "",
        "<div><h1>TITLE</h1>TEXT<div class='c'><span class='time'>17:00 06/08/2026</span><p>Hay</p></div></div>",
        None,
    ),
    (
        "comment label",
        "",
        "<div><h1>TITLE</h1>TEXT<div id='box_binhluan'><p>An đăng lúc 17:00 06/08/2026</p></div></div>",
        None,
    ),
    (
        "comments w/ date",
        "",
        "<div><h1>TITLE</h1><p class=d>05/08/2026 08:30</p>TEXT<div class='c'><span class='time'>17:00 06/08/2026</span><p>Hay</p></div></div>",
        "05/08/2026 08:30",
    ),
    (
        "end author",
        "",
        "<div><h1>TITLE</h1>TEXT<div class='author-info'>Nguyễn Văn A <span>05/08/2026 08:30</span></div></div>",
        "05/08/2026 08:30",
    ),
    (
        "end labelled",
        "",
        "<div><h1>TITLE</h1>TEXT<p class='date'>Ngày đăng: 05/08/2026 08:30</p></div>",
        "05/08/2026 08:30",
    ),
    (
        "h3 h5",
        "",
        "<div><h5>Thời sự</h5><h3>TITLE</h3><h5>Thứ Tư, 05/08/2026, 08:30</h5>TEXT</div><div class=box><h3><a href=/x>Một tin khác rất dài của chuyên mục</a></h3><span class=date>01/02/2020 10:00</span></div>",
        "05/08/2026 08:30",
    ),
    (
        "font",
        "",
        "<table><tr><td><font size=4><b>TITLE</b></font><br><font color=gray>05/08/2026 08:30</font>TEXT</td></tr></table>",
        "05/08/2026 08:30",
    ),
    (
        "font h3",
        "",
        "<table><tr><td><h3>TITLE</h3><font color=gray>(05/08/2026 08:30)</font>TEXT</td></tr></table>",
        "05/08/2026 08:30",
    ),
    (
        "label sibling",
        "",
        "<h1>TITLE</h1><div><b>Cập nhật:</b> <span class=date>15:30 06/08/2026</span></div><div><b>Ngày đăng:</b> <span class=date>08:30 05/08/2026</span></div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "label one line",
        "",
        "<h1>TITLE</h1><div>Đăng lúc: 08:30 05/08/2026 | Cập nhật: 15:30 06/08/2026</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "label one line rev",
        "",
        "<h1>TITLE</h1><div>Cập nhật lúc 15:30 ngày 06/08/2026 - Ngày đăng 08:30 ngày 05/08/2026</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "label update only unlabelled",
        "",
        "<h1>TITLE</h1><div class=date>(Cập nhật 15:30 06/08/2026)</div><div class=date>08:30 05/08/2026</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "table label",
        "",
        "<h1>TITLE</h1><table><tr><td>Ngày cập nhật</td><td>06/08/2026 15:30</td></tr><tr><td>Ngày đăng</td><td>05/08/2026 08:30</td></tr></table>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "time modified",
        "",
        "<h1>TITLE</h1><time itemprop=dateModified datetime='2026-08-06T15:30:00+07:00'>x</time><time itemprop=datePublished datetime='2026-08-05T08:30:00+07:00'>5/8</time>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "wp both",
        "",
        "<h1>TITLE</h1><time class='entry-date published updated' datetime='2026-08-05T08:30:00+07:00'>5/8</time>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "meta modified only",
        "<meta property='article:modified_time' content='2026-08-05T08:30:00+07:00'>",
        "<h1>TITLE</h1>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "meta day + shown",
        "<meta property='article:published_time' content='2026-08-05'>",
        "<h1>TITLE</h1><p>Thứ Tư, 05/08/2026 - 08:30</p>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "related box near",
        "",
        "<h1>TITLE</h1><div class='tin-lien-quan'><a href=/x>Một tin khác rất dài của chuyên mục thời sự</a><span class=date>01/08/2026 10:00</span></div><p>05/08/2026 08:30</p>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "related unnamed",
        "",
        "<div><h1>TITLE</h1>TEXT<ul><li><a href=/x>Một tin khác rất dài của chuyên mục thời sự</a> <span class=date>01/08/2026 10:00</span></li></ul></div>",
        None,
    ),
    (
        "event lead",
        "",
        "<h1>TITLE</h1><p>Lúc 22:30 ngày 20/07/2026, Công an xã Bến Lở bắt giữ hai người.</p>TEXT",
        None,
    ),
    ("event short", "", "<h1>TITLE</h1><p>Vụ cháy xảy ra lúc 22:30 ngày 20/07/2026</p>TEXT", None),
    (
        "event class time",
        "",
        "<h1>TITLE</h1>TEXT<p class='datetime'>Thời gian: từ 08:00 ngày 20/09/2026 đến 17:00 ngày 25/09/2026</p>",
        None,
    ),
    (
        "event div lead",
        "",
        "<h1>TITLE</h1><div class=sapo>Khoảng 22h30 ngày 20/07/2026, tại xã Bến Lở xảy ra vụ cháy</div>TEXT",
        None,
    ),
    (
        "caption",
        "",
        "<h1>TITLE</h1><figure><img><figcaption>Ảnh chụp lúc 10:00 ngày 01/08/2026</figcaption></figure>TEXT",
        None,
    ),
    (
        "timeago title",
        "",
        "<h1>TITLE</h1><abbr class=timeago title='2026-08-05T08:30:00+07:00'>hôm qua</abbr>TEXT",
        "05/08/2026 08:30",
    ),
    ("relative h", "", "<h1>TITLE</h1><span class=time>34 giờ trước</span>TEXT", "05/08/2026 08:40"),
    ("yesterday", "", "<h1>TITLE</h1><span class=time>Hôm qua, 08:30</span>TEXT", "05/08/2026 08:30"),
    (
        "epoch attr",
        "",
        "<h1>TITLE</h1><span class=time data-time='1785893400'>34 giờ trước</span>TEXT",
        "05/08/2026 08:30",
    ),
    ("split spans", "", "<h1>TITLE</h1><div><span>08:30</span><span>05/08/2026</span></div>TEXT", "05/08/2026 08:30"),
    (
        "split divs",
        "",
        "<h1>TITLE</h1><div class=meta><div>05/08/2026</div><div>08:30</div></div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "split date time cls",
        "",
        "<h1>TITLE</h1><div class=meta><span class=date>05/08/2026</span> <span class=time>08:30</span></div>TEXT",
        "05/08/2026 08:30",
    ),
    ("author line", "", "<h1>TITLE</h1><div>Nguyễn Văn A - 08:30, 05/08/2026</div>TEXT", "05/08/2026 08:30"),
    ("author lower", "", "<h1>TITLE</h1><div>Theo Dân trí 08:30 05/08/2026</div>TEXT", "05/08/2026 08:30"),
    ("views", "", "<h1>TITLE</h1><div>05/08/2026 08:30 | Lượt xem: 1234</div>TEXT", "05/08/2026 08:30"),
    ("views2", "", "<h1>TITLE</h1><div>Ngày đăng: 05/08/2026 08:30 - 1.234 lượt xem</div>TEXT", "05/08/2026 08:30"),
    ("sec", "", "<h1>TITLE</h1><div>Thời sự | 05/08/2026 08:30 GMT+7 | 0 Bình luận</div>TEXT", "05/08/2026 08:30"),
    ("ampm", "", "<h1>TITLE</h1><div class=date>05/08/2026 08:30 AM</div>TEXT", "05/08/2026 08:30"),
    ("ampm us", "", "<h1>TITLE</h1><div class=date>8/5/2026 8:30:00 AM</div>TEXT", "05/08/2026 08:30"),
    ("date above", "", "<div class=hd><p>Thứ Tư, 05/08/2026 08:30</p><h1>TITLE</h1></div>TEXT", "05/08/2026 08:30"),
    (
        "header in article",
        "",
        "<article><header><h1>TITLE</h1><div class=meta>05/08/2026 08:30</div></header>TEXT</article>",
        "05/08/2026 08:30",
    ),
    (
        "header el both",
        "",
        "<header><h1>TITLE</h1><div class=meta>05/08/2026 08:30</div></header>TEXT",
        "05/08/2026 08:30",
    ),
    ("khmer", "", "<h1>TITLE</h1><div class=date>ថ្ងៃពុធ ទី០៥ ខែសីហា ឆ្នាំ២០២៦ ម៉ោង ៨:៣០ ព្រឹក</div>TEXT", "05/08/2026 08:30"),
    ("khmer label", "", "<h1>TITLE</h1><div>ចេញផ្សាយ៖ ០៥/០៨/២០២៦ ០៨:៣០</div>TEXT", "05/08/2026 08:30"),
    ("english", "", "<h1>TITLE</h1><div>Published: Wednesday, August 5, 2026 at 8:30 AM</div>TEXT", "05/08/2026 08:30"),
    (
        "english upd",
        "",
        "<h1>TITLE</h1><div>Last updated August 6, 2026, 3:30 PM</div><div>August 5, 2026, 8:30 AM</div>TEXT",
        "05/08/2026 08:30",
    ),
    ("month words", "", "<h1>TITLE</h1><div>Tháng Tám 5, 2026</div>TEXT", "05/08/2026 00:00"),
    ("month words long", "", "<h1>TITLE</h1><div>Thứ Tư, ngày năm tháng Tám năm 2026</div>TEXT", None),
    ("month only", "", "<h1>TITLE</h1><div class=date>Tháng Tám, 2026</div>TEXT", None),
    ("copyright", "", "<h1>TITLE</h1>TEXT<div>© 2026 Báo Ví Dụ. Giấy phép số 12 cấp ngày 01/01/2020</div>", None),
    ("headline date", "", "<h1>TITLE ngày 01/08/2026 10:00</h1><p>05/08/2026 08:30</p>TEXT", "05/08/2026 08:30"),
    ("no h", "", "<div class='tieude'>TITLE</div><div class='ngay'>05/08/2026 08:30</div>TEXT", "05/08/2026 08:30"),
    ("no h2", "", "<div class='tieude'>TITLE</div><div>Thứ tư, 05/08/2026 08:30</div>TEXT", "05/08/2026 08:30"),
    ("issue no", "", "<h1>TITLE</h1><div>Số 4211 ra ngày 05/08/2026</div>TEXT", None),
    (
        "upcoming event box",
        "",
        "<h1>TITLE</h1><div>05/08/2026 08:30</div>TEXT<div class=event><span class=date>08/08/2026</span></div>",
        "05/08/2026 08:30",
    ),
    (
        "video time",
        "",
        "<h1>TITLE</h1><span class=time>03:25</span><div>05/08/2026 08:30</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "two microdata",
        "",
        "<div class=box><a href=/y>Một tin khác rất dài của chuyên mục thời sự</a><time itemprop=datePublished datetime='2026-08-01T08:30:00+07:00'></time></div><article><h1>TITLE</h1><time itemprop=datePublished datetime='2026-08-05T08:30:00+07:00'></time>TEXT</article>",
        "05/08/2026 08:30",
    ),
    ("weekday wrong num", "", "<h1>TITLE</h1><div>Thứ Ba, 05/08/2026 08:30</div>TEXT", "05/08/2026 08:30"),
    (
        "liferay",
        "",
        "<div><h3>TITLE</h3><div class='metadata-entry metadata-publish-date'>Ngày đăng: 05/08/2026 08:30</div>TEXT</div>",
        "05/08/2026 08:30",
    ),
    (
        "sharepoint",
        "",
        "<div><span id='ctl00_lblTitle'>TITLE</span><br><span id='ctl00_lblNgayDang'>(05/08/2026 8:30:00 SA)</span>TEXT</div>",
        "05/08/2026 08:30",
    ),
    (
        "vnpt",
        "",
        "<h1>TITLE</h1><div class='news-date'>Thứ tư, 05/08/2026 | 08:30 GMT +7</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "joomla",
        "",
        "<h2 itemprop=headline>TITLE</h2><dl class='article-info'><dd class='modified'><time datetime='2026-08-06T10:00:00+07:00'>Cập nhật lần cuối: Thứ năm, 06 Tháng 8 2026 10:00</time></dd><dd class='published'><time datetime='2026-08-05T08:30:00+07:00'>Ngày đăng: Thứ tư, 05 Tháng 8 2026 08:30</time></dd></dl>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "joomla2",
        "",
        "<h2>TITLE</h2><dl><dd>Được đăng: Thứ tư, 05 Tháng 8 2026 08:30</dd><dd>Viết bởi Admin</dd></dl>TEXT",
        "05/08/2026 08:30",
    ),
    ("joomla3", "", "<h2>TITLE</h2><div>Viết ngày 05 Tháng 8 2026 08:30</div>TEXT", "05/08/2026 08:30"),
    (
        "wp posted-on",
        "",
        "<article><h1>TITLE</h1><div class='entry-meta'><span class='posted-on'><a href='/2026/08/05/' rel=bookmark><time class='entry-date published' datetime='2026-08-05T08:30:00+07:00'>5 Tháng Tám, 2026</time><time class='updated' datetime='2026-08-06T10:00:00+07:00'>6 Tháng Tám, 2026</time></a></span> <span class=byline>bởi <a href=/a>admin</a></span></div>TEXT</article>",
        "05/08/2026 08:30",
    ),
    (
        "elementor",
        "",
        "<h1>TITLE</h1><ul><li itemprop=datePublished><a href='/2026/08/05/'><span class='elementor-post-info__item--type-date'><time>5 Tháng 8, 2026</time></span></a></li><li><span class='elementor-post-info__item--type-time'>08:30</span></li></ul>TEXT",
        "05/08/2026 08:30",
    ),
    ("clock icon", "", "<h1>TITLE</h1><span class='icon-clock'>05/08/2026 08:30</span>TEXT", "05/08/2026 08:30"),
    (
        "fa clock",
        "",
        "<h1>TITLE</h1><div class='post-time'><i class='fa fa-clock-o'></i> 05/08/2026 08:30</div>TEXT",
        "05/08/2026 08:30",
    ),
    ("by admin", "", "<h1>TITLE</h1><p class='meta'>Đăng bởi: Admin - 05/08/2026 08:30</p>TEXT", "05/08/2026 08:30"),
    (
        "drupal en",
        "",
        "<h1>TITLE</h1><div class=submitted>Submitted by admin on Wed, 08/05/2026 - 08:30</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "drupal vi",
        "",
        "<h1>TITLE</h1><div class=submitted>Được viết bởi admin ngày T4, 08/05/2026 - 08:30</div>TEXT",
        "05/08/2026 08:30",
    ),
    ("drupal vi d", "", "<h1>TITLE</h1><div class=submitted>T4, 05/08/2026 - 08:30</div>TEXT", "05/08/2026 08:30"),
    (
        "amp",
        "",
        "<h1>TITLE</h1><amp-timeago datetime='2026-08-05T08:30:00+07:00'>hôm qua</amp-timeago>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "z lie",
        "",
        "<h1>TITLE</h1><time datetime='2026-08-05T08:30:00Z'>05/08/2026 08:30</time>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "z true",
        "",
        "<h1>TITLE</h1><time datetime='2026-08-05T01:30:00Z'>05/08/2026 08:30</time>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "blogger",
        "",
        "<h3 class='post-title'>TITLE</h3><h2 class='date-header'><span>Thứ Tư, 5 tháng 8, 2026</span></h2><abbr class=published title='2026-08-05T08:30:00+07:00'>08:30</abbr>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "date above breadcrumb",
        "",
        "<div class=wrap><div class='bar'><ul class='breadcrumb'><li><a href=/>Trang chủ</a></li><li><a href=/x>Thời sự</a></li></ul><span class='date'>Thứ tư, 5/8/2026, 08:30 (GMT+7)</span></div><h1>TITLE</h1>TEXT</div>",
        "05/08/2026 08:30",
    ),
    (
        "date above cat links",
        "",
        "<div class=wrap><p><a href=/>Trang chủ</a> » <a href=/x>Thời sự</a> » <a href=/y>Địa phương</a></p><p>Thứ tư, 5/8/2026, 08:30</p><h1>TITLE</h1>TEXT</div>",
        "05/08/2026 08:30",
    ),
    (
        "share links after",
        "",
        "<h1>TITLE</h1><div class='tool'><a href=/f>Facebook</a><a href=/t>Twitter</a> <span>08:30 | 05/08/2026</span></div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "sapo then date",
        "",
        "<h1>TITLE</h1><h2 class=sapo>Nước xoáy dưới chân kè từ đầu mùa mưa, đến đêm qua thì cuốn trôi cả đoạn dài gần trăm mét cùng hai gian bếp.</h2><div class='dt'>05/08/2026 08:30</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "related under title list",
        "",
        "<h1>TITLE</h1><ul class=lq><li><a href=/r1>Giá lúa đầu vụ tăng nhẹ ở nhiều tỉnh</a> (01/08/2026 09:00)</li></ul><div>05/08/2026 08:30</div>TEXT",
        "05/08/2026 08:30",
    ),
    (
        "list of others w dates at top",
        "",
        "<div class=hot><p><a href=/r1>Giá lúa đầu vụ tăng nhẹ ở nhiều tỉnh</a></p><span class=time>01/08/2026 09:00</span></div><h1>TITLE</h1>TEXT",
        None,
    ),
    (
        "weather",
        "",
        "<div class='thoi-tiet'>Bến Lở nắng <span class=date>06/08/2026</span></div><h1>TITLE</h1>TEXT",
        None,
    ),
    (
        "clock no box later",
        "",
        "<div class='time'>Thứ Năm, 06/08/2026 09:00</div><main><article><h1>TITLE</h1>TEXT</article></main>",
        None,
    ),
    ("footer upd", "", "<h1>TITLE</h1>TEXT<div class='foot'>Cập nhật lần cuối: 06/08/2026 18:00</div>", None),
    (
        "poll date",
        "",
        "<h1>TITLE</h1>TEXT<div class='box'><b>Lịch phát sóng</b><span class='time'>06/08/2026 06:00</span></div>",
        None,
    ),
    ("mixed vi", "", "<h1>TITLE</h1><div>Thứ Tư ngày 5 tháng 8 năm 2026 | 8:30 AM</div>TEXT", "05/08/2026 08:30"),
    ("paren gmt", "", "<h1>TITLE</h1><div>05/08/2026 - 08:30 (GMT+7) | Pháp luật</div>TEXT", "05/08/2026 08:30"),
    ("upper", "", "<h1>TITLE</h1><div>THỨ TƯ, 05/08/2026 08:30 SA</div>TEXT", "05/08/2026 08:30"),
    ("nbsp", "", "<h1>TITLE</h1><div>05/08/2026&nbsp;&nbsp;08:30&nbsp;GMT+7</div>TEXT", "05/08/2026 08:30"),
    (
        "comments fb",
        "",
        "<div><h1>TITLE</h1>TEXT<div id='comment-list'><div class=item><span class=date>Ngày đăng: 06/08/2026 17:00</span></div></div></div>",
        None,
    ),
    (
        "comment li",
        "",
        "<div><h1>TITLE</h1>TEXT<h3>Ý kiến bạn đọc</h3><ul><li><b>An</b> <i>17:00 06/08/2026</i><p>Hay</p></li></ul></div>",
        None,
    ),
    (
        "event list",
        "",
        "<h1>TITLE</h1><p>05/08/2026 08:30</p>TEXT<p>Thời gian: 20:00 ngày 01/08/2026</p>",
        "05/08/2026 08:30",
    ),
    (
        "khmer sp",
        "",
        "<h1>TITLE</h1><div class=date>ថ្ងៃ ពុធ ទី ៥ ខែ សីហា ឆ្នាំ ២០២៦, ម៉ោង ៨:៣០ ព្រឹក</div>TEXT",
        "05/08/2026 08:30",
    ),
    ("khmer am", "", "<h1>TITLE</h1><div>០៨:៣០ AM - ០៥/០៨/២០២៦</div>TEXT", "05/08/2026 08:30"),
    ("khmer night", "", "<h1>TITLE</h1><div>៥ សីហា ២០២៦ ម៉ោង ៨:៣០ យប់</div>TEXT", "05/08/2026 20:30"),
    ("minute mark", "", "<h1>TITLE</h1><div>10:30' ngày 05/08/2026</div>TEXT", "05/08/2026 10:30"),
]
