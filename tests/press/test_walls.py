"""What pages say that stand in an article's place, and headlines that only speak of such things."""

from __future__ import annotations

import pytest

from press import walls

GONE = [
    "404",
    "404 - Không tìm thấy trang",
    "Lỗi 404",
    "404 Not Found",
    "Error 404 (Not Found)!!1",
    "Trang bạn yêu cầu không tồn tại hoặc đã bị xóa.",
    "Rất tiếc, trang bạn tìm kiếm không tồn tại",
    "Xin lỗi quý độc giả! Bài viết này không còn tồn tại trên hệ thống",
    "Không tìm thấy bài viết",
    "Không tìm thấy nội dung bạn yêu cầu",
    "Bài viết đã bị gỡ",
    "Bài viết này đã được gỡ bỏ theo yêu cầu của cơ quan chức năng.",
    "Bài viết không tồn tại hoặc đã bị gỡ bỏ.",
    "Nội dung bạn tìm kiếm hiện không khả dụng",
    "Bài báo đã được tòa soạn rút xuống để thẩm định lại",
    "Tin này đã bị ẩn",
    "Tòa soạn đã gỡ bài viết này vì thông tin chưa được kiểm chứng",
    "Đường dẫn này không hợp lệ",
    "Bài viết đã bị gỡ bỏ - Báo Ví Dụ",
    "Không tìm thấy trang | Báo Ví Dụ",
    "Page not found",
    "Sorry, the page you are looking for was not found",
    "This article is no longer available",
    "The requested URL was not found on this server",
    "This story has been removed",
    "រកមិនឃើញទំព័រ",
]
CLOSED = [
    "Hệ thống đang bảo trì",
    "Hệ thống đang bảo trì, mời bạn đọc quay lại sau ít phút.",
    "Website đang được nâng cấp",
    "Trang tin tạm ngừng phục vụ để nâng cấp",
    "Máy chủ hiện đang quá tải, vui lòng thử lại sau",
    "Đang bảo trì hệ thống",
    "Trang thông tin điện tử của Báo Ví Dụ đang bảo trì",
    "503 Service Temporarily Unavailable",
    "500 Internal Server Error",
    "502 Bad Gateway",
    "Error establishing a database connection",
    "Lỗi kết nối cơ sở dữ liệu",
    "Site under maintenance",
    "We'll be back soon",
    "Hệ thống đang bảo trì | Báo Ví Dụ",
]
HEADLINES = [
    "Không tìm thấy hai thuyền viên mất tích trên biển",
    "Bài học từ những cánh đồng không còn nước ngọt",
    "Trang trại không tìm thấy đầu ra cho hơn 404 con bò",
    "404 hộ dân vùng sạt lở được cấp nền nhà mới",
    "Bài viết bị gỡ trên Facebook của cán bộ xã gây xôn xao",
    "Tin giả về vỡ đê đã bị xóa, người đăng bị phạt 7,5 triệu đồng",
    "Nội dung quảng cáo sai sự thật phải gỡ trong 24 giờ",
    "Video đã giúp gia đình tìm lại con sau 20 năm",
    "Hệ thống thủy lợi Nam Măng Thít đang bảo trì, nhiều nơi thiếu nước",
    "Trang bị máy bơm cho các xã ven biển",
    "Nâng cấp hệ thống đê biển Vĩnh Châu",
    "Bảo trì cầu Đại Ngãi trong ba đêm",
    "500 hộ dân Cù Lao Dung có nước sạch",
    "503 căn nhà bị tốc mái sau cơn dông",
    "Đường dẫn cầu Đại Ngãi không tồn tại tình trạng lún",
    "Dịch vụ công trực tuyến: người dân còn lúng túng",
    "Lỗi máy chủ khiến thí sinh không tra được điểm: sở xin lỗi và hứa mở lại cổng ngay trong đêm",
    "Lỗi hệ thống khiến hàng nghìn thí sinh không tra được điểm, sở xin lỗi",
    "Index funds draw savers of the delta",
    "Tài khoản 2 bị khóa nhầm, nông dân chờ tiền hỗ trợ",
    "Websites of the provinces move to one address",
    "It works like a charm: a pump without fuel",
    "Page by page, a library comes back to the islet",
    "Không tìm thấy trang phục truyền thống của người Khmer ở chợ",
]  # fmt: skip


@pytest.mark.parametrize("text", GONE)
def test_what_says_that_it_is_gone(text: str) -> None:
    assert walls.says_gone(text)
    assert not walls.says_closed(text)


@pytest.mark.parametrize("text", CLOSED)
def test_what_says_that_the_site_is_closed(text: str) -> None:
    assert walls.says_closed(text)
    assert not walls.says_gone(text)


@pytest.mark.parametrize("text", HEADLINES)
def test_a_headline_that_speaks_of_such_things_is_none(text: str) -> None:
    assert not walls.says_gone(text)
    assert not walls.says_closed(text)


@pytest.mark.parametrize(
    "title",
    [
        *(
            "Just a moment...",
            "Chờ một chút...",
            "Xin vui lòng đợi trong giây lát",
            "Vui lòng chờ 5 giây…",
            "Xin chờ...",
        ),
        *("Đang kiểm tra trình duyệt của bạn trước khi truy cập", "Đang kiểm tra kết nối\nBáo Ví Dụ"),
    ],
)
def test_what_only_asks_who_reads(title: str) -> None:
    assert walls.asks_who(title)


@pytest.mark.parametrize(
    "title",
    ["Lũ rút chậm, người dân xin chờ một chút", "Xin đợi một mùa nước nổi", "Đang kiểm tra tàu cá ở cảng Trần Đề"],
)
def test_a_headline_that_asks_to_wait_is_no_bot_check(title: str) -> None:
    assert not walls.asks_who(title)


@pytest.mark.parametrize("text", ["Trang " * 60, "bài viết này " * 25, "lỗi - " * 50, "hệ thống đang tạm thời " * 12])
def test_what_was_built_to_be_expensive_is_not(text: str) -> None:
    for says in (walls.says_gone, walls.says_closed, walls.asks_to_pay, walls.asks_to_log_in, walls.asks_who):
        says(text[:300])
