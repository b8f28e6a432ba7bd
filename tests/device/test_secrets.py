import json
import os
import sys

from house import empty_folder, leave, write
from power import PowerCut

from tepal.core import secrets, storage
from tepal.formats import sealed


def place():
    from tepal.hal import vault

    return vault


def content(path):
    with open(path, "rb") as file:
        return file.read()


def damage(path, index):
    data = bytearray(content(path))
    data[index] ^= 1
    with open(path, "wb") as file:
        file.write(data)


def kept_by(*numbers):
    """A vault in which 1, then 2 and so on was stored as "n"."""
    empty_folder()
    for number in numbers:
        secrets.put(place, "n", number)


def test_what_was_sealed_comes_back():
    key = sealed.key_of(b"chip")
    for text in (b"", b"x", b"a longer text that takes more than one block of the mask" * 9):
        closed = sealed.seal(key, 7, bytes(16), text)

        assert sealed.unseal(key, closed) == text
        assert sealed.sequence(closed) == 7
        assert len(text) < 2 or text not in closed


def test_the_seal_is_what_this_release_says_it_is():
    key = sealed.key_of(bytes.fromhex("840d8ed29760"))
    closed = sealed.seal(key, 1, bytes(range(16)), b'{"key": "value"}')

    assert key.hex() == "736207ab18623cfb991f5c8c6c268473b97f6c7dbb86c32ac240205b99f005aa"
    assert closed.hex() == (
        "54530100000001000102030405060708090a0b0c0d0e0f102fd8bfd7d1342b04e6f08ae9c0647f"
        "62e0fb6526349bb74a0142b691c15c7ef96f0d5703f472fd8d428099b4fac0a3"
    )
    assert sealed.unseal(key, closed) == b'{"key": "value"}'


def test_nothing_can_be_changed_unnoticed():
    key = sealed.key_of(b"chip")
    closed = sealed.seal(key, 7, bytes(16), b'{"a": 1}')
    changed = []
    for index in range(len(closed)):
        changed.append(closed[:index] + bytes([closed[index] ^ 1]) + closed[index + 1 :])
    torn = [closed[:size] for size in range(len(closed))]

    for other in changed + torn + [closed + b"x"]:
        assert not opens(key, other)
    assert not opens(sealed.key_of(b"another chip"), closed)
    assert opens(key, closed)


def opens(key, closed):
    try:
        sealed.unseal(key, closed)
    except ValueError:
        return False
    return True


def test_secrets_come_back_and_do_not_lie_in_the_open():
    empty_folder()
    secrets.put(place, "stapwd", "hunter2")
    secrets.put(place, "key", "ab" * 32)
    secrets.put(place, "gone", 1)
    secrets.put(place, "gone", None)

    assert secrets.read(place) == {"stapwd": "hunter2", "key": "ab" * 32}
    assert secrets.get(place, "nothing") is None
    for name in os.listdir("."):
        assert b"hunter2" not in content(name), name
    leave()


def test_a_damaged_place_leaves_the_other_one():
    kept_by(1, 2, 3)
    newest = "secrets" if sealed.sequence(content("secrets")) == 3 else "secrets.1"

    damage(newest, 30)

    assert secrets.read(place) == {"n": 2}
    faults = secrets.check(place)
    assert "not sealed by this board, or damaged" in faults[0]
    assert faults[1] == "using the copy before"
    secrets.put(place, "n", 4)
    assert secrets.read(place) == {"n": 4}
    assert secrets.check(place) == []
    leave()


def test_without_any_whole_place_the_node_starts_anew_and_says_so():
    kept_by(1, 2)
    for name in ("secrets", "secrets.1"):
        write(name, "nonsense")

    assert secrets.read(place) == {}
    assert len(secrets.check(place)) == 2
    secrets.put(place, "n", 3)
    assert secrets.read(place) == {"n": 3}
    leave()


def test_what_a_host_left_in_the_open_counts_and_is_sealed():
    kept_by(1, 2, 3)
    write("secrets", '{"n": "from a host"}')

    assert secrets.read(place) == {"n": "from a host"}
    assert secrets.check(place) == []

    assert secrets.read(place) == {"n": "from a host"}
    for name in ("secrets", "secrets.1"):
        assert sealed.sequence(content(name)) > 0, name
    leave()


def test_the_store_of_the_release_before_is_sealed():
    empty_folder()
    storage.write("secrets", {"n": 1}, 1)
    storage.write("secrets", {"n": 2}, 1)

    assert secrets.check(place) == []

    assert secrets.read(place) == {"n": 2}
    assert content("secrets")[:1] != b"{" != content("secrets.1")[:1]
    leave()


def test_a_power_cut_at_any_step_leaves_the_old_secrets_or_the_new_ones():
    for begin in ((), (1,), (1, 2), (1, 2, 3)):
        step = 0
        came = True
        while came:
            kept_by(*begin)
            old = secrets.read(place)
            with PowerCut((place(),), step) as cut:
                secrets.put(place, "n", "new")
            came = cut.came
            found = secrets.read(place)
            secrets.put(place, "m", 5)  # and it can be written again
            assert secrets.get(place, "m") == 5
            leave_folder()
            assert found in (old, {"n": "new"}), (begin, step)
            assert came or found == {"n": "new"}
            step += 1
        assert step > 1


def test_a_power_cut_while_sealing_loses_nothing():
    step = 0
    came = True
    while came:
        empty_folder()
        write("secrets", '{"n": "from a host"}')
        with PowerCut((place(),), step) as cut:
            secrets.check(place)
        came = cut.came
        found = secrets.read(place)
        leave_folder()
        assert found == {"n": "from a host"}, step
        step += 1
    assert step > 3


def leave_folder():
    os.chdir("..")


def test_a_full_flash_keeps_the_old_secrets():
    kept_by(1, 2)

    def full(slot, data):
        raise OSError(28)

    vault = place()
    save = vault.save
    vault.save = full
    try:
        secrets.put(place, "n", 3)
        raise AssertionError("an error expected")
    except OSError:
        pass
    finally:
        vault.save = save
    assert secrets.read(place) == {"n": 2}
    leave()


def test_too_many_secrets_are_refused_and_nothing_is_lost():
    kept_by(1)

    try:
        secrets.put(place, "novel", "x" * 4000)
        raise AssertionError("an error expected")
    except OSError as error:
        assert error.args[0] == 28

    assert secrets.read(place) == {"n": 1}
    leave()


def test_an_open_record_is_for_those_who_have_no_vault():
    empty_folder()
    secrets.put("mine", "n", 1)

    assert secrets.get("mine", "n") == 1
    assert json.loads(content("mine"))["n"] == 1
    leave()


def test_a_sealed_file_is_not_taken_for_an_open_one():
    kept_by(1)

    for function in (secrets.read, lambda path: secrets.put(path, "n", 2)):
        try:
            function("secrets.1" if storage.exists("secrets.1") else "secrets")
            raise AssertionError("an error expected")
        except ValueError:
            pass
    leave()


# --- an ESP32


class NVS:
    """The key-value store of an ESP32; what is not committed does not outlast a power cut."""

    flash = {}
    cut_after = -1  # writes; the next one does not happen

    def __init__(self, space):
        self.space = space
        self.pending = {}

    def get_blob(self, name, buffer):
        data = self._get(name)
        if len(data) > len(buffer):
            raise OSError(-0x110C)
        buffer[: len(data)] = data
        return len(data)

    def get_i32(self, name):
        return self._get(name)

    def set_blob(self, name, data):
        self.pending[name] = bytes(data)

    def erase_key(self, name):
        self._get(name)
        self.pending[name] = None

    def commit(self):
        for name in sorted(self.pending):  # each entry is whole or not there
            if NVS.cut_after == 0:
                raise KeyboardInterrupt
            NVS.cut_after -= 1
            NVS.flash[self.space, name] = self.pending[name]
        self.pending = {}

    def _get(self, name):
        data = NVS.flash.get((self.space, name))
        if data is None:
            raise OSError(-0x1102)
        return data


def on_esp32():
    empty_folder()
    NVS.flash = {}
    NVS.cut_after = -1
    sys.modules["esp32"] = type("Esp32", (), {"NVS": NVS})


def leave_esp32():
    sys.modules.pop("esp32")
    leave()


def test_an_esp32_keeps_its_secrets_in_nvs_with_a_key_of_its_own():
    on_esp32()
    secrets.put(place, "stapwd", "hunter2")
    secrets.put(place, "stapwd", "hunter3")

    assert secrets.get(place, "stapwd") == "hunter3"
    assert os.listdir(".") == []
    assert len(NVS.flash["tepal", "root"]) == 32
    NVS.flash["tepal", "root"] = bytes(32)  # another board
    assert secrets.read(place) == {}
    leave_esp32()


def test_secrets_move_from_a_file_to_nvs():
    on_esp32()
    write("secrets", '{"n": 1}')

    assert secrets.check(place) == []

    assert secrets.read(place) == {"n": 1}
    assert os.listdir(".") == []
    leave_esp32()


def test_a_power_cut_at_any_step_of_nvs_leaves_the_old_secrets_or_the_new_ones():
    for cut in range(6):
        on_esp32()
        write("secrets", '{"n": 1}')
        NVS.cut_after = cut
        try:
            secrets.check(place)
        except KeyboardInterrupt:
            pass
        NVS.cut_after = -1
        assert secrets.read(place) == {"n": 1}, cut
        secrets.check(place)
        NVS.cut_after = cut % 2
        try:
            secrets.put(place, "n", 2)
        except KeyboardInterrupt:
            pass
        NVS.cut_after = -1

        assert secrets.get(place, "n") == (1 if cut % 2 == 0 else 2), cut
        leave_esp32()


def test_many_secrets_fit_into_nvs():
    on_esp32()
    for number in range(8):
        secrets.put(place, "key%d" % number, "x" * 200)

    assert len(secrets.read(place)) == 8
    assert secrets.get(place, "key7") == "x" * 200
    leave_esp32()
