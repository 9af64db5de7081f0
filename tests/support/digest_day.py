"""A province's day in articles written for these tests: what several test modules compose and render."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from digest.model import Numbers, Request
from press import Article, OutletHealth, Place, Relevance, Story, Subscription, TopicTag

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
END = datetime(2026, 8, 4, 23, 45, tzinfo=UTC)  # 06:45 on 5 August
START = END - timedelta(days=1)
NOW = END + timedelta(minutes=1)
UNSUBSCRIBE = "https://diembao.example.vn/unsubscribe?token=WzEsImNhbmJvQGV4YW1wbGUudm4iXQ.9sJ0gE3cQeQzYb1m0cO3sW8aQ2k"
SENDER = "Điểm báo <diembao@example.vn>"

OUTLETS = {
    "baocantho": "Báo Cần Thơ",
    "vov": "VOV",
    "tuoitre": "Tuổi Trẻ",
    "thanhnien": "Thanh Niên",
    "nhandan": "Nhân Dân",
    "sggp": "Sài Gòn Giải Phóng",
    "baodantoc": "Báo Dân tộc",
    "vovkhmer": "VOV tiếng Khmer",
}

READER = Subscription(
    id=1,
    email="canbo@example.vn",
    name="Phòng Báo chí",
    at="06:45",
    days="daily",
    topics=(),
    places=(),
    language="vi",
    created_at=datetime(2026, 7, 1, tzinfo=UTC),
)


def place(name: str, code: str = "", *, in_area: bool = True) -> Place:
    """A place of the area, unless said otherwise."""
    return Place(name, code, name, "", in_area=in_area)


def article(
    number: int,
    outlet: str = "vov",
    title: str = "",
    *,
    hours: float = 6.0,
    lead: str = "",
    topics: tuple[str, ...] = ("environment",),
    tone: int | None = 0,
    places: tuple[Place, ...] = (),
    relevance: Relevance = "focus",
    **more: object,
) -> Article:
    """An article published `hours` before the end of the period and read ten minutes later."""
    published = END - timedelta(hours=hours)
    made = Article(
        id=number,
        url=f"https://{outlet}.example.vn/bai-{number}.html",
        outlet=outlet,
        title=title or f"Chuyện thứ {number} của địa bàn",
        lead=lead,
        body="",
        language="vi",
        published_at=published,
        fetched_at=published + timedelta(minutes=10),
        relevance=relevance,
        topics=tuple(TopicTag(topic, 0.9) for topic in topics),
        tone=tone,
        places=places,
    )
    return replace(made, **more)  # type: ignore[arg-type]


DIKE, FERRY, LONGAN, SCHOOL, BRIDGE, FEST, CLINIC, CITY, KHMER, SHRIMP, THEFT = range(1, 12)

ARTICLES: tuple[Article, ...] = (
    article(
        *(101, "vov", "Sạt lở trong đêm cuốn 60 m đê bao cồn, 40 hộ dân Cù Lao Dung phải dời nhà"),
        lead="Nước xoáy khoét sâu chân đê từ lúc nửa đêm; đến sáng, đoạn đê dài khoảng 60 m đã trôi xuống sông Hậu, "
        "uy hiếp 40 hộ dân sống sát mép nước và gần 25 ha cây ăn trái sắp vào vụ thu hoạch của bà con trên cồn.",
        hours=13.5,
        tone=-1,
        places=(place("xã Cù Lao Dung"),),
        story=DIKE,
    ),
    article(
        *(102, "baocantho", "Cù Lao Dung gia cố khẩn cấp đoạn đê bị sóng đánh sập"),
        hours=6,
        tone=-1,
        places=(place("xã Cù Lao Dung"),),
        story=DIKE,
        lead="Gần 200 người cùng 12 xe cơ giới được huy động đắp bờ tạm trước con nước rằm.",
    ),
    article(
        *(103, "thanhnien", "Bờ sông Hậu ở cù lao lại sạt, dân thức trắng đêm"),
        hours=3,
        tone=-1,
        places=(place("xã Cù Lao Dung"),),
        story=DIKE,
    ),
    article(
        *(104, "sggp", "Sạt lở trong đêm cuốn 60 m đê bao cồn"),
        hours=2,
        tone=-1,
        places=(place("xã Cù Lao Dung"),),
        story=DIKE,
        reprint_of=101,
    ),
    article(
        *(111, "tuoitre", "Hành khách phản ánh phà thu thêm tiền xe máy chở hàng"),
        lead="Nhiều người qua bến mỗi sáng cho biết phải trả cao hơn giá niêm yết 5.000 đồng mà không được đưa vé.",
        hours=10,
        topics=("citizen_feedback", "infrastructure"),
        tone=-1,
        story=FERRY,
        places=(place("xã Đại Ngãi"),),
    ),
    article(
        *(112, "vov", "Bến phà niêm yết lại giá vé sau phản ánh của người dân"),
        hours=1.5,
        topics=("infrastructure",),
        tone=0,
        story=FERRY,
        places=(place("xã Đại Ngãi"),),
    ),
    article(
        *(121, "thanhnien", "Nhãn Vĩnh Châu rớt giá giữa vụ, nhà vườn chờ thương lái"),
        lead="Giá mua tại vườn còn 9.000 đồng/kg, thấp hơn một nửa so với cùng kỳ, trong khi chi phí bón phân tăng.",
        hours=22.5,
        topics=("agriculture", "economy"),
        tone=-1,
        story=LONGAN,
        places=(place("phường Vĩnh Châu"),),
    ),
    article(
        *(122, "baocantho", "Nhãn Vĩnh Châu rớt giá giữa vụ"),
        hours=20,
        topics=("agriculture",),
        tone=-1,
        story=LONGAN,
        reprint_of=121,
        places=(place("phường Vĩnh Châu"),),
    ),
    article(
        *(123, "nhandan", "Nhãn Vĩnh Châu rớt giá"),
        hours=19,
        topics=("agriculture",),
        tone=-1,
        story=LONGAN,
        reprint_of=121,
        places=(place("phường Vĩnh Châu"),),
    ),
    article(
        *(131, "baocantho", "Thêm 18 phòng học cho trường vùng sâu Mỹ Xuyên trước năm học mới"),
        lead="Công trình vượt tiến độ một tháng, đủ chỗ cho hơn 600 học sinh học hai buổi một ngày.",
        hours=8,
        topics=("education",),
        tone=1,
        story=SCHOOL,
        places=(place("xã Mỹ Xuyên"),),
    ),
    article(
        *(141, "nhandan", "Hợp long nhịp chính cầu vượt sông nối hai xã ven biển Trần Đề"),
        lead="Nhịp dài 120 m được nối liền sớm hơn kế hoạch; đường dẫn hai đầu cầu dự kiến xong trong tháng 11.",
        hours=9,
        topics=("infrastructure",),
        tone=1,
        story=BRIDGE,
        places=(place("xã Trần Đề"),),
    ),
    article(
        *(142, "tuoitre", "Cầu Trần Đề hợp long, dân hai bờ mừng khỏi lụy phà"),
        hours=5,
        topics=("infrastructure",),
        tone=1,
        story=BRIDGE,
        places=(place("xã Trần Đề"),),
    ),
    article(
        *(151, "baodantoc", "Các đội ghe Ngo tập luyện sớm cho mùa hội đua trên sông Maspero"),
        lead="Mười hai chùa đã hạ thủy ghe mới; có đội dậy chèo từ bốn giờ sáng.",
        hours=15,
        topics=("culture_tourism", "ethnic_affairs"),
        tone=1,
        story=FEST,
        places=(place("phường Sóc Trăng"),),
    ),
    article(
        *(161, "baocantho", "Trạm y tế Kế Sách khám, phát thuốc miễn phí cho 350 người cao tuổi"),
        hours=17,
        topics=("health", "vulnerable_groups"),
        tone=1,
        story=CLINIC,
        places=(place("xã Kế Sách"),),
    ),
    article(
        *(171, "vov", "Triều cường cuối tuần có thể vượt báo động 2 trên toàn thành phố Cần Thơ"),
        lead="Cơ quan khí tượng khuyến cáo các phường trũng thấp chủ động kê cao đồ đạc, hoãn xuống giống lúa.",
        hours=4,
        relevance="mention",
        story=CITY,
        places=(place("thành phố Cần Thơ", in_area=False),),
    ),
    article(
        *(181, "vovkhmer", "សាលារៀនថ្មីសម្រាប់កុមារខ្មែរនៅតំបន់ឆ្នេរ"),
        lead="អាគារសិក្សាថ្មីនឹងបើកទទួលសិស្សានុសិស្សនៅដើមឆ្នាំសិក្សាខាងមុខ ដោយមានបន្ទប់រៀនចំនួនដប់ពីរ។",
        hours=11,
        topics=("education", "ethnic_affairs"),
        tone=1,
        story=KHMER,
        language="km",
    ),
    article(
        *(191, "sggp", "Tôm thẻ nuôi nước lợ Vĩnh Châu trúng mùa, người nuôi lãi một phần ba"),
        hours=12,
        topics=("agriculture",),
        tone=1,
        story=SHRIMP,
        places=(place("phường Vĩnh Châu"),),
    ),
    article(
        *(201, "tuoitre", "Bắt nhóm trộm cắp máy bơm nước trên đồng ở Mỹ Tú"),
        hours=7,
        topics=("law_order",),
        tone=None,
        story=THEFT,
        places=(place("xã Mỹ Tú"),),
    ),
    article(90, "vov", "Phà vẫn đông khách ngày đầu tuần", hours=60, story=FERRY, places=(place("xã Đại Ngãi"),)),
    article(91, "vov", "Danh sách địa phương quay số trong tuần", hours=6, relevance="passing"),
)

COVERAGE: tuple[OutletHealth, ...] = (
    *(OutletHealth(slug, name, "ok") for slug, name in OUTLETS.items() if slug not in {"nhandan", "sggp", "baodantoc"}),
    OutletHealth("nhandan", "Nhân Dân", "down", since=END - timedelta(hours=8.5), last_error="HTTP 503"),
    OutletHealth("sggp", "Sài Gòn Giải Phóng", "layout_changed", since=END - timedelta(hours=40)),
    OutletHealth("baodantoc", "Báo Dân tộc", "silent", since=END - timedelta(hours=26), usual_gap_hours=5),
)

_DAILY = (15, 17, 21, 12, 9, 18, 22, 16, 14, 25, 13, 8, 20, 17)
NUMBERS = Numbers(
    today=18,
    mean_14d=16.2,
    month=96,
    month_negative=0.188,
    last_month_negative=0.21,
    last_year_negative=0.243,
    daily=tuple((date(2026, 7, 22) + timedelta(days=day), count) for day, count in enumerate(_DAILY)),
)


def stories_of(articles: tuple[Article, ...]) -> tuple[Story, ...]:
    """The stories the articles name themselves."""
    found: dict[int, list[Article]] = {}
    for one in articles:
        if one.story is not None:
            found.setdefault(one.story, []).append(one)
    return tuple(
        Story(
            id=story,
            title=members[0].title,
            articles=tuple(one.id for one in members),
            outlets=tuple(dict.fromkeys(one.outlet for one in members)),
            first_at=min(one.fetched_at for one in members),
            last_at=max(one.fetched_at for one in members),
        )
        for story, members in found.items()
    )


def request(articles: tuple[Article, ...] = ARTICLES, **changes: object) -> Request:
    """The edition of 5 August, with what a test changes of it."""
    made = Request(
        subscription=READER,
        start=START,
        end=END,
        articles=articles,
        stories=stories_of(articles),
        outlets=OUTLETS,
        delivered=frozenset({90}),
        coverage=COVERAGE,
        numbers=NUMBERS,
        area="Sóc Trăng (địa giới trước 01/7/2025)",
        timezone=ZONE,
        now=NOW,
        last_seen=0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]
