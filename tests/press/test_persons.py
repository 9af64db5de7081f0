"""The warning that a text may name a person: texts written for it, a hundred with a person and two hundred without."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from press.persons import named

WHO = """Nguyễn Văn An|Trần Thị Bích Hoa|Lê Hoàng Nam|Phạm Minh Tuấn|Huỳnh Thanh Phong|Võ Thị Sáu Em|Đặng Quốc Bảo
Bùi Thị Lan|Đỗ Hữu Phước|Hồ Ngọc Ánh|Ngô Gia Huy|Dương Kim Ngân|Lý Sà Rươne|Thạch Thị Sa Rây|Danh Hoàng Út
Kim Sơn Hải|Châu Minh Đức|Trương Văn Bé|Lâm Thị Mỹ Hạnh|Quách Tấn Lộc|Mai Xuân Trường|Tô Văn Tèo|Đinh Công Thành
Phan Thị Ngọc Trinh|Vương Đình Khôi"""
NAMES = WHO.replace("\n", "|").split("|")
WITH = (
    "Đã mời ông {} đến làm việc và trả lời bằng văn bản",
    "{} khiếu nại việc thu hồi đất, xã đã giải quyết",
    "Theo đơn của bà {}, đoạn bờ kè bị sạt lở từ tháng 6",
    "Kết quả xác minh: nhà báo {} phản ánh đúng",
)
MORE_WITH = """Gọi cho người dân theo số 0912 345 678|Số liên hệ: +84 912345678|Người gửi đơn có CCCD 094123456789
CMND số 365123456|anh Tâm ở ấp 3 cho biết|Chị Hai báo tin|bác sĩ Minh trực ca|luật sư Hùng gửi đơn|đồng chí Thảo ký
cô Út bán vé số"""
PLACES = """UBND xã Đại Ngãi|Sở Y tế|Sở Nông nghiệp và Môi trường|Công an tỉnh|Báo Cần Thơ|Đài Truyền hình Việt Nam
UBND phường Sóc Trăng|Trường THPT Trần Văn Bảy|Trường Tiểu học Lê Hồng Phong|đường Nguyễn Văn Linh|cầu Nguyễn Trãi
xã Nguyễn Văn Thảnh|chợ Bông Sen|Bệnh viện Đa khoa Sóc Trăng|Công ty Cấp nước Sóc Trăng|cảng Trần Đề|Cù Lao Dung
sông Hậu|kênh Xáng Xà No|chùa Dơi|Ban Quản lý dự án Giao thông|Thanh tra Chính phủ|Bộ Giáo dục và Đào tạo
Hội Nông dân|Mặt trận Tổ quốc Việt Nam|Quốc lộ 60|đường Trần Hưng Đạo|phường Vĩnh Châu|xã Kế Sách|Điện lực Sóc Trăng
Tuổi Trẻ|Thanh Niên|VnExpress|Ngân hàng Nhà nước|Trung tâm Kiểm soát bệnh tật|Văn phòng Ủy ban nhân dân
trường THCS Võ Thị Sáu|khu công nghiệp An Nghiệp|bến phà Đại Ngãi|công viên Hồ Nước Ngọt|Lễ hội Óc Om Bóc
UBND TP Cần Thơ|Sở Văn hóa, Thể thao và Du lịch|xã Mỹ Tú|ấp Phước Hòa"""
OFFICES = PLACES.replace("\n", "|").split("|")
WITHOUT = (
    "{} đã có văn bản số 123/CV ngày 05/8/2026 trả lời",
    "Giao {} kiểm tra, báo cáo trước ngày 20/8/2026",
    "Người dân phản ánh tình trạng ngập tại {}, nước sâu 40 cm",
    "Đã khắc phục xong tại {}; kinh phí 1.250.000.000 đồng",
)
MORE_WITHOUT = """Phà Đại Ngãi ngừng chạy, hành khách chờ nhiều giờ|Độ mặn 4,2‰ tại cửa sông Trần Đề
Giá lúa giảm còn 5.800 đồng/kg|Bà con chờ nước ngọt|ông bà lớn tuổi đi lại khó|các anh chị công nhân bị nợ lương
Sự việc đã được giải quyết dứt điểm|Thông tin cải chính, xin lỗi đã đăng
Điện thoại phản ánh lúc 09:30 ngày 04/8/2026|Văn bản 0123/UBND-VX và 4567/SXD-HT
Hỗ trợ 094 hộ dân, mỗi hộ 2 triệu đồng|Khai thác cát trái phép trên sông Hậu|Học sinh nghỉ học vì ngập
Tôm chết hàng loạt|Hai bến phà dừng từ 05:00|Đề nghị bổ sung hồ sơ|Trạm bơm số 2 hỏng
Nước lũ rút chậm|Xe buýt tuyến 08 quá tải|Chậm chi trả tiền đền bù"""
NAMING = [frame.format(name) for name in NAMES for frame in WITH][: 100 - 10] + MORE_WITH.replace("\n", "|").split("|")
SILENT = [frame.format(name) for name in OFFICES for frame in WITHOUT] + MORE_WITHOUT.replace("\n", "|").split("|")


def test_the_texts_are_as_many_as_they_say() -> None:
    assert len(set(NAMING)) == len(NAMING) == 100
    assert len(set(SILENT)) == len(SILENT) >= 200


def test_persons_are_noticed() -> None:
    missed = [text for text in NAMING if not named(text)]
    assert len(missed) <= 10, missed


def test_offices_places_and_numbers_are_no_persons() -> None:
    false = [(text, named(text)) for text in SILENT if named(text)]
    assert len(false) <= len(SILENT) * 0.05, false


@pytest.mark.parametrize(
    ("text", "found", "why"),
    [
        ("Ông Nguyễn Văn An báo", "Nguyễn Văn An", "title"),
        ("Nguyễn Văn An báo", "Nguyễn Văn An", "surname"),
        ("gọi 0912.345.678 nhé", "0912.345.678", "phone"),
        ("CCCD: 094123456789", "CCCD: 094123456789", "identity"),
    ],
)
def test_it_says_why(text: str, found: str, why: str) -> None:
    assert named(text) == [(found, why)]


def test_a_place_that_bears_a_persons_name_can_be_told() -> None:
    assert named("Mai Thanh Thế thiếu nước")
    assert not named("Mai Thanh Thế thiếu nước", ["Mai Thanh Thế"])


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert all(one.text in text for one in named(text))
