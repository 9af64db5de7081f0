"""Markup in what lists and filters take: whole or cut anywhere, it changes nothing of what the words say."""

from __future__ import annotations

import html
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from press.text import plain, readable

ELEMENTS = ("p", "a", "b", "div", "span", "img", "br", "strong", "h2", "table", "iframe")
ATTRIBUTES = ('href="https://x.vn/a?b=1&c=2"', 'alt="Ảnh cầu sập"', "width=120", "hidden", "style=''")
WITH_SIGNS = (*ATTRIBUTES, "alt='Ảnh: 5 > 3'", 'title="Quê <b>nhà</b>"')
WORD = st.sampled_from(["Cầu", "sập", "ở", "Sóc", "Trăng", "T&T", "12", "<3", "một", "tỷ."])


@st.composite
def fragments(draw: st.DrawFn, attributes: tuple[str, ...] = ATTRIBUTES) -> tuple[list[str], str]:
    """Words, and the same with markup around each, its entities encoded up to three times."""
    words = draw(st.lists(WORD, min_size=1, max_size=8))
    text = ""
    for word in words:
        name = draw(st.sampled_from(ELEMENTS))
        tag = " ".join([name, *draw(st.lists(st.sampled_from(attributes), max_size=2, unique=True))])
        end = draw(st.sampled_from([">", "/>", " >"]))
        close = draw(st.sampled_from([f"</{name}>", f"</{name} >", "<!-- x -->", "<script>a = '<p>';</script>", ""]))
        text += f" <{tag}{end}{html.escape(word, quote=False)}{close} "
    for _ in range(draw(st.integers(0, 2))):
        text = html.escape(text)
    return words, text


@given(fragments(WITH_SIGNS))
def test_markup_is_taken_out_and_the_words_stay(given: tuple[list[str], str]) -> None:
    words, text = given
    assert readable(text).split() == words
    assert plain(text) == " ".join(words)
    assert readable(readable(text)) == readable(text)


@given(fragments(), st.integers(0, 400))
@example((["Cầu"], " &lt;p&gt;Cầu&lt;/p&gt; "), 7)
def test_markup_cut_anywhere_adds_no_word(given: tuple[list[str], str], at: int) -> None:
    words, text = given
    assert "".join(words).startswith(readable(text[:at]).rstrip("&").replace(" ", ""))


@pytest.mark.parametrize(
    "said", ["5 < 6 > 4", "<3", "T&T", "R&D", "Phim <Tên em> chiếu", "a <- b", "x=3", '"a" > "b"', "1 << 2", "a && b"]
)
def test_signs_that_are_no_markup_stay(said: str) -> None:
    assert readable(said) == said


@pytest.mark.parametrize(
    ("served", "said"),
    [
        ('<a href="https://x.vn"><img src="https://x.vn/a.jpg', ""),
        ("Mưa lớn <im", "Mưa lớn"),
        ("Mưa lớn &nbs", "Mưa lớn"),
        ("Mưa lớn &#78", "Mưa lớn"),
        ("Mưa lớn &lt;p&", "Mưa lớn"),
        ('a.jpg" alt="Ảnh"/>Mưa lớn', "Mưa lớn"),
        ('.jpg">Mưa lớn', "Mưa lớn"),
        ("<![CDATA[Mưa <b>lớn</b>]]>", "Mưa lớn"),
        ("M<b>ư</b>a lớn", "Mưa lớn"),
        ('<a href="x>Mưa</a> "lớn" hơn', 'Mưa "lớn" hơn'),
    ],
)
def test_what_is_left_of_cut_markup_goes(served: str, said: str) -> None:
    assert plain(served) == said


def test_markup_built_to_be_slow_is_not() -> None:
    started = time.process_time()
    for evil in ('<a ="', "<a = ", "<", "&am<b></b>p;lt;", 'x="', "<!--", "<i><", "</script ", "&#", '"'):
        readable(evil * (200_000 // len(evil)) + ">")
    assert time.process_time() - started < 10, "about two seconds on an idle machine"
