from house import admin, build_node, end, fails, run, write

from tepal.core.commands import CONTROL, NOBODY, VIEW, Caller, as_json, text
from tepal.core.postfix import run_script

_MODULE = """
from json import dumps
import time
node = None
HELP = ("status", "wrapped")
VIEW = ("look",)
ADMIN = ("erase",)
LIMIT = 5
class Tool:
    def __call__(self): return "no command"
tool = Tool()
def status(): return {"S": 1}
def look(): return node.name
def toggle(state=None): return state
def erase(): return "gone"
def add(a, b=2): return a + b
async def later(): return "later"
def _secret(): return "hidden"
def broken(): raise KeyError("seven")
def wrap(function):
    return lambda: function()
wrapped = wrap(status)
"""


def with_module(source=_MODULE, name="mine"):
    node = build_node()
    write("modules/LM_%s.py" % name, source)
    return node


async def test_a_command_answers_with_a_value():
    node = with_module()

    assert await run(node, "mine add 1") == 3
    assert await run(node, "mine add 1 b=5") == 6
    assert await run(node, "mine later") == "later"
    assert await run(node, "mine wrapped") == {"S": 1}
    assert await run(node, "mine look") == "node01"
    await end(node)


async def test_only_what_a_module_offers_is_a_command():
    node = with_module()

    for name in ("_secret", "dumps", "LIMIT", "node", "tool", "Tool", "__name__", "x"):
        await fails(run(node, "mine " + name), "unknown_function")
    await fails(run(node, "mine"), "unknown_function")
    await end(node)


async def test_unknown_targets_are_refused():
    node = with_module()

    for name in ("nothing", "../mine", "LM_mine", "os", "mine.py", "a/b"):
        await fails(run(node, '"%s" x' % name), "unknown_module")
    await end(node)


async def test_wrong_arguments_are_told_from_failures():
    node = with_module()

    assert "mine add" in await fails(run(node, "mine add"), "arguments")
    await fails(run(node, "mine add 1 2 3"), "arguments")
    await fails(run(node, "mine add 1 c=2"), "arguments")
    await fails(run(node, 'mine add 1 "x"'), "arguments")
    assert "seven" in await fails(run(node, "mine broken"), "failed")
    await end(node)


async def test_each_command_wants_a_role():
    node = with_module()
    await run(node, "mine look")
    for role, allowed in (
        (NOBODY, ("hello", "version")),
        (VIEW, ("hello", "version", "mine look", "mine status", "mine help", "task list")),
        (CONTROL, ("hello", "mine look", "mine toggle", "task kill x")),
    ):
        caller = Caller("test", role, "x")
        for line in ("hello", "mine look", "mine toggle", "mine erase", "task kill x", "reboot"):
            if line in allowed:
                await run(node, line, caller)
            else:
                await fails(run(node, line, caller), "denied")
    assert await run(node, "mine erase") == "gone"
    await end(node)


async def test_a_module_that_cannot_be_loaded_says_why():
    node = with_module("import nothing_like_this\n", "bad")

    assert "nothing_like_this" in await fails(run(node, "bad x"), "load_failed")
    assert "bad" not in node.modules.loaded
    write("modules/LM_bad.py", "def x(): return 1\n")
    assert await run(node, "bad x") == 1
    await end(node)


async def test_commands_that_a_release_was_built_without_say_so():
    from tepal.core import builtins

    node = with_module()
    here = builtins.COMMANDS["app"]
    builtins.COMMANDS["app"] = "tepal.core.app_nowhere"
    try:
        assert (await fails(run(node, "app list"), "not_included")).startswith("app, ")
    finally:
        builtins.COMMANDS["app"] = here
    await end(node)


async def test_help_lists_what_is_loaded_and_what_is_on_flash():
    node = with_module()
    await run(node, "mine look")

    loaded = await run(node, "help")
    every = await run(node, "help lm")

    assert "[EXEC] Command mode (LMs):" in loaded.text
    assert "   mine" in loaded.text
    assert "erase" in loaded.value["mine"]
    assert "_secret" not in loaded.value["mine"]
    assert "dumps" not in loaded.value["mine"]
    assert "rgb" not in loaded.value
    assert "rgb" in every.value
    await end(node)


async def test_a_module_is_forgotten_with_its_pins():
    node = build_node()
    await run(node, "rgb load")
    assert node.pins.booked()

    await run(node, "modules unload rgb")

    assert node.pins.booked() == {}
    assert "rgb" not in node.modules.loaded
    await fails(run(node, "modules unload rgb"), "not_loaded")
    await end(node)


async def test_a_script_goes_on_after_a_failure():
    node = with_module()

    await run_script(node.commands, "mine broken; #mine x; mine toggle True", admin())

    assert node.commands.count == 2
    assert "mine broken" in node.log.lines[-1]
    await end(node)


async def test_the_slowest_command_is_known():
    node = build_node()

    await run(node, "robustness block 30")

    name, blocked_ms = node.commands.slowest
    assert name == "robustness block"
    assert 25 <= blocked_ms < 25000  # milliseconds
    await end(node)


async def test_json_is_made_of_any_result():
    node = build_node()

    report = await run(node, "modules >json")

    assert report.text[0] == "["
    assert as_json((1, 2)) == "[1, 2]"
    assert as_json({"a": b"x"})[:6] == '{"a": '
    assert as_json(float("inf")) == '"inf"'
    await end(node)


def test_text_is_as_the_original_shows_it():
    assert text({"a": 1}) == " a: 1"
    assert text(["x", "y"], "help") == " x,\n y,"
    assert text(["x"]) == "['x']"
    assert text(None) == "None"
