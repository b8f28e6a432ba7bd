"""A promoter that a node follows: releases and plain folders, and all that can go wrong on the way."""

import asyncio
import hashlib
import os

import engine
from house import build_node, write
from house import end as end_node
from promoted import NOT_FOUND, Promoter, checksum, ok

from tepal.core import journal
from tepal.services import update_feed

RELEASE = {"a.mpy": b"a" * 2500, "b": b"here", "c": bytes(range(256)) * 9}
TREE = {"lib/a/fan.py": b"fan = 1\n", "logo.png": bytes(range(256)) * 5, "user_main.py": b"x = 1"}


async def build(files, release=None, config='{"update_auto": true, "update_url": "http://x:1"}'):
    node = build_node(config=config)
    node.slot = "a"
    node.restarts = []
    node.restart = node.restarts.append
    node.said = []
    node.log.err = node.said.append
    made = engine.Engine()
    made.here = [b"here"]
    engine.put(made)
    promoter = await Promoter(files, release).open()
    node.config.values["update_url"] = promoter.url
    return node, made, promoter, update_feed.Feed()


async def end(node, promoter):
    promoter.close()
    engine.take_away()
    await end_node(node)


async def look(node, feed, asked=False):
    assert await open_wait(node, feed, False, asked) is None


async def open_wait(node, feed, waits=True, asked=False):
    from tepal.services import update_http

    return await update_http.look(node, feed, waits, asked)


def boot():
    """Let what was committed take its place, and keep it, as boots do."""
    assert journal.replay([]) == []
    journal.confirm()


def found(path):
    with open(path, "rb") as file:
        return file.read()


# --- releases


async def test_a_release_is_fetched_over_one_connection_and_tried():
    node, made, promoter, feed = await build(RELEASE, engine.manifest(RELEASE))

    await look(node, feed)

    assert made.finished == [RELEASE]
    assert node.restarts == [True]
    assert not made.asked
    assert promoter.connections == 1
    assert promoter.paths[1] == "/manifest?node=micr00OS"
    assert len(promoter.paths) == 4  # what is here was not asked for
    assert (feed.version, feed.problem, feed.failures) == (promoter.version(), "", 0)
    await end(node, promoter)


async def test_what_runs_already_is_not_fetched():
    node, made, promoter, feed = await build(RELEASE, engine.manifest(RELEASE))
    await look(node, feed)
    made.running = hashlib.sha256(engine.manifest(RELEASE)).digest().hex()
    made.finished = []

    fresh = update_feed.Feed()
    await look(node, fresh)
    await look(node, fresh)

    assert made.finished == []
    assert fresh.offered == ""
    assert promoter.paths.count("/manifest?node=micr00OS") == 2
    await end(node, promoter)


async def test_without_update_auto_a_release_is_only_named_until_somebody_asks():
    node, made, promoter, feed = await build(RELEASE, engine.manifest(RELEASE), "{}")

    await look(node, feed)
    assert (made.finished, feed.offered) == ([], "tepal 2.0.0")
    assert made.session is None
    await look(node, feed, asked=True)

    assert made.finished == [RELEASE]
    assert made.asked
    await end(node, promoter)


async def test_a_connection_that_breaks_again_and_again_costs_nothing_twice():
    node, made, promoter, feed = await build(RELEASE, engine.manifest(RELEASE))
    starts = []

    def short(head):
        """Send 500 more bytes than the node has, then hang up."""
        start = 0
        if "range: bytes=" in head:
            start = int(head.split("range: bytes=")[1].split("-")[0])
        content = RELEASE["a.mpy"]
        line = "HTTP/1.1 206 Partial\r\nContent-Range: bytes %d-2499/2500\r\n" % start
        if not start:
            line = "HTTP/1.1 200 OK\r\n"
        starts.append(start)
        line += "Content-Length: %d\r\n\r\n" % (2500 - start)
        return line.encode() + content[start : start + 700], "close"

    place = "/content/" + hashlib.sha256(RELEASE["a.mpy"]).digest().hex()
    promoter.lies[place] = short
    await look(node, feed)

    assert made.finished == [RELEASE]
    assert starts == [0, 700, 1400, 2100]
    await end(node, promoter)


async def test_a_promoter_that_lies_is_named_and_not_asked_for_the_same_again():
    for damage, code in (
        (b"b" * 2500, "release file"),
        (b"a" * 2400, "promoter"),
        (b"a" * 2600, "promoter"),
    ):
        node, made, promoter, feed = await build(RELEASE, engine.manifest(RELEASE))
        promoter.damage["a.mpy"] = damage

        await look(node, feed)

        assert made.finished == []
        assert made.session is None
        assert feed.problem.startswith(code), feed.problem
        assert [text for text in node.said if code in text]
        asked = len(promoter.paths)
        await look(node, feed)
        assert promoter.paths[asked:] == ["/files/version"]
        await end(node, promoter)


async def test_a_manifest_that_makes_no_sense_is_refused():
    whole = engine.manifest(RELEASE)
    for release in (
        whole[:-1],
        whole[:200],
        whole.replace(b"a.mpy", b"../x"),
        b"x" * 5000,
        b"tepal-release 1\n" + b"name: x\n" * 20,
    ):
        node, made, promoter, feed = await build(RELEASE, release)

        await look(node, feed)

        assert feed.problem.startswith("manifest"), feed.problem
        assert made.finished == []
        assert made.session is None
        await end(node, promoter)


async def test_a_megabyte_of_manifest_is_not_read_to_its_end():
    def endless(head):
        return ("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").encode() + line * 20

    line = b"a" * 64 + b" 1 "
    node, _made, promoter, feed = await build(RELEASE, b"x")
    promoter.lies["/manifest?node=micr00OS"] = endless

    await look(node, feed)

    assert feed.problem.startswith("manifest"), feed.problem
    await end(node, promoter)


async def test_a_promoter_that_cannot_be_reached_is_tried_again_and_later():
    node, _made, promoter, feed = await build(RELEASE, engine.manifest(RELEASE))
    promoter.close()
    node.config.values["update_url"] = "http://127.0.0.1:1"

    await look(node, feed)
    await look(node, feed)

    assert feed.failures == 2
    assert feed.problem.startswith("unreachable")
    assert node.said == []  # a promoter may be away without a word
    await end(node, promoter)


async def test_another_update_that_is_under_way_is_waited_for():
    node, made, promoter, feed = await build(RELEASE, engine.manifest(RELEASE))
    other = made.open(node, "push")

    await look(node, feed)
    assert (made.finished, feed.failures) == ([], 1)
    other.close()
    await look(node, feed)

    assert made.finished == [RELEASE]
    await end(node, promoter)


# --- plain folders


async def test_a_folder_of_an_original_comes_as_a_whole_and_later_changes_too():
    node, _made, promoter, feed = await build(dict(TREE))
    write("lib_of_mine.py", "mine")

    await look(node, feed)
    assert node.restarts == [True]
    boot()
    for path, content in TREE.items():
        assert found(path) == content, path
    assert found(".version").decode() == promoter.version()
    assert (checksum("logo.png", TREE["logo.png"]) + " logo.png\n").encode() in found(".files")

    del promoter.files["lib/a/fan.py"]
    promoter.files["new/b.py"] = b"b"
    promoter.files["user_main.py"] = b"x = 2"
    promoter.heads.clear()
    await look(node, feed)
    boot()

    assert found("new/b.py") == b"b"
    assert found("user_main.py") == b"x = 2"
    assert "lib" not in os.listdir() or "a" not in os.listdir("lib")
    assert found("lib_of_mine.py") == b"mine"
    fetched = [path for path in promoter.paths if len(path) == 47]
    assert len(fetched) == 2
    promoter.heads.clear()
    await look(node, update_feed.Feed())
    assert promoter.paths == ["/files/version", "/manifest?node=micr00OS"]
    await end(node, promoter)


async def test_what_an_original_client_has_brought_is_adopted():
    node, _made, promoter, feed = await build(dict(TREE))
    write(".version", "0" * 40 + "\n")
    os.mkdir("lib")
    os.mkdir("lib/a")
    write("lib/a/fan.py", "fan = 1\n")
    write("old.py", "old")
    fan = checksum("lib/a/fan.py", TREE["lib/a/fan.py"])
    write(".files", "%s lib/a/fan.py\n%s old.py\n%s main.py\n" % (fan, "1" * 40, "2" * 40))
    write("main.py", "the loader")

    await look(node, feed)
    boot()

    assert "/files/" + fan not in promoter.paths
    assert "old.py" not in os.listdir()
    assert found("main.py") == b"the loader"
    assert found("logo.png") == TREE["logo.png"]
    await end(node, promoter)


async def test_a_main_of_a_folder_becomes_the_users_program_unless_there_is_one():
    node, _made, promoter, feed = await build({"main.py": b"print(1)\n"})
    write("main.py", "the loader")

    await look(node, feed)
    boot()
    assert found("user_main.py") == b"print(1)\n"
    assert found("main.py") == b"the loader"

    promoter.files["user_main.py"] = b"own"
    await look(node, feed)
    assert "update protected" in feed.problem
    await end(node, promoter)


async def test_an_empty_folder_is_null_or_a_list():
    for is_null in (True, False):
        node, _made, promoter, feed = await build({})
        promoter.is_null = is_null

        await look(node, feed)
        boot()

        assert feed.problem == ""
        assert found(".version").decode() == "da39a3ee5e6b4b0d3255bfef95601890afd80709"
        await end(node, promoter)


async def test_files_are_compared_with_what_was_announced():
    for is_original in (True, False):
        node, _made, promoter, feed = await build(dict(TREE))
        promoter.is_original = is_original
        promoter.damage["logo.png"] = b"z" * 1280

        await look(node, feed)

        assert feed.problem.startswith("update file: logo.png"), feed.problem
        assert journal.pending() is None
        assert [name for name in os.listdir("update") if name != "result"] == []
        assert node.restarts == []
        await end(node, promoter)


async def test_paths_that_lead_out_or_belong_to_the_node_are_refused():
    for path in (
        "../x.py",
        "/etc/x",
        "a/../../x",
        "boot.py",
        "config/node_config.json",
        "sys/a/x",
    ):
        node, _made, promoter, feed = await build({path: b"x", "lib/ok.py": b"ok"})

        await look(node, feed)

        assert feed.problem.split(":")[0] in ("promoter", "update path", "update protected"), path
        assert journal.pending() is None
        assert "lib" not in os.listdir()
        await end(node, promoter)


async def test_a_folder_that_changes_meanwhile_is_fetched_anew():
    node, _made, promoter, feed = await build(dict(TREE))
    path = "/files/" + checksum("logo.png", TREE["logo.png"])

    def change(head):
        promoter.files["user_main.py"] = b"x = 3"
        del promoter.lies[path]
        return ok(TREE["logo.png"])

    promoter.lies[path] = change

    await look(node, feed)
    boot()

    assert found("user_main.py") == b"x = 3"
    assert found(".version").decode() == promoter.version()
    await end(node, promoter)


async def test_a_list_that_is_not_of_its_version_is_not_believed():
    node, _made, promoter, feed = await build(dict(TREE))
    promoter.lies["/files/version"] = ok(b'{"version":"%s"}' % (b"1" * 40))

    await look(node, feed)

    assert feed.problem.startswith("promoter"), feed.problem
    assert node.restarts == []
    await end(node, promoter)


async def test_a_folder_that_was_put_back_is_taken_only_if_somebody_asks():
    node, _made, promoter, feed = await build(dict(TREE))
    await look(node, feed)
    assert journal.replay([]) == []
    journal.roll_back("it was no good")
    node.restarts.clear()

    await look(node, update_feed.Feed())
    assert node.restarts == []
    await look(node, feed, asked=True)

    assert node.restarts == [True]
    await end(node, promoter)


async def test_unsigned_files_are_refused_where_signatures_are_wanted():
    node, _made, promoter, feed = await build(dict(TREE))
    node.config.values["update_strict"] = "all"

    await look(node, feed)

    assert feed.problem.startswith("release unsigned")
    assert "/files" not in promoter.paths
    await end(node, promoter)


# --- the wait


async def test_a_word_of_the_promoter_ends_the_wait_and_silence_does_not():
    node, _made, promoter, feed = await build({}, None, "{}")
    asked = []

    def word(head):
        asked.append(head)
        return ok(b"{}")

    promoter.lies["/wait/%s?seconds=240" % promoter.version()] = word
    stream = await open_wait(node, feed)
    assert await update_feed.has_word(stream)

    promoter.lies["/wait/%s?seconds=240" % promoter.version()] = NOT_FOUND
    stream = await open_wait(node, feed)
    assert not await update_feed.has_word(stream)
    assert len(asked) == 1
    await end(node, promoter)


async def test_the_feed_follows_by_itself():
    node, made, promoter, _feed = await build(RELEASE, engine.manifest(RELEASE))
    node.network.joined.set()

    task = asyncio.create_task(update_feed.run(node))
    for _ in range(200):
        if made.finished:
            break
        await asyncio.sleep_ms(20)
    task.cancel()

    assert made.finished == [RELEASE]
    told = {"version": promoter.version(), "offers": "", "problem": ""}
    assert node.update().status(node)["promoter"] == told
    await end(node, promoter)


async def test_a_promoter_that_sends_too_slowly_does_not_hold_the_engine_for_ever():
    node, made, promoter, _feed = await build(RELEASE, engine.manifest(RELEASE))
    promoter.lies["/content/" + hashlib.sha256(RELEASE["c"]).digest().hex()] = lambda _: None
    node.network.joined.set()
    update_feed.Feed.patience_ms = 500
    try:
        task = asyncio.create_task(update_feed.run(node))
        for _ in range(200):
            if node.__dict__.get("update_feed") and node.update_feed.problem:
                break
            await asyncio.sleep_ms(20)
        task.cancel()
    finally:
        update_feed.Feed.patience_ms = 1800000

    assert node.update_feed.problem == "the promoter is too slow"
    assert made.session is None
    assert made.finished == []
    await end(node, promoter)
