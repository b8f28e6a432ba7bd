"""One run of a board: from power-on to the end of its process."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, cast

from umbel.errors import SimulationError
from umbel.sim.console import Console

_MARK = b"\x1e"  # begins the lines that are for us, see board/simulated.py
_ANSWER_TIMEOUT = 5.0  # seconds
_LONGEST_LINE = 1 << 20  # bytes


class BoardProcess:
    """A board that is on; whoever switches it on must ``end`` it."""

    def __init__(self, process: Process, console: Console) -> None:
        self.has_watchdog = False  # whether it wants to be reset when it hangs
        self._process = process
        self._input = cast("asyncio.StreamWriter", process.stdin)
        self._output = cast("asyncio.StreamReader", process.stdout)
        self._console = console
        self._asked: deque[asyncio.Future[object]] = deque()  # it answers in our order
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(
        cls, command: Sequence[str], environment: Mapping[str, str], console: Console
    ) -> BoardProcess:
        """Switch a board on.

        Raises:
            SimulationError: its program does not start.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                env=environment,
                stdin=PIPE,
                stdout=PIPE,
                stderr=STDOUT,
                limit=_LONGEST_LINE,
                start_new_session=True,  # Ctrl-C is for us; we end it in our own way
            )
        except OSError as exc:
            raise SimulationError(f"{command[0]} does not start: {exc.strerror}") from exc
        return cls(process, console)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def has_ended(self) -> bool:
        """Whether it is off."""
        return self._listening.done()

    async def ended(self) -> int:
        """The exit code, when it has ended and all is read that it printed."""
        return await asyncio.shield(self._listening)

    async def ask(self, request: Mapping[str, object]) -> object:
        """What the board answers to ``request``, see board/control.py.

        Raises:
            SimulationError: it refuses, or does not answer.
        """
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        try:
            self._input.write(json.dumps(request).encode() + b"\n")
            await self._input.drain()
            async with asyncio.timeout(_ANSWER_TIMEOUT):
                return await answer
        except (TimeoutError, OSError) as exc:
            raise SimulationError("the board does not answer", remedy="umbel status") from exc

    def cut_power(self) -> None:
        """Kill it, without warning."""
        if self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        """Switch it off; returns when nothing of it is left."""
        self.cut_power()  # a goodbye would save nothing more: a node saves at once, or loses it
        await self.ended()
        self._input.close()

    async def _listen(self) -> int:
        while line := await self._next_line():
            told = _told(line)
            if told is None:
                self._console.write(line)
            elif "event" in told:
                self.has_watchdog = self.has_watchdog or told["event"] == "watchdog"
            elif self._asked:
                _give(self._asked.popleft(), told)
        for asked in self._asked:
            if not asked.done():
                asked.set_exception(SimulationError("the board went off", remedy="try again"))
        return await self._process.wait()

    async def _next_line(self) -> bytes:
        while True:
            try:
                return await self._output.readline()
            except ValueError:  # longer than the buffer, which is empty now
                self._console.write(b"(a line that did not end)\n")


def _told(line: bytes) -> dict[str, Any] | None:
    """What a line tells us; None if it is for the console."""
    if not line.startswith(_MARK):
        return None
    try:
        told = json.loads(line[1:])
    except ValueError:
        return None
    return cast("dict[str, Any]", told) if isinstance(told, dict) else None


def _give(asked: asyncio.Future[object], told: dict[str, Any]) -> None:
    if asked.done():  # nobody waits for it any longer
        return
    if "error" in told:
        asked.set_exception(SimulationError(str(told["error"])))
    else:
        asked.set_result(cast("object", told.get("ok")))
