"""`/metrics` for Prometheus: read from the archive when it is asked, nothing is counted on the side.

Labels are verbs, states, outlets and quantiles: their number is that of the catalogue, never that of the articles.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import get_args

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from errors import DiemBaoError
from pipeline.watching.condition import VERBS, Condition, quantile
from press import OutletState
from storage import Archive, upkeep
from storage.migrate import HEAD
from storage.search import Following

QUANTILES = (0.5, 0.9, 0.99)
LAST_RUNS = 50
OUTCOMES = ("due", "done", "later", "never")


class ArchiveCollector(Collector):
    """Makes the families of one scrape; `diembao_up` is 0 and alone where the archive does not answer."""

    def __init__(self, archive: Archive, look: Callable[[], Condition]) -> None:
        self._archive = archive
        self._look = look

    def collect(self) -> Iterable[Metric]:
        """Look at the archive once and say what was found."""
        yield _build()
        try:
            found = self._look()
            with self._archive.read() as db:
                sizes = upkeep.figures.sizes(db)
                errors = {verb: upkeep.figures.recent_errors(db, verb, LAST_RUNS) for verb in VERBS}
        except DiemBaoError:
            yield GaugeMetricFamily("diembao_up", "Whether the archive answers.", 0)
            return
        yield GaugeMetricFamily("diembao_up", "Whether the archive answers.", 1)
        yield GaugeMetricFamily("diembao_acting", "Whether some service does the work.", found.acting)
        yield from _service(found)
        yield _labelled("diembao_rows", "Rows of the archive.", "table", sizes)
        yield from _waiting(found)
        yield from _runs(found, errors)
        yield from _lag(found)
        yield _labelled("diembao_editions", "Editions of the ledger.", "state", found.editions)
        yield from _outlets(found)
        yield from _index(found)
        if found.disk is not None:
            yield GaugeMetricFamily("diembao_disk_free_bytes", "Free where the archive lies.", found.disk.free)
            yield GaugeMetricFamily("diembao_disk_short", "Whether it is too little to collect.", found.disk.short)


def _build() -> Metric:
    family = GaugeMetricFamily("diembao_build_info", "Version of the program.", labels=("version", "python", "schema"))
    family.add_metric((_version(), platform.python_version(), HEAD), 1)
    return family


def _version() -> str:
    try:
        return version("diembao")
    except PackageNotFoundError:
        return "unknown"


def _service(found: Condition) -> Iterable[Metric]:
    if found.lease is not None:
        family = GaugeMetricFamily("diembao_lease_renewed_timestamp_seconds", "When the acting service last said so.")
        family.add_metric((), found.lease.renewed_at.timestamp())
        yield family
    if found.last_delivery is not None:
        family = GaugeMetricFamily(
            "diembao_last_delivery_timestamp_seconds", "When a mail server last took an edition."
        )
        family.add_metric((), found.last_delivery.timestamp())
        yield family


def _waiting(found: Condition) -> Iterable[Metric]:
    queues = found.queues
    due = {
        "lists": queues.lists_due,
        "links": queues.links_due,
        "again": queues.again_due,
        "pages": queues.pages_due,
        "ungrouped": queues.ungrouped,
    }
    yield _labelled("diembao_queue_due", "What waits for its turn now.", "queue", due)
    later = {"links": queues.links_later, "again": queues.again_later}
    yield _labelled("diembao_queue_later", "What waits for a later time.", "queue", later)


def _runs(found: Condition, errors: dict[str, int]) -> Iterable[Metric]:
    runs = found.runs
    ended = {verb: run.ended_at.timestamp() for verb, run in runs.items()}
    yield _labelled("diembao_verb_ended_timestamp_seconds", "When the last run ended.", "verb", ended)
    lasted = {verb: (run.ended_at - run.started_at).total_seconds() for verb, run in runs.items()}
    yield _labelled("diembao_verb_duration_seconds", "How long the last run took.", "verb", lasted)
    failed = {verb: bool(run.error) for verb, run in runs.items()}
    yield _labelled("diembao_verb_failed", "Whether the last run ended with an error.", "verb", failed)
    yield _labelled("diembao_verb_recent_errors", f"Errors among the last {LAST_RUNS} runs.", "verb", errors)
    items = GaugeMetricFamily("diembao_verb_items", "What the last run counted.", labels=("verb", "outcome"))
    for verb, run in runs.items():
        for outcome in OUTCOMES:
            items.add_metric((verb, outcome), float(run.counts.get(outcome, 0)))
    yield items


def _lag(found: Condition) -> Iterable[Metric]:
    name, words = "diembao_lag_seconds", "From publication to the first reading, over the last 24 hours."
    values = {f"{share:g}": quantile(found.lags, share) for share in QUANTILES}
    yield _labelled(name, words, "quantile", {share: value for share, value in values.items() if value is not None})
    yield GaugeMetricFamily("diembao_lag_articles", "How many articles that lag is of.", len(found.lags))


def _outlets(found: Condition) -> Iterable[Metric]:
    state = GaugeMetricFamily("diembao_outlet_state", "1 for the state an outlet is in.", labels=("outlet", "state"))
    for one in found.outlets:
        for name in get_args(OutletState):
            state.add_metric((one.slug, name), one.state == name)
    yield state
    words = "Since a list of the outlet last answered (ok), and last announced something unknown (new)."
    age = GaugeMetricFamily("diembao_outlet_age_seconds", words, labels=("outlet", "since"))
    for ages in found.ages:
        for since, at in (("ok", ages.last_ok), ("new", ages.last_new)):
            if at is not None:
                age.add_metric((ages.outlet, since), (found.now - at).total_seconds())
    yield age


def _index(found: Condition) -> Iterable[Metric]:
    states = {name: found.index.state == name for name in get_args(Following)}
    yield _labelled("diembao_index_state", "1 for the state the search index of this machine is in.", "state", states)
    yield GaugeMetricFamily("diembao_index_left", "Changes (articles while it is built) not in it.", found.index.left)


def _labelled(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=(label,))
    for key, value in values.items():
        family.add_metric((key,), value)
    return family
