"""`/metrics` in Prometheus' text format: what was counted, and what stands in the stores when it is asked for."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator

import sqlalchemy as sa
from litestar import Response, Router, get
from litestar.di import NamedDependency, Provide
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from siyu.api.site import Site
from siyu.core.time import SECOND, instant_of
from siyu.store.schema import QUARANTINE


def router(site: Site) -> Router:
    """The address; it asks for a key that reads if the setting says so."""
    standing = CollectorRegistry()
    standing.register(Standing(site))
    access = "read" if site.workspace.settings["live.metrics_key"] else "open"
    return Router("/", route_handlers=[metrics], opt={"access": access}, tags=["operation"],
                  dependencies={"standing": Provide(lambda: standing, sync_to_thread=False)})  # fmt: skip


#: The framework adds the charset.
MEDIA_TYPE = CONTENT_TYPE_LATEST.partition("; charset=")[0]


@get("/metrics", media_type=MEDIA_TYPE, summary="Counters and gauges in Prometheus' text format.")
async def metrics(standing: NamedDependency[CollectorRegistry]) -> Response[bytes]:
    """What the process counted, and what stands in the site's stores."""
    texts = [await asyncio.to_thread(generate_latest, registry) for registry in (REGISTRY, standing)]
    return Response(b"".join(texts), media_type=MEDIA_TYPE)


class Standing(Collector):
    """Gauges read from the stores and the schedule when asked for; a store that cannot be read is left out."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def describe(self) -> list[Metric]:
        """Nothing is read when the registry only wants the names."""
        return []

    def collect(self) -> Iterator[Metric]:
        now = instant_of(self._site.now())
        yield from self._loops(now)
        yield _gauge("siyu_disk_free_bytes", "Free bytes of the workspace's disk.",
                     shutil.disk_usage(self._site.workspace.directory).free)  # fmt: skip
        for store in (self._inbox, self._loads):
            try:
                yield from store(now)
            except SQLAlchemyError:
                continue

    def _loops(self, now: int) -> Iterator[Metric]:
        lag = GaugeMetricFamily("siyu_loop_lag_seconds", "How long a loop has been overdue.", labels=["loop"])
        late = GaugeMetricFamily("siyu_loop_late", "1 if a loop is late.", labels=["loop"])
        failures = GaugeMetricFamily("siyu_loop_failures", "Failures of a loop in a row.", labels=["loop"])
        well = GaugeMetricFamily("siyu_loop_success_timestamp_seconds", "When a loop last ran well.", labels=["loop"])
        for state in self._site.worker.schedule.states():
            lag.add_metric([state.name], state.lag_seconds(now))
            late.add_metric([state.name], state.late(now))
            failures.add_metric([state.name], state.failures)
            if state.succeeded_at is not None:
                well.add_metric([state.name], state.succeeded_at / SECOND)
        yield from (lag, late, failures, well)

    def _inbox(self, now: int) -> Iterator[Metric]:
        waiting = self._site.workspace.inbox.waiting()
        age = (now - waiting.oldest) / SECOND if waiting.oldest is not None else 0
        yield _gauge("siyu_inbox_messages", "Messages acknowledged and not loaded yet.", waiting.messages)
        yield _gauge("siyu_inbox_oldest_seconds", "How long the oldest of them has waited.", max(age, 0))

    def _loads(self, _now: int) -> Iterator[Metric]:
        operations = self._site.workspace.operations
        yield _gauge("siyu_loads", "Loads that count.", operations.count_loads())
        quarantined = sa.select(sa.func.count()).select_from(QUARANTINE)
        with operations.connect() as connection:
            yield _gauge("siyu_quarantined_rows", "Rows waiting to be mended.",
                         connection.execute(quarantined).scalar() or 0)  # fmt: skip


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


