"""A node with devices, and small servers that play what hangs on the network."""

import asyncio
import json
import os

from house import build_node, end, port, until, write

from drivers import kasa
from tepal.core import founding

NOON = 1798891200  # 2027-01-02 12:00 UTC, a Saturday


def with_(it, **more):
    """Return an instance with other parameters."""
    return dict(it, **more)


async def start(config, old=None, at=NOON):
    """Return a node with these devices; ``old`` is one that was switched off before."""
    if old:
        kept = os.getcwd()
        await stop(old, False)
    node = build_node(config='{"utc": 0}')
    if old:
        for name in os.listdir(kept + "/data"):
            with open(kept + "/data/" + name) as file:
                write("data/" + name, file.read())
    node.clock.wall = at
    node.clock.now = lambda: node.clock.wall and node.clock.wall + node.clock.uptime_ms() // 1000
    write("config/devices.json", config if isinstance(config, str) else json.dumps(config))
    await founding.found(node)
    await until(lambda: not [it for it in node.devices.all.values() if it.current_rule is None])
    await until(lambda: not node.devices.is_news)
    return node


async def stop(node, leave=True):
    for close in node.closing:
        close()
    for task in list(node.tasks.all):
        if task.state == "running":
            task.handle.cancel()
    await asyncio.sleep_ms(10)
    await end(node)


class Server:
    """Listens at 127.0.0.1:``port``; ``answer`` is what it plays."""

    silent = False  # takes what comes and says nothing

    def __init__(self):
        self.port = port()
        self.heard = []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def serve(self, reader, writer):
        """Serve one connection."""
        try:
            while self.silent:
                await asyncio.sleep_ms(20)
            await self.talk(reader, writer)
            await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            writer.close()
            await writer.wait_closed()


class Web(Server):
    """Answers GET and POST: ``pages`` is {path: (status, text)}."""

    def __init__(self, pages):
        super().__init__()
        self.pages = pages

    async def talk(self, reader, writer):
        """Answer one request."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += await reader.read(1024)
        head, _, body = data.partition(b"\r\n\r\n")
        length = 0
        for line in head.decode().lower().split("\r\n"):
            if line.startswith("content-length:"):
                length = int(line.split(":")[1])
        while len(body) < length:
            body += await reader.read(1024)
        method, path = head.decode().split(" ")[:2]
        self.heard.append((method, path, body.decode()))
        status, text = self.pages.get(path, (404, ""))
        answer = "HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(text), text)
        writer.write(answer.encode())


class KasaLamp(Server):
    """A dimmer or a bulb of TP-Link, as far as its protocol on port 9999 goes."""

    def __init__(self, kind):
        super().__init__()
        self.kind, self.on, self.brightness, self.error = kind, 0, 50, 0

    async def talk(self, reader, writer):
        """Answer one request."""
        size = int.from_bytes(await reader.readexactly(4), "big")
        request = json.loads(kasa.decode(await reader.readexactly(size)))
        if "get_sysinfo" not in request.get("system", {}):
            self.heard.append(request)
        writer.write(kasa.encode(json.dumps(self.answer(request))))

    def answer(self, request):
        """Return what such a lamp answers, and do it."""
        (module,) = request
        (command,) = request[module]
        given = request[module][command]
        said = {"err_code": self.error}
        if command == "get_sysinfo":
            state = {"on_off": self.on, "brightness": self.brightness}
            if self.kind == "bulb":
                said["light_state"] = state
            else:
                said["relay_state"], said["brightness"] = self.on, self.brightness
        elif self.error:
            pass
        elif command == "set_relay_state":
            self.on = given["state"]
        elif command == "set_brightness":
            self.brightness = given["brightness"]
        elif command == "transition_light_state":
            self.on = given["on_off"]
            self.brightness = given.get("brightness", self.brightness)
        return {module: {command: said}}
