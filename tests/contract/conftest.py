"""A promoter that runs, and what it says to whom asks byte by byte."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from patience import PATIENCE

from umbel.ota import server


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[str]
    body: bytes

    def header(self, name: str) -> str | None:
        for line in self.headers:
            if line.lower().startswith(f"{name.lower()}: "):
                return line.partition(": ")[2]
        return None


@dataclass
class Promoted:
    """A folder that is being promoted."""

    folder: Path
    url: str
    said: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.url.rstrip("/").rpartition(":")[2])

    async def ask(self, request: str, *headers: str) -> Answer:
        """What comes back; ``request`` is the first line, or a path to get."""
        line = request if " " in request else f"GET {request} HTTP/1.1"
        head = "\r\n".join([line, "Host: promoter", "Connection: close", *headers, "", ""])
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(head.encode())
            received = await asyncio.wait_for(reader.read(), PATIENCE)
        finally:
            writer.close()
        first, _, body = received.partition(b"\r\n\r\n")
        status, *lines = first.decode().split("\r\n")
        return Answer(int(status.split(" ")[1]), lines, body)

    async def version(self) -> str:
        return (await self.ask("/files/version")).body.decode()[12:-2]

    async def changed(self, version: str) -> str:
        """The next version after ``version``; waiting for it is what is tested too."""
        answer = await self.ask(f"/wait/{version}?seconds=300")
        assert answer.status == 200
        return answer.body.decode()[12:-2]

    async def paths(self) -> list[str]:
        listed = json.loads((await self.ask("/files")).body)
        return [one["path"] for one in listed["files"]]

    async def until(self, is_right: Callable[[list[str]], bool], version: str) -> str:
        """The version whose list ``is_right``; changes may come one by one."""
        for _ in range(10):
            if is_right(await self.paths()):
                return await self.version()
            version = await self.changed(version)
        raise AssertionError(await self.paths())


@pytest.fixture
def promote(tmp_path: Path) -> Callable[..., object]:
    """``async with promote({path: content}) as promoted``."""

    @asynccontextmanager
    async def running(
        files: dict[str, str | bytes], folder: Path | None = None, key_of=lambda _: None
    ) -> AsyncGenerator[Promoted]:
        root = tmp_path / "promoted"
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        ready = asyncio.get_running_loop().create_future()
        said: list[str] = []
        serving = asyncio.create_task(
            server.serve(
                folder or root,
                host="127.0.0.1",
                port=0,
                key_of=key_of,
                on_ready=ready.set_result,
                say=said.append,
            )
        )
        await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            serving.result()
        try:
            yield Promoted(root, ready.result(), said)
        finally:
            serving.cancel()
            await asyncio.wait([serving])

    return running
