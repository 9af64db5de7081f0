"""The docs fail when they are wrong: commands, links, settings, states, numbers and the words a reader sees."""

from __future__ import annotations

import argparse
import re
import shlex
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

import cli
import settings
from analysis.places.gazetteer import load_gazetteer
from crawlers import job, outcomes
from crawlers.fetching import client, handler
from crawlers.lists import feeds, links, sitemaps
from crawlers.manners import politeness, rhythm
from digest.choosing.compose import MAX_STORIES
from digest.words import Words
from pipeline import collect
from pipeline.running.outlets import catalogue
from press import EditionState, OutletState
from press.deadlines import shipped_rules
from press.outlets import outlet_from_row
from settings.checks import CHECKS
from storage.collecting.links import MIN_AGAIN
from tests.support import ROOT

DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS]
GUIDES = [ROOT / "docs" / "operate.md", ROOT / "docs" / "van-hanh.md"]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
MADE = ("demo-out/", ".venv/")  # what the commands of README make


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> set[str]:
    actions = cli.parser()._actions
    groups = [action for action in actions if isinstance(action, argparse._SubParsersAction)]
    return {name for group in groups for name in group.choices}


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language, without the indentation of the list they stand in."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", text, re.M | re.S)
    return [re.sub(rf"^{indent}", "", body, flags=re.M) for indent, body in found]


def shown_commands(text: str) -> Iterator[list[str]]:
    """Give the words of every command line a page shows, in code blocks and between backquotes."""
    code = re.findall(r"```\w*\n(.*?)```", text, re.S) + re.findall(r"(?:^    .*\n?)+", text, re.M)
    lines = [line.strip() for block in code for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S))
    for line in lines:
        if not re.match(r"(\.venv/bin/)?diembao [^…]", line):
            continue
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words = list(lexer)
        end = next((n for n, word in enumerate(words) if word[0] in "|&;<>"), len(words))
        yield words[1:end]


@cache
def parser() -> argparse.ArgumentParser:
    """Return the one parser that every command of the docs is tried with."""
    return cli.parser()


def parses(words: list[str]) -> bool:
    if len(words) == 1 and words[0] in commands():
        return True  # named, not shown
    try:
        parser().parse_args(words)
    except SystemExit as stop:
        return stop.code == 0  # --help
    return True


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_command_shown_is_one(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [" ".join(words) for words in shown_commands(text_of(name)) if not parses(words)]
    assert not wrong, f"{name}: {wrong}\n{capsys.readouterr().err}"


def test_a_wrong_command_would_be_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    found = list(shown_commands("`diembao colect`\n\n```sh\n.venv/bin/diembao check | head  # so\n```\n`diembao …`\n"))
    assert found == [["check"], ["colect"]]
    assert [parses(words) for words in found] == [True, False]
    assert "colect" in capsys.readouterr().err


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_the_table_of_commands_is_whole(page: Path) -> None:
    rows = re.findall(r"^\| `diembao ([a-z-]+)[^|]*\| [^|]*[^|\s][^|]* \|$", page.read_text(encoding="utf-8"), re.M)
    assert commands() == set(rows)


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    text = text_of(name)
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    local = [target.partition("#")[0] for target in targets if not re.match(r"(https?|mailto):|#", target)]
    missing = [target for target in local if not ((ROOT / name).parent / target).exists()]
    assert not missing


def test_the_table_of_changes_leads_to_what_is_there() -> None:
    table = text_of("docs/design.md").partition("### Where do I change")[2].partition("## Decisions")[0]
    rows = re.findall(r"^\| an? .*$", table, re.M)
    named = [name for row in rows for name in re.findall(r"`([\w./*]+[/.][\w*/]*)`", row)]
    assert len(rows) == 16
    assert len(named) > 30
    assert not [name for name in named if not list(ROOT.glob(name))]


def test_the_decisions_are_numbered_once() -> None:
    numbers = [int(number) for number in re.findall(r"^(\d+)\. \*\*", text_of("docs/design.md"), re.M)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_readme_names_only_files_that_exist() -> None:
    text = text_of("README.md")
    named = set(re.findall(r"(?<![\w:/.])(?:[\w.-]+/)*[\w-]+\.(?:md|toml|png|html|py|lock)\b", text))
    named |= set(re.findall(r"`([\w.-]+/[\w./-]*)`", text))
    assert named >= {"settings.toml", "docs/operate.md"}
    assert not [path for path in named if not path.startswith(MADE) and not (ROOT / path).exists()]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_named_is_one(name: str) -> None:
    named = re.findall(r"`\[(\w+)\] (\w+)", text_of(name))
    assert not [f"[{table}] {key}" for table, key in named if f"{table}.{key}" not in CHECKS]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_piece_of_toml_can_be_used(page: Path, tmp_path: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8"), "toml"):
        if block.startswith("[[landmark]]"):
            (tmp_path / "landmarks.toml").write_text(block, encoding="utf-8")
            load_gazetteer(landmarks=tmp_path / "landmarks.toml")
        else:
            settings.parse(block, page)


def test_the_two_guides_show_the_same_settings_and_unit() -> None:
    english, vietnamese = (page.read_text(encoding="utf-8") for page in GUIDES)
    for language in ("toml", "ini", "sh"):
        assert blocks(english, language) == blocks(vietnamese, language) != []


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_every_state_is_explained(page: Path) -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", page.read_text(encoding="utf-8"), re.M))
    assert rows >= set(get_args(OutletState)) | set(get_args(EditionState))


def test_the_outlets_of_the_examples_are_whole() -> None:
    examples = [tomllib.loads(block)["outlet"] for block in blocks(text_of("docs/outlets.md"), "toml")]
    outlets = [outlet_from_row(row, "docs/outlets.md") for rows in examples for row in rows]
    assert [bool(outlet.feeds or outlet.sections) for outlet in outlets] == [True, True]
    slugs = {outlet.slug for outlet in catalogue() if not outlet.disabled}
    lists = re.findall(r"`\[crawl\] outlets = (\[[^\]]+\])`", text_of("docs/outlets.md"))
    assert lists
    assert not [one for one in lists if not set(tomllib.loads(f"x = {one}")["x"]) <= slugs]


def test_every_deadline_is_in_the_table() -> None:
    named = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| `.*$", text_of("docs/register.md"), re.M)))
    assert sorted(named) == sorted(rule.code for rule in shipped_rules())


def hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:g}"


def minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:g}"


def test_the_manners_are_told_with_their_numbers() -> None:
    crawl = job.Job({}, (), (), "", 1.0, datetime.now(UTC))
    shortest, longest, at_first = minutes(rhythm.SHORTEST), hours(rhythm.LONGEST), minutes(rhythm.FIRST)
    first_wait, last_wait = minutes(outcomes.FIRST_WAIT), hours(outcomes.LAST_WAIT)
    first, second, third = map(hours, rhythm.REREADINGS)
    told = [
        f"`[crawl] delay` seconds ({settings.Crawl().delay})",
        f"up to {politeness.LONGEST_CRAWL_DELAY:g} s",
        f"at most {client.TOTAL_SEATS} requests at a time",
        f"{crawl.max_bytes // 2**20} MiB unpacked and {crawl.timeout:g} s a request",
        f"{handler.HEAD_BYTES // 1024} KiB of headers",
        f"at most {crawl.max_redirects} redirects",
        f"the first {links.MOST_LINKS} items are read; a list of more than {feeds.MOST_TAGS:,} tags",
        f"ends after {collect.LOOK / 60:g} minutes",
        f"after {politeness.FAILURES} failures in a row",
        f"{hours(politeness.KEPT_LEAST)} hour to {hours(politeness.KEPT)} hours",
        f"{hours(politeness.kept_for(200, ''))} hour where it says nothing",
        f"{minutes(rhythm.APART)} minutes apart",
        f"what was kept holds for {politeness.KEPT_UNREACHABLE.days} days",
        f"longer than {politeness.USUAL:g} s is lost time: after {politeness.PATIENCE:g} s of it",
        f"{shortest} minutes to {longest} hours apart, {at_first} minutes at first",
        f"again {first}, {second} and {third} hours after the first reading",
        f"never twice within {hours(MIN_AGAIN)} hour",
        f"up to {client.SHORT_RETRY_AFTER} s is waited for, {client.SHORT_RETRIES} times at most",
        f"{hours(outcomes.LONGEST_RETRY_AFTER)} hours at most",
        f"429 without it: {minutes(outcomes.UNSTATED_RETRY_AFTER)} minutes",
        f"after {first_wait} minutes, then twice as long each time, up to {last_wait} hours",
        f"given up after {outcomes.ATTEMPTS} attempts",
        f"given up after {outcomes.WAITS} attempts",
        f"last {sitemaps.RECENT.days} days, the {links.MOST_LINKS} newest at most",
        f"the {sitemaps.MOST_CHILDREN} newest sitemaps",
    ]
    page = text_of("docs/outlets.md")
    assert not [words for words in told if words not in page]


def test_the_officers_guide_uses_the_words_of_the_mail() -> None:
    page = text_of("docs/can-bo.md")
    words = Words("vi")
    parts = ("summary", "province", "khmer", "related", "more_title", "numbers", "coverage")
    assert re.findall(r"^\| \*\*(.+)\*\* \|", page, re.M) == [words(key) for key in parts]
    marks = (
        *("positive", "neutral", "negative", "unknown", "update", "again", "late", "gone", "also", "why", "stop"),
        *("why_focus", "why_mention", "blocked", "layout_changed"),
    )
    assert not [key for key in marks if words(key).lower() not in page.lower()]
    assert words("read", read=42, total=45) in page
    assert words("reprints", outlets=words.count("outlets", 2)) in page
    for key in ("failing_list", "silent_list", "unread_list"):
        assert f"| {words(key, list='').partition(':')[0]} |" in page
    assert f"tối đa {MAX_STORIES} sự kiện" in page
