"""What a digest says of the register: matters that need an answer, late ones first, new coverage, results. Pure."""

from __future__ import annotations

from digest.model import Line, Matter, Request
from digest.plain import shown, web_address
from digest.words import Words

MOST = 10  #: matters of a part; the rest is a number
MAX_SUBJECT = 160


def lines(request: Request, words: Words) -> tuple[tuple[Line, ...], str, tuple[Line, ...]]:
    """Return the matters that are open, how many more there are in words, and those that have a result."""
    wanted = [one for one in request.matters if _wanted(one, request)]
    owed = [one for one in wanted if one.waiting or (one.joined and not one.result)]
    done = [one for one in wanted if one.result and not one.waiting]
    rest = len(owed) - MOST
    more = words("matters_more", count=rest) if rest > 0 else ""
    return (
        tuple(_line(one, request, words) for one in owed[:MOST]),
        more,
        tuple(_line(one, request, words) for one in done[:MOST]),
    )


def _wanted(matter: Matter, request: Request) -> bool:
    """Whether a reader who asked for some fields or places is told of a matter."""
    reader = request.subscription
    fields = not reader.topics or matter.field in reader.topics
    return fields and (not reader.places or bool(set(reader.places) & set(matter.places)))


def _line(matter: Matter, request: Request, words: Words) -> Line:
    facts = [shown(matter.unit, 120)] if matter.unit else []
    if matter.result:
        facts.append(shown(matter.result, 200))
    elif not matter.waiting:
        facts.append(words("matter_answered"))
    elif matter.until is None:
        facts.append(words("matter_undated"))
    else:
        local = matter.until.astimezone(request.timezone)
        facts.append(words("matter_late" if matter.late else "matter_until", when=words.moment(local)))
    if matter.joined and not matter.result:
        facts.append(words("matter_joined", articles=words.count("articles", matter.joined)))
    page = f"{request.archive_url.rstrip('/')}{matter.page}" if request.archive_url else ""
    return Line(matter.number, shown(matter.subject, MAX_SUBJECT), tuple(facts), matter.late, web_address(page))
