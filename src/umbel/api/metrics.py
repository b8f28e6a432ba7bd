"""What Prometheus reads: one line per node and figure, made from what the fleet knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from umbel.fleet import Condition, Fleet, NodeView

CONTENT_TYPE = CONTENT_TYPE_LATEST

_FIGURES: tuple[tuple[str, str, Callable[[NodeView], float | None]], ...] = (
    ("umbel_node_up", "1 if the node answers.", lambda view: float(_is_up(view))),
    ("umbel_node_uptime_seconds", "Time since the node started.", lambda view: view.uptime),
    ("umbel_node_heap_used_bytes", "Memory in use.", lambda view: view.memory_used),
    ("umbel_node_heap_free_bytes", "Memory that is free.", lambda view: view.memory_free),
    ("umbel_node_load_percent", "How busy the node is.", lambda view: view.load),
    (
        "umbel_node_seen_timestamp_seconds",
        "When the node last answered.",
        lambda view: view.seen.timestamp() if view.seen else None,
    ),
)


class FleetCollector(Collector):
    """Reads the fleet when somebody asks."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def collect(self) -> Iterator[Metric]:
        """Each figure, for every node that has it."""
        views = self._fleet.views
        for name, meaning, figure in _FIGURES:
            family = GaugeMetricFamily(name, meaning, labels=["node"])
            for view in views:
                if (value := figure(view)) is not None:
                    family.add_metric([view.name], value)
            yield family
        info = GaugeMetricFamily(
            "umbel_node_info", "What the node is.", labels=["node", "id", "version", "board"]
        )
        for view in views:
            info.add_metric([view.name, view.id or "", view.version or "", view.board or ""], 1)
        yield info


class Metrics:
    """``text()`` is the answer to a scrape."""

    def __init__(self, fleet: Fleet) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(FleetCollector(fleet))

    def text(self) -> bytes:
        """All figures, as they are now."""
        return generate_latest(self._registry)


def _is_up(view: NodeView) -> bool:
    return view.condition is Condition.UP
