"""The query language: what is read, what is said of what cannot be, and that printing a query changes nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import UsageError
from storage.search.plan import days_of
from storage.search.query import (
    FIELDS,
    MAX_DEPTH,
    MAX_LENGTH,
    And,
    Everything,
    Field,
    Node,
    Not,
    Or,
    Phrase,
    QueryError,
    Word,
    both,
    either,
    parse,
    text_of,
)

WORDS = st.sampled_from(["mặn", "tran", "đề", "12:30", "TP.HCM", "covid-19", "or", "ខ្មែរ", "a~b", "&x", "O'Neil"])
LEAVES = st.one_of(
    WORDS.map(Word),
    st.builds(Phrase, st.lists(WORDS, min_size=1, max_size=3).map(" ".join), st.integers(0, 50)),
    st.builds(Field, st.sampled_from(FIELDS), st.one_of(WORDS.map(Word), WORDS.map(Phrase))),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(both),
        st.lists(inner, min_size=2, max_size=3).map(either),
    ),
    max_leaves=8,
)
SIGNS = st.text(alphabet=st.sampled_from('ab đ"()-~:OR ANDNOT5\u0301“”ខ\ud800\x00\n%\\'), max_size=40)


@given(TREES)
def test_a_printed_query_parses_to_the_same_tree(tree: Node) -> None:
    assert parse(text_of(tree)) == tree


@given(st.one_of(st.text(max_size=60), SIGNS))
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    wrong: QueryError | None = None
    try:
        tree = parse(text)
    except QueryError as error:
        wrong = error
    else:
        assert parse(text_of(tree)) == tree
    assert wrong is None or 0 <= wrong.at <= len(wrong.query)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("", Everything()),
        ("hạn mặn", And((Word("hạn"), Word("mặn")))),
        ("a b OR c", Or((And((Word("a"), Word("b"))), Word("c")))),
        ("a AND (b OR c)", And((Word("a"), Or((Word("b"), Word("c")))))),
        ('"bảo hiểm y tế"~5', Phrase("bảo hiểm y tế", 5)),
        ("“bảo hiểm”", Phrase("bảo hiểm")),
        ("a \u2212b", And((Word("a"), Not(Word("b"))))),  # the minus of a text program
        ("a -b NOT c", And((Word("a"), Not(Word("b")), Not(Word("c"))))),
        ("-(a b)", Not(And((Word("a"), Word("b"))))),
        ("Sóc Trăng - 5 năm", And((Word("Sóc"), Word("Trăng"), Word("5"), Word("năm")))),
        ('Title:"nước mặn" 12:30', And((Field("title", Phrase("nước mặn")), Word("12:30")))),
        (
            "topic:health -outlet:x (a OR b)",
            And((Field("topic", Word("health")), Not(Field("outlet", Word("x"))), Or((Word("a"), Word("b"))))),
        ),
        (unicodedata.normalize("NFD", "Trần Đề"), And((Word("Trần"), Word("Đề")))),
    ],
)
def test_what_a_query_means(query: str, tree: Node) -> None:
    assert parse(query) == tree


def all_of(*words: str) -> Node:
    """The tree of words, and of phrases where they have a space."""
    return both([Phrase(word) if " " in word else Word(word) for word in words])


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("Kế Sách: Mương cạn", all_of("Kế", "Sách:", "Mương", "cạn")),
        ("Covid: ca mới", all_of("Covid:", "ca", "mới")),
        ("Kế Sách:Mương", all_of("Kế", "Sách:Mương")),
        ("Mương cạn:", all_of("Mương", "cạn:")),
        ("topc: mương", all_of("topc:", "mương")),
        ("https://bao.vn/a.html?b=c:d", all_of("https://bao.vn/a.html?b=c:d")),
        ("(https://bao.vn/a(b) OR www.bao.vn/c:d)", Or((Word("https://bao.vn/a(b)"), Word("www.bao.vn/c:d")))),
        ("-HTTP://bao.vn/", Not(Word("HTTP://bao.vn/"))),
        ("„Mương cạn“ nay", all_of("Mương cạn", "nay")),
        ("»Mương cạn« «hết nước»", all_of("Mương cạn", "hết nước")),
        ("''Mương cạn'' nay", all_of("Mương cạn", "nay")),
        ('""Mương cạn"" nay', all_of("Mương cạn", "nay")),
        ("title:“mương cạn”", Field("title", Phrase("mương cạn"))),
        ("“Mương cạn ở Kế Sách", all_of("Mương", "cạn", "ở", "Kế", "Sách")),
        ("Mương cạn” ở", all_of("Mương", "cạn", "ở")),
        ('Mương cạn" ở', all_of("Mương", "cạn", "ở")),
        ('Màn hình 55" rẻ', all_of("Màn", "hình", "55", "rẻ")),
        ("Hỏi: “Vì sao?” – Đáp: ‘Hết’", And((Word("Hỏi:"), Phrase("Vì sao?"), Word("Đáp:"), Word("‘Hết’")))),
        ("Mương “…” cạn (...)", all_of("Mương", "cạn")),
        ("Mương\r\ncạn\u2028nay\u00a0đây", all_of("Mương", "cạn", "nay", "đây")),
        ("[Ảnh] Mương — cạn - nay or mai", all_of("[Ảnh]", "Mương", "cạn", "nay", "or", "mai")),
    ],
)
def test_what_is_pasted_is_words_where_nobody_can_have_meant_a_sign(query: str, tree: Node) -> None:
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "mended"),
    [
        ('"Mương cạn ở Kế Sách', '"Mương cạn ở Kế Sách"'),
        ("Mương cạn (Kế Sách", "Mương cạn (Kế Sách)"),
        ("1) Mương", "1  Mương"),
        ("covid:mới nay", '"covid:mới" nay'),
        ("place:  Kế", "place:Kế"),
        ('title: "mương cạn" nay', 'title:"mương cạn" nay'),
        ("MƯƠNG OR", "MƯƠNG"),
    ],
)
def test_what_may_have_been_meant_is_offered(query: str, mended: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.mended == mended
    parse(mended)


@given(st.one_of(st.text(max_size=60), SIGNS, SIGNS.map(lambda text: f"Kế Sách: “{text}")))
def test_repairs_come_to_an_end(text: str) -> None:
    for _ in range(80):
        try:
            parse(text)
        except QueryError as error:
            text = error.mended
        else:
            return
    raise AssertionError("a repair must lead to a query, or to an error without one")


PASTED = st.lists(
    st.sampled_from(["Mương", "55", "Kế Sách:", "–", "-", "“", "”", "«", "»", "‘a’", "…", "!", "[b]", "Anh:", "/"])
)


@given(PASTED)
def test_a_headline_with_typographic_signs_is_never_an_error_where_it_has_a_word(parts: list[str]) -> None:
    query = " ".join(["Tin", *parts])
    assert "Tin" in text_of(parse(query))


@pytest.mark.parametrize(
    ("query", "place", "said"),
    [
        ('tôm "bảo hiểm', '"', "never closed"),
        ("a (b OR c", "(", "never closed"),
        ("a b) c", ")", "never opened"),
        ("a OR", "OR", "one of them is missing"),
        ("OR a", "OR", "one of them is missing"),
        ("a () b", "()", "nothing between these parentheses"),
        ('a "…" b', '"…"', "no word between"),
        ("a topc:health", "topc", "did you mean topic: ?"),
        ("a covid:19", "covid", "the fields are title, outlet"),
        ("a topic: health", "topic:", "topic:health"),
        ('"a b"~x', "~x", "a number N"),
        ("NOT", "NOT", "something after it"),
        ("& …", "& …", "no word in it"),
        (unicodedata.normalize("NFD", "đề topc:a"), "topc", "did you mean"),
    ],
)
def test_an_error_points_at_its_place_and_says_how_to_mend_it(query: str, place: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)
    error = caught.value
    assert isinstance(error, UsageError)
    assert error.query[error.at : error.at + error.length] == place
    assert said in error.what
    line, pointer = error.pointed().split("\n")
    assert line.index(place) == pointer.index("^")
    assert pointer.count("^") == len(place)


@pytest.mark.parametrize("query", ["(" * 5000, "-" * 500 + "a", "a " * 1001, "(" * (MAX_DEPTH + 2) + "a"])
def test_a_query_has_bounds(query: str) -> None:
    with pytest.raises(QueryError, match=r"longer|more than"):
        parse(query[: MAX_LENGTH + 1])


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-08-15", "2026-08-15 2026-08-15"),
        ("2026-02", "2026-02-01 2026-02-28"),
        ("2026", "2026-01-01 2026-12-31"),
        ("15/8/2026", "2026-08-15 2026-08-15"),
        ("8.2026", "2026-08-01 2026-08-31"),
        ("31/2/2026", ""),
        ("2026-13", ""),
        ("hôm qua", ""),
        ("0000", ""),
    ],
)
def test_dates_as_people_write_them(text: str, days: str) -> None:
    found = days_of(text)
    assert (" ".join(day.isoformat() for day in found) if found else "") == days
