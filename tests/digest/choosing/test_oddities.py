"""What is odd about an outlet, in words that an officer understands, Vietnamese and English."""

from __future__ import annotations

from typing import Literal

import pytest

from digest.choosing.coverage import cause, oddity
from digest.words import Words
from press import OutletHealth, OutletState


@pytest.mark.parametrize(
    ("error", "state", "vietnamese"),
    [
        (
            "the list moved for good to https://a.vn/moi (asked at x)",
            "ok",
            "danh sách tin đã chuyển hẳn sang https://a.vn",
        ),
        ("no article links found by 'h3 a': 9 more by their form", "ok", "bộ chọn liên kết bỏ sót bài"),
        ("no entry is newer than 7 days: 3 old ones", "silent", "danh sách tin chỉ có bài cũ"),
        ("the list names no article", "silent", "danh sách tin không có bài nào"),
        ("an item with an unreadable date (3)", "ok", ""),
        (
            "none of 3 articles could be read, at last: gone: 404: https://a.vn/1",
            "down",
            "chưa đọc được bài nào: máy chủ",
        ),
        (
            "none of 2 articles could be read, at last: gone: led to a list",
            "down",
            "chưa đọc được bài nào: địa chỉ bài",
        ),
        ("blocked: led to a login", "blocked", "đòi đăng nhập"),
    ],
)
def test_what_is_odd_about_an_outlet_is_told_in_both_languages(error: str, state: OutletState, vietnamese: str) -> None:
    def told(language: Literal["vi", "en"]) -> str:
        health = OutletHealth("bao", "Báo", state, last_error=error)
        return cause(health, Words(language)) if state in {"down", "blocked"} else oddity(error, Words(language))

    assert told("vi").startswith(vietnamese)
    assert bool(told("en")) == bool(told("vi")) == bool(vietnamese)
    assert not vietnamese or told("en") != told("vi")
