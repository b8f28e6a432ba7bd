"""The shell on one connection, beside an asyncio server that echoes lines."""

from __future__ import annotations

from collections.abc import Iterator

from bench import baseline, clients, node
from bench.compare import alternate
from bench.figure import Figure
from bench.processes import connect

_LINE = b"system heartbeat\n"


def measure() -> Iterator[Figure]:
    with (
        node.running_node() as one,
        baseline.running_baseline("echo") as echo_port,
        connect(one.shell_port, one.process) as shell,
        connect(echo_port) as echo,
    ):
        clients.read_until(shell, node.PROMPT)
        compared = alternate(
            clients.exchange(shell, _LINE, node.PROMPT), clients.exchange(echo, _LINE, _LINE)
        )
    yield Figure(what="shell, system heartbeat", value=compared.rate(0), unit="/s")
    yield Figure(what="asyncio echo of a line", value=compared.rate(1), unit="/s")
    yield Figure(
        key="shell_to_echo", what="shell to asyncio echo", value=compared.ratio(to=1), unit="x"
    )
