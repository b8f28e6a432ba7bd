"""Commands for neighbours: finding them, proving who we are, what goes wrong."""

import asyncio
import json

import network
from house import build_node, end, fails, port, run, until

from tepal.core import secrets
from tepal.core.auth import Auth
from tepal.core.commands import CONTROL, VIEW, Caller
from tepal.services import discovery, doors, shell, tcp

KEY = "a key that all nodes of this house share"


async def neighbour(node, listen: int, name: str = "attic", number: str = "micr11OS", host=""):
    """Open the doors of ``node`` as if it were another node, called ``name``."""
    host = host or "127.0.0.1"
    node.listen_address = host
    door = tcp.Door("shell", shell, node, 3)
    await doors.open(door, listen)
    node.doors.append(door)
    about = {"tepal": "1", "name": name, "id": number, "auth": True, "shell": listen, "web": None}
    answer = json.dumps(about).encode()
    serving = discovery.serve((host, listen), lambda question: answer)
    node.tasks.start("discovery" + host, serving, "system")
    await asyncio.sleep_ms(5)


def build(auth: bool = True, key: str = KEY):
    """Return a node that listens to itself, and the port of that."""
    node = build_node(auth=auth)
    if key:
        secrets.put(node.auth.secrets, "peer_key", key)
    node.peers.port = port()
    node.peers.wait_ms = 150
    network.BROADCASTS = ("127.0.0.1",)
    return node, node.peers.port


class Elsewhere:
    """A node that has secrets of its own, and all else of another."""

    def __init__(self, node):
        self.auth = Auth("other_secrets", node.clock, node.log)
        self.commands = node.commands
        self.name = node.name


async def finish(node):
    for door in node.doors:
        if isinstance(door, tcp.Door):
            doors.close(door)
        else:
            door.close()
    await end(node)


async def told(node, line: str, caller=None) -> str:
    """Return the output of the task that ``line`` starts."""
    report = await run(node, line, caller)
    tag = next(iter(report.value))
    await until(lambda: node.tasks.find(tag)[0].state != "running")
    return node.tasks.find(tag)[0].out


async def test_a_command_runs_on_a_neighbour_that_is_named():
    node, listen = build()
    await neighbour(node, listen)

    report = await run(node, "system notify 'two words' >>attic")
    again = await run(node, "system heartbeat >>attic")
    hello = await told(node, "hello >>attic.local")

    assert report.value == {"con.attic.system": "Starting"}
    assert again.value == {"con.attic.system": "Already running"}
    assert [task.out for task in node.tasks.find("con.attic.system")] == ["Sent"]
    assert hello == "hello:node01:micr00OS:dev", hello
    assert list(node.peers.known) == ["attic"]
    assert await run(node, "system hosts") == {"attic": "127.0.0.1"}
    await finish(node)


async def test_an_address_is_as_good_as_a_name_and_makes_a_shorter_tag():
    node, listen = build()
    await neighbour(node, listen)

    report = await run(node, "version >>127.0.0.1")

    assert report.value == {"con.0.1.version": "Starting"}
    while node.tasks.is_busy("con.0.1.version"):
        await asyncio.sleep_ms(20)
    assert node.tasks.find("con.0.1.version")[0].out == node.version
    await finish(node)


async def test_json_is_asked_of_the_neighbour():
    node, listen = build()
    await neighbour(node, listen)

    out = await told(node, "task list >json >>attic")

    assert "active" in json.loads(out), out
    await finish(node)


async def test_a_neighbour_may_control_and_no_more():
    node, listen = build()
    await neighbour(node, listen)

    out = await told(node, "reboot >>attic")

    assert out.startswith("denied"), out
    assert not node.stop.is_set()
    await finish(node)


async def test_without_the_key_nothing_is_done():
    node, listen = build(key="")
    await neighbour(node, listen)

    assert (await told(node, "system heartbeat >>attic")).startswith("denied")
    await finish(node)


async def test_a_wrong_key_is_refused():
    node, listen = build()
    await neighbour(node, listen)
    elsewhere = Elsewhere(node)
    secrets.put(elsewhere.auth.secrets, "peer_key", "another key of sixteen letters and more")
    node.doors[0].node = elsewhere

    out = await told(node, "system heartbeat >>attic")

    assert out.startswith("signature"), out
    await finish(node)


async def test_a_command_travels_to_one_node_and_no_further():
    node, listen = build()
    await neighbour(node, listen)
    of_a_node = Caller("peer", CONTROL, "10.0.0.3")

    assert "no further" in await fails(run(node, "system heartbeat >>attic", of_a_node), "denied")
    assert "no further" in await fails(run(node, "version >>attic >>cellar"), "denied")
    await fails(run(node, "version >>attic", Caller("http", VIEW, "10.0.0.3")), "denied")
    await finish(node)


async def test_two_nodes_with_one_name_are_told_apart_by_address():
    node, listen = build()
    await neighbour(node, listen, number="micr11OS")
    await neighbour(node, listen, number="micr22OS", host="127.0.0.2")
    network.BROADCASTS = ("127.0.0.1", "127.0.0.2")

    out = await told(node, "version >>attic")

    assert out.startswith("ambiguous: attic is the name of 127.0.0.1, 127.0.0.2"), out
    assert "[WARN] two nodes with one name" in node.log.lines[-1], node.log.lines
    members = await node.peers.members()
    assert [member.name for member in members] == ["attic", "attic"]
    assert await told(node, "version >>127.0.0.2") == node.version
    await finish(node)


async def test_who_is_not_there_is_a_sentence():
    node, _ = build()

    out = await told(node, "version >>127.0.0.1")

    assert out.startswith("unreachable: 127.0.0.1 at 127.0.0.1 cannot be reached"), out
    await finish(node)


async def test_a_name_that_was_known_is_looked_up_anew_when_it_fails():
    node, listen = build()
    await neighbour(node, listen)
    assert await told(node, "version >>attic") == node.version
    place = node.peers.known["attic"]
    node.peers.known["attic"] = type(place)(
        place.name, place.id, place.host, port(), place.until_ms
    )

    assert await told(node, "version >>attic") == node.version

    assert node.peers.known["attic"].port == listen
    await finish(node)


async def test_nonsense_in_answer_to_the_question_is_no_neighbour():
    node, listen = build()
    nonsense = [b"", b"[]", b'{"name": 3}', b"\xff", b'{"name": "a", "id": 1, "shell": "x"}']
    found = []

    for answer in nonsense:
        serving = discovery.serve(("127.0.0.1", listen), lambda question, answer=answer: answer)
        node.tasks.start("discovery", serving, "system")
        await asyncio.sleep_ms(5)
        found += await node.peers.members()
        node.tasks.find("discovery")[0].handle.cancel()
        await asyncio.sleep_ms(5)

    assert found == []
    await finish(node)


class Original:
    """A micrOS node as its reference describes it: the prompt ends what it says."""

    def __init__(self, name: str = "cellar", password: str = ""):
        self.name = name
        self.password = password
        self.heard = []

    async def serve(self, stream, _):
        locked = bool(self.password)
        try:
            stream.write((("[password] " if locked else "") + self.name + " $ ").encode())
            await stream.drain()
            while True:
                line = (await stream.read(2048)).decode().strip()
                if not line:
                    break
                self.heard.append(line)
                if locked:
                    locked = line != self.password
                    answer = "AuthFailed\nBye!\n" if locked else "AuthOk\n"
                else:
                    answer = "~~~ somebody else's news\n answer: 1\n state: on\n"
                stream.write((answer + self.name + " $ ").encode())
                await stream.drain()
                if answer.startswith("AuthFailed"):
                    break
        finally:
            await stream.wait_closed()


async def original(node, listen: int, **given):
    there = Original(**given)
    node.doors.append(await asyncio.start_server(there.serve, "127.0.0.1", listen))
    return there


async def test_an_original_node_is_spoken_to_in_its_own_shell():
    node, listen = build()
    there = await original(node, listen)

    out = await told(node, "rgb color red 10 on=True >>127.0.0.1")

    assert out == " answer: 1\n state: on", out
    assert there.heard == ['rgb color "red" 10 on=True'], there.heard
    await finish(node)


async def test_the_password_of_an_original_node_is_sent_where_it_asks():
    node, listen = build()
    there = await original(node, listen, password="ADmin123")

    assert (await told(node, "rgb toggle >>127.0.0.1")).startswith("login required")
    secrets.put(node.auth.secrets, "peerpwd", "wrong")
    assert (await told(node, "rgb toggle >>127.0.0.1")).startswith("wrong password")
    secrets.put(node.auth.secrets, "peerpwd", "ADmin123")
    out = await told(node, "rgb toggle >>127.0.0.1")

    assert out.startswith(" answer"), out
    assert there.heard == ["wrong", "ADmin123", "rgb toggle"]
    await finish(node)


async def test_who_answers_under_another_name_is_not_obeyed():
    node, listen = build()
    there = await original(node, listen, name="garage")
    node.peers.known["cellar"] = place_of("cellar", listen)

    out = await told(node, "rgb toggle >>cellar")

    assert "who answers there is called garage, not cellar" in out, out
    assert there.heard == []
    await finish(node)


def place_of(name: str, listen: int):
    from tepal.core.finding import Place

    return Place(name, "", "127.0.0.1", listen, 1 << 29)


async def test_an_answer_without_end_is_cut_off():
    node, listen = build()

    async def serve(stream, _):
        try:
            while True:
                stream.write(b"x" * 512)
                await stream.drain()
        except OSError:
            await stream.wait_closed()

    node.doors.append(await asyncio.start_server(serve, "127.0.0.1", listen))

    out = await told(node, "version >>127.0.0.1")

    assert out.startswith("too large"), out
    await finish(node)


async def test_a_cluster_answers_one_by_one():
    node, listen = build()
    hosts = ["127.0.0.%d" % number for number in range(1, 5)]
    network.BROADCASTS = tuple(hosts)
    for number, host in enumerate(hosts[:3]):
        await neighbour(node, listen, "attic%d" % number, "micr%d1OS" % number, host)
    await neighbour(node, listen, "attic2", "micr99OS", hosts[3])

    members = await run(node, "cluster members")
    answers = await run(node, "cluster run 'system heartbeat'")
    refused = await run(node, "cluster run reboot")

    assert [one["name"] for one in members] == ["attic0", "attic1", "attic2", "attic2"], members
    assert sorted(answers) == ["attic0", "attic1", "attic2", "attic2 127.0.0.4"], answers
    assert set(answers.values()) == {"<3 heartbeat"}, answers
    assert "denied" in refused["attic0"]
    assert "Mem usage" in (await run(node, "cluster health"))["attic1"]
    await finish(node)


async def test_a_cluster_command_does_not_go_round():
    node, listen = build()
    await neighbour(node, listen)

    answers = await run(node, "cluster run \"cluster run 'system heartbeat'\"")

    assert "no further" in answers["attic"], answers
    await finish(node)
