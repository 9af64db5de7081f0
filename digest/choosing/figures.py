"""The numbers of a digest and its charts: each figure from the request, a phrase without data is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from digest.choosing.select import News, instant, main_topic
from digest.model import Bar, Request
from digest.plain import shown
from digest.words import Words
from press import TOPICS

MAX_BARS = 8
TOP = 3


def sentences(request: Request, news: Sequence[News], words: Words) -> tuple[str, ...]:
    """The paragraph of numbers: today, month, the outlets and places of this edition."""
    month = _month(request, words)
    lines = [f"{_today(request, words)}. {month}".strip()]
    articles = [article for one in news for article in one.new]
    outlets = _top((shown(request.outlets.get(one.outlet, one.outlet), 60) for one in articles), words)
    places = _top(
        (
            name
            for article in articles
            for name in sorted({shown(place.name, 60) for place in article.places if place.in_area})
        ),
        words,
    )
    if outlets:
        lines.append(words("top_outlets", list=outlets))
    if places:
        lines.append(words("top_places", list=places))
    return tuple(lines)


def _today(request: Request, words: Words) -> str:
    today = request.numbers.today
    if today is None:
        today = sum(
            article.relevance in {"focus", "mention"} and request.start <= instant(article) < request.end
            for article in request.articles
        )
    text = words("today", articles=words.count("articles", today))
    mean = request.numbers.mean_14d
    return text if mean is None else f"{text} ({words('mean', mean=words.number(mean))})"


def _month(request: Request, words: Words) -> str:
    numbers = request.numbers
    if numbers.month is None:
        return ""
    day = request.end.astimezone(request.timezone).date()
    text = words("month", month=words.month(day), articles=words.count("articles", numbers.month))
    before = [
        words(key, share=words.percent(share))
        for key, share in (("last_month", numbers.last_month_negative), ("last_year", numbers.last_year_negative))
        if share is not None
    ]
    if numbers.month_negative is not None:
        text += "; " + words("month_negative", share=words.percent(numbers.month_negative))
        if before:
            text += f" ({'; '.join(before)})"
    return text + "."


def _top(names: Iterable[str], words: Words) -> str:
    ranked = sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0].casefold()))
    return ", ".join(f"{name} {words.number(count)}" for name, count in ranked[:TOP])


def topic_bars(news: Sequence[News], words: Words) -> tuple[Bar, ...]:
    """Stories by field, the largest first; what is beyond the eighth counts as "other"."""
    counts = Counter(main_topic(one.head, TOPICS) for one in news)
    order = list(TOPICS)
    ranked = sorted(counts, key=lambda topic: (-counts[topic], order.index(topic)))
    if len(ranked) > MAX_BARS:
        kept = [topic for topic in ranked if topic != "other"][: MAX_BARS - 1]
        counts["other"] = counts.total() - sum(counts[topic] for topic in kept)
        ranked = [*kept, "other"]
    return bars([(words.topic(topic), counts[topic]) for topic in ranked])


def daily_bars(request: Request, words: Words) -> tuple[tuple[Bar, ...], str]:
    """Articles a day for the chart, with its caption; both empty without data."""
    daily = request.numbers.daily[-31:]
    if len(daily) < 2:
        return (), ""
    caption = words("by_day", first=words.short_day(daily[0][0]), last=words.short_day(daily[-1][0]))
    return bars([(str(day.day), count) for day, count in daily]), caption


def bars(values: Sequence[tuple[str, int]]) -> tuple[Bar, ...]:
    """Bars in per cent of the longest; the smallest that is not zero is still seen."""
    longest = max((value for _, value in values), default=0) or 1
    return tuple(Bar(label, value, max(round(100 * value / longest), 2) if value else 0) for label, value in values)
