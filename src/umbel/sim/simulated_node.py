"""A simulated node: its board is switched on and off, resets, crashes, and starts again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace

from umbel.errors import SimulationError
from umbel.link import discovery
from umbel.link.found import Found
from umbel.model import Address, Node
from umbel.sim import flash, lifecycle
from umbel.sim.console import Console
from umbel.sim.folder import BoardFolder
from umbel.sim.happening import Happening, Report, What
from umbel.sim.lifecycle import Cause, GiveUp, Start
from umbel.sim.process import BoardProcess

_BOOT_TIMEOUT = 20.0  # seconds; it takes 0.02, on CPython 0.2
_KNOCK = 0.1  # seconds to wait for an answer
_WATCHDOG_PAUSE = 4.0  # seconds between two looks
_WATCHDOG_PATIENCE = 5.0  # seconds; with the pause as much as the watchdog of a Pico W has
# What is around a board outlasts its restart.
_AROUND = ("pin", "analog", "climate", "weight", "wifi")

_DID_NOT_START = -1

SwitchOn = Callable[[Cause, Console], Awaitable[BoardProcess]]


class SimulatedNode:
    """``node`` says how to reach it; it is up when it has introduced itself."""

    def __init__(self, board: str, node: Node, own: BoardFolder, switch_on: SwitchOn) -> None:
        self.board = board
        self.node = node
        self.console = Console(own.console)
        self.is_up = asyncio.Event()
        self.is_settled = asyncio.Event()  # it was up, or it is clear that it will not be
        self._flash = own.flash
        self._switch_on = switch_on
        self._process: BoardProcess | None = None
        self._powered = asyncio.Event()
        self._powered.set()
        self._was_cut = False
        self._was_bitten = False  # by the watchdog
        self._around: dict[tuple[object, object], Mapping[str, object]] = {}

    @property
    def pid(self) -> int | None:
        """Its process; None while it is off."""
        return self._process.pid if self._process else None

    async def run(self, slots: asyncio.Semaphore, report: Report) -> None:
        """Keep the board running until cancelled; ``slots`` bounds how many boot at a time."""
        start = Start(cause=Cause.POWER_ON)
        while True:
            await asyncio.sleep(start.pause)
            await self._powered.wait()
            began = time.monotonic()
            code = await self._run_once(start.cause, slots, report)
            ran = time.monotonic() - began
            start = self._following(code, ran, start, report)

    async def ask(self, request: Mapping[str, object]) -> object:
        """What the board answers to ``request``, see board/control.py.

        Raises:
            SimulationError: it refuses, or is off.
        """
        if self._process is None:
            raise SimulationError(
                f"{self.board} is off", remedy=f"umbel board {self.board} power on"
            )
        answer = await self._process.ask(request)
        if request.get("do") in _AROUND:
            key = (request["do"], request.get("number"))
            self._around[key] = {**self._around.get(key, {}), **request}
        return answer

    def cut_power(self) -> None:
        """Switch off, without warning; it stays off."""
        self._powered.clear()
        if self._process is not None:
            self._was_cut = True
            self._process.cut_power()

    def restore_power(self) -> None:
        """Switch on, if it is off."""
        self._powered.set()

    def _following(self, code: int, ran: float, start: Start, report: Report) -> Start:
        if self._was_cut:
            self._was_cut = False
            return Start(cause=Cause.POWER_ON)
        if self._was_bitten:
            self._was_bitten = False
            self._tell(report, What.HUNG)
            return Start(cause=Cause.WATCHDOG)
        following = lifecycle.after(code, ran=ran, crashes=start.crashes)
        if isinstance(following, GiveUp):
            self._tell(report, What.GIVEN_UP)
            self._powered.clear()  # until somebody switches it on again
            return Start(cause=Cause.POWER_ON)
        self._tell(report, What.CRASHED if following.crashes else What.RESET)
        return following

    async def _run_once(self, cause: Cause, slots: asyncio.Semaphore, report: Report) -> int:
        async with AsyncExitStack() as stack:
            async with slots:
                try:
                    process = await stack.enter_async_context(self._on(cause))
                except SimulationError as error:
                    self.console.write(f"{error}\n".encode())
                    return _DID_NOT_START
                await self._meet(process, report)
            return await self._watch(process)

    @asynccontextmanager
    async def _on(self, cause: Cause) -> AsyncGenerator[BoardProcess]:
        process = await self._switch_on(cause, self.console)
        self._process = process
        if not self._powered.is_set():  # the plug was pulled meanwhile
            self.cut_power()
        try:
            yield process
        finally:
            self._process = None
            self.is_up.clear()
            await process.end()

    async def _meet(self, process: BoardProcess, report: Report) -> None:
        """Wait until the node introduces itself, where its configuration lets it listen.

        A watchdog that was started before waits no longer than that of a board.
        """
        shell_port, _ = flash.ports(self._flash)
        self.node = replace(self.node, address=Address(self.node.address.host, shell_port))
        deadline = time.monotonic() + _BOOT_TIMEOUT
        bite: float | None = None  # when the watchdog does that, if the loader has started it
        while not process.has_ended():
            if found := await discovery.ask([self.node.address], wait=_KNOCK):
                await self._welcome(found[0], report)
                return
            now = time.monotonic()
            if process.has_watchdog and bite is None:
                bite = now + _WATCHDOG_PAUSE + _WATCHDOG_PATIENCE
            if bite is not None and now > bite:
                self._bite(process)
                return
            if now > deadline:
                self._tell(report, What.SILENT)
                return

    async def _watch(self, process: BoardProcess) -> int:
        """Wait for the end of a board, and reset it when it hangs, if it wants that."""
        while True:
            try:
                async with asyncio.timeout(_WATCHDOG_PAUSE):
                    return await process.ended()
            except TimeoutError:
                if process.has_watchdog and not await self._is_alive():
                    self._bite(process)

    def _bite(self, process: BoardProcess) -> None:
        if not process.has_ended():  # while we looked it may have done so itself
            self._was_bitten = True
            process.cut_power()

    async def _is_alive(self) -> bool:
        return bool(await discovery.ask([self.node.address], wait=_WATCHDOG_PATIENCE))

    async def _welcome(self, found: Found, report: Report) -> None:
        """Remember how it calls itself, and give the board what is around it."""
        self.node = replace(self.node, name=found.name, id=found.id, web_port=found.web_port)
        with suppress(SimulationError):  # it went off again, which ``run`` will see
            for request in tuple(self._around.values()):
                await self.ask(request)
        self.is_up.set()
        self._tell(report, What.UP)

    def _tell(self, report: Report, what: What) -> None:
        if what in (What.UP, What.SILENT, What.GIVEN_UP):
            self.is_settled.set()
        console = "" if what in (What.UP, What.RESET) else self.console.newest()
        report(Happening(board=self.board, what=what, node=self.node, console=console))
