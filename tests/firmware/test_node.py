"""A node on unmodified Pico W firmware: booted from its flash, reached over its Wi-Fi.

What the emulator cannot show here: an access point, a network that refuses the password, a scan
(so the node always joins at once); the LED of the board, which hangs on the radio; a DHT22.
``machine.reset()`` and a bite of the watchdog are the same for this chip, so both report WDT, and
a soft reset leaves the cause of the reset before it.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import flash
import pytest
from clients import SHELL_PORT, Framed, Shell, basic
from flash import NAME, PASSWORD
from harness import PATIENCE, Board, LinkKind, eventually

from umbel import runtimes
from umbel.build import image
from umbel.runtimes import firmware

Needs = Callable[[str], Path]
Nodes = dict[str, Board]

NEWER, OLDER = firmware.VERSIONS
ADDRESS = "10.55.0.2"
UP = "http on port"  # the last line of a boot
DEVICE = Path(__file__).parents[2] / "device"

PLACES = 5  # connections that the firmware has memory for
ALL_PLACES = {"shell": 3, "http": 2}  # of them
SILENCE = 5  # seconds that the node lets a caller be silent
WATCHDOG = 8.3  # seconds
CUTS = 10
WRITE = 0.15  # seconds; more than a change of the configuration takes
TCP_REPAIR = 19  # Linux: a socket in this mode sends nothing more

PAGE = b"<!doctype html><title>node</title>" + os.urandom(1500).hex().encode()
HANG = b"""
import time


def forever():
    while True:
        time.sleep_ms(1000)
"""
LOAD_CONFIG = """
from tepal.core.config import Config
config = Config("config")
print(config.get("utc"), config.faults)
"""


@pytest.fixture(scope="module")
def _nodes() -> Generator[Nodes]:
    nodes: Nodes = {}
    yield nodes
    for board in nodes.values():
        board.close()


@pytest.fixture(params=[NEWER, OLDER])
def node(request: pytest.FixtureRequest, needs: Needs, _nodes: Nodes) -> Board:
    """A node that the tests of this file share: the newer firmware on TAP, the older on LOOP.

    Firmware and link do not depend on each other, and ``test_network.py`` has all four pairs.
    """
    return shared(_nodes, request.param, needs)


@pytest.fixture
def older_node(needs: Needs, _nodes: Nodes) -> Board:
    """The one on LOOP, which every machine has, for what depends on neither."""
    return shared(_nodes, OLDER, needs)


@pytest.fixture
def node_on_tap(needs: Needs, _nodes: Nodes) -> Board:
    """The one that datagrams reach."""
    needs("tap")
    return shared(_nodes, NEWER, needs)


def shared(nodes: Nodes, version: str, needs: Needs) -> Board:
    needs(f"firmware-{version}")
    if version not in nodes:
        nodes[version] = start(version, best_link() if version == NEWER else "loop")
    return nodes[version]


def best_link() -> LinkKind:
    return "tap" if runtimes.named("tap").find() else "loop"


def start(version: str, link: LinkKind) -> Board:
    files = {"modules/LM_hang.py": HANG}
    with tempfile.TemporaryDirectory() as web:
        Path(web, "index.html.gz").write_bytes(gzip.compress(PAGE))
        image = flash.node(devip=ADDRESS, soctout=SILENCE, files=files, web=Path(web))
    board = Board(image, firmware=version, link=link)
    board.power_on()
    board.console.wait_for(UP)
    joined(board)
    return board


def joined(board: Board) -> str:
    """The address at which it has joined the network; its doors may open before that, or after."""

    def address() -> str:
        found = re.findall(r"\[BOOT\] Wi-Fi RP2040PY-GUEST: (\S+)\n", board.console.text)
        if not found:
            raise OSError(board.console.text)
        return found[-1]

    return eventually(address)


# --- doors


def test_a_node_joins_the_network_at_the_address_it_was_given(node: Board):
    assert joined(node) == ADDRESS
    assert "[ERR]" not in node.console.text


def test_the_shell_opens_to_a_password(node: Board):
    with Shell(node, password=None) as stranger:
        prompt = stranger.prompt
        hello = stranger.ask("hello").split(":")
        refused = stranger.ask("system heartbeat")
    with Shell(node) as shell:
        answers = [shell.ask(line) for line in ("system heartbeat", "", "no such thing")]
        goodbye = shell.ask("exit")

    assert prompt == f"[password] {NAME} $ "
    assert hello[:2] == ["hello", NAME]
    assert hello[2].startswith("micr025049434f")  # its hardware address
    assert refused.startswith("AuthFailed")
    assert answers == ["<3 heartbeat", "", "Core error: unknown module: no"]
    assert goodbye == "Bye!"


def test_a_client_may_forget_the_end_of_its_lines(node: Board):
    with Shell(node, password=None) as shell:
        hello = shell.ask("hello", end="")
        login = shell.ask(PASSWORD, end="")
        answer = shell.ask("system heartbeat", end="")

    assert hello.startswith(f"hello:{NAME}:")
    assert login == "AuthOk"
    assert answer == "<3 heartbeat"


def test_programs_have_a_shell_of_their_own(node: Board):
    with Framed(node) as shell:
        by_line = shell.ask(cmd="system heartbeat")
        by_parts = shell.ask(call=["genIO", "set_out", [], {"pin": 4, "state": 1}])
        wrong = shell.ask(call=["genIO", "nothing", [], {}])
        about = shell.ask(about=True)["ok"]

    assert by_line == {"ok": "<3 heartbeat"}
    assert by_parts == {"ok": {"pin": 4, "state": 1}}
    assert wrong["error"]["code"] == "unknown_function"
    assert about["platform"] == "rp2"
    assert about["runtime"] == f"micropython {node.firmware}"
    assert about["address"] == ADDRESS


def test_rest_wants_a_password_and_keeps_the_connection(node: Board):
    client = node.http()
    unknown = ask(client, "GET", "/rest/system/heartbeat")
    first_socket = client.sock
    answers = [ask(client, "GET", "/rest/system/heartbeat", headers=basic()) for _ in range(3)]
    wrong = ask(client, "GET", "/rest/nothing/here", headers=basic())

    assert unknown[0] == 401
    assert json.loads(unknown[1])["code"] == "login_required"
    assert answers == [(200, b'{"result": "<3 heartbeat", "state": true}')] * 3
    assert json.loads(wrong[1]) == {
        "result": "Core error: unknown module: nothing",
        "state": False,
    }
    assert client.sock is first_socket
    client.close()


def test_the_api_runs_a_command(node: Board):
    client = node.http()
    by_line = ask(client, "POST", "/api/v1/commands", {"cmd": "system heartbeat"}, basic())
    call = {"target": "genIO", "function": "set_out", "kwargs": {"pin": 3, "state": 1}}
    by_parts = ask(client, "POST", "/api/v1/commands", call, basic())
    about = ask(client, "GET", "/api/v1/node", headers=basic())
    client.close()

    assert by_line[0] == by_parts[0] == 200
    assert json.loads(by_line[1]) == {"result": "<3 heartbeat", "text": "<3 heartbeat"}
    assert json.loads(by_parts[1])["result"] == {"pin": 3, "state": 1}
    assert node.read_pin(3) == 1
    assert json.loads(about[1])["board"] == "Raspberry Pi Pico W with RP2040"


def test_metrics_are_what_prometheus_reads(node: Board):
    client = node.http()
    status, body = ask(client, "GET", "/metrics", headers=basic())
    client.close()

    metrics = dict(line.rsplit(" ", 1) for line in body.decode().splitlines())
    assert status == 200
    assert metrics['tepal_connections{door="http"}'] == "1"
    assert int(metrics["tepal_heap_free_bytes"]) > 50_000


def test_the_page_comes_whole_and_once(node: Board):
    client = node.http()
    client.request("GET", "/")
    answer = client.getresponse()
    page = gzip.decompress(answer.read())
    again = ask(client, "GET", "/", headers={"If-None-Match": answer.headers["etag"]})
    client.close()

    assert page == PAGE
    assert again == (304, b"")


def test_an_unknown_path_is_a_problem(node: Board):
    client = node.http()
    paths = ("/nothing", "/../main.py", "/%2e%2e/secrets", "//secrets", "/api/v1/nothing")
    answers = [ask(client, "GET", path) for path in paths]
    client.close()

    assert [status for status, _ in answers] == [404] * len(paths)
    assert {json.loads(body)["code"] for _, body in answers} == {"not_found"}


def test_wrong_passwords_make_a_caller_wait(older_node: Board):

    def guess() -> int:
        client = older_node.http()
        status, _ = ask(client, "GET", "/rest", headers=basic("guess"))
        client.close()
        return status

    at_once = [guess() for _ in range(3)]
    later = []
    for wait in (1, 2, 4, 8):  # each time twice as long
        older_node.skip(wait + 0.5)
        later.append(guess())
    then = guess()
    with Shell(older_node, password=None) as shell:
        right = shell.ask(PASSWORD)
    older_node.skip(16.5)

    with Shell(older_node) as shell:
        assert shell.ask("system heartbeat") == "<3 heartbeat"
    assert at_once + later == [401] * 7
    assert then == 429
    assert right.startswith("AuthFailed: wait: ")


def test_a_question_by_datagram_finds_the_node(node_on_tap: Board):
    with node_on_tap.network.udp() as caller:
        caller.settimeout(PATIENCE)
        caller.sendto(b"tepal?", (ADDRESS, SHELL_PORT))
        answer, sender = caller.recvfrom(1024)

    about = json.loads(answer)
    assert sender == (ADDRESS, SHELL_PORT)
    assert about["name"] == NAME
    assert (about["auth"], about["shell"], about["web"]) == (True, SHELL_PORT, 80)


# --- hardware


def test_a_lamp_of_three_colours_is_three_outputs(node: Board):
    with Framed(node) as shell:
        at_once = shell.ask(cmd="rgb color 1000 500 0 smooth=False")
        levels = [node.read_pin(pin) for pin in (16, 17, 18)]
        shell.ask(cmd="rgb color 0 250 1000")  # a fade
        faded = [node.read_pin(pin) for pin in (16, 17, 18)]
        shell.ask(cmd="rgb toggle False smooth=False")
        off = [node.read_pin(pin) for pin in (16, 17, 18)]

    assert at_once["ok"]["S"] == 1
    assert levels == pytest.approx([1, 0.5, 0], abs=0.001)
    assert faded == pytest.approx([0, 0.25, 1], abs=0.001)
    assert off == [0, 0, 0]


def test_a_switch_is_a_pin(node: Board):
    with Framed(node) as shell:
        shell.ask(cmd="switch set_state True")
        on = node.read_pin(10)
        shell.ask(cmd="switch toggle")
        off = node.read_pin(10)

    assert (on, off) == (1, 0)


def test_pixels_show_their_colours(node: Board):
    node.pixels(22)  # plugs the strip in
    with Framed(node) as shell:
        shell.ask(cmd="neopixel load 3")
        shell.ask(cmd="neopixel color 1 20 255 smooth=False")
        filled = node.pixels(22)
        shell.ask(cmd="neopixel segment 9 8 7 1")
        one = node.pixels(22)

    assert filled == [(1, 20, 255)] * 3
    assert one == [(1, 20, 255), (9, 8, 7), (1, 20, 255)]


def test_any_pin_can_be_driven_and_read(node: Board):
    with Framed(node) as shell:
        shell.ask(cmd="genIO set_out 5 1")
        shell.ask(cmd="genIO set_pwm 6 250")
        driven = [node.read_pin(5), node.read_pin(6)]
        node.drive_pin(7, False)
        pressed = shell.ask(cmd="genIO get_in 7 up")["ok"]
        node.drive_pin(7, None)
        let_go = shell.ask(cmd="genIO get_in 7 up")["ok"]
        node.drive_analog(26, 1.65)
        level = shell.ask(cmd="genIO get_adc 26 percent")

    assert driven == pytest.approx([1, 0.25], abs=0.001)
    assert (pressed["state"], let_go["state"]) == (0, 1)
    assert level == {"ok": pytest.approx(50, abs=0.1)}


def test_a_sensor_that_is_not_there_is_an_error_and_no_more(node: Board):
    with Framed(node) as shell:
        reading = shell.ask(cmd="dht22 measure")
        after = shell.ask(cmd="system heartbeat")

    assert reading["error"]["code"] == "failed"
    assert after == {"ok": "<3 heartbeat"}


# --- many callers


def test_callers_come_and_go(node: Board):
    for _ in range(20):  # a place that were not given back would be missed soon
        with Shell(node, password=None) as shell:
            assert shell.ask("hello").startswith("hello:")


def test_as_many_callers_as_the_firmware_has_places_for(node: Board):
    with ExitStack() as stack:
        shells = [stack.enter_context(Framed(node)) for _ in range(3)]
        clients = [node.http() for _ in range(PLACES - len(shells))]
        for client in clients:
            stack.callback(client.close)
        for _ in range(3):
            answers = [shell.ask(cmd="system heartbeat")["ok"] for shell in shells]
            statuses = [ask(client, "GET", "/rest", headers=basic())[0] for client in clients]

            assert answers == ["<3 heartbeat"] * len(shells)
            assert statuses == [200] * len(clients)

    with Framed(node) as shell:
        assert shell.ask(cmd="system heartbeat") == {"ok": "<3 heartbeat"}


def test_a_silent_caller_loses_his_place(node: Board):
    """Two send half a request, two have gone; on TAP without a word, so that nobody knows it."""
    with ExitStack() as callers:
        for half in (b"GET / HT", b"GET"):
            caller = callers.enter_context(node.connect(80))
            caller.sendall(half)
        for _ in range(2):
            shell = callers.enter_context(Shell(node, password=None))
            if node.network.kind == "tap":
                vanish(shell.socket)
        with Framed(node) as shell:  # the firmware takes its time to accept
            before = eventually(lambda: doors_with_all(shell))
        node.skip(SILENCE + 1)
        with Framed(node) as shell:
            after = shell.ask(about=True)["ok"]["doors"]

    assert before == ALL_PLACES
    assert after == {"shell": 1, "http": 0}


def doors_with_all(shell: Framed) -> dict[str, int]:
    """How many callers there are; OSError until there are all."""
    doors = shell.ask(about=True)["ok"]["doors"]
    if doors != ALL_PLACES:
        raise OSError(doors)
    return doors


# --- restarts


def test_a_reboot_starts_the_software_anew(node: Board):
    node.skip(10)
    with Shell(node) as shell:
        before = shell.figures("system info")
        answer = shell.ask("reboot")
    assert answer == "Reboot Tepal system.\nBye!"

    node.console.wait_for("soft reboot")
    node.console.wait_for(UP)
    with Shell(node) as shell:
        after = shell.figures("system info")
    assert after["uptime"] < before["uptime"]


def test_a_hard_reboot_starts_the_chip_anew(node: Board):
    with Shell(node) as shell:
        answer = shell.ask("reboot -h")
    assert answer == "[HARD] Reboot Tepal system.\nBye!"

    cause = node.console.wait_for("reset cause")
    node.console.wait_for(UP)
    with Shell(node) as shell:
        figures = shell.figures("system info")
    assert cause == figures["reset"] == "WDT"


def test_a_node_that_hangs_is_back_soon(node: Board):
    with Framed(node) as shell:
        shell.send('{"cmd": "hang forever"}\n')
        node.wait(0.3)  # until it hangs; what it still does in the skip is no harm
        node.skip(WATCHDOG)
        cause = node.console.wait_for("reset cause")
        told = node.console.wait_for("the run before ended by watchdog:")
        node.console.wait_for(UP)

    with Shell(node) as shell:
        figures = shell.figures("system info")
    assert cause == "WDT"
    assert told == "the last command was hang forever"
    assert figures["crash"] == f"watchdog: {told}"
    assert figures["mode"] == "normal"


# --- power cuts


def test_what_was_saved_is_there_after_a_power_cut(older_node: Board):
    with Shell(older_node) as shell:
        shell.ask("conf")
        saved = shell.ask("utc 90")
    assert saved == "Saved"

    older_node.cut_power()
    older_node.power_on()
    cause = older_node.console.wait_for("reset cause")
    older_node.console.wait_for(UP)
    with Shell(older_node) as shell:
        shell.ask("conf")
        after = shell.ask("utc")
    assert after == "90"
    assert cause == "PWRON"


def test_a_power_cut_finds_the_configuration_whole(node: Board, needs: Needs):
    """Cuts at different moments of a write; the node's own code then reads what is there."""
    micropython = needs("micropython-64")
    cuts: list[bytes] = []
    with Shell(node) as shell:
        shell.ask("conf")
        shell.ask("utc 100")
        for number in range(CUTS):
            shell.send(f"utc {101 + number}\n")
            time.sleep(number * WRITE / CUTS)
            cuts.append(node.flash())
            shell.read_until("$ ")
    found = [load_config(micropython, cut) for cut in cuts]
    last = load_config(micropython, node.flash())

    assert last == (str(100 + CUTS), "[]")
    assert [faults for _, faults in found] == ["[]"] * CUTS
    for number, (value, _) in enumerate(found):
        assert int(value) in (100 + number, 101 + number)


# --- the first minute of a node


def test_a_new_node_tells_its_password_on_the_console_and_asks_for_an_address(needs: Needs):
    needs(f"firmware-{NEWER}")
    with Board(flash.node(password=None), firmware=NEWER, link=best_link()) as board:
        password = board.console.wait_for(f"The admin password of {NAME} is")
        board.console.wait_for(UP)
        address = joined(board)

        with Shell(board, password) as shell:
            about = shell.figures("system info")
        files = image.unpack(board.flash())

    leaks = [name for name, content in files.items() if password.encode() in content]
    assert address == ADDRESS
    assert about["auth"] == "True"
    assert leaks == []


# --- helpers


def ask(
    client: http.client.HTTPConnection,
    method: str,
    path: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    """Status and body of an answer."""
    content = None if body is None else json.dumps(body)
    client.request(method, path, content, headers or {})
    answer = client.getresponse()
    return answer.status, answer.read()


def vanish(caller: socket.socket) -> None:
    """Close without a word, as a laptop does that is carried away."""
    time.sleep(0.1)  # what came last is acknowledged by now
    caller.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    caller.close()


def load_config(micropython: Path, content: bytes) -> tuple[str, str]:
    """What the node makes of the configuration on a flash: the key ``utc``, and the faults."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in image.unpack(content).items():
            if name.startswith("config/"):
                Path(folder, name).parent.mkdir(exist_ok=True)
                Path(folder, name).write_bytes(data)
        done = subprocess.run(
            [micropython, "-c", LOAD_CONFIG],
            env={"MICROPYPATH": f"{DEVICE}:.frozen", "PATH": os.environ["PATH"]},
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
    number, _, faults = done.stdout.strip().partition(" ")
    return number, faults
