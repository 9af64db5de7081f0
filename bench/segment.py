"""Segment: words of articles the process has not seen, against underthesea.word_tokenize on the same articles."""

from __future__ import annotations

import time

from analysis.words.segmenter import words
from bench import Figure
from bench.texts import real


def run(n: int) -> Figure:
    """Measure articles a second; `same` is the share of articles with equal words, `memory_mb` the process's peak."""
    import resource

    from underthesea import word_tokenize

    texts = [f"{title}\n{text}" for title, text in real(n + 2)]
    warm, fresh = texts[:2], texts[2:]
    for text in warm:  # both load their weights on first use
        words(text)
        word_tokenize(text)
    ours = theirs = 0.0
    same = 0
    memory = 0.0
    for text in fresh:
        started = time.perf_counter()
        found = words(text)
        between = time.perf_counter()
        expected = word_tokenize(text)
        theirs += time.perf_counter() - between
        ours += between - started
        same += found == expected
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    more = {"same": same / len(fresh), "memory_mb": memory}
    return Figure("segment", len(fresh) / ours, len(fresh) / theirs, "articles/s", len(fresh), more)
