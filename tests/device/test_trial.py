import asyncio
import os

from house import end, fails, run
from releases import NEW_FILES, OLD_FILES, Release, bring, pointer, running_node

CONFIG = "config/node_config.json"


def trial():
    from tepal.core import trial

    return trial


def storage():
    from tepal.core import storage

    return storage


def record():
    return storage().newest("data/.update")[0] or {}


def is_tidy():
    """Tell whether nothing of a trial is left, but how it ended."""
    found = os.listdir("sys") + os.listdir("config")
    return not [name for name in found if name == "trial" or "kept" in name or "new" in name]


class Door:
    """A shell that listens."""

    name = "shell"
    connections = ()


async def armed(config="{}", network="off"):
    """Return a node that has brought a release and not restarted yet."""
    node = running_node(config)
    node.network.state = network
    await bring(node, Release(NEW_FILES))
    return node


async def on_trial(config="{}", network="off", uptime_ms=60000):
    """Return a node that runs the release on trial, and is well."""
    node = await armed(config, network)
    node.slot = "b"
    node.doors.append(Door())
    node.clock.uptime_ms = lambda: uptime_ms
    return node


async def watched(node, seconds=120):
    """Let the watch decide."""
    watch = trial().begin(node, [])
    assert watch
    await asyncio.wait_for(watch(node), seconds)


async def test_a_node_that_is_well_confirms():
    node = await on_trial()

    await watched(node)

    assert pointer() == "b - 0\n"
    assert record() == {"state": "confirmed", "reason": ""}
    assert is_tidy()
    assert not node.stop.is_set()
    await end(node)


async def test_a_release_must_last_before_it_is_confirmed():
    node = await on_trial('{"update_trial": 30}', uptime_ms=29999)
    watching = asyncio.create_task(trial().begin(node, [])(node))

    await asyncio.sleep_ms(600)
    assert pointer() == "a b 3\n"
    node.clock.uptime_ms = lambda: 30000
    await watching

    assert pointer() == "b - 0\n"
    await end(node)


def hook_hangs(node):
    node.tasks.start("boothook", asyncio.sleep(60))


def hook_fails(node):
    async def fail():
        raise ValueError("no such lamp")

    node.tasks.start("boothook", fail())


def no_shell(node):
    node.doors.clear()


def in_safe_mode(node):
    node.safe = True


def deaf(node):
    async def refuse(call, caller):
        from tepal.formats.errors import TepalError

        raise TepalError("denied")

    node.commands.run = refuse


def as_it_was(node):
    pass


async def test_a_node_that_is_not_well_has_some_time_then_goes_back():
    hook = '{"boothook": "lamp on"}'
    cases = (
        ("{}", "joined", as_it_was, "it is on no network: off"),
        ("{}", "access_point", as_it_was, "it is on no network: off"),
        (hook, "off", as_it_was, "the boot hook does not end"),
        (hook, "off", hook_hangs, "the boot hook does not end"),
        (hook, "off", hook_fails, "the boot hook failed: no such lamp"),
        ("{}", "off", no_shell, "the shell does not listen"),
        ("{}", "off", in_safe_mode, "it came up in safe mode"),
        ("{}", "off", deaf, "the shell does not answer: denied"),
    )
    for config, network, spoil, reason in cases:
        node = await on_trial(config, network)
        node.network.state = "off"
        spoil(node)
        watching = asyncio.create_task(trial().begin(node, [])(node))
        if network == "joined":
            await asyncio.sleep_ms(300)
            assert pointer() == "a b 3\n"  # it may still become well

        node.clock.uptime_ms = lambda: 180001
        await watching

        assert pointer() == "a - 0\n", reason
        assert record()["state"] == "rolled back"
        assert record()["reason"] == reason
        assert record()["given_up"] == Release(NEW_FILES).name
        assert node.stop.is_set() and node.hard
        assert is_tidy()
        if spoil == deaf:
            del node.commands.run
        await end(node)


async def test_a_network_that_comes_late_is_in_time():
    node = await on_trial(network="joined")
    node.network.state = "joining"
    watching = asyncio.create_task(trial().begin(node, [])(node))
    await asyncio.sleep_ms(300)
    assert pointer() == "a b 3\n"

    node.network.state = "joined"
    await watching

    assert pointer() == "b - 0\n"
    await end(node)


async def test_a_trial_that_did_not_come_up_is_told_with_its_reason():
    for told, reason in (
        ("the run before ended by exception: ValueError at boot", "exception: ValueError at boot"),
        ("config: unknown keys", "it did not come up"),
    ):
        node = await armed()
        news = [told]

        assert trial().begin(node, news) is None

        assert pointer() == "a - 0\n"
        assert news[1:] == ["the release on trial was rolled back: " + reason]
        assert record()["reason"] == reason
        assert record()["given_up"] == Release(NEW_FILES).name
        assert Release(OLD_FILES, 1).is_in("a")
        assert is_tidy()
        await fails(bring(node, Release(NEW_FILES)), "update_rolled_back")
        await bring(node, Release(NEW_FILES), asked=True)
        await end(node)


async def test_what_a_trial_did_to_the_configuration_goes_back_with_it():
    node = await armed('{"devfid": "attic", "boothook": "lamp on"}')
    before = storage().read(CONFIG)
    storage().write("settings.json", {"hostname": "attic"})
    await bring_again(node)
    storage().write(CONFIG, {"devfid": "cellar"}, 2)
    storage().write("settings.json", {"hostname": "cellar"})

    trial().begin(node, [])

    assert storage().read(CONFIG) == before
    assert storage().read("settings.json") == {"hostname": "attic"}
    assert is_tidy()
    await end(node)


async def bring_again(node):
    with open("boot.st", "w") as file:
        file.write("a - 0\n")
    await bring(node, Release(NEW_FILES))


async def test_a_trial_renames_keys_and_a_roll_back_brings_them_back():
    from tepal.core import kept

    node = await on_trial('{"devfid": "attic", "boothook": "lamp on", "mine": 1}')
    before = storage().read(CONFIG)
    with open("renamed.txt", "w") as file:
        file.write("# comment\nboothook onboot\nunknown other\n")

    kept.migrate("renamed.txt")
    migrated = storage().read(CONFIG)
    kept.migrate("renamed.txt")

    assert migrated == storage().read(CONFIG)
    assert migrated == {"devfid": "attic", "onboot": "lamp on", "mine": 1}
    assert trial().give_up(node, "test")
    assert storage().read(CONFIG) == before
    await end(node)


async def test_the_table_of_renamed_keys_can_be_read_and_names_keys():
    from tepal.core import kept, keys

    path = kept.__file__.rsplit("/", 1)[0] + "/renamed.txt"
    for line in storage().lines(path):
        old, space, new = line.strip().partition(" ")
        assert old == "#" or (not keys.is_known(old) and space and keys.is_known(new)), line


async def test_a_migration_that_fails_brings_the_release_before_back():
    node = await on_trial('{"devfid": "attic"}')
    kept_now = trial().kept
    migrate, kept_now.migrate = kept_now.migrate, failing
    try:
        trial().begin(node, [])
        raise AssertionError("it must not go on")
    except ValueError:
        pass
    finally:
        kept_now.migrate = migrate

    assert pointer() == "a - 0\n"
    assert record()["reason"] == "the configuration: flash"
    assert is_tidy()
    await end(node)


def failing(table=""):
    raise ValueError("flash")


async def test_a_power_cut_at_any_step_of_an_end_is_made_good_at_the_next_boot():
    for ending in ("confirm", "give_up"):
        for step in range(6):
            node = await on_trial('{"devfid": "attic"}')
            before = storage().read(CONFIG)
            storage().write(CONFIG, {"devfid": "cellar"}, 2)
            module = trial()
            step_by_step(module, step)
            try:
                module.confirm(node) if ending == "confirm" else module.give_up(node, "test")
            except OSError:
                pass
            node.sweep()
            current, on, _ = pointer().split()
            node.slot = on if on != "-" else current
            watch = trial().begin(node, [])
            if watch:  # it is tried once more
                assert node.slot == "b"
                await watch(node)
            assert is_tidy(), (ending, step)
            if pointer() == "b - 0\n":
                assert record()["state"] == "confirmed"
                assert storage().read(CONFIG) == {"devfid": "cellar"} or ending == "give_up"
            else:
                assert pointer() == "a - 0\n"
                assert record()["state"] == "rolled back"
                assert storage().read(CONFIG) == before
            await end(node)


def step_by_step(module, most):
    """Let the power fail before effect number ``most``."""
    perform = module.perform

    def cut(node, effects, reason):
        perform(node, effects[:most], reason)
        if most < len(effects):
            raise OSError("power")

    module.perform = cut


async def test_a_trial_that_was_prepared_and_never_armed_is_forgotten():
    node = await armed()
    with open("boot.st", "w") as file:
        file.write("a - 0\n")

    assert trial().begin(node, []) is None

    assert is_tidy()
    assert record() == {}
    await bring(node, Release(NEW_FILES))
    await end(node)


async def test_keys_that_a_release_brings_are_trusted_when_it_is_confirmed():
    import binascii

    from release_key import modulus
    from test_release import rsa_line

    from tepal.core import release_keys
    from tepal.formats.rsa import key_id

    new_key = b"\xf0" + modulus()[1:]
    head = ["key: " + new_key.hex(), "retire: " + key_id(modulus())]
    signed = Release(NEW_FILES, head=head, key=None)
    signed.lines.append(rsa_line(signed.lines))
    unsigned = Release(NEW_FILES)
    for text in (modulus().hex(), binascii.b2a_base64(modulus()).decode()):
        node = running_node()
        from tepal.core import secrets

        secrets.put(node.vault, "release_keys", [text])
        await fails(bring(node, unsigned), "release_unsigned")

        await bring(node, signed)
        assert release_keys.read(node.vault) == [modulus()]
        node.slot = "b"
        trial().confirm(node)

        assert release_keys.read(node.vault) == [new_key]
        await end(node)


async def test_keys_that_cannot_be_read_let_no_release_in():
    from tepal.core import secrets

    for found in (["00"], "abc", [5], {"a": 1}, ["zz" * 384]):
        node = running_node()
        secrets.put(node.vault, "release_keys", found)

        detail = await fails(bring(node, Release(NEW_FILES)), "release_keys")

        assert detail == "those of this node cannot be read", found
        await end(node)


async def test_more_keys_than_the_store_holds_are_refused_before_anything_comes():
    from release_key import modulus
    from test_release import rsa_line

    from tepal.core import secrets

    keys = ["key: " + (bytes([0xF0 + number]) + modulus()[1:]).hex() for number in range(3)]
    signed = Release(NEW_FILES, head=keys, key=None)
    signed.lines.append(rsa_line(signed.lines))
    node = running_node()
    secrets.put_all(node.vault, {"release_keys": [modulus().hex()], "stapwd": "x" * 800})

    assert await fails(bring(node, signed), "release_keys") == "there is no room for 4"
    await end(node)


async def test_a_person_sees_confirms_and_goes_back():
    node = await on_trial()

    assert (await run(node, "update"))["state"] == "trial"
    assert await run(node, "update confirm") == "Confirmed"
    assert await run(node, "update confirm") == "Nothing is on trial"
    assert pointer() == "b - 0\n"
    assert (await run(node, "update"))["state"] == "confirmed"
    await run(node, "update rollback")  # it is not on trial any more: the other one is
    assert pointer() == "b a 3\n"
    assert node.stop.is_set() and node.hard
    await end(node)


async def test_a_person_ends_a_trial():
    node = await on_trial()

    await run(node, "update rollback")

    assert pointer() == "a - 0\n"
    assert record()["reason"] == "somebody wanted the release before"
    await end(node)
