"""Tag: the whole judgement of a text (words, places, relevance, topics, tone, evidence) against underthesea's words."""

from __future__ import annotations

import time

from analysis import Tagger
from bench import Figure
from bench.texts import real


def run(n: int) -> Figure:
    """Measure articles a second in one process; the reference does the words alone."""
    from underthesea import word_tokenize

    texts = real(n + 2)
    tagger = Tagger("Sóc Trăng")
    for title, text in texts[:2]:
        tagger.judge(title, text)
        word_tokenize(text)
    ours = theirs = 0.0
    for title, text in texts[2:]:
        started = time.perf_counter()
        tagger.judge(title, text)
        between = time.perf_counter()
        word_tokenize(f"{title}\n{text}")
        theirs += time.perf_counter() - between
        ours += between - started
    done = len(texts) - 2
    return Figure("tag", done / ours, done / theirs, "articles/s", done)
