from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.places.area import area_of
from analysis.places.gazetteer import load_gazetteer
from analysis.places.places import find_places, survey
from press import Place

G = load_gazetteer()
SOC_TRANG, CAN_THO, GIA_LAI = area_of(G, "Sóc Trăng"), area_of(G, "Cần Thơ"), area_of(G, "Gia Lai")
NOW, THEN = datetime(2026, 8, 5, tzinfo=UTC), datetime(2015, 8, 5, tzinfo=UTC)


def places(text: str, *, at: datetime | None = NOW, title: str = "", outlet: str = "") -> dict[str, Place]:
    found = find_places(title, text, area=SOC_TRANG, published_at=at, outlet=outlet)
    return {place.name: place for place in found}


def inside(text: str, **more: object) -> set[str]:
    return {name for name, place in places(text, **more).items() if place.in_area}  # type: ignore[arg-type]


# -- tone marks, letters, spellings (language.md 1-4)
def test_both_tone_placements_are_one_name() -> None:
    for written in ("xã Hoà Tú, TP Cần Thơ", "xã Hòa Tú, TP Cần Thơ"):
        found = places(written)["xã Hòa Tú"]
        assert found.code == "31717"
        assert found.as_written in written


def test_decomposed_letters_and_odd_spaces() -> None:
    import unicodedata

    assert "xã Cù Lao Dung" in inside(unicodedata.normalize("NFD", "xã Cù\u00a0Lao Dung, TP Cần\u200b Thơ"))


def test_other_spellings() -> None:
    assert "xã An Thạnh 2" in inside("xã An Thạnh Nhì, huyện Cù Lao Dung", at=THEN)
    assert "thị xã Ngã Năm" in inside("thị xã Ngã 5, tỉnh Sóc Trăng", at=THEN)
    assert "tỉnh Đắk Lắk" in places("Hội nghị tại tỉnh Đắc Lắc", at=THEN)


# -- abbreviations (§5)
def test_unit_words_abbreviated() -> None:
    assert inside("TT.Trần Đề, H.Trần Đề, TX.Vĩnh Châu và TP.Sóc Trăng", at=THEN) == {
        "thị trấn Trần Đề", "huyện Trần Đề", "thị xã Vĩnh Châu", "TP Sóc Trăng"
    }  # fmt: skip


@pytest.mark.parametrize("initials", ["anh H.V.C", "ông H.T.S và bà P.V.C", "chị P.V.N", "TTXVN", "TTKB"])
def test_initials_are_persons(initials: str) -> None:
    assert places(f"Công an mời {initials} lên làm việc.") == {}


def test_ho_chi_minh_city_in_its_forms() -> None:
    for written in ("TP.HCM", "TPHCM", "TP HCM", "TP Hồ Chí Minh", "thành phố Hồ Chí Minh"):
        assert "TP Hồ Chí Minh" in places(f"Mưa lớn tại {written} chiều nay.")


# -- ordinary words and namesakes (§7)
@pytest.mark.parametrize(
    "text",
    [
        "Kế sách lâu dài là giữ gìn an ninh; thu nhập trung bình tăng.",
        "An ninh trật tự được giữ vững. Trung bình mỗi năm có ba cơn bão.",
        "Kế Sách nào cho nền kinh tế?",
        "Dữ liệu từ bà Trịnh cho thấy đức Thánh Trần để lại nhiều bài học.",
        "Bộ phận Văn An Ninh của công ty họp định kỳ.",
        "xe tải vận chuyển tại Văn phòng; học viện An ninh; nghe ngon, ghế ngồi",
    ],
)
def test_ordinary_words_are_no_places(text: str) -> None:
    assert inside(text) <= {"xã Kế Sách"} if text.startswith("Kế Sách") else inside(text) == set()


def test_commune_needs_unit_word_or_anchor() -> None:
    assert inside("Lễ khánh thành ở An Ninh diễn ra sáng nay.") == set()
    assert inside("Vụ cháy ở xã An Ninh, TP Cần Thơ, được dập tắt.") == {"xã An Ninh"}


def test_village_elsewhere_with_the_name_of_a_district() -> None:
    found = places("Nhà cổ ở làng Mỹ Xuyên, phường Phong Dinh, TP. Huế, được tu sửa.")
    assert not any(place.in_area for place in found.values())
    assert found["phường Phong Dinh"].code == "19831"


def test_province_and_ward_of_one_name() -> None:
    assert inside("Khánh Hòa: đấu giá nhà đất dôi dư") == set()
    assert inside("Tỉnh Khánh Hòa kiểm tra các bãi biển") == set()
    assert inside("Người dân phường Khánh Hòa, TP Cần Thơ, thu hoạch hành tím") == {"phường Khánh Hòa"}


def test_district_that_ten_provinces_have() -> None:
    assert inside("Tai nạn tại huyện Châu Thành, tỉnh Tiền Giang.", at=THEN) == set()
    assert "huyện Châu Thành" in inside("Tai nạn tại huyện Châu Thành, tỉnh Sóc Trăng.", at=THEN)
    assert inside("Tai nạn tại huyện Châu Thành.", at=THEN) == set(), "no telling which"


def test_parent_decides_through_the_whole_chain() -> None:
    found = places("Vụ việc ở xã Phú Tân, huyện Châu Thành (Sóc Trăng).", at=THEN)
    assert found["xã Phú Tân"].code == "31582"
    found = places("Vụ việc ở xã Phú Tân, huyện Châu Thành (Hậu Giang).", at=THEN)
    assert found["xã Phú Tân"].code != "31582"


def test_outlets_home_decides_between_namesakes() -> None:
    text = "Đoàn viên huyện Châu Thành ra quân."
    assert "huyện Châu Thành" in inside(text, at=THEN, outlet="baosoctrang")
    assert inside(text, at=THEN, outlet="baotiengiang") == set()


def test_lottery_station_is_no_place() -> None:
    assert places("Đài Sóc Trăng quay số mở thưởng chiều nay.") == {}
    assert places("Kết quả xổ số kiến thiết Sóc Trăng hôm nay.") == {}
    assert "tỉnh Sóc Trăng" in inside("Đài PT-TH Sóc Trăng đưa tin.", at=THEN)


def test_person_named_like_a_commune() -> None:
    assert inside("Ông Hồ Đắc Kiện cho biết Cần Thơ sẽ hỗ trợ.") == set()
    assert inside("Xã Hồ Đắc Kiện, TP Cần Thơ, khởi công trạm y tế.") == {"xã Hồ Đắc Kiện"}
    assert places("Đồng chí Đỗ Thanh Bình phát biểu.") == {}


def test_street_named_like_a_district() -> None:
    assert inside("Cháy nhà trên đường Trần Đề, TP.HCM.") == set()


def test_part_of_a_longer_name() -> None:
    assert "tỉnh Thái Bình" not in places("Bão từ Thái Bình Dương tiến vào biển Đông.", at=THEN)
    company = find_places("", "Công ty Hoàng Anh Gia Lai công bố lợi nhuận.", area=GIA_LAI, published_at=NOW)
    assert not any(place.in_area for place in company)


def test_capitals_before_a_name_that_belong_to_something_else() -> None:
    for text in ("Lễ hội Đua Ghe Ngo Sóc Trăng khai mạc.", "Trường Cao Đẳng Sư Phạm Sóc Trăng tuyển sinh."):
        assert "tỉnh Sóc Trăng" in inside(text, at=THEN), text


def test_the_abolished_province_in_a_text_of_today() -> None:
    assert "tỉnh Sóc Trăng" in inside("UBND tỉnh Sóc Trăng từng giao đất cho dự án này.")
    assert "tỉnh Sóc Trăng" in inside("The ferry links the former Soc Trang Province with Vinh Long.")


def test_official_before_and_after_the_name() -> None:
    assert "tỉnh Sóc Trăng" in inside("Bí thư Tỉnh ủy Sóc Trăng Nguyễn Văn A phát biểu.", at=THEN)
    assert "tỉnh Sóc Trăng" in inside("UBND Sóc Trăng họp báo.", at=THEN)


def test_capital_headline() -> None:
    assert "tỉnh Sóc Trăng" in inside("", title="SÓC TRĂNG: KHAI MẠC LỄ HỘI ĐUA GHE", at=THEN)


def test_list_under_one_unit_word() -> None:
    found = places("Các xã Mỹ Tú, Long Hưng và Mỹ Phước của TP Cần Thơ bị ngập.")
    assert {"xã Mỹ Tú", "xã Long Hưng", "xã Mỹ Phước"} <= set(found)


def test_repeated_without_its_unit_word() -> None:
    found = survey(
        "Sạt lở ở Cù Lao Dung", "Xã Cù Lao Dung, TP Cần Thơ, công bố khẩn cấp.", area=SOC_TRANG, published_at=NOW
    )
    assert [m.in_title for m in found.mentions if m.unit in SOC_TRANG.units] == [True, False]


def test_numbered_ward_needs_its_town() -> None:
    assert inside("Khu phố thuộc phường 5 bị ngập.", at=THEN) == set()
    assert "Phường 5" in inside("Cháy ở phường 5, TP Sóc Trăng.", at=THEN)
    assert inside("Cháy ở phường 5, quận 3, TP.HCM.", at=THEN) == set()


# -- Khmer and English (§10)
def test_khmer_names_with_and_without_separators() -> None:
    for written in ("ខេត្តសុកត្រាំង", "ខេត្ត សុក\u200bត្រាំង", "ខេត្តឃ្លាំង", "ខេត្តស្រុកត្រាំង"):
        assert "tỉnh Sóc Trăng" in inside(f"ថ្ងៃទី៤ {written} ។"), written
        assert SOC_TRANG.named_in(f"ថ្ងៃទី៤ {written} ។")
    assert "tỉnh Sóc Trăng" not in inside("ក្រុងកឹងធើ")
    assert "tỉnh Sóc Trăng" in inside("ព័ត៌មាន Sóc Trăng ថ្ងៃនេះ"), "Latin names stand inside Khmer text"


def test_english_names() -> None:
    found = places("Heavy rain hit Soc Trang and Can Tho City on Monday, officials said.")
    assert found["tỉnh Sóc Trăng"].as_written == "Soc Trang"
    assert "TP Cần Thơ" in found
    assert inside("Tran De district officials in Soc Trang province met.", at=THEN) == {
        "huyện Trần Đề",
        "tỉnh Sóc Trăng",
    }


def test_unmarked_names_in_vietnamese_text_do_not_tag() -> None:
    assert inside("Bài viết tiếng Việt có dấu đầy đủ, nhưng địa chỉ thư điện tử ghi Soc Trang.") == set()


# -- before and after July 2025 (§11)
def test_the_date_decides_which_unit_is_meant() -> None:
    now = places("xã Thuận Hòa, TP Cần Thơ")["xã Thuận Hòa"]
    assert (now.code, now.valid_from) == ("31582", "2025-07-01")
    then = places("xã Phú Tân, huyện Châu Thành, tỉnh Sóc Trăng", at=THEN)["xã Phú Tân"]
    assert (then.code, then.valid_from) == ("31582", "")


def test_no_unit_before_its_time() -> None:
    found = places("Xã Cù Lao Dung, thành phố Cần Thơ", at=THEN)
    assert not any(place.valid_from == "2025-07-01" for place in found.values())


def test_real_news_of_today_never_says_the_old_name() -> None:
    found = places("Sạt lở tại xã Cù Lao Dung, TP Cần Thơ, dài 60 m.")
    assert found["xã Cù Lao Dung"].in_area
    assert not found["TP Cần Thơ"].in_area, "never widened to the successor"
    today = find_places("", "Mưa lớn tại TP Cần Thơ.", area=CAN_THO, published_at=NOW)
    assert today[0].in_area


def test_former_units_in_todays_news() -> None:
    assert "huyện Mỹ Tú" in inside("Dự án ở huyện Mỹ Tú cũ, TP Cần Thơ, được gia hạn.")
    found = find_places("", "Phố biển Quy Nhơn đón khách.", area=GIA_LAI, published_at=NOW)
    assert [place.in_area for place in found] == [True]


# -- what a place carries
def test_place_is_explained_in_words() -> None:
    place = places("Vụ cháy ở xã Long Hưng, TP Cần Thơ, không có thương vong.")["xã Long Hưng"]
    assert place.as_written == "Long Hưng"
    assert place.evidence == "có chữ “xã”, liền với “Cần Thơ”"
    assert 0 < place.score <= 1


def test_landmark_with_its_word() -> None:
    assert inside("Khách viếng chùa Dơi đông hơn.") == {"chùa Dơi"}
    assert inside("Con dơi bay. Dơi là loài thú.") == set()


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_gets_an_answer(text: str, title: str) -> None:
    for place in find_places(title, text, area=SOC_TRANG, published_at=NOW):
        assert place.as_written
        assert place.evidence


@given(
    st.lists(
        st.sampled_from(
            ["xã", "Mỹ Tú", "TP", "Cần Thơ", ",", ".", "huyện", "Sóc Trăng", "-", "phường 5", "ông", "H.", "("]
        ),
        max_size=25,
    )
)
def test_whatever_is_found_inside_passes_the_prescreen(parts: list[str]) -> None:
    text = " ".join(parts)
    if any(place.in_area for place in find_places("", text, area=SOC_TRANG, published_at=None)):
        assert SOC_TRANG.named_in(text)


# -- a name right beside another province, villages
@pytest.mark.parametrize(
    "text",
    [
        "Nghề chạm gỗ ở làng Mỹ Xuyên, Huế, có từ lâu đời.",
        "Chợ phiên Mỹ Xuyên (Huế) họp từ tờ mờ sáng. Mỹ Xuyên bán nhiều gỗ mít.",
        "Thợ mộc Mỹ Xuyên, phường Phong Dinh, TP Huế, kể chuyện nghề.",
        "Thợ trẻ rời Mỹ Xuyên, thành phố Huế. Người già ở Mỹ Xuyên vẫn giữ nghề.",
        "Thuyền cập bến Mỹ Xuyên thuộc Thừa Thiên Huế.",
    ],
)
def test_a_name_beside_another_province_lies_there(text: str) -> None:
    assert inside(text) == set()
    assert inside("", title=text) == set()


@pytest.mark.parametrize("word", ["làng", "làng nghề", "làng mộc", "thôn", "ấp", "bản", "chùa", "đường", "xóm"])
def test_a_village_or_street_is_not_the_commune_of_its_name(word: str) -> None:
    assert inside(f"Khách ghé {word} Mỹ Xuyên, xem thợ đục đẽo.") == set()
    title = f"{word.capitalize()} Mỹ Xuyên vào hội"
    assert inside(f"Trời chưa sáng, {word} Mỹ Xuyên đã rộn tiếng đục.", title=title) == set()


def test_a_village_once_said_is_meant_again_unless_the_area_is_named() -> None:
    text = "Làng Mỹ Xuyên có bốn mươi xưởng. Thợ Mỹ Xuyên đi khắp nơi."
    assert inside(text) == set()
    assert "phường Mỹ Xuyên" in inside(f"{text} Thành phố Cần Thơ hỗ trợ máy móc.")


def test_a_list_of_places_is_not_a_chain_of_parents() -> None:
    assert {"phường Vĩnh Châu", "phường Ngã Năm"} <= inside("Đoàn đi qua Vĩnh Châu, Ngã Năm, Huế và Hà Nội.")
    assert "phường Vĩnh Châu" in inside("Nông sản Vĩnh Châu, Đà Lạt và Huế hút khách.")
    assert "phường Vĩnh Châu" in inside("Hành tím Vĩnh Châu ở Hà Nội bán giá cao.")


def test_a_name_does_not_vouch_for_itself() -> None:
    once, again = (places(text) for text in ("Lúa ở Mỹ Tú.", "Lúa ở Mỹ Tú. Mỹ Tú được mùa."))
    assert once["xã Mỹ Tú"].score == again["xã Mỹ Tú"].score
    assert "Mỹ Tú" not in again["xã Mỹ Tú"].evidence


def test_neighbours_vouch_for_a_name_many_provinces_have() -> None:
    assert inside("Điện lực cắt điện ở xã Vĩnh Hải sáng mai.") == set(), "no telling which"
    found = places("Điện lực cắt điện ở xã Vĩnh Hải và phường Ngã Năm sáng mai.")
    assert found["xã Vĩnh Hải"].in_area
    assert "“phường Ngã Năm”" in found["xã Vĩnh Hải"].evidence


# -- named by the unit of the day
@pytest.mark.parametrize(
    ("bare", "today", "code", "before"),
    [
        ("Cù Lao Dung", "xã Cù Lao Dung", "31633", "huyện Cù Lao Dung"),
        ("Kế Sách", "xã Kế Sách", "31528", "huyện Kế Sách"),
        ("Mỹ Xuyên", "phường Mỹ Xuyên", "31684", "huyện Mỹ Xuyên"),
        ("Vĩnh Châu", "phường Vĩnh Châu", "31783", "thị xã Vĩnh Châu"),
    ],
)
def test_a_bare_name_is_the_unit_of_its_day(bare: str, today: str, code: str, before: str) -> None:
    text = f"Trái cây {bare} được giá."
    assert places(text)[today].code == code
    assert set(places(text, at=None)) == {today}, "undated: no sign that the text is old"
    assert set(places(text, at=THEN)) == {before}
    assert set(places(f"{text} Số liệu năm 2014.", at=None)) == {before}
    assert set(places(f"Vùng trồng ở {bare} (cũ) được giá.")) == {before}
    assert set(places(f"Tại {before}, giá tăng. Nông dân {bare} phấn khởi.")) == {before}


def test_a_landmark_keeps_its_own_name_beside_its_city() -> None:
    found = places("UBND TP Cần Thơ làm việc với Đại học Cần Thơ về đào tạo.")
    assert {"TP Cần Thơ", "Đại học Cần Thơ"} <= set(found)


# -- English texts
ENGLISH = "The crossing was closed on Monday after heavy rain, and people had to wait for hours until it opened again. "


def test_english_names_of_communes_and_landmarks() -> None:
    assert "xã Đại Ngãi" in inside(ENGLISH + "Dai Ngai Commune of Can Tho City asked for patience.")
    assert "cầu Đại Ngãi" in inside(ENGLISH + "The Dai Ngai ferry carried fewer lorries.")
    assert "phường Vĩnh Châu" in inside(ENGLISH + "Farmers in Vinh Chau grow onions.")
    assert "phường Vĩnh Phước" in inside(ENGLISH + "Farmers in Vinh Phuoc Ward near Vinh Chau grow onions.")
    assert "xã Trần Đề" in inside(ENGLISH + "Tran De's port will be dredged.")
    assert "thị trấn Lịch Hội Thượng" in inside(ENGLISH + "The town of Lich Hoi Thuong, Soc Trang Province.", at=THEN)
    assert "chùa Som Rong" in inside(ENGLISH + "Visitors came to Som Rong Pagoda.")


def test_english_names_that_are_none() -> None:
    assert inside(ENGLISH + "Mr Nguyen Vinh Chau thanked them, as did My Tu.") <= {"xã Mỹ Tú"}
    assert inside(ENGLISH + "An Ninh newspaper and Long Phu Hung company reported it.") == set()
    assert inside(ENGLISH + "My Xuyen (Hue) is a village of carpenters.") == set()


def test_unmarked_names_are_no_names_in_vietnamese_even_where_few_marks_are() -> None:
    text = "Gia nong san o Vinh Chau va Dai Ngai tang manh trong tuan nay, nong dan rat vui."
    assert not any(place.in_area for place in find_places("", text, area=SOC_TRANG, published_at=NOW))
    marked = ENGLISH + "Farmers in Vinh Chau grow onions."
    found = survey("", marked, area=SOC_TRANG, published_at=NOW, language="vi")
    assert not any(mention.unit in SOC_TRANG.units for mention in found.mentions)


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "Vinh Chau",
                    "Dai Ngai",
                    "My Xuyen",
                    "An Ninh",
                    "Tran De's",
                    "VINH CHAU",
                    "Long Phu",
                    "Commune",
                    "Ward",
                ),
                *("the", "in", "ferry", ",", ".", "-", "Can Tho City", "of", "Xã", "Hue", "("),
            ]
        ),
        max_size=25,
    )
)
def test_whatever_english_is_found_inside_passes_the_prescreen(parts: list[str]) -> None:
    text = ENGLISH + " ".join(parts)
    if any(place.in_area for place in find_places("", text, area=SOC_TRANG, published_at=None)):
        assert SOC_TRANG.named_in(text)


# -- lottery, companies, clubs
def test_lottery_stations_in_a_row_are_no_places() -> None:
    assert places("Chiều nay ba đài Đồng Nai, Cần Thơ, Sóc Trăng quay số.") == {}
    assert places("Vé số Sóc Trăng và Cần Thơ trúng lớn.") == {}


def test_clubs_and_companies_named_after_a_province() -> None:
    for text in ("CLB Hoàng Anh Gia Lai thắng trận.", "Hoàng Anh Gia Lai mua cầu thủ trẻ."):
        assert not any(place.in_area for place in find_places("", text, area=GIA_LAI, published_at=NOW))
    assert "tỉnh Sóc Trăng" in inside("Công nhân Thủy sản Sóc Trăng nhận thưởng.", at=THEN)
