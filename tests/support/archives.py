"""What the tests of the archive put into it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from press import Draft, Judgement, Link, Outcome, Page, Place, Reading, TopicTag
from storage import Archive
from storage.collecting import links as stored_links
from storage.coverage import articles as stored_articles

NOW = datetime(2026, 8, 5, 0, 0, tzinfo=UTC)
DONE = Outcome("done")


def at(hours: float) -> datetime:
    """Return the instant `hours` after NOW."""
    return NOW + timedelta(hours=hours)


def link(number: int | str, outlet: str = "bao-mot", **more: Any) -> Link:
    """Return the link of an article."""
    url = f"https://{outlet}.vn/bai-{number}.html"
    return Link(**{"url": url, "served_url": f"{url}?rss", "outlet": outlet, "title": f"Bài {number}", **more})


def page(of: Link, body: bytes = b"<p>Trang</p>", when: datetime = NOW, **headers: str) -> Page:
    """Return the page behind a link."""
    return Page(of.url, of.served_url, of.outlet, 200, headers, body, when, f"{hash(body):x}")


def draft(of: Link, **more: Any) -> Draft:
    """Return what is read from the page of a link."""
    return Draft(
        **{
            "url": of.url,
            "canonical_url": of.url,
            "title": of.title,
            "lead": "Sáng nay, nước mặn lên cao.",
            "body": "Đoạn một.\nĐoạn hai.",
            "language": "vi",
            "published_at": NOW,
            "published_raw": "2026-08-05T07:00:00+07:00",
            "date_source": "meta",
            **more,
        }
    )


def judgement(**more: Any) -> Judgement:
    """Return a judgement with two topics and a place."""
    return Judgement(
        **{
            "language": "vi",
            "relevance": "focus",
            "relevance_score": 0.9,
            "relevance_evidence": ("xã Lịch Hội Thượng",),
            "topics": (TopicTag("environment", 0.8, ("nước mặn",)), TopicTag("agriculture", 0.6)),
            "tone": -1,
            "tone_score": 0.7,
            "tone_evidence": ("thiệt hại",),
            "places": (Place("Lịch Hội Thượng", "31699", "Lịch Hội Thượng", "unit word", "2025-07-01", 0.9, True),),
            "model": "m1",
            **more,
        }
    )


def read_page(archive: Archive, of: Link, body: bytes = b"<p>Trang</p>", when: datetime = NOW) -> int:
    """Announce a link if it is new, and store its page; return the page's id."""
    with archive.begin() as db:
        stored_links.announce(db, [of], when)
        return stored_links.record_page(db, Reading(of), page(of, body, when), lambda first, reads: None)


def store(archive: Archive, of: Link, when: datetime = NOW, **more: Any) -> int:
    """Put the article of a link into the archive; return its id."""
    judged = more.pop("judged", None) or judgement()
    page_id = read_page(archive, of, str(more).encode(), when)
    with archive.begin() as db:
        return stored_articles.save_article(db, page_id, draft(of, **more), judged, when).id
