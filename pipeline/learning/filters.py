"""What the filters of the command line do with one record: no archive, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

from analysis.filters import read_record, tag_record
from analysis.grouping.fingerprints import fingerprint
from analysis.grouping.stories import Item, grouped
from analysis.places.places import find_places
from analysis.reading.extract import extract
from analysis.words.language import detect
from errors import NotArticle
from pipeline.running import land, models
from pipeline.running.outlets import outlet_of
from press import Draft
from press.text import split_dateline
from press.urls import canonical
from settings import Settings

Record = Mapping[str, object]
Place = dict[str, object]


def extract_page(body: bytes, url: str, settings: Settings, now: datetime | None) -> dict[str, object]:
    """Return the contract's object for one page, without a title and with the reason for what is no article.

    Unusable where nothing can be read, ValueError for a bad URL.
    """
    try:
        draft = extract(body, url, outlet=outlet_of(url, settings), now=now)
    except NotArticle as error:
        nothing = Draft(url, canonical(url), "", "", "", "vi", None, "", "", problems=(error.reason,))
        return {**asdict(nothing), "title": None, "problems": [error.reason]}
    return {**asdict(draft), "problems": list(draft.problems)}


def judge(settings: Settings, *, evidence: bool = False) -> Callable[[Record], dict[str, object]]:
    """Return the function that tags one record for the settings' area, answering {"id","error"} for a bad one.

    With `evidence` each tag comes with the sentences that decided (slower: a text is judged again without each).

    The models are those in use at the office the settings are of, the shipped ones where there are no settings.
    """
    tagger = land.tagger(settings, models.in_use(settings), all_lines=True)

    def answer(record: Record) -> dict[str, object]:
        try:
            return tag_record(tagger, record, evidence=evidence)
        except ValueError as error:
            return {"id": record.get("id"), "error": str(error)}

    return answer


def places(title: str, text: str, settings: Settings, published_at: datetime | None, outlet: str) -> list[Place]:
    """Return the places a text names, each as a plain object with its reason."""
    found = find_places(title, text, area=land.area(settings.area), published_at=published_at, outlet=outlet)
    return [asdict(place) for place in found]


def stories(records: Iterable[Record], now: datetime) -> Iterator[dict[str, object]]:
    """Give one {"id","story","reprint_of"} or {"id","error"} per record, in their order.

    A record without a time counts as published at `now`. A story is named by the id of its first article.
    """
    answers: list[dict[str, object]] = []
    items: list[Item] = []
    for number, record in enumerate(records):
        answers.append({"id": record.get("id")})
        try:
            items.append(_item(number, record, now))
        except ValueError as error:
            answers[number]["error"] = str(record.get("error") or error)
    grouped(items)
    first = {item.story: item.id for item in sorted(items, key=lambda item: item.order, reverse=True)}
    for item in items:
        original = None if item.reprint_of is None else answers[item.reprint_of]["id"]
        answers[item.id] |= {"story": answers[first[item.story]]["id"], "reprint_of": original}
    yield from answers


def _item(number: int, record: Record, now: datetime) -> Item:
    """Return the record as grouping takes it, known by its line's number."""
    read = read_record(record)
    language = read.language or detect(f"{read.title}\n{read.text}")
    made = fingerprint(read.title, split_dateline(read.text)[1], language)
    return Item(number, read.published_at or now, str(read.id), made, outlet=read.outlet)
