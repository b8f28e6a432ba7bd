import asyncio
import time

from house import build_node, end, fails, run, until

from tepal.core import ending
from tepal.formats.errors import TepalError


async def forever():
    while True:
        await asyncio.sleep_ms(5)


async def answer():
    return 42


async def test_a_task_has_an_output_when_it_has_ended():
    node = build_node()

    task = node.tasks.start("x", answer())
    assert task.state == "running"
    await asyncio.sleep_ms(10)

    assert (task.state, task.out) == ("done", "42")
    await end(node)


async def test_a_tag_runs_once():
    node = build_node()
    node.tasks.start("x", forever())

    try:
        node.tasks.start("x", answer())
        raise AssertionError
    except TepalError as error:
        assert error.code == "already_running"
    await ending.kill(node.tasks, "x")
    await end(node)


async def test_killing_tells_the_truth():
    node = build_node()
    node.tasks.start("a.one", forever())
    node.tasks.start("a.two", forever())
    node.tasks.start("b.one", forever())
    node.tasks.start("idle", forever(), "system")

    assert await ending.kill(node.tasks, "a.*") == {"a.one": True, "a.two": True}
    assert await ending.kill(node.tasks, "a.one") == {"a.one": False}  # had ended before
    assert await ending.kill(node.tasks, "idle") == {"idle": False}
    assert await ending.kill(node.tasks, "nothing") == {}
    assert node.tasks.is_busy("b.one")
    await ending.kill(node.tasks, "b.one")
    for task in node.tasks.find("idle"):
        task.handle.cancel()
    await end(node)


async def test_a_task_that_raises_is_logged_and_hurts_nobody():
    node = build_node()

    async def broken():
        raise ValueError("seven")

    task = node.tasks.start("x", broken())
    await asyncio.sleep_ms(10)

    assert task.state == "failed"
    assert "seven" in node.log.lines[-1]
    await end(node)


async def test_commands_in_the_background_are_bounded():
    node = build_node()
    for number in range(3):
        node.tasks.start("t%d" % number, forever(), "command")

    assert node.tasks.free() == 0
    await fails(run(node, "system heartbeat &"), "queue_full")
    for number in range(3):
        await ending.kill(node.tasks, "t%d" % number)
    assert node.tasks.free() == 3
    await end(node)


async def test_ended_tasks_are_remembered_but_not_for_ever():
    node = build_node()
    for number in range(10):
        node.tasks.start("t%d" % number, answer())
        await asyncio.sleep_ms(2)

    assert len(node.tasks.all) <= 5
    await end(node)


async def test_a_command_runs_once_in_the_background_or_in_a_loop():
    node = build_node()

    started = await run(node, "system heartbeat &")
    assert started.text == "{'system.heartbeat': 'Starting'}"
    await until(lambda: not node.tasks.is_busy("system.heartbeat"))
    assert (await run(node, "task show system.heartbeat")).text == "<3 heartbeat"

    await run(node, "system heartbeat &&30")
    assert (await run(node, "system heartbeat &&30")).value == {
        "system.heartbeat": "Already running"
    }
    await asyncio.sleep_ms(50)
    count, start = node.commands.count, time.ticks_ms()
    await until(lambda: node.commands.count - count >= 4)
    assert time.ticks_diff(time.ticks_ms(), start) >= 3 * 30
    assert (await run(node, "task kill system.*")).text == "Kill: system.heartbeat|True"
    await end(node)


async def test_a_loop_ends_at_the_first_error():
    node = build_node()

    await run(node, "robustness raise_error &&20")
    await until(lambda: not node.tasks.is_busy("robustness.raise_error"))

    (task,) = node.tasks.find("robustness.raise_error")
    assert task.state == "failed"
    assert "robustness TEST" in task.out
    await end(node)


async def test_the_output_of_a_background_command_can_be_json():
    node = build_node()

    await run(node, "system ha_sta >json &")
    await until(lambda: not node.tasks.is_busy("system.ha_sta"))

    (task,) = node.tasks.find("system.ha_sta")
    assert task.out[0] == "{"
    await end(node)


async def test_task_list_is_what_the_original_shows():
    node = build_node()
    node.tasks.start("web.one", forever())

    report = await run(node, "task list")

    lines = report.text.split("\n")
    assert lines[1] == "#queue: 3 #load: 0%"
    assert lines[3] == "#Active   #taskID"
    assert "Yes       web.one" in lines
    assert report.value == {"active": ["web.one"], "inactive": []}
    await ending.kill(node.tasks, "web.one")
    assert (await run(node, "task kill nope")).text == "No task found: nope"
    await end(node)
