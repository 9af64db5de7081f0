from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import analysis
from analysis.places.area import area_of
from analysis.places.gazetteer import load_gazetteer
from analysis.places.places import survey
from analysis.tags.relevance import NAME, Relevance, Verdict
from analysis.tags.relevance_features import NAMES, features, look
from analysis.training.relevance_train import Sample, grouped, learn, load_samples, matrix, surveys
from press import RELEVANCES

MODELS = Path(analysis.__file__).parent / "models"
MODEL = Relevance.load(MODELS)
G = load_gazetteer()
AREAS = {name: area_of(G, name) for name in ("Sóc Trăng", "Cần Thơ", "Nghệ An", "Lâm Đồng")}
NOW, THEN = datetime(2026, 8, 5, tzinfo=UTC), datetime(2015, 8, 5, tzinfo=UTC)


def judge(title: str, text: str, area: str = "Sóc Trăng", at: datetime | None = NOW, outlet: str = "") -> Verdict:
    return MODEL.judge(survey(title, text, area=AREAS[area], published_at=at, outlet=outlet))


def values(title: str, text: str, area: str = "Sóc Trăng", at: datetime | None = NOW) -> dict[str, float]:
    return dict(zip(NAMES, features(look(survey(title, text, area=AREAS[area], published_at=at))), strict=True))


FOCUS = "Nhiều hộ dân xã Cù Lao Dung được hỗ trợ xây nhà"
BODY = (
    "Sáng 4/8, UBND xã Cù Lao Dung, TP Cần Thơ, trao nhà cho mười hộ nghèo. Lãnh đạo xã Cù Lao Dung cho biết "
    "kinh phí do người dân đóng góp.\nNgười dân phấn khởi nhận nhà mới trước mùa mưa bão."
)


def test_event_of_the_area_is_focus_with_reasons() -> None:
    found = judge(FOCUS, BODY)
    assert found.value == "focus"
    assert "xã Cù Lao Dung ở tiêu đề" in found.evidence
    assert "nêu 3 lần trong bài" in found.evidence
    assert 0.5 < found.score <= 1


def test_the_same_for_any_area_by_the_setting_alone() -> None:
    for area, commune, province in (
        ("Nghệ An", "Con Cuông", "tỉnh Nghệ An"),
        ("Lâm Đồng", "Đức Trọng", "tỉnh Lâm Đồng"),
    ):
        title, body = FOCUS.replace("Cù Lao Dung", commune), BODY.replace("Cù Lao Dung", commune)
        found = judge(title, body.replace("TP Cần Thơ", province), area)
        assert found.value == "focus", (area, found)
        assert judge(FOCUS, BODY, area).value == "none"


def test_home_of_a_victim_is_no_news_of_the_area() -> None:
    text = "Nạn nhân là anh Trần Văn B (25 tuổi, quê Sóc Trăng), tử vong tại phòng trọ ở thành phố Thủ Đức, TP.HCM."
    found = judge("Công nhân tử vong trong phòng trọ", text, at=THEN)
    assert found.value == "passing"
    assert found.evidence == ("chỉ nêu quê quán, nơi ở",)


def test_long_list_of_provinces_is_not_focus() -> None:
    text = "Bão gây mưa ở các tỉnh Bến Tre, Trà Vinh, Sóc Trăng, Bạc Liêu, Cà Mau, Kiên Giang và An Giang."
    found = judge("Nam Bộ mưa lớn", text, at=THEN)
    assert found.value in ("mention", "passing")
    assert "chỉ nêu trong danh sách nhiều tỉnh, thành" in found.evidence


def test_lottery_is_at_most_passing() -> None:
    found = judge("Kết quả xổ số miền Nam ngày 5/8", "Đài Sóc Trăng: giải đặc biệt 123456, giải tám 78.")
    assert found.value in ("passing", "none")


def test_lottery_draw_of_three_stations_is_at_most_passing() -> None:
    text = (
        "Chiều 5/8, ba đài Vĩnh Long, Bình Dương, Sóc Trăng quay số mở thưởng.\nĐài Vĩnh Long: giải tám 12, giải đặc "
        "biệt 345678. Đài Sóc Trăng: giải tám 90, giải đặc biệt 123456.\nVé trúng có giá trị trong 30 ngày."
    )
    assert judge("Xổ số miền Nam 5/8: hai vé trúng độc đắc", text).value in ("passing", "none")


def test_list_of_temperatures_is_passing() -> None:
    text = (
        "Chiều tối có mưa rào và dông vài nơi, đề phòng lốc sét.\nNhiệt độ: Trà Vinh 25-32 độ, Vĩnh Long 25-33 độ, "
        "Sóc Trăng 25-32 độ, Bạc Liêu 26-32 độ, Cà Mau 25-31 độ.\nGió tây nam cấp 3, sóng biển cao 1 m."
    )
    found = judge("Thời tiết hôm nay: miền Tây mưa chiều", text)
    assert found.value == "passing"
    assert "chỉ nêu trong danh sách nhiều tỉnh, thành" in found.evidence


@pytest.mark.parametrize("born", ["Sinh ở", "Sinh năm 1950 tại", "Sinh ra ở", "Lớn lên ở vùng quê"])
def test_birthplace_is_passing(born: str) -> None:
    text = (
        f"Trong căn phòng nhỏ ở Hà Nội, người họa sĩ vẫn vẽ mỗi ngày.\n{born} Sóc Trăng trong một gia đình nghèo, ông "
        "học vẽ từ năm 12 tuổi.\nTranh của ông từng được bày ở Huế, Đà Nẵng và TP.HCM. Cuối tuần ông dạy trẻ em."
    )
    assert judge("Người họa sĩ già và những bức tranh phố", text).value == "passing"


def test_village_elsewhere_in_the_headline_is_none() -> None:
    text = "Tiếng đục vang khắp xóm ở làng Mỹ Xuyên, phường Phong Dinh, TP Huế.\nTP Huế hỗ trợ làng dựng nhà trưng bày."
    assert judge("Làng mộc Mỹ Xuyên giữ nghề chạm khắc", text).value == "none"


def test_english_event_of_the_area_is_focus() -> None:
    text = (
        "Onion growers in Vinh Chau have started the harvest, and prices are better than they were last year.\n"
        "A cooperative in Vinh Phuoc Ward sold 20 tonnes to a company on Monday. The ward hopes for more contracts."
    )
    assert judge("Onion growers in Vinh Chau get better prices", text).value == "focus"


def test_company_named_after_a_province_is_not_its_news() -> None:
    area, text = area_of(G, "Gia Lai"), "Công ty Hoàng Anh Gia Lai công bố lợi nhuận quý hai tăng mạnh."
    found = MODEL.judge(survey("Doanh nghiệp báo lãi", text, area=area, published_at=NOW))
    assert found.value in ("passing", "none")


@pytest.mark.parametrize(
    "text",
    [
        "Công an xã Phú Tân, huyện Châu Thành, tỉnh Tiền Giang vào cuộc.",
        "Nhà cổ ở làng Mỹ Xuyên, phường Phong Dinh, TP. Huế được tu sửa.",
        "Khánh Hòa đấu giá nhà đất. Tỉnh Khánh Hòa có nhiều bãi biển.",
        "Giữ gìn an ninh, thu nhập trung bình tăng, kế sách lâu dài.",
    ],
)
def test_namesakes_and_ordinary_words_are_none(text: str) -> None:
    assert judge("Tin trong nước", text).value == "none"


def test_city_of_today_and_its_other_parts() -> None:
    city = judge(
        "Cần Thơ đặt mục tiêu tăng trưởng hai con số", "UBND TP Cần Thơ công bố kế hoạch phát triển toàn thành phố."
    )
    other = judge(
        "Cháy nhà ở phường Ninh Kiều", "Vụ cháy xảy ra tại phường Ninh Kiều, TP Cần Thơ, một nạn nhân bị bỏng."
    )
    assert city.value in ("mention", "focus")
    assert any("nơi có địa bàn Sóc Trăng" in reason for reason in city.evidence)
    assert other.value == "none"
    assert judge("Cháy nhà ở phường Ninh Kiều", "Vụ cháy ở phường Ninh Kiều, TP Cần Thơ.", "Cần Thơ").value == "focus"


def test_what_the_prescreen_settles_is_none() -> None:
    found = judge("Giá vàng tăng", "Giá vàng trong nước tăng mạnh phiên sáng nay.")
    assert found == Verdict("none", 1.0, ("không nêu địa danh nào của Sóc Trăng",))


def test_features_say_what_they_are_called() -> None:
    seen = values(FOCUS, BODY)
    assert seen["title_inside"] == seen["title_solid"] == 1
    assert seen["inside"] == pytest.approx(np.log1p(3))
    assert seen["outside"] == 0
    origin = values("Tin", "Anh Nguyễn Văn A (30 tuổi, quê Sóc Trăng) bị bắt ở tỉnh Long An.", at=THEN)
    assert origin["origin_share"] == 1
    assert origin["solid"] == 0
    assert origin["outside_provinces"] == pytest.approx(np.log1p(1))
    assert values("Tin", "Nhà máy đường Sóc Trăng cháy.", at=THEN)["address"] == 0, "đường is sugar here"
    assert values("Tin", "TAND Sóc Trăng tuyên án.", at=THEN)["origin"] == 0


def test_unfinished_tail_is_put_aside() -> None:
    text = "Ngày 7/8, Công an tỉnh Ninh Bình phát động chiến dịch an toàn. Cù Lao Dung tăng cường an toàn đường thủy"
    seen = look(
        survey("Công an Ninh Bình ra quân", f"{text} ở xã Cù Lao Dung", area=AREAS["Sóc Trăng"], published_at=NOW)
    )
    assert set(seen.roles.values()) == {"tail"}


def test_features_know_no_provinces_name() -> None:
    text = "Mưa lớn tại xã {}, tỉnh {}. Người dân xã {} dọn nhà."
    one = values("Mưa", text.format("Con Cuông", "Nghệ An", "Con Cuông"), "Nghệ An")
    two = values("Mưa", text.format("Đam Rông 1", "Lâm Đồng", "Đam Rông 1"), "Lâm Đồng")
    for name in ("inside", "title_inside", "sentences_inside", "outside", "solid", "located"):
        assert one[name] == pytest.approx(two[name]), name


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_gets_a_label_and_finite_features(text: str, title: str) -> None:
    seen = look(survey(title, f"Sóc Trăng {text}", area=AREAS["Sóc Trăng"], published_at=None))
    assert np.isfinite(features(seen)).all()
    found = MODEL.judge(seen.survey)
    assert found.value in RELEVANCES
    assert 0 <= found.score <= 1


def test_model_file_is_plain_and_checked(tmp_path: Path) -> None:
    with np.load(MODELS / NAME, allow_pickle=False) as stored:
        arrays = {key: stored[key] for key in stored.files}
    assert tuple(arrays["names"]) == NAMES
    with pytest.raises(ValueError, match=r"relevance\.npz"):
        Relevance.load(tmp_path)
    (tmp_path / NAME).write_bytes(b"no model")
    with pytest.raises(ValueError, match="diembao train"):
        Relevance.load(tmp_path)
    np.savez(tmp_path / NAME, **{**arrays, "names": arrays["names"][:-1]})
    with pytest.raises(ValueError, match="other features"):
        Relevance.load(tmp_path)


def test_our_arithmetic_is_the_trainers() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(7)
    rows, labels = rng.normal(size=(120, len(NAMES))), rng.integers(0, 4, 120)
    arrays = learn(rows, labels, 0.1)
    ours = Relevance("x", arrays["mean"], arrays["scale"], arrays["weights"], arrays["bias"]).probabilities(rows)
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    theirs = LogisticRegression(C=0.1, max_iter=4000).fit(scaled, labels).predict_proba(scaled)
    assert np.abs(ours - theirs).max() < 1e-6


def sample(number: int, title: str, text: str) -> Sample:
    return Sample(str(number), "areas", "Sóc Trăng", title, text, "", None, 0)


def test_reprints_stay_in_one_group() -> None:
    text = "Sáng 4/8 lực lượng cứu hộ tìm thấy chiếc ghe bị chìm trên sông sau hai ngày tìm kiếm liên tục"
    other = "Giá lúa hè thu tại nhiều địa phương tăng nhẹ so với tuần trước nhờ nhu cầu xuất khẩu"
    groups = [
        one.group
        for one in grouped([sample(0, "Chìm ghe", text), sample(1, "Giá lúa", other), sample(2, "Ghe chìm", text)])
    ]
    assert groups[0] == groups[2] != groups[1]


@pytest.mark.shared
@pytest.mark.slow
def test_floor_on_held_out_labels(shared_data: Path) -> None:
    """Trained on four fifths of the groups, measured on the rest; never the shipped file, which has seen them all."""
    samples = load_samples(shared_data)
    rows, named = matrix(samples, surveys(samples))
    labels, held = np.array([one.label for one in samples]), np.array([one.group % 5 == 0 for one in samples])
    assert (labels[~named] == RELEVANCES.index("none")).mean() > 0.98
    arrays = learn(rows[named & ~held], labels[named & ~held])
    model = Relevance("x", arrays["mean"], arrays["scale"], arrays["weights"], arrays["bias"])
    found = model.probabilities(rows).argmax(axis=1)
    found[~named] = RELEVANCES.index("none")

    def f1(chosen: np.ndarray, upto: int) -> float:
        truth, said = labels[chosen] < upto, found[chosen] < upto
        return 2 * float((truth & said).sum()) / float(truth.sum() + said.sum())

    source = np.array([one.source for one in samples])
    assert f1(held & (source == "articles"), 1) > 0.85
    assert f1(held & (source == "areas"), 2) > 0.94
