import os

from house import Bench, empty_folder, leave, refused, write
from power import PowerCut

OLD = {
    "lib/fan.py": "old fan",
    "lib/gone/__init__.py": "old",
    "lib/gone/part/x.py": "old x",
    "lib/same.py": "same",
    "user_main.py": "old main",
}
NEW = {
    "lib/fan.py": "new fan",
    "lib/gone.py": "a module now",
    "lib/far/away/y.py": "y",
    "lib/same.py": "same",
    "user_main.py": "new main",
}
FAILED = "3 boots without being confirmed"


def journal():
    from tepal.core import journal

    return journal


def writers():
    """Return the modules that write to flash."""
    from tepal.core import file_set

    return journal().storage, journal().moving, file_set


def place(files):
    for path in files:
        journal().moving.make_folders(path)
        write(path, files[path])


def found(folder=""):
    """Return all files of the user as {path: text}; an empty folder is one of them."""
    files = {}
    for name in sorted(os.listdir(folder or ".")):
        path = folder + name
        if path == "update":
            continue
        if os.stat(path)[0] & 0x4000:
            inside = found(path + "/")
            files.update(inside or {path: None})
        else:
            with open(path) as file:
                files[path] = file.read()
    return files


def stage(files, path, text):
    data = text.encode()
    staged = files.file(path, len(data))
    try:
        staged.write(data[:3])
        staged.write(data[3:])
        staged.finish()
    finally:
        staged.close()


def fill(name="1", asked=False):
    """Return a set with all of NEW, which is not committed yet."""
    files = journal().open(Bench(), "test", name, asked)
    for path in ("lib/gone/__init__.py", "lib/gone/part/x.py", "lib/never.py"):
        files.remove(path)
    for path in sorted(NEW):
        stage(files, path, NEW[path])
    return files


def commit(name="1"):
    assert fill(name).commit()


def flash(files=OLD):
    empty_folder()
    place(files)


def boot(news=()):
    """Do what a boot does before any code of the user; return what it says."""
    return journal().replay(list(news)) if journal().storage.exists("update/journal") else []


def leftovers():
    return [name for name in os.listdir("update") if name not in ("journal", "result")]


def test_a_set_takes_its_place_at_the_next_boot_and_is_on_trial():
    flash()
    commit()

    assert found() == OLD
    assert boot() == []

    assert found() == NEW
    record = journal().pending()
    assert (record["state"], record["source"], record["name"]) == ("trial", "test", "1")
    leave()


def test_what_is_confirmed_stays_and_leaves_nothing_behind():
    flash()
    commit()
    boot()

    journal().confirm()

    assert boot() == []
    assert found() == NEW
    assert journal().pending() is None
    assert leftovers() == []
    assert journal().status() == {"state": "confirmed", "source": "test", "name": "1"}
    leave()


def test_who_is_not_confirmed_in_three_boots_is_rolled_back():
    flash()
    commit()
    for _ in range(3):
        assert boot() == []
        assert found() == NEW

    news = boot(["the run before ended by exception"])

    reason = FAILED + "; the run before ended by exception"
    assert news == ["update: all of test is as it was before: " + reason]
    assert found() == OLD
    assert leftovers() == []
    assert journal().status()["reason"] == reason
    leave()


def test_a_set_that_failed_comes_again_only_if_somebody_asks():
    flash()
    commit()
    boot()
    journal().roll_back("no network")

    assert found() == OLD
    assert "has failed here" in refused(journal().open, Bench(), "test", "1")
    files = fill(asked=True)
    assert files.commit()
    boot()
    journal().confirm()
    journal().open(Bench(), "test", "1").close()
    leave()


def test_only_the_last_eight_that_failed_are_remembered():
    flash()
    for number in range(10):
        commit(str(number))
        boot()
        journal().roll_back("no")

    journal().open(Bench(), "test", "1").close()
    for number in range(2, 10):
        assert "has failed" in refused(journal().open, Bench(), "test", str(number))
    leave()


def test_there_is_one_set_at_a_time():
    flash()
    node = Bench()
    files = journal().open(node, "test")
    assert "update busy" in refused(journal().open, node, "other")
    files.close()

    journal().open(node, "test").close()
    commit()
    assert "update busy" in refused(journal().open, Bench(), "other")
    boot()
    assert "update busy" in refused(journal().open, Bench(), "other")
    journal().confirm()
    journal().open(node, "other").close()
    leave()


def test_a_set_that_is_given_up_leaves_nothing():
    flash()
    files = fill()

    files.close()

    assert boot() == []
    assert found() == OLD
    assert leftovers() == []
    leave()


def test_an_empty_set_is_none():
    flash()
    files = journal().open(Bench(), "test")
    files.remove("lib/never.py")

    assert not files.commit()
    files.close()
    assert not journal().storage.exists("update/journal")
    leave()


def test_after_a_power_cut_anywhere_the_old_or_the_new_files_are_there():
    """Of gathering, committing and all boots that follow."""
    for is_confirmed in (True, False):
        step = 0
        cut = None
        while cut is None or cut.came:
            flash()
            with PowerCut(writers(), step) as cut:
                files = fill()
                files.commit()
                live(is_confirmed)
            seen = settle(is_confirmed)
            assert len(seen) == 1 or seen == ["new", "old"], (step, seen)
            commit("2")  # and the next update succeeds
            boot()
            journal().confirm()
            assert found() == NEW, step
            assert leftovers() == [], step
            leave()
            step += 1
        assert step > 60


def live(is_confirmed):
    """Boot until it is decided."""
    for _ in range(5):
        boot()
        if is_confirmed:
            journal().confirm()


def settle(is_confirmed):
    """Boot as often as it takes; return in which states the user's code would have run."""
    seen = []
    for _ in range(6):
        assert len(boot()) < 2
        files = found()
        assert files in (OLD, NEW), files
        state = "old" if files == OLD else "new"
        if seen[-1:] != [state]:
            seen.append(state)
        if is_confirmed:
            journal().confirm()
    return seen


def test_two_power_cuts_are_no_worse_than_one():
    for first in range(0, 80, 5):
        for second in range(0, 30, 6):
            flash()
            commit()
            with PowerCut(writers(), first):
                live(is_confirmed=False)
            with PowerCut(writers(), second):
                live(is_confirmed=False)
            assert settle(is_confirmed=False)[-1] == "old", (first, second)
            assert leftovers() == []
            leave()


def test_files_that_cannot_take_their_places_are_put_back():
    flash()
    commit()
    write("lib/far", "in the way")

    news = boot()

    assert len(news) == 1 and "as it was before" in news[0]
    assert dict(found()) == dict(OLD, **{"lib/far": "in the way"})
    leave()


def test_a_damaged_list_moves_nothing():
    flash()
    commit()
    with open("update/list", "rb") as file:
        data = file.read()
    with open("update/list", "wb") as file:
        file.write(data.replace(b"lib/fan.py", b"lib/fat.py"))

    assert "list of files is damaged" in boot()[0]

    assert found() == OLD
    leave()


def test_a_file_that_is_not_what_was_announced_is_refused_and_may_come_again():
    flash()
    files = journal().open(Bench(), "test")
    for size, text, digest in ((4, "abc", ""), (3, "abc", "00" * 32)):
        staged = files.file("lib/a.py", size)
        staged.write(text.encode())
        assert "lib/a.py is not what was announced" in refused(staged.finish, digest)
    staged = files.file("lib/a.py", 2)
    assert "longer than it should be" in refused(staged.write, b"abc")
    staged.close()
    stage(files, "lib/a.py", "abc")
    assert "twice" in refused(files.file, "lib/a.py", 3)
    files.commit()
    boot()

    assert found()["lib/a.py"] == "abc"
    leave()


def test_what_a_flash_holds_wrongly_is_noticed():
    flash()
    files = journal().open(Bench(), "test")
    staged = files.file("lib/a.py", 3)
    staged.write(b"abc")
    digest = journal().moving.digest_of("lib/same.py")
    place({"update/0.new": "abd"})

    assert "not what was announced" in refused(staged.finish, digest)
    files.close()
    leave()


def test_a_part_that_came_in_halves_may_come_once_more():
    flash()
    files = journal().open(Bench(), "test")
    staged = files.file("lib/a.py")
    for at, text in ((0, "abcd"), (4, "ef"), (4, "efgh"), (8, "i")):
        staged.start(len(text), at)
        staged.write(text.encode())
    assert "lacks a part" in refused(staged.start, 4, 12)
    staged.finish()
    files.commit()
    boot()

    assert found()["lib/a.py"] == "abcdefghi"
    leave()


def test_fat_is_refused():
    flash()
    node = Bench()
    node.is_fat = lambda: True

    assert "update flash" in refused(journal().open, node, "test")
    leave()


def test_places_that_no_update_may_touch():
    flash()
    files = journal().open(Bench(), "test")
    for path in (
        "main.py boot.py boot.st boot.st.new sys/a/start.mpy config/node_config.json secrets.a"
        " secrets/x data/x logs/log update/journal release/tepal/node.mpy provision.json Main.py"
        " modules/tepal/node.py lib/json.py asyncio.py asyncio/core.py lib/os/__init__.mpy"
    ).split():
        assert "update protected" in refused(files.file, path, 1), path
        assert "update protected" in refused(files.remove, path), path
    for path in ("/lib/x.py", "../x.py", "lib/../x.py", "lib//x.py", "", ".", "lib/ü.py", "a b"):
        assert "update path" in refused(files.file, path, 1), path
    for path in ("lib/fan.py/x.py", "lib/gone", "lib"):
        assert "update path" in refused(files.file, path, 1), path
    for path in ("config.py", "data.py", "modules/LM_fan.mpy", "lib/json5.py", "web/os.js"):
        stage(files, path, "x")
    files.close()
    leave()


def test_what_does_not_fit_is_refused_before_it_comes():
    flash()
    files = journal().open(Bench(), "test")

    assert "full" in refused(files.file, "lib/a.py", (1 << 20) + 1)
    for number in range(300):
        files.add("lib/%d.py" % number, "-", 0)
    assert "at most 300 files" in refused(files.file, "lib/a.py", 1)
    files.close()
    leave()
