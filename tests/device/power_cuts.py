"""Updates on a flash that loses power: at every program and every erase, clean and torn.

power_cuts.py <main.py of the node> <take every n-th point> <how large the releases are>

Runs on MicroPython, with the engine and the loader that boards have. Behind each cut the flash is
mounted again: the loader must choose a whole release, the old one or the new one; the boots that
follow must come to an end; the configuration must be that of the release; and the next update must
succeed. Prints a line for each scenario: its name, how the power failed, the points, how many ended
with the old and with the new release, and how many did not end well.
"""

import asyncio
import gc
import os
import sys

import flash_device
from cutting import empty, fill, play, play_full, prepared
from flash_device import Flash
from nothing import Nothing
from releases import KEY, Release, bring, send

BLOCKS = 40  # and more for larger releases
SMALL = {"start.mpy": b"start 1", "tepal/__init__.mpy": b""}
FILES = {
    "tepal/boot.mpy": 900,
    "tepal/core/config.mpy": 3000,
    "tepal/core/same.mpy": 5000,
    "tepal/formats/same.mpy": 2500,
    "web/index.html.gz": 4097,
}
CONFIG = "config/node_config.json"


def new_release(number, scale):
    """Return release ``number``; some files are the same in all. ``scale`` folders are full of them."""
    files = dict(SMALL)
    files["start.mpy"] = b"start %d" % number
    for folder in range(scale):
        for path, size in FILES.items():
            is_same = "same" in path
            byte = 7 if is_same else number
            name = path.replace("/", "%d/" % folder, 1) if folder else path
            files[name] = bytes([byte]) * (size + folder + (0 if is_same else number))
    return Release(files, number)


class Node:
    """As much of a node as the engine looks at."""

    id = "micr00OS"
    name = "attic"
    version = "1"
    vault = "secrets"
    session = None

    def __init__(self, slot):
        self.slot = slot
        self.log = self.network = Nothing()
        self.config = Nothing(get=lambda key: {"update_strict": "system"}[key])

    def board(self):
        return Nothing(flash=Nothing)

    def sweep(self):
        pass

    def restart(self, hard=False):
        pass


class Watchdog:
    def __init__(self, timeout):
        pass


def loader(path):
    """Return the function of the real loader that chooses a slot."""
    with open(path) as file:
        source = file.read()
    names = {}
    exec(source[: source.index("\nslot = ")], names)  # the rest starts the node
    sys.modules["machine"] = Nothing(WDT=Watchdog)
    return names["choose"]


class World:
    """Flash in memory, what must be on it, and what a node does with it."""

    def __init__(self, choose, scale):
        self.choose = choose
        self.blocks = BLOCKS + 16 * scale
        self.releases = [new_release(number, scale) for number in range(4)]

    def boot(self):
        """Start as a board does; return (the node, whether it is on trial)."""
        from tepal.core import boots, storage, trial

        slot = self.choose()[-1]
        node = Node(slot)
        _, news = boots.begin("PWRON", "")
        watch = None
        if storage.exists("sys/trial"):
            watch = trial.begin(node, news)
        if watch:  # a release that runs changes its configuration
            storage.write(CONFIG, {"devfid": "attic", "release": self.number(slot)}, 2)
        return node, watch

    def number(self, slot):
        """Return which release is in a slot, whole; 0 if none is."""
        for number in (1, 2, 3):
            if self.releases[number].is_in(slot):
                return number
        return 0

    def settle(self):
        """Boot until nothing is on trial; return the node that runs."""
        from tepal.core import trial

        for _ in range(6):
            node, watch = self.boot()
            assert self.number(node.slot), "what runs is not whole"
            if watch:
                trial.confirm(node)
            with open("boot.st") as file:
                if file.read().split()[:2] == [node.slot, "-"]:
                    return node
        raise AssertionError("the boots do not come to an end")

    def update(self, node, number):
        node.session = None
        asyncio.run(bring(node, self.releases[number], True))


# --- scenarios: what is on flash before, and what is done when the power fails


def _first(world):
    """A node that runs release 1; the other slot is empty."""
    from tepal.core import boots, storage

    for name in ("config", "data", "sys"):
        os.mkdir(name)
    storage.write("secrets", {"key": KEY.hex()})
    storage.write(CONFIG, {"devfid": "attic", "release": 1})
    with open("boot.st", "w") as file:
        file.write("a - 0\n")
    world.releases[1].put("a")
    boots.settle(storage.read(CONFIG))


def _with_old(world):
    _first(world)
    world.releases[0].put("b")


def _half(world):
    """An update broke off."""
    _with_old(world)
    size = sum([len(content) for content in world.releases[2].files.values()])
    asyncio.run(bring(Node("a"), world.releases[2], most=size // 4))


def _armed(world):
    _with_old(world)
    world.update(Node("a"), 2)


def _lost(world):
    """The trial has failed three times; the next boot finds that out."""
    _armed(world)
    for _ in range(3):
        world.boot()


def _update(world):
    world.update(Node("a"), 2)


def _confirm(world):
    from tepal.core import trial

    node, watch = world.boot()
    assert watch
    trial.confirm(node)
    world.boot()


def _give_up(world):
    from tepal.core import trial

    node, watch = world.boot()
    assert watch
    trial.give_up(node, "test")
    world.boot()


def _boot(world):
    world.boot()


def _failing(world):
    for _ in range(5):
        world.boot()


def _whole(world):
    _update(world)
    _confirm(world)


SCENARIOS = (
    ("update", _first, _update),
    ("update, from manifest to confirmed", _with_old, _whole),
    ("update, resumed", _half, _update),
    ("trial that is confirmed", _armed, _confirm),
    ("trial that is given up", _armed, _give_up),
    ("trial that never comes up", _armed, _failing),
    ("boot behind a lost trial", _lost, _boot),
)


# --- cutting


def judge(world, data):
    """Return 0 if the node came up with the old release, 1 for the new one, once all is settled."""
    from tepal.core import storage

    flash_device.mount(Flash(data))
    try:
        number = world.number(world.settle().slot)
        assert number in (1, 2), "neither the old release nor the new one"
        kept = storage.read(CONFIG)
        assert kept == {"devfid": "attic", "release": number}, "the configuration of another"
        left = [name for name in os.listdir("sys") + os.listdir("config") if name[-5:] == ".kept"]
        assert not left and "trial" not in os.listdir("sys"), "something was left behind"
        node = Node("a" if world.number("a") == number else "b")
        world.update(node, 3)
        assert world.number(world.settle().slot) == 3, "the next update fails"
        return number - 1
    finally:
        flash_device.unmount()


def full(world):
    """Bring a release while somebody else fills the flash; tell whether all of it ended well."""
    before = prepared(world, _first)

    def bring(free):
        flash_device.mount(Flash(bytearray(before)))
        try:
            return _with_few_blocks(world, free)
        finally:
            flash_device.unmount()

    return play_full("flash full", world.blocks, bring)


def _with_few_blocks(world, free):
    """Tell whether a release arrives when so many blocks are left for its files."""
    from tepal.core import storage, updating
    from tepal.formats.errors import TepalError

    node = Node("a")
    new = world.releases[2]
    session = updating.open(node, "push")
    for line in new.lines:
        session.line(line)
    asyncio.run(session.begin())
    fill(free)
    is_new = True
    try:
        asyncio.run(send(session, new))
        asyncio.run(session.finish())
    except TepalError as error:
        assert error.code == "full", error
        is_new = False
    session.close()
    empty()
    with open("boot.st") as file:
        assert file.read() == ("a b 3\n" if is_new else "a - 0\n")
    assert world.number("a") == 1
    if not is_new:
        world.update(node, 2)  # it goes on when there is room
    assert world.number(world.settle().slot) == 2
    assert storage.read(CONFIG)["release"] == 2
    return is_new


def main(loader_path, every, scale):
    world = World(loader(loader_path), int(scale))
    gc.threshold(200000)
    is_good = full(world)
    for name, prepare, action in SCENARIOS:
        before = prepared(world, prepare)
        is_good = play(world, name, before, action, judge, int(every)) and is_good
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
