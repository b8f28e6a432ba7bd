"""What becomes of an archive: a version in its place, or one sentence and nothing changed."""

import asyncio
import gc
import json

from app_archives import (
    archive,
    bomb,
    config,
    deflated,
    install,
    manifest,
    members,
    node_for_apps,
    put,
    read,
    remove,
    tree,
    zipped,
)
from house import end, fails

from tepal.core.storage import exists

BEGINS = {"data/list.txt": b"packed", "share/all.txt": b"for all", "main.mpy": b"1" * 900}


def needs(*wanted):
    return {"dependencies": list(wanted)}


def version_in(folder, uid="garden"):
    from tepal.core import shelf

    return shelf.config(folder, uid)["version"]


async def refused(node, data, code, **how):
    """Return why an archive is refused; nothing may have changed."""
    before = tree()
    text = await fails(install(node, data, **how), code)
    assert tree() == before, text
    assert not node.session
    return text


# --- it comes


async def test_an_app_is_installed_with_what_it_begins_with():
    node = node_for_apps()

    done = await install(node, archive(files=BEGINS))

    assert done == {"uid": "garden", "version": "1.0.0", "was": "", "place": "base"}
    assert sorted(tree()) == [
        "apps/garden/data/list.txt",
        "apps/garden/manifest",
        "apps/garden/pack",
        "apps/garden/share/all.txt",
    ]
    assert read("apps/garden/data/list.txt") == b"packed"
    assert version_in("apps/garden") == "1.0.0"
    await end(node)


async def test_an_upgrade_leaves_what_was_written_alone():
    node = node_for_apps()
    await install(node, archive(files=BEGINS))
    put("apps/garden/data/list.txt", b"mine")
    put("apps/garden/share/all.txt", b"ours")
    put("apps/garden/data/settings", b"{}")

    done = await install(node, archive(version="1.1.0", files=BEGINS))

    assert done == {"uid": "garden", "version": "1.1.0", "was": "1.0.0", "place": "base"}
    assert version_in("apps/garden") == "1.1.0"
    assert read("apps/garden/data/list.txt") == b"mine"
    assert read("apps/garden/share/all.txt") == b"ours"
    assert exists("apps/garden/data/settings")
    assert not exists("apps/garden/versions")
    await end(node)


async def test_an_app_that_comes_back_finds_what_it_had_written():
    node = node_for_apps()
    await install(node, archive(files=BEGINS))
    put("apps/garden/data/list.txt", b"mine")
    await remove(node, "garden")

    await install(node, archive(files=BEGINS))

    assert read("apps/garden/data/list.txt") == b"mine"
    await end(node)


async def test_a_version_that_somebody_pins_stays_beside_the_new_one_with_its_own_data():
    node = node_for_apps()
    await install(node, archive(files=BEGINS))
    await install(node, archive("fence", fields=needs("garden-1.0.0")))
    put("apps/garden/data/list.txt", b"mine")

    await install(node, archive(version="2.0.0", files=BEGINS))

    assert version_in("apps/garden") == "2.0.0"
    assert version_in("apps/garden/versions/1.0.0") == "1.0.0"
    put("apps/garden/data/list.txt", b"of the new one")
    assert read("apps/garden/versions/1.0.0/data/list.txt") == b"mine"
    assert not exists("apps/garden/versions/1.0.0/share")
    await end(node)


async def test_a_version_that_nobody_pins_any_more_goes_away():
    node = node_for_apps()
    await install(node, archive())
    await install(node, archive("fence", fields=needs("garden-1.0.0")))
    await install(node, archive(version="2.0.0"))

    await install(node, archive("fence", version="1.0.1", fields=needs("garden-x.x.x")))

    assert not exists("apps/garden/versions")
    await end(node)


async def test_an_older_version_may_come_beside_the_newest_one_and_stays_for_what_comes_next():
    node = node_for_apps()
    await install(node, archive(version="2.0.0"))

    done = await install(node, archive(files=BEGINS), pinned=True)
    await install(node, archive("fence", fields=needs("garden-1.x.x")))

    assert done["place"] == "versions"
    assert version_in("apps/garden") == "2.0.0"
    assert version_in("apps/garden/versions/1.0.0") == "1.0.0"
    assert read("apps/garden/versions/1.0.0/data/list.txt") == b"packed"
    await end(node)


async def test_an_older_version_takes_the_place_of_a_newer_one_if_somebody_says_so():
    node = node_for_apps()
    await install(node, archive(version="2.0.0"))

    text = await refused(node, archive(), "app_older")
    done = await install(node, archive(), downgrade=True)

    assert text == "garden 1.0.0 is older than 2.0.0, which is here"
    assert (done["was"], version_in("apps/garden")) == ("2.0.0", "1.0.0")
    await end(node)


async def test_the_same_version_once_more_repairs_it():
    node = node_for_apps()
    await install(node, archive())
    put("apps/garden/pack", b"damaged")

    await install(node, archive())

    assert version_in("apps/garden") == "1.0.0"
    await end(node)


# --- who needs whom


async def test_what_an_app_needs_must_be_there_unless_somebody_says_otherwise():
    node = node_for_apps()
    app = archive("fence", fields=needs("garden-1.1.x"))

    nothing = await refused(node, app, "app_needs")
    await install(node, archive())
    older = await refused(node, app, "app_needs")
    done = await install(node, app, nodeps=True)

    assert nothing == "garden-1.1.x wanted, none here"
    assert older == "garden-1.1.x wanted, 1.0.0 here"
    assert done["uid"] == "fence"
    await end(node)


async def test_apps_that_need_each_other_in_a_circle_are_refused_with_the_path():
    node = node_for_apps()
    await install(node, archive("a", fields=needs("b-x.x.x")), nodeps=True)
    await install(node, archive("b", fields=needs("c-x.x.x")), nodeps=True)

    text = await refused(node, archive("c", fields=needs("a-x.x.x")), "app_cycle")

    assert text == "c needs a needs b needs c"
    await end(node)


async def test_an_upgrade_that_leaves_somebody_without_is_refused():
    node = node_for_apps()
    await install(node, archive())
    await install(node, archive("fence", fields=needs("garden-2.x.x")), nodeps=True)

    text = await refused(node, archive(version="1.1.0"), "app_needed")

    assert text == "fence 1.0.0 needs garden-2.x.x"
    await end(node)


async def test_two_apps_are_not_imported_by_the_same_name():
    node = node_for_apps()
    await install(node, archive("a-b"))

    text = await refused(node, archive("a.b"), "app_clash")

    assert text == "a.b and a-b are both imported as a_b"
    await end(node)


async def test_an_app_of_the_same_name_from_somewhere_else_is_refused():
    node = node_for_apps()
    await install(node, archive(fields={"repository": "https://one.example/garden.git"}))

    other = {"repository": "https://two.example/garden.git"}
    text = await refused(node, archive(version="1.1.0", fields=other), "app_other")
    await refused(node, archive(version="1.1.0"), "app_other")

    assert text.startswith("garden is here from https://one.example/garden.git, not from https")
    await end(node)


# --- what is refused


async def test_an_app_that_breaks_a_rule_is_refused_with_its_number():
    node = node_for_apps()
    table = (
        ("U1", "Garden", {}),
        ("U1", "gardenlight", {}),
        ("U3", "a-1.0.0", {}),
        ("U4", "con", {}),
        ("U4", "inbox", {}),
        ("C1", "garden", {"files": {"config.json": b"[1]"}}),
        ("C1", "garden", {"files": {"config.json": b'{"version": '}}),
        ("C1", "garden", {"files": {"config.json": b" " * 5000}}),
        ("C2", "garden", {"files": {"config.json": b'{"version": "1.0.0"}'}}),
        ("C3", "garden", {"fields": {"title": ["Garden"]}}),
        ("C4", "garden", {"fields": {"title": "g" * 31}}),
        ("C5", "garden", {"fields": {"description": "two\nlines"}}),
        ("V1", "garden", {"files": {"config.json": config("1.0")}}),
        ("V1", "garden", {"files": {"config.json": config("1.0.1")}}),
        ("E1", "garden", {"fields": {"execute": "../main.py"}}),
        ("P1", "garden", {"fields": needs("fence-^1.0.0")}),
        ("P2", "garden", {"fields": needs("fence-1.0.0", "fence-1.0.0")}),
        ("P3", "garden", {"fields": needs("garden-x.x.x")}),
        ("K1", "garden", {"fields": {"settings": {"a b": 1}}}),
        ("G3", "garden", {"fields": {"permissions": ["all"]}}),
        ("S2", "garden", {"fields": {"schedule": [{"every": 0}]}}),
    )

    for number, uid, more in table:
        text = await refused(node, archive(uid, **more), "app")

        assert text.startswith(number + ": "), text
    await refused(node, zipped(_listed("garden", [("garden/main.mpy.z", deflated(b""))])), "app")
    assert not exists("apps/garden")
    await end(node)


async def test_an_archive_that_is_not_what_its_manifest_says_is_refused():
    node = node_for_apps()
    await install(node, archive())
    good = members(version="1.1.0")
    whole = zipped(good)
    link = bytearray(whole)
    link[6] |= 8  # its sizes follow it
    outside = [("other/x.z", deflated(b"x"))]
    table = (
        ("app", "G1: an archive that begins", zipped(good[1:])),
        ("app", "G1: the archive ends early", b""),
        ("app", "G1: the archive ends early", b"no zip file, but long enough for a header"),
        ("app", "G1: an archive as umbel app pack makes it", bytes(link)),
        ("app", "G1: the archive has not the files", zipped([good[0], good[2], good[1]])),
        ("app", "G1: the archive has not the files", zipped(good[:2])),
        ("app", "G1: the archive has not", zipped(good[:2] + [("../" + good[2][0], good[2][1])])),
        ("app", "G1: the archive has more files", zipped(good + [("garden/z", b"x")])),
        ("app", "G1: the archive goes on", whole + bytes(2000)),
        ("app", "G1: the archive ends early", whole[:-30]),
        ("app", "G1: other/x.z is not in", zipped(_listed("garden", outside))),
        ("app", "G1: the archive ends early", whole[: len(whole) // 2]),
        ("manifest", "line 5: expected a path", zipped(_listed("garden", [("garden/../x", b"")]))),
        ("manifest", "line 5: expected a path", zipped(_listed("garden", [("/x", b"")]))),
        (
            "manifest",
            "line 1: expected tepal-app 1",
            archive(kind="release", head=["sequence: 9"]),
        ),
        ("digest", "garden/main.mpy.z", whole.replace(b"code code", b"code c0de", 1)),
    )

    for code, beginning, data in table:
        text = await refused(node, data, code)

        assert text.startswith(beginning), text
    for cut in range(0, len(whole), 97):
        before = tree()
        try:
            await install(node, whole[:cut])
        except Exception as error:
            assert getattr(error, "code", "") in ("app", "manifest", "release_unsigned"), error
        else:
            raise AssertionError(cut)
        assert tree() == before, cut
    await end(node)


def _listed(uid, files):
    return [("manifest", manifest(uid, "1.1.0", files))] + files


async def test_what_unpacks_to_more_than_a_file_may_be_is_refused():
    node = node_for_apps()
    table = (
        (lambda: bomb(1 << 20), "unpacks to more than 1048576 bytes"),
        (lambda: deflated(b"one") + deflated(b"two"), "is not one deflate stream"),
        (lambda: deflated(b"code")[:-2], "is not one deflate stream"),
        (lambda: b"\7", "cannot be unpacked"),
        (lambda: b"", "cannot be unpacked"),
    )

    for content, why in table:
        gc.collect()
        text = await refused(node, archive(files={"main.mpy.z": content()}), "app")

        assert text == "G1: garden/main.mpy.z " + why, text
    await end(node)


async def test_who_vouches_for_an_app_is_asked_as_for_a_release():
    node = node_for_apps()
    data = archive(key=None)
    other = archive(key=bytes(32))

    unsigned = await refused(node, data, "release_unsigned")
    await refused(node, other, "release_signature")
    await install(node, data, trust=False)
    await node.config.set("update_strict", "none")
    await install(node, data)

    assert "this node's key" in unsigned
    await end(node)


async def test_an_app_that_a_publisher_has_signed_is_believed_and_no_other():
    import release_key

    from tepal.core import release_keys
    from tepal.formats.rsa import key_id

    node = node_for_apps()
    release_keys.write(node.vault, [release_key.modulus()])
    found = members(key=None)
    name = key_id(release_key.modulus())
    signed = _signed(found[0][1], name, 0)
    forged = _signed(found[0][1], name, 1)

    await refused(node, archive(), "release_unsigned")
    await refused(node, zipped([("manifest", forged)] + found[1:]), "release_signature")
    done = await install(node, zipped([("manifest", signed)] + found[1:]))

    assert done["uid"] == "garden"
    await end(node)


def _signed(text, name, change):
    """Return a manifest with a signature as a publisher makes it (RFC 8017, 9.2)."""
    import hashlib

    import release_key

    digest = hashlib.sha256(text).digest()
    info = bytes.fromhex("3031300d060960864801650304020105000420")
    filling = b"\xff" * (384 - 3 - len(info) - len(digest) - change)
    block = b"\0\1" + filling + b"\0" + info + digest + bytes(change)
    return text + ("signature: rsa %s %s\n" % (name, release_key.sign_block(block).hex())).encode()


async def test_an_app_for_another_board_is_refused():
    node = node_for_apps()

    text = await refused(node, archive(head=["platform: esp32c99"]), "release_unfit")

    assert text.startswith("for platform esp32c99")
    await end(node)


async def test_who_sends_half_an_archive_and_is_gone_leaves_nothing_behind():
    node = node_for_apps()
    data = archive()
    sent = []

    async def read():
        if len(sent) == 4:
            raise OSError("closed")
        sent.append(1)
        return data[300 * len(sent) - 300 : 300 * len(sent)]

    from tepal.core import app_install

    try:
        await app_install.install(node, read)
    except OSError as error:
        assert str(error) == "closed"
    else:
        raise AssertionError("it must be told")
    assert tree() == {}
    assert not node.session
    await end(node)


async def test_one_comes_at_a_time():
    node = node_for_apps()
    arrived = asyncio.Event()
    data = archive()

    async def read():
        nonlocal data
        await arrived.wait()
        found, data = data, b""
        return found

    from tepal.core import app_install

    first = asyncio.create_task(app_install.install(node, read))
    await asyncio.sleep_ms(5)
    text = await fails(install(node, archive("fence")), "update_busy")
    arrived.set()
    done = await first

    assert text == "one comes by http"
    assert done["uid"] == "garden"
    await end(node)


async def test_a_node_that_cannot_replace_in_one_step_takes_no_apps():
    node = node_for_apps()
    node.slot = ""

    await fails(install(node, archive()), "unsupported")

    assert tree() == {}
    await end(node)


# --- setup scripts

WRITES = b"""
def run(app):
    with open(app.path("made"), "w") as file:
        file.write("by the script")
"""
COROUTINE = b"""
import asyncio
async def run(app):
    await asyncio.sleep_ms(1)
    app.change("seconds", 7)
"""
VETO = b"""
def run(app):
    raise ValueError("there is no room in this garden")
"""
HANGS = b"""
import asyncio
async def run(app):
    with open(app.path("half"), "w") as file:
        file.write("half")
    await asyncio.sleep_ms(100000)
"""


async def test_what_a_setup_script_writes_comes_with_the_app():
    node = node_for_apps()

    await install(node, archive(files={"setup/install.py": WRITES, "data/x": b"x"}))
    await install(
        node,
        archive(
            version="1.1.0",
            files={"setup/upgrade.py": COROUTINE},
            fields={"settings": {"seconds": 1}},
        ),
    )

    assert read("apps/garden/data/made") == b"by the script"
    assert read("apps/garden/data/x") == b"x"
    assert b'"seconds": 7' in read("apps/garden/data/settings")
    await end(node)


async def test_a_setup_script_that_does_not_want_it_is_believed_and_nothing_changes():
    node = node_for_apps()
    await install(node, archive(files=BEGINS))

    text = await refused(node, archive("fence", files={"setup/install.py": VETO}), "app_setup")
    files = {"setup/upgrade.py": WRITES + VETO}
    await refused(node, archive(version="1.1.0", files=files), "app_setup")
    none = await refused(node, archive("a", files={"setup/install.py": b"x = 1"}), "app_setup")

    assert text == "setup/install.py: ValueError: there is no room in this garden"
    assert none.startswith("setup/install.py: AttributeError")
    await end(node)


async def test_a_setup_script_that_hangs_is_ended_and_nothing_changes():
    node = node_for_apps()
    real = asyncio.wait_for_ms
    asyncio.wait_for_ms = lambda doing, most_ms: real(doing, most_ms // 200)
    try:
        text = await refused(node, archive(files={"setup/install.py": HANGS}), "app_setup")
    finally:
        asyncio.wait_for_ms = real

    assert text == "setup/install.py is not done after 10 s"
    await end(node)


async def test_the_commands_of_a_setup_script_are_all_known_before_the_first_one_runs():
    node = node_for_apps()
    put(
        "modules/LM_mark.py",
        b"count = []\ndef add(n):\n    count.append(n)\n    return len(count)\n",
    )
    good = b"# two of them\nmark add 1\nmark add 2\n"
    unknown = b"mark add 3\nnobody home\n"
    wrong = b'mark add 4\nmark add "x\n'

    await install(node, archive(files={"setup/install.sh": good}))
    one = await refused(node, archive("b", files={"setup/install.sh": unknown}), "app_setup")
    two = await refused(node, archive("c", files={"setup/install.sh": wrong}), "app_setup")

    assert node.modules.loaded["mark"].count == [1, 2]
    assert one.startswith("setup/install.sh: unknown module: nobody"), one
    assert two.startswith("setup/install.sh: app: S1: line 2"), two
    await end(node)


# --- removal


async def test_an_app_goes_and_what_it_wrote_stays_unless_somebody_wants_that_too():
    node = node_for_apps()
    await install(node, archive(files=BEGINS))
    put("apps/garden/temp/x", b"x")
    put("apps/.state", json.dumps({"garden": {"on": True}, "fence": {"on": True}}).encode())

    done = await remove(node, "garden")
    left = sorted(tree())
    await install(node, archive(files=BEGINS))
    await remove(node, "garden", purge=True)

    assert done == {"uid": "garden", "was": "1.0.0"}
    assert left == ["apps/.state", "apps/garden/data/list.txt", "apps/garden/share/all.txt"]
    assert list(tree()) == ["apps/.state"]
    assert b"garden" not in read("apps/.state")
    await end(node)


async def test_an_app_that_others_need_stays_and_they_are_named():
    node = node_for_apps()
    await install(node, archive())
    await install(node, archive("fence", fields=needs("garden-1.x.x")))
    before = tree()

    text = await fails(remove(node, "garden", force=True), "app_needed")
    await fails(remove(node, "nobody"), "app_missing")

    assert text == "fence 1.0.0 needs garden"
    assert tree() == before
    await end(node)


async def test_the_uninstall_script_comes_first_and_may_be_passed_over():
    node = node_for_apps()
    await install(node, archive(files={"setup/uninstall.py": VETO}))
    before = tree()

    text = await fails(remove(node, "garden"), "app_setup")
    unchanged = tree() == before
    await remove(node, "garden", force=True)

    assert text.startswith("setup/uninstall.py: ValueError")
    assert unchanged
    assert not exists("apps/garden")
    await end(node)


async def test_with_an_app_goes_the_older_version_that_only_it_has_needed():
    node = node_for_apps()
    await install(node, archive())
    await install(node, archive("fence", fields=needs("garden-1.0.0")))
    await install(node, archive(version="2.0.0"))

    await remove(node, "fence")

    assert not exists("apps/garden/versions")
    assert version_in("apps/garden") == "2.0.0"
    await end(node)


# --- boot, and the inbox


async def test_a_boot_removes_what_was_not_decided_and_what_nobody_needs():
    from tepal.core import app_journal

    node = node_for_apps()
    await install(node, archive())
    put("apps/.new/pack", b"half")
    put("apps/garden/temp/x", b"x")
    put("apps/garden/versions/0.9.0/pack", b"half of it")
    put("apps/.journal.new", b"torn")

    await app_journal.replay(node)

    assert sorted(tree()) == ["apps/garden/manifest", "apps/garden/pack"]
    await end(node)


async def test_archives_in_the_inbox_are_installed_at_boot_what_is_needed_first():
    from tepal.core import app_inbox

    node = node_for_apps()
    put("apps/inbox/1.zip", archive("fence", fields=needs("garden-1.x.x"), key=None))
    put("apps/inbox/2.zip", archive(key=None))
    put("apps/inbox/3.zip", b"nonsense")
    put("apps/inbox/4.zip", archive("door", fields=needs("nobody-1.x.x"), key=None))

    await app_inbox.take_in(node)

    said = {path: read(path) for path in tree("apps/inbox")}
    assert said == {
        "apps/inbox/1.zip.txt": b"installed fence 1.0.0\n",
        "apps/inbox/2.zip.txt": b"installed garden 1.0.0\n",
        "apps/inbox/3.zip.txt": b"app: G1: the archive ends early, or is none\n",
        "apps/inbox/4.zip.txt": b"app needs: nobody-1.x.x wanted, none here\n",
    }
    assert exists("apps/fence/pack")
    await end(node)
