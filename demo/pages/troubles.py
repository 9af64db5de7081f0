"""What one outlet of the demo press announces besides its articles: addresses that a crawler must get over."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from demo.forms.writing import feed_date
from demo.pages.lists import Item
from demo.pages.resources import GONE, Resource
from demo.truth.truth import Expected

PROMISED = 5 * 1024**3  #: what the oversized page says of itself, bytes


@dataclass(frozen=True, slots=True)
class Trouble:
    """One such address, what is wrong with it, and the outcome that a collection should note for it."""

    path: str
    title: str
    expected: Expected
    why: str
    resource: Resource


def _moved(target: str, status: int = 302) -> Resource:
    return Resource(b"", status=status, headers={"Location": target})


def _busy(seconds: int) -> Resource:
    return Resource(b"<html><body>429</body></html>", status=429, headers={"Retry-After": str(seconds)})


def busy_once() -> Resource:
    """Return what a busy server says to the first request: 429, come back in a second."""
    return _busy(1)


def troubles() -> tuple[Trouble, ...]:
    """Return the addresses that the second feed of the troubled outlet announces."""
    noise = random.Random(20260805).randbytes(30_000)
    pdf = b"%PDF-1.4\n" + noise[:4000] + b"\n%%EOF\n"
    empty = "<html><head><title>Báo Hồng Hà</title></head><body><div id='app'></div></body></html>".encode()
    page = "<html><body><article><h1>Nội bộ</h1><p>Trang không dành cho máy đọc.</p></article></body></html>".encode()
    unavailable = Resource(b"<html><body>503</body></html>", status=503)
    return (
        Trouble("/vong-lap-a1.html", "Trang chuyển vòng tròn", "never", "redirect loop", _moved("/vong-lap-a2.html")),
        Trouble(
            "/khong-lo-a3.html", "Trang khổng lồ", "never", "promises 5 GB", Resource(b"x" * 65_536, promised=PROMISED)
        ),
        Trouble("/nhieu-a4.html", "Trang toàn ký tự lạ", "never", "garbage bytes", Resource(noise)),
        Trouble("/tai-lieu-a5.pdf", "Tài liệu kèm theo", "never", "a PDF", Resource(pdf, "application/pdf")),
        Trouble("/noi-bo/hop-giao-ban-a6.html", "Họp giao ban nội bộ", "never", "robots.txt forbids", Resource(page)),
        Trouble("/da-go-a9.html", "Trang đã gỡ", "never", "404 from the first reading on", GONE),
        Trouble("/rong-a10.html", "Trang không có bài", "never", "a page without an article", Resource(empty)),
        Trouble(
            "/dia-chi-cam-a11.html", "Trang dẫn vào trong", "never", "redirects to a link-local address",
            _moved("http://169.254.169.254/latest/meta-data/"),
        ),
        # last: a crawler that is asked to wait leaves the whole host alone
        Trouble("/bao-tri-a8.html", "Trang đang bảo trì", "later", "503", unavailable),
        Trouble("/ban-lau-a7.html", "Trang luôn bận", "later", "429 with Retry-After: 3600", _busy(3600)),
    )  # fmt: skip


def hidden() -> dict[str, Resource]:
    """Return the addresses that only other troubles lead to."""
    return {"/vong-lap-a2.html": _moved("/vong-lap-a1.html")}


def trouble_items(site: str, at: datetime) -> list[Item]:
    """Return the feed items that announce the troubles."""
    return [Item(each.title, site + each.path, feed_date(at, "rfc822"), each.title) for each in troubles()]
