"""Stories: articles grouped one after the other, against scikit-learn's TF-IDF and all pairs of the same articles."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from analysis.grouping.fingerprints import fingerprint
from analysis.grouping.stories import Grouping, Item
from bench import Figure
from bench.texts import ANCHOR, headlines, real

JOINED = 0.42  #: the likeness from which the reference joins
DAY = 50_000  #: headlines of a national day
COMPARED = 3_000  #: of them that the reference takes at once: more do not fit


def run(n: int, *, short: bool = False) -> Figure:
    """Measure articles a second of processor time, fingerprints included, over three days.

    `short`: headlines, every fourth with a lead, DAY of them a day. `late_to_early` tells whether cost grows: of the
    last thousand (tenth, where there are few) against the first. The reference vectorises, multiplies and joins by
    connected components, in one go; of headlines it takes COMPARED.
    """
    texts = headlines(n) if short else real(n)
    n = len(texts)
    step = timedelta(days=1) / DAY if short else timedelta(days=3) / n
    window = Grouping(())
    part = min(1000, max(1, n // 10))
    marks = [time.process_time()]
    for number, (title, text) in enumerate(texts):
        window.add([Item(number, ANCHOR + step * number, str(number), fingerprint(title, text))])
        if (number + 1) % part == 0:
            marks.append(time.process_time())
    ours = time.process_time() - marks[0]
    parts = [after - before for before, after in pairwise(marks)]
    compared = texts[:COMPARED] if short else texts
    theirs = _all_pairs(compared)
    more = {"late_to_early": parts[-1] / parts[0], "seconds": ours, "peak_mb": _peak()}
    return Figure("stories", n / ours, len(compared) / theirs, "articles/s", n, more)


def _all_pairs(texts: Sequence[tuple[str, str]]) -> float:
    from scipy.sparse.csgraph import connected_components
    from sklearn.feature_extraction.text import TfidfVectorizer

    started = time.process_time()
    vectors = TfidfVectorizer(token_pattern=r"\w+").fit_transform([f"{title} {text}" for title, text in texts])
    alike = vectors @ vectors.T
    connected_components(alike >= JOINED, directed=False)
    return time.process_time() - started


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
