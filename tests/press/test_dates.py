"""Every served form of a publication time, and what only looks like one."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from press import dates

VN = timezone(timedelta(hours=7))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN)


FEEDS = [  # outlet, as served, Vietnam time, zone
    ("VnExpress, Dân trí, VOV", "Fri, 14 Aug 2026 06:55:24 +0700", "2026-08-14T06:55:24", "served"),
    ("Thanh Niên", "Wed, 05 Aug 26 06:00:00 +0700", "2026-08-05T06:00:00", "served"),
    ("Tuổi Trẻ", "8/5/2026 5:32:00\u202fAM", "2026-08-05T05:32:00", "assumed"),
    ("Tuổi Trẻ, noon", "8/5/2026 12:02:00\u202fPM", "2026-08-05T12:02:00", "assumed"),
    ("Tuổi Trẻ, midnight", "8/5/2026 12:02:00\u202fAM", "2026-08-05T00:02:00", "assumed"),
    ("Báo Chính phủ", "8/4/2026 10:35:00 PM", "2026-08-04T22:35:00", "assumed"),
    ("Tiền Phong, Nhân Dân", "Wed, 05 Aug 2026 06:00:00 +07:00", "2026-08-05T06:00:00", "served"),
    ("VTV, CafeF, Kênh 14", "Wed, 05 Aug 2026 06:00:00 +07", "2026-08-05T06:00:00", "served"),
    ("BBC, VnEconomy", "Wed, 05 Aug 2026 06:00:00 GMT", "2026-08-05T13:00:00", "served"),
    ("GMT with an offset", "Wed, 05 Aug 2026 06:00:00 GMT+7", "2026-08-05T06:00:00", "served"),
]
PAGES = [
    ("Thứ năm, 17/9/2026, 07:31 (GMT+7)", "2026-09-17T07:31:00", "served", "minute"),
    ("05/10/2026 15:42 GMT+7", "2026-10-05T15:42:00", "served", "minute"),
    ("Thứ 7, 25/11/2023 | 15:24:53", "2023-11-25T15:24:53", "assumed", "second"),
    ("Thứ 6, 15/11/2024, 11:04[GMT+7]", "2024-11-15T11:04:00", "served", "minute"),
    ("09:19 04/01/2017", "2017-01-04T09:19:00", "assumed", "minute"),
    ("16:03, 25/03/2021", "2021-03-25T16:03:00", "assumed", "minute"),
    ("24/05/2019 - 07:42", "2019-05-24T07:42:00", "assumed", "minute"),
    ("12-04-2024, 11:40", "2024-04-12T11:40:00", "assumed", "minute"),
    ("Cập nhật: 22/12/2024", "2024-12-22T00:00:00", "assumed", "day"),
    ("Thứ Ba, Ngày 16 tháng 07 năm 2024", "2024-07-16T00:00:00", "assumed", "day"),
    ("5.8.2026", "2026-08-05T00:00:00", "assumed", "day"),
    ("08.30 - 05.08.2026", "2026-08-05T08:30:00", "assumed", "minute"),
    ("Thứ Tư, 8.30 | 5/8/2026", "2026-08-05T08:30:00", "assumed", "minute"),
    ("Chủ nhật, 08/03/2026 07:00", "2026-03-08T07:00:00", "assumed", "minute"),
    ("Thứ Bảy, 07/03/2026 - 07h30", "2026-03-07T07:30:00", "assumed", "minute"),
    ("07-03-2026 - 00:01 AM", "2026-03-07T00:01:00", "assumed", "minute"),
    ("07-03-2026 - 15:40 PM", "2026-03-07T15:40:00", "assumed", "minute"),
    ("05/08/2026 10:35 CH", "2026-08-05T22:35:00", "assumed", "minute"),
    ("07/03/2026 08:52 (GMT+07:00)", "2026-03-07T08:52:00", "served", "minute"),
    ("2026-03-07T00:05:00+07:00", "2026-03-07T00:05:00", "served", "second"),
    ("2026-03-07T01:07:18.123Z", "2026-03-07T08:07:18", "served", "second"),
    ("2026-03-07T08:07:18", "2026-03-07T08:07:18", "assumed", "second"),
    ("2026-03-07 08:07", "2026-03-07T08:07:00", "assumed", "minute"),
    ("2026-03-07", "2026-03-07T00:00:00", "assumed", "day"),
    ("20260805T070000+0700", "2026-08-05T07:00:00", "served", "second"),
    ("Wednesday, August 5, 2026, 07:31 (GMT+7)", "2026-08-05T07:31:00", "served", "minute"),
    ("August 5, 2026 | 07:31 am GMT+7", "2026-08-05T07:31:00", "served", "minute"),
    ("Wed Aug 05 2026 06:00:00 GMT+0700 (Indochina Time)", "2026-08-05T06:00:00", "served", "second"),
    ("Wed Aug 05 06:00:00 2026", "2026-08-05T06:00:00", "assumed", "second"),
    ("ថ្ងៃទី០៥ ខែសីហា ឆ្នាំ២០២៦", "2026-08-05T00:00:00", "assumed", "day"),
    ("០៥/០៨/២០២៦ ០៧:៣១", "2026-08-05T07:31:00", "assumed", "minute"),
]
NOT_TIMES = [
    "",
    "24 giờ trước khi thực hiện",
    "Chỉ còn ít giờ trước Lễ khai mạc",
    "2 giờ trước",
    "hôm qua",
    "ngày 15 tháng 7 năm Bính Ngọ theo âm lịch",
    "15/7/2026 âm lịch",
    "9 đến 15-11-2024",
    "ngày 4-8",
    "Ngày 4/8",
    "31/02/2026",
    "0912 345 678",
    "Giá vàng ngày 5/8/2026 tăng",
    "2026-13-45T99:99:99",
    "05/08/2026 25:61",
]


@pytest.mark.parametrize(("outlet", "raw", "expected", "zone"), FEEDS, ids=[row[0] for row in FEEDS])
def test_every_served_feed_form(outlet: str, raw: str, expected: str, zone: str) -> None:
    instant = dates.parse(raw)
    assert instant is not None
    assert (instant.at, instant.raw, instant.zone, instant.precision) == (local(expected), raw, zone, "second")
    assert instant.at.tzinfo is UTC


@pytest.mark.parametrize(("raw", "expected", "zone", "precision"), PAGES)
def test_every_page_form(raw: str, expected: str, zone: str, precision: str) -> None:
    instant = dates.parse(raw)
    assert instant is not None
    assert (instant.at, instant.zone, instant.precision) == (local(expected), zone, precision)


@pytest.mark.parametrize("raw", NOT_TIMES)
def test_what_is_no_publication_time(raw: str) -> None:
    assert dates.parse(raw) is None


def test_slashes_follow_the_outlets_rule() -> None:
    def day(raw: str, day_first: bool | None) -> datetime:
        instant = dates.parse(raw, day_first=day_first)
        assert instant is not None
        return instant.at.astimezone(VN)

    assert day("8/5/2026 5:32 AM", None).month == 8
    assert day("8/5/2026 5:32 AM", True).month == 5
    assert day("8/5/2026 5:32", None).month == 5
    assert day("8/5/2026 5:32", False).month == 8
    assert day("13/8/2026 5:32 AM", None) == local("2026-08-13T05:32:00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Báo Phương Nam | 09:19 04/01/2017 | In bài", "2017-01-04T09:19:00"),
        ("Ban Thời sự - 05/10/2026 15:42 GMT+7", "2026-10-05T15:42:00"),
        ("Thời sự Thứ tư, 5/8/2026 06:30 Chia sẻ", "2026-08-05T06:30:00"),
        ("Số 12/2026 ra ngày 05/08/2026, cập nhật 06/08/2026 10:00", "2026-08-06T10:00:00"),
    ],
)
def test_search_finds_the_time_among_other_words(text: str, expected: str) -> None:
    instant = dates.search(text)
    assert instant is not None
    assert instant.at == local(expected)


@pytest.mark.parametrize("text", ["Chương trình từ 1/8/2026 đến 5/8/2026", "rằm tháng bảy 15/7/2026 âm lịch", "5/8"])
def test_search_leaves_ranges_and_lunar_dates(text: str) -> None:
    assert dates.search(text) is None


FORMS = [
    "%a, %d %b %Y %H:%M:%S +0700",
    "%a, %d %b %y %H:%M:%S +0700",
    "%a, %d %b %Y %H:%M:%S +07:00",
    "%a, %d %b %Y %H:%M:%S +07",
    "%a, %d %b %Y %H:%M:%S GMT+7",
    "%m/%d/%Y %I:%M:%S\u202f%p",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %H:%M:%S",
    "%H:%M:%S %d/%m/%Y",
    "%d-%m-%Y, %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S+07:00",
    "%Y-%m-%dT%H:%M:%S",
    "Thứ Ba, %d/%m/%Y | %H:%M:%S [GMT+7]",
]


@given(
    at=st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2068-12-31")),
    form=st.sampled_from(FORMS),
)
def test_a_time_written_in_a_served_form_is_read_back(at: datetime, form: str) -> None:
    at = at.replace(microsecond=0)
    instant = dates.parse(at.strftime(form))
    assert instant is not None
    assert instant.at == at.replace(tzinfo=VN)


@given(st.text(alphabet="0123456789/-.: ,|()[]+TZAPMGthứngày áănmlúc\u202f", max_size=120))
def test_parse_and_search_never_raise(text: str) -> None:
    dates.parse(text)
    dates.search(text)


def test_hostile_text_is_answered_at_once() -> None:
    began = datetime.now(UTC)
    for text in (
        "lúc " * 48 + "1",
        "thứ 2, " * 280 + "5",
        "1/1/" * 480,
        "-" * 1990 + "1",
        "07:00 " * 330,
        "9" * 100_000,
    ):
        dates.parse(text)
        dates.search(text)
    assert datetime.now(UTC) - began < timedelta(seconds=2)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.vn/mua-lon-20260805075519174.htm", date(2026, 8, 5)),
        ("https://example.vn/mua-lon-188260805071033787.chn", date(2026, 8, 5)),
        ("https://example.vn/2026/08/05/mua-lon.html", date(2026, 8, 5)),
        ("https://example.vn/tin-20260805.html", date(2026, 8, 5)),
        ("https://example.vn/mua-lon-5047363.html", None),
        ("https://example.vn/mua-lon-20261345.html", None),
        ("https://example.vn/?d=20260805", None),
        ("http://[", None),
    ],
)
def test_the_date_of_an_address(url: str, expected: date | None) -> None:
    assert dates.url_date(url) == expected


def test_impossible_dates_say_why() -> None:
    now, url = local("2026-08-05T12:00:00"), "https://example.vn/a-20260805075519174.htm"
    assert dates.implausible(local("2026-08-05T12:11:00"), url=url, now=now) == "date from the future"
    assert dates.implausible(local("2026-08-05T12:09:00"), url=url, now=now) == ""
    assert dates.implausible(local("2026-08-04T23:59:00"), url=url, now=now) == "date before the URL's own"
    assert dates.implausible(local("2026-08-05T00:00:00"), url=url, now=now) == ""
    assert dates.implausible(local("2020-01-01T00:00:00"), url="https://example.vn/a", now=now) == ""


@pytest.mark.shared
def test_every_served_date_of_the_real_feeds_is_read(shared_data: Path) -> None:
    failed: Counter[str] = Counter()
    months: Counter[tuple[int, int]] = Counter()
    with gzip.open(shared_data / "feeds_2026.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            instant = dates.parse(item["published"] or "")
            if instant is None:
                failed[item["published"]] += 1
            else:
                months[instant.at.year, instant.at.month] += 1
    assert not failed
    assert months[2026, 7] + months[2026, 8] > 0.97 * months.total(), months.most_common(12)
