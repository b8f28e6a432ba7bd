import asyncio
import sys

from house import build_node, end, write

from tepal.core import secrets, storage

MARK = ".if_mode"


class Firmware:
    """WebREPL, as far as the node knows it."""

    def __init__(self):
        self.password = ""

    def start(self, password):
        self.password = password


class Client:
    """Somebody who replaces files, in a time that passes at once: ``{second: the mark}``."""

    def __init__(self, writes):
        self.writes = writes
        self.ms = 0

    async def sleep_ms(self, ms):
        self.ms += ms
        for second in sorted(self.writes):
            if second * 1000 <= self.ms:
                write(MARK, self.writes.pop(second))


def boots():
    from tepal.core import boots

    return boots


async def waited(writes, firmware=None):
    """Return the seconds after which the node restarts, and the node."""
    from tepal.core import replacing

    node = build_node()
    secrets.put(node.auth.secrets, "replpwd", "hunter2")
    boots().forgive("webrepl")
    assert boots().begin("HARD", "")[0] == "webrepl"
    client = Client(writes)
    slept, asyncio.sleep_ms = asyncio.sleep_ms, client.sleep_ms
    if firmware:
        sys.modules["webrepl"] = firmware
    try:
        await replacing.run(node)
    finally:
        asyncio.sleep_ms = slept
        sys.modules.pop("webrepl", None)
    assert node.stop.is_set() and node.hard
    assert not storage.exists(MARK)
    assert boots().begin("HARD", "")[0] == ""  # the next boot waits for nobody
    return client.ms // 1000, node


async def test_who_has_written_all_files_ends_the_wait():
    firmware = Firmware()

    seconds, node = await waited({10: "webrepl", 300: "micros"}, firmware)

    assert 300 <= seconds <= 303
    assert firmware.password == "hunter2"
    assert "the wait for new files is over" in node.log.lines[-1]
    await end(node)


async def test_a_node_that_nobody_comes_to_restarts_after_two_minutes():
    seconds, node = await waited({}, Firmware())

    assert seconds == 120
    await end(node)


async def test_who_never_ends_is_waited_for_no_longer_than_half_an_hour():
    seconds, node = await waited({60: "webrepl"}, Firmware())

    assert seconds == 60 + 1800
    await end(node)


async def test_firmware_without_webrepl_is_told_and_the_node_restarts_at_once():
    seconds, node = await waited({})

    assert seconds == 0
    assert "this firmware has no WebREPL" in node.log.lines[-1]
    await end(node)
