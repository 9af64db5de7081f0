"""The first look at a page: whatever its article names is found, however the markup writes it."""

from __future__ import annotations

import unicodedata

import pytest

from analysis.places.area import Area, area_of
from analysis.places.gazetteer import load_gazetteer
from analysis.reading.prescreen import visible


@pytest.fixture(scope="module")
def area() -> Area:
    return area_of(load_gazetteer(), "Sóc Trăng")


@pytest.mark.parametrize(
    "written",
    [
        "<p>Chiều 4/8, tại Sóc Trăng, mưa lớn kéo dài.</p>",
        "<p>Chiều 4/8, tại <b>Sóc</b> Trăng, mưa lớn.</p>",
        "<p>Chiều 4/8, tại Sóc\n      <a href='/t'>Trăng</a>, mưa lớn.</p>",
        "<p>S&oacute;c Tr&#259;ng mưa lớn.</p>",
        unicodedata.normalize("NFD", "<p>Mưa lớn ở Sóc Trăng.</p>"),
        '<script type="application/ld+json">{"headline": "Mưa lớn ở Sóc Trăng"}</script>',
        "<SCRIPT>var a = '<p>';</SCRIPT><p>Sóc Trăng mưa lớn.</p>",
        "<p>Mưa lớn ở xã <i>Cù Lao Dung</i>.</p>",
    ],
)
def test_a_name_of_the_area_is_seen(area: Area, written: str) -> None:
    assert area.named_in(visible(f"<html><body>{written}</body></html>".encode()))


@pytest.mark.parametrize(
    "written",
    [
        "<p>Họa sĩ Lê Sa Long mở triển lãm ở Đà Nẵng.</p>",
        "<script>var tinh = 'Sóc Trăng';</script><p>Mưa lớn ở Đà Nẵng.</p>",
        "<style>.x { content: 'Sóc Trăng' }</style><p>Mưa lớn ở Đà Nẵng.</p>",
        "<a href='/soc-trang' title='Sóc Trăng'>Tin khác</a>",
        "",
    ],
)
def test_what_names_nothing_of_it_is_settled(area: Area, written: str) -> None:
    assert not area.named_in(visible(f"<html><body>{written}</body></html>".encode()))


def test_any_bytes_give_text() -> None:
    for body in (b"", b"\xff\xfe\x00", b"<" * 10_000, b"<script>" * 500 + b"x", bytes(range(256)) * 50):
        assert isinstance(visible(body), str)
