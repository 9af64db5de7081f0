"""One address for one article, however it was linked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from press import urls


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://Example.VN/Tin/A.html#binh-luan", "https://example.vn/Tin/A.html"),
        ("https://example.vn:443/a", "https://example.vn/a"),
        ("http://example.vn:8080/a", "http://example.vn:8080/a"),
        ("https://example.vn", "https://example.vn/"),
        ("https://example.vn/a?utm_source=fb&id=7&fbclid=x&page=2", "https://example.vn/a?id=7&page=2"),
        ("https://example.vn/a?b=2&a=1", "https://example.vn/a?b=2&a=1"),
        ("https://example.vn/a?vn_source=home&zarsrc=30&gidzl=x", "https://example.vn/a"),
        ("https://m.example.vn/a.html", "https://example.vn/a.html"),
        ("https://amp.example.vn/a.html", "https://example.vn/a.html"),
        ("https://m.com.vn/a.html", "https://m.com.vn/a.html"),
        ("https://m.vn/a", "https://m.vn/a"),
        ("https://example.vn/a.html/amp", "https://example.vn/a.html"),
        ("https://example.vn/a/amp/", "https://example.vn/a"),
        ("https://example.vn/amp/a.html", "https://example.vn/a.html"),
        ("https://example.vn/amp", "https://example.vn/amp"),
        ("https://example.vn/a.amp.html", "https://example.vn/a.html"),
        ("https://example.vn/a?amp=1&id=3", "https://example.vn/a?id=3"),
        ("https://example.vn/a?amp", "https://example.vn/a"),
        ("https://example.vn/camp/ampe.html", "https://example.vn/camp/ampe.html"),
        ("https://www.google.com/amp/s/amp.example.vn/a.html", "https://example.vn/a.html"),
        ("https://example-vn.cdn.ampproject.org/c/s/example.vn/a.html", "https://example.vn/a.html"),
        ("https://báo.vn/tin-đồng", "https://xn--bo-mia.vn/tin-%C4%91%E1%BB%93ng"),
        ("https://example.vn/x/../a", "https://example.vn/a"),
        ("https://user:secret@example.vn/a", "https://example.vn/a"),
        ("  https://example.vn/a\n", "https://example.vn/a"),
        ("http://[::1]:8000/a", "http://[::1]:8000/a"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
    ],
)
def test_canonical(url: str, expected: str) -> None:
    assert urls.canonical(url) == expected
    assert urls.canonical(expected) == expected


def test_a_relative_address_is_resolved_against_its_base() -> None:
    assert (
        urls.canonical("/tin/a.html?utm_medium=rss", "https://example.vn/rss/tin.rss")
        == "https://example.vn/tin/a.html"
    )
    assert urls.canonical("//cdn.example.vn/a", "https://example.vn/") == "https://cdn.example.vn/a"


NO_ADDRESSES = [
    *("", "/a", "a.html", "javascript:alert(1)", "mailto:a@example.vn", "file:///etc/passwd", "data:text/html,a"),
    *("ftp://a.vn/", "http://", "https://[", "http://a.vn:99999/", "http://a b.vn/", "http://" + "a" * 70 + ".vn/"),
]


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        urls.canonical(url)


@given(
    scheme=st.sampled_from(["http", "https", "HTTPS"]),
    name=st.sampled_from(
        ["example.vn", "m.example.vn", "AMP.m.example.vn", "www.example.com.vn", "báo.vn", "example.vn:8080"]
    ),
    path=st.text(alphabet="/ab.-_amp%é đ&;~()", max_size=30),
    query=st.text(alphabet="a=1&utm_x?/%đ+fbclid", max_size=30),
    fragment=st.text(alphabet="ab#/", max_size=5),
)
def test_canonical_is_idempotent(scheme: str, name: str, path: str, query: str, fragment: str) -> None:
    once = urls.canonical(f"{scheme}://{name}/{path}?{query}#{fragment}")
    assert urls.canonical(once) == once
    assert once.isascii()
    assert "#" not in once


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    try:
        once = urls.canonical(text, "https://example.vn/")
    except ValueError:
        return
    assert urls.canonical(once) == once


def test_host() -> None:
    assert urls.host("HTTPS://WWW.Example.VN.:443/a") == "www.example.vn"
    assert urls.host("http://[") == ""
    assert urls.host("a") == ""
