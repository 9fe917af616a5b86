"""Figures for Prometheus: a registry of the few we have. Imports nothing of ours, so every layer may count.

Labels never hold an id, a phone number or a text.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Counter:
    """Rises only; one figure for each combination of label values."""

    kind = "counter"

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self.name = name
        self.meaning = meaning
        self._labels = labels
        self._values: dict[tuple[str, ...], float] = {} if labels else {(): 0}

    def add(self, *label_values: str, by: float = 1) -> None:
        """Count `by` under these label values, given in the order of the labels."""
        assert len(label_values) == len(self._labels), f"{self.name} has the labels {self._labels}"
        self._values[label_values] = self._values.get(label_values, 0) + by

    def lines(self) -> Iterator[str]:
        """In the text format."""
        for values, figure in sorted(self._values.items()):
            yield f"{self.name}{_labelled(self._labels, values)} {figure:.15g}"


class Gauge:
    """A figure that rises and falls; set when it is asked for."""

    kind = "gauge"

    def __init__(self, name: str, meaning: str) -> None:
        self.name = name
        self.meaning = meaning
        self._value: float = 0

    def set(self, value: float) -> None:
        """What it is now."""
        self._value = value

    def lines(self) -> Iterator[str]:
        """In the text format."""
        yield f"{self.name} {self._value:.15g}"


class Histogram:
    """How long something took, in seconds; one for each combination of label values."""

    kind = "histogram"

    def __init__(self, name: str, meaning: str, *labels: str) -> None:
        self.name = name
        self.meaning = meaning
        self._labels = labels
        self._series: dict[tuple[str, ...], _Series] = {} if labels else {(): _Series()}

    def observe(self, seconds: float, *label_values: str) -> None:
        """Count one that took so long, under these label values."""
        assert len(label_values) == len(self._labels), f"{self.name} has the labels {self._labels}"
        series = self._series.setdefault(label_values, _Series())
        series.counts[bisect_left(SECONDS_BUCKETS, seconds)] += 1
        series.sum += seconds

    def lines(self) -> Iterator[str]:
        """In the text format: cumulative buckets, sum, count."""
        bounds = [f"{bound:g}" for bound in SECONDS_BUCKETS] + ["+Inf"]
        for values, series in sorted(self._series.items()):
            for bound, total in zip(bounds, accumulate(series.counts), strict=True):
                labelled = _labelled((*self._labels, "le"), (*values, bound))
                yield f"{self.name}_bucket{labelled} {total}"
            labelled = _labelled(self._labels, values)
            yield f"{self.name}_sum{labelled} {series.sum:.15g}"
            yield f"{self.name}_count{labelled} {sum(series.counts)}"


class _Series:
    """One histogram's figures."""

    def __init__(self) -> None:
        self.counts = [0] * (len(SECONDS_BUCKETS) + 1)
        self.sum = 0.0


class Metrics:
    """All of them. A name once published is never changed: dashboards and alerts read it."""

    def __init__(self) -> None:
        self.messages = Counter(
            "forthwith_messages_total",
            "Messages that came to show this status.",
            *("direction", "status"),
        )
        self.send_seconds = Histogram(
            "forthwith_send_seconds",
            "From our storing a message to WhatsApp's taking it (sent) and the device's (delivered).",
            "stage",
        )
        self.meta_errors = Counter(
            "forthwith_meta_errors_total", "Errors WhatsApp gave for messages, by its code.", "code"
        )
        self.unconfirmed = Gauge(
            "forthwith_unconfirmed", "Messages that WhatsApp may or may not have."
        )
        self.outbox_depth = Gauge(
            "forthwith_outbox_depth", "Messages not yet accepted by WhatsApp."
        )
        self.outbox_oldest_seconds = Gauge(
            "forthwith_outbox_oldest_seconds", "Age of the oldest of them."
        )
        self.webhook_seconds = Histogram(
            "forthwith_webhook_seconds", "From a webhook's head to its answer, when it was stored."
        )
        self.webhook_rejected = Counter(
            "forthwith_webhook_rejected_total", "Webhooks refused.", "reason"
        )
        self.optimistic_seconds = Histogram(
            "forthwith_optimistic_latency_seconds",
            "From Enter to the frame that shows the message, as browsers report it.",
        )
        self.ws_connections = Gauge("forthwith_ws_connections", "Sockets open now.")
        self.ws_replayed = Counter(
            "forthwith_ws_replayed_total", "Events sent to browsers that had missed them."
        )
        self.disk_free_ratio = Gauge(
            "forthwith_data_disk_free_ratio", "Free part of the data folder's disk, from 0 to 1."
        )

    def render(self) -> str:
        """Everything, in Prometheus' text format 0.0.4."""
        lines: list[str] = []
        for each in vars(self).values():
            lines += [
                f"# HELP {each.name} {each.meaning}",
                f"# TYPE {each.name} {each.kind}",
                *each.lines(),
            ]
        return "\n".join(lines) + "\n"


def _labelled(labels: tuple[str, ...], values: tuple[str, ...]) -> str:
    if not labels:
        return ""
    escaped = (
        value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n") for value in values
    )
    return (
        "{"
        + ",".join(f'{label}="{value}"' for label, value in zip(labels, escaped, strict=True))
        + "}"
    )
