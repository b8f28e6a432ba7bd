"""Whole boots, doors and all, on ports of this machine."""

import asyncio
import builtins
import os
import sys

from house import empty_folder, end, port, run, until, write

PORT = port()
CONFIG = '{"socport": %d, "webport": %d, "webui": true, "dbg": false%s}'


async def boot(more="", files=()):
    """Boot a node in a new folder; ``more`` are keys of its configuration."""
    empty_folder()
    for folder in ("config", "data", "modules"):
        os.mkdir(folder)
    write("config/node_config.json", CONFIG % (PORT, PORT + 1, more))
    for name, text in files:
        write(name, text)
    return await boot_here()


async def boot_here():
    from tepal import boot, care
    from tepal import node as node_module

    base = boot.__file__.rsplit("/", 2)[0]
    for folder in ("modules", base + "/modules"):
        if folder not in sys.path:
            sys.path.append(folder)
    if hasattr(sys, "path_importer_cache"):  # CPython remembers what was in "modules" before
        sys.path_importer_cache.clear()
    node = node_module.Node()
    await care.boot(node)
    await asyncio.sleep_ms(50)
    return node


async def shut(node):
    from tepal import care

    care.close(node)
    await end(node)


def logged(node):
    return "\n".join(node.log.lines)


async def test_a_node_comes_up_with_doors_and_acts_by_itself():
    node = await boot(', "boothook": "#nothing; system notify hooked"')

    assert [door.name for door in node.doors] == ["shell", "http"]
    assert "notify: hooked" in logged(node)
    assert node.safe is False
    assert node.auth.enabled
    await shut(node)


async def test_in_safe_mode_it_is_there_but_does_nothing_by_itself():
    node = await boot(
        ', "boothook": "system notify hooked"',
        (
            ("data/.boot", '{"next": "safe"}'),
            ("user_main.py", "def user_main():\n    node.log.info('mine')\n"),
            ("modules/LM_mine.py", "def on():\n    return 1\n"),
        ),
    )

    assert node.safe is True
    assert [door.name for door in node.doors] == ["shell", "http"]
    assert not node.tasks.find("boothook") + node.tasks.find("user_main")
    assert await run(node, "system heartbeat") == "<3 heartbeat"
    try:
        await run(node, "mine on")
        raise AssertionError("an error expected")
    except Exception as error:
        assert error.code == "unknown_module"
    assert (await run(node, "system info"))["mode"] == "safe"
    await shut(node)


async def test_a_full_flash_is_told_and_the_doors_are_open():
    empty_folder()
    write("provision.json", '{"wlan.psk": "hunter22"}')
    os.mkdir("config")
    write("config/node_config.json", CONFIG % (PORT, PORT + 1, ""))
    from tepal.core import storage

    def full(path, mode="r"):
        if mode[0] != "r":
            raise OSError(28)
        return open_file(path, mode)

    class FullOs:
        stat = staticmethod(os.stat)
        remove = staticmethod(os.remove)

        @staticmethod
        def mkdir(path):
            raise OSError(28)

    open_file, builtins.open = builtins.open, full
    storage.os = FullOs
    try:
        node = await boot_here()
    finally:
        builtins.open = open_file
        storage.os = os

    assert node.doors[0].name == "shell"
    assert "logs: no folder" in logged(node)
    assert "boots are not counted" in logged(node)
    assert "not saved" in logged(node)
    assert await run(node, "system heartbeat") == "<3 heartbeat"
    assert storage.exists("provision.json")
    await shut(node)


async def test_a_boot_is_good_after_a_minute_and_safe_mode_is_left_after_an_hour():
    from tepal.core import boots

    node = await boot()
    assert node.due_ms == 60000
    node.due_ms = boots.look(node)

    assert node.due_ms == 0
    await shut(node)

    node = await boot("", (("data/.boot", '{"next": "safe"}'),))
    node.due_ms = boots.look(node)
    assert node.due_ms >= 3600000
    assert not node.stop.is_set()
    node.due_ms = boots.look(node)
    assert node.stop.is_set()
    assert node.hard
    await shut(node)


async def test_a_node_without_memory_forgets_its_modules_before_its_callers():
    from tepal import node as node_module

    node = await boot("", (("modules/LM_mine.py", "def on():\n    return 1\n"),))
    await run(node, "mine on")
    assert "mine" in node.modules.loaded

    real, node_module.has_room = node_module.has_room, lambda: not node.modules.loaded
    try:
        node.tasks.starved = True
        await until(lambda: not node.modules.loaded)
    finally:
        node_module.has_room = real

    assert not node.modules.loaded
    assert "out of memory: all modules are unloaded" in logged(node)
    assert not node.stop.is_set()
    assert await run(node, "mine on") == 1
    await shut(node)
