"""Bytes of compiled code: what stays in memory after a boot, and all there is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import node
from bench.figure import Figure
from umbel.build import image, stage

_START = "start.mpy"
_TEN = "cluster dht22 dimmer files genIO neopixel network rgb switch system"
_OPTIONAL = "apps mqtt telegram espnow devices"


def measure() -> Iterator[Figure]:
    sizes = {name: len(content) for name, content in stage.release_files().items()}
    with node.running_node(bits=32, hardware=node.BARE) as one:
        node.wait_until_up(one)
        resident = [sizes[name] for name in (_START, *node.settled(one).resident)]
    types = [size for name, size in sizes.items() if name.startswith("devices/")]
    everything = [size for name, size in sizes.items() if name.endswith(".mpy")]
    system = [size for name, size in sizes.items() if name.startswith("tepal/")]
    yield Figure(
        key="resident",
        what=f"compiled code in memory after boot, {len(resident)} of {len(everything)} files",
        value=sum(resident),
        unit="B",
    )
    yield Figure(what="compiled code of the system", value=sum(system), unit="B")
    yield Figure(
        key="everything",
        what="compiled code in all, with every module and driver",
        value=sum(everything),
        unit="B",
    )
    yield Figure(
        key="device_types",
        what=f"compiled code of {len(types) - 1} files of device types, and their table",
        value=sum(types),
        unit="B",
    )
    yield Figure(
        key="slot",
        what="flash that a slot takes, system and ten modules; no pages, no optional part",
        value=_slot_size(),
        unit="B",
    )


def _slot_size() -> int:
    """In blocks of littlefs, with the folder of the slot."""
    selection = stage.Selection(
        modules=frozenset(_TEN.split()),
        pin_maps=frozenset({"rp2"}),
        devices=frozenset(),
        without=frozenset(_OPTIONAL.split()),
    )
    with tempfile.TemporaryDirectory() as folder:
        staged = stage.stage(Path(folder), selection=selection)
        slot = image.build(staged.folder / "sys")
    used = slot.used_blocks - image.pack({}).used_blocks
    return used * slot.file_system.block_size
