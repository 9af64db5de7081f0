"""Articles like one: by a spot and a topic, or by rare words; of the area only, never the article itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from press import Place, Relevance, TopicTag
from storage import Archive
from storage.search import QueryError, SearchIndex, known_similar, similar
from tests.storage.search.sample import TRAN_DE, fill, found, index_of
from tests.support.archives import at, judgement, link, store

pytest_plugins = ["tests.support.databases"]


FERRY = Place("phà Đại Ngãi", "", "Phà Đại Ngãi", "landmark", "2000-01-01", 0.9, True)
FARES = (TopicTag("infrastructure", 0.9),)


@pytest.fixture
def index(archive: Archive, tmp_path: Path) -> SearchIndex:
    fill(archive, 60, first=100)  # what the archive is full of: one place, two topics
    return index_of(archive, tmp_path / "index")


def told(
    archive: Archive, number: int, title: str, *, topics: tuple[TopicTag, ...] = FARES,
    places: tuple[Place, ...] = (FERRY,), relevance: Relevance = "focus", language: str = "vi",
) -> int:  # fmt: skip
    judged = judgement(relevance=relevance, topics=topics, places=places, language=language)
    return store(archive, link(number), at(number), title=title, judged=judged)


def test_what_shares_a_spot_and_a_topic_is_alike_in_any_language(archive: Archive, index: SearchIndex) -> None:
    one = told(archive, 1, "Phà Đại Ngãi thu tiền cao hơn giá niêm yết")
    english = told(archive, 2, "Ferry passengers at Dai Ngai get refunds", language="en")
    khmer = told(archive, 3, "សាឡាងដាយង៉ាយ", language="km")
    spot = told(archive, 4, "Học bổng cho học trò nghèo gần bến phà", topics=(TopicTag("education", 0.9),))
    topic = told(archive, 5, "Cầu mới khánh thành", places=(TRAN_DE,))
    outside = told(archive, 6, "Phà Đại Ngãi thu tiền cao hơn giá niêm yết", relevance="none")
    index.catch_up()
    assert similar(index, one) == [english, khmer], "the name is in one of them"
    assert set(similar(index, english)) == {one, khmer}
    assert similar(index, one, without=frozenset({english})) == [khmer]
    assert similar(index, one, 1) == [english]
    assert not {spot, topic, outside} & set(similar(index, one))


def test_the_area_itself_is_no_spot(archive: Archive, index: SearchIndex) -> None:
    everywhere = judgement().places
    one = told(archive, 1, "Đê biển sạt lở nghiêm trọng", places=everywhere, topics=judgement().topics)
    index.catch_up()
    assert similar(index, one) == []


def test_where_a_language_has_many_articles_rare_words_do(archive: Archive, tmp_path: Path) -> None:
    fill(archive, 300, first=100)
    title = "Hụi khống, chủ hụi lãnh án ở phiên tòa lưu động"
    one = told(archive, 1, title, places=(), topics=())
    same = told(archive, 2, f"{title}: người dân mất tiền", places=(), topics=())
    told(archive, 3, "Chủ hụi", places=(), topics=())
    index = index_of(archive, tmp_path / "index")
    index.catch_up()
    assert similar(index, one) == [same]


def test_it_is_a_field_of_queries(archive: Archive, index: SearchIndex) -> None:
    one = told(archive, 1, "Phà Đại Ngãi thu tiền cao hơn giá niêm yết")
    same = told(archive, 2, "Bến phà Đại Ngãi trả lại tiền thu quá niêm yết")
    assert found(index, f"similar:{one}") == {same}
    assert found(index, f"similar:{one} -trả") == set()
    assert found(index, f"similar:{one} OR similar:{same}") == {one, same}
    assert known_similar(index, 10**6) is None
    for wrong in ("similar:0", "similar:1/2", "similar:phà", "similar:99999999999999"):
        with pytest.raises(QueryError, match="no article"):
            found(index, wrong)
