"""Mail addresses: one form for each, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.sending.address import split_sender, valid_address
from digest.sending.send import _envelope
from errors import DeliveryError
from tests.support.digest_day import SENDER


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (" Can.Bo+x@Example.VN ", "Can.Bo+x@example.vn"),
        ("a@localhost", "a@localhost"),
        ("a@báo.vn", "a@xn--bo-mia.vn"),
        ("cánbộ@x.vn", "cánbộ@x.vn"),
    ],
)
def test_addresses_have_one_form(text: str, normal: str) -> None:
    assert valid_address(text) == normal
    assert valid_address(normal) == normal


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "@b.vn", "a@", "a@b", "a@b..vn", "a..b@c.vn", ".a@b.vn", "a@-b.vn", "a@b_c.vn", "a@b@c.vn"),
        *("a\u202e@b.vn", "a@b.vn\r\nx", "a@b.vn\nBcc: x@y.vn", "a,b@c.vn", '"a b"@c.vn', "a@[127.0.0.1]"),
        *("x" * 65 + "@b.vn", "a@" + "b" * 64 + ".vn", "a@" + "b." * 130 + "vn", "a@.vn"),
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a mail address"):
        valid_address(text)


def test_a_sender_is_a_name_and_an_address() -> None:
    assert split_sender(SENDER) == ("Điểm báo", "diembao@example.vn")
    assert split_sender("a@b.vn") == ("", "a@b.vn")
    assert split_sender('"Báo, \\"Sóc Trăng\\"" <a@b.vn>') == ('Báo, "Sóc Trăng"', "a@b.vn")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab.@<>\r\n\0 ,;:\"'\\\u202eế"), max_size=40) | st.text(max_size=400))
def test_whatever_is_given_as_an_address_is_one_word_of_an_envelope_or_refused(text: str) -> None:
    try:
        origin, target = _envelope(SENDER, text)
    except DeliveryError as refused:
        assert refused.permanent  # noqa: PT017 - both ends are right
        return
    assert origin == "diembao@example.vn"
    assert target.isprintable()
    assert not set(target) & set(' <>\r\n\0,;:"')
    assert target.count("@") == 1
