"""The page forms themselves: what is varied, what is taken out, and that the truth stands on the page."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta

import pytest

from demo.forms.catalogue import EVIDENCE, TEMPLATES, form, forms
from demo.forms.generator import NOW, page
from demo.forms.stories import pool
from demo.forms.writing import gives_time, page_date
from press import dates
from press.text import clean

ARTICLES = [one.name for one in forms() if one.article]
_HIDDEN = re.compile(r"<(script|style|title)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.DOTALL)


def shown(html: str) -> str:
    """The words of a page, white space apart, whatever its markup."""
    return "".join(clean(_HIDDEN.sub("", html)).split())


def test_there_are_enough_forms_and_each_has_its_template() -> None:
    assert len(ARTICLES) >= 60
    assert {one.name for one in forms()} | {"kit"} == {path.name.split(".")[0] for path in TEMPLATES.iterdir()}


@pytest.mark.parametrize("name", ARTICLES)
def test_what_is_true_of_a_page_stands_on_it(name: str) -> None:
    made = page(name, 0)
    if form(name).plain and not shown(made.html).count("".join(made.title.split())):
        pytest.skip("its text stands in a script only")
    text = shown(made.html)
    missing = [line for line in (made.title, made.lead, *made.lines) if "".join(line.split()) not in text]
    assert missing == []


@pytest.mark.parametrize("source", [one for one in EVIDENCE if one not in {"labels", "list"}])
def test_taking_out_what_programs_read_leaves_the_words(source: str) -> None:
    for name in ARTICLES:
        if source not in form(name).needs and not (source == "names" and form(name).label == "both"):
            whole, less = page(name, 1), page(name, 1, without=frozenset({source}))
            assert shown(less.html) == shown(whole.html), name
            assert (less.title, less.lead, less.lines) == (whole.title, whole.lead, whole.lines)


def test_a_page_is_the_same_each_time_and_another_for_another_seed() -> None:
    assert page("hemera", 3) == page("hemera", 3)
    assert page("hemera", 3).html != page("hemera", 4).html


def test_what_is_taken_out_is_gone() -> None:
    whole = page("dt", 0).html
    assert all(mark in whole for mark in ("ld+json", 'property="og:title"', "datetime=", 'class="singular-content"'))
    assert "ld+json" not in page("dt", 0, without=frozenset({"json-ld"})).html
    assert "<meta property" not in page("dt", 0, without=frozenset({"meta"})).html
    assert "datetime=" not in page("dt", 0, without=frozenset({"microdata"})).html
    assert "singular" not in page("dt", 0, without=frozenset({"names"})).html
    assert page("dt", 0, without=frozenset({"list"})).listed_at is None


def test_a_form_that_lives_on_one_source_has_no_page_without_it() -> None:
    with pytest.raises(LookupError, match="spa_ld"):
        page("spa_ld", 0, without=frozenset({"json-ld"}))
    with pytest.raises(LookupError, match="nothing"):
        page("nothing", 0)


def test_every_visible_date_form_is_on_some_page_and_none_is_of_the_future() -> None:
    listed = tomllib.loads((TEMPLATES.parent / "dates.toml").read_text("utf-8"))["visible"]
    assert {name for one in forms() for name in one.dates} >= set(listed)
    made = [page(name, seed) for name in ARTICLES for seed in (0, 1)]
    assert [one.name for one in made if one.published_at and one.published_at > NOW] == []


@pytest.mark.parametrize("language", ["vi", "en", "km"])
def test_every_language_has_articles_to_tell(language: str) -> None:
    assert len([one for one in pool(language) if one.text.lead]) >= 8  # type: ignore[arg-type]


def test_a_date_form_says_whether_it_tells_the_time() -> None:
    at = NOW - timedelta(hours=5)
    assert page_date(at, "ago", now=NOW) == "5 giờ trước"
    told = {name: dates.parse(page_date(at, name)) for name in ("slashed", "day", "iso", "weekday_comma")}
    assert {name: one.precision != "day" for name, one in told.items() if one} == {
        name: gives_time(name) for name in told
    }
