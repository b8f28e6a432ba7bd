import hashlib
import os

from house import Bench, empty_folder, leave, write
from wheelhouse import UMBEL, hashed, wheel

from tepal.formats.errors import TepalError
from tepal.formats.fitting import About

ABOUT = About(0x0706, (1, 25, 0), "linux", "sim")
FILES = {"fan_club/__init__.py": b"X = 1\n", "fan_club/large.py": UMBEL, "fan.py": b""}


def core():
    from tepal.core import journal, packages, wheels

    return journal, wheels, packages


async def install(data, name="fan-club", about=ABOUT):
    """Install a wheel for good; return the notes."""
    journal, wheels, _ = core()
    with open("wheel", "wb") as file:
        file.write(data)
    files = journal.open(Bench(), "test")
    try:
        notes = await wheels.install(
            "wheel", files, name, hashlib.sha256(data).digest().hex(), about
        )
        files.commit()
    finally:
        files.close()
    assert journal.replay([]) == []
    journal.confirm()
    return notes


async def refused(data, code="wheel", **more):
    """Return why a wheel is not installed; nothing is left of it."""
    before = tree()
    try:
        await install(data, **more)
    except TepalError as error:
        assert error.code == code, str(error)
        assert tree() == before
        return error.detail
    raise AssertionError(code + " expected")


def tree(folder="lib"):
    """Return all files below a folder, with their sizes; empty folders too."""
    found = {}
    try:
        names = os.listdir(folder)
    except OSError:
        return found
    for name in names:
        path = folder + "/" + name
        status = os.stat(path)
        if status[0] & 0x4000:
            found.update(tree(path) or {path: None})
        else:
            found[path] = status[6]
    return found


async def test_a_wheel_is_installed_with_all_that_it_records():
    empty_folder()
    data = wheel(FILES)

    assert await install(data) == []

    assert sorted(tree()) == [
        "lib/fan.py",
        "lib/fan_club-1.0.dist-info/METADATA",
        "lib/fan_club-1.0.dist-info/RECORD",
        "lib/fan_club-1.0.dist-info/WHEEL",
        "lib/fan_club-1.0.dist-info/direct_url.json",
        "lib/fan_club/__init__.py",
        "lib/fan_club/large.py",
    ]
    with open("lib/fan_club/large.py", "rb") as file:
        assert file.read() == UMBEL
    _, _, wheels = core()
    folder = "lib/fan_club-1.0.dist-info"
    assert wheels.installed("Fan.Club") == wheels.installed() == [("fan-club", "1.0", folder)]
    assert wheels.origin(folder) == hashlib.sha256(data).digest().hex()
    assert wheels.verify("fan-club") == []
    leave()


async def test_what_was_changed_or_lost_since_is_found():
    empty_folder()
    await install(wheel(FILES))
    write("lib/fan.py", "x")
    os.remove("lib/fan_club/large.py")

    faults = core()[2].verify("fan_club")

    assert sorted(faults) == ["fan.py was changed", "fan_club/large.py is missing"]
    leave()


async def test_an_upgrade_removes_what_the_new_one_has_not():
    empty_folder()
    await install(wheel(dict(FILES, **{"fan_club/old/x.py": b"x"})))
    os.mkdir("lib/fan_club-1.0.dist-info/licenses")
    write("lib/fan_club-1.0.dist-info/licenses/LICENSE", "free")  # which nobody has recorded
    write("lib/other.py", "x")

    await install(wheel({"fan_club.py": b"Y = 1\n", "fan.py": b""}, version="1.1"))

    assert sorted(tree()) == [
        "lib/fan.py",
        "lib/fan_club-1.1.dist-info/METADATA",
        "lib/fan_club-1.1.dist-info/RECORD",
        "lib/fan_club-1.1.dist-info/WHEEL",
        "lib/fan_club-1.1.dist-info/direct_url.json",
        "lib/fan_club.py",
        "lib/other.py",
    ]
    assert [found[1] for found in core()[2].installed()] == ["1.1"]
    leave()


async def test_the_same_wheel_again_changes_nothing():
    empty_folder()
    await install(wheel(FILES))
    before = tree()

    await install(wheel(FILES))

    assert tree() == before
    leave()


async def test_what_mpy_blox_has_installed_is_upgraded():
    empty_folder()
    for folder in ("lib", "lib/mpy_blox", "lib/mpy_blox-0.5.dist-info"):
        os.mkdir(folder)
    write("lib/mpy_blox/old.mpy", "M")
    info = "lib/mpy_blox-0.5.dist-info/"
    write(info + "METADATA", "Metadata-Version: 2.1\nName: mpy-blox\nVersion: 0.5\n")
    write(
        info + "RECORD", "mpy_blox/old.mpy,sha256=%s,1\n../../main.py,,\nodd line\n" % ("A" * 43)
    )
    write("main.py", "x")

    await install(wheel({"mpy_blox/new.mpy": b"M"}, "mpy_blox", "0.6"), "mpy-blox")

    assert "lib/mpy_blox/new.mpy" in tree() and "lib/mpy_blox/old.mpy" not in tree()
    assert info + "METADATA" not in tree()
    assert os.stat("main.py")
    leave()


async def test_data_and_signatures_are_left_out_with_a_note():
    empty_folder()
    files = dict(FILES, **{"fan_club-1.0.data/scripts/run": b"#!"})

    notes = await install(wheel(files))

    assert notes == ["fan_club-1.0.data/scripts/run is left out"]
    leave()


async def test_a_wheel_must_be_for_this_node():
    empty_folder()
    for tag in ("py3-none-any", "py2.py3-none-any", "mpy6-bytecode-unix_x86", "mpy6-bytecode-any"):
        await install(wheel(FILES, tag=tag))
    for tag in (
        "py2-none-any mpy6-bytecode-esp32 mpy5-bytecode-unix_x86 mpy6-bytecode-unix_armv6m"
        " mpy6-none-any py3-none-linux cp311-cp311-any x"
    ).split():
        assert "not for this node: cp99-none-any, " + tag in await refused(
            wheel(FILES, tag=tag), "wheel_unfit"
        )
    esp32 = About(0x2B06, (1, 25, 0), "esp32", "x")
    await install(wheel(FILES, tag="mpy6-bytecode-esp32"), about=esp32)
    await refused(wheel(FILES, tag="mpy6-bytecode-rp2"), "wheel_unfit", about=esp32)
    leave()


async def test_a_wheel_of_another_name_is_refused():
    empty_folder()

    assert "other expected, not fan-club" in await refused(wheel(FILES), name="other")
    leave()


async def test_names_that_lead_elsewhere_are_refused():
    empty_folder()
    for path in ("../main.py", "/main.py", "a/../../x.py", "a\\b.py", "", "a//b", ".", "ü.py"):
        await refused(wheel({path: b"x"}), "update_path")
    await refused(wheel({"json.py": b"x"}), "update_protected")
    leave()


async def test_contents_that_are_not_what_is_recorded_are_refused():
    empty_folder()

    def other_hash(archive, records):
        records[0] = "fan.py,%s,0" % hashed(b"else")

    def other_size(archive, records):
        records[0] = "fan.py,%s,1" % hashed(b"")

    def no_hash_of_metadata(archive, records):
        records[1] = "fan_club-1.0.dist-info/METADATA,,"

    def missing(archive, records):
        records.append("more.py,%s,1" % hashed(b"x"))

    def other_kind(archive, records):
        records.append("more.py,md5=x,1")

    def other_checksum(archive, records):
        archive.add("more.py", b"x", crc=1)
        records.append("more.py,%s,1" % hashed(b"x"))

    for spoil, code in (
        (other_hash, "update_file"),
        (other_size, "wheel"),
        (no_hash_of_metadata, "wheel"),
        (missing, "archive"),
        (other_kind, "wheel"),
        (other_checksum, "archive"),
    ):
        await refused(wheel(FILES, spoil=spoil), code)
    leave()


async def test_a_member_that_becomes_larger_than_it_says_is_refused():
    empty_folder()
    from wheelhouse import PACKED

    def bomb(archive, records):
        archive.add("bomb.py", b"u", packed=PACKED[UMBEL])
        records.append("bomb.py,%s,1" % hashed(b"u"))

    def huge(archive, records):
        archive.add("bomb.py", b"u", packed=PACKED[UMBEL], size=1 << 30)
        records.append("bomb.py,%s,%d" % (hashed(b"u"), 1 << 30))

    assert "no more than 1 bytes" in await refused(wheel(FILES, spoil=bomb), "archive")
    assert "do not fit" in await refused(wheel(FILES, spoil=huge), "full")
    leave()


async def test_an_archive_that_ends_early_is_refused_wherever_that_is():
    empty_folder()
    data = wheel(FILES)
    for size in range(0, len(data), 7):
        await refused(data[:size], "archive")
    leave()


async def test_a_flipped_byte_is_noticed_or_harmless():
    empty_folder()
    data = wheel(FILES)
    await install(data)
    before = tree()
    for at in range(0, len(data), 11):
        damaged = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
        try:
            await install(damaged)
        except TepalError:
            assert tree() == before
        else:
            assert core()[2].verify("fan-club") == [], at
            before = tree()
    leave()


async def test_a_comment_at_the_end_does_no_harm_and_other_kinds_of_archives_do():
    empty_folder()
    data = wheel(FILES)

    await install(data[:-2] + b"\5\0hello")
    await refused(data[:-2] + b"\xff\xff" + b"x" * 2000, "archive")
    await refused(data[:-18] + b"\1\0" + data[-16:], "archive")  # one of several disks
    await refused(b"Rar!" + b"\0" * 100, "archive")
    leave()


async def test_a_member_waits_for_memory_that_others_have_only_for_a_moment():
    _, wheels, _ = core()
    whole = wheels.Archive
    misses = ["fan_club/large.py"]

    class Tight(whole):
        def blocks(self, member, window):
            if member.name in misses:
                misses.remove(member.name)
                raise TepalError("memory", member.name)
            return whole.blocks(self, member, window)

    empty_folder()
    wheels.Archive = Tight
    try:
        await install(wheel(FILES))
    finally:
        wheels.Archive = whole

    assert misses == []
    assert tree()["lib/fan_club/large.py"] == len(UMBEL)
