"""Corrections show at once, outlive every judgement, and what the model last said comes back when they are undone."""

from __future__ import annotations

import importlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

import storage.migrate
from errors import DiemBaoError, StorageError
from press import TOPICS, Deciding, TopicTag
from storage import Archive, open_archive
from storage.coverage import again, articles
from storage.coverage.corrections import MODEL, Field, Value, add_correction, corrections, undo_correction
from storage.tables.coverage import tags
from tests.support.archives import NOW, at, draft, judgement, link, read_page, store

pytestmark = pytest.mark.slow

pytest_plugins = ["tests.support.databases"]
NEW = judgement(topics=(TopicTag("health", 0.7, ("bệnh viện",)),), tone=1, relevance="passing", model="m2")


def correct(archive: Archive, article: int, field: Field, after: Value, hours: float = 1) -> int:
    with archive.begin() as db:
        return add_correction(db, article, field, after, who="Lan", now=at(hours))


def shown(archive: Archive, article: int = 1) -> tuple[Any, ...]:
    with archive.read() as db:
        found = articles.get_article(db, article)
    assert found
    return [topic.id for topic in found.topics], found.tone, found.relevance


def undo(archive: Archive, number: int) -> None:
    with archive.begin() as db:
        undo_correction(db, number, at(9))


def test_a_correction_shows_at_once_and_is_a_change(archive: Archive) -> None:
    article = store(archive, link(1))
    with archive.read() as db:
        before = articles.changed_since(db, 0, 9)[-1][0]
    number = correct(archive, article, "topics", ["culture_tourism", "religion"])
    with archive.read() as db:
        found = articles.get_article(db, article)
        assert found
        assert found.topics == (TopicTag("culture_tourism", 1.0), TopicTag("religion", 1.0))
        assert (found.tone, found.model) == (-1, "m1"), "what nobody corrected stays the model's"
        assert set(db.execute(select(tags.c.model)).scalars()) == {MODEL}
        ((seq, _),) = articles.changed_since(db, before, 9)
        assert seq > before
        (kept,) = corrections(db)
    assert (kept.id, kept.article, kept.field, kept.who, kept.at, kept.undone_at) == (
        number, article, "topics", "Lan", at(1), None,
    )  # fmt: skip
    assert (kept.before, kept.after) == (["environment", "agriculture"], ["culture_tourism", "religion"])


@pytest.mark.parametrize(
    ("field", "value"), [("topics", ["religion"]), ("tone", 0), ("tone", None), ("relevance", "mention")]
)
def test_no_judgement_and_no_new_version_overwrites_it(archive: Archive, field: Field, value: Value) -> None:
    article = store(archive, link(1))
    correct(archive, article, field, value)
    wanted = shown(archive)
    place = ("topics", "tone", "relevance").index(field)
    with archive.begin() as db:
        articles.rejudge(db, article, NEW, at(2))
    assert shown(archive)[place] == wanted[place]
    page = read_page(archive, link(1), b"<p>edited</p>", at(24))
    with archive.begin() as db:
        saved = articles.save_article(db, page, draft(link(1), title="Đầu đề mới"), NEW, at(24))
    assert saved.what == "changed"
    assert shown(archive)[place] == wanted[place]
    others = [part for number, part in enumerate(shown(archive)) if number != place]
    assert others == [part for number, part in enumerate((["health"], 1, "passing")) if number != place]


@pytest.mark.parametrize(
    ("field", "value"), [("topics", ["religion"]), ("tone", None), ("tone", 1), ("relevance", "none")]
)
def test_undone_it_shows_what_the_model_last_said(archive: Archive, field: Field, value: Value) -> None:
    article = store(archive, link(1))
    first, second = correct(archive, article, field, value), correct(archive, article, field, value)
    with archive.begin() as db:
        articles.rejudge(db, article, NEW, at(2), fingerprint=b"\1")
        plain = store_plain(db)
    undo(archive, first)
    assert shown(archive)[("topics", "tone", "relevance").index(field)] == value, "the second is still in force"
    undo(archive, second)
    with archive.read() as db:
        found = articles.get_article(db, article)
        assert found
        assert (found.topics, found.tone, found.tone_score, found.tone_evidence) == (
            NEW.topics, NEW.tone, NEW.tone_score, NEW.tone_evidence,
        )  # fmt: skip
        assert (found.relevance, found.relevance_score, found.relevance_evidence) == (
            NEW.relevance, NEW.relevance_score, NEW.relevance_evidence,
        )  # fmt: skip
        assert set(db.execute(select(tags.c.model)).scalars()) == {"m2"}
        assert store_plain(db) > plain, "taking back is a change too"
        assert [one.undone_at for one in corrections(db)] == [at(9), at(9)]
        assert corrections(db, in_force=True) == []
    with pytest.raises(StorageError, match="undone on 2026-08-05"):
        undo(archive, second)


def store_plain(db: Any) -> int:
    return int(db.execute(text("SELECT max(seq) FROM articles")).scalar_one())


def test_the_newest_of_a_field_is_in_force(archive: Archive) -> None:
    one, other = store(archive, link(1)), store(archive, link(2))
    first = correct(archive, one, "tone", 1)
    correct(archive, other, "tone", 0)
    last = correct(archive, one, "tone", None)
    correct(archive, one, "relevance", "none")
    with archive.read() as db:
        assert [(c.article, c.field, c.after) for c in corrections(db, in_force=True)] == [
            (other, "tone", 0), (one, "tone", None), (one, "relevance", "none"),
        ]  # fmt: skip
        assert [c.id for c in corrections(db, article=one)] == [first, last, last + 1]
        assert corrections(db, article=one)[1].before == 1
    undo(archive, last)
    assert shown(archive, one)[1] == 1


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("topics", [], "one to 3"),
        ("topics", ["sport"], "no topic 'sport'"),
        ("topics", ["health", "health"], "different"),
        ("topics", list(TOPICS)[:4], "one to 3"),
        ("tone", 2, "tone: -1, 0, 1"),
        ("tone", True, "tone: -1, 0, 1"),
        ("relevance", "far", "relevance: one of"),
        ("places", [{"name": "Trần Đề"}], "a list of places"),
        ("section", "x", "cannot be corrected"),
    ],
)
def test_values_that_cannot_be_are_refused_and_nothing_is_stored(
    archive: Archive, field: Field, value: Value, words: str
) -> None:
    article = store(archive, link(1))
    before = shown(archive)
    with pytest.raises(DiemBaoError, match=words):
        correct(archive, article, field, value)
    with pytest.raises(DiemBaoError, match="name of the person"), archive.begin() as db:
        add_correction(db, article, "tone", 0, who=" ", now=NOW)
    with pytest.raises(StorageError, match="article 77"):
        correct(archive, 77, "tone", 0)
    with pytest.raises(StorageError, match="correction 77"):
        undo(archive, 77)
    assert shown(archive) == before
    with archive.read() as db:
        assert corrections(db) == []


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("correct"), st.sampled_from([-1, 0, 1, None])),
        st.tuples(st.just("judge"), st.sampled_from([-1, 0, 1, None])),
        st.tuples(st.just("undo"), st.integers(0, 5)),
    ),
    max_size=8,
)


@pytest.fixture
def steps_archive(empty_sqlite: Path, tmp_path: Path) -> Iterator[Archive]:
    """One archive for all the examples of a law, each with an article of its own."""
    with open_archive(f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'steps.db')}") as archive:
        yield archive


@given(STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_the_newest_correction_shows_or_else_the_model(steps_archive: Archive, steps: Any) -> None:
    archive = steps_archive
    with archive.read() as db:
        number = articles.count(db)
    article = store(archive, link(number))
    said: Any = -1
    made: dict[int, Any] = {}
    for number, (what, value) in enumerate(steps):
        if what == "correct":
            made[correct(archive, article, "tone", value)] = value
        elif what == "judge":
            said = value
            with archive.begin() as db:
                articles.rejudge(db, article, judgement(tone=value, model=f"m{number + 2}"), at(2))
        elif value < len(made):
            undone = sorted(made)[value]
            undo(archive, undone)
            del made[undone]
        assert shown(archive, article)[1] == (made[max(made)] if made else said)


FLOOD = (Deciding("Ba người chết.", 1.5, ("chết",)), Deciding("Đã “tạm” ổn.", -0.9))
SALT = (Deciding("Nước mặn\tvào ruộng.", 2.25, ("Nước mặn",)),)


def test_the_sentences_that_decided_show_while_their_verdict_stands(archive: Archive) -> None:
    topics = (TopicTag("environment", 0.8, ("nước mặn",), SALT), TopicTag("agriculture", 0.6))
    said = judgement(topics=topics, tone_sentences=FLOOD)
    article = store(archive, link(1), judged=said)

    def sentences() -> tuple[Any, ...]:
        with archive.read() as db:
            (found,) = articles.load_articles(db, [article])
        return found.tone_sentences, {tag.id: tag.sentences for tag in found.topics}

    whole = (FLOOD, {"environment": SALT, "agriculture": ()})
    assert sentences() == whole
    other, confirmed = correct(archive, article, "tone", 0), correct(archive, article, "tone", -1)
    assert sentences() == whole, "a person said the same"
    undo(archive, confirmed)
    assert sentences() == ((), whole[1]), "nobody's sentences made this tone"
    topic = correct(archive, article, "topics", ["religion", "environment"])
    assert sentences() == ((), {"religion": (), "environment": SALT})
    for number in (other, topic):
        undo(archive, number)
    assert sentences() == whole
    with archive.begin() as db:
        articles.rejudge(db, article, NEW, at(2))
    assert sentences() == ((), {"health": ()}), "the new models' were not asked for"
    with archive.begin() as db:
        articles.rejudge(db, article, replace(said, model="m3"), at(3))
    assert sentences() == whole


def test_what_another_model_judged_is_found_until_it_is_judged_again(archive: Archive) -> None:
    for number in range(5):
        language = "km" if number == 4 else "vi"
        store(archive, link(number), published_at=at(number), judged=judgement(language=language), dateline="(TTXVN)")
    current = {"vi": ("m0", "m2"), "km": ("m0", "m1"), "en": ("m0", "m1")}
    with archive.read() as db:
        assert again.count_judged_otherwise(db, current) == 4
        assert again.count_judged_otherwise(db, current, since=at(2)) == 2
        waiting = again.judged_otherwise(db, current, after=1, limit=2)
        assert [row.id for row in waiting] == [2, 3]
        assert (waiting[0].dateline, waiting[0].language) == ("(TTXVN)", "vi")
    store(archive, link(2), at(8), title="Đầu đề mới")  # while the models were at work
    with archive.begin() as db:
        assert again.judge_again(db, waiting[0], NEW, at(9))
        assert not again.judge_again(db, waiting[1], NEW, at(9))
    assert shown(archive, 2) == (["health"], 1, "passing")
    assert shown(archive, 3)[0] == ["environment", "agriculture"]
    with archive.read() as db:
        assert [row.id for row in again.judged_otherwise(db, current)] == [1, 3, 4]


def test_what_concerns_the_area_must_be_judged_by_more_and_a_persons_word_asks_nothing_anew(archive: Archive) -> None:
    for number, (relevance, model) in enumerate(
        [("none", "far"), ("focus", "far"), ("focus", "near"), ("none", "near"), ("none", "far")]
    ):
        store(archive, link(number), published_at=at(number), judged=judgement(relevance=relevance, model=model))
    correct(archive, 5, "relevance", "focus")
    with archive.read() as db:
        assert [row.id for row in again.judged_otherwise(db, {"vi": ("far", "near")})] == [2]
        assert [row.id for row in again.judged_otherwise(db, {"vi": ("far", "far")})] == [3, 4]


def test_an_archive_of_the_first_schema_comes_over_with_its_rows(
    fresh_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = importlib.import_module("storage.migrations.versions.0001_first")
    from alembic import command

    real = command.upgrade
    with monkeypatch.context() as old:
        old.setattr(storage.migrate, "HEAD", first.revision)
        old.setattr(command, "upgrade", lambda settings, _: real(settings, first.revision))
        with open_archive(fresh_url) as archive, archive.begin() as db:
            assert db.execute(text("SELECT version_num FROM archive_version")).scalar_one() == "0001"
            columns = {
                "seq": 7, "url": "https://bao.vn/1", "link_id": 1, "outlet": "bao", "language": "vi", "title": "Tít",
                "lead": "Dẫn", "body": "Thân", "text_sha256": "x", "version": 2, "dated_at": NOW, "fetched_at": NOW,
                "updated_at": NOW, "relevance": "focus", "relevance_score": 0.9, "relevance_evidence": "[]",
                "tone": -1, "tone_score": 0.7, "tone_evidence": json.dumps(["mất"]), "model": "m1",
                "needs_group": False,
            }  # fmt: skip
            names = ", ".join(columns)
            values = ", ".join(f":{name}" for name in columns)
            db.execute(text(f"INSERT INTO articles ({names}) VALUES ({values})"), columns)
            db.execute(text("UPDATE counters SET value = 7"))
            tag = "1, 'topic', 'health', 0, 0.8, '[]', 'm1'"
            db.execute(
                text(f"INSERT INTO tags (article_id, kind, value, position, score, evidence, model) VALUES ({tag})")
            )
    with open_archive(fresh_url) as archive:
        assert shown(archive) == (["health"], -1, "focus")
        number = correct(archive, 1, "topics", ["education"])
        assert shown(archive) == (["education"], -1, "focus")
        undo(archive, number)
        with archive.read() as db:
            found = articles.get_article(db, 1)
            assert found
            assert (found.versions, found.topics, found.tone_evidence) == (2, (TopicTag("health", 0.8),), ("mất",))
            assert again.judged_otherwise(db, {"vi": ("m2", "m2")})[0].dateline == ""
