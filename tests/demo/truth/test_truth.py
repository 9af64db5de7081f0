"""The demo press's articles and their ground truth agree with each other and with the codebook."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.truth.truth import VIETNAM, age, anchor_before, articles, outlets, slug
from press import RELEVANCES, TOPICS

ANCHOR = datetime.fromisoformat("2026-08-05T06:45:00+07:00")
ARTICLES = articles(ANCHOR)
BY_KEY = {article.key: article for article in ARTICLES}


def test_there_is_a_press() -> None:
    counts = Counter(article.outlet for article in ARTICLES)
    assert set(counts) == {outlet.slug for outlet in outlets()}
    assert min(counts.values()) >= 3
    assert len(ARTICLES) >= 110
    assert {article.language for article in ARTICLES} == {"vi", "km", "en"}


def test_keys_and_addresses_are_unique() -> None:
    assert len(BY_KEY) == len(ARTICLES)
    assert len({article.url for article in ARTICLES}) == len(ARTICLES)
    assert all(article.url.isascii() for article in ARTICLES)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.key)
def test_labels_are_the_codebook_s(article) -> None:
    assert article.relevance in RELEVANCES
    assert 1 <= len(article.topics) <= 3
    assert set(article.topics) <= set(TOPICS)
    assert article.tone in (-1, 0, 1)
    assert article.relevance in ("none", "passing") or article.places
    assert timedelta() < ANCHOR - article.published_at <= timedelta(days=3, hours=1)
    assert article.published_at.tzinfo is UTC


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.key)
def test_texts_are_whole_and_clean(article) -> None:
    for text in filter(None, (article.text, article.edited)):
        whole = f"{text.title}\n{text.lead}\n{text.body}"
        assert whole == unicodedata.normalize("NFC", whole)
        assert not set("{}<>\u200b\u00a0\u00d0") & set(whole)
        assert "  " not in whole
        assert text.title
        assert text.lead
        assert len(text.body.split("\n")) >= 2
    if article.edited is not None:
        assert article.edited != article.text


def test_reprints_follow_their_original() -> None:
    reprints = [article for article in ARTICLES if article.reprint_of]
    assert len(reprints) >= 3
    for reprint in reprints:
        original = BY_KEY[reprint.reprint_of]
        assert not original.reprint_of
        assert original.outlet != reprint.outlet
        assert original.published_at < reprint.published_at
        assert original.story == reprint.story
        likeness = SequenceMatcher(None, original.text.body, reprint.text.body, autojunk=False).ratio()
        assert likeness > 0.6, reprint.key


def test_some_articles_change_and_some_vanish() -> None:
    assert any(article.edited is not None for article in ARTICLES)
    assert any(article.vanishes for article in ARTICLES)
    assert not any(article.vanishes and article.edited is not None for article in ARTICLES)


def test_odd_places_in_the_lists_are_taken_by_articles_that_stay() -> None:
    for outlet in outlets():
        listed = [article for article in ARTICLES if article.outlet == outlet.slug]
        odd = (outlet.slow.get("at"), outlet.busy, outlet.amp, outlet.relative, outlet.undated, outlet.future)
        for at in odd:
            if at is not None:
                article = listed[int(at)]
                assert not article.vanishes, article.key
                assert article.edited is None, article.key


def test_named_days_follow_the_anchor() -> None:
    later = articles(ANCHOR + timedelta(days=40))
    moved = [(one, two) for one, two in zip(ARTICLES, later, strict=True) if one.text != two.text]
    assert moved
    assert all(
        two.published_at - one.published_at == timedelta(days=40) for one, two in zip(ARTICLES, later, strict=True)
    )
    english = " ".join(article.text.body for article in ARTICLES if article.language == "en")
    assert "August" in english
    assert "{d-" not in english


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_anchor_is_the_last_delivery_hour(now: datetime) -> None:
    anchor = anchor_before(now)
    assert timedelta() <= now - anchor < timedelta(days=1)
    assert (anchor.astimezone(VIETNAM).hour, anchor.astimezone(VIETNAM).minute) == (6, 45)


def test_ages() -> None:
    assert age("1d 03:25") == timedelta(days=1, hours=3, minutes=25)
    assert age("23:05") == timedelta(hours=23, minutes=5)
    with pytest.raises(ValueError, match='write it as "1d 03:25"'):
        age("yesterday")


def test_slugs() -> None:
    assert slug("Đê sông Hậu: “vỡ” 12 m!") == "de-song-hau-vo-12-m"
