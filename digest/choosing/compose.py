"""A request -> the digest as a reader gets it: which stories, in which order, and every sentence about them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from digest.choosing.coverage import short_statement, statement
from digest.choosing.figures import daily_bars, sentences, topic_bars
from digest.choosing.register import lines
from digest.choosing.select import GROWTH, News, instant, main_topic, needs_answer, select
from digest.model import TONES, Digest, Item, Numbers, Request, Section, Source, Tone
from digest.plain import shown, web_address
from digest.words import Words
from press import TOPICS, Article

MAX_STORIES = 15  #: shown in detail, all sections together
MAX_SUMMARY = 3
MAX_KHMER = 5
MAX_RELATED = 5
MAX_HEADLINES = 10  #: of what did not fit
MAX_TITLE = 180
MAX_LEAD = 220
MAX_SENTENCE = 180
MAX_SUBJECT_TITLE = 80
MAX_OTHERS = 3

__all__ = ["Digest", "Numbers", "Request", "compose"]


def compose(request: Request) -> Digest:
    """Make one edition; nothing is padded, nothing generated: every sentence restates data of the request."""
    words = Words(request.subscription.language)
    news = select(request)
    khmer = [one for one in news if one.head.language == "km"]
    related = [one for one in news if one.head.language != "km" and not _of_area(one)]
    province = [one for one in news if one.head.language != "km" and _of_area(one)]
    shares = _shares(len(province), len(khmer), len(related))
    shown_province = [_item(one, request, words) for one in province[: shares[0]]]
    summary = tuple(replace(item, rank=rank) for rank, item in enumerate(shown_province[:MAX_SUMMARY], 1))
    items = [*summary, *shown_province[MAX_SUMMARY:]]
    rest = [*province[shares[0] :], *khmer[shares[1] :], *related[shares[2] :]]
    delivered = [*province[: shares[0]], *khmer[: shares[1]], *related[: shares[2]], *rest[:MAX_HEADLINES]]
    daily, daily_label = daily_bars(request, words)
    owed, owed_more, done = lines(request, words)
    local_end = request.end.astimezone(request.timezone)
    return Digest(
        subscription=request.subscription.id,
        recipient=request.subscription.email,
        language=request.subscription.language,
        start=request.start,
        end=request.end,
        now=request.now,
        subject=_subject(news, [*province, *khmer, *related], request, words),
        area=words("area", area=shown(request.area, 120)),
        date=f"{words.weekday(local_end.date())}, {words.day(local_end.date())}",
        period=words(
            "period",
            start=words.moment(request.start.astimezone(request.timezone)),
            end=words.moment(local_end),
        ),
        counts=_counts(news, words),
        tally=_tally(news, words),
        tones=_tones(news, words),
        filters=_filters(request, words),
        coverage_short=short_statement(request.coverage, words),
        nothing="" if province else words("nothing"),
        summary=summary,
        sections=_sections(items, words),
        khmer=tuple(_item(one, request, words) for one in khmer[: shares[1]]),
        related=tuple(_item(one, request, words) for one in related[: shares[2]]),
        more=_more(rest, words),
        more_items=tuple(_item(one, request, words) for one in rest[:MAX_HEADLINES]),
        more_url=_edition_page(request) if rest else "",
        owed=owed,
        owed_more=owed_more,
        done=done,
        numbers=sentences(request, news, words),
        topics=topic_bars(news, words),
        daily=daily,
        daily_label=daily_label,
        coverage=statement(request.coverage, words, timezone=request.timezone, now=request.now),
        correct=_correct(request, words),
        correct_url=_edition_page(request),
        articles=tuple(article.id for one in delivered for article in (one.head, *_without(one.new, one.head))),
    )


def _of_area(news: News) -> bool:
    """Whether it belongs to the area's own stories: about it, or with a fact from a place in it."""
    return news.focus or any(place.in_area for article in news.new for place in article.places)


def _shares(province: int, khmer: int, related: int) -> tuple[int, int, int]:
    """How many stories each part gets of the fifteen; the smaller parts keep a few places of their own."""
    kept = min(khmer, 2) + min(related, 3)
    first = min(province, MAX_STORIES - kept)
    second = min(khmer, MAX_KHMER, MAX_STORIES - first - min(related, 3))
    return first, second, min(related, MAX_RELATED, MAX_STORIES - first - second)


def _without(articles: Sequence[Article], head: Article) -> list[Article]:
    return [article for article in articles if article.id != head.id]


def tone_of(article: Article) -> Tone:
    """The article's tone as a word's key; "unknown" where it is not decidable."""
    tone = article.tone
    return "unknown" if tone is None else "negative" if tone < 0 else "positive" if tone > 0 else "neutral"


def _item(news: News, request: Request, words: Words) -> Item:
    head = news.head
    title = shown(head.title, MAX_TITLE) or shown(head.url, MAX_TITLE)
    lead = shown(head.lead, MAX_LEAD)
    page = (
        f"{request.archive_url.rstrip('/')}/stories/{news.story}"
        if request.archive_url and news.story is not None
        else ""
    )
    return Item(
        article=head.id,
        story=news.story,
        topic=main_topic(head, TOPICS),
        title=title,
        url=web_address(head.url),
        outlet=_outlet(head, request),
        when=_when(head, request, words),
        language=head.language,
        tone=tone_of(head),
        lead="" if lead.casefold() == title.casefold() else lead,
        facts=_facts(news, request, words),
        reason=_reason(news, request, words),
        others=_others(news, request),
        archive_url=web_address(page),
        decided=_decided(head, title),
    )


def _decided(head: Article, title: str) -> str:
    """The sentence that decided the tone, the strongest; the title as it is shown where that is the headline."""
    sentence = next((shown(one.sentence, MAX_SENTENCE) for one in head.tone_sentences if one.weight > 0), "")
    return title if sentence and sentence == shown(head.title, MAX_SENTENCE) else sentence


def _outlet(article: Article, request: Request) -> str:
    return shown(request.outlets.get(article.outlet) or article.outlet, 60)


def _when(article: Article, request: Request, words: Words) -> str:
    at = instant(article)
    moment = words.moment(at.astimezone(request.timezone), request.end.astimezone(request.timezone).date())
    return moment if at == article.published_at else words("read_at", when=moment)


def _reprints(news: News) -> tuple[Article, ...]:
    """The new articles that repeat the text of another article of the story."""
    return tuple(article for article in _without(news.new, news.head) if article.reprint_of is not None)


def _facts(news: News, request: Request, words: Words) -> tuple[str, ...]:
    facts = []
    outlets = len({article.outlet for article in news.known})
    reprints = {article.outlet for article in _reprints(news)}
    if len(news.known) - len(_reprints(news)) > 1 or (outlets == 1 and len(news.known) > 1):
        count = words.count("articles", len(news.known))
        facts.append(words("of", outlets=words.count("outlets", outlets), articles=count))
    if reprints:
        facts.append(words("reprints", outlets=words.count("outlets", len(reprints))))
    if news.update:
        facts.append(words("again" if news.again else "update"))
    if instant(news.head) < request.start:
        facts.append(words("late"))
    if news.head.vanished_at is not None:
        facts.append(words("gone"))
    return tuple(facts)


def _others(news: News, request: Request) -> tuple[Source, ...]:
    """Other outlets with a text of their own, each with the first of its new articles."""
    reprints = {article.id for article in _reprints(news)}
    found: dict[str, Source] = {}
    for article in news.new:
        if article.outlet != news.head.outlet and article.id not in reprints:
            found.setdefault(article.outlet, Source(_outlet(article, request), web_address(article.url)))
    return tuple(found.values())[:MAX_OTHERS]


def _reason(news: News, request: Request, words: Words) -> str:
    """Why the story matters, from its relevance, its spread and its tone; a sentence."""
    places = list(dict.fromkeys(shown(place.name, 40) for one in news.new for place in one.places if place.in_area))[:2]
    key = "why_focus" if news.focus else "why_mention"
    parts = [words(f"{key}_places", places=", ".join(places)) if places else words(key)]
    now = {article.outlet for article in news.known}
    before = {article.outlet for article in news.known if instant(article) < request.end - GROWTH}
    if before and len(now) > len(before):
        parts.append(words("why_growth", before=len(before), after=len(now)))
    elif len(now) > 1:
        parts.append(words("why_many" if before else "why_fresh", count=len(now)))
    if any(map(needs_answer, news.new)):
        parts.append(words("why_answer"))
    if news.head.tone == -1:
        parts.append(words("why_negative"))
    return "; ".join(parts) + "."


def _sections(items: Sequence[Item], words: Words) -> tuple[Section, ...]:
    by_topic = {topic: tuple(item for item in items if item.topic == topic) for topic in TOPICS}
    return tuple(Section(topic, words.topic(topic), found) for topic, found in by_topic.items() if found)


def _counts(news: Sequence[News], words: Words) -> tuple[tuple[int, str], ...]:
    articles = [article for one in news for article in one.new]
    values = {
        "stories": len(news),
        "articles": len(articles),
        "outlets": len({article.outlet for article in articles}),
    }
    return tuple((value, words.unit(key, value)) for key, value in values.items())


def _tally(news: Sequence[News], words: Words) -> str:
    counts = (value for value, _ in _counts(news, words))
    keys = ("stories", "articles", "outlets")
    return words("tally", **{key: words.count(key, value) for key, value in zip(keys, counts, strict=True)})


def _tones(news: Sequence[News], words: Words) -> tuple[tuple[Tone, str, int], ...]:
    counts = Counter(tone_of(one.head) for one in news)
    return tuple((tone, words(tone), counts[tone]) for tone in TONES if counts[tone] or tone != "unknown")


def _subject(news: Sequence[News], ranked: Sequence[News], request: Request, words: Words) -> str:
    date = words.day(request.end.astimezone(request.timezone).date())
    if not news:
        return words("subject_none", date=date)
    return words(
        "subject",
        date=date,
        stories=words.count("stories", len(news)),
        articles=words.count("articles", sum(len(one.new) for one in news)),
        title=shown(ranked[0].head.title, MAX_SUBJECT_TITLE),
    )


def _filters(request: Request, words: Words) -> str:
    topics = [words.topic(topic) for topic in request.subscription.topics if topic in TOPICS]
    what = [*topics, *(shown(place, 60) for place in request.subscription.places)]
    return words("filters", what="; ".join(what)) if what else ""


def _more(rest: Sequence[News], words: Words) -> str:
    if not rest:
        return ""
    stories = words.count("stories", len(rest))
    unnamed = Counter(main_topic(one.head, TOPICS) for one in rest[MAX_HEADLINES:])
    if not unnamed:
        return words("more", stories=stories)
    topics = ", ".join(f"{words.topic(topic)} {unnamed[topic]}" for topic in TOPICS if unnamed[topic])
    return words("more_rest", stories=stories, rest=words.count("stories", unnamed.total()), topics=topics)


def _edition_page(request: Request) -> str:
    """The search for all coverage of the days of the period."""
    if not request.archive_url:
        return ""
    first, last = (f"{at.astimezone(request.timezone):%Y-%m-%d}" for at in (request.start, request.end))
    return web_address(f"{request.archive_url.rstrip('/')}/search?q=from%3A{first}+to%3A{last}&sort=newest")


def _correct(request: Request, words: Words) -> str:
    if request.archive_url:
        return words("correct_web")
    return words("correct_mail", operator=request.operator) if request.operator else ""
