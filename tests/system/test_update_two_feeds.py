"""Two who bring a release to one node at the same time: the second waits, nothing is mixed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from patience import wait_until
from starting import read, starts

from umbel.errors import NodeError
from umbel.link.api import Api
from umbel.ota import push
from umbel.release import Release

from .mosquitto import Mosquitto, Wire
from .updates import Promoter, configure, is_confirmed, newer, status

SLOW = {"http": 0.1, "mqtt": 0.05}  # seconds for each block: the push must come meanwhile


def refusal(node, release: Release) -> str:
    """The code by which a node refuses to begin with a release now."""

    async def offer() -> None:
        async with Api(node) as api:
            manifest = push.manifest_for(node, release.manifest)
            await api.send("PUT", "update/manifest", manifest)

    with pytest.raises(NodeError) as refused:
        asyncio.run(offer())
    return refused.value.code


@pytest.mark.parametrize("feed", ["http", "mqtt"])
def test_a_push_waits_while_another_feed_fills(
    feed: str,
    simulate,
    own: Mapping[str, bytes],
    broker: Mosquitto,
    stack: ExitStack,
    tmp_path: Path,
):
    simulation = simulate("--nodes", "1", "--dir", str(tmp_path / "house"))
    noise = random.Random(0)
    large = {"web/0.gz": noise.randbytes(400_000)}
    first, second = newer(own, 1, large), newer(own, 2)
    first.save(tmp_path / "first")
    second.save(tmp_path / "second")
    if feed == "http":
        promoter = Promoter(simulation, tmp_path / "first")
        stack.callback(promoter.end)
        promoter.start()
        wire = Wire(promoter)
        configure(
            simulation, "node01", update_url=f"http://127.0.0.1:{wire.port}", update_auto=True
        )
    else:
        wire = Wire(broker)
        configure(
            simulation,
            "node01",
            mqtt=f"127.0.0.1:{wire.port}",
            update_channel="beta",
            update_auto=True,
            update_strict="none",
        )
        order = ("publish", "--release", str(tmp_path / "first"), "--channel", "beta")
        done = simulation.umbel(*order, "--broker", f"127.0.0.1:{broker.port}")
        assert done.returncode == 0, done.stderr
    stack.callback(wire.end)
    wire.slow = SLOW[feed]
    simulation.umbel("shell", "node01", "reboot")
    assert wait_until(lambda: status(simulation, "node01").get("state") == "filling")

    assert refusal(simulation.node("node01"), second) == "update_busy"
    done = simulation.umbel("update", "node01", "--release", str(tmp_path / "second"))

    assert done.returncode == 0, done.stdout
    assert "node01: confirmed" in done.stdout
    console = (tmp_path / "house" / "node01" / "console.log").read_text()
    assert "9.0.1 is confirmed" in console  # the first one was not disturbed
    assert is_confirmed(simulation, "node01", second)
    flash = read(tmp_path / "house" / "node01" / "flash")
    assert starts(flash, {"first": first, "second": second}) == "second"
