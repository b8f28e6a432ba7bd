import os

from house import end, fails, refused, write
from releases import NEW_FILES, OLD_FILES, Release, bring, pointer, running_node, send

SENT = {"start.py": 9, "tepal/a.py": 1300, "tepal/new.py": 2100}  # the rest is copied


def updating():
    from tepal.core import updating

    return updating


async def begun(node, release, asked=False):
    """Return a session that has believed a manifest."""
    session = updating().open(node, "push", asked)
    for line in release.lines:
        session.line(line)
    await session.begin()
    return session


def flip(path, at):
    """Change a byte on flash."""
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


async def test_a_release_is_brought_whole_and_armed_for_a_trial():
    node = running_node()
    old, new = Release(OLD_FILES, 1), Release(NEW_FILES)

    sent = await bring(node, new)

    assert sent == SENT
    assert new.is_in("b")
    assert old.is_in("a")
    assert pointer() == "a b 3\n"
    await end(node)


async def test_what_was_in_the_other_slot_makes_way():
    node = running_node()
    Release({"main.py": b"x", "lib/y.py": b"y"}, 1).put("b")
    os.mkdir("sys/b/tepal")
    write("sys/b/tepal/old.py", "as a host once laid it")
    new = Release(NEW_FILES)

    await bring(node, new)

    assert new.is_in("b")
    await end(node)


async def test_an_interrupted_update_goes_on_where_it_was():
    new = Release(NEW_FILES)
    for most in range(0, 3100, 300):
        node = running_node()

        first = await bring(node, new, most=most)
        second = await bring(node, new)

        assert sum(first.values()) + sum(second.values()) == sum(SENT.values()), most
        assert new.is_in("b")
        await end(node)


async def test_another_release_does_not_go_on_where_one_was():
    node = running_node()
    new, newer = Release(NEW_FILES), Release({"start.py": b"3", "tepal/a.py": b"B" * 1300}, 3)

    await bring(node, new, most=600)
    await bring(node, newer)

    assert newer.is_in("b")
    await end(node)


async def test_content_that_has_another_name_is_copied_too():
    node = running_node()
    moved = Release({"start.py": b"new", "web/zz.py": b"a" * 700, "x/same": b"s" * 5000})

    sent = await bring(node, moved)

    assert sent == {"start.py": 3}
    assert moved.is_in("b")
    await end(node)


async def test_a_file_that_is_not_what_was_announced_is_wanted_anew():
    node = running_node()
    new = Release(NEW_FILES)
    session = await begun(node, new)

    for path in ("start.py", "tepal/a.py"):
        wanted = await session.wanted()
        assert wanted[0] == path and wanted[3] == 0
        assert "its hash is another" in refused(session.write, b"?" * wanted[1])
        assert await session.wanted() == wanted
        session.write(b"?")
        assert "more than" in refused(session.write, new.files[path])
        assert await session.wanted() == wanted
        session.write(new.files[path])
    await send(session, new)
    await session.finish()

    assert new.is_in("b")
    session.close()
    await end(node)


async def test_a_file_that_was_wrong_when_the_power_failed_is_wanted_anew():
    new = Release(NEW_FILES)
    for path, at in (("pack", 0), ("pack", 1299), ("pack", 6400), ("start.py", 3)):
        node = running_node()
        await bring(node, new, most=1800)
        flip("sys/b/" + path, at)

        await bring(node, new)

        assert new.is_in("b"), path
        await end(node)


async def test_flash_that_forgets_is_found_before_the_switch():
    new = Release(NEW_FILES)
    for path, at in (("start.py", 0), ("pack", 0), ("pack", 1300), ("pack", 8399)):
        node = running_node()
        session = await begun(node, new)
        await send(session, new)
        await session.wanted()
        flip("sys/b/" + path, at)

        assert "damaged on flash" in await fails(session.finish(), "release_file")

        assert pointer() == "a - 0\n"
        await send(session, new)
        await session.finish()
        assert new.is_in("b"), path
        session.close()
        await end(node)


async def test_a_damaged_index_is_found():
    from tepal.core import switching

    new = Release(NEW_FILES)
    for at in range(8400, len(new.slot()["pack"]), 5):
        node = running_node(old=new)
        flip("sys/a/pack", at)

        assert await fails(switching.check("a"), "release_file") == "the index is damaged on flash"
        await end(node)


async def test_a_release_is_not_finished_before_it_is_whole():
    node = running_node()
    session = await begun(node, Release(NEW_FILES))

    assert await fails(session.finish(), "release_file") == "start.py is missing"

    assert pointer() == "a - 0\n"
    session.close()
    await end(node)


async def test_what_cannot_be_copied_from_the_running_release_comes_from_outside():
    node = running_node()
    with open("sys/a/pack", "rb") as file:
        at = file.read().find(b"sss") + 4000
    flip("sys/a/pack", at)
    new = Release(NEW_FILES)

    sent = await bring(node, new)

    assert sent["tepal/core/same.py"] == 5000
    assert new.is_in("b")
    await end(node)


async def test_a_node_whose_host_left_no_manifest_takes_everything():
    for name in ("manifest", "pack"):
        node = running_node()
        os.remove("sys/a/" + name)
        new = Release(NEW_FILES)

        sent = await bring(node, new)

        assert sent["tepal/core/same.py"] == 5000
        assert new.is_in("b")
        await end(node)


async def test_what_is_refused_leaves_nothing_behind():
    node = running_node(old=Release(OLD_FILES, 5))
    good = Release(NEW_FILES, 6)
    forged = Release(NEW_FILES, 6, key=bytes(32))
    cases = (
        ("release_unsigned", Release(NEW_FILES, 6, key=None).lines),
        ("release_signature", forged.lines),
        ("release_sequence", Release(NEW_FILES, 4).lines),
        ("release_unfit", Release(NEW_FILES, 6, ["platform: moon"]).lines),
        ("release_unfit", Release(NEW_FILES, 6, ["mpy: 5"]).lines),
        ("release_unfit", Release(NEW_FILES, 6, ["micropython: 9.0"]).lines),
        ("update_current", Release(OLD_FILES, 5).lines),
        ("manifest", good.lines[:5]),
        ("manifest", []),
    )

    for code, lines in cases:
        session = updating().open(node, "push")
        for line in lines:
            session.line(line)
        await fails(session.begin(), code)
        await fails(session.wanted(), "update_busy")
        session.close()
        assert os.listdir("sys") == ["a"], code

    assert Release(OLD_FILES, 5).is_in("a")
    assert pointer() == "a - 0\n"
    await bring(node, good)
    await end(node)


async def test_a_manifest_that_cannot_be_read_leaves_nothing_behind():
    node = running_node()
    odd = (b"x" * 1024, b"\xff\n", b"name: tepal", b"tepal-release 2\n")

    for line in odd:
        session = updating().open(node, "push")
        assert "manifest: line" in refused(session.line, line)
        session.close()
    session = updating().open(node, "push")
    session.line(b"tepal-release 1\n")
    for _ in range(39):
        try:
            session.line(b"more: " + b"x" * 900 + b"\n")
        except Exception as error:
            assert "manifest: line 4" in str(error) or "at most" in str(error)
            break
    session.close()

    assert os.listdir("sys") == ["a"]
    await end(node)


async def test_a_refused_release_does_not_cost_what_was_brought_of_another():
    node = running_node()
    new = Release(NEW_FILES)
    first = await bring(node, new, most=1500)

    await fails(bring(node, Release({"start.py": b"?"}, 3, key=None)), "release_unsigned")
    second = await bring(node, new)

    assert sum(first.values()) + sum(second.values()) == sum(SENT.values())
    await end(node)


async def test_without_room_nothing_begins():
    from tepal.core import deciding

    class Flash:
        """With so many free blocks of 4 KB."""

        def __init__(self, free):
            self.free = free
            self.listdir = os.listdir

        def statvfs(self, path):
            return (4096, 4096, 200, self.free, self.free)

    node = running_node()
    digest = "0" * 64
    write("offered", "files: 2 200001\n%s 200000 a/b\n%s 1 start.py\n" % (digest, digest))
    Release({"start.py": b"other"}, 1).put("b")  # three blocks, which would be free then

    for free, fits in ((52, True), (51, False), (0, False)):
        deciding.os = Flash(free)
        if fits:
            deciding.require_room("b", "offered")
        else:
            said = refused(deciding.require_room, "b", "offered")
            assert said == "full: 220 KB of flash wanted, %d KB are free" % (4 * free + 12)
    deciding.os = os
    await end(node)


async def test_of_two_feeds_one_has_to_wait():
    node = running_node()
    new = Release(NEW_FILES)
    session = await begun(node, new)

    assert "one comes by push" in refused(updating().open, node, "mqtt")
    await send(session, new)
    assert "one comes by push" in refused(updating().open, node, "mqtt")
    session.close()
    second = updating().open(node, "mqtt")

    assert "update busy" in refused(session.write, b"x")  # who was sent away brings nothing more
    session.close()
    assert "one comes by mqtt" in refused(updating().open, node, "http")
    second.close()
    await end(node)


async def test_a_feed_that_fell_silent_makes_way():
    node = running_node()
    first = await begun(node, Release(NEW_FILES))
    first.used -= 61000

    second = updating().open(node, "http")

    await fails(first.wanted(), "update_busy")
    assert "update busy" in refused(first.write, b"x")
    second.close()
    await end(node)


async def test_while_a_release_is_on_trial_no_other_is_taken():
    node = running_node()
    await bring(node, Release(NEW_FILES))

    assert "on trial" in refused(updating().open, node, "push")
    node.slot = "b"  # it has started
    assert "on trial" in refused(updating().open, node, "push")
    write("boot.st", "a - 0\n")  # it was given up and has not restarted yet
    assert "on trial" in refused(updating().open, node, "push")
    await end(node)


async def test_while_a_set_of_files_is_not_confirmed_no_release_is_taken():
    from tepal.core import journal

    node = running_node()
    files = journal.open(node, "test", "1")
    staged = files.file("lib/fan.py", 3)
    staged.write(b"fan")
    staged.finish()
    staged.close()
    files.commit()
    files.close()

    assert "a set of files" in refused(updating().open, node, "push")
    assert journal.replay([]) == []  # as the next boot does
    assert "a set of files" in refused(updating().open, node, "push")
    journal.confirm()

    assert not journal.storage.exists("update/journal")
    updating().open(node, "push").close()
    await end(node)


async def test_a_node_that_could_break_takes_no_release():
    node = running_node()
    node.slot = ""

    assert refused(updating().open, node, "push").startswith("unsupported")
    node.slot = "a"
    flash = node.board().flash()
    is_fat, flash.is_fat = flash.is_fat, lambda: True
    try:
        assert refused(updating().open, node, "push").startswith("update flash: FAT")
    finally:
        flash.is_fat = is_fat
    await end(node)


async def test_a_release_that_was_rolled_back_comes_only_if_somebody_asks():
    from tepal.core import storage

    node = running_node()
    new = Release(NEW_FILES)
    storage.make_folder("data")
    storage.write("data/.update", {"state": "rolled back", "given_up": new.name, "reason": "x"})

    await fails(bring(node, new), "update_rolled_back")
    assert os.listdir("sys") == ["a"]
    await bring(node, new, asked=True)

    assert new.is_in("b")
    await end(node)


async def test_the_status_tells_where_an_update_is():
    node = running_node()
    new = Release(NEW_FILES)

    shown = updating().status(node)
    assert (shown["state"], shown["slot"], shown["sequence"]) == ("idle", "a", 1)
    assert shown["release"] == Release(OLD_FILES, 1).name
    session = await begun(node, new)
    shown = updating().status(node)
    assert shown["state"] == "filling"
    assert shown["offered"] == {"version": "1.0.2", "sequence": 2, "release": new.name}
    await send(session, new)
    await session.finish()
    session.close()
    shown = updating().status(node)
    assert (shown["state"], shown["trial"]) == ("trial", "b")
    await end(node)


async def test_the_release_before_comes_back_when_somebody_wants_it():
    node = running_node(old=Release(NEW_FILES, 2))
    before = Release(OLD_FILES, 1)
    await fails(updating().revert(node), "not_found")
    before.put("b")

    await updating().revert(node)

    assert pointer() == "a b 3\n"
    assert before.is_in("b")
    await end(node)


async def test_half_a_release_does_not_come_back():
    node = running_node()
    await bring(node, Release(NEW_FILES), most=1500)

    await fails(updating().revert(node), "release_file")

    assert pointer() == "a - 0\n"
    await end(node)
