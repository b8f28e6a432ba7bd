import asyncio

from house import build_node, end

from tepal.services import serial


class Desk:
    """Somebody at the serial console."""

    def __init__(self):
        self.keys = b""
        self.shown = ""
        self.pressed = asyncio.Event()

    async def type(self, keys):
        """Press some keys, and wait until the node has nothing more to say."""
        self.keys += keys
        self.pressed.set()
        before = None
        while before != self.shown or self.keys:
            before = self.shown
            await asyncio.sleep_ms(10)

    async def read(self):
        while not self.keys:
            self.pressed.clear()
            await self.pressed.wait()
        key, self.keys = self.keys[:1], self.keys[1:]
        return key

    def write(self, text):
        self.shown += text


async def sit_down(auth=True):
    node = build_node(auth=auth)
    desk = Desk()
    node.tasks.start("console", serial.serve(node, desk), "system")
    await desk.type(b"")
    return node, desk


async def test_the_console_is_a_shell_that_asks_for_no_password():
    node, desk = await sit_down()
    assert desk.shown == "\nnode01 $ "

    await desk.type(b"system heartbeat\r")

    assert desk.shown == "\nnode01 $ system heartbeat\n<3 heartbeat\nnode01 $ "
    await end(node)


async def test_what_is_typed_can_be_taken_back():
    node, desk = await sit_down()

    await desk.type(b"\x7fhelp me\x08\x08\x7f lm\x7f\x7f\x7f\x08\x08\x08\x08hello\n")

    assert desk.shown.split("\n")[-2].startswith("hello:node01:")
    await end(node)


async def test_every_kind_of_line_end_ends_one_line():
    for line_end in (b"\n", b"\r", b"\r\n"):
        node, desk = await sit_down()

        await desk.type(b"version" + line_end + b"version" + line_end)

        assert desk.shown.count("node01 $ ") == 3, line_end
        await end(node)


async def test_keys_without_a_meaning_and_endless_lines_do_no_harm():
    node, desk = await sit_down()

    await desk.type(b"\x1b[A\x00\xff\xc3\xbc\x04")
    await desk.type(b"x" * 3000 + b"\r")
    await desk.type(b"version\r")

    assert desk.shown.count("x") < 1300
    assert desk.shown.endswith("version\n" + node.version + "\nnode01 $ ")
    await end(node)


async def test_a_goodbye_is_followed_by_a_new_session():
    node, desk = await sit_down()

    await desk.type(b"conf\rexit\r")

    assert desk.shown.count("[configure]") == 1
    assert desk.shown.endswith("Bye!\n\nnode01 $ ")
    await end(node)
