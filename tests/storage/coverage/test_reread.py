"""Reading again: what is less than what is stored never replaces it, and what only seems to be gone comes back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from press import Outcome, Reading
from storage import Archive
from storage.collecting import links, pages
from storage.collecting.links import LOOK_AGAIN, MOST_READS
from storage.coverage import articles as stored
from storage.coverage.save import Analysed, save_articles
from tests.support.archives import NOW, at, draft, judgement, link, page, read_page, store

pytest_plugins = ["tests.support.databases"]

BODY = "Đoạn một nói về con nước.\nĐoạn hai nói về bờ kè.\nĐoạn ba nói về người dân."
LEAD = draft(link(1)).lead


def reread(archive: Archive, when: datetime, *, whole: bool = True, **more: object) -> str:
    page_id = read_page(archive, link(1), str((more, when)).encode(), when)
    with archive.begin() as db:
        one = Analysed(page_id, draft(link(1), **{"body": BODY, **more}), judgement(), whole=whole)
        return save_articles(db, [one], when)[0].what


def body_of(archive: Archive) -> tuple[str, int]:
    with archive.read() as db:
        (found,) = stored.load_articles(db, [1])
        return found.body, found.versions


def next_reading(archive: Archive) -> datetime | None:
    with archive.read() as db:
        return links.next_due(db)


@pytest.mark.parametrize(
    "less",
    [
        {"body": BODY[:40]},
        {"body": BODY[:40] + "…"},
        {"body": BODY.partition("\n")[0]},
        {"body": ""},
        {"body": "", "lead": ""},
        {"body": "Chia sẻ Facebook", "whole": False},
        {"body": BODY[:40], "title": "Tựa đã sửa", "whole": False},
    ],
)
def test_less_never_replaces_what_is_stored_and_is_looked_at_again(archive: Archive, less: dict[str, str]) -> None:
    store(archive, link(1), body=BODY)
    assert reread(archive, at(72), **less) == "same"  # type: ignore[arg-type]
    assert body_of(archive) == (BODY, 1)
    assert next_reading(archive) == at(72) + LOOK_AGAIN


@pytest.mark.parametrize(
    "other",
    [
        {"body": BODY + "\nĐoạn bốn."},
        {"body": BODY.replace("Đoạn hai nói về bờ kè.\n", "")},  # what an outlet took out of the middle stays out
        {"body": BODY.replace("con nước", "triều")},
        {"body": BODY[:40], "title": "Tựa đã sửa"},
        {"lead": "Sapo khác."},
        {"body": BODY + "\nĐoạn bốn.", "whole": False},
    ],
)
def test_what_differs_is_a_new_version(archive: Archive, other: dict[str, str]) -> None:
    store(archive, link(1), body=BODY)
    assert reread(archive, at(6), **other) == "changed"  # type: ignore[arg-type]
    assert body_of(archive) == (other.get("body", BODY), 2)
    assert next_reading(archive) is None


def test_the_whole_text_replaces_the_half_that_was_read_first(archive: Archive) -> None:
    store(archive, link(1), body=BODY[:40])
    assert reread(archive, at(6)) == "changed"
    assert body_of(archive) == (BODY, 2)


def test_an_article_is_not_looked_at_without_end(archive: Archive) -> None:
    store(archive, link(1), body=BODY)
    for number in range(1, 2 * MOST_READS):
        reread(archive, at(24 * number), body=BODY[:40], section=str(number))
    assert next_reading(archive) is None or next_reading(archive) < at(24 * MOST_READS)  # type: ignore[operator]


def vanished(archive: Archive) -> datetime | None:
    with archive.read() as db:
        (found,) = stored.load_articles(db, [1])
        return found.vanished_at


@pytest.mark.parametrize("unchanged", [True, False])
def test_what_a_page_says_to_be_gone_with_a_200_may_come_back(archive: Archive, unchanged: bool) -> None:
    store(archive, link(1), body=BODY)
    with archive.begin() as db:
        links.record_failed(db, Reading(link(1)), Outcome("never", "gone: the page says 'Lỗi 404'"), 200, at(72))
    assert vanished(archive) == at(72)
    assert next_reading(archive) == at(72) + LOOK_AGAIN
    if unchanged:
        with archive.begin() as db:
            links.record_unchanged(db, Reading(link(1)), at(96), lambda first, reads: None)
    else:
        assert reread(archive, at(96)) == "same"
    assert vanished(archive) is None
    assert next_reading(archive) is None


def test_what_stays_gone_is_believed(archive: Archive) -> None:
    store(archive, link(1), body=BODY)
    for day in range(1, 6):
        with archive.begin() as db:
            links.record_failed(db, Reading(link(1)), Outcome("never", "gone: led to a list"), 200, at(24 * day))
    assert vanished(archive)
    assert next_reading(archive) is None


def test_a_404_needs_no_second_look(archive: Archive) -> None:
    store(archive, link(1), body=BODY)
    with archive.begin() as db:
        links.record_failed(db, Reading(link(1)), Outcome("never", "gone: 404"), 404, at(72))
    assert vanished(archive) == at(72)
    assert next_reading(archive) is None


def test_a_page_that_says_so_again_with_the_same_bytes_has_not_come_back(archive: Archive) -> None:
    store(archive, link(1), body=BODY)
    other = read_page(archive, link(1), b"<h1>404</h1>", at(72))
    with archive.begin() as db:
        pages.settle_pages(db, [pages.Settled(other, Outcome("never", "not an article"), True, gone=True)], at(73))
    assert vanished(archive) == at(73)
    assert next_reading(archive) == at(72) + LOOK_AGAIN
    with archive.begin() as db:
        links.record_unchanged(db, Reading(link(1)), at(97), lambda first, reads: None)
    assert vanished(archive) == at(73)
    back = page(link(1), b"<p>Trang</p>", at(121))
    with archive.begin() as db:
        page_id = links.record_page(db, Reading(link(1)), back, lambda first, reads: None)
        stored.save_article(db, page_id, draft(link(1), body=BODY), judgement(), at(121) + timedelta(minutes=1))
    assert vanished(archive) is None
    assert at(121) > NOW
