import asyncio
import gc

from house import build_node, end, fails, run, until, write

from tepal.core import user


async def run_program(text, ms=50):
    """Return a node whose user has left a program, after it has run for a while."""
    node = build_node()
    if text is not None:
        write("user_main.py", text)
    node.tasks.start("user_main", user.run(node))
    await asyncio.sleep_ms(ms)
    return node


def logged(node):
    return " | ".join([line.split(" ", 2)[-1] for line in node.log.lines])


async def test_a_program_runs_until_it_ends():
    for kind in ("async def", "def"):
        node = await run_program(kind + " user_main():\n    node.log.info('hello')\n")

        assert "hello" in logged(node)
        assert logged(node).endswith("user_main has ended")
        assert not node.tasks.is_busy("user_main")
        await end(node)


async def test_a_program_that_fails_starts_again_after_a_pause():
    node = await run_program("def user_main():\n    raise ValueError('odd')\n")

    assert "user_main.py: ValueError: odd" in logged(node)
    assert logged(node).endswith("user_main starts again in 1 s")
    write("user_main.py", "def user_main():\n    node.log.info('mended')\n")
    await until(lambda: "mended" in logged(node))
    await end(node)


async def test_what_is_wrong_with_a_program_is_told():
    for text, expected in (
        ("import nowhere\n", "nowhere"),
        ("def main():\n    pass\n", "user_main.py has no function user_main()"),
        ("def user_main(:\n", "SyntaxError"),
        ("user_main = 5\n", "user_main.py has no function user_main()"),
        ("async def user_main(x):\n    pass\n", "TypeError"),
    ):
        node = await run_program(text)

        assert expected in logged(node), text
        await end(node)


async def test_the_pause_grows():
    node = await run_program("def user_main():\n    raise ValueError('odd')\n", 1200)

    assert logged(node).endswith("user_main starts again in 2 s")
    await end(node)


LARGE = "kept = [bytearray(1000) for _ in range(30)]\n"


def held():
    """How many bytes of the heap are in use; 0 where nobody counts them."""
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0


async def test_a_program_that_fails_as_it_is_imported_gives_its_memory_back():
    for files in (
        {"user_main.py": LARGE + "raise ValueError('odd')\n"},
        {"user_main.py": "import part\n", "part.py": LARGE + "raise ValueError('odd')\n"},
    ):
        node = build_node()
        for name, text in files.items():
            write(name, text)
        before = held()

        try:
            user.start(node)
        except ValueError:
            pass

        assert held() - before < 15000, files.keys()
        await end(node)


async def test_a_module_that_fails_as_it_is_imported_gives_its_memory_back():
    for files in (
        {"LM_greedy.py": LARGE + "raise ValueError('odd')\n"},
        {"LM_greedy.py": "import part\n", "part.py": LARGE + "raise ValueError('odd')\n"},
    ):
        node = build_node()
        for name, text in files.items():
            write("modules/" + name, text)
        before = held()

        await fails(run(node, "greedy load"), "load_failed")

        assert held() - before < 15000, files.keys()
        await end(node)
