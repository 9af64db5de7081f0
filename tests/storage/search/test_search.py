"""Searching an archive: what is found, in which order, how it is shown, on both databases."""

from __future__ import annotations

import shutil
import unicodedata
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.places.gazetteer import DISTRICT, load_gazetteer
from errors import UsageError
from press import Place
from press.text import fold
from storage import Archive, coverage, open_archive
from storage.search import (
    Found,
    QueryError,
    SearchIndex,
    Span,
    complete,
    highlight,
    parse,
    search,
)
from storage.search.words import Words, marked
from tests.storage.search.sample import TRAN_DE, UNITS, fill, found, index_of
from tests.support.archives import at, judgement, link, store

pytestmark = pytest.mark.slow

pytest_plugins = ["tests.support.databases"]


FINDS = [
    ("tran de", "salt english"),
    ("Trần Đề", "salt"),
    ("TRẦN ĐỀ", "salt"),
    (unicodedata.normalize("NFD", "Trần Đề"), "salt"),
    ("hoà bình", "salt health"),
    ("hòa bình", "salt health"),
    ("hoa binh", "salt health"),
    ("hòa binh", "salt health"),
    ("hóa bình", ""),
    ("dat", "salt"),
    ("đất", "salt"),
    ("đạt", ""),
    ('"bảo hiểm y tế"', "health"),
    ('"bao hiem y te"', "health"),
    ('"y tế bảo hiểm"', ""),
    ('"bảo hiểm dân"~4', "health"),
    ('"lo hạn mặn nước mặn"', ""),  # no phrase runs from the title into the lead
    ("topic:health -outlet:x (bảo OR tôm)", "health"),
    ('topic:"Y tế"', "health"),
    ("outlet:bao-hai", "health"),
    ("-outlet:bao-hai -language:km -language:en", "salt"),
    ("title:mặn", "salt"),
    ("title:cống", ""),
    ("dân -title:thẻ", "salt"),
    ("ដាំ", "khmer"),
    ("ខ្ទឹមក្រហម", "khmer"),
    ("ខ្ទឹម\u200bក្រហម 2026", "khmer"),
    ("ក្រហមខ្ទឹម", ""),
    ("covid-19", "english"),
    ('"bank of vietnam"', "english"),
    ("tone:negative", "salt"),
    ("tone:-1 OR tone:none", "salt khmer"),
    ('tone:"tích cực"', "health"),
    ("relevance:mention", "health"),
    ("place:31673", "salt"),
    ('place:"xã Trần Đề"', "salt"),
    ('place:"tran de"', "salt"),
    ('place:"Sóc Trăng"', "salt"),
    ('place:"Cần Thơ"', "salt"),
    ('place:"Hà Nội"', ""),
    ("from:2026-08-05 to:5/8/2026", "salt health khmer english"),
    ("from:2026-08-06", ""),
    ("to:2026-08-04", ""),
    ("", "salt health khmer english"),
]


def test_what_a_query_finds(index: SearchIndex, press: dict[str, int]) -> None:
    names = {article: name for name, article in press.items()}
    for sort in ("relevance", "newest"):
        got = {query: {names[article] for article in found(index, query, sort=sort)} for query, _ in FINDS}
        assert got == {query: set(wanted.split()) for query, wanted in FINDS}


SPELT_ALIKE = [
    ("kĩ sư", "spelt"),
    ("kỹ sư", "spelt"),
    ("công ti", "spelt"),
    ("cong ti", "spelt"),
    ("cong ty", "spelt"),
    ("Qui Nhơn", "spelt"),
    ("Quy Nhơn", "spelt"),
    ('"qui nhon"', "spelt"),
    ("hòang", "spelt"),
    ("hoàng", "spelt"),
    ("gìa qúy", "spelt"),
    ("title:thuỷ", "spelt"),
    ("tái", "other"),
    ("táy", ""),
    ("lái", "other"),
    ("láy", ""),
    ('"bác sỹ"', "other"),
    ("vy", ""),
    ('-place:"Trần-Đề"', ""),
    ("place:Trần-Ðề", "other spelt"),
    ("Ðồng", "spelt"),
    ("ðồng", "spelt"),
    ("đồng", "spelt"),
]


def test_spellings_of_a_word_find_each_other_and_other_words_do_not(archive: Archive, index: SearchIndex) -> None:
    text = "Kĩ sư của công ti tại Qui Nhơn, ông Hòang, già quí, Ðồng Bến."
    names = {
        store(archive, link(1), title="Thủy lợi", body=text, judged=judgement(places=(TRAN_DE,))): "spelt",
        store(archive, link(2), title="Tin", body="Tái lái vi bác sĩ.", judged=judgement(places=(TRAN_DE,))): "other",
    }
    got = {query: {names[article] for article in found(index, query)} for query, _ in SPELT_ALIKE}
    assert got == {query: set(said.split()) for query, said in SPELT_ALIKE}
    for query, spans in (("kỹ hoàng", ["Kĩ", "Hòang"]), ("ty quy", ["ti", "Qui", "quí"])):
        marked_spans = [text[start:end] for start, end in highlight(text, parse(query), index.words)]
        assert marked_spans == spans


def test_the_address_of_an_article_finds_it_in_every_form(archive: Archive, index: SearchIndex) -> None:
    wanted = store(archive, link("muong-can-12.html", "bao-mot"), title="Mương cạn", body="Nước.")
    other = store(archive, link("khac", "bao-hai"), title="Bài khác", body="Theo https://bao.vn/x thì nước cạn.")
    with archive.read() as db:
        (article,) = coverage.articles.load_articles(db, [wanted])
    host, _, path = article.url.partition("://")[2].partition("/")
    for form in (
        article.url,
        f"http://{host}/{path}",
        f"HTTPS://{host.upper()}/{path}?utm_source=zalo#ab",
        f"https://m.{host}/{path}",
        f"www.{host}/{path}",
        f"{host}/{path}",
        f"<{article.url}>",
        f'"{article.url}"',
        f"({article.url}/ OR khôngcó)",
        f"{article.url},",
        f"{article.url} mương",
    ):
        assert found(index, form) == {wanted}, form
    assert found(index, f"-{article.url}") == {other}
    assert found(index, f"{article.url} khác") == set()
    assert found(index, "https://bao.vn/x") == {other}, "an address of no article is a phrase"
    assert found(index, "https://bao.vn/y") == set()


WRONG = [
    ('a "bảo hiểm', "never closed"),
    ("a topic:helth", "did you mean health?"),
    ("a outlet:bao-hal", "did you mean bao-hai?"),
    ("a tone:bad", "it is one of negative, neutral"),
    ("a place:Tran De", 'did you mean place:"Tran De"?'),
    ('a place:"Tran Dee"', 'did you mean place:"Trần Đề"?'),
    ("a from:hôm-qua", "from:2026-08-31"),
    ("a relevance:focsu", "did you mean focus?"),
]


def test_a_wrong_value_is_pointed_at(index: SearchIndex, press: dict[str, int]) -> None:
    for query, said in WRONG:
        with pytest.raises(QueryError) as caught:
            search(index, query)
        assert said in str(caught.value)
        assert caught.value.at == query.index(" ") + 1


SIGNS = st.text(alphabet=st.sampled_from("ab đ\"()-~:OR{}[]*?^\\/+&|!<>=;'%_\u0301ខ\ud800\x005"), max_size=30)


@given(st.one_of(SIGNS, SIGNS.map(lambda text: f'outlet:"{text}"'), SIGNS.map(lambda text: f"place:{text}")))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_raises_anything_but_the_query_error(small: SearchIndex, query: str) -> None:
    for sort in ("relevance", "newest"):
        try:
            found = search(small, query, facets=True, sort=sort)  # type: ignore[arg-type]
            complete(small, query)
        except QueryError:
            return
        assert len(found.ids) <= found.total <= 2


def test_counts_and_histogram(index: SearchIndex, press: dict[str, int]) -> None:
    seen = search(index, "", facets=True, limit=0)
    assert (seen.total, seen.ids) == (4, ())
    assert seen.facets["topic"] == {"health": 1, "agriculture": 2, "economy": 1, "environment": 1}
    assert seen.facets["tone"] == {"negative": 1, "positive": 1, "neutral": 1, "none": 1}
    assert seen.facets["language"] == {"vi": 2, "km": 1, "en": 1}
    tree = [(UNITS.title(key), UNITS.title(UNITS.parent(key)), count) for key, count in seen.facets["place"].items()]
    assert sorted(tree) == [("TP Cần Thơ", "", 1), ("xã Trần Đề", "TP Cần Thơ", 1)]
    assert seen.bars == {date(2026, 8, 1): 4}
    assert search(index, "mặn", facets=True).facets["outlet"] == {"bao-mot": 1}


def test_every_unit_is_counted_however_many_an_article_names(archive: Archive, index: SearchIndex) -> None:
    units = [unit for unit in load_gazetteer().units if unit.level == DISTRICT][::90][:7]  # more than there are columns
    places = tuple(Place(unit.title, unit.code, unit.title, "", unit.valid_from, 0.9, True) for unit in units)
    store(archive, link(1), judged=judgement(places=places))
    store(archive, link(2), judged=judgement(places=places[:1], topics=()))
    index.catch_up()
    seen = search(index, "", facets=True).facets
    chains = [UNITS.chain(unit.code, unit.valid_from, unit.title) for unit in units]
    assert seen["place"] == {key: 1 + (key in chains[0]) for chain in chains for key in chain}
    assert seen["topic"] == {"environment": 1, "agriculture": 1}


def test_the_newest_are_in_order_over_days_and_years(archive: Archive, index: SearchIndex) -> None:
    days = (400, 0, 3, 1000, 29, 31, 35, 364, 366, 2000)
    written = {day: store(archive, link(day), published_at=at(-24 * day)) for day in days}
    index.catch_up()
    seen: list[int] = []
    page = Found(0, (), "")
    for _ in range(5):
        page = search(index, "language:vi", sort="newest", limit=2, after=page.next)
        seen += page.ids
    assert (seen, page.next) == ([written[day] for day in sorted(days)], "")


@pytest.mark.parametrize(
    ("span", "bars"),
    [
        ("day", {date(2026, 7, 30): 1, date(2026, 7, 31): 0, date(2026, 8, 1): 0, date(2026, 8, 2): 2}),
        ("week", {date(2026, 7, 27): 3}),
        ("month", {date(2026, 7, 1): 1, date(2026, 8, 1): 2}),
    ],
)
def test_bars_have_no_gaps(span: Span, bars: dict[date, int], empty_sqlite: Path, tmp_path: Path) -> None:
    shutil.copy(empty_sqlite, tmp_path / "bars.db")
    with open_archive(f"sqlite:///{tmp_path / 'bars.db'}") as archive:
        for number, day in enumerate((30, 33, 33)):
            store(archive, link(number), published_at=datetime(2026, 7, 1, tzinfo=UTC) + timedelta(days=day - 1))
        index = index_of(archive, tmp_path / "index")
        index.catch_up()
        assert dict(search(index, "", facets=True, span=span).bars) == bars
        assert search(index, "khôngcó", facets=True, span=span).bars == {}


def test_a_title_counts_more_than_a_text(archive: Archive, index: SearchIndex) -> None:
    text = store(archive, link(1), title="Chuyện hôm nay", body="Sạt lở bờ sông. Sạt lở nữa.")
    title = store(archive, link(2), title="Sạt lở bờ sông", body="Chuyện hôm nay. Chuyện nữa.")
    index.catch_up()
    assert search(index, "sạt lở").ids == (title, text)


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest"])
def test_pages_do_not_move_when_articles_come(sort: str, archive: Archive, index: SearchIndex) -> None:
    fill(archive, 23)
    index.catch_up()
    before = search(index, "tôm", sort=sort, limit=100).ids  # type: ignore[arg-type]
    seen: list[int] = []
    page = Found(0, (), "")
    for number in range(5):
        page = search(index, "tôm", sort=sort, limit=5, after=page.next)  # type: ignore[arg-type]
        seen += page.ids
        fill(archive, 2, 100 + 2 * number)
        index.catch_up()
    assert (tuple(seen)[:23], len(set(seen)), page.next != "") == (before, len(seen), sort == "oldest")
    assert sort == "relevance" or list(before) == sorted(before, reverse=sort == "newest")
    with pytest.raises(UsageError, match="no page"):
        search(index, "tôm", after="n5; DROP TABLE articles")


@pytest.mark.parametrize(
    ("text", "query", "spans"),
    [
        ("Đất TRẦN ĐỀ, hoà bình", 'dat tran "hòa bình"', ["Đất", "TRẦN", "hoà bình"]),
        ("đất, đạt, dat", "đất", ["đất"]),
        ("đất, đạt, dat", "dat", ["đất", "đạt", "dat"]),
        (unicodedata.normalize("NFD", "Đề ở"), "đề", [unicodedata.normalize("NFD", "Đề")]),
        ("dự \u200btổ chức", '"tổ chức"', ["tổ chức"]),
        ("bảo hiểm và y tế", '"bảo hiểm y tế"~1', ["bảo hiểm và y tế"]),
        ("bảo hiểm và y tế", '"bảo hiểm y tế"', []),
        ("mặn và lúa", "mặn -lúa title:và topic:health", ["mặn"]),
        ("ពាណិជ្ជកម្មព្រំដែន", "ព្រំដែន", ["ព្រំដែន"]),
        ("a b a b c", '"a b" "b a"', ["a b a b"]),
    ],
)  # fmt: skip
def test_matches_are_shown_in_the_text_as_published(
    text: str, query: str, spans: list[str], small: SearchIndex
) -> None:
    assert [text[start:end] for start, end in highlight(text, parse(query), small.words)] == spans


def test_a_title_shows_what_its_own_field_asks(small: SearchIndex) -> None:
    assert highlight("Mặn vào", parse("title:man"), small.words, title=True) == [(0, 3)]


WAYS = [
    ("mặn topi", ["mặn topic:"]),
    ("-out", ["-outlet:"]),
    ("topic:y", ["topic:health"]),
    ("topic:mô", ["topic:environment"]),
    ("tone:n", ["tone:negative", "tone:neutral", "tone:none"]),
    ("outlet:hai", ["outlet:bao-hai"]),
    ('place:"tr', ['place:"xã Trần Đề"']),
    ("place:cần", ['place:"TP Cần Thơ"']),
    ("mặ", ["mặn"]),
    ("hi", ["hiem"]),
    ("place:“tr", ['place:"xã Trần Đề"']),
    ("(hiê", []),
    ("(hie", ["(hiem"]),
    ("from:", []),
    ('"bảo hiểm" ', []),
]


def test_typing_is_completed(index: SearchIndex, press: dict[str, int]) -> None:
    assert [(typed, [way.query for way in complete(index, typed)]) for typed, _ in WAYS] == WAYS


SPELT = st.text(st.sampled_from("aoAuqUyYàÀạẻẼỳỵỹđĐéôưƯ .,|“…5ð€_-\u0301\u200b\u3042\n"), max_size=30)


@given(st.lists(SPELT, max_size=3))
def test_the_quick_way_to_both_forms_is_the_same_as_the_long_one(parts: list[str]) -> None:
    words = Words(str.split)
    long = [marked(part) for part in parts]
    quick = words.forms(*parts)
    assert [part.split() for part in quick[0].split("|")] == [part.split() for part in (long or [""])]
    assert [part.split() for part in quick[1].split("|")] == [fold(part).split() for part in (long or [""])]


def test_days_are_those_of_vietnam(archive: Archive, index: SearchIndex) -> None:
    late = datetime(2026, 8, 5, 17, 30, tzinfo=UTC)  # half past midnight of the 6th
    article = store(archive, link(1), late, published_at=late)
    assert found(index, "from:2026-08-06 to:2026-08-06") == {article}
    assert search(index, "", facets=True, span="day").bars == {date(2026, 8, 6): 1}
