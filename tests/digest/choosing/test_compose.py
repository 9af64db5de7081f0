"""Which articles an edition takes, in which order, and every sentence it makes of them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.choosing.compose import MAX_HEADLINES, MAX_SENTENCE, MAX_STORIES, compose
from digest.choosing.coverage import short_statement, statement
from digest.choosing.select import bare_place, instant, is_due, select
from digest.model import Digest, Item, Numbers
from digest.plain import shown, web_address
from digest.words import Words
from press import TOPICS, Article, Deciding, OutletHealth
from tests.support.digest_day import ARTICLES, COVERAGE, END, NOW, NUMBERS, READER, START, ZONE, article, place, request

WORDS = Words("vi")


def detailed(digest: Digest) -> list[Item]:
    """Every story shown with its details, once."""
    sections = [item for section in digest.sections for item in section.items]
    return [*sections, *digest.khmer, *digest.related]


def ids(digest: Digest) -> list[int]:
    return [item.article for item in detailed(digest)]


# What the sample edition says


def test_the_sample_edition_says_what_the_articles_say() -> None:
    digest = compose(request())
    assert digest.subject.startswith("Điểm báo 05/8/2026: 11 sự kiện, 18 bài – Sạt lở trong đêm cuốn 60 m đê bao cồn")
    assert digest.date == "Thứ Tư, 05/8/2026"
    assert digest.period == "tin từ 06:45 ngày 04/8 đến 06:45 ngày 05/8"
    assert digest.tally == "11 sự kiện, 18 bài trên 8 báo"
    assert {word: count for _, word, count in digest.tones} == {
        "tích cực": 6,
        "trung tính": 2,
        "tiêu cực": 2,
        "chưa rõ": 1,
    }
    assert digest.nothing == ""
    assert digest.more == ""
    assert 91 not in digest.articles, "an article that only names the area is no news of it"


def test_the_top_story_says_why_it_matters_from_data() -> None:
    top = compose(request()).summary[0]
    assert (top.article, top.rank, top.outlet, top.when) == (101, 1, "VOV", "17:15 ngày 04/8")
    assert top.facts == ("4 báo, 4 bài", "đăng lại: 1 báo")
    assert top.reason == (
        "nói riêng về địa bàn (xã Cù Lao Dung); số báo đưa tin tăng từ 1 lên 4 trong 12 giờ; nội dung tiêu cực."
    )
    assert [source.outlet for source in top.others] == ["Báo Cần Thơ", "Thanh Niên"]


def test_the_sentence_that_decided_the_tone_is_said_cut_at_a_word() -> None:
    long = "Nước xoáy khoét sâu chân đê từ lúc nửa đêm, " * 9
    said = (Deciding(f"{long}.", 1.5), Deciding("Đã có đê bao mới.", -1.0))
    (top,) = compose(request((article(1, tone=-1, tone_sentences=said),))).summary
    assert top.decided.endswith("…")
    assert long.startswith(top.decided.removesuffix("…"))
    assert 100 < len(top.decided) <= MAX_SENTENCE
    (top,) = compose(request((article(1, "vov", "Sạt lở", tone_sentences=(Deciding("Sạt lở", 1.0),)),))).summary
    assert top.decided == top.title, "the headline decided"
    (top,) = compose(request((article(1),))).summary
    assert top.decided == "", "nobody kept what decided"


def test_the_lead_is_the_outlets_own_cut_at_a_word() -> None:
    lead = "Nước lên nhanh. " * 40
    item = compose(request((article(1, lead=lead),))).summary[0]
    assert len(item.lead) <= 220
    assert item.lead.endswith("…")
    assert lead.startswith(item.lead.removesuffix("…"))
    assert lead[len(item.lead) - 1] in " ."


def test_sections_follow_the_order_of_topics_and_the_summary_is_at_most_three() -> None:
    digest = compose(request())
    topics = [section.topic for section in digest.sections]
    assert topics == sorted(topics, key=list(TOPICS).index)
    assert len(digest.summary) == 3
    ranked = [item.article for section in digest.sections for item in section.items if item.rank]
    assert sorted(ranked) == sorted(item.article for item in digest.summary)


def test_khmer_stories_and_those_of_the_whole_city_stand_apart() -> None:
    digest = compose(request())
    assert [item.article for item in digest.khmer] == [181]
    assert [item.article for item in digest.related] == [171]
    assert not {171, 181} & {item.article for section in digest.sections for item in section.items}


def test_a_mention_with_a_place_of_the_area_is_the_areas_own_story() -> None:
    digest = compose(request((article(1, relevance="mention", places=(place("Vĩnh Châu"),)),)))
    assert [section.topic for section in digest.sections] == ["environment"]
    assert "có nội dung về Vĩnh Châu" in digest.summary[0].reason


def test_nothing_significant_is_said_in_words() -> None:
    digest = compose(request((article(1, relevance="passing"), article(2, relevance="none"))))
    assert digest.subject == "Điểm báo 05/8/2026: không có tin đáng chú ý"
    assert digest.nothing == "Không có tin đáng chú ý về địa bàn trong kỳ này."
    assert digest.articles == ()
    assert digest.summary == ()
    assert digest.sections == ()
    assert digest.coverage[0] == "Đã đọc 5/8 nguồn."


def test_only_related_news_still_says_that_the_area_has_none() -> None:
    digest = compose(request((article(1, relevance="mention"),)))
    assert digest.nothing
    assert len(digest.related) == 1
    assert digest.articles == (1,)


# Which articles belong to the period


def test_the_period_is_half_open() -> None:
    first = article(1, hours=24)
    assert instant(first) == START
    assert is_due(first, request())
    assert not is_due(article(2, hours=0), request())
    assert not is_due(article(3, hours=24.001, fetched_at=START), request(last_seen=None))


@pytest.mark.parametrize("published", [None, END + timedelta(days=3)])
def test_an_article_without_a_possible_date_counts_by_its_reading(published: object) -> None:
    odd = article(1, published_at=published, fetched_at=END - timedelta(hours=2))
    assert instant(odd) == odd.fetched_at
    digest = compose(request((odd,)))
    assert digest.articles == (1,)
    assert digest.summary[0].when == "thu 04:45"


def test_a_clock_slightly_ahead_is_believed() -> None:
    ahead = article(1, fetched_at=END - timedelta(hours=6, minutes=9))
    assert instant(ahead) == ahead.published_at


def test_a_late_arrival_is_delivered_once_and_marked() -> None:
    late = article(1, hours=40, fetched_at=START + timedelta(hours=3))
    digest = compose(request((late,)))
    assert digest.articles == (1,)
    assert "tin đến muộn" in digest.summary[0].facts
    assert compose(request((late,), delivered=frozenset({1}))).articles == ()


@pytest.mark.parametrize(
    ("hours", "last_seen"),
    [
        (40, 1),  # in the archive when the last edition was composed: it had its chance
        (24 + 73, 0),  # older than three days
        (40, None),  # no edition was delivered before: nothing older is owed
    ],
)
def test_what_is_no_late_arrival(hours: float, last_seen: int | None) -> None:
    old = article(1, hours=hours, fetched_at=END - timedelta(hours=3))
    assert compose(request((old,), last_seen=last_seen)).articles == ()


def test_what_was_fetched_in_time_but_analysed_too_late_is_still_delivered() -> None:
    slow = article(1, hours=25, fetched_at=START - timedelta(minutes=15))
    assert compose(request((slow,), last_seen=0)).articles == (1,)


def test_nothing_older_than_the_first_period_is_owed() -> None:
    late = article(1, hours=40, fetched_at=END - timedelta(hours=3))
    new_reader = replace(READER, created_at=END - timedelta(hours=14))
    assert compose(request((late,), subscription=new_reader)).articles == ()


# Stories


def test_the_original_stands_first_and_reprints_are_a_count() -> None:
    original = article(1, "vov", hours=9, story=7)
    copies = [article(n, outlet, hours=10 - n, story=7, reprint_of=1) for n, outlet in ((2, "sggp"), (3, "nhandan"))]
    item = compose(request((*copies, original))).summary[0]
    assert item.article == 1
    assert item.facts == ("đăng lại: 2 báo",)
    assert item.others == ()


def test_a_reprint_published_before_its_original_does_not_stand_for_it() -> None:
    early = article(1, "sggp", hours=9, story=7, reprint_of=2)
    original = article(2, "vov", hours=8, story=7)
    assert compose(request((early, original))).summary[0].article == 2


def test_new_articles_of_a_delivered_story_are_a_new_development() -> None:
    ferry = next(item for item in compose(request()).summary if item.article == 112)
    assert "diễn biến mới" in ferry.facts
    assert "2 báo, 3 bài" in ferry.facts
    assert "phản ánh, kiến nghị cần được trả lời" in ferry.reason


def test_a_mere_reprint_of_delivered_news_is_said_to_be_one_and_ranks_low() -> None:
    old = article(1, "vov", hours=30, story=7)
    again = article(2, "sggp", hours=3, story=7, reprint_of=1, tone=-1)
    plain = article(3, "tuoitre", hours=20)
    items = compose(request((old, again, plain), delivered=frozenset({1}))).summary
    assert [item.article for item in items] == [3, 2]
    assert "đăng lại tin đã gửi" in items[1].facts


def test_a_vanished_article_does_not_stand_for_a_story_that_has_others() -> None:
    gone = article(1, hours=9, story=7, vanished_at=END)
    assert compose(request((gone, article(2, hours=8, story=7)))).summary[0].article == 2
    assert "báo đã gỡ bài" in compose(request((gone,))).summary[0].facts


def test_ranking_prefers_relevance_then_spread_answer_and_tone() -> None:
    focus = article(1, hours=10)
    wide = [article(n, outlet, hours=10, story=5) for n, outlet in ((2, "nhandan"), (3, "sggp"), (4, "vov"))]
    asked = article(5, hours=10, topics=("citizen_feedback",), tone=-1)
    bad = article(6, hours=10, tone=-1)
    near = article(7, hours=10, relevance="mention", places=(place("Kế Sách"),))
    order = [news.head.id for news in select(request((near, focus, bad, asked, *wide)))]
    assert order == [5, 2, 6, 1, 7]


def test_the_newer_of_two_equal_stories_comes_first() -> None:
    assert [news.head.id for news in select(request((article(1, hours=20), article(2, hours=2))))] == [2, 1]


def test_overflow_is_said_in_words_with_its_headlines() -> None:
    many = tuple(article(n, hours=1 + n / 4, topics=("education",)) for n in range(1, 41))
    digest = compose(request(many))
    assert len(detailed(digest)) == MAX_STORIES
    assert len(digest.more_items) == MAX_HEADLINES
    assert digest.more == "Còn 25 sự kiện không nêu chi tiết ở trên; 15 sự kiện không kịp nêu tên: Giáo dục 15."
    assert len(digest.articles) == MAX_STORIES + MAX_HEADLINES
    linked = compose(request(many, archive_url="https://diembao.example.vn/"))
    assert linked.more_url == "https://diembao.example.vn/search?q=from%3A2026-08-04+to%3A2026-08-05&sort=newest"


def test_small_parts_keep_their_places_on_a_full_day() -> None:
    many = tuple(article(n, hours=1 + n / 4) for n in range(1, 31))
    khmer = tuple(article(100 + n, hours=5, language="km") for n in range(4))
    related = tuple(article(200 + n, hours=5, relevance="mention") for n in range(4))
    digest = compose(request((*many, *khmer, *related)))
    assert len(detailed(digest)) == MAX_STORIES
    assert (len(digest.khmer), len(digest.related)) == (2, 3)
    assert "23 sự kiện" in digest.more


# What the reader asked for


def test_topics_and_places_of_the_subscription_filter() -> None:
    schools = replace(READER, topics=("education",))
    digest = compose(request(subscription=schools))
    assert set(ids(digest)) == {131, 181}
    assert digest.filters == "Chỉ gồm tin về: Giáo dục."
    coast = replace(READER, places=("Vĩnh Châu",))
    assert set(ids(compose(request(subscription=coast)))) == {121, 191}
    both = replace(READER, places=("Vĩnh Châu", "Mỹ Xuyên"), topics=("education",))
    assert ids(compose(request(subscription=both))) == [131]


@pytest.mark.parametrize("name", ["xã Hòa Tú", "Hoà Tú", "Hoà-Tú", " hòa tú ", "31717"])
def test_a_place_is_asked_for_by_any_of_its_names(name: str) -> None:
    news = article(1, places=(place("xã Hòa Tú", "31717"),))
    assert compose(request((news,), subscription=replace(READER, places=(name,)))).articles == (1,)
    assert compose(request((article(1),), subscription=replace(READER, places=(name,)))).articles == ()


def test_a_unit_word_alone_stays_a_name() -> None:
    assert bare_place("Phường ") == "phường"
    assert bare_place("thị xã Ngã Năm") == "ngã năm"


def test_the_english_edition_has_no_vietnamese_words_of_ours() -> None:
    digest = compose(request((article(1, tone=-1, story=4), article(2, "sggp", story=4, hours=2)), subscription=EN))
    assert digest.subject == "Press review 5 August 2026: 1 story, 2 articles – Chuyện thứ 1 của địa bàn"
    assert digest.period == "news from 06:45 on 4 August to 06:45 on 5 August"
    assert digest.summary[0].reason == "is about the area; 2 outlets reported it within 12 hours; its tone is negative."
    assert digest.numbers[0].startswith(
        "Today 18 articles (14-day mean: 16). August so far: 96 articles; 18.8% negative"
    )


EN = replace(READER, language="en")


# Numbers and coverage


def test_a_figure_without_data_is_left_out() -> None:
    assert compose(request(numbers=Numbers())).numbers[0] == "Hôm nay 18 bài."
    only = compose(request(numbers=Numbers(today=3, month=10, month_negative=0.5, last_year_negative=0.25)))
    assert only.numbers[0] == "Hôm nay 3 bài. Tháng 8 đến nay: 10 bài; tiêu cực 50,0 % (cùng kỳ năm trước 25,0 %)."
    assert compose(request(numbers=Numbers())).daily == ()


def test_the_numbers_of_the_sample() -> None:
    digest = compose(request())
    assert digest.numbers == (
        "Hôm nay 18 bài (trung bình 14 ngày: 16). Tháng 8 đến nay: 96 bài; tiêu cực 18,8 % "
        "(tháng trước 21,0 %; cùng kỳ năm trước 24,3 %).",
        "Báo đưa nhiều nhất: Báo Cần Thơ 4, Tuổi Trẻ 3, VOV 3.",
        "Nơi được nhắc nhiều nhất: phường Vĩnh Châu 4, xã Cù Lao Dung 4, xã Trần Đề 2.",
    )
    assert sum(bar.value for bar in digest.topics) == 11
    assert [bar.value for bar in digest.daily] == [count for _, count in NUMBERS.daily]
    assert max(bar.share for bar in digest.daily) == 100


def test_the_coverage_statement_names_every_trouble_and_its_cause() -> None:
    assert statement(COVERAGE, WORDS, timezone=ZONE, now=NOW) == (
        "Đã đọc 5/8 nguồn.",
        "Lỗi: Nhân Dân (máy chủ báo lỗi 503 từ 22:15 ngày 04/8), "
        "Sài Gòn Giải Phóng (đổi giao diện từ 14:45 ngày 03/8).",
        "Im lặng: Báo Dân tộc (26 giờ chưa có bài mới, thường 5 giờ).",
    )
    assert compose(request()).coverage_short == "Đã đọc 5/8 nguồn; 2 nguồn lỗi, 1 nguồn im lặng"
    assert short_statement((), WORDS) == "Chưa theo dõi nguồn nào"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("robots.txt forbids /rss", "robots.txt không cho phép"),
        ("User timeout caused connection failure", "máy chủ không trả lời kịp"),
        ("DNS lookup failed", "không tìm thấy máy chủ"),
        ("certificate verify failed", "chứng chỉ bảo mật không hợp lệ"),
        ("HTTP 403", "máy chủ báo lỗi 403"),
        ("a challenge page", "bắt xác minh trình duyệt"),
        ("a web page instead of a feed", "danh sách tin không đọc được"),
        ("connection refused", "máy chủ không nhận kết nối"),
        ("robots.txt unreachable: 503", "máy chủ báo lỗi 503"),
        ("truncated answer: https://bao-x.vn/bai-404.html", "từ chối truy cập"),
    ],
)
def test_the_cause_of_a_trouble_is_in_the_readers_words(error: str, words: str) -> None:
    health = OutletHealth("x", "Báo X", "blocked", last_error=error)
    assert statement((health,), WORDS, timezone=ZONE, now=NOW)[1] == f"Lỗi: Báo X ({words})."


def test_a_long_list_of_troubles_is_a_count_in_the_end() -> None:
    many = [OutletHealth(f"o{n}", f"Báo {n:02}", "never_read") for n in range(40)]
    assert statement(many, WORDS, timezone=ZONE, now=NOW)[1].endswith("Báo 09, và 30 nguồn khác.")


# Laws


HOURS = st.floats(-3, 110)
NUMBERS_OF_ARTICLES = st.integers(1, 40)
ARTICLE = st.fixed_dictionaries(
    {
        "hours": HOURS,
        "dated": st.booleans() | st.just(True),
        "read": HOURS,
        "outlet": st.sampled_from(["vov", "sggp", "nhandan", "tuoitre"]),
        "relevance": st.sampled_from(["focus", "focus", "mention", "passing", "none"]),
        "tone": st.sampled_from([-1, 0, 1, None]),
        "topics": st.sampled_from([*TOPICS]).map(lambda topic: (topic,)),
        "language": st.sampled_from(["vi", "vi", "km"]),
        "story": st.none() | st.integers(1, 30),
        "reprint_of": st.none() | NUMBERS_OF_ARTICLES,
    }
)


def drawn(number: int, given: dict[str, Any]) -> Article:
    """An article somewhere around the period, in any constellation that matters to the choice."""
    hours, dated, read = given["hours"], given["dated"], given["read"]
    rest = {key: value for key, value in given.items() if key not in {"hours", "dated", "read", "outlet"}}
    times = {
        "published_at": END - timedelta(hours=hours) if dated else None,
        "fetched_at": END - timedelta(hours=min(hours, read)),
    }
    return article(number, given["outlet"], **rest, **times)


def days() -> st.SearchStrategy[tuple[Article, ...]]:
    few_or_many = st.lists(ARTICLE, max_size=15) | st.lists(ARTICLE, min_size=30, max_size=40)
    return few_or_many.map(lambda day: tuple(drawn(n, one) for n, one in enumerate(day, 1)))


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(day=days(), delivered=st.frozensets(NUMBERS_OF_ARTICLES, max_size=20), seed=st.randoms())
def test_laws_of_an_edition(day: tuple[Article, ...], delivered: frozenset[int], seed: random.Random) -> None:
    asked = request(day, delivered=delivered)
    digest = compose(asked)
    assert len(set(digest.articles)) == len(digest.articles), "an article at most once"
    assert not set(digest.articles) & delivered, "a delivered article never again"
    assert len(detailed(digest)) <= MAX_STORIES

    news = select(asked)
    due = {one.id for one in day if is_due(one, asked)}
    assert {one.id for story in news for one in story.new} == due, "everything due is in a story"
    hidden = digest.counts[0][0] - len(detailed(digest))
    assert hidden >= 0
    assert f"Còn {hidden} sự kiện" in digest.more if hidden else digest.more == "", "or counted"
    assert digest.counts[1][0] == len(due)

    shuffled = list(day)
    seed.shuffle(shuffled)
    assert compose(replace(asked, articles=tuple(shuffled))) == digest, "the order of the candidates is no matter"
    after = compose(replace(asked, delivered=delivered | due))
    assert after.articles == ()
    assert after.counts[0][0] == 0


# Text of strangers


@settings(deadline=None)
@given(st.text(max_size=400), st.integers(20, 250))
def test_shown_text_is_short_and_printable(text: str, limit: int) -> None:
    line = shown(text, limit)
    assert len(line) <= limit
    assert all(letter.isprintable() or letter == " " for letter in line) or not text.isprintable()
    assert not any(letter in line for letter in "\r\n\t\x00\u202e\u2066")


def test_khmer_is_never_cut_inside_a_syllable() -> None:
    khmer = "សាលារៀនថ្មីសម្រាប់កុមារខ្មែរនៅតំបន់ឆ្នេរ" * 3
    for limit in range(10, 60):
        cut = shown(khmer, limit)
        following = khmer[len(cut) - 1]
        assert cut.endswith("…")
        assert cut[-2] != "\u17d2"
        assert not "\u17b4" <= following <= "\u17d3"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//vov.vn/x",
        "https://",
        "http://a b/",
        "https://u:p@x.vn/",
        "x",
        "",
        'https://x.vn/"onclick=1',
        "https://x.vn/\u202egnp.exe",
        "https://x.vn/" + "a" * 700,
        "https://[::1/",
    ],
)
def test_only_web_addresses_are_linked(url: str) -> None:
    assert web_address(url) == ""


def test_the_sample_is_the_provinces_day() -> None:
    assert len({one.id for one in ARTICLES}) == len(ARTICLES)
