"""Metrics for Prometheus: what people do, what is delivered, which jobs run.

No label names a person or a record.
"""

import re
from collections.abc import Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from handlers.core.telemetry import Watch

KIND = re.compile(r"[a-z_]{1,40}(?:\.[a-z_]{1,40})?")
"""The form of the names of verbs, kinds of deliveries, jobs and outcomes.

None of them has an accent, a space or a digit.
"""
LABELS = 1000
"""More names than there are verbs.

Further names share one figure, since each name costs memory for ever.
"""
ANSWER = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5, 10)
"""The buckets of seconds; many lie around three, when Slack gives up on the bot."""
LAG = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200, 86400)
GAUGES = {
    "ready": "Whether this replica can do its work: 1 or 0",
    "database_up": "Whether the database answered within a second: 1 or 0",
    "database_connections_in_use": "Connections of the pool that are taken",
    "database_connections": "Connections the pool may have",
    "connected": "Whether Slack can reach us: 1 or 0",
    "scheduler_age_seconds": "Seconds since the scheduler last finished a look at the clock",
    "courier_age_seconds": "Seconds since the delivery worker last came round",
    "deliveries_waiting": "Deliveries that wait in the database, for all replicas together",
    "delivery_oldest_seconds": "How long the oldest delivery that is due has waited",
}
"""The gauges that are read when someone asks, with the names `rapport_…`."""


class Metrics(Watch):
    """Counts what is reported to it, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.names: set[str] = set()
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second figure for each, which nobody reads
        ProcessCollector(registry=registry)
        self.acts = Counter(
            "rapport_acts", "Acts of people, answered", ["name", "outcome"], registry=registry
        )
        self.act_seconds = Histogram(
            "rapport_act_seconds",
            "Seconds until an act was answered",
            ["name"],
            buckets=ANSWER,
            registry=registry,
        )
        self.deliveries = Counter(
            "rapport_deliveries", "Deliveries to Slack", ["kind", "outcome"], registry=registry
        )
        self.lag = Histogram(
            "rapport_delivery_lag_seconds",
            "Seconds from due to sent",
            ["kind"],
            buckets=LAG,
            registry=registry,
        )
        self.count_the_rest(registry)

    def count_the_rest(self, registry: CollectorRegistry) -> None:
        """Create the figures of requests, jobs and the state of the bot."""
        self.refused = Counter(
            "rapport_http_refused",
            "Requests over HTTP that were refused, by reason",
            ["reason"],
            registry=registry,
        )
        self.jobs = Counter(
            "rapport_job_runs",
            "Looks of the scheduler's jobs",
            ["job", "outcome"],
            registry=registry,
        )
        self.job_seconds = Histogram(
            "rapport_job_seconds", "Seconds a job's look took", ["job"], registry=registry
        )
        self.gauges = {
            name: Gauge(f"rapport_{name}", text, registry=registry) for name, text in GAUGES.items()
        }

    def handled(self, name: str, outcome: str, seconds: float) -> None:
        name = self.folded(name)
        self.acts.labels(name, self.folded(outcome)).inc()
        self.act_seconds.labels(name).observe(seconds)

    def delivered(self, kind: str, outcome: str, lag: float) -> None:
        kind = self.folded(kind)
        self.deliveries.labels(kind, self.folded(outcome)).inc()
        if outcome == "sent":
            self.lag.labels(kind).observe(max(lag, 0))

    def rejected(self, reason: str) -> None:
        self.refused.labels(self.folded(reason)).inc()

    def ran(self, job: str, outcome: str, seconds: float) -> None:
        job = self.folded(job)
        self.jobs.labels(job, self.folded(outcome)).inc()
        self.job_seconds.labels(job).observe(seconds)

    def folded(self, name: str) -> str:
        """Return the name as a label, or "other" where it cannot be one or there are too many."""
        if name in self.names:
            return name
        if not KIND.fullmatch(name) or len(self.names) >= LABELS:
            return "other"
        self.names.add(name)
        return name

    def note(self, figures: Mapping[str, float]) -> None:
        """Set the gauges to what was just read; what could not be read is NaN."""
        for name, gauge in self.gauges.items():
            gauge.set(figures.get(name, float("nan")))

    def text(self) -> bytes:
        """Return everything as Prometheus reads it."""
        return generate_latest(self.registry)
