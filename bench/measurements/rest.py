"""REST on one connection, beside two servers written by hand, and Microdot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from bench import baseline, clients, node
from bench.compare import alternate
from bench.figure import Figure
from bench.processes import connect

_BODY_END = b"}"


def measure() -> Iterator[Figure]:
    request = clients.get()
    with ExitStack() as stack:
        one = stack.enter_context(node.running_node())
        ports = [
            stack.enter_context(baseline.running_baseline(name))
            for name in ("handwritten", "keepalive", "microdot_route")
        ]
        kept = [connect(port, one.process) for port in (one.web_port, *ports[:2])]
        operations = [
            clients.exchange(stack.enter_context(connection), request, _BODY_END)
            for connection in kept
        ]
        microdot = clients.one_by_one(lambda: connect(ports[2]), request)
        compared = alternate(*operations, microdot)
    yield Figure(what="REST, system heartbeat, keep-alive", value=compared.rate(0), unit="/s")
    yield Figure(what="by hand, line by line, keep-alive", value=compared.rate(1), unit="/s")
    yield Figure(what="by hand, nothing parsed, keep-alive", value=compared.rate(2), unit="/s")
    yield Figure(what=f"Microdot {baseline.MICRODOT}, closes", value=compared.rate(3), unit="/s")
    yield Figure(
        key="rest_to_handwritten", what="REST to by hand", value=compared.ratio(to=1), unit="x"
    )
    yield Figure(
        key="rest_to_leanest",
        what="REST to by hand, nothing parsed",
        value=compared.ratio(to=2),
        unit="x",
    )
    yield Figure(
        key="rest_to_microdot", what="REST to Microdot", value=compared.ratio(to=3), unit="x"
    )
