"""The whole way once, again, and on the days after: from the demo press to the readers' mail, by the command line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from demo.press import Press
from press.urls import canonical
from tests.support.wholeway import ANCHOR, HOUR, MINUTE, READER, Done, House, Mail, MailServer, Row, since

pytestmark = [pytest.mark.slow, pytest.mark.server]
DAY = timedelta(days=1)
READERS = {
    READER: (),
    "weekday@example.vn": ("--days", "mon-fri"),
    "river@example.vn": ("--topics", "environment", "--places", "Cù Lao Dung"),
    "english@example.vn": ("--language", "en", "--name", "Ms Hoa"),
}
COUNTS = {"verb", "due", "done", "later", "never", "seconds"}
ARTICLE = {
    *("id", "url", "outlet", "title", "lead", "language", "published_at", "fetched_at", "relevance"),
    *("topics", "tone", "places", "story", "reprint_of", "versions"),
}


@dataclass
class Lived:
    """One office that has run once, what it said, and its mail server."""

    house: House
    first: Done
    mail: MailServer

    def articles(self) -> dict[str, Row]:
        rows = self.house.rows("articles")
        assert len({row["url"] for row in rows}) == len(rows)
        return {row["url"]: row for row in rows}

    def mails(self) -> dict[str, Mail]:
        assert all(count == 1 for count in Counter(mail.recipients for mail in self.mail.messages[:4]).values())
        return {mail.recipients[0]: mail for mail in self.mail.messages[:4]}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    with Press(ANCHOR, process=True) as press, MailServer() as mail:
        house = House(tmp_path_factory.mktemp("run"), press, mail.port)
        for email, wishes in READERS.items():
            house.subscribe(email, *wishes)
        yield Lived(house, house.run("run", "--json"), mail)


def at(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def test_every_article_of_the_press_is_archived_once_as_it_was_written(lived: Lived) -> None:
    found = lived.articles()
    wanted = {canonical(article.url): article for article in lived.house.press.truth()}
    assert found.keys() == {url for url, article in wanted.items() if article.expected == "archived"}
    for url, row in found.items():
        truth = wanted[url]
        assert row["title"] == truth.text.title, url
        assert (row["outlet"], row["language"], row["versions"]) == (truth.outlet, truth.language, 1), url
        assert row["fetched_at"] == ANCHOR.astimezone(UTC).isoformat(), url
    wrong = [url for url, row in found.items() if at(row["published_at"]) != wanted[url].published_at]
    assert not wrong


def test_every_trouble_of_the_press_has_its_outcome(lived: Lived) -> None:
    given_up = {row["url"]: row["reason"] for row in lived.house.rows("quarantine")}
    for url, trouble in lived.house.press.troubles_served().items():
        if trouble.expected == "never":
            assert given_up.get(canonical(url)), (url, trouble.why)
        else:
            (state,) = lived.house.sql("SELECT state FROM links WHERE url = ?", canonical(url))
            assert state == ("later",), (url, trouble.why)
    words = " | ".join(given_up.values())
    for word in ("redirect loop", "robots.txt", "pdf", "404"):
        assert word in words, words


def test_counts_have_the_shape_of_the_contract(lived: Lived) -> None:
    told, found = lived.first.json, lived.articles()
    assert told.keys() >= COUNTS
    assert told["verb"] == "run"
    collect, analyse, group, publish = told["verbs"]
    assert [part["verb"] for part in told["verbs"]] == ["collect", "analyse", "group", "publish"]
    for part in told["verbs"]:
        assert part.keys() >= COUNTS
        assert all(isinstance(part[name], int) for name in COUNTS - {"verb", "seconds"})
    names = {"requests", "not_modified", "pages"}
    assert names <= collect.keys()
    assert collect["outlets"].keys() == {outlet.slug for outlet in lived.house.press.outlets()}
    for name in (*names, "done", "later", "never"):
        assert collect[name] == sum(part[name] for part in collect["outlets"].values())
    assert collect["requests"] > len(found)
    assert analyse["due"] == analyse["done"] + analyse["never"] == collect["pages"]
    assert group["done"] == len(found)
    assert (publish["due"], publish["done"], publish["sent"]) == (4, 4, 4)


def test_lists_have_the_shape_of_the_contract(lived: Lived) -> None:
    house = lived.house
    for row in house.rows("articles"):
        assert row.keys() >= ARTICLE
        assert row["relevance"] in ("focus", "mention", "passing", "none")
        assert row["tone"] in (-1, 0, 1, None)
        assert all(topic.keys() >= {"id", "score", "evidence"} for topic in row["topics"])
        assert all(place.keys() >= {"name", "code", "as_written", "evidence"} for place in row["places"])
    stories = house.rows("story-list")
    members = [article for story in stories for article in story["articles"]]
    assert Counter(members) == Counter(row["id"] for row in house.rows("articles"))
    health = {row["slug"]: row for row in house.rows("outlets")}
    keys = {"slug", "state", "since", "last_ok", "last_error", "next_due", "articles_24h"}
    assert all(row.keys() >= keys for row in health.values())
    assert health.keys() == {outlet.slug for outlet in house.press.outlets()}
    assert all(row["state"] == "ok" for slug, row in health.items() if slug != "hong")
    editions = {"id", "subscription", "period_start", "period_end", "state", "message_id", "articles"}
    assert all(row.keys() >= editions for row in house.rows("editions"))
    assert {row["email"] for row in house.rows("subscriptions")} == set(READERS)
    since_noon = house.rows("articles", "--since", (ANCHOR - 6 * HOUR).isoformat(), "--until", ANCHOR.isoformat())
    assert 0 < len(since_noon) < len(members)
    assert all(ANCHOR - 6 * HOUR <= datetime.fromisoformat(row["published_at"]) < ANCHOR for row in since_noon)


def test_each_reader_has_one_mail_and_its_edition_lists_its_articles(lived: Lived) -> None:
    mails = lived.mails()
    assert mails.keys() == READERS.keys()
    known = {row["id"]: row for row in lived.house.rows("articles")}
    for row in lived.house.rows("editions"):
        mail = mails[row["email"]].message
        if row["period_end"] != ANCHOR.astimezone(UTC).isoformat():
            continue
        assert row["state"] == "sent"
        assert row["period_start"] == (ANCHOR - DAY).astimezone(UTC).isoformat()
        assert mail["Message-ID"] == row["message_id"]
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.match(r"<http://127\.0\.0\.1:8000/unsubscribe\?token=[^<>\s]+>", mail["List-Unsubscribe"])
        assert mail["To"] == row["email"]
        assert mail["Date"].datetime == ANCHOR
        assert row["articles"]
        assert len(set(row["articles"])) == len(row["articles"])
        plain, html = mails[row["email"]].part("plain"), mails[row["email"]].part("html")
        stories: dict[int, list[str]] = {}
        for number in row["articles"]:
            article = known[number]
            stories.setdefault(article["story"], []).append(article["url"])
            assert article["relevance"] in ("focus", "mention")
            assert ANCHOR - DAY <= datetime.fromisoformat(article["published_at"]) < ANCHOR
        for urls in stories.values():
            assert any(url in plain for url in urls), urls
            assert any(url in html.replace("&amp;", "&") for url in urls), urls


def test_wishes_choose_what_a_reader_gets(lived: Lived) -> None:
    editions = {row["email"]: row for row in lived.house.rows("editions") if at(row["period_end"]) == ANCHOR}
    known = {row["id"]: row for row in lived.house.rows("articles")}
    everything = set(editions[READER]["articles"])
    assert set(editions["weekday@example.vn"]["articles"]) == everything
    river = set(editions["river@example.vn"]["articles"])
    assert 0 < len(river) < len(everything)
    stories: dict[int, list[Row]] = {}
    for number in river:
        stories.setdefault(known[number]["story"], []).append(known[number])
    for members in stories.values():
        assert any("environment" in [topic["id"] for topic in row["topics"]] for row in members)
        assert any("Cù Lao Dung" in place["name"] for row in members for place in row["places"])
    english = lived.mails()["english@example.vn"]
    assert english.message["Content-Language"] == "en"
    assert english.message["Subject"].startswith("Press review")
    assert lived.mails()[READER].message["Content-Language"] == "vi"


@pytest.mark.parametrize("later", [timedelta(0), MINUTE])
def test_a_second_run_stores_sends_and_asks_nothing(later: timedelta, lived: Lived) -> None:
    house, press = lived.house, lived.house.press
    before, seen, mails = house.dump(), len(press.requests()), len(lived.mail.messages)
    told = house.run("run", "--json", now=ANCHOR + later).json
    assert house.dump() == before
    assert since(press, seen) == []
    assert [told[name] for name in ("due", "done", "later", "never", "requests")] == [0, 0, 0, 0, 0]
    assert len(lived.mail.messages) == mails == len(READERS)


def test_the_days_after(tmp_path: Path) -> None:
    with Press(ANCHOR, process=True) as press, MailServer() as mail:
        house = House(tmp_path, press, mail.port)
        house.subscribe(READER)
        house.subscribe("weekday@example.vn", "--days", "mon-fri")
        house.run("run")
        paths = {article.url.partition("/")[2].partition("/")[2].partition("/")[2] for article in press.truth()}
        press.advance()
        for after in (6 * HOUR, DAY, 3 * DAY, 5 * DAY):
            seen = len(press.requests())
            house.run("run", now=ANCHOR + after)
            asked = [r for r in since(press, seen) if r.path != "/robots.txt"]
            plain = [r.path for r in asked if not r.conditional and r.path[1:] in paths]
            assert not plain, (after, plain)
            lists = [r for r in asked if "rss" in r.path or "atom" in r.path or "sitemap" in r.path]
            assert lists
            lists = [r for r in lists if r.outlet not in ("chinhsach", "hong")]
            doubted = [r for r in lists if not r.conditional]
            assert after >= DAY or not doubted, (after, doubted)
            for one in doubted:  # silent for longer than its rhythm explains, its 304 is not believed, once a day
                mine = [r.conditional for r in lists if (r.outlet, r.path) == (one.outlet, one.path)]
                assert mine == [True, False], (after, one)
        rows = {row["url"]: row for row in house.rows("articles")}
        assert len(rows) == len(house.rows("articles")) == len(press.truth())
        for truth in press.truth():
            row = rows[canonical(truth.url)]
            assert row["versions"] == (2 if truth.edited else 1), truth.key
            assert row["title"] == (truth.edited or truth.text).title
            assert (row["vanished_at"] is not None) == truth.vanishes, truth.key
        assert sum(1 for truth in press.truth() if truth.edited) == 3
        _periods_join(house, mail)


def _periods_join(house: House, mail: MailServer) -> None:
    by_reader: dict[str, list[Row]] = {}
    for row in house.rows("editions"):
        assert row["state"] == "sent"
        by_reader.setdefault(row["email"], []).append(row)
    days = {email: [(at(row["period_end"]) or ANCHOR) - ANCHOR for row in rows] for email, rows in by_reader.items()}
    assert days[READER] == [timedelta(0), DAY, 3 * DAY, 5 * DAY]
    assert days["weekday@example.vn"] == [timedelta(0), DAY, 2 * DAY, 5 * DAY]  # Wednesday to Friday, then Monday
    for rows in by_reader.values():
        for earlier, later in pairwise(rows):
            assert later["period_start"] == earlier["period_end"]
        told = [article for row in rows for article in row["articles"]]
        again = [article for article, count in Counter(told).items() if count > 1]
        assert not again
    assert Counter(m.recipients[0] for m in mail.messages) == {email: len(rows) for email, rows in by_reader.items()}
