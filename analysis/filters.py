"""One line in, one line out: the record of `diembao tag` as the contract describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from analysis import Tagger, Text
from press import Judgement, Language
from press.dates import parse
from press.text import clean_lines, plain, readable

_LANGUAGES: Final[tuple[Language, ...]] = ("vi", "km", "en")


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a filter's input, checked."""

    id: str | int
    title: str
    text: str
    published_at: datetime | None
    outlet: str
    language: Language | None


def read_record(record: object) -> Record:
    """Check one record `{"id","title","text"[,"published_at"][,"outlet"][,"language"]}`; markup in its texts goes.

    Raises ValueError with the reason: not an object, no id, a field of the wrong type, an unknown language, a time
    that is none.
    """
    if not isinstance(record, Mapping):
        raise ValueError(f"a line must be an object, this is {type(record).__name__}")
    name = record.get("id")
    if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
        raise ValueError("id: must be a text or a number")
    if "title" not in record and "text" not in record:
        raise ValueError("neither title nor text")
    return Record(
        name,
        plain(_text(record, "title")),
        clean_lines(readable(_text(record, "text"))),
        _instant(record.get("published_at")),
        _text(record, "outlet"),
        _language(record.get("language")),
    )


def tag_record(tagger: Tagger, record: object, *, evidence: bool = False) -> dict[str, Any]:
    """The tags of one record, with the `evidence` of sentences if asked; ValueError as `read_record`."""
    given = read_record(record)
    text = Text(given.title, given.text, given.published_at, given.outlet, given.language)
    judged = tagger.judge_all([text])[0]
    answer = {"id": given.id, **as_json(judged)}
    if evidence:
        explained = tagger.explain(text, judged)
        answer["tone_sentences"] = [asdict(one) for one in explained.tone_sentences]
        answer["topics"] = [asdict(tag) for tag in explained.topics]
    return answer


def as_json(judged: Judgement) -> dict[str, Any]:
    """A judgement as the contract writes it."""
    return {
        "language": judged.language,
        "relevance": judged.relevance,
        "relevance_score": judged.relevance_score,
        "relevance_evidence": list(judged.relevance_evidence),
        "topics": [{"id": tag.id, "score": tag.score, "evidence": list(tag.evidence)} for tag in judged.topics],
        "tone": judged.tone,
        "tone_score": judged.tone_score,
        "tone_evidence": list(judged.tone_evidence),
        "places": [
            {"name": place.name, "code": place.code, "as_written": place.as_written, "evidence": place.evidence}
            for place in judged.places
        ],
        "model": judged.model,
    }


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{key}: must be a text, not {type(value).__name__}")
    return value


def _language(value: object) -> Language | None:
    if value is None or value == "":
        return None
    for language in _LANGUAGES:
        if value == language:
            return language
    raise ValueError(f"language: {value!r} is none of {', '.join(_LANGUAGES)}")


def _instant(value: object) -> datetime | None:
    """ISO 8601 or any form a feed serves; without a zone it is taken as Vietnam's time by `press.dates`."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError(f"published_at: must be a text, not {type(value).__name__}")
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        read = None
    if read is not None and read.tzinfo is not None:
        return read.astimezone(UTC)
    served = parse(value)
    if served is None:
        raise ValueError(f"published_at: {value!r} is no date")
    return served.at
