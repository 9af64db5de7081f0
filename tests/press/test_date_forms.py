"""Laws of publication times: whatever is composed of the forms outlets use is read back, what only looks so is not."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from press import dates

VN = timezone(timedelta(hours=7))
WORDS = ("Một", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Mười Hai")
KHMER_MONTHS = (
    *("មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា"),
    *("កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ"),
)
KHMER_DAYS = ("ចន្ទ", "អង្គារ", "ពុធ", "ព្រហស្បតិ៍", "សុក្រ", "សៅរ៍", "អាទិត្យ")
IN_KHMER = tuple(f"ថ្ងៃ{name}" for name in KHMER_DAYS)
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
NUMBERED = ("Thứ 2", "T3", "Th 4", "thứ 5", "Thứ 6", "T7", "CN")

DAYS = {
    "slashes": lambda at: f"{at:%d/%m/%Y}",
    "slashes unpadded": lambda at: f"{at.day}/{at.month}/{at.year}",
    "spaced": lambda at: f"{at.day} / {at.month} / {at.year}",
    "hyphens": lambda at: f"{at:%d-%m-%Y}",
    "dots": lambda at: f"{at:%d.%m.%Y}",
    "iso": lambda at: f"{at:%Y-%m-%d}",
    "words": lambda at: f"{at.day} tháng {at.month} năm {at.year}",
    "words comma": lambda at: f"{at.day} tháng {at.month}, {at.year}",
    "words padded": lambda at: f"ngày {at:%d} tháng {at:%m} năm {at.year}",
    "month in words": lambda at: f"ngày {at.day} tháng {WORDS[at.month - 1]} năm {at.year}",
    "month in words first": lambda at: f"Tháng {WORDS[at.month - 1]} {at.day}, {at.year}",
    "wordpress": lambda at: f"{at:%d} Th{at.month} {at.year}",
    "cldr": lambda at: f"{at.day} Thg {at.month}, {at.year}",
    "english": lambda at: f"{at.day} {at:%B} {at.year}",
    "english short": lambda at: f"{at:%d-%b-%Y}",
    "american": lambda at: f"{at:%b} {at.day}, {at.year}",
    "khmer": lambda at: f"ថ្ងៃទី{at:%d} ខែ{KHMER_MONTHS[at.month - 1]} ឆ្នាំ{at.year}",
    "khmer figures": lambda at: f"ថ្ងៃទី{at:%d} ខែ{at.month} ឆ្នាំ{at.year}",
}


def _half(at: datetime, words: tuple[str, str, str, str, str]) -> str:
    """The half of the day in words: morning, noon, afternoon, evening, night."""
    hour = at.hour
    place = (
        0
        if 1 <= hour < 11
        else 1
        if hour in {11, 12}
        else 2
        if hour in range(13, 18)
        else 3
        if hour < 22 and hour
        else 4
    )
    return words[place]


CLOCKS = {
    "colon": lambda at: f"{at:%H:%M}",
    "colon unpadded": lambda at: f"{at.hour}:{at:%M}",
    "seconds": lambda at: f"{at:%H:%M:%S}",
    "h": lambda at: f"{at:%H}h{at:%M}",
    "minute mark": lambda at: f"{at.hour}h{at:%M}'",
    "minute letter": lambda at: f"{at:%H}h{at:%M}p",
    "g": lambda at: f"{at.hour}g{at:%M}",
    "hours in words": lambda at: f"{at.hour} giờ {at:%M} phút",
    "half": lambda at: f"{at.hour % 12 or 12}:{at:%M} {_half(at, ('sáng', 'trưa', 'chiều', 'tối', 'đêm'))}",
    "half h": lambda at: f"{at.hour % 12 or 12}h{at:%M} {_half(at, ('sáng', 'trưa', 'chiều', 'tối', 'đêm'))}",
    "SA CH": lambda at: f"{at.hour % 12 or 12}:{at:%M} {'SA' if at.hour < 12 else 'CH'}",
    "24 hours with PM": lambda at: f"{at:%H:%M} {'AM' if at.hour < 12 else 'PM'}",
    "khmer": lambda at: f"ម៉ោង {at.hour % 12 or 12}:{at:%M} {_half(at, ('ព្រឹក', 'ថ្ងៃត្រង់', 'រសៀល', 'យប់', 'យប់'))}",
    "khmer minutes": lambda at: f"ម៉ោង{at.hour} និង{at:%M}នាទី",
}
BETWEEN = (" ", ", ", " - ", " – ", " | ", " • ", " lúc ", "\u00a0-\u00a0", " -", "- ")
LABELS = ("", "Ngày đăng: ", "Đăng lúc ", "Cập nhật: ", "Cập nhật lúc ", "Xuất bản: ", "Published: ", "(")
ZONES = ("", " GMT+7", " (GMT+7)", " [GMT+7]", " (GMT+07:00)", " +07:00", " ICT")
KHMER_DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")

moments = st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2068-12-31")).map(
    lambda at: at.replace(second=0, microsecond=0)
)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@example(  # the day is no second of the clock
    at=datetime.fromisoformat("2026-08-15T10:30"), day="spaced", clock="hours in words", between=" ", label="", zone="",
    weekday=None, clock_first=True, khmer=False,
)  # fmt: skip
@given(
    at=moments,
    day=st.sampled_from(sorted(DAYS)),
    clock=st.sampled_from(sorted(CLOCKS)),
    between=st.sampled_from(BETWEEN),
    label=st.sampled_from(LABELS),
    zone=st.sampled_from(ZONES),
    weekday=st.sampled_from((None, WEEKDAYS, NUMBERED, IN_KHMER)),
    clock_first=st.booleans(),
    khmer=st.booleans(),
)
def test_every_form_is_read_back(
    at: datetime,
    day: str,
    clock: str,
    between: str,
    label: str,
    zone: str,
    weekday: tuple[str, ...] | None,
    clock_first: bool,
    khmer: bool,
) -> None:
    shown = f"{weekday[at.weekday()]}, {DAYS[day](at)}" if weekday else DAYS[day](at)
    if ("PM" in clock and "slashes" in day) or day == "spaced":
        shown = DAYS[day](at) if weekday is None and "PM" not in clock else f"{WEEKDAYS[at.weekday()]}, {DAYS[day](at)}"
    time = CLOCKS[clock](at) + zone
    text = label + (f"{time}{between}{shown}" if clock_first else f"{shown}{between}{time}")
    if khmer:
        text = text.translate(KHMER_DIGITS)
    instant = dates.parse(text)
    assert instant is not None, text
    assert instant.at == at.replace(tzinfo=VN), text
    assert instant.zone == ("served" if zone else "assumed"), text
    assert instant.doubt == "", text
    expected = "updated" if "Cập nhật" in label else "published" if len(label) > 1 else ""
    assert instant.label == expected


MACHINES = [
    "{:%Y-%m-%dT%H:%M:%S}+07:00",
    "{:%Y-%m-%dT%H:%M:%S}T+07:00",
    "{:%Y-%m-%dTT%H:%M:%S}+07:00",
    "{:%Y-%m-%dT%H:%M:%S} 07:00",
    "{:%Y-%m-%dT%H:%M:%S}+07:00:00",
    "{:%Y-%m-%dT%H:%M:%S}+7",
    "{:%Y-%m-%dT%H:%M:%S}Z+07:00",
    "{:%Y-%m-%dT%H:%M:%S}.0000000+07:00",
    "{:%Y-%m-%dT%H:%M:%S}GMT+7",
    "{:%Y-%m-%dT%H:%M:%S}+07:00[Asia/Ho_Chi_Minh]",
    "{:%Y-%m-%dT%H:%M:%S}[Asia/Saigon]",
    "{:%Y-%m-%d %H:%M:%S}.0",
    "{:%Y%m%dT%H%M%S}+0700",
    "{:%Y%m%d%H%M%S}",
    "{:%Y/%m/%d %H:%M:%S}",
    "{:%a %b %d %H:%M:%S} ICT {:%Y}",
    "{:%a %b %d %H:%M:%S} GMT+07:00 {:%Y}",
    "{:%a %b %d %Y %H:%M:%S} GMT+0700 (Giờ Đông Dương)",
    "{:%a, %d %b %Y %H:%M:%S} ICT",
    "{:%A, %m/%d/%Y %I:%M:%S %p}",
    "{:%d/%m/%Y %H:%M:%S}",
]


@given(at=st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2068-12-31")))
@pytest.mark.parametrize("form", MACHINES)
def test_machine_forms_and_their_slips_are_read_back(form: str, at: datetime) -> None:
    at = at.replace(microsecond=0)
    instant = dates.parse(form.format(at, at))
    assert instant is not None
    assert instant.at == at.replace(tzinfo=VN)


@given(at=st.datetimes(datetime.fromisoformat("2001-09-10"), datetime.fromisoformat("2068-12-31")))
def test_seconds_since_1970_are_read_back(at: datetime) -> None:
    served = at.replace(tzinfo=VN, microsecond=0)
    seconds = int(served.timestamp())
    for text in (f"{seconds}", f"{seconds}000", f" {seconds}.0 ", f"/Date({seconds}000+0700)/"):
        instant = dates.parse(text)
        assert instant is not None
        assert (instant.at, instant.zone) == (served, "served")


@given(at=moments)
def test_a_weekday_decides_which_figure_is_the_day(at: datetime) -> None:
    for text in (f"{at:%A}, {at.month}/{at.day}/{at.year} 8:30 AM", f"{WEEKDAYS[at.weekday()]}, {at:%d/%m/%Y} 8:30 AM"):
        instant = dates.parse(text)
        assert instant is not None
        swapped = at.day <= 12 and at.replace(day=at.month, month=at.day).weekday() == at.weekday()
        assert swapped or instant.at.astimezone(VN).date() == at.date()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 giờ trước", "2026-08-06T09:00"),
        ("cách đây 2 giờ", "2026-08-06T10:00"),
        ("Đăng 5 phút trước", "2026-08-06T11:55"),
        ("2h trước", "2026-08-06T10:00"),
        ("2 giờ 15 phút trước", "2026-08-06T09:45"),
        ("vừa xong", "2026-08-06T12:00"),
        ("hôm qua", "2026-08-05T00:00"),
        ("Hôm qua, 08:30", "2026-08-05T08:30"),
        ("08:30 hôm nay", "2026-08-06T08:30"),
        ("2 ngày trước", "2026-08-04T00:00"),
        ("1 tuần trước", "2026-07-30T00:00"),
        ("៣ ម៉ោងមុន", "2026-08-06T09:00"),
        ("ម្សិលមិញ", "2026-08-05T00:00"),
        ("an hour ago", "2026-08-06T11:00"),
        ("Yesterday at 8:30 PM", "2026-08-05T20:30"),
    ],
)
def test_times_told_from_the_moment_of_reading(text: str, expected: str) -> None:
    now = datetime(2026, 8, 6, 12, tzinfo=VN)
    instant = dates.parse(text, now=now)
    assert instant is not None
    assert instant.at == datetime.fromisoformat(expected).replace(tzinfo=VN)
    assert dates.parse(text) is None, "without that moment it says nothing"


@pytest.mark.parametrize(
    "text",
    [
        "Vụ việc xảy ra lúc 22:30 ngày 20/07/2026 tại huyện Mỹ Xuyên, tỉnh Sóc Trăng.",
        "Vụ cháy xảy ra lúc 22:30 ngày 20/07/2026",
        "Lúc 22:30 ngày 20/07/2026, Công an xã Mỹ Xuyên bắt giữ hai người",
        "Khoảng 22h30 ngày 20/07/2026, tại xã Mỹ Xuyên xảy ra vụ cháy",
        "Thời gian: từ 08:00 ngày 20/09/2026 đến 17:00 ngày 25/09/2026",
        "Đăng ký trước 17:00 ngày 25/09/2026",
        "Ảnh chụp lúc 10:00 ngày 01/08/2026",
        "Giá vàng ngày 5/8/2026 tăng",
        "Số 4211 ra ngày 05/08/2026",
        "Nghị định số 45/05/08/2026",
        "Chỉ còn 24 giờ trước khi thực hiện",
        "tháng 8/2026",
        "Tháng Tám, 2026",
        "năm 2026",
    ],
)
def test_what_only_looks_like_the_time_of_an_article(text: str) -> None:
    assert dates.search(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("1900123456", "0912345678", "028 3822 1234"),
        *("05/08/2026 - 06/08/2026", "32/08/2026", "05/08/2026 2026"),
    ],
)
def test_figures_that_are_no_date(text: str) -> None:
    instant = dates.parse(text)
    assert instant is None or dates.implausible(instant.at, url="", now=datetime(2026, 8, 6, tzinfo=VN))


@pytest.mark.parametrize(
    ("text", "expected", "label"),
    [
        ("Đăng lúc: 08:30 05/08/2026 | Cập nhật: 15:30 06/08/2026", "2026-08-05T08:30", "published"),
        ("Cập nhật lúc 15:30 ngày 06/08/2026 - Ngày đăng 08:30 ngày 05/08/2026", "2026-08-05T08:30", "published"),
        ("Cập nhật 15:30 06/08/2026 08:30 05/08/2026", "2026-08-05T08:30", ""),
        ("Chỉnh sửa lần cuối 15:30 06/08/2026", "2026-08-06T15:30", "updated"),
        ("Thời sự | 05/08/2026 08:30 GMT+7 | 0 Bình luận", "2026-08-05T08:30", ""),
        ("Ngày đăng: 05/08/2026 08:30 - 1.234 lượt xem", "2026-08-05T08:30", "published"),
        ("05.08.2026 08.30", "2026-08-05T08:30", ""),
        ("Updated  August, 05/2026 - 08:30", "2026-08-05T08:30", "updated"),
        ("Ngày đăng: 05/08/2026 Giờ: 08:30", "2026-08-05T08:30", "published"),
        ("Thứ tư, 5-8-2026 | 8.30", "2026-08-05T08:30", ""),
        ("Nguyễn Văn A - 08:30, 05/08/2026", "2026-08-05T08:30", ""),
        ("Theo Dân trí 08:30 05/08/2026", "2026-08-05T08:30", ""),
    ],
)
def test_labels_are_read(text: str, expected: str, label: str) -> None:
    instant = dates.search(text)
    assert instant is not None
    assert (instant.at, instant.label) == (datetime.fromisoformat(expected).replace(tzinfo=VN), label)


def test_a_weekday_that_is_wrong_is_a_doubt() -> None:
    instant = dates.parse("Thứ Ba, 25/08/2026 08:30")
    right = dates.parse("Thứ Ba, 25/08/2026 08:30".replace("Ba", "Tư"))
    assert instant is not None
    assert right is not None
    assert (instant.at, instant.doubt, right.doubt) == (right.at, "", dates.WRONG_WEEKDAY)
