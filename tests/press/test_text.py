"""The ingest form of text, its derived forms, and datelines."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from press import text

NASTY = st.text(
    alphabet=st.sampled_from(
        "a&mp;#38x26lt oàÐđD\u0301\u0323\u200b\u00a0\u034f\ufeff\u202f\x00\n\t\u037e<\u00ad\ud800"
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Mưa lớn ở Cù Lao Dung", "Mưa lớn ở Cù Lao Dung"),
        ("phô\u0301i hợp", "phối hợp"),
        ("quyê\u0301t đi\u0323nh chi\u0309 đạo", "quyết định chỉ đạo"),
        ("Ðề nghị", "Đề nghị"),
        ("Nóng hôm nay:\u200b\u200b\u200b", "Nóng hôm nay:"),
        ("chương\u00a0trình  mới\u202f", "chương trình mới"),
        ("Khoa học &amp;amp; Công nghệ", "Khoa học & Công nghệ"),
        ("T&amp;T &#272;&#7845;t", "T&T Đất"),
        ("S\u034fó\u034fc Trăng", "Sóc Trăng"),
        ("a\u202eb\x07c\ufeff", "abc"),
        ("  hai\n\tdòng ", "hai dòng"),
        ("AT&T", "AT&T"),
        ("1 &lt; 2", "1 < 2"),
        ("ខ្មែរ\u200bក្រោម", "ខ្មែរក្រោម"),
        ("", ""),
    ],
)
def test_clean(raw: str, expected: str) -> None:
    assert text.clean(raw) == expected


@given(st.one_of(st.text(), NASTY))
def test_clean_is_idempotent_and_nfc(raw: str) -> None:
    once = text.clean(raw)
    assert text.clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == " ".join(once.split())


def test_clean_is_bounded_on_text_built_to_be_expensive() -> None:
    nested = "&#3" * 20_000 + "8;" * 20_000
    began = time.perf_counter()
    for raw in ("&" + "amp;" * 200_000, "&" + "amp" * 200_000, nested, "&#" * 100_000 + "38;" * 100_000):
        assert text.clean(text.clean(raw)) == text.clean(raw)
    assert time.perf_counter() - began < 5


def test_clean_lines_keeps_paragraphs() -> None:
    assert text.clean_lines(" một \r\n\n \u200b\nhai&nbsp; ba\n") == "một\nhai ba"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Hoà Tú", "Hòa Tú"),
        ("hoá học, khoẻ mạnh, thuỷ lợi, uỷ ban", "hóa học, khỏe mạnh, thủy lợi, ủy ban"),
        ("HOÀ BÌNH UỶ BAN Uỷ", "HÒA BÌNH ỦY BAN Ủy"),
        ("hoàn toán quý quỳ Quỵ QUÝ khoẻn", "hoàn toán quý quỳ Quỵ QUÝ khoẻn"),
        ("hòa thủy ủy", "hòa thủy ủy"),
        ("toà, goá. loè", "tòa, góa. lòe"),
        ("khuỷu huỳnh huých", "khuỷu huỳnh huých"),
    ],
)
def test_tone_normal(raw: str, expected: str) -> None:
    assert text.tone_normal(raw) == expected


@given(st.one_of(st.text(), st.text(alphabet="oaeuyqOUYQàáạèẻỳýÝÀhn ")))
def test_tone_normal_is_idempotent_and_keeps_length(raw: str) -> None:
    once = text.tone_normal(raw)
    assert text.tone_normal(once) == once
    assert len(once) == len(raw)


def test_fold() -> None:
    assert text.fold("Trần Đề, ĐỒNG NAI, Thuỷ") == "tran de, dong nai, thuy"
    assert text.fold("Soc Trang") == "soc trang"
    assert text.fold("ខេត្តឃ្លាំង") == "ខេត្តឃ្លាំង"


@given(st.text())
def test_fold_is_idempotent_on_its_own_result(raw: str) -> None:
    once = text.fold(unicodedata.normalize("NFC", raw))
    assert "đ" not in once
    assert text.fold(text.fold(once)) == text.fold(once)


@pytest.mark.parametrize(
    ("lead", "dateline"),
    [
        ("(Dân trí) - Sáng 5/8, mưa lớn gây ngập.", "(Dân trí)"),
        ("(Dân trí)- Sáng 5/8, mưa lớn gây ngập.", "(Dân trí)"),
        ("(Chinhphu.vn) - Thủ tướng yêu cầu.", "(Chinhphu.vn)"),
        ("(NLĐO) – Công an xác minh.", "(NLĐO)"),
        ("(VNA) The province opened a port.", "(VNA)"),
        ("TTO - Mưa lớn từ đêm qua.", "TTO"),
        ("TPO - Mưa lớn từ đêm qua.", "TPO"),
        ("STO - Huyện vừa khánh thành cầu.", "STO"),
        ("SKĐS - Bệnh viện tiếp nhận 12 ca.", "SKĐS"),
        ("SVVN - Sinh viên hiến máu.", "SVVN"),
        ("GD&TĐ - Trường học đón học sinh.", "GD&TĐ"),
        ("VOV.VN - Sáng nay, tàu cập cảng.", "VOV.VN"),
        ("VTV.vn - “Chúng tôi đã chuẩn bị”, ông nói.", "VTV.vn"),
        ("Baocantho.vn - Ngày 5/8, thành phố họp.", "Baocantho.vn"),
        ("Sóc Trăng (TTXVN) - Sáng 5/8, bão tan.", "Sóc Trăng (TTXVN)"),
        ("Cần Thơ (TTXVN) - Ngày 5/8, bão tan.", "Cần Thơ (TTXVN)"),
        ("Hà Nội, ngày 5/8 (TTXVN) - Quốc hội họp.", "Hà Nội, ngày 5/8 (TTXVN)"),
        ("Can Tho (VNA) – Farmers harvest early.", "Can Tho (VNA)"),
    ],
)
def test_datelines_are_split_off(lead: str, dateline: str) -> None:
    first, rest = text.split_dateline(lead)
    assert first == dateline
    assert lead.startswith(dateline)
    assert lead.endswith(rest)
    assert rest[0] not in " -–—"


@pytest.mark.parametrize(
    "lead",
    [
        "Lê Văn A - người đứng đầu hợp tác xã - cho biết vụ này được mùa.",
        "Mỹ - Iran nối lại đàm phán.",
        "GDP - Thước đo của nền kinh tế.",
        "HAGL - Hà Nội hòa nhau 1-1.",
        "VN-Index tăng 5 điểm.",
        "UBND - HĐND xã họp phiên đầu tiên.",
        "(Ảnh: Lan Anh) - Mưa lớn.",
        "Bão số 5 (Kalmaegi) đã vào bờ.",
        "Tổ chức Y tế Thế giới (WHO) Công bố khuyến cáo.",
        "Ông Nguyễn Văn B (Trưởng ban) nói.",
        "COVID-19 - đại dịch toàn cầu - đã lùi xa.",
        "Sóc Trăng - vùng đất của ba dân tộc.",
        "TTO -",
        "",
    ],
)
def test_ordinary_leads_stay_whole(lead: str) -> None:
    assert text.split_dateline(lead) == ("", lead)


@given(st.text(alphabet="TOVN.vn()-– Dântrí(S5 ", max_size=40))
def test_a_split_lead_loses_only_the_dash(lead: str) -> None:
    dateline, rest = text.split_dateline(lead)
    assert lead.startswith(dateline)
    assert lead.endswith(rest)
    assert not lead[len(dateline) : len(lead) - len(rest)].strip(" -–—:")
