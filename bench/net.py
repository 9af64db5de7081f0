"""The language net: milliseconds an article of the area, judged with it against the linear models alone."""

from __future__ import annotations

import resource
import time

from analysis import Tagger, Text
from bench import Figure
from bench.texts import real

LENGTH = 2_000  # characters of an article


def run(n: int) -> Figure:
    """Measure one process on one article at a time.

    `explain_ms`: the sentences that decided, of a tenth of the articles; `memory_mb`: the process's peak.
    """
    texts = [Text(title, text[:LENGTH], language="vi") for title, text in real(n + 2)]
    alone, both = Tagger("Sóc Trăng"), Tagger("Sóc Trăng", net="all")
    if both.no_net:
        raise SystemExit(f"the net cannot be measured here: {both.no_net}")
    for one in texts[:2]:
        alone.judge_all([one])
        both.explain(one, both.judge_all([one])[0])
    ours = reference = explained = 0.0
    for number, one in enumerate(texts[2:]):
        started = time.process_time()
        judged = both.judge_all([one])[0]
        between = time.process_time()
        alone.judge_all([one])
        after = time.process_time()
        ours, reference = ours + between - started, reference + after - between
        if number % 10 == 0:
            both.explain(one, judged)
            explained += time.process_time() - after
    done = len(texts) - 2
    more = {
        "explain_ms": 1000 * explained / -(-done // 10),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    return Figure("analyse --net", 1000 * ours / done, 1000 * reference / done, "ms/article", done, more, True)
