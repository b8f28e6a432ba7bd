"""Emulated Pico W boards for tests: real firmware, real Wi-Fi stack, real file system.

    with Network("tap") as network, Board(image, network=network) as board:
        board.console.wait_for("listening")
        client = board.http()

Nothing outlives the test: boards and networks close with their block, and when the test run is
killed the kernel ends the boards, and with the last of them their network.
"""

from __future__ import annotations

import base64
import ctypes
import http.client
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from umbel.build.image import PICO_W
from umbel.runtimes import firmware

HOST = "10.55.0.1"  # what boards call this machine
LinkKind = Literal["tap", "loop"]
Result = TypeVar("Result")

_HERE = Path(__file__).parent
_CLONE_NEWNET = 0x4000_0000
_BRIDGE = "br0"
_GRACE = 5.0  # seconds for a board to end by itself
PATIENCE = 600.0  # seconds for anything that a loaded machine may delay; a boot takes ten


class BoardError(AssertionError):
    """A board did not do what was expected of it; the message ends with its console."""


class Network:
    """Where boards and their clients live.

    ``tap``: a network namespace with a bridge, which nothing else can reach; needs root. The
    namespace belongs to one thread of ours and to the boards. ``loop``: this machine's loopback.
    """

    def __init__(self, kind: LinkKind):
        self.kind: LinkKind = kind
        self._numbers = itertools.count(2)
        self._thread = ThreadPoolExecutor(1, "network")
        try:
            self.run(_enter_own_namespace if kind == "tap" else _do_nothing)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the network up. Boards in it must be closed before."""
        self._thread.shutdown()

    def run(self, function: Callable[..., Result], *args: Any) -> Result:
        """What ``function`` returns inside; sockets that it makes keep belonging there."""
        return self._thread.submit(function, *args).result()

    def connect(self, host: str, port: int, timeout: float = PATIENCE) -> socket.socket:
        """A TCP connection."""
        return self.run(socket.create_connection, (host, port), timeout)

    def udp(self) -> socket.socket:
        """A datagram socket; on a loop nothing of it reaches a board."""
        return self.run(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)

    def listen(self, port: int = 0) -> socket.socket:
        """A listening socket that boards reach at ``HOST`` and its own port."""
        address = HOST if self.kind == "tap" else "127.0.0.1"
        return self.run(socket.create_server, (address, port))

    def start(self, command: Sequence[str | Path], **options: Any) -> subprocess.Popen[str]:
        """A program that runs inside, and dies with this process."""
        guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        return self.run(lambda: subprocess.Popen([*guard, *command], text=True, **options))

    def command(self, command: Sequence[str | Path], timeout: float = PATIENCE) -> str:
        """What a program printed that ran inside."""
        with self.start(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                out, err = process.communicate(timeout=timeout)
            except BaseException:
                process.kill()
                raise
        assert process.returncode == 0, out + err
        return out

    def add_station(self) -> dict[str, str]:
        """The environment of one more board."""
        number = next(self._numbers)
        tap = f"tap{number}"
        if self.kind == "tap":
            self.run(
                _ip,
                f"tuntap add {tap} mode tap",
                f"link set {tap} master {_BRIDGE}",
                f"link set {tap} up",
            )
        return {"PICO_TAP": tap, "PICO_ADDRESS": f"10.55.0.{number}"}


class Console:
    """What a board has printed on its USB port."""

    def __init__(self) -> None:
        self.text = ""
        self._seen = 0  # what an earlier wait_for has found
        self._changed = threading.Condition()
        self._ended = False

    def add(self, text: str) -> None:
        """Append."""
        with self._changed:
            self.text += text
            self._changed.notify_all()

    def end(self) -> None:
        """Nothing more will come."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for(self, text: str, timeout: float = PATIENCE) -> str:
        """Return the rest of the line after ``text``, once it is printed after what was found last."""

        def is_there() -> bool:
            start = self.text.find(text, self._seen)
            return start >= 0 and self.text.find("\n", start) >= 0

        with self._changed:
            self._changed.wait_for(lambda: is_there() or self._ended, timeout)
            if not is_there():
                raise BoardError(f"{text!r} was not printed within {timeout} s\n{self.text}")
            start = self.text.index(text, self._seen) + len(text)
            self._seen = self.text.index("\n", start)
            return self.text[start : self._seen].strip()


class Board:
    """A Pico W with ``image`` as its file system.

    Without ``network`` it has one of its own, of the kind that ``link`` names.
    """

    def __init__(
        self,
        image: bytes,
        *,
        firmware: str = firmware.VERSIONS[0],
        link: LinkKind = "loop",
        network: Network | None = None,
    ):
        assert len(image) == PICO_W.size
        self.console = Console()
        self.firmware = firmware
        self._image = image
        self._own_network = None if network else Network(link)
        self.network = network or self._own_network
        self._environment = self.network.add_station()
        self.address = self._environment["PICO_ADDRESS"]
        self._process: _Process | None = None

    def __enter__(self) -> Self:
        try:
            self.power_on()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """End the board and all that was made for it."""
        self._end()
        if self._own_network:
            self._own_network.close()

    @property
    def pid(self) -> int:
        """The process that emulates the board."""
        return self._powered.pid

    def power_on(self) -> None:
        """Boot; returns when the board is there on its USB port."""
        assert self._process is None, "the board has power"
        path = firmware.find(self.firmware)
        assert path, f"no firmware {self.firmware}; get it: make setup"
        self.console = Console()
        self._process = self.network.run(
            _Process, path, self._image, self.network.kind, self._environment, self.console
        )
        self._process.wait_until_ready()

    def cut_power(self) -> None:
        """Stop at once, in whatever it does. ``power_on`` finds the flash as it was then."""
        self._image = self._ask_flash("cut")
        self._end()

    def reset(self) -> None:
        """Press the reset button."""
        self._ask("reset")

    def flash(self) -> bytes:
        """The image of the file system as it is now."""
        return self._ask_flash("flash") if self._process else self._image

    def seconds(self) -> float:
        """Time since power-on by the board's own clock, which a busy host slows down."""
        return self._ask("clock")["seconds"]

    def busy_seconds(self) -> float:
        """As much of it as the CPU was awake; no business of the host's changes that."""
        return self._ask("clock")["busy"]

    def wait(self, seconds: float) -> None:
        """Return when so much time has passed by the board's own clock."""
        end = self.seconds() + seconds
        while (left := end - self.seconds()) > 0:
            time.sleep(left)

    def skip(self, seconds: float) -> None:
        """Let this much time pass on the board, as fast as it can: one that idles jumps ahead.

        Not for a board that talks: whoever it talks to stays in wall-clock time.
        """
        self._ask("skip", seconds=seconds)

    def exec(self, code: str, timeout: float = PATIENCE) -> str:
        """What ``code`` printed in the raw REPL; ends the program that was running.

        Raises:
            BoardError: it raised; the message is the traceback.
        """
        answer = self._ask("exec", code=code, timeout=timeout)
        if answer["err"]:
            raise BoardError(answer["err"])
        return answer["out"].replace("\r\n", "\n")

    def type(self, text: str) -> None:
        """Send ``text`` to the console."""
        self._ask("type", text=text)

    def serial_port(self) -> str:
        """The path of a serial port of this machine that leads to the board's USB port."""
        return self._ask("serial")["path"]

    def read_pin(self, pin: int) -> float | None:
        """What the chip drives a pin with: 0 or 1, with PWM the share of the time; None: nothing."""
        return self._ask("read_pin", pin=pin)["level"]

    def drive_pin(self, pin: int, level: bool | None) -> None:
        """Connect a pin to something that drives it; None lets it go."""
        self._ask("drive_pin", pin=pin, level=level)

    def time(self, pin: int, level: bool, target: int) -> float:
        """Drive ``pin``; the seconds of the board until ``target``, an output, changes."""
        return self._ask("time", pin=pin, level=level, target=target)["seconds"]

    def drive_analog(self, pin: int, volts: float) -> None:
        """Connect an analog pin, 26 to 28, to a voltage of at most 3.3 V."""
        self._ask("drive_analog", pin=pin, volts=volts)

    def pixels(self, pin: int) -> list[tuple[int, ...]]:
        """The colours that a strip of pixels at ``pin`` shows; plugged in when first asked for."""
        return [tuple(pixel) for pixel in self._ask("pixels", pin=pin)["pixels"]]

    def endpoint(self, port: int) -> tuple[str, int]:
        """Where ``port`` is reached from inside the network."""
        answer = self._ask("forward", port=port)
        return answer["host"], answer["port"]

    def connect(self, port: int, timeout: float = PATIENCE) -> socket.socket:
        """A TCP connection to a port."""
        return self.network.connect(*self.endpoint(port), timeout)

    def http(self, port: int = 80, timeout: float = PATIENCE) -> http.client.HTTPConnection:
        """A client that keeps its connection and opens another when the board closes it."""
        return _Client(self, port, timeout)

    @property
    def _powered(self) -> _Process:
        if self._process is None:
            raise BoardError("the board has no power")
        return self._process

    def _ask(self, what: str, **details: Any) -> dict[str, Any]:
        return self._powered.ask(what, **details)

    def _ask_flash(self, what: str) -> bytes:
        return base64.b64decode(self._ask(what)["flash"])

    def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            process.end()


class _Process:
    """The process that emulates a board, seen from outside. Made in the thread of its network."""

    def __init__(
        self,
        firmware: Path,
        image: bytes,
        link: LinkKind,
        environment: dict[str, str],
        console: Console,
    ):
        self._console = console
        self._numbers = itertools.count()
        self._answers: dict[int, Future[dict[str, Any]]] = {}
        self._ready: Future[None] = Future()
        self._lock = threading.Lock()
        with tempfile.TemporaryFile() as file:
            file.write(image)
            file.flush()
            self._process = subprocess.Popen(
                [
                    *(sys.executable, _HERE / "emulator.py", f"--parent={os.getpid()}"),
                    *(f"--firmware={firmware}", f"--image={file.fileno()}", f"--link={link}"),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=[file.fileno()],
                text=True,
                env={**os.environ, **environment},
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Return when the board has booted."""
        self._ready.result(PATIENCE)

    def ask(self, what: str, **details: Any) -> dict[str, Any]:
        """What the emulator answers."""
        answer: Future[dict[str, Any]] = Future()
        with self._lock:
            number = next(self._numbers)
            self._answers[number] = answer
            print(
                json.dumps({"id": number, "do": what, **details}),
                file=self._process.stdin,
                flush=True,
            )
        return answer.result(details.get("timeout", 0) + PATIENCE)

    def end(self) -> None:
        """End the process; returns when it is gone."""
        self._process.stdin.close()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def _read(self) -> None:
        for line in self._process.stdout:
            message = json.loads(line)
            if "console" in message:
                self._console.add(message["console"].replace("\r\n", "\n"))
            elif "ready" in message:
                self._ready.set_result(None)
            else:
                self._settle(self._answers.pop(message.pop("id")), message)
        self._console.end()
        gone = BoardError(f"the emulator ended\n{self._console.text}")
        for waiting in [self._ready, *self._answers.values()]:
            if not waiting.done():
                waiting.set_exception(gone)

    def _settle(self, answer: Future[dict[str, Any]], message: dict[str, Any]) -> None:
        if "error" in message:
            answer.set_exception(BoardError(f"{message['error']}\n{self._console.text}"))
        else:
            answer.set_result(message)


class _Client(http.client.HTTPConnection):
    """The standard library's client, with connections made inside a board's network."""

    def __init__(self, board: Board, port: int, timeout: float):
        super().__init__(board.address, port, timeout=timeout)
        self._board = board

    def connect(self) -> None:
        self.sock = self._board.connect(self.port, self.timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def eventually(attempt: Callable[[], Result], timeout: float = PATIENCE) -> Result:
    """What ``attempt`` returns once it stops to raise OSError."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return attempt()
        except (OSError, http.client.HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _do_nothing() -> None:
    """A loop needs no preparation."""


def _enter_own_namespace() -> None:
    """Move this thread to a new network with a bridge on which boards can be plugged."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, f"no network namespace: {os.strerror(number)}")
    Path("/proc/sys/net/ipv6/conf/default/disable_ipv6").write_text("1")
    _ip(
        "link set lo up",
        f"link add {_BRIDGE} type bridge",
        f"addr add {HOST}/24 dev {_BRIDGE}",
        f"link set {_BRIDGE} up",
    )


def _ip(*commands: str) -> None:
    subprocess.run(
        ["ip", "-batch", "-"], input="\n".join(commands), text=True, check=True, timeout=PATIENCE
    )
