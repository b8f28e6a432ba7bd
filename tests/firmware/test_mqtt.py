"""A node on unmodified Pico W firmware at a Mosquitto: a command, and a large message."""

from __future__ import annotations

import binascii
import os
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import flash
import pytest
from flash import NAME
from harness import HOST, PATIENCE, Board, LinkKind, Network

from umbel import runtimes
from umbel.runtimes import firmware

PORT = 1883
MARK = "="  # of a message, among what mosquitto_sub tells of itself
PAYLOAD = os.urandom(500).hex() * 50
KEEPER = b"""
import binascii

node = None


async def start(topic):
    async def keep(message):
        checksum = 0
        async for block in message:
            checksum = binascii.crc32(block, checksum)
        await node.mqtt.publish("kept", str(checksum))

    await node.mqtt.subscribe(topic, keep, 1)
    return "listening"
"""


class Place:
    """A board, and the broker in its network."""

    def __init__(self, broker: Path, folder: Path, link: LinkKind):
        self.network = Network(link)
        settings = folder / "mosquitto.conf"
        self.here = here = HOST if link == "tap" else "127.0.0.1"
        settings.write_text(f"listener {PORT} {here}\nallow_anonymous true\nuser root\n")
        self.broker = self.network.start([broker, "-c", settings], stderr=subprocess.DEVNULL)
        content = flash.node(
            devip="10.55.0.2", mqtt=f"{HOST}:{PORT}", files={"modules/LM_keeper.py": KEEPER}
        )
        self.board = Board(content, firmware=firmware.VERSIONS[0], network=self.network)
        self.board.power_on()

    def close(self) -> None:
        self.board.close()
        self.broker.kill()
        self.broker.wait()
        self.network.close()

    @contextmanager
    def listening(self, topic: str) -> Generator[Callable[[], str]]:
        """Gives a function that returns the first message; nothing is missed from here on."""
        command = [
            "mosquitto_sub",
            "-h",
            self.here,
            "-t",
            topic,
            "-C",
            "1",
            "-W",
            str(round(PATIENCE)),
        ]
        command = ["stdbuf", "-oL", *command, "-d", "-F", f"{MARK}%p"]
        with self.network.start(command, stdout=subprocess.PIPE) as process:
            assert process.stdout
            lines = iter(process.stdout)
            assert any("Subscribed" in line for line in lines)
            messages = (line[len(MARK) :].strip() for line in lines if line.startswith(MARK))
            yield messages.__next__
            process.communicate()

    def hear(self, topic: str) -> str:
        """The next message."""
        with self.listening(topic) as heard:
            return heard()

    def ask(self, topic: str, payload: str, answer: str) -> str:
        """What comes at ``answer`` after a message."""
        with self.listening(answer) as heard:
            command = ["mosquitto_pub", "-h", self.here, "-t", topic, "-q", "1", "-m", payload]
            self.network.command(command)
            return heard()


@pytest.fixture
def place(needs: Callable[[str], Path], tmp_path: Path) -> Generator[Place]:
    needs(f"firmware-{firmware.VERSIONS[0]}")
    link: LinkKind = "tap" if runtimes.named("tap").find() else "loop"
    place = Place(needs("mosquitto"), tmp_path, link)
    yield place
    place.close()


def test_a_board_is_driven_over_mqtt_and_takes_a_large_message_block_by_block(place: Place):
    assert place.hear(f"{NAME}/status") == '{"status": "online"}'

    topic = f"{NAME}/keeper/start"
    listening = place.ask(topic, '["update"]', f"{topic}/response")
    kept = place.ask("update", PAYLOAD, "kept")

    assert listening == '{"state": true, "result": "listening"}'
    assert int(kept) == binascii.crc32(PAYLOAD.encode())
    assert "[WARN]" not in place.board.console.text
