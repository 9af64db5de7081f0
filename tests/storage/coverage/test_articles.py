"""Articles, their versions and twins; stories; single facts; and that the indexes serve their queries."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event, select, text

from errors import StorageError
from press import Place, TopicTag
from storage import Archive
from storage.collecting import feeds, links, pages
from storage.coverage import articles, stories
from storage.coverage.save import same_site
from storage.coverage.stories import Membership
from storage.tables.coverage import articles as table
from storage.tables.coverage import tags
from storage.upkeep.runs import last_runs, record_run
from tests.support.archives import NOW, at, draft, judgement, link, read_page, store

pytest_plugins = ["tests.support.databases"]


def save(archive: Archive, page_id: int, *args: object, when: object = NOW) -> articles.Saved:
    with archive.begin() as db:
        return articles.save_article(db, page_id, *args, when)  # type: ignore[arg-type]


def test_an_article_comes_back_as_it_was_judged(archive: Archive) -> None:
    page_id = read_page(archive, link(1), when=at(1))
    saved = save(archive, page_id, draft(link(1)), judgement(), when=at(2))
    assert saved.what == "new"
    with archive.read() as db:
        found = articles.get_article(db, saved.id)
        assert found == articles.get_article(db, link(1).url)
        assert pages.due_pages(db, 9) == [], "its page is settled in the same step"
        assert pages.load_page(db, page_id) is not None
        assert articles.count(db) == 1
    assert found
    said = judgement()
    assert (found.topics, found.places, found.relevance_evidence) == (said.topics, said.places, said.relevance_evidence)
    assert (found.tone, found.published_at, found.fetched_at, found.versions) == (-1, NOW, at(1), 1)
    assert (found.title, found.lead, found.body) == (link(1).title, draft(link(1)).lead, draft(link(1)).body)


def test_a_changed_text_is_a_version_and_the_same_text_is_none(archive: Archive) -> None:
    store(archive, link(1))
    with archive.begin() as db:
        stories.assign(db, [Membership(1, None)], NOW)
    again = read_page(archive, link(1), b"<p>new frame</p>", at(6))
    assert save(archive, again, draft(link(1)), judgement(), when=at(6)).what == "same"
    with archive.read() as db:
        assert articles.ungrouped(db) == []
        before = articles.changed_since(db, 0, 9)[-1][0]
    edited = read_page(archive, link(1), b"<p>edited</p>", at(24))
    other = judgement(topics=(TopicTag("health", 0.9),), places=(), tone=None)
    saved = save(archive, edited, draft(link(1), title="Đầu đề mới", published_at=None), other, when=at(24))
    assert (saved.id, saved.what) == (1, "changed")
    with archive.read() as db:
        found = articles.get_article(db, 1)
        assert found
        assert (found.versions, found.title, found.tone, found.places) == (2, "Đầu đề mới", None, ())
        assert [topic.id for topic in found.topics] == ["health"]
        assert (found.published_at, found.fetched_at) == (NOW, NOW), "a date once found is not lost"
        assert [(v.number, v.title) for v in articles.versions_of(db, 1)] == [(1, "Bài 1"), (2, "Đầu đề mới")]
        assert [a.id for _, a in articles.changed_since(db, before, 9)] == [1]
        assert [candidate.id for candidate in articles.ungrouped(db)] == [1]


@pytest.mark.parametrize(
    ("hours", "source", "kept"),
    [
        (5, "json-ld", True),  # the outlet moves its own date with every edit
        (5, "visible", True),
        (-5, "selector", False),
        (-5, "visible", True),
        (90, "selector", True),  # nothing is published after it was read
    ],
)
def test_an_instant_once_stored_changes_only_for_stronger_evidence(
    archive: Archive, hours: int, source: str, kept: bool
) -> None:
    save(archive, read_page(archive, link(1), when=at(8)), draft(link(1)), judgement(), when=at(8))
    again = read_page(archive, link(1), b"<p>again</p>", at(100))
    save(archive, again, draft(link(1), published_at=at(hours), date_source=source), judgement(), when=at(100))
    with archive.read() as db:
        found = articles.get_article(db, 1)
    assert found
    assert (found.published_at, found.date_source) == ((NOW, "meta") if kept else (at(hours), source))


def test_a_stored_date_that_cannot_be_gives_way(archive: Archive) -> None:
    save(archive, read_page(archive, link(1)), draft(link(1), published_at=at(50)), judgement())
    again = read_page(archive, link(1), b"<p>again</p>", at(6))
    save(archive, again, draft(link(1), published_at=at(-2), date_source="visible"), judgement(), when=at(6))
    with archive.read() as db:
        assert articles.get_article(db, 1).published_at == at(-2)  # type: ignore[union-attr]


def test_back_to_the_first_text_is_a_third_version(archive: Archive) -> None:
    for number, title in enumerate(("A", "B", "A"), 1):
        store(archive, link(1), at(number), title=title)
        with archive.read() as db:
            assert articles.get_article(db, 1).versions == number  # type: ignore[union-attr]


def test_twins_lead_to_one_article(archive: Archive) -> None:
    amp = link("1-amp")
    amp_page = read_page(archive, amp)
    first = save(archive, amp_page, draft(amp, canonical_url=link(1).url), judgement())
    own = save(archive, read_page(archive, link(1)), draft(link(1), body="Bản đầy đủ"), judgement())
    again = save(archive, read_page(archive, amp, b"2"), draft(amp, canonical_url=link(1).url, body="AMP"), judgement())
    assert [first.what, own.what, again.what] == ["new", "changed", "twin"], "the article's own address counts"
    assert first.id == own.id == again.id
    with archive.read() as db:
        assert articles.count(db) == 1
        found = articles.get_article(db, amp.url)
        assert found
        assert (found.url, found.body, found.versions) == (link(1).url, "Bản đầy đủ", 2)


@pytest.mark.parametrize(
    "claimed",
    ["https://bao-hai.vn/bai-9.html", "https://bao-hai.vn/bai-7.html", "https://vn/", "https://[", "x" * 3000],
)
def test_no_page_speaks_for_another_outlet(archive: Archive, claimed: str) -> None:
    theirs = store(archive, link(9, outlet="bao-hai"))
    thief = link(1, outlet="bao-mot")
    saved = save(archive, read_page(archive, thief), draft(thief, canonical_url=claimed, title="Giả"), judgement())
    with archive.read() as db:
        assert articles.get_article(db, saved.id).url == thief.url  # type: ignore[union-attr]
        assert articles.get_article(db, theirs).title == "Bài 9"  # type: ignore[union-attr]


def test_an_outlet_below_anothers_host_cannot_take_its_articles(archive: Archive) -> None:
    theirs = link(1, outlet="bao-mot")
    with archive.begin() as db:
        links.announce(db, [theirs], NOW)
    below = replace(link(2), url="https://tinh.bao-mot.vn/2.html", outlet="bao-con")
    saved = save(archive, read_page(archive, below), draft(below, canonical_url=theirs.url), judgement())
    with archive.read() as db:
        assert articles.get_article(db, saved.id).url == below.url  # type: ignore[union-attr]


def test_what_one_site_is() -> None:
    assert same_site("https://m.bao.vn/1", "https://www.bao.vn/1")
    assert same_site("https://tinh.bao.vn/1", "https://bao.vn/1")
    assert not same_site("https://bao.vn/1", "https://xbao.vn/1")
    assert not same_site("http://127.0.0.1:8001/1", "http://127.0.0.1:8002/1")
    assert not same_site("https://vn/", "https://bao.vn/1")


def test_rejudging_replaces_and_is_a_change(archive: Archive) -> None:
    article = store(archive, link(1))
    with archive.begin() as db:
        twice = (TopicTag("health", 0.9), TopicTag("health", 0.1))
        articles.rejudge(db, article, judgement(topics=twice, model="m2"), at(1), fingerprint=b"\1\2")
        found = articles.get_article(db, article)
        assert found
        assert (found.topics, found.model, found.versions) == ((TopicTag("health", 0.9),), "m2", 1)
        assert db.execute(select(tags.c.model)).scalar_one() == "m2"
        assert articles.active(db, at(-1))[0].fingerprint == b"\1\2"
        assert articles.changed_since(db, 0, 9)[-1][0] == 2
        with pytest.raises(StorageError, match="article 77"):
            articles.rejudge(db, 77, judgement(), NOW)
        with pytest.raises(StorageError, match="page 77"):
            articles.save_article(db, 77, draft(link(1)), judgement(), NOW)


def test_periods_and_filters(archive: Archive) -> None:
    for hour in range(6):
        relevance = "focus" if hour % 2 else "none"
        published = at(hour) if hour < 5 else None
        store(archive, link(hour), at(10 + hour), published_at=published, judged=judgement(relevance=relevance))
    with archive.read() as db:
        assert articles.article_ids(db, since=at(1), until=at(4)) == [2, 3, 4]
        assert articles.article_ids(db, since=at(12), by="fetched", until=at(13)) == [3]
        assert articles.article_ids(db, limit=2, newest_first=True) == [6, 5], "without a date, when it was read"
        assert articles.article_ids(db, relevance=["focus"]) == [2, 4, 6]
        assert articles.article_ids(db, outlets=["bao-hai"]) == []
        assert [a.id for a in articles.articles(db, since=at(3), relevance=("focus",))] == [4, 6]
        assert [a.id for a in articles.each_article(db, [5, 1, 99])] == [5, 1]
        assert [c.id for c in articles.active(db, at(3), at(5))] == [4, 5]
        assert articles.article_counts(db) == {"bao-mot": {"focus": 3, "none": 3}}


def test_pages_go_on_where_the_one_before_ended(archive: Archive) -> None:
    hours = (1, 1, 1, 2, 3)
    ids = [store(archive, link(n), at(n), published_at=at(-hour)) for n, hour in enumerate(hours)]
    with archive.begin() as db:
        stories.assign(db, [Membership(one, None) for one in ids], NOW)
    expected = [ids[2], ids[1], ids[0], ids[3], ids[4]]
    with archive.read() as db:
        for limit in (1, 2, 5):
            seen: list[int] = []
            after, events = None, None
            told: list[int] = []
            while page := articles.article_page(db, after=after, limit=limit):
                after = page[-1]
                seen += [one for _, one in page]
            while found := stories.stories(db, after=events, limit=limit):
                events = (found[-1].last_at, found[-1].id)
                told += [story.articles[0] for story in found]
            assert seen == told == expected
        assert articles.article_page(db, since=at(-2), until=at(-1), limit=9) == [(at(-2), ids[3])]
        kept = list(pages.pages_of(db, ids))
        assert [page.url for page in kept] == [link(n).url for n in range(5)]


def test_tags_and_places_are_loaded_in_batches(archive: Archive) -> None:
    for number in range(8):
        store(archive, link(number))
    with archive.read() as db:
        asked: list[str] = []
        event.listen(db, "before_cursor_execute", lambda *args: asked.append(args[2]))
        assert len(articles.articles(db)) == 8
        assert len(asked) <= 4, "not a query per article"


def test_places_may_repeat_a_unit(archive: Archive) -> None:
    twice = tuple(Place("X", "1", written, "e") for written in ("X", "xã X"))
    article = store(archive, link(1), judged=judgement(places=twice))
    with archive.read() as db:
        assert articles.get_article(db, article).places == twice  # type: ignore[union-attr]


def test_stories_gather_reprints_and_keep_their_ids(archive: Archive) -> None:
    a, b, c = (store(archive, link(n, f"bao-{n}"), published_at=at(n)) for n in (2, 1, 3))
    with archive.begin() as db:
        story = stories.create_story(db, NOW)
        placed = stories.assign(
            db, [Membership(a, story), Membership(b, story, reprint_of=a), Membership(c, None)], NOW
        )
        assert placed[a] == placed[b] == story != placed[c]
        assert articles.ungrouped(db) == []
        [one] = stories.stories(db, ids=[story])
        assert (one.articles, one.outlets, one.title) == ((b, a), ("bao-1", "bao-2"), "Bài 2"), "the original's title"
        assert (one.first_at, one.last_at) == (at(1), at(2))
        assert [s.id for s in stories.stories(db)] == [placed[c], story]
        assert [s.id for s in stories.stories(db, since=at(3))] == [placed[c]]
        assert [s.id for s in stories.stories(db, until=at(3))] == [story]
        before = articles.changed_since(db, 0, 99)[-1][0]
        stories.assign(db, [Membership(a, story)], NOW)
        assert articles.changed_since(db, before, 99) == [], "nothing changed, nothing to index"
        with pytest.raises(StorageError, match="article 99"):
            stories.assign(db, [Membership(99, None)], NOW)


def test_merges_and_splits_are_recorded_and_old_ids_still_lead_somewhere(archive: Archive) -> None:
    a, b, c = (store(archive, link(n), published_at=at(n)) for n in range(3))
    with archive.begin() as db:
        placed = stories.assign(db, [Membership(i, None) for i in (a, b, c)], NOW)
        stories.merge_stories(db, placed[b], placed[c], at(1))
        stories.merge_stories(db, placed[a], placed[b], at(2))
        [merged] = stories.stories(db)
        assert (merged.id, merged.articles) == (placed[a], (a, b, c))
        assert [stories.current_story(db, placed[i]) for i in (a, b, c)] == [placed[a]] * 3
        new = stories.split_story(db, placed[a], [b, c], at(3))
        assert {s.id: s.articles for s in stories.stories(db)} == {placed[a]: (a,), new: (b, c)}
        kinds = [(e.kind, e.other, e.articles) for e in stories.story_history(db, placed[a])]
        assert kinds == [("merge", placed[b], (b, c)), ("split", new, (b, c))]
        with pytest.raises(StorageError, match="does not hold"):
            stories.split_story(db, placed[a], [c], at(4))
        with pytest.raises(ValueError, match="into itself"):
            stories.merge_stories(db, new, new, at(4))
        assert stories.current_story(db, 999) is None


def test_what_a_person_did_to_stories_is_kept_and_taken_back(archive: Archive) -> None:
    a, b, c = (store(archive, link(n), published_at=at(n)) for n in range(3))
    with archive.begin() as db:
        placed = stories.assign(db, [Membership(a, None), Membership(c, None)], NOW)
        one, other = placed[a], placed[c]
        stories.assign(db, [Membership(b, one)], NOW)
        stories.split_story(db, one, [b], at(1))
        assert stories.kept_apart(db) == [], "grouping's own splits bind nobody"
        stories.move_article(db, b, one, at(2), "Lan")
        new = stories.split_story(db, one, [b], at(3), "Lan")
        stories.move_article(db, b, other, at(4), "Lan")
        assert stories.current_story(db, new) == other, "what is left empty leads to where its articles are"
        assert stories.kept_apart(db) == [(one, other)]
        split, moved = (event for event in stories.story_history(db, new) if event.who)
        with pytest.raises(StorageError, match="nobody made"):
            stories.undo_story_event(db, stories.story_history(db, one)[0].id, at(5))
        stories.undo_story_event(db, moved.id, at(6))
        stories.undo_story_event(db, split.id, at(7))
        assert {found.id: found.articles for found in stories.stories(db)} == {one: (a, b), other: (c,)}
        assert stories.current_story(db, new) == one
        assert stories.kept_apart(db) == []
        with pytest.raises(StorageError, match="undone already"):
            stories.undo_story_event(db, split.id, at(8))


def test_runs_are_remembered(archive: Archive) -> None:
    with archive.begin() as db:
        record_run(db, "collect", NOW, at(1), at(2), {"done": 3})
        record_run(db, "analyse", NOW, at(2), at(3), {}, "no room")
        assert [(run.verb, run.error) for run in last_runs(db)] == [("analyse", "no room"), ("collect", "")]
        assert last_runs(db, "collect", 1)[0].counts == {"done": 3}


def test_each_query_finds_its_index(tmp_path: object) -> None:
    from storage import open_archive

    with open_archive(f"sqlite:///{tmp_path}/x.db") as archive:
        plans: list[str] = []
        with archive.read() as db:

            def explain(conn: object, cursor: object, statement: str, args: object, *_: object) -> None:
                if statement.startswith("SELECT"):
                    rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", args)  # type: ignore[attr-defined]
                    plans.extend(row[3] for row in rows)

            event.listen(db, "before_cursor_execute", explain)
            feeds.due_feeds(db, NOW)
            links.due_readings(db, NOW)
            links.next_due(db)
            feeds.arrivals(db, outlet="a", since=NOW)
            pages.due_pages(db, 5)
            articles.ungrouped(db)
            articles.active(db, NOW)
            articles.article_ids(db, since=NOW, by="fetched")
            articles.article_page(db, since=NOW, after=(NOW, 5), limit=5)
            stories.stories(db, after=(NOW, 5), limit=5)
            articles.changed_since(db, 0, 5)
            articles.load_articles(db, [1])
            db.execute(select(table.c.id).where(table.c.story_id == 1))
            db.execute(text("SELECT article_id FROM tags WHERE kind = 'topic' AND value = 'health'"))
            db.execute(text("SELECT article_id FROM places WHERE code = '31699' AND valid_from = ''"))
    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN") and "USING" not in plan], "a whole table is read"
    assert any("ix_articles_ungrouped" in plan for plan in plans)
