"""A board at a serial port: what it is, files onto it, what it prints. mpremote does the work."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from umbel.errors import UmbelError

try:
    import serial
except ImportError as exc:
    raise UmbelError("pyserial is not installed", remedy="pip install 'umbel[usb]'") from exc

OLDEST = (1, 25, 0)
_BAUD = 115200
_ATTEMPT = 10.0  # seconds for a few words, from a board that may be starting
_QUICK = 30.0  # seconds for a few words
_COPYING = 600.0  # seconds for all files
_PAUSE = 0.2  # seconds between two looks at the port
_LAST_WORDS = 4.0  # seconds
_RESTARTS = "soft reboot"  # what MicroPython prints before our program begins
_RESET = """
is_old = True
import machine, micropython, os
micropython.kbd_intr(-1)
for name in ("main.py", "boot.st"):
    if name in os.listdir("/"):
        os.remove("/" + name)
machine.reset()
"""
_HAS_STOPPED = """
import os
print("is_old" not in globals() and "main.py" not in os.listdir("/"))
"""
_MAKE_FOLDER = """
import os
path = ""
for name in "{folder}".split("/"):
    if name not in os.listdir(path or "/"):
        os.mkdir(path + "/" + name)
    path += "/" + name
"""
_RENAME = 'import os; os.rename("{}", "{}")'
_SOFT_RESET = b"\r\x03\x03\x02\x04"  # interrupt twice, leave the raw REPL, restart
_BLOCK = 4096  # bytes of flash; what a file takes is a multiple
_RELEASE = "sys"
_ABOUT = f"""
import json, os, sys
def held(folder):
    size = 0
    for name, kind, _, length in os.ilistdir(folder):
        path = folder + "/" + name
        size += held(path) if kind == 0x4000 else -(-length // {_BLOCK}) * {_BLOCK}
    return size
flash = os.statvfs("/")
old = held("/{_RELEASE}") if "{_RELEASE}" in os.listdir("/") else None
print(json.dumps([sys.platform, sys.implementation[:2], flash[0] * flash[3], old]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a board says of itself."""

    platform: str
    version: tuple[int, ...]  # of its MicroPython
    free: int  # bytes of flash
    release: int | None  # bytes that a release on it takes; None: it is no node yet

    def has_room_for(self, sizes: Iterable[int]) -> bool:
        """Whether files of so many bytes fit in place of the release that is there."""
        return sum(-(-size // _BLOCK) * _BLOCK for size in sizes) <= self.free + (
            self.release or 0
        )


class Board:
    """The board at ``port``, with MicroPython on it."""

    def __init__(self, port: str) -> None:
        self.port = port

    def about(self) -> About:
        """What it is; ends the program that runs on it.

        Raises:
            UmbelError: nothing answers there, or no MicroPython, or one that is too old.
        """
        answer = self._mpremote("exec", _ABOUT, within=_QUICK)
        try:
            platform, (runtime, version), free, release = json.loads(answer)
            found = tuple(int(part) for part in version[:3])
        except (ValueError, TypeError) as exc:
            raise UmbelError(f"what is at {self.port} answers nonsense: {answer[:80]!r}") from exc
        if runtime != "micropython" or found < OLDEST:
            wanted, there = (".".join(map(str, numbers)) for numbers in (OLDEST, found))
            raise UmbelError(f"{self.port} runs {runtime} {there}; MicroPython {wanted} expected")
        return About(platform=platform, version=found, free=free, release=release)

    def install(self, folder: Path, about: About) -> None:
        """Put the node in ``folder`` on it, in place of one that is there.

        Raises:
            UmbelError: the flash is full, or the board is gone.
        """
        if about.release is not None:
            self._stop_node()
            self._mpremote("fs", "rm", "-r", f":{_RELEASE}", within=_COPYING)
        # The loader goes last: a board that is cut off before does not start half a node.
        for name in (_RELEASE, "main.py"):
            self._mpremote("fs", "cp", "-r", str(folder / name), ":", within=_COPYING)

    def put(self, file: Path) -> None:
        """Copy a file to the top of its flash; ends the program that runs on it.

        Raises:
            UmbelError: the flash is full, or the board is gone.
        """
        self._mpremote("fs", "cp", str(file), ":", within=_QUICK)

    def put_below(self, folder: str, files: Mapping[str, Path]) -> None:
        """Copy files into a folder of its flash; each has its name there when it is whole.

        Ends the program that runs on it.

        Raises:
            UmbelError: the flash is full, or the board is gone.
        """
        self._mpremote("exec", _MAKE_FOLDER.format(folder=folder), within=_QUICK)
        for name, file in files.items():
            coming = f"{folder}/{name}.part"
            self._mpremote("fs", "cp", str(file), f":{coming}", within=_COPYING)
            self._mpremote("exec", _RENAME.format(coming, f"{folder}/{name}"), within=_QUICK)

    def _stop_node(self) -> None:
        """Reset the chip into no program: nothing else stops a watchdog that is running.

        A board that is starting hears nothing, so what is lost is said again.

        Raises:
            UmbelError: it does not come back.
        """
        deadline = time.monotonic() + _QUICK
        while True:
            failure = UmbelError(f"{self.port}: its node does not end", remedy="umbel ports")
            try:
                if self._has_stopped():
                    return
            except UmbelError as exc:
                failure = exc
            if time.monotonic() > deadline:
                raise failure

    def _has_stopped(self) -> bool:
        """Ask it to start into no program; returns whether it has."""
        self._mpremote("exec", "--no-follow", _RESET, within=_ATTEMPT)
        time.sleep(1)
        return self._mpremote("exec", _HAS_STOPPED, within=_ATTEMPT).strip() == "True"

    def restarted(self, until: str, within: float) -> Iterator[str]:
        """Restart its software; yields the lines that it prints, for so many seconds at most.

        After a line with ``until`` only what follows at once.

        Raises:
            UmbelError: the port is gone.
        """
        deadline = time.monotonic() + within
        try:
            with serial.Serial(self.port, _BAUD, timeout=_PAUSE, write_timeout=_QUICK) as port:
                port.write(_SOFT_RESET)
                unread, is_new = b"", False
                while time.monotonic() < deadline:
                    *lines, unread = (unread + port.read(port.in_waiting or 1)).split(b"\n")
                    for line in lines:
                        text = line.decode(errors="replace").strip()
                        if is_new:
                            yield text
                        is_new = is_new or _RESTARTS in text
                        if until in text:
                            deadline = min(deadline, time.monotonic() + _LAST_WORDS)
        except serial.SerialException as exc:
            raise UmbelError(f"{self.port} cannot be read: {exc}", remedy="umbel ports") from exc

    def _mpremote(self, *arguments: str, within: float) -> str:
        command = (sys.executable, "-m", "mpremote", "connect", self.port, "resume", *arguments)
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=within, check=False
            )
        except subprocess.TimeoutExpired as exc:
            raise UmbelError(
                f"{self.port} did not answer within {within:g} s", remedy="unplug it, plug it in"
            ) from exc
        if done.returncode:
            reason = (done.stderr or done.stdout).strip().rpartition("\n")[2]
            raise UmbelError(f"{self.port}: {reason or 'mpremote failed'}", remedy="umbel ports")
        return done.stdout
