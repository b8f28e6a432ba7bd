"""Whatever is killed in the midst of an update, and whenever: a node starts the old or the new release.

UMBEL_KILLS is how many rounds to play, UMBEL_SEED what the dice begin with: a round that failed
comes again with its seed. ``make kills`` plays 200.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import pytest
from patience import wait_until
from starting import read, starts

from umbel.release import Release, Wishes, build

from .mosquitto import Mosquitto
from .updates import Promoter, configure, is_confirmed, newer, status

ROUNDS = int(os.environ.get("UMBEL_KILLS", "12"))
SEED = int(os.environ.get("UMBEL_SEED", "0")) or random.randrange(1, 1 << 32)
LONGEST = 3.0  # seconds from one kill to the next, at most; an update takes about as long
BY_HTTP, BY_MQTT = "node01", "node02"
NODES = (BY_HTTP, BY_MQTT)
PROMOTER, BROKER = "promoter", "broker"
FED_BY = {PROMOTER: (BY_HTTP,), BROKER: (BY_MQTT,)}
VICTIMS = (*NODES, *FED_BY)
PHASES = ("waiting", "filling", "on trial", "done")
CAREFUL = 4  # boots in a row without a minute of rest; a node with six comes up in safe mode


class House:
    """Two nodes that follow a promoter and a broker, all of which can be killed."""

    def __init__(self, simulation, home: Path, work: Path, broker: Mosquitto) -> None:
        self.simulation = simulation
        self.home = home
        self.release = work / "release"
        self.broker = broker
        self.promoter = Promoter(simulation, self.release)
        self.boots: Counter[str] = Counter()
        self.old: dict[str, Release] = {}
        self.new: Release | None = None

    def publish(self, release: Release) -> None:
        """Offer a release to both nodes."""
        self.new = release
        release.save(self.release)
        self.send()

    def send(self) -> None:
        """Put the release that is offered on the broker's channel."""
        place = f"127.0.0.1:{self.broker.port}"
        done = self.simulation.umbel(
            "publish", "--release", str(self.release), "--channel", "beta", "--broker", place
        )
        assert done.returncode == 0, done.stderr

    def kill(self, victim: str) -> None:
        """End it by SIGKILL; it stays away until ``revive``."""
        if victim == PROMOTER:
            self.promoter.end(signal.SIGKILL)
        elif victim == BROKER:
            self.broker.end(signal.SIGKILL)
        else:
            self.simulation.umbel("board", victim, "power", "off")
            assert wait_until(lambda: self.simulation.boards()[victim]["pid"] is None)

    def revive(self, victim: str) -> None:
        if victim == PROMOTER:
            self.promoter.start()
        elif victim == BROKER:
            self.broker.start()
            self.send()  # what it had kept has gone with it
        else:
            self.simulation.umbel("board", victim, "power", "on")
            self.boots[victim] += 1

    def judge(self, node: str) -> str:
        """Which release it would start now: "old" or "new", else what is wrong."""
        assert self.new is not None
        files = read(self.flash(node))
        found = starts(files, {"new": self.new, "old": self.old[node]})
        if found == "new" and " - " in files.get("boot.st", b"").decode():
            self.old[node] = self.new
        return found

    def phase(self, node: str) -> str:
        """How far its update was, seen from outside."""
        assert self.new is not None
        pointer = self.flash(node) / "boot.st"
        current, trial, _ = pointer.read_text().split() if pointer.is_file() else ("a", "-", 0)
        if trial != "-":
            return "on trial"
        if self.old[node] is self.new:
            return "done"
        filled = self.flash(node) / "sys" / ("a" if current == "b" else "b") / "manifest"
        is_brought = filled.is_file() and filled.read_bytes().startswith(self.new.manifest.signed)
        return "filling" if is_brought else "waiting"

    def flash(self, node: str) -> Path:
        return self.home / node / "flash"

    def is_settled(self, node: str) -> bool:
        """Whether it has taken the newest release, or given it up, and nothing is on trial."""
        if self.judge(node) == "new":
            return self.old[node] is self.new
        assert self.new is not None
        return status(self.simulation, node).get("given_up") == self.new.manifest.digest.hex()

    def calm(self, node: str) -> None:
        """Be there and ask for a restart, which a node takes for a boot that was good."""
        if self.boots[node] >= CAREFUL and self.simulation.boards()[node]["up"]:
            done = self.simulation.umbel("shell", node, "reboot")
            if done.returncode == 0:
                self.boots[node] = 0


@pytest.fixture
def house(
    simulate, broker: Mosquitto, own: Mapping[str, bytes], tmp_path: Path
) -> Generator[House]:
    home = tmp_path / "house"
    simulation = simulate("--nodes", "2", "--dir", str(home))
    house = House(simulation, home, tmp_path, broker)
    first = build(own, Wishes(name="tepal", version=version("umbel")))
    house.new = first
    house.old = dict.fromkeys(NODES, first)
    assert [house.judge(node) for node in NODES] == ["new", "new"]
    configure(simulation, BY_HTTP, update_url=house.promoter.url, update_auto=True)
    configure(
        simulation,
        BY_MQTT,
        mqtt=f"127.0.0.1:{broker.port}",
        update_channel="beta",
        update_auto=True,
        update_strict="none",
    )
    first.save(house.release)
    with ExitStack() as stack:
        stack.callback(house.promoter.end)
        house.promoter.start()
        for node in NODES:
            assert simulation.umbel("shell", node, "reboot").returncode == 0
        yield house


@pytest.mark.slow
def test_a_kill_at_any_moment_of_an_update_leaves_the_old_or_the_new_release(
    house: House, own: Mapping[str, bytes]
):
    print(f"UMBEL_KILLS={ROUNDS} UMBEL_SEED={SEED}")
    dice = random.Random(SEED)
    ended: Counter[tuple[str, str]] = Counter()
    number = 0

    def publish() -> None:
        nonlocal number
        number += 1
        noise = {f"web/{name}.gz": dice.randbytes(20_000) for name in "abc"}
        house.publish(newer(own, number, noise))

    publish()
    for count in range(1, ROUNDS + 1):
        time.sleep(dice.uniform(0, LONGEST))
        victim = dice.choice(VICTIMS)
        house.kill(victim)
        found = {node: house.judge(node) for node in NODES}
        said = f"round {count}, seed {SEED}: {victim} killed, release {number}: {found}"
        assert set(found.values()) <= {"old", "new"}, said
        print(said)
        ended.update((victim, house.phase(node)) for node in FED_BY.get(victim, (victim,)))
        house.revive(victim)
        house.simulation.said()
        for node in NODES:
            house.calm(node)
        if all(house.is_settled(node) for node in NODES):
            house.boots.update(NODES)
            publish()

    print(f"{'killed while the update was':30}" + "".join(f"{phase:>10}" for phase in PHASES))
    for victim in VICTIMS:
        print(f"{victim:30}" + "".join(f"{ended[victim, phase]:10}" for phase in PHASES))
    publish()
    house.boots.update(dict.fromkeys(NODES, CAREFUL))
    assert house.new is not None
    newest = house.new
    for node in NODES:
        assert wait_until(lambda node=node: is_confirmed(house.simulation, node, newest)), (
            f"seed {SEED}: {status(house.simulation, node)}"
        )
        assert house.judge(node) == "new"
