"""Releases that are no good, each in its own way: nodes find it out alone, go back and say why."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from patience import PATIENCE, wait_until

from umbel.build import compile as compiler
from umbel.build import sources
from umbel.release import Release

from .updates import configure, newer, promoting, status

TRIES = 3
NETWORK_PATIENCE = 130.0  # seconds; a node gives a network two minutes
BITTEN = "hung, and is reset by its watchdog"

AT_BOOT = """
proper = boot

async def boot(node):
    acts = await proper(node)
    node.tasks.start("bad", bad(node), "system")
    return acts

async def bad(node):
    await asyncio.sleep_ms(300)
"""

# What is wrong: the module that is changed, what is added to it, the reason that is kept, and
# whether the watchdog is the way out.
BAD = {
    "hangs at import": ("tepal/boot.py", "while True:\n    pass\n", "it did not come up", True),
    "hangs at start": ("tepal/node.py", "while True:\n    pass\n", "it did not come up", True),
    "hangs later": (
        "tepal/boot.py",
        AT_BOOT + "    while True:\n        pass\n",
        "watchdog: before any command",
        True,
    ),
    "raises at import": (
        "tepal/boot.py",
        "raise ValueError('on purpose')\n",
        "exception: ValueError: on purpose at boot",
        False,
    ),
    "raises at start": (
        "tepal/node.py",
        "raise ValueError('on purpose')\n",
        "it did not come up",
        False,
    ),
    "joins no network": (
        "tepal/core/network.py",
        "async def nowhere(self):\n    await asyncio.Event().wait()\n\nNetwork.run = nowhere\n",
        "it is on no network: off",
        False,
    ),
    "eats the heap": (
        "tepal/boot.py",
        "async def boot(node):\n    kept = []\n    while True:\n        kept.append(bytes(500))\n",
        "exception: MemoryError",
        False,
    ),
}


def worse(own: Mapping[str, bytes], what: str, work: Path) -> Release:
    """The release of now with a module that is no good."""
    name, more, _, _ = BAD[what]
    source = work / "bad" / what / name
    source.parent.mkdir(parents=True)
    source.write_text((sources.device_dir() / name).read_text() + "\n\n" + more)
    return newer(own, 1, compiler.compile_files({name: source}))


@pytest.mark.slow
def test_a_release_that_is_no_good_is_rolled_back_and_not_tried_again(
    simulate, own: Mapping[str, bytes], tmp_path: Path
):
    simulation = simulate("--nodes", str(len(BAD)), "--dir", str(tmp_path / "house"))
    nodes = dict(zip(BAD, (f"node{n:02}" for n in range(1, len(BAD) + 1)), strict=True))
    before = {node: status(simulation, node)["release"] for node in nodes.values()}
    releases: dict[str, Release] = {}
    with ExitStack() as stack:
        for what, node in nodes.items():
            releases[node] = worse(own, what, tmp_path)
            releases[node].save(tmp_path / "offered" / node)
            url = stack.enter_context(promoting(simulation, tmp_path / "offered" / node))
            configure(simulation, node, update_url=url, update_auto=True)
            assert simulation.umbel("shell", node, "reboot").returncode == 0

        def has_given_up(node: str) -> bool:
            simulation.said()
            found = status(simulation, node)
            return found.get("given_up") == releases[node].manifest.digest.hex()

        for what, node in nodes.items():
            assert wait_until(lambda node=node: has_given_up(node), NETWORK_PATIENCE + PATIENCE), (
                what,
                status(simulation, node),
                simulation.said(),
            )

        # The release is still offered, and nobody has asked for it.
        for what, node in nodes.items():
            assert wait_until(
                lambda node=node: "rolled back" in status(simulation, node)["promoter"]["problem"]
            ), (what, status(simulation, node))
    for what, node in nodes.items():
        _, _, reason, is_bitten = BAD[what]
        found = status(simulation, node)
        assert found["state"] == "rolled back", what
        assert found["release"] == before[node], what
        assert not found["trial"], what
        assert reason in found["reason"], (what, found["reason"])
        log = (tmp_path / "house" / node / "flash/logs/err.sys.log").read_text()
        assert f"rolled back: {reason}" in log, what
        bites = simulation.said().count(f"{node} {BITTEN}")
        assert bites >= TRIES or not is_bitten, what
